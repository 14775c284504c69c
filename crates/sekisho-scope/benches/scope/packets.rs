//! A question to a large capture: how long it takes, how much memory, and whether the counts are those that are known.
//! Beside it tshark, which is asked for the nearest that it can tell: each response's status. It looks for no records.

use std::{
    env,
    fmt::Write as _,
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    thread,
    time::Instant,
};

use sekisho_scope::{
    Progress,
    packets::{Plan, scope},
};
use serde_json::{Value, json};

use crate::{
    Outcome,
    chance::Chance,
    ledger::peak_mb,
    section,
    took::{Took, timed},
    wire::{Wire, card, get, pcap, response},
};

const SEED: u64 = 2021;
const ROUNDS: usize = 3;
/// 2021-08-02T12:00:00+09:00.
const NOON: u64 = 1_627_873_200;
/// A file of packets begins with so many bytes that the next one doesn't repeat.
const HEAD: usize = 24;

/// One run, in a process of its own: the number of threads, and the capture. Prints what is known of it.
pub(crate) fn ask(words: &[String]) -> Outcome {
    let [threads, file] = words else { return Err("a number of threads and a capture".into()) };
    let plan = Plan { threads: threads.parse()?, ..Plan::new([7; 32]) };
    let begun = Instant::now();
    let answer = scope(&[PathBuf::from(file)], &plan, &Progress::default())?;
    let ms = begun.elapsed().as_millis() as u64;
    let cards = answer.by_kind.get("card_with_expiry").and_then(|records| records.confirmed);
    let counts = [answer.packets.used, answer.requests, answer.responses, answer.bodies.whole];
    println!("{}", json!({ "counts": counts, "cards": cards, "ms": ms, "peak_mb": peak_mb() }));
    Ok(())
}

/// What is known of a capture.
#[derive(Debug, Default)]
struct Known {
    bytes: u64,
    packets: u64,
    responses: u64,
    /// Of these, with records.
    searched: u64,
    cards: u64,
}

/// Makes a capture, asks about it, writes the figures and removes it again.
pub(crate) fn measure(words: &[String]) -> Outcome {
    let is_small = words.iter().any(|word| word == "--small");
    let folder = env::temp_dir().join("sekisho-bench-packets");
    fs::create_dir_all(&folder)?;
    let measured = measured(&folder, if is_small { 20 << 20 } else { 500_000_000 });
    fs::remove_dir_all(&folder)?;
    let text = measured?;
    println!("{text}");
    let docs = words.iter().position(|word| word == "--docs").and_then(|at| words.get(at + 1));
    match docs {
        Some(docs) if !is_small => Ok(section::write(Path::new(docs), section::PACKETS, &text)?),
        _ => Ok(()),
    }
}

fn measured(folder: &Path, size: u64) -> Result<String, Box<dyn std::error::Error>> {
    let file = folder.join("capture.pcap");
    let known = make(&file, size)?;
    eprintln!("made {} packets, {} bytes", known.packets, known.bytes);
    let before = section::load();
    let mut rows = Vec::new();
    for threads in [2, 1] {
        // The first run warms up and counts for nothing.
        let runs = (0..=ROUNDS).map(|_| ours(&file, threads, &known)).collect::<Result<Vec<_>, _>>()?;
        let name = format!("ours, {threads} thread{}", if threads == 1 { "" } else { "s" });
        rows.extend(row(&name, &runs[1..], &known));
    }
    match tshark(&file, &known) {
        Ok(run) => {
            rows.extend(row("tshark: each response's status, as many of them, no records; once", &[run], &known))
        }
        Err(why) => eprintln!("not run: tshark: {why}"),
    }
    Ok(text(&known, &rows, &before))
}

/// What one run took, and the most memory in megabytes, where that is known.
type Run = (Took, Option<u64>);

fn ours(file: &Path, threads: usize, known: &Known) -> Result<Run, Box<dyn std::error::Error>> {
    let own = env::current_exe()?.display().to_string();
    let took = timed(&[own, "ask-packets".into(), threads.to_string(), file.display().to_string()])?;
    let said: Value = serde_json::from_str(&took.said)?;
    let counts = json!([known.packets, known.responses, known.responses, known.responses]);
    if said["counts"] != counts || said["cards"] != known.cards {
        return Err(format!("it says {said}, and {known:?} is known").into());
    }
    Ok((took, said["peak_mb"].as_u64()))
}

fn tshark(file: &Path, known: &Known) -> Result<Run, Box<dyn std::error::Error>> {
    const SCRIPT: &str = "tshark -n -r \"$1\" -Y http.response -T fields -e http.response.code 2>/dev/null | wc -l";
    let took = timed(&["sh".into(), "-c".into(), SCRIPT.into(), "sh".into(), file.display().to_string()])?;
    if took.said != known.responses.to_string() {
        return Err(format!("it says {}, and {known:?} is known", took.said).into());
    }
    Ok((took, None))
}

/// Connections of a web server, one after the other: pages and lists without records, and every tenth response a list of
/// people with their cards; every fourth is packed with gzip.
fn make(path: &Path, size: u64) -> Result<Known, Box<dyn std::error::Error>> {
    let (mut out, mut chance) = (BufWriter::with_capacity(1 << 20, File::create(path)?), Chance::new(SEED));
    let mut known = Known::default();
    while known.bytes < size {
        let nth = known.packets;
        let mut wire = Wire::open(1024 + (nth % 60_000) as u16, NOON + nth / 1000);
        for _ in 0..8 {
            exchange(&mut wire, &mut chance, &mut known)?;
        }
        let packets = wire.close();
        let bytes = pcap(&packets);
        let bytes = if known.bytes == 0 { &bytes[..] } else { &bytes[HEAD..] };
        out.write_all(bytes)?;
        (known.bytes, known.packets) = (known.bytes + bytes.len() as u64, nth + packets.len() as u64);
    }
    out.flush()?;
    Ok(known)
}

fn exchange(wire: &mut Wire, chance: &mut Chance, known: &mut Known) -> std::io::Result<()> {
    let (nth, mut body) = (known.responses, String::new());
    known.responses += 1;
    if nth % 10 == 9 {
        known.searched += 1;
        for _ in 0..200 {
            let _ = writeln!(body, "{},12/27,member {},Tokyo", card(known.cards), chance.below(1 << 20));
            known.cards += 1;
        }
    } else {
        while body.len() < 8_000 + (nth % 7) as usize * 4_000 {
            let _ = writeln!(body, "<li><a href=\"/item/{:x}\">an item of the shop</a> in stock</li>", chance.next());
        }
    }
    let target = get(&format!("/page/{nth}"));
    let answer = if nth % 4 == 3 {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(body.as_bytes())?;
        response(&packed.finish()?, "Content-Type: text/html\r\nContent-Encoding: gzip\r\n")
    } else {
        response(body.as_bytes(), "Content-Type: text/html\r\n")
    };
    wire.exchange(&target, &answer);
    Ok(())
}

fn row(name: &str, runs: &[Run], known: &Known) -> Option<String> {
    let took: Vec<_> = runs.iter().map(|(took, _)| took.clone()).collect();
    let memory = runs.iter().filter_map(|(_, peak)| *peak).max().map_or("–".into(), |peak| peak.to_string());
    let section::Row { median, least, most, processors, speed, .. } = section::Row::new(name, &took, known.bytes)?;
    let processors = processors.map_or("–".into(), |seconds| format!("{seconds:.2}"));
    let speed = speed * 1000.0;
    Some(format!("| {name} | {median:.2} | {least:.2} – {most:.2} | {processors} | {speed:.0} | {memory} |\n"))
}

fn text(known: &Known, rows: &[String], before: &str) -> String {
    let Known { bytes, packets, responses, searched, cards } = known;
    let mut out = format!(
        "\n### {packets} packets ({:.2} GB), {responses} requests\n\nEvery run of ours gave exactly {responses} \
         responses, all whole, and {cards} cards with an expiry in {searched} of them; a quarter is packed with \
         gzip.\n\n| | wall, s | least – most | processors, s | MB/s of the capture | most \
         memory, MB |\n|---|---:|---:|---:|---:|---:|\n",
        *bytes as f64 / 1e9
    );
    out.extend(rows.iter().map(String::as_str));
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let _ = write!(
        out,
        "\n<sub>A capture from seed {SEED}, from the page cache; medians of {ROUNDS} runs of ours, each in a process of its \
         own; of processors the least. Commit {}. {cores} processors. Load (1, 5, 15 minutes) before {before}, after \
         {}.</sub>\n",
        section::commit(),
        section::load(),
    );
    out
}
