//! When something happened, as bars of an SVG: across in per cent, so that it fits any width; downwards in pixels.

use std::collections::BTreeMap;

use sekisho_core::time::HOUR;
use sekisho_scope::ledger::{Period, in_words};

/// Seconds of a day.
const DAY: u64 = 24 * HOUR;

/// The most bars that a chart has; of a longer period each bar stands for several days.
const BARS: usize = 400;

/// Bars of so many in each hour or day.
pub(crate) struct Chart {
    pub(crate) title: &'static str,
    pub(crate) bars: Vec<Bar>,
    /// How many the highest one stands for.
    pub(crate) most: u64,
    /// What the first and the last slot are called.
    pub(crate) first: String,
    pub(crate) last: String,
    /// Whether a slot is an hour; else it is a day, or several.
    pub(crate) by_the_hour: bool,
}

/// A bar: its left edge and width in per cent, its height in pixels, what it stands for.
pub(crate) struct Bar {
    pub(crate) x: String,
    pub(crate) width: String,
    pub(crate) height: u64,
    pub(crate) slot: String,
    pub(crate) count: u64,
}

/// How high the highest bar is, in pixels.
pub(crate) const HEIGHT: u64 = 120;

/// Draws a period.
pub(crate) fn chart(title: &'static str, period: &Period) -> Chart {
    let by_the_hour = !period.hours.is_empty();
    let (counts, step) = if by_the_hour { (&period.hours, HOUR) } else { (&period.days, DAY) };
    let slots = slots(period, counts, step);
    let most = slots.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let width = 100.0 / slots.len().max(1) as f64;
    let bar = |(nth, (slot, count)): (usize, &(String, u64))| Bar {
        x: format!("{:.3}", nth as f64 * width),
        width: format!("{:.3}", width * 0.86),
        height: (count * HEIGHT).div_ceil(most.max(1)),
        slot: slot.clone(),
        count: *count,
    };
    Chart {
        title,
        bars: slots.iter().enumerate().map(bar).filter(|bar| bar.count > 0).collect(),
        most,
        first: slots.first().map(|(slot, _)| slot.clone()).unwrap_or_default(),
        last: slots.last().map(|(slot, _)| slot.clone()).unwrap_or_default(),
        by_the_hour,
    }
}

/// Every slot from the first to the last, those included in which nothing was.
fn slots(period: &Period, counts: &BTreeMap<String, u64>, step: u64) -> Vec<(String, u64)> {
    let Some((first, last)) = period.first.zip(period.last) else { return Vec::new() };
    let length = counts.keys().next().map_or(0, String::len);
    // Days begin when Japan's do, nine hours before Greenwich's.
    let begin = first - (first.0 + 9 * HOUR) % step;
    let times = (0..).map(|nth| begin + nth * step).take_while(|at| *at <= last);
    let slot = |at| {
        let mut slot = in_words(at);
        slot.truncate(length);
        let count = counts.get(&slot).copied().unwrap_or(0);
        (slot, count)
    };
    let all: Vec<_> = times.map(slot).collect();
    let together = |some: &[(String, u64)]| (some[0].0.clone(), some.iter().map(|(_, count)| count).sum());
    all.chunks(all.len().div_ceil(BARS).max(1)).map(together).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sekisho_core::time::Timestamp;

    #[test]
    fn a_chart_has_room_for_hours_in_which_nothing_was() {
        // 2021-04-20T23:30:00+09:00 and two hours later.
        let first = Timestamp(1_618_929_000);
        let hours = BTreeMap::from([("2021-04-20T23".into(), 2), ("2021-04-21T01".into(), 1)]);
        let period = Period { first: Some(first), last: Some(first + 2 * HOUR), hours, ..Period::default() };
        let chart = chart("", &period);
        assert_eq!((chart.first.as_str(), chart.last.as_str(), chart.most), ("2021-04-20T23", "2021-04-21T01", 2));
        let bars: Vec<_> = chart.bars.iter().map(|bar| (bar.x.as_str(), bar.height, bar.count)).collect();
        assert_eq!(bars, [("0.000", 120, 2), ("66.667", 60, 1)]);
    }

    #[test]
    fn a_long_period_is_drawn_whole() {
        let (first, days) = (Timestamp(1_618_929_000), 1000);
        let on = |day: u64| (in_words(first + day * DAY)[..10].to_owned(), 1);
        let period = Period {
            first: Some(first),
            last: Some(first + (days - 1) * DAY),
            days: (0..days).map(on).collect(),
            ..Period::default()
        };
        let chart = chart("", &period);
        assert!(chart.bars.len() <= BARS);
        assert_eq!(chart.bars.iter().map(|bar| bar.count).sum::<u64>(), days);
    }

    #[test]
    fn nothing_makes_an_empty_chart() {
        assert!(chart("", &Period::default()).bars.is_empty());
    }
}
