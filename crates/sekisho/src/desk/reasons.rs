//! The reasons for a decision, as buttons.

use sekisho_core::check::{Reason, Verdict};

use super::lang::Lang;

/// One button.
pub(crate) struct Answer {
    /// What the form sends, as in the API.
    pub(crate) code: &'static str,
    /// The key that goes to it, 1 to 8.
    pub(crate) key: usize,
    /// What it says.
    pub(crate) label: &'static str,
}

/// The buttons of one verdict.
pub(crate) struct Group {
    /// The verdict, for the style.
    pub(crate) class: &'static str,
    /// What the group is called.
    pub(crate) title: &'static str,
    /// What follows from it.
    pub(crate) effect: &'static str,
    /// Its buttons.
    pub(crate) answers: Vec<Answer>,
}

/// All buttons, by verdict, numbered through.
pub(crate) fn groups(lang: Lang) -> Vec<Group> {
    [Verdict::Approve, Verdict::Reject, Verdict::Retake].into_iter().map(|verdict| group(verdict, lang)).collect()
}

fn group(verdict: Verdict, lang: Lang) -> Group {
    let numbered = Reason::ALL.into_iter().zip(1..);
    let answers = numbered
        .filter(|(reason, _)| reason.verdict() == verdict)
        .map(|(reason, key)| Answer { code: code(reason), key, label: label(reason, lang) })
        .collect();
    let (class, title, effect) = match verdict {
        Verdict::Approve => {
            ("approve", lang.pick("承認", "Approve"), lang.pick("サイトに証明を送ります", "The site gets the claim"))
        }
        Verdict::Reject => (
            "reject",
            lang.pick("不承認", "Reject"),
            lang.pick("確認は不成立で終わります", "The check ends without a claim"),
        ),
        Verdict::Retake => (
            "retake",
            lang.pick("撮り直し", "Ask again"),
            lang.pick("本人に新しい写真を頼みます", "The member is asked for another photograph"),
        ),
    };
    Group { class, title, effect, answers }
}

/// A reason's code, as in events and the API.
pub(crate) const fn code(reason: Reason) -> &'static str {
    match reason {
        Reason::OldEnough => "old_enough",
        Reason::NotOldEnough => "not_old_enough",
        Reason::KindNotAccepted => "kind_not_accepted",
        Reason::DocumentExpired => "document_expired",
        Reason::Suspicious => "suspicious",
        Reason::Unreadable => "unreadable",
        Reason::PartMissing => "part_missing",
        Reason::ShowsForbidden => "shows_forbidden",
    }
}

/// The reason of a code.
pub(crate) fn of_code(text: &str) -> Option<Reason> {
    Reason::ALL.into_iter().find(|&reason| code(reason) == text)
}

/// What a reason's button says.
pub(crate) const fn label(reason: Reason, lang: Lang) -> &'static str {
    match reason {
        Reason::OldEnough => lang.pick("はい、年齢を満たしている", "Yes, old enough"),
        Reason::NotOldEnough => lang.pick("いいえ、年齢を満たさない", "No, not old enough"),
        Reason::KindNotAccepted => lang.pick("受け付けない種類の書類", "Not an accepted document"),
        Reason::DocumentExpired => lang.pick("書類の有効期限が切れている", "The document has expired"),
        Reason::Suspicious => lang.pick("改ざん・偽造の疑い", "Looks altered or forged"),
        Reason::Unreadable => lang.pick("読めない(ぼけ・反射・小さい)", "Unreadable: blur, glare, too small"),
        Reason::PartMissing => lang.pick("必要な部分が見えない", "A needed part can't be seen"),
        Reason::ShowsForbidden => {
            lang.pick("写ってはならないもの(マイナンバー等)", "Shows what must not be sent (My Number)")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_events() {
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), code(reason));
            assert_eq!(of_code(code(reason)), Some(reason));
        }
    }

    #[test]
    fn every_reason_has_one_button_and_a_key_from_1_to_8() {
        let groups = groups(Lang::Ja);
        let keys: Vec<_> = groups.iter().flat_map(|group| &group.answers).map(|answer| answer.key).collect();
        assert_eq!(keys, [1, 2, 3, 4, 5, 6, 7, 8]);
    }
}
