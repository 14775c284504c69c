//! A chart as SVG: what arrived behind, what was viewed before it, for as many slots of time.
//!
//! Across, everything is in per cent, so that it fits any width without being bent; downwards it is in pixels, so that
//! its letters keep their size. Arrivals are hatched and viewings are solid: it says the same without colour.

use sekisho_core::time::{HOUR, Timestamp};
use sekisho_keeper::wire::{Flow, Quarter};

use crate::desk::{lang::Lang, when};

/// Where the ground is, in pixels from the top.
const GROUND: u64 = 176;
/// How high the highest bar may be.
const HEIGHT: u64 = 150;

/// Which stretch of time is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Span {
    /// 24 hours by the half hour.
    Day,
    /// 7 days by three hours.
    Week,
}

impl Span {
    const fn slot(self) -> u64 {
        match self {
            Self::Day => HOUR / 2,
            Self::Week => 3 * HOUR,
        }
    }

    const fn slots(self) -> u64 {
        match self {
            Self::Day => 48,
            Self::Week => 56,
        }
    }

    /// After how many seconds, on Japan's clock, there is a mark below.
    const fn mark(self) -> u64 {
        match self {
            Self::Day => 6 * HOUR,
            Self::Week => 24 * HOUR,
        }
    }

    fn label(self, at: Timestamp, lang: Lang) -> String {
        match self {
            Self::Day => when::minute(at),
            Self::Week => when::day(at, lang),
        }
    }
}

/// A rectangle: left and width in per cent, top and height in pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bar {
    pub(super) x: String,
    pub(super) width: String,
    pub(super) y: u64,
    pub(super) height: u64,
}

/// A word at the edge: below at `x` per cent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) x: String,
    pub(super) label: String,
    /// Whether it stands to the left of its line, for want of room.
    pub(super) before: bool,
}

/// One slot in words, for the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) from: String,
    pub(super) machine: String,
    pub(super) arrived: u64,
    pub(super) viewed: u64,
    pub(super) decided: u64,
}

/// All of it.
pub(super) struct Chart {
    /// For the ids of its parts.
    pub(super) id: &'static str,
    pub(super) title: String,
    pub(super) desc: String,
    pub(super) arrived: Vec<Bar>,
    pub(super) viewed: Vec<Bar>,
    /// Lines across: how many pixels from the top, and for how many documents.
    pub(super) grid: Vec<(u64, u64)>,
    pub(super) marks: Vec<Mark>,
    /// Slots in which anything happened, the newest first.
    pub(super) rows: Vec<Row>,
    pub(super) sums: Quarter,
}

/// Draws `span` up to `now`.
pub(super) fn chart(flow: &Flow, span: Span, now: Timestamp, lang: Lang) -> Chart {
    let slots = slots(flow, span, now);
    let most = slots.iter().map(|slot| slot.arrived.max(slot.viewed)).max().unwrap_or(0);
    let top = round_up(most);
    let sums = sums(&slots);
    let bars = |of: fn(&Quarter) -> u64, inset: f64| {
        let all = slots.iter().zip(0..).filter(|(slot, _)| of(slot) > 0);
        all.map(|(slot, nth)| bar(nth, span.slots(), of(slot), top, inset)).collect()
    };
    Chart {
        id: if span == Span::Day { "day" } else { "week" },
        title: title(span, lang).into(),
        desc: describe(&sums, most, lang),
        arrived: bars(|slot| slot.arrived, 0.06),
        viewed: bars(|slot| slot.viewed, 0.30),
        grid: [top, top / 2].into_iter().filter(|count| *count > 0).map(|count| (height(count, top), count)).collect(),
        marks: marks(&slots, span, lang),
        rows: slots.iter().rev().filter(|slot| !is_empty(slot)).map(|slot| row(slot, lang)).collect(),
        sums,
    }
}

/// Each slot with all its quarters in one, the oldest first; the last one holds `now`.
fn slots(flow: &Flow, span: Span, now: Timestamp) -> Vec<Quarter> {
    let last = now.0 / span.slot();
    let first = (last + 1).saturating_sub(span.slots());
    let empty = |number| Quarter { start: Timestamp(number * span.slot()), ..Quarter::default() };
    let mut slots: Vec<_> = (first..=last).map(empty).collect();
    for quarter in &flow.quarters {
        let slot = (quarter.start.0 / span.slot()).checked_sub(first).and_then(|nth| slots.get_mut(nth as usize));
        if let Some(slot) = slot {
            add(slot, quarter);
        }
    }
    slots
}

fn add(sum: &mut Quarter, more: &Quarter) {
    sum.arrived += more.arrived;
    sum.viewed += more.viewed;
    sum.decided += more.decided;
}

fn sums(slots: &[Quarter]) -> Quarter {
    let mut sums = Quarter::default();
    slots.iter().for_each(|slot| add(&mut sums, slot));
    sums
}

fn is_empty(slot: &Quarter) -> bool {
    slot.arrived == 0 && slot.viewed == 0 && slot.decided == 0
}

/// The next of 2, 4, 10, 20, 40, 100, … so that its half is a whole number too; never nothing.
fn round_up(most: u64) -> u64 {
    let mut ten = 1;
    loop {
        if let Some(round) = [2, 4, 10].map(|times| times * ten).into_iter().find(|round| *round >= most) {
            return round;
        }
        ten *= 10;
    }
}

/// How far from the top so many are.
fn height(count: u64, top: u64) -> u64 {
    GROUND - (count * HEIGHT).div_ceil(top.max(1))
}

fn bar(nth: u64, of: u64, count: u64, top: u64, inset: f64) -> Bar {
    let one = 100.0 / of as f64;
    let (x, width) = ((nth as f64 + inset) * one, (1.0 - 2.0 * inset) * one);
    let y = height(count, top);
    Bar { x: format!("{x:.3}"), width: format!("{width:.3}"), y, height: GROUND - y }
}

fn marks(slots: &[Quarter], span: Span, lang: Lang) -> Vec<Mark> {
    let at = slots.iter().zip(0_u64..).filter(|(slot, _)| (slot.start.0 + 9 * HOUR).is_multiple_of(span.mark()));
    at.map(|(slot, nth)| {
        let x = nth as f64 * 100.0 / span.slots() as f64;
        Mark { x: format!("{x:.3}"), label: span.label(slot.start, lang), before: x > 88.0 }
    })
    .collect()
}

fn row(slot: &Quarter, lang: Lang) -> Row {
    let Quarter { start, arrived, viewed, decided } = *slot;
    Row { from: when::day_and_minute(start, lang), machine: when::machine(start), arrived, viewed, decided }
}

const fn title(span: Span, lang: Lang) -> &'static str {
    match span {
        Span::Day => lang.pick("24時間の到着と閲覧(30分ごと)", "Arrivals and viewings in 24 hours, by the half hour"),
        Span::Week => lang.pick("7日間の到着と閲覧(3時間ごと)", "Arrivals and viewings in 7 days, by three hours"),
    }
}

fn describe(sums: &Quarter, most: u64, lang: Lang) -> String {
    let Quarter { arrived, viewed, decided, .. } = sums;
    match lang {
        Lang::Ja => {
            format!("到着 {arrived} 件、閲覧 {viewed} 件、判断 {decided} 件。いちばん多い区切りで {most} 件。")
        }
        Lang::En => format!("{arrived} arrived, {viewed} viewed, {decided} decided; {most} in the busiest stretch."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::NOW;

    fn flow(all: &[(u64, u64, u64)]) -> Flow {
        let quarter = |&(ago, arrived, viewed): &(u64, u64, u64)| {
            let start = Timestamp((NOW.0 - ago) / Quarter::SECONDS * Quarter::SECONDS);
            Quarter { start, arrived, viewed, decided: 0 }
        };
        Flow { quarters: all.iter().map(quarter).collect(), since: NOW }
    }

    /// M20: a bar is as high as its number, and the table says the same.
    #[test]
    fn bars_and_rows_say_the_same_as_the_counts() {
        let chart = chart(&flow(&[(7_200, 20, 5), (0, 3, 0)]), Span::Day, NOW, Lang::En);
        let heights: Vec<_> = chart.arrived.iter().map(|bar| bar.height).collect();
        assert_eq!((heights, chart.viewed[0].height), (vec![HEIGHT, 23], 38));
        let rows: Vec<_> = chart.rows.iter().map(|row| (row.arrived, row.viewed)).collect();
        assert_eq!((rows, chart.sums.arrived), (vec![(3, 0), (20, 5)], 23));
        assert!(chart.desc.starts_with("23 arrived, 5 viewed"));
    }

    #[test]
    fn what_lies_before_the_span_is_not_drawn() {
        let old = flow(&[(25 * HOUR, 9, 9), (6 * 24 * HOUR, 7, 7), (8 * 24 * HOUR, 5, 5)]);
        assert_eq!(chart(&old, Span::Day, NOW, Lang::Ja).sums.arrived, 0);
        assert_eq!(chart(&old, Span::Week, NOW, Lang::Ja).sums.arrived, 16);
    }

    #[test]
    fn marks_stand_at_japans_midnights() {
        let week = chart(&flow(&[]), Span::Week, NOW, Lang::En);
        let labels: Vec<_> = week.marks.iter().map(|mark| mark.label.as_str()).collect();
        assert_eq!(labels, ["15 Nov", "16 Nov", "17 Nov", "18 Nov", "19 Nov", "20 Nov", "21 Nov"]);
        let day = chart(&flow(&[]), Span::Day, NOW, Lang::Ja);
        let labels: Vec<_> = day.marks.iter().map(|mark| mark.label.as_str()).collect();
        assert_eq!(labels, ["00:00", "06:00", "12:00", "18:00"]);
    }

    #[test]
    fn a_scale_ends_at_a_round_number() {
        assert_eq!([0, 1, 3, 5, 11, 39, 41, 5_000].map(round_up), [2, 2, 4, 10, 20, 40, 100, 10_000]);
    }
}
