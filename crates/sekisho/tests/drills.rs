//! The promise table, performed on the real binary's processes. Each row's control must hold too.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

use std::{path::PathBuf, process::Command};

use sekisho::drill::{Got, Means, Printed, Row, perform};

/// Performs drills in the form that CI runs.
fn rows<const N: usize>(names: [&str; N]) -> [Row; N] {
    let program = Some(PathBuf::from(env!("CARGO_BIN_EXE_sekisho")));
    let rows = perform(&names.map(String::from), Means { program, ..Means::default() }).unwrap();
    rows.try_into().unwrap()
}

fn row(name: &str) -> Row {
    let [row] = rows([name]);
    row
}

fn assert_kept(row: &Row) {
    assert!(row.kept, "{row:#?}");
    assert_eq!(row.got, Got::default(), "{row:#?}");
    assert_as_printed(row);
}

/// README's table was made of what was printed before; a drill that prints something else now makes it a lie.
fn assert_as_printed(row: &Row) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/promise.json");
    let printed: Vec<Printed> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let printed = printed.iter().find(|printed| printed.name == row.name);
    let printed = printed.map(|printed| (printed.got, printed.kept));
    assert_eq!(printed, Some((row.got, row.kept)), "run `cargo xtask promise`");
}

/// The number that stands before `after` in a note.
fn number(note: &str, after: &str) -> u64 {
    let (before, _) = note.split_once(after).unwrap_or_else(|| panic!("{note}"));
    before.rsplit([' ', ';']).next().unwrap().parse().unwrap()
}

/// M8, M11, M39: storage credentials are worth nothing; with the keystore too, the same code opens what waited.
#[test]
fn a_copy_of_the_blob_store_opens_nothing() {
    let row = row("stolen-storage");
    assert_kept(&row);
    assert!(number(&row.note, " key-like things") > 1_000, "{}", row.note);
    assert!(row.note.contains("opened 3 of 3 undecided documents"), "{}", row.note);
    assert!(!row.noticed.came && row.officer.is_none(), "{row:#?}");
}

/// M8, M39: everything below `--data`, without the keystore: 0 documents, 0 birth dates, 0 names.
#[test]
fn a_copy_of_everything_but_the_keystore_opens_nothing() {
    let row = row("stolen-databases");
    assert_kept(&row);
    assert!(number(&row.note, " key-like things") > 10_000, "{}", row.note);
    assert!(row.note.contains("opened 3 of 3 undecided documents"), "{}", row.note);
}

/// M11, M39: a site's private key leads to no picture.
#[test]
fn a_sites_private_key_leads_to_no_picture() {
    let row = row("stolen-site-key");
    assert_kept(&row);
    assert!(number(&row.note, " calls on") > 60 && row.note.contains("found 1 picture in what the desk shows"));
}

/// M11, M39: in the gate's place, confined as the gate, what was submitted before stays closed.
#[test]
fn code_in_the_gates_place_opens_nothing_that_was_submitted_before() {
    let row = row("public-process");
    assert_kept(&row);
    assert!(number(&row.note, " attempts;") > 50, "{}", row.note);
    assert!(row.note.contains("saw 1 of the documents"), "{}", row.note);
    assert!(row.noticed.how.contains("saw the gate end"), "{:?}", row.noticed);
}

/// M8, M9, M39: a day of copies on real processes and a driven clock, over 24 changes of root and more. Without the
/// keystore nothing that was decided or overdue opens; a snapshot with it opens exactly what was undecided then.
#[test]
fn a_day_of_copies_opens_what_was_undecided_and_nothing_else() {
    let [backup, snapshot] = rows(["yesterdays-backup", "snapshot-with-keystore"]);
    assert_kept(&backup);
    let figures = backup.figures.unwrap();
    let count = |name: &str| figures[name].as_u64().unwrap();
    assert!(count("root_changes") >= 24 && count("copies") >= 24 && count("decided_or_overdue") >= 20);
    assert_eq!(count("decided_or_overdue_opened"), 0);
    assert_eq!(count("undecided_now_opened"), count("undecided_now"));
    let scan = &figures["scan"];
    assert_eq!((&scan["found"], &scan["planted_found"], &scan["old_roots_left"]), (&0.into(), &4.into(), &0.into()));
    assert!(snapshot.kept && snapshot.got.pictures > 0, "{snapshot:#?}");
    for each in snapshot.figures.unwrap()["each"].as_array().unwrap() {
        assert_eq!(each["undecided"], each["opened"], "{each}");
    }
    deleted_keys_come_back(&figures["beside"]);
}

/// What stands beside us runs where its program is; where it has to be, it must.
#[allow(clippy::print_stderr)] // What was not run is said to be so.
fn deleted_keys_come_back(beside: &serde_json::Value) {
    if beside["ran"] == false {
        assert!(std::env::var_os("SEKISHO_REQUIRE_OPENBAO").is_none(), "{beside}");
        return eprintln!("NOT RUN: {beside}");
    }
    for run in beside["runs"].as_array().unwrap() {
        assert_eq!(run["decided_opened_after_deleting"], 0, "{run}");
        assert_eq!(run["decided_opened_after_restore"], run["decided"], "{run}");
    }
}

/// M9, M39: a clock that is set back lengthens no document's life, while the keeper runs and across its restart.
#[test]
fn a_clock_that_is_set_back_lengthens_no_life() {
    assert_kept(&row("clock-back"));
}

/// M9, M39: a leap burns nothing and opens nothing; what an officer confirms as overdue is gone from copies too; a sleep
/// of the machine is no leap.
#[test]
fn a_clock_that_is_set_forward_burns_nothing_and_opens_nothing() {
    let row = row("clock-forward");
    assert_kept(&row);
    assert!(number(&row.note, " findings") > 20, "{}", row.note);
}

/// M8, M10, M50: backed up, gone on, burnt down, restored, twice: with the journal and with nothing but the backups.
#[test]
fn what_ended_stays_ended_after_a_restore_and_the_story_passes_again() {
    let row = row("restore");
    assert_kept(&row);
    assert!(row.note.contains("tried on 6 ciphertexts"), "{}", row.note);
    assert!(row.note.contains("with the keystore the same code opened 6;"), "{}", row.note);
}

/// M16: an older machine, keystore included; without a witness what was decided is shown again.
#[test]
fn an_older_state_opens_nothing_while_a_witness_knows_more() {
    let row = row("old-state");
    assert_kept(&row);
    assert!(number(&row.note, " findings as they must be") >= 14, "{}", row.note);
    assert!(row.noticed.came && row.officer.is_some(), "{row:#?}");
}

/// M16: of two of one, the witness's second opens nothing, whichever it is.
#[test]
fn a_clone_and_its_original_do_not_both_open() {
    let row = row("clone");
    assert_kept(&row);
    assert!(number(&row.note, " findings as they must be") >= 12, "{}", row.note);
}

/// M16: a longer history is another history all the same.
#[test]
fn a_fork_is_told_by_its_history_however_long_it_is() {
    let row = row("fork");
    assert_kept(&row);
    let (known, longer) = (number(&row.note, " entries, the other history"), number(&row.note, "; without a witness"));
    assert!(longer > known, "{}", row.note);
}

/// M16: with the log's key, the database, the journal, the tiles and the keystore in one hand.
#[test]
fn a_ledger_that_was_cut_everywhere_opens_nothing() {
    let row = row("truncated-ledger");
    assert_kept(&row);
    assert!(number(&row.note, " entries were cut off") > 3, "{}", row.note);
}

/// M16: with the log's key, the database, the journal, the tiles and the keystore in one hand.
#[test]
fn a_leaf_that_was_rewritten_everywhere_opens_nothing() {
    let row = row("rewritten-ledger");
    assert_kept(&row);
    assert!(number(&row.note, " entries named somebody else") > 0, "{}", row.note);
}

/// What a thief of sessions got: some pictures, since what they hold is a reviewer's, and no more than was promised.
fn assert_bounded(row: &Row, most: u64) {
    assert!(row.kept, "{row:#?}");
    assert!((1..=most).contains(&row.got.pictures) && row.officer.is_some(), "{row:#?}");
}

/// M19, M20, M39: faster than a person, the shift ends by itself; without budgets and watch everything was seen.
#[test]
fn a_stolen_session_that_does_not_wait_loses_the_shift_within_25_documents() {
    let row = row("mass-read");
    assert_bounded(&row, 25);
    assert!(row.stopped.came && row.stopped.requests.is_some_and(|requests| requests < 150), "{:?}", row.stopped);
    assert!(row.note.ends_with("the same code saw 30"), "{}", row.note);
}

/// M19, M20, M39: all sessions at once pause everything, then lock it down.
#[test]
fn all_sessions_ridden_at_once_lock_the_keeper_down() {
    let row = row("spread-sessions");
    assert_bounded(&row, 32);
    assert!(row.stopped.how.contains("locked down"), "{:?}", row.stopped);
    assert!(row.note.ends_with("saw 33 of 33"), "{}", row.note);
}

/// M19, M20, M39: below every limit for days. A thief who takes a person's time is not noticed, and the row says so.
#[test]
fn a_slow_drip_is_told_within_three_days_and_bounded_by_what_arrived() {
    let row = row("slow-drip");
    assert_bounded(&row, 42);
    assert!(row.noticed.seconds.is_some_and(|seconds| seconds <= 3 * 86_400), "{:?}", row.noticed);
    assert!(!row.stopped.came && row.note.contains("was not noticed"), "{row:#?}");
}

/// M15, M19, M39: a reviewer for somebody else sees a day's work, none of their choosing, each look on record.
#[test]
fn a_rogue_reviewer_gets_a_days_budget_and_nothing_beyond() {
    let row = row("rogue-reviewer");
    assert_bounded(&row, 12);
    assert!(!row.noticed.came && row.stopped.came, "{row:#?}");
}

/// M26, M39: nobody on the internet shuts the house.
#[test]
fn strangers_can_not_have_the_house_shut() {
    let row = row("lock-us-out-from-outside");
    assert_kept(&row);
    assert!(number(&row.note, " requests,") > 500 && row.noticed.came, "{row:#?}");
}

/// M26, M39: one reviewer who misbehaves loses their own shift, and nobody else's.
#[test]
fn one_reviewer_can_not_have_the_house_shut() {
    let row = row("lock-us-out-from-inside");
    assert_bounded(&row, 20);
    assert!(row.note.contains("0 of anybody else's"), "{}", row.note);
}

#[test]
fn a_drill_that_is_not_there_is_a_usage_error_and_names_those_that_are() {
    let asked = Command::new(env!("CARGO_BIN_EXE_sekisho")).args(["drill", "stolen-moon"]).output().unwrap();
    assert_eq!(asked.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&asked.stderr).contains("stolen-site-key"));
}

/// M39: one command, one report.
#[test]
fn the_command_prints_one_array_and_ends_well_when_promises_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.html");
    let mut command = Command::new(env!("CARGO_BIN_EXE_sekisho"));
    let told = command.args(["drill", "stolen-storage", "--json", "--lang", "en", "--html"]).arg(&report).output();
    let told = told.unwrap();
    assert_eq!(told.status.code(), Some(0));
    let page = std::fs::read_to_string(report).unwrap();
    assert!(page.contains("1 of 1 promises were kept") && page.contains("leaves no trace"), "{page}");
    let rows: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(rows.as_array().map(Vec::len), Some(1));
    assert_eq!(rows[0]["got"], serde_json::json!({ "pictures": 0, "birth_dates": 0, "names": 0 }));
    for field in ["name", "held", "promise", "note"] {
        assert!(rows[0][field].as_str().is_some_and(|text| !text.is_empty()), "{field}");
    }
    for moment in ["noticed", "stopped"] {
        assert!(rows[0][moment]["came"].is_boolean() && rows[0][moment]["how"].is_string(), "{moment}");
    }
    assert!(rows[0].get("officer").is_some_and(serde_json::Value::is_null), "nobody sees a copy being made");
    assert_eq!(rows[0]["kept"], true);
}

/// M7, M19, M20, M39: what was laid as bait opens nothing, is refused in the words for what nobody knows, and is told
/// at the first use; what nobody laid is not.
#[test]
fn bait_is_told_at_the_first_use_and_by_nothing_before() {
    let row = row("canary");
    assert_kept(&row);
    assert!(row.noticed.came && row.officer.is_some(), "{row:#?}");
}

/// M11, M19, M20, M39: in the desk's place, confined as the desk. What it gets is printed: never more than the budget of
/// whoever is on shift, each look on record, and nothing while nobody is.
#[test]
fn code_in_the_desks_place_gets_the_budget_of_whoever_is_on_shift_and_no_more() {
    let row = row("staff-process");
    assert!(row.kept, "{row:#?}");
    assert_as_printed(&row);
    let figures = row.figures.unwrap();
    let count = |name: &str| figures[name].as_u64().unwrap();
    assert!(row.got.pictures > 0 && row.got.pictures <= count("budget_of_a_minute"), "{figures}");
    assert_eq!(row.got.pictures, count("on_record"));
    assert!(count("alone") > 200 && count("left") > 0, "{figures}");
    assert!(row.noticed.came && row.stopped.came && row.officer.is_some());
}

/// M19, M39: at once, after the decision, in the next shift, in an officer's session and in none.
#[test]
fn what_a_reviewers_browser_sent_gives_nothing_when_it_is_sent_again() {
    let row = row("replayed-assignment");
    assert_kept(&row);
    let figures = row.figures.unwrap();
    assert!(figures["tried"].as_u64().unwrap() >= 1_000 && figures["extra"] == 0, "{figures}");
    assert!(row.noticed.requests.is_some_and(|requests| requests <= 10), "{:?}", row.noticed);
}

/// M19, M39
#[test]
fn one_assignment_in_many_hands_at_once_shows_one_picture() {
    let row = row("double-spend");
    assert_kept(&row);
    let figures = row.figures.unwrap();
    assert!(figures["tried"].as_u64().unwrap() >= 1_000 && figures["extra"] == 0, "{figures}");
    assert!(row.noticed.came && row.officer.is_some());
}

/// M7, M19, M20, M26, M39: at the gate's API, and at the keeper by the gate's own descriptor; within ten refusals.
#[test]
fn a_check_that_no_site_signed_brings_no_document_and_no_assignment() {
    let row = row("forged-check");
    assert_kept(&row);
    let figures = row.figures.unwrap();
    let count = |name: &str| figures[name].as_u64().unwrap();
    assert!(count("at_the_gate") >= 15 && count("at_the_keeper") >= 600, "{figures}");
    assert!(row.noticed.requests.is_some_and(|requests| requests <= 10), "{:?}", row.noticed);
    assert!(row.stopped.came && row.officer.is_some(), "{:?}", row.stopped);
}

/// M20, M26, M39: within ten refusals and five seconds, each asker alone.
#[test]
fn whoever_tries_references_is_found_within_ten_refusals_and_stopped() {
    let row = row("enumeration");
    assert_kept(&row);
    assert!(row.noticed.requests.is_some_and(|requests| requests <= 10), "{:?}", row.noticed);
    // The gate tells the keeper after it has answered, so a few more may be under way when it is found.
    assert!(row.stopped.came && row.officer.is_some(), "{:?}", row.stopped);
}

/// M11, M39: nothing that was uploaded or put there is served or run; a careless server gives it out.
#[test]
fn a_file_that_somebody_put_there_is_neither_served_nor_run() {
    let row = row("web-shell");
    assert_kept(&row);
    let figures = row.figures.unwrap();
    let count = |name: &str| figures[name].as_u64().unwrap();
    assert!(count("taken") == 4 && count("turned_away") == 6 && count("asked") > 70, "{figures}");
}

/// M14, M39: what stands between, and what is left behind.
#[test]
fn no_cache_that_goes_by_the_rules_holds_a_picture() {
    let row = row("cached-page");
    assert_kept(&row);
    let figures = row.figures.unwrap();
    assert_eq!((&figures["shared"], &figures["private"], &figures["careless"]), (&0.into(), &0.into(), &0.into()));
    assert_eq!(figures["without_rules"], 1, "the control: it did pass");
}

/// M8, M11, M39: the floor, measured: what is undecided and what arrives, and nothing that was decided.
#[test]
#[allow(clippy::print_stderr)] // What was not run is said to be so.
fn root_on_the_keepers_machine_gets_the_floor_and_nothing_below_it() {
    let row = row("key-process");
    assert!(row.kept, "{row:#?}");
    assert_as_printed(&row);
    assert_eq!(row.got.pictures, 3);
    if row.figures.is_none() {
        assert!(std::env::var_os("SEKISHO_REQUIRE_ROOT").is_none(), "{}", row.note);
        eprintln!("NOT RUN: the keeper's memory, which only root may read");
    }
}
