//! The report of a performance as one page that needs nothing else: no script, no address, nothing to load.

use askama::Template;
use sekisho_core::time::Timestamp;

use super::{Moment, Row, Seen, promises::PROMISES};

/// What a report is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Tongue {
    /// Japanese. What was tried and how it was noticed is told in English there too.
    #[default]
    Ja,
    /// English.
    En,
}

impl Tongue {
    /// The one of two texts that this report shows.
    const fn pick<'a>(self, ja: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Ja => ja,
            Self::En => en,
        }
    }
}

#[derive(Template)]
#[template(path = "drill/report.html")]
struct Report<'a> {
    tongue: Tongue,
    rows: &'a [Row],
    when: String,
    version: &'static str,
}

/// The report in HTML, for whoever reads it on a telephone or on paper.
///
/// # Errors
/// When it can't be rendered.
pub fn report(rows: &[Row], tongue: Tongue, now: Timestamp) -> Result<String, askama::Error> {
    let version = env!("CARGO_PKG_VERSION");
    Report { tongue, rows, when: crate::desk::to_the_second(now), version }.render()
}

impl Report<'_> {
    const fn t<'b>(&self, ja: &'b str, en: &'b str) -> &'b str {
        self.tongue.pick(ja, en)
    }

    const fn tag(&self) -> &'static str {
        self.tongue.pick("ja", "en")
    }

    fn kept(&self) -> usize {
        self.rows.iter().filter(|row| row.kept).count()
    }

    /// What the attacker holds, as the promise table has it.
    fn title(&self, row: &Row) -> &'static str {
        self.promise(row).map_or(row.name, |promise| promise.0)
    }

    fn promised(&self, row: &Row) -> &'static str {
        self.promise(row).map_or(row.promise, |promise| promise.1)
    }

    fn promise(&self, row: &Row) -> Option<(&'static str, &'static str)> {
        let promise = PROMISES.iter().find(|promise| promise.drill == row.name)?;
        Some(match self.tongue {
            Tongue::Ja => promise.ja,
            Tongue::En => (promise.held, promise.promised),
        })
    }

    fn loot(&self, row: &Row) -> String {
        let got = row.got;
        match self.tongue {
            Tongue::Ja => format!("画像 {}、生年月日 {}、氏名 {}", got.pictures, got.birth_dates, got.names),
            Tongue::En => got.to_string(),
        }
    }

    /// Whether and after how much: "after 7 requests, 3 s".
    fn moment(&self, moment: &Moment) -> String {
        match self.tongue {
            Tongue::Ja => in_japanese(moment),
            Tongue::En => in_english(moment),
        }
    }

    fn sentence<'b>(&self, seen: &'b Seen) -> &'b str {
        self.tongue.pick(&seen.ja, &seen.en)
    }
}

fn in_english(moment: &Moment) -> String {
    match (moment.came, moment.measured()) {
        (false, _) => "no".into(),
        (true, None) => "yes".into(),
        (true, Some(measured)) => format!("after {measured}"),
    }
}

fn in_japanese(moment: &Moment) -> String {
    let requests = moment.requests.map(|count| format!("要求{count}回"));
    let seconds = moment.seconds.map(|seconds| match seconds {
        0..600 => format!("{seconds}秒"),
        600..172_800 => format!("{}分", seconds / 60),
        _ => format!("{}日", seconds / 86_400),
    });
    let parts: Vec<_> = requests.into_iter().chain(seconds).collect();
    match (moment.came, parts.is_empty()) {
        (false, _) => "なし".into(),
        (true, true) => "あり".into(),
        (true, false) => format!("{}の後", parts.join("、")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drill::Got;

    fn row(kept: bool, officer: Option<Seen>) -> Row {
        Row {
            name: "stolen-storage",
            held: "<b>a copy</b>".into(),
            got: Got { pictures: 3, ..Got::default() },
            promise: "nothing",
            kept,
            noticed: Moment::came("by tempo").after(7, 3),
            stopped: Moment::never("nobody saw it"),
            officer,
            note: "tried".into(),
            short: None,
            figures: None,
        }
    }

    fn rendered(tongue: Tongue) -> String {
        let seen = Seen { place: "/board".into(), ja: "速すぎます".into(), en: "too fast".into() };
        report(&[row(true, Some(seen)), row(false, None)], tongue, Timestamp(1_790_000_000)).unwrap()
    }

    /// M39: what was got, when it was noticed and stopped, and what the officer saw.
    #[test]
    fn it_says_of_each_attack_what_came_of_it() {
        let page = rendered(Tongue::En);
        for text in ["3 pictures", "after 7 requests, 3 s", "nobody saw it", "too fast", "BROKEN", "1 of 2"] {
            assert!(page.contains(text), "{text}: {page}");
        }
        let page = rendered(Tongue::Ja);
        for text in ["画像 3", "要求7回、3秒の後", "速すぎます", "破られた", "保管庫の全体"] {
            assert!(page.contains(text), "{text}: {page}");
        }
    }

    /// A report is sent around: it runs nothing, loads nothing, and what a drill says is text in it.
    #[test]
    fn it_needs_nothing_and_runs_nothing() {
        let page = rendered(Tongue::En);
        assert!(page.contains("default-src 'none'"));
        for banned in ["<script", "http://", "https://", "<b>a copy", " onclick", "@import", "url("] {
            assert!(!page.contains(banned), "{banned}");
        }
    }
}
