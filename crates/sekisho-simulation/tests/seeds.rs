//! A bounded number of seeds, for every change. Campaigns: `cargo xtask simulate`.

use sekisho_simulation::{
    exhaustive,
    generate::Taste,
    op::to_text,
    planted::Planted,
    run::{self, Report},
    shrink::shrink,
};

const STEPS: usize = 120;

fn hold(seed: u64) -> Report {
    let report = run::by_seed(seed, STEPS, Taste::ALL, Planted::Nothing);
    if let Some((at, violation)) = &report.violation {
        let short = shrink(seed, &report.script, violation.law, Planted::Nothing);
        panic!("seed {seed} breaks a law at step {at}: {violation}\n{}", to_text(&short));
    }
    report
}

fn hold_all(seeds: std::ops::Range<u64>) {
    let reports: Vec<Report> = seeds.map(hold).collect();
    let sum = |of: fn(&Report) -> u64| reports.iter().map(of).sum::<u64>();
    let many = reports.len() as u64;
    // A simulation that no longer does anything would hold every law.
    assert!(sum(|it| it.crashes) > 3 * many, "hardly anything crashes");
    assert!(sum(|it| it.documents) > 4 * many, "hardly anything is received");
    assert!(sum(|it| it.seconds) > 24 * 3600 * many, "hardly any time passes");
}

/// M8, M9, M16: crashes, lies and lost power.
#[test]
fn seeds_of_the_first_half_break_no_law() {
    hold_all(1..17);
}

/// M8, M9, M16: and once more beside it.
#[test]
fn seeds_of_the_second_half_break_no_law() {
    hold_all(17..33);
}

/// M8, M9, M16: short scripts are struck everywhere; in a test, at every nineteenth place.
#[test]
fn a_short_script_struck_at_its_writes_breaks_no_law() {
    for (name, ops) in exhaustive::scripts() {
        let swept = exhaustive::sweep(1, &ops, 19);
        assert!(swept.points > 50 && swept.runs > 20 && swept.crashes > 5, "{name}: {swept:?}");
        if let Some((script, violation)) = swept.broken {
            panic!("{name}: {violation}\n{}", to_text(&script));
        }
    }
}

#[test]
fn a_seed_gives_the_same_run_each_time() {
    let run = || run::by_seed(77, 80, Taste::ALL, Planted::Nothing);
    let (one, other) = (run(), run());
    assert_eq!((one.digest, &one.script), (other.digest, &other.script));
    assert_eq!(one.violation, other.violation);
}

#[test]
fn a_script_gives_the_same_run_as_its_seed() {
    let one = run::by_seed(78, 60, Taste::ALL, Planted::Nothing);
    assert_eq!(one.digest, run::by_script(78, &one.script, Planted::Nothing).digest);
    assert_ne!(one.digest, run::by_script(79, &one.script, Planted::Nothing).digest);
}

/// What breaks a law is told by few steps.
#[test]
fn a_violation_shrinks_to_a_short_script() {
    let planted = Planted::JournalLies;
    let found = (1..20).map(|seed| (seed, run::by_seed(seed, 80, Taste::QUIET, planted)));
    let (seed, report) = found.into_iter().find(|(_, report)| report.violation.is_some()).expect("a planted bug");
    let (_, violation) = report.violation.expect("just found");
    let short = shrink(seed, &report.script, violation.law, planted);
    assert!(short.len() <= 3, "{}", to_text(&short));
    assert_eq!(run::by_script(seed, &short, planted).violation.map(|(_, it)| it.law), Some(violation.law));
}
