//! The benchmarks' own code, run with sizes at which it means nothing, so that it still runs when it is wanted.

#![allow(clippy::print_stderr, reason = "what could not run is told")]

#[path = "../benches/custody/measure/mod.rs"]
mod measure;

use std::{env, path::PathBuf};

use measure::{
    ALL, Bench, Sizes,
    commit::{Told, Unnamed, commit, judged},
    machine::{Load, Machine},
    record::{Measured, Run},
    report,
    stats::Samples,
};

fn bench() -> Bench {
    let openbao = env::var_os("SEKISHO_OPENBAO").map(PathBuf::from);
    if openbao.is_none() {
        assert!(env::var_os("SEKISHO_REQUIRE_OPENBAO").is_none(), "SEKISHO_OPENBAO names no program");
        eprintln!("not run: what stands beside OpenBao (SEKISHO_OPENBAO names no program)");
    }
    Bench {
        ground: env!("CARGO_TARGET_TMPDIR").into(),
        sizes: Sizes::named("tiny").expect("there are such sizes"),
        openbao,
        sekisho: env!("CARGO_BIN_EXE_sekisho").into(),
    }
}

fn taken(name: &str) -> Measured {
    let measurement = ALL.iter().find(|measurement| measurement.name == name).expect("it is among all");
    let measured = (measurement.take)(&bench()).expect("it runs");
    assert!(measured.tables.iter().all(|table| !table.rows.is_empty()));
    let figures = measured.tables.iter().flat_map(|table| &table.rows).flat_map(|row| row.figures.iter().flatten());
    assert!(figures.clone().count() > 0 && figures.clone().all(|figure| figure.is_finite()), "{measured:?}");
    measured
}

#[test]
fn sealing_is_measured() {
    assert_eq!(taken("sealing").goals.len(), 1);
}

#[test]
fn intake_is_measured_with_the_search_for_codes_and_without_it() {
    assert_eq!(taken("intake").goals.len(), 2);
}

#[test]
fn releases_are_measured_beside_openbao_where_it_is() {
    let beside = bench().openbao.is_some();
    let measured = taken("release");
    assert_eq!((measured.tables[0].rows.len(), measured.goals.len()), if beside { (4, 4) } else { (2, 1) });
}

/// With a proposal beside it, where print can be read.
#[test]
fn the_whole_viewing_is_measured() {
    let reads = sekisho::networks::open().unwrap().is_some();
    if !reads {
        assert!(env::var_os("SEKISHO_REQUIRE_MODELS").is_none(), "no networks are found");
        eprintln!("not run: the viewing with a proposal (there are no networks)");
    }
    assert_eq!(taken("viewing").tables[0].rows.len(), 1 + usize::from(reads));
}

#[test]
fn changes_of_root_are_measured() {
    assert_eq!(taken("roots").goals.len(), 1);
}

#[test]
fn forgetting_is_measured() {
    taken("forgetting");
}

#[test]
fn appends_are_measured() {
    assert_eq!(taken("ledger").tables[0].rows.len(), 9);
}

#[test]
fn the_start_of_a_grown_ledger_is_measured() {
    taken("start");
}

#[test]
fn the_document_says_what_was_missed() {
    let mut measured = Measured::new("sealing", "Sealing", &["How."]);
    measured.goals.push(measure::record::Goal::at_least("throughput", 0.5, 0.9));
    measured.goals.push(measure::record::Goal::at_most("time, s", 3.0, 5.0));
    measured.run = Some(Run {
        at: "2026-11-22T00:00:00Z".into(),
        commit: commit().unwrap_or_else(|why| why.to_string()),
        sizes: bench().sizes.name.into(),
        machine: Machine::here(env!("CARGO_TARGET_TMPDIR").as_ref()),
        load: [Load::now(), Load::now()],
        seconds: 1.0,
    });
    let document = "# A\n<!-- begin: written by `cargo xtask bench custody` -->\nold\n<!-- end -->\nB\n";
    let written = report::written_into(document, &[measured]).unwrap();
    assert!(written.contains("| throughput | 0.50 | ≥ 0.90 | **missed** |"), "{written}");
    assert!(written.contains("| time, s | 3.00 | ≤ 5.00 | held |"));
    assert!(written.starts_with("# A\n") && written.ends_with("<!-- end -->\nB\n") && !written.contains("old"));
    assert!(report::written_into("no markers", &[]).is_err());
}

#[test]
fn a_figure_is_of_a_commit_that_everybody_has_or_of_none() {
    let told = |head: Option<&str>, changed, on_main| Told { head: head.map(Into::into), changed, on_main };
    assert_eq!(judged(told(Some("abc"), false, true)), Ok("abc".into()));
    assert_eq!(judged(told(Some("abc"), true, true)), Err(Unnamed::Changed));
    assert_eq!(judged(told(Some("abc"), false, false)), Err(Unnamed::Elsewhere("abc".into())));
    assert_eq!(judged(told(None, false, true)), Err(Unnamed::Unknown));
}

#[test]
fn percentiles_are_figures_that_occurred() {
    let samples = Samples::new((1..=100).rev().map(f64::from).collect());
    assert_eq!((samples.median(), samples.at(0.99), samples.spread()), (50.0, 99.0, [1.0, 100.0]));
    assert_eq!(Samples::new(vec![7.0]).at(0.99), 7.0);
    assert!(Samples::default().median().is_nan());
}

#[test]
fn this_machine_tells_what_it_is() {
    let here = Machine::here(env!("CARGO_TARGET_TMPDIR").as_ref());
    assert!(here.processors > 0 && here.memory > 0.0 && !here.kernel.is_empty());
    assert!(here.file_system.contains(" on "), "{here:?}");
    assert_eq!(Load::now().averages.split(' ').count(), 3);
}
