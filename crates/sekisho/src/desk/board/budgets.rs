//! Budgets as rows: what was used of what is allowed, in each window, and how near that is.

use sekisho_core::budget::{Standing, Subject, Window};
use sekisho_keeper::wire::{ShiftNow, Spending, StaffView};

use crate::desk::lang::Lang;

/// From this share on, in per cent, a budget is nearly spent.
const NEARLY: u64 = 80;

/// One budget in one window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) window: &'static str,
    pub(super) used: u64,
    /// Nothing if there is no limit.
    pub(super) allowed: Option<u64>,
    /// Of what is allowed, from 0 to 100.
    pub(super) percent: u64,
    /// For the style: nothing, `look` or `alarm`.
    pub(super) weight: &'static str,
    /// The same in a word.
    pub(super) word: &'static str,
}

/// The budgets of one subject, first looks or further ones.
pub(super) struct Row {
    pub(super) name: String,
    /// An id beneath the name.
    pub(super) id: String,
    pub(super) on_shift: bool,
    /// Whether it is about documents that were opened before.
    pub(super) again: bool,
    pub(super) cells: Vec<Cell>,
}

/// Rows by what they are of.
pub(super) struct Budgets {
    /// The vault's, then sites'.
    pub(super) shared: Vec<Row>,
    pub(super) people: Vec<Row>,
    pub(super) passkeys: Vec<Row>,
}

/// All rows; what was looked at again has a row only where anything was.
pub(super) fn budgets(all: &[Spending], shifts: &[ShiftNow], staff: &[StaffView], lang: Lang) -> Budgets {
    let rows = |which: fn(&Subject) -> bool| {
        let of = all.iter().filter(|spending| which(&spending.of));
        of.flat_map(|spending| rows_of(spending, shifts, staff, lang)).collect()
    };
    Budgets {
        shared: rows(|of| matches!(of, Subject::Vault | Subject::Site(_))),
        people: rows(|of| matches!(of, Subject::Person(_))),
        passkeys: rows(|of| matches!(of, Subject::Device(_))),
    }
}

fn rows_of(spending: &Spending, shifts: &[ShiftNow], staff: &[StaffView], lang: Lang) -> Vec<Row> {
    let (name, id) = name(spending, staff, lang);
    let on_shift = matches!(spending.of, Subject::Person(id) if shifts.iter().any(|shift| shift.staff == id));
    let row = |again, standing: &Standing| Row {
        name: name.clone(),
        id: if again { String::new() } else { id.clone() },
        on_shift: on_shift && !again,
        again,
        cells: Window::ALL.into_iter().map(|window| cell(standing, window, lang)).collect(),
    };
    let (opened, again) = (&spending.standings.opened, &spending.standings.again);
    let mut rows = vec![row(false, opened)];
    rows.extend((again.used.three_days > 0).then(|| row(true, again)));
    rows
}

fn name(spending: &Spending, staff: &[StaffView], lang: Lang) -> (String, String) {
    let person = |id| staff.iter().find(|person| person.staff == id).map(|person| person.name.clone());
    let left = || lang.pick("登録を外れた人", "Somebody who left").to_owned();
    match &spending.of {
        Subject::Vault => (lang.pick("全体", "The whole vault").into(), String::new()),
        Subject::Site(site) => (site.to_string(), String::new()),
        Subject::Person(id) => (person(*id).unwrap_or_else(left), id.to_string()),
        Subject::Device(device) => (spending.holder.and_then(person).unwrap_or_else(left), device.to_string()),
    }
}

fn cell(standing: &Standing, window: Window, lang: Lang) -> Cell {
    let (used, allowed) = (standing.used.get(window), standing.allowed.get(window));
    let percent = used.saturating_mul(100).checked_div(allowed).map_or(100, |share| share.min(100));
    let (weight, word) = match used {
        0 => ("", ""),
        _ if used >= allowed => ("alarm", lang.pick("使い切り", "spent")),
        _ if percent >= NEARLY => ("look", lang.pick("残りわずか", "nearly spent")),
        _ => ("", ""),
    };
    let allowed = (allowed < u64::from(u32::MAX)).then_some(allowed);
    Cell { window: called(window, lang), used, allowed, percent: if used == 0 { 0 } else { percent }, weight, word }
}

/// What a window is called at the head of a column.
pub(super) const fn called(window: Window, lang: Lang) -> &'static str {
    match window {
        Window::Minute => lang.pick("1分", "Minute"),
        Window::Hour => lang.pick("1時間", "Hour"),
        Window::Day => lang.pick("24時間", "24 hours"),
        Window::ThreeDays => lang.pick("72時間", "72 hours"),
    }
}

#[cfg(test)]
mod tests {
    use sekisho_core::budget::Windows;

    use super::*;

    fn of(used: u64, allowed: u64) -> Cell {
        cell(&Standing { used: Windows::each(|_| used), allowed: Windows::each(|_| allowed) }, Window::Hour, Lang::En)
    }

    #[test]
    fn a_budget_says_in_a_word_how_near_its_end_it_is() {
        let words =
            [(0, 10), (7, 10), (8, 10), (10, 10), (12, 10), (0, 0)].map(|(used, allowed)| of(used, allowed).word);
        assert_eq!(words, ["", "", "nearly spent", "spent", "spent", ""]);
        assert_eq!([of(0, 0).percent, of(3, 10).percent, of(99, 10).percent], [0, 30, 100]);
    }

    #[test]
    fn what_has_no_limit_is_shown_without_one() {
        assert_eq!((of(7, u64::MAX).allowed, of(7, u64::MAX).percent), (None, 0));
    }
}
