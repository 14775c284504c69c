//! Overdue documents, forgotten: few and many.

use std::{fs, path::Path, time::Instant};

use sekisho_core::time::{HOUR, Hour};
use sekisho_keeper::engine::Locked;
use serde_json::json;

use super::{
    Bench, Done,
    clients::at_once,
    fill::fill,
    house::House,
    openbao::OpenBao,
    record::{Goal, Measured, Table},
    roots::Watched,
    stats::{Samples, timed},
};

/// Starts for each number of documents.
const STARTS: usize = 9;

/// What came of one number of documents.
struct Forgot {
    documents: u64,
    slot: Samples,
    running: f64,
    ended: u64,
    seconds: f64,
    parts: Samples,
}

/// Takes it.
pub(crate) fn take(bench: &Bench) -> Done<Measured> {
    let all = bench.sizes.overdue.iter().map(|&count| forget(bench, count)).collect::<Done<Vec<_>>>()?;
    let mut measured = told(&all);
    if let Some(program) = &bench.openbao {
        let bao = OpenBao::start(program, &bench.ground)?;
        let mut table = Table::new(&["OpenBao deletes keys", "a second", "hours for 1,711,756"]);
        for clients in [1, 16] {
            let rate = deletions(&bao, clients, bench.sizes.keys)?;
            table.row(format!("{clients} at once"), [rate, 1_711_756.0 / rate / 3600.0]);
        }
        measured.tables.push(table);
    }
    Ok(measured)
}

fn forget(bench: &Bench, documents: u64) -> Done<Forgot> {
    let mut house = House::found(&bench.ground, 1)?;
    house.stop();
    let deadline = house.now().hour().plus(1);
    fill(&house, documents, |_| deadline)?;
    let (keystore, before) = (house.path("keystore"), house.path("keystore.before"));
    fs::copy(&keystore, &before)?;
    house.clock.pass(HOUR);
    let slot = starts(&house, deadline, &before)?;
    // Once more, as a keeper that was running all the while.
    fs::write(&keystore, fs::read(&before)?)?;
    house.clock.back(HOUR);
    let (medium, written) = Watched::open(&house)?;
    house.start(Some(medium))?;
    house.clock.pass(HOUR);
    written.lock().map_err(|_| "broken")?.clear();
    let began = Instant::now();
    house.engine().tick();
    let mut parts = vec![began.elapsed()];
    let first = *written.lock().map_err(|_| "broken")?.first().ok_or("nothing was written")?;
    while house.engine().is_behind() && parts.len() < bench.sizes.parts {
        parts.push(timed(|| house.engine().tick()).0);
    }
    let seconds = began.elapsed().as_secs_f64();
    let running = (first - began).as_secs_f64() * 1e3;
    Ok(Forgot { documents, slot, running, ended: ended(&house)?, seconds, parts: Samples::of_millis(parts) })
}

/// How long a locked keeper takes, from its start, until the overdue slot is overwritten and read back.
fn starts(house: &House, deadline: Hour, before: &Path) -> Done<Samples> {
    let root = house.keys()?.root_hour().ok_or("no root")?;
    let mut took = Vec::new();
    for _ in 0..STARTS {
        fs::write(house.path("keystore"), fs::read(before)?)?;
        let holds = || {
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(
                house.keys()?.wrapping_key(house.keeper, root, deadline).is_some(),
            )
        };
        if !holds()? {
            return Err("the slot was gone before".into());
        }
        let (medium, written) = Watched::open(house)?;
        let parts = house.parts(Some(medium))?;
        let begun = Instant::now();
        let locked = Locked::start(parts)?;
        let last = *written.lock().map_err(|_| "broken")?.last().ok_or("nothing was written")?;
        took.push(last - begun);
        drop(locked);
        if holds()? {
            return Err("the slot is still there".into());
        }
    }
    Ok(Samples::of_millis(took))
}

fn ended(house: &House) -> Done<u64> {
    let db = rusqlite::Connection::open(house.path("keeper.db"))?;
    let count: i64 = db.query_row("SELECT count(*) FROM document WHERE shredded IS NOT NULL", [], |row| row.get(0))?;
    Ok(count as u64)
}

fn deletions(bao: &OpenBao, clients: usize, keys: usize) -> Done<f64> {
    let mut connections = (0..clients).map(|_| bao.connect()).collect::<Done<Vec<_>>>()?;
    for number in 0..keys {
        let path = format!("transit/keys/c{clients}-{number}");
        connections[0].ask("POST", &path, &json!({}))?;
        connections[0].ask("POST", &format!("{path}/config"), &json!({ "deletion_allowed": true }))?;
    }
    let mut work: Vec<Vec<String>> = (0..clients).map(|_| Vec::new()).collect();
    (0..keys).for_each(|number| work[number % clients].push(format!("transit/keys/c{clients}-{number}")));
    let seen =
        at_once(&mut connections, work, |connection, path| connection.ask("DELETE", &path, &json!({})).map(drop))?;
    Ok(seen.per_second())
}

fn told(all: &[Forgot]) -> Measured {
    let mut measured = Measured::new(
        "forgetting",
        "Overdue documents, forgotten",
        &[
            "All of them have one deadline. Forgotten is a document when the slot of its deadline is overwritten in the \
             keystore's file, synced and read back: no copy of the rest opens it from then on. Measured at the start of a \
             locked keeper, which needs no passphrase for it, with the slot put back for each start; and at the tick of \
             a running one. That the key could be derived before and can't after is checked each time.",
            "What there is to write of each document afterwards (row, entry, outbox, file) is measured apart: it is done \
             in parts of 500, and others are served between two parts. The first part is the tick that forgot, which \
             changes the root as well. Where there are more than 100,000 documents there are no files to remove.",
            "OpenBao has no such slot: a key is deleted for each document, after it was allowed for each; only the \
             deletion is counted. The hours are computed from the rate.",
        ],
    );
    let mut table =
        Table::new(&["overdue documents", "slots gone at a start, ms", "least", "most", "slot gone at a tick, ms"]);
    for forgot in all {
        let [least, most] = forgot.slot.spread();
        table.row(forgot.documents.to_string(), [forgot.slot.median(), least, most, forgot.running]);
    }
    measured.tables.push(table);
    let mut table =
        Table::new(&["documents ended after", "seconds", "a second", "longest part, ms", "median part, ms"]);
    for Forgot { documents, ended, seconds, parts, .. } in all {
        let what = if ended == documents { documents.to_string() } else { format!("the first {ended} of {documents}") };
        table.row(what, [*seconds, *ended as f64 / seconds, parts.at(1.0), parts.median()]);
    }
    measured.tables.push(table);
    if let [few, .., many] = all {
        let ratio = many.slot.median() / few.slot.median();
        let what = format!("time to forget {}, as a multiple of that for {}", many.documents, few.documents);
        measured.goals.push(Goal::at_most(&what, ratio, 2.0));
    }
    measured
}
