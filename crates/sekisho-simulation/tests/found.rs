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

/// A statement that fails as on a full disk makes SQLite give up the whole transaction. What came after it in the
/// batch was then committed by itself, with a gap before its entries, and the next start was refused.
#[test]
fn a_transaction_given_up_in_its_midst_leaves_nothing_of_the_batch() {
    let submit = |member| Op::Submit { site: 0, member, expires: 3600 };
    for at in (0..280).step_by(2) {
        let fault = Fault { on: Strikes::Statement, at, dies: false, kept: Kept::Nothing };
        let batch = Op::Batch(vec![submit(0), submit(1), submit(2)]);
        let mut script = vec![Step { op: batch, faults: vec![fault] }];
        let after = [Op::Tick, submit(3), Op::Kill, Op::Start { off: 5, unlock: true, power: None }];
        script.extend(after.map(Step::new));
        script.push(Step::new(Op::Review(0, Reason::OldEnough)));
        hold(&script);
    }
}
