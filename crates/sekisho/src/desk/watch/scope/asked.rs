//! The question as a form has it.

use sekisho_core::time::Timestamp;
use sekisho_scope::{
    End, bound,
    ledger::{Question, Window},
};

use crate::desk::session::Fields;

/// What stands in the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// A reviewer's id; empty for anybody.
    pub(super) reviewer: String,
    /// A site's name; empty for any.
    pub(super) site: String,
    /// Ids of sessions, devices and networks, with blanks between them.
    pub(super) ids: String,
    /// A finding's place.
    pub(super) finding: String,
    pub(super) from: String,
    pub(super) to: String,
}

/// What is wrong about a question: in Japanese and in English, and the text that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) says: [&'static str; 2],
    pub(super) text: String,
}

impl Wrong {
    pub(super) fn new(says: [&'static str; 2], text: &str) -> Self {
        Self { says, text: text.into() }
    }
}

const NO_PERSON: [&str; 2] = ["審査員の番号ではありません", "is no reviewer's id"];
const NO_SITE: [&str; 2] = ["サイトの名前ではありません", "is no site's name"];
const NO_ID: [&str; 2] = [
    "シフト(sft_)、端末(dev_)、ネットワーク(net_)の番号ではありません",
    "is no id of a session (sft_), device (dev_) or network (net_)",
];
const NO_PLACE: [&str; 2] = ["検知の番号は数字で書いてください", "is no place: write a whole number"];
const NO_TIME: [&str; 2] =
    ["日時として読めません。2026-11-20T12:00:00 のように書いてください", "is no time: write 2026-11-20T12:00:00"];
const TURNED: [&str; 2] = ["開始が終了より後です", "the end lies before the beginning"];
const TWO_SAYS: [&str; 2] = [
    "検知は誰の閲覧かを自ら示します。審査員なしで尋ねてください",
    "a finding says itself whose looks are meant: ask without a reviewer",
];

impl Asked {
    /// What a form said.
    pub(super) fn of(fields: &Fields) -> Self {
        let text = |name| fields.get(name).unwrap_or_default().to_owned();
        Self {
            reviewer: text("reviewer"),
            site: text("site"),
            ids: text("ids"),
            finding: text("finding"),
            from: text("from"),
            to: text("to"),
        }
    }

    /// The question without the finding, and the finding's place.
    pub(super) fn question(&self) -> Result<(Question, Option<u64>), Wrong> {
        let mut question = Question { window: self.window()?, ..Question::default() };
        if !self.reviewer.is_empty() {
            question.people.push(self.reviewer.parse().map_err(|_| Wrong::new(NO_PERSON, &self.reviewer))?);
        }
        if !self.site.is_empty() {
            question.sites.push(self.site.parse().map_err(|_| Wrong::new(NO_SITE, &self.site))?);
        }
        self.ids.split_whitespace().try_for_each(|id| named(&mut question, id))?;
        let place = match self.finding.as_str() {
            "" => None,
            text => Some(text.trim_start_matches('#').parse().map_err(|_| Wrong::new(NO_PLACE, text))?),
        };
        match (place, question.people.is_empty()) {
            (Some(_), false) => Err(Wrong::new(TWO_SAYS, &self.reviewer)),
            (place, _) => Ok((question, place)),
        }
    }

    fn window(&self) -> Result<Window, Wrong> {
        let window = Window { from: second(&self.from, End::First)?, to: second(&self.to, End::Last)? };
        match window.from.zip(window.to).is_some_and(|(from, to)| from > to) {
            true => Err(Wrong::new(TURNED, &self.to)),
            false => Ok(window),
        }
    }
}

/// A browser leaves out seconds that are zero.
fn second(text: &str, end: End) -> Result<Option<Timestamp>, Wrong> {
    if text.is_empty() {
        return Ok(None);
    }
    let whole = if text.len() == "2026-11-20T12:00".len() { format!("{text}:00") } else { text.to_owned() };
    let at = bound(&whole, end).ok().and_then(|at| u64::try_from(at).ok());
    at.map(|at| Some(Timestamp(at))).ok_or_else(|| Wrong::new(NO_TIME, text))
}

fn named(question: &mut Question, id: &str) -> Result<(), Wrong> {
    if let Ok(session) = id.parse() {
        question.sessions.push(session);
    } else if let Ok(device) = id.parse() {
        question.devices.push(device);
    } else if let Ok(network) = id.parse() {
        question.networks.push(network);
    } else {
        return Err(Wrong::new(NO_ID, id));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use sekisho_core::id::{DeviceId, NetworkId, ShiftId};

    use super::*;

    #[test]
    fn ids_say_themselves_what_they_are_of() {
        let (shift, device) = (ShiftId::from_bytes([1; 16]), DeviceId::from_bytes([2; 16]));
        let network = NetworkId::from_bytes([3; 16]);
        let asked = Asked { ids: format!("{shift} {network}\n{device}"), finding: "#7".into(), ..Asked::default() };
        let (question, place) = asked.question().unwrap();
        assert_eq!((question.sessions, question.devices), (vec![shift], vec![device]));
        assert_eq!((question.networks, place), (vec![network], Some(7)));
    }

    /// M27: both bounds' seconds are within it, in Japan's time.
    #[test]
    fn times_are_japans_and_a_day_alone_is_whole() {
        let asked = |from: &str, to: &str| Asked { from: from.into(), to: to.into(), ..Asked::default() };
        let window = asked("2021-04-20T00:00", "2021-04-20").question().unwrap().0.window;
        assert_eq!((window.from, window.to), (Some(Timestamp(1_618_844_400)), Some(Timestamp(1_618_844_400 + 86_399))));
        assert_eq!(asked("2021-04-21", "2021-04-20").question().unwrap_err().says, TURNED);
    }

    #[test]
    fn a_finding_is_asked_about_without_a_reviewer() {
        let reviewer = sekisho_core::id::StaffId::from_bytes([1; 16]).to_string();
        let asked = Asked { reviewer, finding: "7".into(), ..Asked::default() };
        assert_eq!(asked.question().unwrap_err().says, TWO_SAYS);
    }
}
