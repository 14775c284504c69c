//! What a program read of the age, in words for the reviewer. It proposes; who decides is the reviewer.

use sekisho_core::render::{Age, Proposal};

use crate::desk::lang::Lang;

/// A proposal in words.
pub(super) struct Said {
    /// How sure it looks: a class of the stylesheet.
    pub(super) class: &'static str,
    /// What was read.
    pub(super) what: &'static str,
    /// Where, and what to do.
    pub(super) how: &'static str,
}

/// `proposal` in words.
///
/// A date that nothing names comes in other words than a birth date, and in another dress: whoever reads only the first
/// sentence must not take one for the other.
pub(super) fn said(proposal: &Proposal, lang: Lang) -> Said {
    let (class, what, how) = match (proposal.age, proposal.readings) {
        (Age::CannotTell, _) => ("untold", UNTOLD, NO_FRAME),
        (Age::OldEnough, 0) => ("unnamed", UNNAMED, UNNAMED_EARLY),
        (Age::NotOldEnough, 0) => ("unnamed", UNNAMED, UNNAMED_LATE),
        (Age::OldEnough, readings) => ("named", OLD_ENOUGH, where_it_stands(readings)),
        (Age::NotOldEnough, readings) => ("named", NOT_OLD_ENOUGH, where_it_stands(readings)),
    };
    Said { class, what: lang.pick(what.0, what.1), how: lang.pick(how.0, how.1) }
}

/// In Japanese and in English.
type Words = (&'static str, &'static str);

const OLD_ENOUGH: Words = ("機械では、年齢を満たすと読めました。", "Read by machine: old enough.");
const NOT_OLD_ENOUGH: Words = ("機械では、年齢を満たさないと読めました。", "Read by machine: not old enough.");
const UNTOLD: Words = ("機械では、判定できませんでした。", "Read by machine: cannot tell.");
const UNNAMED: Words =
    ("機械では、生年月日かどうか分からない日付が読めました。", "Read by machine: a date, perhaps not the birth date.");

const NO_FRAME: Words = (
    "確かな生年月日は読めませんでした。枠もありません。写真を見て判断してください。",
    "No birth date was read for certain, and nothing is framed. Judge by the photograph.",
);
const UNNAMED_EARLY: Words = (
    "青い枠の中の日付です。生年月日だと示すものは、写真の中に読めませんでした。もし生年月日なら、年齢を満たします。写真を見て判断してください。",
    "It is in the blue frame. Nothing that was read on the picture calls it a birth date. If it is one, the person is old enough. Judge by the photograph.",
);
const UNNAMED_LATE: Words = (
    "青い枠の中の日付です。生年月日だと示すものは、写真の中に読めませんでした。もし生年月日なら、年齢を満たしません。写真を見て判断してください。",
    "It is in the blue frame. Nothing that was read on the picture calls it a birth date. If it is one, the person is not old enough. Judge by the photograph.",
);

const fn where_it_stands(readings: u8) -> Words {
    match readings {
        0 | 1 => (
            "青い枠の中の生年月日によります。写真を見て判断してください。",
            "The birth date in the blue frame says so. Judge by the photograph.",
        ),
        _ => (
            "青い枠の中の生年月日と、機械読取部分が一致しています。写真を見て判断してください。",
            "The birth date in the blue frame and the machine-readable zone agree. Judge by the photograph.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGES: [Age; 3] = [Age::OldEnough, Age::NotOldEnough, Age::CannotTell];

    fn told(age: Age, readings: u8, lang: Lang) -> Said {
        said(&Proposal { age, readings }, lang)
    }

    #[test]
    fn every_proposal_leaves_the_decision_to_the_photograph() {
        for (age, readings) in AGES.into_iter().flat_map(|age| (0..3).map(move |readings| (age, readings))) {
            assert!(told(age, readings, Lang::Ja).how.ends_with("写真を見て判断してください。"));
            assert!(told(age, readings, Lang::Ja).what.starts_with("機械では、"));
            assert!(told(age, readings, Lang::En).how.ends_with("Judge by the photograph."));
            assert!(told(age, readings, Lang::En).what.starts_with("Read by machine: "));
        }
    }

    /// M4: the first sentence of a date without a name gives no verdict, and the rest says what is missing.
    #[test]
    fn a_date_that_nothing_names_is_not_told_as_a_birth_date_is() {
        for (age, if_it_is_one) in [(AGES[0], "is old enough"), (AGES[1], "is not old enough")] {
            let unnamed = told(age, 0, Lang::En);
            assert_eq!((unnamed.class, unnamed.what), ("unnamed", UNNAMED.1));
            assert!(!unnamed.what.contains("enough") && !told(age, 0, Lang::Ja).what.contains("年齢"));
            assert!(unnamed.how.contains("Nothing that was read on the picture calls it a birth date."));
            assert!(unnamed.how.contains(&format!("If it is one, the person {if_it_is_one}.")));
            assert!(told(age, 0, Lang::Ja).how.contains("生年月日だと示すものは、写真の中に読めませんでした。"));
        }
        assert!(told(AGES[0], 0, Lang::Ja).how.contains("もし生年月日なら、年齢を満たします。"));
        assert!(told(AGES[1], 0, Lang::Ja).how.contains("もし生年月日なら、年齢を満たしません。"));
    }

    #[test]
    fn what_is_told_of_a_birth_date_differs_by_verdict_and_by_what_agrees() {
        assert_eq!(AGES.map(|age| told(age, 1, Lang::En).class), ["named", "named", "untold"]);
        for lang in [Lang::Ja, Lang::En] {
            let firsts = AGES.map(|age| told(age, 1, lang).what);
            assert!(firsts[0] != firsts[1] && firsts[1] != firsts[2]);
            assert_ne!(told(AGES[0], 1, lang).how, told(AGES[0], 2, lang).how);
        }
        assert!(told(AGES[0], 2, Lang::En).how.contains("machine-readable zone agree"));
        assert!(told(AGES[2], 0, Lang::En).how.contains("nothing is framed"), "no frame is promised");
    }
}
