//! Durable entries a second, beside the disk's own group commit.

use std::{
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use sekisho_core::{
    entropy::fresh,
    event::{Event, What},
    id::{AssignmentId, CheckId, DocumentId, ShiftId, StaffId, ViewingId},
    time::Timestamp,
};
use sekisho_keeper::{
    engine::{Ask, Engine},
    ledger::{DirFiles, LedgerSigner, Writer},
    wire::{DeskRequest, ShiftToken},
};
use sekisho_sys::entropy::SystemEntropy;

use super::{
    Bench, Done,
    disk::Bare,
    house::House,
    record::{Measured, Table},
    stats::Samples,
};

const WRITERS: [usize; 3] = [1, 16, 64];
/// What the keeper's server takes into one transaction.
const BATCH: usize = 64;
/// What a batch and an entry take in the journal besides the body.
const BATCH_HEAD: usize = 52;
const ENTRY_HEAD: usize = 36;

/// Whatever makes a batch of entries durable.
trait Durable {
    fn append(&mut self, entries: usize) -> Done;
}

struct Disk(Bare, Vec<u8>);

impl Durable for Disk {
    fn append(&mut self, entries: usize) -> Done {
        Ok(self.0.append(&self.1[..BATCH_HEAD + entries * self.1.len() / (BATCH + 1)])?)
    }
}

struct Journal(Writer, Vec<u8>);

impl Durable for Journal {
    fn append(&mut self, entries: usize) -> Done {
        for _ in 0..entries {
            let _ = self.0.stage(self.1.clone(), fresh(&mut SystemEntropy))?;
        }
        let _ = self.0.commit()?;
        Ok(())
    }
}

/// The keeper whole, with the cheapest verb that writes an entry: an officer's pause.
struct Keeper<'a>(&'a mut Engine, ShiftToken);

impl Durable for Keeper<'_> {
    fn append(&mut self, entries: usize) -> Done {
        let asks = (0..entries).map(|_| Ask::Desk(DeskRequest::Pause { shift: self.1.clone(), minutes: 15 })).collect();
        let outcomes = self.0.run(asks);
        if outcomes.len() == entries { Ok(()) } else { Err("an entry was not made".into()) }
    }
}

/// Appends in so long, and what each writer waited.
struct Round {
    seconds: f64,
    waits: Vec<Duration>,
}

/// So many writers, each with its next entry as soon as its last is durable; what waits makes the next batch.
fn round(writers: usize, lasting: Duration, durable: &mut dyn Durable) -> Done<Round> {
    let (say, incoming) = channel::<Sender<()>>();
    let until = Instant::now() + lasting;
    thread::scope(|scope| {
        let running: Vec<_> = (0..writers)
            .map(|_| {
                let say = say.clone();
                scope.spawn(move || write(&say, until))
            })
            .collect();
        drop(say);
        let begun = Instant::now();
        commit(&incoming, durable)?;
        let seconds = begun.elapsed().as_secs_f64();
        let mut waits = Vec::new();
        for writer in running {
            waits.extend(writer.join().map_err(|_| "a writer panicked")?);
        }
        Ok(Round { seconds, waits })
    })
}

fn write(say: &Sender<Sender<()>>, until: Instant) -> Vec<Duration> {
    let mut waits = Vec::new();
    // Once in any case: a machine that is busy may let a whole round pass.
    while waits.is_empty() || Instant::now() < until {
        let (done, is_done) = channel();
        let begun = Instant::now();
        if say.send(done).is_err() || is_done.recv().is_err() {
            break;
        }
        waits.push(begun.elapsed());
    }
    waits
}

fn commit(incoming: &Receiver<Sender<()>>, durable: &mut dyn Durable) -> Done {
    while let Ok(first) = incoming.recv() {
        let mut batch = vec![first];
        while let Some(next) = (batch.len() < BATCH).then(|| incoming.try_recv().ok()).flatten() {
            batch.push(next);
        }
        durable.append(batch.len())?;
        // A writer whose time is over still waits for this one.
        for writer in batch {
            let _ = writer.send(());
        }
    }
    Ok(())
}

/// Takes it.
pub(crate) fn take(bench: &Bench) -> Done<Measured> {
    let mut house = House::found(&bench.ground, 1)?;
    let officer = house.people.len() - 1;
    let shift = house.begin_shift(officer)?;
    let (body, folder) = (viewed(), house.path("apart"));
    let signer = LedgerSigner::from_seed("bench.sekisho.invalid/apart", &[7; 32])?;
    let files = DirFiles::open(&folder.join("ledger"), &folder.join("journal"))?;
    let mut journal = Journal(Writer::open(Box::new(files), signer, &mut std::iter::empty())?, body.clone());
    let bytes = vec![0x5A; (ENTRY_HEAD + body.len()) * (BATCH + 1)];
    let mut disk = Disk(Bare::create(&folder.join("bare"))?, bytes);
    let mut keeper = Keeper(house.engine(), shift);
    let mut all: Vec<(usize, [Vec<Round>; 3])> = WRITERS.map(|writers| (writers, Default::default())).into();
    for number in 0..=bench.sizes.rounds {
        for (writers, kinds) in &mut all {
            let durables: [&mut dyn Durable; 3] = [&mut disk, &mut journal, &mut keeper];
            for (kind, durable) in kinds.iter_mut().zip(durables) {
                let taken = round(*writers, bench.sizes.lasting, durable)?;
                // The first one warms up.
                if number > 0 {
                    kind.push(taken);
                }
            }
        }
    }
    Ok(told(all))
}

fn told(all: Vec<(usize, [Vec<Round>; 3])>) -> Measured {
    let mut measured = Measured::new(
        "ledger",
        "Durable ledger entries",
        &[
            "Writers that each have one entry under way; what waits while the disk works is the next batch, 64 at most, as \
           in the keeper's server. The bare disk: `write` and `fdatasync` of as many bytes as the journal takes, no more. \
           The journal: `Writer`, with hashing, tree and encoding. The whole keeper: an engine's transaction as well, so \
           two files are synced one after the other, keeper.db and the journal. In turns, in one run.",
        ],
    );
    let mut table = Table::new(&["what, at how many writers", "a second", "share of the disk", "p50, ms", "p99, ms"]);
    for (writers, kinds) in all {
        let rates: Vec<Vec<f64>> =
            kinds.iter().map(|rounds| rounds.iter().map(|r| r.waits.len() as f64 / r.seconds).collect()).collect();
        for ((what, rounds), own) in ["the bare disk", "the journal", "the whole keeper"].iter().zip(kinds).zip(&rates)
        {
            let share = own.iter().zip(&rates[0]).map(|(own, bare)| own / bare).collect();
            let waits = Samples::of_millis(rounds.into_iter().flat_map(|round| round.waits));
            let rate = Samples::new(own.clone()).median();
            let figures = [rate, Samples::new(share).median(), waits.median(), waits.at(0.99)];
            table.row(format!("{what}, {writers}"), figures);
        }
    }
    measured.tables.push(table);
    measured
}

/// An event as large as most.
pub(crate) fn viewed() -> Vec<u8> {
    let entropy = &mut SystemEntropy;
    let what = What::Viewed {
        viewing: ViewingId::random(entropy),
        assignment: AssignmentId::random(entropy),
        check: CheckId::random(entropy),
        document: DocumentId::random(entropy),
        staff: StaffId::random(entropy),
        shift: ShiftId::random(entropy),
        again: None,
    };
    Event::new(Timestamp(1_795_240_800), what).to_bytes()
}
