use sekisho_core::{check::CheckState, watch::observed::Outsider};
use sekisho_inspect::wire::Code;
use sekisho_keeper::wire::{Closed, Sent};

use crate::gate::testing::{PICTURE, TestGate};

#[tokio::test]
async fn a_picture_is_sealed_so_that_the_keeper_alone_opens_it() {
    let gate = TestGate::new().await;
    let member = gate.member().await;
    let sent = member.upload().await;
    assert_eq!((sent.status, sent.header("location")), (303, Some("/check/status")));
    assert_eq!(gate.blobs(), 1);
    assert_eq!(gate.keeper.opened().unwrap(), gate.reader.clean(), "what the inspector drew, not what was sent");
    assert!(!gate.anything_on_disk_holds(PICTURE));
    assert!(!gate.anything_on_disk_holds(&gate.reader.clean()));
}

/// M8: who copies the gate's disk has no key on it, not even a sealed one for an intake key to open.
#[tokio::test]
async fn a_sealed_key_goes_to_the_keeper_and_onto_no_disk() {
    let gate = TestGate::new().await;
    gate.member().await.upload().await;
    let sealed = gate.keeper.sealed_key().unwrap();
    let ends = [&sealed[..32], &sealed[sealed.len() - 48..]];
    assert!(ends.iter().all(|end| !gate.anything_on_disk_holds(end)));
    assert!(gate.anything_on_disk_holds(b"SEKISHO"), "the search finds what is there: a sealed document's header");
}

/// M4: what no box covers with a yes comes back, and nothing is stored.
#[tokio::test]
async fn a_picture_that_is_turned_away_leaves_nothing_and_says_why() {
    let gate = TestGate::new().await;
    let member = gate.member().await;
    for code in [Code::BoxesTooLarge, Code::MyNumber, Code::Blurred, Code::NotAPicture] {
        gate.reader.turn_away(code);
        let page = member.upload().await;
        assert_eq!(page.status, 422);
        assert!(page.text().contains(&code.advice().ja), "{code:?}");
        let told = member.upload_by_script().await;
        assert_eq!((told.status, told.code().as_str()), (422, code.as_str()));
    }
    assert_eq!((gate.blobs(), gate.keeper.documents()), (0, 0));
    assert!(!gate.anything_on_disk_holds(PICTURE));
}

/// M4: a page without script draws no boxes. What the inspector can prove is taken; else the member is told what to do,
/// and nothing is kept.
#[tokio::test]
async fn a_plain_picture_is_taken_where_its_birth_date_is_proven_and_else_turned_away_with_advice() {
    let gate = TestGate::new().await;
    let member = gate.member().await;
    let page = member.upload_plainly(false).await;
    assert_eq!(page.status, 422);
    assert!(page.plain_text().contains("きかいでは わかりませんでした"), "{}", page.plain_text());
    assert!(page.text().contains("<noscript>") && page.text().contains("name=\"lies\""));
    assert_eq!((gate.blobs(), gate.reader.boxes()), (0, vec![vec![]]));
    assert!(!gate.anything_on_disk_holds(PICTURE));
    gate.reader.find_by_itself();
    assert_eq!(member.upload_plainly(false).await.status, 303);
    assert_eq!(gate.keeper.opened().unwrap(), gate.reader.clean(), "what the inspector drew, not what was sent");
    assert!(!gate.anything_on_disk_holds(PICTURE));
}

/// M4: where nothing is proven, the parts stand where the kind has them, if the member says that it lies so.
#[tokio::test]
async fn a_member_without_script_says_how_the_document_lies() {
    let gate = TestGate::new().await;
    let member = gate.member().await;
    assert_eq!(member.upload_plainly(true).await.status, 303);
    let [proved, laid] = &gate.reader.boxes()[..] else { panic!("{:?}", gate.reader.boxes()) };
    assert!(proved.is_empty(), "what can be proven comes first");
    assert_eq!(laid.len(), 3);
    // The birth date of a driving licence stands at the upper right.
    assert!(laid[0].x > 900 && laid[0].y < 150 && laid[0].x + laid[0].w <= 1600, "{:?}", laid[0]);
    assert_eq!(gate.keeper.opened().unwrap(), gate.reader.clean());
    assert!(!gate.anything_on_disk_holds(PICTURE));
}

/// M3: a My Number is refused however the picture came.
#[tokio::test]
async fn a_tick_opens_nothing_that_is_refused() {
    let gate = TestGate::new().await;
    let member = gate.member().await;
    for code in [Code::MyNumber, Code::UnreadableCode, Code::Blurred] {
        gate.reader.turn_away(code);
        assert_eq!(member.upload_plainly(true).await.status, 422);
    }
    assert_eq!((gate.reader.reads(), gate.blobs()), (3, 0), "each was read once");
}

#[tokio::test]
async fn an_inspector_that_dies_costs_one_upload() {
    let gate = TestGate::new().await;
    let member = gate.member().await;
    gate.reader.die_once();
    assert_eq!(member.upload_by_script().await.code(), "unreadable");
    assert_eq!(member.upload().await.status, 303);
}

#[tokio::test]
async fn a_second_document_waits_for_the_keepers_word() {
    let gate = TestGate::new().await;
    let member = gate.member().await;
    member.upload().await;
    assert_eq!(member.upload_by_script().await.code(), "check_over");
    gate.keeper.decide(CheckState::AwaitingDocument);
    gate.pass(90_000);
    let member = gate.announced_again().await;
    assert_eq!(member.upload().await.status, 303, "exp bounds the first upload only");
    assert_eq!(gate.keeper.documents(), 2);
}

#[tokio::test]
async fn more_than_fits_is_refused_before_it_is_read() {
    let gate = TestGate::new().await;
    let member = gate.member().await;
    let answer = member.upload_bytes(&vec![1; 25_000_001]).await;
    assert_eq!((answer.status, answer.code().as_str()), (413, "file_too_large"));
    assert_eq!(gate.reader.reads(), 0);
}

#[tokio::test]
async fn a_keeper_that_goes_away_leaves_no_acknowledgement() {
    let gate = TestGate::new().await;
    let member = gate.member().await;
    gate.keeper.lose_receive();
    let answer = member.upload_by_script().await;
    assert_eq!((answer.status, answer.code().as_str()), (503, "unavailable"));
    assert_eq!(gate.keeper.documents(), 0);
}

/// M9: the keeper wrote it down and died before it said so; the member is told the truth.
#[tokio::test]
async fn a_document_that_came_in_without_a_word_is_found() {
    let gate = TestGate::new().await;
    let member = gate.member().await;
    gate.keeper.receive_without_a_word();
    assert_eq!(member.upload_by_script().await.status, 200);
    assert_eq!(gate.keeper.documents(), 1);
}

#[tokio::test]
async fn a_picture_from_another_sites_form_is_refused() {
    let gate = TestGate::new().await;
    let member = gate.member().await;
    assert_eq!(member.upload_from("cross-site").await.status, 403);
    assert_eq!(gate.reader.reads(), 0);
}

/// What comes over the limit is told to come back, not queued in memory.
#[tokio::test]
async fn too_many_at_once_are_told_to_wait() {
    let gate = TestGate::new().await;
    let member = gate.member().await;
    let places = gate.take_all_places();
    let answer = member.upload_by_script().await;
    assert_eq!((answer.status, answer.code().as_str()), (503, "busy"));
    assert!(answer.header("retry-after").is_some());
    drop(places);
    assert_eq!(member.upload().await.status, 303);
}

async fn told(gate: &TestGate, count: usize) -> Vec<Sent> {
    for _ in 0..1000 {
        if gate.keeper.sent().len() >= count {
            break;
        }
        tokio::task::yield_now().await;
    }
    gate.keeper.sent()
}

/// M20: the keeper is told of what came and of what was refused, by network; that we were busy is held against nobody.
#[tokio::test]
async fn what_came_is_told_and_what_we_had_no_place_for_is_not() {
    let gate = TestGate::new().await;
    let member = gate.member().await;
    let places = gate.take_all_places();
    assert_eq!(member.upload_by_script().await.code(), "busy");
    drop(places);
    gate.reader.turn_away(Code::Blurred);
    assert_eq!(member.upload_by_script().await.status, 422);
    assert_eq!(member.upload_bytes(&vec![1; 25_000_001]).await.status, 413);
    let told = told(&gate, 2).await;
    assert_eq!(told.iter().map(|sent| (sent.taken, sent.refused)).collect::<Vec<_>>(), [(0, 1); 2]);
}

/// M20, M26: a network that floods us sends no more pictures, and its members see all their pages.
#[tokio::test]
async fn who_floods_us_sends_no_more_and_reads_on() {
    let gate = TestGate::new().await;
    let member = gate.member().await;
    gate.reader.turn_away(Code::Blurred);
    assert_eq!(member.upload_from_address("203.0.113.7").await.status, 422);
    let Some(network) = told(&gate, 1).await[0].from else { panic!("no network") };
    gate.keeper.deny(Outsider::Network(network), Closed::Pictures);
    member.upload_from_address("203.0.113.8").await;
    told(&gate, 2).await;
    tokio::task::yield_now().await;
    let refused = member.upload_from_address("203.0.113.7").await;
    assert_eq!((refused.status, refused.code()), (429, "denied".into()));
    assert_eq!(member.upload_from_address("203.0.113.8").await.status, 422, "another network");
    let nowhere = format!("/m/{}", "A".repeat(43));
    let read = gate.get(&nowhere).header("x-forwarded-for", "203.0.113.7").send().await;
    assert_eq!(read.status, 404, "what it reads is open to it");
    gate.pass(900);
    assert_eq!(member.upload_from_address("203.0.113.7").await.status, 422, "for a while");
}
