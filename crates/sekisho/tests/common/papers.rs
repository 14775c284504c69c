//! Generated documents for the tests of whole installations that read print.

use std::{env, io::Write as _};

use sekisho::networks;
use sekisho_papers::{canvas::Fonts, kinds::Kind, make, make::Made, shoot::Severity};

/// One clean document of that kind; nothing, told, where fonts or networks are not here.
pub(crate) fn paper(kind: Kind, seed: u64) -> Option<Made> {
    if !networks::open().is_ok_and(|files| files.is_some()) {
        not_run("the networks are not here (`cargo xtask models`)", "SEKISHO_REQUIRE_MODELS");
        return None;
    }
    let fonts = Fonts::of_the_system().inspect_err(|why| not_run(&why.to_string(), "SEKISHO_REQUIRE_PAPERS")).ok()?;
    Some(make::one(&fonts, seed, kind, Severity::Clean))
}

/// Says so where nobody captures it; demanded, it fails.
fn not_run(why: &str, variable: &str) {
    assert!(env::var_os(variable).is_none(), "{why}");
    let _ = writeln!(std::io::stderr(), "NOT RUN: an installation that reads print: {why}");
}
