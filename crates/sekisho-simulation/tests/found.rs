//! What the simulator found in the keeper, each by the short script that showed it.

use sekisho_core::check::Reason;
use sekisho_simulation::{
    op::{Op, Step, from_text, to_text},
    planted::Planted,
    run,
    wire::{Fault, Kept, Strikes},
};

fn hold(script: &[Step]) {
    let report = run::by_script(1, script, Planted::Nothing);
    assert_eq!(report.violation, None, "{}", to_text(script));
}

fn lines(text: &str) -> Vec<Step> {
    from_text(text).expect("a script")
}

/// A commit that failed and is on the disk all the same: the keeper went on, and every later entry met one that it did
/// not know. It halts now, and a start completes the journal.
#[test]
fn a_commit_that_failed_and_is_there_halts_the_keeper() {
    hold(&lines(
        r#"{"do":{"submit":{"site":1,"member":3,"expires":86400}},"faults":[{"on":"write","at":1,"dies":false,"kept":"all"}]}
           {"do":{"review":[1,"document_expired"]}}
           {"do":{"start":{"off":5,"unlock":true,"power":null}}}
           {"do":{"review":[1,"document_expired"]}}"#,
    ));
}

/// A transaction that failed as it began was left open: every later one was refused, until a restart.
#[test]
fn a_transaction_that_fails_as_it_begins_is_not_left_open() {
    hold(&lines(
        r#"{"do":{"review":[0,"unreadable"]}}
           {"do":{"submit":{"site":0,"member":3,"expires":86400}},"faults":[{"on":"statement","at":0,"dies":false,"kept":"all"}]}
           {"do":{"review":[0,"shows_forbidden"]}}"#,
    ));
}

/// A receipt that tells of a member's leaving was refused by every verifier.
#[test]
fn the_receipt_of_a_member_who_left_verifies() {
    hold(&lines(
        r#"{"do":{"submit":{"site":1,"member":3,"expires":86400}}}
           {"do":{"leave":{"site":1,"member":3}}}
           {"do":{"ask":0}}"#,
    ));
}

/// After a start whose clock was a year ahead, the slots of that year and those of now did not fit into memory
/// together: no intake key could be made until a restart.
#[test]
fn a_clock_that_was_a_year_ahead_at_a_start_and_is_mended_leaves_intake_open() {
    hold(&lines(
        r#"{"do":{"leap":31536000}}
           {"do":"stop"}
           {"do":{"start":{"off":29,"unlock":true,"power":7}}}
           {"do":"mend"}
           {"do":{"shift":2}}
           {"do":"confirm"}
           {"do":"tick"}
           {"do":{"submit":{"site":0,"member":1,"expires":3600}}}"#,
    ));
}

/// Days without a passphrase left no trace of the time: the start after them took up where they began.
#[test]
fn days_without_a_passphrase_are_days() {
    hold(&lines(
        r#"{"do":{"submit":{"site":0,"member":0,"expires":86400}}}
           {"do":"stop"}
           {"do":{"start":{"off":60,"unlock":false,"power":null}}}
           {"do":{"pass":180000}}
           {"do":"kill"}
           {"do":{"start":{"off":60,"unlock":true,"power":null}}}
           {"do":{"review":[0,"old_enough"]}}"#,
    ));
}

/// A torn overwrite left a slot's or a root's ciphertext in a record that nobody took for one, and so for good.
#[test]
fn what_a_torn_overwrite_leaves_is_overwritten_at_the_next_occasion() {
    for dies in [true, false] {
        for (at, kept) in (0..40).flat_map(|at| [(at, Kept::Front(12)), (at, Kept::Back(128))]) {
            let mut script = vec![Step::new(Op::Submit { site: 0, member: 0, expires: 3600 })];
            script.push(Step::new(Op::Review(0, Reason::OldEnough)));
            let faults = vec![Fault { on: Strikes::Write, at, dies, kept }];
            script.push(Step { op: Op::Pass(3600), faults });
            script.push(Step::new(Op::Start { off: 5, unlock: true, power: None }));
            script.push(Step::new(Op::Tick));
            hold(&script);
        }
    }
}

/// A statement that fails as on a full disk makes SQLite give up the whole transaction. What came after it in the
/// batch was then committed by itself, with a gap before its entries, and the next start was refused.
#[test]
fn a_transaction_given_up_in_its_midst_leaves_nothing_of_the_batch() {
    let submit = |member| Op::Submit { site: 0, member, expires: 3600 };
    for at in (0..280).step_by(5) {
        let fault = Fault { on: Strikes::Statement, at, dies: false, kept: Kept::Nothing };
        let batch = Op::Batch(vec![submit(0), submit(1), submit(2)]);
        let mut script = vec![Step { op: batch, faults: vec![fault] }];
        let after = [Op::Tick, submit(3), Op::Kill, Op::Start { off: 5, unlock: true, power: None }];
        script.extend(after.map(Step::new));
        script.push(Step::new(Op::Review(0, Reason::OldEnough)));
        hold(&script);
    }
}
