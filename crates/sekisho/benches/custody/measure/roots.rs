//! The hourly change of root with many documents alive.

use std::{
    io,
    sync::{Arc, Mutex},
    time::Instant,
};

use sekisho_core::time::HOUR;
use sekisho_keeper::keystore::{FileMedium, Medium};

use super::{
    Bench, Done, disk,
    fill::fill,
    house::House,
    record::{Goal, Measured, Table},
    stats::{Samples, processor_time, timed},
};

/// When a keystore was written.
pub(crate) type Written = Arc<Mutex<Vec<Instant>>>;

/// A keystore's file that remembers when it was written.
pub(crate) struct Watched {
    file: FileMedium,
    written: Written,
}

impl Watched {
    /// The keystore of `house`, and the times of its writes.
    pub(crate) fn open(house: &House) -> Done<(Box<Self>, Written)> {
        let written = Written::default();
        let file = FileMedium::open(&house.path("keystore"))?;
        Ok((Box::new(Self { file, written: Arc::clone(&written) }), written))
    }
}

impl Medium for Watched {
    fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read_at(offset, out)
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.write_at(offset, bytes)?;
        self.written.lock().expect("nobody panics with it").push(Instant::now());
        Ok(())
    }
}

/// Takes it.
pub(crate) fn take(bench: &Bench) -> Done<Measured> {
    let mut measured = Measured::new(
        "roots",
        "The hourly change of root",
        &[
            "A whole tick at the turn of the hour, with so many undecided documents: the new root into the keystore \
             (file, synced), every key unwrapped and wrapped anew in one transaction of keeper.db, the write-ahead log \
             emptied and cut, every key read back and opened, the old root overwritten and read back, and everything \
             else that a tick does. Deadlines are spread over 60 hours; nothing is overdue. Where there are more than \
             100,000 documents, no files lie in the blob store, so the hourly search for orphans finds nothing to do. \
             While it lasts nothing else is answered.",
            "Beside it in the same run, the disk's own time for as many bytes as the keys have: written, flushed.",
        ],
    );
    let mut table = Table::new(&["live documents", "whole, s", "least", "most", "of it processor, s", "disk alone, s"]);
    for &live in &bench.sizes.live {
        let [whole, processor, disk] = changes(bench, live)?;
        let [least, most] = whole.spread();
        let median = whole.median();
        table.row(live.to_string(), [median, least, most, processor.median(), disk.median()]);
        measured.goals.push(Goal::at_most(&format!("root change with {live} live documents, s"), median, 5.0));
    }
    measured.tables.push(table);
    Ok(measured)
}

fn changes(bench: &Bench, live: u64) -> Done<[Samples; 3]> {
    let mut house = House::found(&bench.ground, 1)?;
    house.stop();
    let hour = house.now().hour();
    fill(&house, live, |number| hour.plus(3 + bench.sizes.changes as u64 + number % 60))?;
    house.start(None)?;
    house.engine().tick();
    let (mut whole, mut processor, mut disk) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.sizes.changes {
        house.clock.pass(HOUR);
        let before = processor_time();
        let (took, ()) = timed(|| house.engine().tick());
        processor.push(processor_time() - before);
        whole.push(took.as_secs_f64());
        disk.push(write_bare(bench, live)?);
        require_all_carried(&house, live)?;
    }
    Ok([whole, processor, disk].map(Samples::new))
}

// What was timed must have happened.
fn require_all_carried(house: &House, live: u64) -> Done {
    let keys = house.keys()?;
    let newest = keys.root_hour().ok_or("no root")?;
    let db = rusqlite::Connection::open(house.path("keeper.db"))?;
    let sql = "SELECT count(*) FROM document_key WHERE root_hour = ?1";
    let carried: i64 = db.query_row(sql, [newest.0 as i64], |row| row.get(0))?;
    if carried as u64 == live && newest == house.now().hour() && !keys.has_old_root() {
        Ok(())
    } else {
        Err(format!("{carried} of {live} documents were carried over to {newest:?}").into())
    }
}

// 60 bytes a key, in pieces as large as the cache of a database would write.
fn write_bare(bench: &Bench, live: u64) -> Done<f64> {
    let path = bench.ground.join("bare");
    let piece = vec![0x5A; 1 << 20];
    let mut file = disk::Bare::create(&path)?;
    let (took, done) = timed(|| -> io::Result<()> {
        let mut left = live * 60;
        while left > 0 {
            let now = left.min(piece.len() as u64);
            file.append_only(&piece[..now as usize])?;
            left -= now;
        }
        file.flush()
    });
    done?;
    std::fs::remove_file(path)?;
    Ok(took.as_secs_f64())
}
