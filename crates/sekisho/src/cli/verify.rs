//! `sekisho verify`: check a receipt or a whole ledger without the service.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    str::FromStr as _,
};

use clap::Args;
use sekisho_core::ledger::{
    Checkpoint, Receipt, VerifierKey,
    audit::{self, AuditError, Audited, PublicFiles},
    receipt::{self, Verified, VerifiedEvent},
};
use serde_json::{Value, json};

/// Check a receipt, or a whole ledger, without the service
///
/// A receipt (JSON) holds when every event in it is proven to stand in the ledger.
/// A directory (checkpoint and tile/) holds when every entry and tile in it leads to the signed root.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sekisho verify receipt.json
  sekisho verify receipt.json --key @ledger.vkey --json
  sekisho verify /var/lib/sekisho/ledger --key @ledger.vkey --older checkpoint-of-last-week

A receipt names the ledger's key itself. Get that key from the site too, and give it with --key:
without it, a receipt only agrees with itself.

Exit status: 0 it holds, 1 it does not, 2 something can't be read or was asked wrongly.")]
pub(super) struct VerifyArgs {
    /// A receipt, or a ledger's directory.
    #[arg(value_name = "FILE|DIR")]
    subject: PathBuf,
    /// The ledger's verifier key (name+id+key), or @ and a file that holds it. A directory needs one.
    #[arg(long, value_name = "VKEY|@FILE")]
    key: Option<String>,
    /// An older checkpoint that the directory's ledger must continue.
    #[arg(long, value_name = "FILE")]
    older: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Runs `sekisho verify …` and writes to standard output.
pub(super) fn run(args: VerifyArgs) -> ExitCode {
    match answer(&args, &mut io::stdout().lock(), &mut io::stderr().lock()) {
        Ok(status) => ExitCode::from(status),
        // Whoever reads us went away, e.g. `head`: there is nobody left to tell.
        Err(_) => ExitCode::from(2),
    }
}

/// What was found.
enum Finding {
    Receipt(Box<Verified>),
    Ledger(Box<Audited>),
    /// Something does not hold, and what.
    Refused(String),
}

/// The question could not be answered, and why.
struct Unanswered(String);

fn answer(args: &VerifyArgs, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<u8> {
    let finding = match examine(args) {
        Ok(finding) => finding,
        Err(Unanswered(why)) => {
            writeln!(err, "sekisho verify: {why}")?;
            return Ok(2);
        }
    };
    if args.json {
        writeln!(out, "{}", finding.to_json())?;
    } else {
        finding.print(out)?;
    }
    Ok(u8::from(matches!(finding, Finding::Refused(_))))
}

fn examine(args: &VerifyArgs) -> Result<Finding, Unanswered> {
    let key = args.key.as_deref().map(read_key).transpose()?;
    if args.subject.is_dir() {
        let key =
            key.ok_or_else(|| Unanswered("a ledger's directory needs --key, the ledger's verifier key".into()))?;
        return examine_ledger(&args.subject, &key, args.older.as_deref());
    }
    if args.older.is_some() {
        return Err(Unanswered("--older goes with a ledger's directory, not with a receipt".into()));
    }
    let receipt = read(&args.subject)?;
    let verified = Receipt::from_json(&receipt).and_then(|receipt| receipt::verify(&receipt, key.as_ref()));
    Ok(verified.map_or_else(|why| Finding::Refused(why.to_string()), |verified| Finding::Receipt(verified.into())))
}

fn examine_ledger(dir: &Path, key: &VerifierKey, older: Option<&Path>) -> Result<Finding, Unanswered> {
    let older = older.map(read).transpose()?;
    match audit::audit(&mut Dir(dir), key, older.as_deref()) {
        Ok(audited) => Ok(Finding::Ledger(audited.into())),
        Err(AuditError::Read(why)) => Err(Unanswered(format!("{}: {why}", dir.display()))),
        Err(why) => Ok(Finding::Refused(why.to_string())),
    }
}

fn read(path: &Path) -> Result<String, Unanswered> {
    let bytes = fs::read(path).map_err(|why| Unanswered(format!("{}: {why}", path.display())))?;
    // What isn't text is neither receipt nor checkpoint, and is refused as such.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn read_key(key: &str) -> Result<VerifierKey, Unanswered> {
    let text = match key.strip_prefix('@') {
        Some(file) => read(Path::new(file))?,
        None => key.to_owned(),
    };
    VerifierKey::from_str(text.trim()).map_err(|why| Unanswered(format!("--key: {why}")))
}

/// A ledger's public files in a directory.
struct Dir<'a>(&'a Path);

impl PublicFiles for Dir<'_> {
    type Error = io::Error;

    fn get(&mut self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.0.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Finding {
    fn to_json(&self) -> Value {
        match self {
            Self::Receipt(verified) => receipt_json(verified),
            Self::Ledger(audited) => json!({
                "verified": true,
                "ledger": ledger_json(&audited.checkpoint),
                "continues": audited.older.as_ref().map(Checkpoint::size),
            }),
            Self::Refused(why) => json!({ "verified": false, "why": why }),
        }
    }

    fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Receipt(verified) => print_receipt(verified, out),
            Self::Ledger(audited) => print_ledger(audited, out),
            Self::Refused(why) => writeln!(out, "It does not hold: {why}"),
        }
    }
}

fn ledger_json(checkpoint: &Checkpoint) -> Value {
    json!({ "origin": checkpoint.origin, "size": checkpoint.size(), "root": checkpoint.root().to_base64() })
}

fn receipt_json(verified: &Verified) -> Value {
    let event = |shown: &VerifiedEvent| json!({ "index": shown.index, "event": shown.event });
    json!({
        "verified": true,
        "check": verified.check,
        "key": verified.key.to_string(),
        "key_known": verified.key_known,
        "ledger": ledger_json(&verified.checkpoint),
        "tally": verified.tally(),
        "events": verified.events.iter().map(event).collect::<Vec<_>>(),
    })
}

fn print_receipt(verified: &Verified, out: &mut dyn Write) -> io::Result<()> {
    let Checkpoint { origin, head } = &verified.checkpoint;
    writeln!(
        out,
        "The receipt of {} holds: its events stand in the ledger {origin} ({} entries).",
        verified.check, head.size
    )?;
    for shown in &verified.events {
        writeln!(out, "{:>10}  {}  {}", shown.index, moment(shown), name(shown))?;
    }
    if !verified.key_known {
        writeln!(
            out,
            "The ledger's key was taken from the receipt itself. Compare it with the one that the site publishes:"
        )?;
        writeln!(out, "  {}", verified.key)?;
    }
    Ok(())
}

fn print_ledger(audited: &Audited, out: &mut dyn Write) -> io::Result<()> {
    let Checkpoint { origin, head } = &audited.checkpoint;
    writeln!(out, "The ledger {origin} holds: {} entries lead to the signed root {}.", head.size, head.root)?;
    if let Some(older) = &audited.older {
        writeln!(out, "It continues the older checkpoint of {} entries.", older.size())?;
    }
    Ok(())
}

/// When an event was written, as RFC 3339; the number itself if no calendar has it.
fn moment(shown: &VerifiedEvent) -> String {
    let seconds = shown.event.at.0;
    let known = i64::try_from(seconds).ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    known.map_or_else(|| seconds.to_string(), |time| time.to_string())
}

/// What an event calls itself.
fn name(shown: &VerifiedEvent) -> String {
    let value = serde_json::to_value(&shown.event.what).unwrap_or_default();
    value["event"].as_str().unwrap_or("event").to_owned()
}

#[cfg(test)]
mod tests {
    use std::iter;

    use clap::Parser;
    use sekisho_core::{
        check::ShredCause,
        event::{Event, What},
        id::{CheckId, DocumentId},
        ledger::receipt::ReceiptEvent,
        time::Timestamp,
    };
    use sekisho_keeper::ledger::{DirFiles, LedgerSigner, Writer};
    use tempfile::TempDir;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: VerifyArgs,
    }

    /// A ledger of 300 entries with an older checkpoint, a receipt and the key, in one directory.
    fn bench() -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        let files = DirFiles::open(&path("ledger"), &path("journal")).unwrap();
        let signer = LedgerSigner::from_seed("ledger.example/kpr", &[7; 32]).unwrap();
        let mut writer = Writer::open(Box::new(files), signer, &mut iter::empty()).unwrap();
        let (check, document) = (CheckId::from_bytes([1; 16]), DocumentId::from_bytes([2; 16]));
        let event =
            Event::new(Timestamp(1_795_000_000), What::Shredded { check, document, cause: ShredCause::Decided });
        for size in [200, 100] {
            (0..size).for_each(|_| drop(writer.stage(event.to_bytes(), [3; 32]).unwrap()));
            let _written = writer.commit().unwrap();
            writer.publish().unwrap();
            if size == 200 {
                fs::copy(path("ledger/checkpoint"), path("older")).unwrap();
            }
        }
        let shown = ReceiptEvent::new(event.to_bytes(), &[3; 32], writer.prove(7).unwrap()).unwrap();
        fs::write(path("receipt"), Receipt::new(check, writer.vkey(), vec![shown]).to_json()).unwrap();
        fs::write(path("vkey"), format!("{}\n", writer.vkey())).unwrap();
        dir
    }

    /// Runs the command in `dir`; `@` and bare names are files there.
    fn verify(dir: &TempDir, line: &[&str]) -> (u8, String) {
        let place = |word: &&str| match word.strip_prefix('@') {
            Some(name) => format!("@{}", dir.path().join(name).display()),
            None if word.starts_with('-') => (*word).to_owned(),
            None => dir.path().join(word).display().to_string(),
        };
        let words = iter::once("verify".to_owned()).chain(line.iter().map(place));
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let status = answer(&Line::try_parse_from(words).unwrap().args, &mut out, &mut err).unwrap();
        out.extend(err);
        (status, String::from_utf8(out).unwrap())
    }

    fn flip(dir: &TempDir, name: &str, at: usize) {
        let mut bytes = fs::read(dir.path().join(name)).unwrap();
        bytes[at] ^= 1;
        fs::write(dir.path().join(name), bytes).unwrap();
    }

    /// M16
    #[test]
    fn a_receipt_holds_with_and_without_a_known_key() {
        let dir = bench();
        let (status, said) = verify(&dir, &["receipt", "--key", "@vkey"]);
        assert_eq!(status, 0, "{said}");
        assert!(said.contains("         7  2026-11-18T11:06:40Z  shredded"), "{said}");
        assert!(!said.contains("taken from the receipt itself"), "{said}");
        let (status, said) = verify(&dir, &["receipt"]);
        assert!(status == 0 && said.contains("taken from the receipt itself"), "{said}");
    }

    /// M16
    #[test]
    fn a_changed_receipt_is_refused() {
        let dir = bench();
        let text = fs::read_to_string(dir.path().join("receipt")).unwrap();
        flip(&dir, "receipt", text.find("1795000000").unwrap());
        let (status, said) = verify(&dir, &["receipt", "--json"]);
        let answer: Value = serde_json::from_str(&said).unwrap();
        assert_eq!((status, &answer["verified"]), (1, &json!(false)));
        flip(&dir, "receipt", 0);
        assert_eq!(verify(&dir, &["receipt"]).0, 1);
    }

    #[test]
    fn a_program_gets_one_object() {
        let dir = bench();
        let (status, said) = verify(&dir, &["receipt", "--key", "@vkey", "--json"]);
        let answer: Value = serde_json::from_str(&said).unwrap();
        assert_eq!((status, &answer["verified"], &answer["key_known"]), (0, &json!(true), &json!(true)));
        assert_eq!(answer["tally"], json!({ "received": 0, "viewed": 0, "decided": 0, "shredded": 1 }));
        assert_eq!(answer["events"][0]["event"]["event"], "shredded");
        let (_, said) = verify(&dir, &["ledger", "--key", "@vkey", "--older", "older", "--json"]);
        let answer: Value = serde_json::from_str(&said).unwrap();
        assert_eq!((&answer["continues"], &answer["ledger"]["size"]), (&json!(200), &json!(300)));
    }

    /// M16
    #[test]
    fn a_ledger_holds_until_a_bit_is_flipped() {
        let dir = bench();
        let line = ["ledger", "--key", "@vkey", "--older", "older"];
        let (status, said) = verify(&dir, &line);
        assert!(status == 0 && said.contains("older checkpoint of 200 entries"), "{said}");
        for (name, at) in
            [("ledger/tile/0/000", 5), ("ledger/tile/entries/001.p/44", 9), ("ledger/checkpoint", 30), ("older", 30)]
        {
            flip(&dir, name, at);
            let (status, said) = verify(&dir, &line);
            assert!(status == 1 && said.starts_with("It does not hold: "), "{name}: {said}");
            flip(&dir, name, at);
        }
        assert_eq!(verify(&dir, &line).0, 0);
    }

    #[test]
    fn what_is_asked_wrongly_is_said() {
        let dir = bench();
        for (line, hint) in [
            (vec!["ledger"], "--key"),
            (vec!["nowhere"], "nowhere"),
            (vec!["receipt", "--older", "older"], "--older"),
            (vec!["receipt", "--key", "@older"], "--key"),
            (vec!["ledger", "--key", "@nowhere"], "nowhere"),
            (vec!["ledger", "--key", "@vkey", "--older", "nowhere"], "nowhere"),
        ] {
            let (status, said) = verify(&dir, &line);
            assert!(status == 2 && said.contains(hint), "{line:?}: {said}");
        }
    }
}
