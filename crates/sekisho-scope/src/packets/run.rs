//! From files of packets to an answer.

use std::{
    io,
    path::PathBuf,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use super::{
    answer::{Answer, FileRead, Log, Open, REASONS, Window},
    counts::{Counts, more},
    exchange::Context,
    file::{self, Bytes},
    find::Kinds,
    fragment,
    hand::Hand,
    packet::{self, Packet},
    pile::{HEAPS, Pile},
    question::{Question, Windows, time, windows},
    ranges::Parts,
    segment::{NO_TIME, Pair, Segment},
    sightings::Sightings,
    stores::Stores,
    totals::found,
    windows::{FromLog, Logged},
};
use crate::{
    answer::{Interval, Reason, ScopeError},
    question::Fit,
    record::hash_of,
    run::Progress,
    source::Source,
    spill::Spill,
    when::say,
};

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What is asked.
    pub question: Question,
    /// The log that gives the times.
    pub log: Option<FromLog>,
    /// What is looked for.
    pub kinds: Kinds,
    /// What the stores hold.
    pub stores: Stores,
    /// Whether requests are searched too.
    pub requests: bool,
    /// Whether found values are told, all but their last characters as stars.
    pub reveal: bool,
    /// So many bytes of one content are searched, unpacked.
    pub content: u64,
    /// How many threads work.
    pub threads: usize,
    /// Bytes that packets may take in memory before they are written down; a connection that is larger than half of it
    /// is not put together.
    pub memory: usize,
    /// A folder for what doesn't fit; `None` for the system's.
    pub spill: Option<PathBuf>,
    /// The key under which values are told apart: 32 bytes that nobody else knows. It changes nothing in the answer.
    pub key: [u8; 32],
}

impl Plan {
    /// Everything is asked about, and nothing is said of stores.
    pub fn new(key: [u8; 32]) -> Self {
        let (question, kinds, stores) = (Question::default(), Kinds::default(), Stores::default());
        let (content, memory) = (1 << 30, 512 << 20);
        Self {
            question,
            log: None,
            kinds,
            stores,
            requests: false,
            reveal: false,
            content,
            threads: 1,
            memory,
            spill: None,
            key,
        }
    }
}

/// Answers a question from packets. The order of files and of packets, and the number of threads, make no difference.
///
/// # Errors
/// When a file can't be opened, or there is no room for what doesn't fit in memory.
pub fn scope(files: &[PathBuf], plan: &Plan, progress: &Progress) -> Result<Answer, ScopeError> {
    let mut names = files.to_vec();
    names.sort_unstable();
    let sources: Vec<_> = names.iter().map(|path| Source::of_bytes(path)).collect::<Result<_, _>>()?;
    progress.all.store(sources.iter().map(|source| source.length).sum(), Ordering::Relaxed);
    let logged = plan.log.as_ref().map(FromLog::read).transpose()?;
    let asked = asked(plan, logged.as_ref());
    let spill = Spill::new(plan.spill.as_deref(), plan.memory).map_err(ScopeError::Spill)?;
    let (segments, fragments) = (Pile::new(&spill), Pile::new(&spill));
    let reading = Reading { plan, segments: &segments, fragments: &fragments, progress, windows: &asked };
    let (files, mut counts) = reading.files(&sources)?;
    reading.fragments(&mut counts).map_err(ScopeError::Spill)?;
    let sightings = Sightings::new(Pile::new(&spill), &plan.key, plan.reveal);
    let parts = Parts::default();
    let context = Context {
        question: &plan.question,
        windows: &asked,
        kinds: &plan.kinds,
        stores: &plan.stores,
        sightings: &sightings,
        parts: &parts,
        logged: logged.as_ref(),
        requests: plan.requests,
        content: plan.content,
    };
    counts.merge(connections(plan, &context, &segments).map_err(ScopeError::Spill)?);
    context.search_seams().map_err(ScopeError::Spill)?;
    let log = logged.as_ref().map(|logged| hold_against(logged, plan, &mut counts));
    if counts.packets.used + counts.packets.other == 0 {
        counts.untold("nothing_read", 1);
    }
    let found = found(&sightings, &plan.kinds, &plan.stores).map_err(ScopeError::Spill)?;
    let stores = found.stores(&plan.stores, &counts);
    let (records, by_kind) = found.all(&stores, !counts.open.is_empty());
    Ok(Answer {
        records,
        by_kind,
        possibly_with_expiry: found.possibly_richer,
        stores,
        cannot_tell: Open { reasons: reasons(&counts) },
        window: window(plan, &asked),
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

/// The windows: those around the log's requests, within the bounds; or the bounds; or all time.
fn asked(plan: &Plan, logged: Option<&Logged>) -> Windows {
    let (from, to) = (plan.question.from, plan.question.to);
    match logged {
        Some(logged) => Some(windows(logged.windows(), from, to)),
        None if from.is_none() && to.is_none() => None,
        None => Some(vec![(from.unwrap_or(i64::MIN), to.unwrap_or(i64::MAX))]),
    }
}

/// Requests of the log without packets may have been answered with anything.
fn hold_against(logged: &Logged, plan: &Plan, counts: &mut Counts) -> Log {
    let mut without_packets = 0;
    let question = &plan.question;
    logged.each_missing(|at, target| {
        let bounds = Some(windows(vec![(at, at)], question.from, question.to));
        if time((at * 1_000_000_000, at * 1_000_000_000), &bounds) == Fit::Meets {
            without_packets += 1;
            let stores = plan.stores.reached(target, b"");
            counts.of_stores(stores, |store| store.requests += 1);
            counts.open("log_without_packets", stores);
        }
    });
    for (why, count) in
        [("log_unparsed", logged.unparsed), ("log_unclear", logged.unclear), ("log_damaged", logged.damaged)]
    {
        counts.untold(why, count);
    }
    Log { read: logged.read, unparsed: logged.unparsed, requests: logged.requests(), without_packets }
}

fn reasons(counts: &Counts) -> Vec<Reason> {
    debug_assert!(counts.open.keys().all(|why| REASONS.iter().any(|(known, _)| known == why)), "{:?}", counts.open);
    let known = |(reason, says): &(&'static str, &'static str)| {
        counts.open.get(reason).map(|count| Reason { reason, count: *count, says })
    };
    REASONS.iter().filter_map(known).collect()
}

fn window(plan: &Plan, asked: &Windows) -> Window {
    let all = asked.as_deref().filter(|_| plan.log.is_some()).unwrap_or_default();
    let from = plan.question.from.or(all.first().map(|window| window.0));
    let to = plan.question.to.or(all.last().map(|window| window.1));
    let windows = all.iter().map(|(from, to)| Interval { from: say(*from), to: say(*to) }).collect();
    Window { from: from.map(say), to: to.map(say), zone: "+09:00", windows }
}

/// Reads all connections on all threads.
fn connections(plan: &Plan, context: &Context<'_>, segments: &Pile<'_>) -> io::Result<Counts> {
    let (next, threads) = (AtomicUsize::new(0), plan.threads.max(1));
    let work = || {
        let mut hand = Hand { context, counts: Counts::default(), room: (plan.memory / 2).max(1 << 16) };
        loop {
            match next.fetch_add(1, Ordering::Relaxed) {
                heap @ 0..HEAPS => hand.heap(segments, heap)?,
                _ => return Ok::<_, io::Error>(hand.counts),
            }
        }
    };
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let mut all = Counts::default();
        for thread in running {
            all.merge(thread.join().expect("no thread panicked over a connection")?);
        }
        Ok(all)
    })
}

/// What is needed to read files.
struct Reading<'r> {
    plan: &'r Plan,
    segments: &'r Pile<'r>,
    fragments: &'r Pile<'r>,
    progress: &'r Progress,
    windows: &'r Windows,
}

impl Reading<'_> {
    /// Reads all files, each on one thread.
    fn files(&self, sources: &[Source]) -> Result<(Vec<FileRead>, Counts), ScopeError> {
        let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        let work = || {
            let mut counts = Counts::default();
            while let Some((at, source)) = sources.iter().enumerate().nth(next.fetch_add(1, Ordering::Relaxed)) {
                let file = self.file(source, &mut counts)?;
                done.lock().expect("no thread panicked over a file").push((at, file));
            }
            Ok::<_, ScopeError>(counts)
        };
        let threads = self.plan.threads.clamp(1, sources.len().max(1));
        let mut all = Counts::default();
        thread::scope(|scope| {
            let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            running.into_iter().try_for_each(|thread| {
                all.merge(thread.join().expect("no thread panicked over a file")?);
                Ok::<_, ScopeError>(())
            })
        })?;
        let mut files = done.into_inner().expect("no thread panicked over a file");
        files.sort_by_key(|(at, _)| *at);
        Ok((files.into_iter().map(|(_, file)| file).collect(), all))
    }

    fn file(&self, source: &Source, counts: &mut Counts) -> Result<FileRead, ScopeError> {
        let because = |why| ScopeError::Read { path: source.path.clone(), source: why };
        let mut reader = source.reader(&self.progress.done).map_err(because)?;
        let mut seen: Option<(i64, i64)> = None;
        let read = file::read(&mut *reader, |frame| {
            if let Some(at) = frame.at {
                seen = Some(seen.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
            }
            counts.packets.read += 1;
            self.packet(&packet::read(&frame), 1, counts)
        });
        let Bytes { read, unread, packets, format, broken, .. } = read.map_err(ScopeError::Spill)?;
        if broken.is_some() {
            counts.untold("files_broken", 1);
        }
        let second = |nanos: i64| say(nanos.div_euclid(1_000_000_000));
        let (first, last) = (seen.map(|seen| second(seen.0)), seen.map(|seen| second(seen.1)));
        Ok(FileRead { name: source.name(), format, bytes: read, unread, broken, packets, first, last })
    }

    /// Puts a packet where it belongs; it was captured in so many.
    fn packet(&self, packet: &Packet<'_>, count: u64, counts: &mut Counts) -> io::Result<()> {
        match packet {
            Packet::Segment(pair, segment) if self.plan.question.may_ask(pair) => {
                counts.packets.used += count;
                self.add(pair, segment)
            }
            Packet::Segment(..) => {
                counts.packets.other += count;
                Ok(())
            }
            Packet::Fragment(fragment) => fragment.add_to(self.fragments),
            Packet::Other(why) => {
                more(&mut counts.packets.unused, why, count);
                // What is no TCP is none of what is asked about.
                if !matches!(*why, "not_ip" | "not_tcp") {
                    counts.untold(why, count);
                }
                Ok(())
            }
        }
    }

    fn add(&self, pair: &Pair, segment: &Segment<'_>) -> io::Result<()> {
        let head = segment.head(pair);
        self.segments.add(hash_of(&head[..36]), &head, segment.data)
    }

    /// Puts fragments together.
    fn fragments(&self, counts: &mut Counts) -> io::Result<()> {
        let left = fragment::each_whole(self.fragments, |whose, at, payload, count| {
            const TCP: u8 = 6;
            let packet = match whose.protocol {
                TCP => packet::segment(at, whose.ends, payload, payload.len()),
                _ => Packet::Other("not_tcp"),
            };
            self.packet(&packet, count, counts)
        })?;
        more(&mut counts.packets.unused, "fragments_left", left);
        let is_asked = left > 0 && time((NO_TIME, NO_TIME), self.windows) != Fit::OutOfWindow;
        counts.untold("fragments_left", left * u64::from(is_asked));
        Ok(())
    }
}
