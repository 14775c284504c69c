//! Looks at the ledger while an attack goes on: when it was noticed, when it was stopped, and what the officer reads.

use std::path::{Path, PathBuf};

use sekisho_core::{
    event::{Event, What},
    time::Timestamp,
    watch::{Finding, Verdict},
};

use super::{DrillError, Moment, Seen, record, seen};
use crate::demo::{House, OnShift};

/// The first finding of an attack, and how far it had got.
#[derive(Clone)]
struct Sighting {
    place: u64,
    finding: Finding,
    requests: u64,
    seconds: u64,
}

/// Reads what is new in the ledger, over and over.
pub(super) struct Lookout {
    data: PathBuf,
    began: Timestamp,
    /// Entries below this one were there before, or were looked at.
    next: u64,
    events: Vec<(u64, Event)>,
    noticed: Option<Sighting>,
    stopped: Option<Sighting>,
}

impl Lookout {
    /// The attack begins now. What stands in the ledger by now is none of its doing.
    pub(super) fn begin(house: &House) -> Result<Self, DrillError> {
        Self::over(&house.data(), house.now())
    }

    /// The same of the installation whose state lies in `data`.
    pub(super) fn over(data: &Path, began: Timestamp) -> Result<Self, DrillError> {
        let next = record::entries(data, 0)?.last().map_or(0, |(place, _)| place + 1);
        Ok(Self { data: data.to_owned(), began, next, events: Vec::new(), noticed: None, stopped: None })
    }

    /// Looks at what is new, when the attacker has sent so many requests. Answers with whether it is stopped.
    pub(super) fn look(&mut self, requests: u64) -> Result<bool, DrillError> {
        let fresh = record::entries(&self.data, self.next)?;
        for (place, event) in fresh {
            self.next = place + 1;
            if let What::Found { finding } = &event.what {
                self.found(place, &event, finding, requests);
            }
            self.events.push((place, event));
        }
        Ok(self.stopped.is_some())
    }

    fn found(&mut self, place: u64, event: &Event, finding: &Finding, requests: u64) {
        let seconds = event.at.since(self.began);
        let sighting = || Sighting { place, finding: finding.clone(), requests, seconds };
        if self.noticed.is_none() {
            self.noticed = Some(sighting());
        }
        let gravest = self.stopped.as_ref().map_or(Verdict::Note, |stopped| stopped.finding.verdict());
        if finding.verdict() > gravest {
            self.stopped = Some(sighting());
        }
    }

    /// How many entries since the attack began are such.
    pub(super) fn count(&self, which: impl Fn(&What) -> bool) -> usize {
        self.events.iter().filter(|(_, event)| which(&event.what)).count()
    }

    /// What entries since the attack began say, of those that say it.
    pub(super) fn all<T>(&self, what: impl Fn(&What) -> Option<T>) -> Vec<T> {
        self.events.iter().filter_map(|(_, event)| what(&event.what)).collect()
    }

    /// What was found since the attack began.
    pub(super) fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.events.iter().filter_map(|(_, event)| match &event.what {
            What::Found { finding } => Some(finding),
            _ => None,
        })
    }

    /// When it was noticed, or why it can't have been.
    pub(super) fn noticed(&self, or_why_not: &str) -> Moment {
        moment(self.noticed.as_ref(), or_why_not)
    }

    /// When it was stopped by the gravest verdict that fell, or why it wasn't.
    pub(super) fn stopped(&self, or_why_not: &str) -> Moment {
        moment(self.stopped.as_ref(), or_why_not)
    }

    /// What the officer reads of it on the live board: of what stopped it, or else of what noticed it. A keeper that
    /// is locked down answers nobody; then it is the ledger's line.
    pub(super) fn seen_by(&self, officer: &mut OnShift) -> Result<Option<Seen>, DrillError> {
        let Some(sighting) = self.stopped.as_ref().or(self.noticed.as_ref()) else { return Ok(None) };
        match read(officer, "/board", sighting.place)? {
            Some(seen) => Ok(Some(seen)),
            None => self.on_record(sighting),
        }
    }

    /// What the officer reads of the newest entry since the attack began that is such, among the newest events.
    pub(super) fn line_of(
        &self,
        officer: &mut OnShift,
        which: impl Fn(&What) -> bool,
    ) -> Result<Option<Seen>, DrillError> {
        let newest = self.events.iter().rfind(|(_, event)| which(&event.what));
        newest.map_or(Ok(None), |(place, _)| read(officer, "/watch", *place))
    }

    /// The same where there is no officer: the ledger's line.
    pub(super) fn seen_on_record(&self) -> Result<Option<Seen>, DrillError> {
        let sighting = self.stopped.as_ref().or(self.noticed.as_ref());
        sighting.map_or(Ok(None), |sighting| self.on_record(sighting))
    }

    fn on_record(&self, sighting: &Sighting) -> Result<Option<Seen>, DrillError> {
        seen::on_the_ledger(&self.data, |what| matches!(what, What::Found { finding } if *finding == sighting.finding))
    }
}

fn moment(sighting: Option<&Sighting>, or_why_not: &str) -> Moment {
    sighting.map_or_else(
        || Moment::never(or_why_not),
        |Sighting { finding, requests, seconds, .. }| {
            let how = format!("by the watch's {}: {}", finding.detector, called(finding.verdict()));
            Moment::came(how).after(*requests, *seconds)
        },
    )
}

const fn called(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Note => "told",
        Verdict::Deny => "the asker is refused",
        Verdict::EndShift => "the shift ended",
        Verdict::Pause => "everything paused",
        Verdict::Lockdown => "locked down",
    }
}

/// What a page of the desk says of the entry at this place, in both languages.
fn read(officer: &mut OnShift, page: &str, place: u64) -> Result<Option<Seen>, DrillError> {
    let mut say = |lang: &str| -> Result<Option<String>, DrillError> {
        officer.post("/language", &[("lang", lang), ("back", page)])?;
        Ok(sentence(&officer.get(page)?.page, place))
    };
    let (ja, en) = (say("ja")?, say("en")?);
    Ok(ja.zip(en).map(|(ja, en)| Seen { place: format!("{page}, and /board/entry/{place}"), ja, en }))
}

/// The sentence that stands beside a place, without its marks.
fn sentence(board: &str, place: u64) -> Option<String> {
    let (_, rest) = board.split_once(&format!("href=\"/board/entry/{place}\">#{place}</a>"))?;
    let (_, rest) = rest.split_once("<span>")?;
    let text = rest.split('<').next()?.trim();
    let marks = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    Some(marks.iter().fold(text.to_owned(), |text, (mark, letter)| text.replace(mark, letter)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_officers_sentence_is_read_off_the_page() {
        let board = r#"<li class="alarm"><a class="place" href="/board/entry/57">#57</a> <time>x</time> <span>demo&#39;s shift ended. <a href="/board/entry/57">See</a></span></li>"#;
        assert_eq!(sentence(board, 57).as_deref(), Some("demo's shift ended."));
        assert_eq!(sentence(board, 5), None);
    }
}
