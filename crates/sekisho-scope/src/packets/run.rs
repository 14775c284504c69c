//! From files of packets to an answer.

use std::{
    io,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
};

use super::{
    answer::{Answer, FileRead, Log, Open, Window},
    counts::{Counts, together},
    hand::Hand,
    listing::{Line, Listing},
    pile::{HEAPS, Pile},
    plan::Plan,
    question::{Windows, time, windows},
    ranges::Parts,
    reading,
    reasons::reasons,
    search::Context,
    sightings::Sightings,
    totals::found,
    windows::{FromLog, Logged, Missing},
};
use crate::{
    answer::{Interval, ScopeError},
    question::Fit,
    run::Progress,
    source::Source,
    spill::Spill,
    when::say,
};

/// Answers a question from packets. The order of files and of packets, and the number of threads, make no difference.
///
/// # Errors
/// When a file can't be opened, there is no room for what doesn't fit in memory, or the lists can't be written.
pub fn scope(files: &[PathBuf], plan: &Plan, progress: &Progress) -> Result<Answer, ScopeError> {
    let sources = sources(files, progress)?;
    let logged = plan.log.as_ref().map(FromLog::read).transpose()?;
    let windows = asked(plan, logged.as_ref());
    let spill = Spill::new(plan.spill.as_deref(), plan.memory).map_err(ScopeError::Spill)?;
    let (segments, fragments) = (Pile::new(&spill), Pile::new(&spill));
    let (files, mut counts) = reading::read(&sources, plan, (&segments, &fragments), progress, &windows)?;
    let sightings = Sightings::new(Pile::new(&spill), &plan.key, plan.reveal);
    let listing = plan.objects.as_ref().map(|_| Listing::new(Pile::new(&spill), plan));
    let (parts, logged) = (Parts::default(), logged.as_ref());
    let (sightings, parts, listing) = (&sightings, &parts, listing.as_ref());
    let context = Context { plan, windows: &windows, logged, sightings, parts, listing };
    counts.merge(connections(&context, &segments).map_err(ScopeError::Spill)?);
    context.search_seams().map_err(ScopeError::Spill)?;
    let log = context.log(&mut counts).map_err(ScopeError::Spill)?;
    let answer = context.answer(files, log, counts).map_err(ScopeError::Spill)?;
    if let Some((listing, path)) = listing.zip(plan.objects.as_deref()) {
        listing.write(path, &spill)?;
    }
    Ok(answer)
}

fn sources(files: &[PathBuf], progress: &Progress) -> Result<Vec<Source>, ScopeError> {
    let mut names = files.to_vec();
    names.sort_unstable();
    let sources: Vec<_> = names.iter().map(|path| Source::of_bytes(path)).collect::<Result<_, _>>()?;
    progress.all.store(sources.iter().map(|source| source.length).sum(), Ordering::Relaxed);
    Ok(sources)
}

/// The windows: those around the log's requests, within the bounds; or the bounds; or all time.
fn asked(plan: &Plan, logged: Option<&Logged>) -> Windows {
    let (from, to) = (plan.question.from, plan.question.to);
    match logged {
        Some(logged) => Some(windows(logged.windows(), from, to)),
        None if from.is_none() && to.is_none() => None,
        None => Some(vec![(from.unwrap_or(i64::MIN), to.unwrap_or(i64::MAX))]),
    }
}

/// Reads all connections on all threads.
fn connections(context: &Context<'_>, segments: &Pile<'_>) -> io::Result<Counts> {
    let next = AtomicUsize::new(0);
    let room = (context.plan.memory / 2).max(1 << 16);
    together(context.plan.threads, || {
        let mut hand = Hand { context, counts: Counts::default(), room };
        loop {
            match next.fetch_add(1, Ordering::Relaxed) {
                heap @ 0..HEAPS => hand.heap(segments, heap)?,
                _ => return Ok(hand.counts),
            }
        }
    })
}

impl Context<'_> {
    /// What the log says beside the packets. Requests without packets may have been answered with anything.
    fn log(&self, counts: &mut Counts) -> io::Result<Option<Log>> {
        let Some(logged) = self.logged else { return Ok(None) };
        let mut without_packets = 0;
        logged.each_missing(|missing| {
            let second = missing.at * 1_000_000_000;
            let question = &self.plan.question;
            let bounds = Some(windows(vec![(missing.at, missing.at)], question.from, question.to));
            if time((second, second), &bounds) != Fit::Meets {
                return Ok(());
            }
            without_packets += 1;
            self.missing(missing, counts)
        })?;
        counts.untold("log_unparsed", logged.unparsed());
        counts.untold("log_unclear", logged.unclear);
        counts.untold("log_damaged", logged.damaged);
        Ok(Some(logged.told(without_packets)))
    }

    fn missing(&self, missing: &Missing<'_>, counts: &mut Counts) -> io::Result<()> {
        let stores = self.plan.stores.reached(missing.target, b"");
        counts.of_stores(stores, |store| store.requests += 1);
        counts.open("log_without_packets", stores);
        let (asked, why) = ((missing.method, missing.target), &["log_without_packets"]);
        self.list_unread(&Line { asked, why, stores, ..Line::at(missing.at * 1_000_000_000, "log") })
    }

    fn answer(&self, files: Vec<FileRead>, log: Option<Log>, mut counts: Counts) -> io::Result<Answer> {
        let intervals = self.silences(&counts);
        counts.untold("silence", intervals.len() as u64);
        counts.untold("nothing_read", u64::from(counts.packets.used + counts.packets.other == 0));
        let plan = self.plan;
        let found = found(self.sightings, self.listing, plan)?;
        let stores = found.stores(&plan.stores, &counts);
        let (records, by_kind) = found.all(&stores, !counts.open.is_empty());
        Ok(Answer {
            records,
            by_kind,
            looked_for: plan.kinds.looked_for(),
            possibly_with_expiry: found.possibly_richer,
            stores,
            cannot_tell: Open { reasons: reasons(&counts), intervals },
            window: self.window(),
            log,
            flows: counts.flows,
            exchanges: counts.exchanges,
            requests: counts.requests,
            responses: counts.responses,
            statuses: counts.statuses,
            bodies: counts.bodies,
            packets: counts.packets,
            payload: counts.payload,
            files,
            revealed: plan.reveal.then_some(found.revealed),
            ms: None,
            peak_mb: None,
        })
    }

    /// When no packet was captured, in each of the windows.
    fn silences(&self, counts: &Counts) -> Vec<Interval> {
        let bound = |at: i64| (at != i64::MIN && at != i64::MAX).then_some(at);
        let all_time = [(i64::MIN, i64::MAX)];
        let windows = self.windows.as_deref().unwrap_or(&all_time);
        let silent = |(from, to): &(i64, i64)| counts.coverage.silences(bound(*from), bound(*to), self.plan.silence);
        windows.iter().flat_map(silent).map(interval).collect()
    }

    fn window(&self) -> Window {
        let Plan { log, question, .. } = self.plan;
        let all = self.windows.as_deref().filter(|_| log.is_some()).unwrap_or_default();
        let from = question.from.or(all.first().map(|window| window.0));
        let to = question.to.or(all.last().map(|window| window.1));
        let windows = all.iter().copied().map(interval).collect();
        Window { from: from.map(say), to: to.map(say), zone: "+09:00", windows }
    }
}

fn interval((from, to): (i64, i64)) -> Interval {
    Interval { from: say(from), to: say(to) }
}
