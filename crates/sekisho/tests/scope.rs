//! Which documents were opened, asked of a whole installation with the command that an officer types.

#![cfg(feature = "tls")]
#![allow(clippy::unwrap_used)] // Helpers of tests, too.

#[path = "common/record.rs"]
mod record;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use rusqlite::Connection;
use sekisho::demo::{Build, House, Picture};
use sekisho_core::{
    event::What,
    id::{ShiftId, StaffId},
};
use sekisho_keeper::keystore::Cost;
use serde_json::{Value, json};

fn sekisho(arguments: &[&str], path: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sekisho")).args(arguments).arg(path).output().unwrap()
}

fn scope(ledger: &Path, more: &[&str]) -> (Option<i32>, Value) {
    let output = sekisho(&[&["scope", "ledger", "--json"], more].concat(), ledger);
    let said = serde_json::from_slice(&output.stdout);
    (output.status.code(), said.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr))))
}

fn refusal(ledger: &Path, more: &[&str]) -> String {
    let output = sekisho(&[&["scope", "ledger"], more].concat(), ledger);
    assert_eq!(output.status.code(), Some(2));
    String::from_utf8(output.stderr).unwrap()
}

/// Whoever looked first, and in which session.
fn looker(house: &House) -> (StaffId, ShiftId) {
    let mut looks = record::events(&house.data()).into_iter();
    looks
        .find_map(|what| if let What::Viewed { staff, shift, .. } = what { Some((staff, shift)) } else { None })
        .unwrap()
}

/// Five documents of one member, of which three are looked at: two and decided, one and left.
fn house() -> House {
    house_with(false)
}

fn house_with(officer: bool) -> House {
    let program = Some(PathBuf::from(env!("CARGO_BIN_EXE_sekisho")));
    let house = House::build_as(Build { program, officer, cost: Some(Cost::TEST), ..Build::default() }).unwrap();
    for _ in 0..5 {
        house.submit("card.jpg", &Picture::specimen()).unwrap();
    }
    for decision in [Some("old_enough"), Some("old_enough"), None] {
        house.look(decision).unwrap();
    }
    house
}

fn without_figures(mut said: Value) -> Value {
    let all = said.as_object_mut().unwrap();
    all.retain(|name, _| !["ms", "peak_mb"].contains(&name.as_str()));
    said
}

/// M27: while it runs, and from its export, by person, session, site and window; the list has what is counted, and the
/// report too.
#[test]
fn an_installation_and_its_export_tell_whose_documents_were_opened() {
    let house = house();
    let (data, papers) = (house.data(), tempfile::tempdir().unwrap());
    let (staff, session) = looker(&house);
    let list = papers.path().join("documents.csv");
    let (code, said) = scope(&data, &["--by", &format!("reviewer={staff}"), "--documents", list.to_str().unwrap()]);
    assert_eq!(code, Some(1));
    assert_eq!(said["documents"], json!({ "confirmed": 3, "at_most": 3 }));
    assert_eq!(said["members"]["confirmed"], 1, "all three are the same member's: {said}");
    assert_eq!((&said["looks"], &said["read"]), (&json!(3), &said["entries"]));
    assert_eq!(said["then"]["shredded: decided"]["confirmed"], 2, "{said}");
    assert_eq!(fs::read_to_string(&list).unwrap().lines().count(), 1 + 3);

    let in_session = scope(&data, &["--by", &format!("session={session}")]);
    assert_eq!(in_session.1["documents"]["confirmed"], 1, "each look began a session of its own");
    let other = StaffId::from_bytes([1; 16]);
    let (code, nobody) = scope(&data, &["--by", &format!("reviewer={other}")]);
    assert_eq!((code, &nobody["documents"]["at_most"]), (Some(0), &json!(0)), "the control: somebody else");
    assert_eq!(scope(&data, &["--to", "2021-04-20"]).1["looks"], 0, "the control: another time");

    let export = papers.path().join("export");
    let exported = sekisho(&["export", "--to", export.to_str().unwrap(), "--data"], &data);
    assert!(exported.status.success(), "{}", String::from_utf8_lossy(&exported.stderr));
    let by = format!("reviewer={staff}");
    let (_, now) = scope(&data, &["--by", &by]);
    assert_eq!(without_figures(scope(&export, &["--by", &by]).1), without_figures(now));

    let page = papers.path().join("report.html");
    let written = sekisho(&["scope", "ledger", "--lang", "ja", "--html", page.to_str().unwrap()], &data);
    assert_eq!(written.status.code(), Some(1));
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains("<dd>3</dd>") && page.contains("<rect "), "{page}");
    house.clear_away().unwrap();
}

fn index(ledger: &Path, more: &[&str]) -> (Option<i32>, Value) {
    let output = sekisho(&[&["scope", "index", "--json"], more].concat(), ledger);
    let said = serde_json::from_slice(&output.stdout);
    (output.status.code(), said.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr))))
}

/// The answer without what became of an index, and that.
fn apart(mut said: Value) -> (Value, Option<Value>) {
    let index = said.as_object_mut().unwrap().remove("index");
    (without_figures(said), index)
}

/// M27: with an index of the ledger of an installation that runs, and behind it, the answer is the one without; a damaged
/// one is told and not used; nothing of a member is in it.
#[test]
fn an_index_changes_no_answer_and_one_that_does_not_fit_is_told() {
    let mut house = house();
    let data = house.data();
    let (staff, session) = looker(&house);
    let (code, made) = index(&data, &[]);
    assert_eq!((code, &made["before"], &made["whole"]), (Some(0), &json!(0), &json!(true)));
    let file = PathBuf::from(made["file"].as_str().unwrap());
    assert_eq!(file.parent().unwrap(), data.join("ledger"));
    house.look(Some("old_enough")).unwrap();
    for by in [vec![], vec![format!("reviewer={staff}")], vec![format!("session={session}")], vec!["site=none".into()]]
    {
        let words: Vec<&str> = by.iter().flat_map(|by| ["--by", by]).collect();
        let (with, used) = apart(scope(&data, &words).1);
        let (without, none) = apart(scope(&data, &[&words[..], &["--no-index"]].concat()).1);
        assert_eq!(with, without, "{by:?}");
        let used = used.unwrap();
        assert_eq!((&used["used"], &used["entries"]), (&json!(true), &made["entries"]));
        assert!(none.is_none() && with["entries"].as_u64() > made["entries"].as_u64(), "the control: it grew");
    }
    house.rest();
    let longer = index(&data, &[]).1;
    assert_eq!(longer["before"], made["entries"], "it is gone on with");
    assert!(longer["entries"].as_u64() > made["entries"].as_u64());

    let keeper = Connection::open(data.join("keeper/keeper.db")).unwrap();
    let sub: String = keeper.query_row("SELECT sub FROM checks", [], |row| row.get(0)).unwrap();
    let bytes = fs::read(&file).unwrap();
    assert!(!bytes.windows(sub.len()).any(|some| some == sub.as_bytes()), "whose a check is stands elsewhere");
    assert!(keeper.execute("UPDATE checks SET sub = NULL", []).unwrap() > 0);
    let (erased, used) = apart(scope(&data, &[]).1);
    assert_eq!((&erased["members"]["confirmed"], &used.unwrap()["used"]), (&json!(0), &json!(true)));

    let (without, _) = apart(scope(&data, &["--no-index"]).1);
    let mut damaged = bytes.clone();
    damaged[bytes.len() / 3] ^= 1;
    fs::write(&file, damaged).unwrap();
    let (answer, why) = apart(scope(&data, &[]).1);
    assert_eq!((answer, &why.unwrap()["code"]), (without, &json!("damaged")));
    let said = sekisho(&["scope", "ledger"], &data);
    assert!(String::from_utf8(said.stdout).unwrap().contains("index not used, the ledger was read: "));
    assert_eq!(index(&data, &[]).1["entries"], longer["entries"], "and it is made anew");

    let other = data.join("gate/gate.db");
    let refused = sekisho(&["scope", "index", "--to", other.to_str().unwrap()], &data);
    assert_eq!(refused.status.code(), Some(2));
    assert!(fs::read(&other).unwrap().starts_with(b"SQLite"), "what is no index is not written over");
    drop(keeper);
    house.clear_away().unwrap();
}

/// M27: an officer is told at the desk what the command tells on the server, by reviewer, session, site and window.
#[test]
fn the_desk_tells_officers_what_the_command_tells() {
    let house = house_with(true);
    let (staff, session) = looker(&house);
    let (by, in_session) = (staff.to_string(), session.to_string());
    for (fields, words) in [
        (vec![("as", "json")], vec![]),
        (vec![("as", "json"), ("reviewer", &by)], vec!["--by", &*format!("reviewer={by}")]),
        (vec![("as", "json"), ("ids", &in_session)], vec!["--by", &*format!("session={in_session}")]),
        (vec![("as", "json"), ("site", "no-such-site")], vec!["--by", "site=no-such-site"]),
        (vec![("as", "json"), ("to", "2021-04-20")], vec!["--to", "2021-04-20"]),
    ] {
        let (status, page) = house.officer_sends("/watch/scope", "/watch/scope", &fields).unwrap();
        assert_eq!(status, 200, "{page}");
        let at_desk: Value = serde_json::from_str(&page).unwrap();
        assert_eq!(at_desk["read"], at_desk["entries"], "{fields:?}");
        let by_command = scope(&house.data(), &words).1;
        assert_eq!(without_entries(at_desk), without_entries(by_command), "{fields:?}");
    }
    let (_, page) = house.officer_sends("/watch/scope", "/watch/scope", &[("reviewer", &by)]).unwrap();
    assert!(page.contains("<dd>3</dd>"), "{page}");
    let (_, list) = house.officer_sends("/watch/scope", "/watch/scope", &[("as", "csv")]).unwrap();
    assert_eq!(list.lines().count(), 1 + 3);
    house.clear_away().unwrap();
}

/// Who asks at the desk begins a shift for it, and the ledger grows by that.
fn without_entries(said: Value) -> Value {
    let mut said = without_figures(said);
    said.as_object_mut().unwrap().retain(|name, _| !["entries", "read"].contains(&name.as_str()));
    said
}

/// M27: somebody tore entries out of an export: they are counted as what they may have been, and not passed over.
#[test]
fn entries_that_were_taken_away_are_told() {
    let mut house = house();
    // What was written last stands under a checkpoint when the keeper has ended.
    house.rest();
    let papers = tempfile::tempdir().unwrap();
    let export = papers.path().join("export");
    assert!(sekisho(&["export", "--to", export.to_str().unwrap(), "--data"], &house.data()).status.success());
    let bodies = export.join("keeper/event.jsonl");
    let text = fs::read_to_string(&bodies).unwrap();
    let is_look =
        |line: &&str| serde_json::from_str::<Value>(line).unwrap()["body"].as_str().unwrap().contains("\"viewed\"");
    let kept: Vec<_> = text.lines().filter(|line| !is_look(line)).collect();
    assert_eq!(text.lines().count() - kept.len(), 3, "the control: three looks are gone");
    fs::write(&bodies, kept.join("\n")).unwrap();
    let (code, said) = scope(&export, &[]);
    assert_eq!((code, &said["documents"]), (Some(1), &json!({ "confirmed": 0, "at_most": 3 })));
    assert_eq!(said["cannot_tell"]["entries"], 3);
    house.clear_away().unwrap();
}

/// M27: a member who left is counted, and that nobody knows any more who it was is said.
#[test]
fn a_member_who_was_erased_is_counted() {
    let mut house = house();
    house.rest();
    let keeper = Connection::open(house.data().join("keeper/keeper.db")).unwrap();
    assert_eq!(keeper.execute("UPDATE checks SET sub = NULL WHERE state = 'approved'", []).unwrap(), 2);
    let (_, said) = scope(&house.data(), &[]);
    assert_eq!(said["documents"]["confirmed"], 3);
    assert_eq!((&said["members"]["confirmed"], &said["members"]["erased"]["confirmed"]), (&json!(1), &json!(2)));
    drop(keeper);
    house.clear_away().unwrap();
}

#[test]
fn what_is_asked_wrongly_is_refused_with_what_to_do() {
    let empty = tempfile::tempdir().unwrap();
    assert!(refusal(empty.path(), &[]).contains("name a data folder, an export"));
    let house = house();
    let data = house.data();
    assert!(refusal(&data, &["--by", "reviewer=Nobody"]).contains("write the id"));
    assert!(refusal(&data, &["--by", "finding=0"]).contains("is no finding"));
    assert!(refusal(&data, &["--by", "finding=0", "--by", "reviewer=Nobody"]).contains("one alone"));
    assert!(refusal(&data, &["--by", "finding=0", "--by", "finding=1"]).contains("one alone"));
    assert!(refusal(&data, &["--by", "colour=red"]).contains("there are reviewer"));
    assert!(refusal(&data, &["--from", "2026-01-02", "--to", "2026-01-01"]).contains("--from lies behind --to"));
    house.clear_away().unwrap();
}

/// M30: the page to print says of each store what JSON says of it.
#[test]
fn the_page_says_which_stores_were_reached_and_which_nobody_looked_at() {
    let house = house();
    let papers = tempfile::tempdir().unwrap();
    let [inventory, page] = ["shop.toml", "report.html"].map(|name| papers.path().join(name).display().to_string());
    let store = |name: &str, seen: &str, class: &str| {
        let class = format!("[[store.class]]\nname = \"{class}\"\nwhose = \"members\"\nfields = [\"picture\"]\n");
        format!("[[store]]\nname = \"{name}\"\nseen_by = [{seen}]\n{class}")
    };
    let stores = store("vault", "\"ledger\"", "licence") + &store("mail <old>", "", "letters");
    fs::write(&inventory, format!("name = \"a shop\"\n{stores}")).unwrap();
    let (code, said) = scope(&house.data(), &["--inventory", &inventory, "--html", &page]);
    let reach = |at: usize| said["inventory"]["stores"][at]["reach"].as_str().unwrap();
    assert_eq!((code, reach(1)), (Some(1), "not_looked_at"), "{said}");
    assert_ne!(reach(0), "not_looked_at");
    let text = fs::read_to_string(&page).unwrap();
    let row = |name: &str, reach: &str| text.contains(&format!("<strong>{name}</strong>")) && text.contains(reach);
    assert!(row("vault", &reach(0).replace("cannot_tell", "can&#39;t be told").replace('_', " ")), "{text}");
    assert!(row("mail &#60;old&#62;", "<strong>not looked at</strong>"), "{text}");
    assert!(!said["inventory"]["stores"][1]["why"][0].is_null());
    let (_, without) = scope(&house.data(), &["--html", &page]);
    assert!(without["inventory"].is_null() && !fs::read_to_string(&page).unwrap().contains("vault"), "the control");
    house.clear_away().unwrap();
}

/// Somebody asks at night, and the ledger is damaged: what can't be read is told, and by how the command ends.
#[test]
fn a_damaged_ledger_is_told_by_its_index_and_by_its_scope() {
    let mut house = house();
    house.rest();
    let (data, papers) = (house.data(), tempfile::tempdir().unwrap());
    let export = papers.path().join("export");
    assert!(sekisho(&["export", "--to", export.to_str().unwrap(), "--data"], &data).status.success());
    let (code, made) = index(&data, &[]);
    assert_eq!((code, &made["whole"]), (Some(0), &json!(true)), "the control");

    let journal = data.join("ledger/journal");
    let mut bytes = fs::read(&journal).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&journal, bytes).unwrap();
    fs::remove_file(made["file"].as_str().unwrap()).unwrap();
    let (code, less) = index(&data, &[]);
    assert_eq!((code, &less["whole"]), (Some(1), &json!(false)));
    assert!(less["entries"].as_u64() < made["entries"].as_u64(), "{less} {made}");
    let said = sekisho(&["scope", "index"], &data);
    assert_eq!(said.status.code(), Some(1));
    assert!(String::from_utf8(said.stdout).unwrap().contains("is not sound: ask `sekisho verify`"));
    for how in [&[][..], &["--no-index"]] {
        let why = refusal(&data, how);
        assert!(why.contains("ledger/journal: ") && why.contains("damaged at byte"), "{why}");
    }

    let bodies = export.join("keeper/event.jsonl");
    let text = fs::read_to_string(&bodies).unwrap();
    let torn: Vec<_> =
        text.lines().enumerate().map(|(at, line)| if at == 4 { &line[..line.len() / 2] } else { line }).collect();
    fs::write(&bodies, torn.join("\n") + "\n").unwrap();
    let (code, made) = index(&export, &[]);
    assert_eq!(code, Some(0), "a line that is none is in the index as missing: {made}");
    for how in [&[][..], &["--no-index"]] {
        let (code, said) = scope(&export, how);
        assert_eq!((code, &said["cannot_tell"]["broken"]["lines"]), (Some(1), &json!(1)), "{said}");
    }
    house.clear_away().unwrap();
}
