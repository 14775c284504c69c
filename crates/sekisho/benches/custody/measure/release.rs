//! The keeper's release of a document for one viewing, beside OpenBao's decryption of as many bytes.

use std::{
    os::unix::net::UnixStream,
    sync::Arc,
    thread::{self, JoinHandle},
};

use sekisho_core::{id::AssignmentId, render::RenderRequest};
use sekisho_keeper::{
    server::{Caller, DrawError, Drawn, Ended, Handle, Keeper, Renderer, Server},
    wire::{Answered, DeskAnswer, DeskRequest, MAX_FRAME, Numbered, ShiftToken},
};
use sekisho_seal::Plaintext;
use sekisho_sys::frame::{read_frame, write_frame};
use serde_json::{Value, json};

use super::{
    Bench, Done,
    assigned::prepare,
    clients::{Seen, at_once},
    house::House,
    metering,
    openbao::{Connection, OpenBao},
    record::{Goal, Measured, Table},
    stats::Samples,
};

/// Bytes of a document.
pub(crate) const DOCUMENT: usize = 300 * 1024;
/// How many clients ask at once.
const CLIENTS: [usize; 2] = [1, 16];

/// Hands the opened document on as it is.
struct Plain;

impl Renderer for Plain {
    fn draw(&self, _: &RenderRequest, content: &Plaintext) -> Result<Drawn, DrawError> {
        Ok(Drawn { media_type: "application/octet-stream".into(), bytes: content.as_bytes().to_vec(), proposal: None })
    }
}

/// A keeper's server, and so many ends of its desk.
struct Serving {
    handle: Handle,
    thread: Option<JoinHandle<Ended>>,
}

impl Serving {
    fn start(house: &mut House) -> Self {
        let keeper = Keeper::Unlocked(Box::new(house.lend_engine()));
        let (server, handle) = Server::new(keeper, Arc::new(Plain));
        Self { handle, thread: Some(thread::spawn(move || server.run())) }
    }

    fn desk(&self) -> Done<UnixStream> {
        let (mine, its) = UnixStream::pair()?;
        self.handle.serve(Caller::Desk, its)?;
        Ok(mine)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.handle.stop();
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

type Viewing = (ShiftToken, AssignmentId);

fn view(desk: &mut UnixStream, (shift, assignment): Viewing) -> Done {
    let asked = Numbered { number: 1, body: DeskRequest::View { shift, assignment, again: None } };
    write_frame(desk, &postcard::to_allocvec(&asked)?)?;
    let frame = read_frame(desk, MAX_FRAME)?.ok_or("the keeper hung up")?;
    match postcard::from_bytes::<Numbered<Answered<DeskAnswer>>>(&frame)?.body? {
        DeskAnswer::Picture(picture) if picture.bytes.len() == DOCUMENT => Ok(()),
        _ => Err("not the document".into()),
    }
}

/// Requests to decrypt, each under its own key.
fn ciphertexts(bao: &OpenBao, keys: usize) -> Done<Vec<Vec<u8>>> {
    use base64ct::{Base64, Encoding};
    let (mut connection, plain) = (bao.connect()?, Base64::encode_string(&vec![0x5A; DOCUMENT]));
    (0..keys)
        .map(|number| {
            connection.ask("POST", &format!("transit/keys/d{number}"), &json!({ "type": "aes256-gcm96" }))?;
            let path = format!("transit/encrypt/d{number}");
            let sealed: Value = connection.ask("POST", &path, &json!({ "plaintext": plain }))?;
            let body = json!({ "ciphertext": sealed["data"]["ciphertext"] }).to_string();
            Ok(connection.request("POST", &format!("transit/decrypt/d{number}"), &body))
        })
        .collect()
}

fn decrypt(connection: &mut Connection, request: &[u8]) -> Done {
    // Base64 within JSON; it is not decoded here, which spares the other side time.
    let answer = connection.exchange(request)?;
    if answer.len() > DOCUMENT / 3 * 4 { Ok(()) } else { Err("not the document".into()) }
}

/// Deals `things` out to so many clients.
fn dealt<T>(things: impl IntoIterator<Item = T>, clients: usize) -> Vec<Vec<T>> {
    let mut hands: Vec<Vec<T>> = (0..clients).map(|_| Vec::new()).collect();
    for (number, thing) in things.into_iter().enumerate() {
        hands[number % clients].push(thing);
    }
    hands
}

/// Both sides' rounds at one number of clients.
#[derive(Default)]
struct Sides {
    ours: Seen,
    theirs: Seen,
    ratios: Vec<f64>,
}

/// Takes it.
pub(crate) fn take(bench: &Bench) -> Done<Measured> {
    let sizes = &bench.sizes;
    let per_round = [sizes.views, sizes.views * 4];
    // One round more, which warms both sides up and counts for nothing.
    let rounds = sizes.rounds + 1;
    let mut house = House::found(&bench.ground, rounds * (per_round[0] + per_round[1]))?;
    let viewings = prepare(&mut house, DOCUMENT)?;
    let metering = metering::weigh(&mut house, &viewings, 3 * sizes.views)?;
    let mut viewings = viewings.into_iter();
    let serving = Serving::start(&mut house);
    let bao = bench.openbao.as_ref().map(|program| OpenBao::start(program, &bench.ground)).transpose()?;
    let requests = bao.as_ref().map(|bao| ciphertexts(bao, sizes.keys)).transpose()?;
    let mut sides: [Sides; 2] = Default::default();
    for round in 0..rounds {
        for ((clients, count), side) in CLIENTS.into_iter().zip(per_round).zip(&mut sides) {
            let mut desks = (0..clients).map(|_| serving.desk()).collect::<Done<Vec<_>>>()?;
            let work = dealt(viewings.by_ref().take(count), clients);
            let ours = at_once(&mut desks, work, view)?;
            let theirs = match (&bao, &requests) {
                (Some(bao), Some(requests)) => {
                    let mut connections = (0..clients).map(|_| bao.connect()).collect::<Done<Vec<_>>>()?;
                    let work = dealt(requests.iter().cycle().take(count), clients);
                    at_once(&mut connections, work, |connection, request| decrypt(connection, request))?
                }
                _ => Seen::default(),
            };
            if round > 0 {
                side.ratios.push(ours.per_second() / theirs.per_second());
                side.ours.add(ours);
                side.theirs.add(theirs);
            }
        }
    }
    let alone = Samples::of_millis(sides[0].ours.latencies.iter().copied()).median();
    let mut measured = told(sides, bao.is_some());
    metering.tell(&mut measured, alone);
    Ok(measured)
}

fn told(sides: [Sides; 2], beside: bool) -> Measured {
    let mut measured = Measured::new(
        "release",
        "Release of a 300 KiB document for one viewing",
        &[
            "Ours: the keeper's server on real files, asked over sockets as the desk asks; each viewing has its own \
             reviewer on shift and its own assignment. Included: frame and parsing, rules, meter, entry in keeper.db \
             (committed, synced) and in the journal (synced), ciphertext read from its file and held against its hash, \
             key unwrapped, opened, sent back. Not included: drawing (below), the passkey (once a shift and every tenth \
             assignment), giving the assignment out. Keeper and clients are threads of one process, without walls.",
            "OpenBao 2.7.2: `transit/decrypt`, a key for each document, raft storage on the same disk, audit to a file \
             (which it doesn't sync), plain HTTP over loopback, connections kept, requests ready-made, answers read and \
             not decoded. Its ciphertext comes with each request and lies in no store. In turns with ours, in one run.",
        ],
    );
    let mut table = Table::new(&["who, at how many clients", "a second", "p50, ms", "p99, ms", "requests"]);
    for ((clients, side), factor) in CLIENTS.into_iter().zip(sides).zip([None, Some(10.0)]) {
        let ours = Samples::of_millis(side.ours.latencies.iter().copied());
        table.row(
            format!("Sekisho, {clients}"),
            [side.ours.per_second(), ours.median(), ours.at(0.99), ours.len() as f64],
        );
        if !beside {
            continue;
        }
        let theirs = Samples::of_millis(side.theirs.latencies.iter().copied());
        table.row(
            format!("OpenBao, {clients}"),
            [side.theirs.per_second(), theirs.median(), theirs.at(0.99), theirs.len() as f64],
        );
        let share = ours.at(0.99) / theirs.at(0.99);
        measured.goals.push(Goal::at_most(&format!("p99 as a share of OpenBao's, clients: {clients}"), share, 0.25));
        if let Some(factor) = factor {
            let ratio = Samples::new(side.ratios).median();
            let what = format!("throughput as a multiple of OpenBao's, clients: {clients}");
            measured.goals.push(Goal::at_least(&what, ratio, factor));
        }
    }
    measured.tables.push(table);
    if !beside {
        measured.how.push("OpenBao was not here in this run.".into());
    }
    measured
}
