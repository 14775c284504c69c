//! What a program read of the age, in words for the reviewer. It proposes; who decides is the reviewer.

use sekisho_core::render::{Age, Proposal};

use crate::desk::lang::Lang;

/// A proposal in words.
pub(super) struct Said {
    /// What was read.
    pub(super) what: &'static str,
    /// Where, and what to do.
    pub(super) how: &'static str,
}

/// `proposal` in words.
pub(super) fn said(proposal: &Proposal, lang: Lang) -> Said {
    let (ja, en) = what(proposal.age);
    let (how_ja, how_en) = how(proposal);
    Said { what: lang.pick(ja, en), how: lang.pick(how_ja, how_en) }
}

const fn what(age: Age) -> (&'static str, &'static str) {
    match age {
        Age::OldEnough => ("機械では、年齢を満たすと読めました。", "Read by machine: old enough."),
        Age::NotOldEnough => ("機械では、年齢を満たさないと読めました。", "Read by machine: not old enough."),
        Age::CannotTell => ("機械では、生年月日を読めませんでした。", "Read by machine: cannot tell."),
    }
}

const fn how(proposal: &Proposal) -> (&'static str, &'static str) {
    match (proposal.age, proposal.readings) {
        (Age::CannotTell, _) => ("写真を見て判断してください。", "Judge by the photograph."),
        (_, 2..) => (
            "青い枠の日付と機械読取部分が一致しています。写真を見て判断してください。",
            "The date in the blue frame and the machine-readable zone agree. Judge by the photograph.",
        ),
        (_, 0) => (
            "青い枠の中の日付です。生年月日かどうかは読めません。写真を見て判断してください。",
            "It is the date in the blue frame; that it is the birth date was not read. Judge by the photograph.",
        ),
        _ => (
            "青い枠の中の日付です。写真を見て判断してください。",
            "It is the date in the blue frame. Judge by the photograph.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_proposal_leaves_the_decision_to_the_photograph() {
        for age in [Age::OldEnough, Age::NotOldEnough, Age::CannotTell] {
            for readings in 0..3 {
                let said = |lang| said(&Proposal { age, readings }, lang);
                assert!(said(Lang::Ja).how.ends_with("写真を見て判断してください。"));
                assert!(
                    said(Lang::En).how.ends_with("Judge by the photograph.") && said(Lang::En).what.contains("machine")
                );
            }
        }
    }
}
