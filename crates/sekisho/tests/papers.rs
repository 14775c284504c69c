//! `sekisho inspect` on documents of which everything is known: a few of each kind, clean. The full campaign is
//! `cargo xtask bench inspect`.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

use std::{env, path::Path};

use sekisho_papers::{
    bench::{
        answer::Verdict,
        campaign::{Campaign, Kept},
        judge::{Judged, Told},
        program::Program,
    },
    canvas::Fonts,
    fuzz::{Fuzz, corpus},
    kinds::Kind,
    make::Order,
    shoot::Severity,
};

/// A seed of the development's part. From it on each kind has one, and the first four have two.
const FIRST: u64 = 500_004;

/// All that the real program said of them; nothing, told, where fonts or networks may be missing.
fn judged() -> Option<Vec<Judged>> {
    let (fonts, program) = (fonts()?, program());
    let ground = tempfile::tempdir().unwrap();
    let mut kept = Kept::at(&ground.path().join("judged.jsonl")).unwrap();
    let order = Order { count: 16, seed: FIRST, kinds: Kind::ALL.into(), severities: vec![Severity::Clean] };
    let campaign = Campaign { program: &program, fonts: &fonts, ground: ground.path() };
    campaign.documents(&order, &mut kept, |_, _| ()).unwrap();
    Some(kept.judged().to_vec())
}

fn fonts() -> Option<Fonts> {
    Fonts::of_the_system().inspect_err(|why| told(&format!("{why}"), "SEKISHO_REQUIRE_PAPERS")).ok()
}

fn program() -> Program {
    Program::at(Path::new(env!("CARGO_BIN_EXE_sekisho"))).unwrap()
}

#[allow(clippy::print_stderr)]
fn told(why: &str, variable: &str) {
    assert!(env::var_os(variable).is_none(), "{why}");
    eprintln!("not run: documents of which everything is known ({why})");
}

/// The names of those that are so.
fn those(all: &[Judged], so: impl Fn(&Judged) -> bool) -> Vec<&str> {
    all.iter().filter(|judged| so(judged)).map(|judged| judged.file.as_str()).collect()
}

fn is_asked_for(judged: &Judged) -> bool {
    use Kind::*;
    !matches!(judged.kind, Some(MyNumberBack | NotificationCard | ResidentRecord | Td1Back | Other) | None)
}

/// Whether print is read or not, no My Number is kept and nobody is told a wrong day; where it is read, birth dates are.
#[test]
fn of_a_few_documents_of_each_kind_nothing_leaks_nothing_is_told_wrongly_and_most_is_read() {
    let Some(all) = judged() else { return };
    let none: [&str; 0] = [];
    let leaks = |judged: &Judged| judged.leak.as_ref().is_some_and(|leak| !leak.covered || !leak.read_by.is_empty());
    assert_eq!(those(&all, leaks), none);
    assert_eq!(those(&all, |judged| judged.birth == Told::Wrong || judged.expiry == Told::Wrong), none);
    assert_eq!(those(&all, |judged| is_asked_for(judged) && judged.verdict == Verdict::Refuse), none);
    assert_eq!(those(&all, |judged| !judged.seen.is_empty() || !judged.side_data.is_empty()), none);
    if all.iter().all(|judged| !judged.was_read) {
        return told("the networks are not here", "SEKISHO_REQUIRE_MODELS");
    }
    // A reader that ran out of time on a busy machine says nothing of how well it reads.
    let answered = |judged: &Judged| is_asked_for(judged) && judged.reason != "reader_ended";
    let unread = those(&all, |judged| answered(judged) && judged.birth != Told::Right);
    assert!(unread.len() <= 1, "{unread:?}");
}

/// Pictures altered by chance, of which no print is read; the full campaign is `cargo xtask fuzz inspect`.
#[test]
fn altered_pictures_neither_end_the_confined_reader_nor_make_it_slow_or_large() {
    let Some(fonts) = fonts() else { return };
    let (program, ground) = (program(), tempfile::tempdir().unwrap());
    let corpus = corpus(&fonts);
    let fuzz = Fuzz { program: &program, corpus: &corpus, ground: ground.path() };
    assert_eq!(fuzz.round(0..48, false).unwrap(), []);
}
