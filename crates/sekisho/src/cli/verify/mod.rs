//! `sekisho verify`: check a receipt or a whole ledger without the service.

mod finding;

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    str::FromStr as _,
};

use clap::Args;
use sekisho_core::ledger::{
    Receipt, VerifierKey, WitnessKey, Witnesses,
    audit::{self, AuditError, PublicFiles},
    receipt,
};

use super::vkey_text;
use finding::Finding;

/// Check a receipt, or a whole ledger, without the service
///
/// A receipt (JSON) holds when every event in it is proven to stand in the ledger.
/// A directory (checkpoint and tile/) holds when every entry and tile in it leads to the signed root.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sekisho verify receipt.json
  sekisho verify receipt.json --key @ledger.vkey --json
  sekisho verify /var/lib/sekisho/ledger --key @ledger.vkey --older checkpoint-of-last-week
  sekisho verify receipt.json --key @ledger.vkey --witness @one.vkey --witness @two.vkey --quorum 1

With --witness, so many of the named witnesses as --quorum says must have cosigned what is checked: for a receipt the
checkpoint under every event, for a directory its present checkpoint.

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
    /// The verifier key of a witness (name+id+key), or @ and a file that holds it. Repeat it for each.
    #[arg(long = "witness", value_name = "VKEY|@FILE")]
    witnesses: Vec<String>,
    /// How many of the named witnesses must have cosigned; all of them if not given.
    #[arg(long, value_name = "N", requires = "witnesses")]
    quorum: Option<usize>,
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
    let witnesses = read_witnesses(args)?;
    if args.subject.is_dir() {
        let key =
            key.ok_or_else(|| Unanswered("a ledger's directory needs --key, the ledger's verifier key".into()))?;
        return examine_ledger(&args.subject, &key, args.older.as_deref(), &witnesses);
    }
    if args.older.is_some() {
        return Err(Unanswered("--older goes with a ledger's directory, not with a receipt".into()));
    }
    let receipt = read(&args.subject)?;
    let receipt = Receipt::from_json(&receipt);
    let verified = receipt.and_then(|receipt| receipt::verify_witnessed(&receipt, key.as_ref(), &witnesses));
    Ok(verified.map_or_else(|why| Finding::Refused(why.to_string()), |verified| Finding::Receipt(verified.into())))
}

fn examine_ledger(
    dir: &Path,
    key: &VerifierKey,
    older: Option<&Path>,
    witnesses: &Witnesses,
) -> Result<Finding, Unanswered> {
    let older = older.map(read).transpose()?;
    match audit::audit_witnessed(&mut Dir(dir), key, older.as_deref(), witnesses) {
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
    VerifierKey::from_str(vkey_text(key).map_err(Unanswered)?.trim()).map_err(|why| Unanswered(format!("--key: {why}")))
}

fn read_witnesses(args: &VerifyArgs) -> Result<Witnesses, Unanswered> {
    let read = |key: &String| {
        WitnessKey::from_str(vkey_text(key).map_err(Unanswered)?.trim())
            .map_err(|why| Unanswered(format!("--witness: {why}")))
    };
    let keys = args.witnesses.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let needed = args.quorum.unwrap_or(keys.len());
    Witnesses::new(keys, needed).map_err(|why| Unanswered(format!("--witness and --quorum: {why}")))
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

#[cfg(test)]
mod tests {
    use std::iter;

    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
    use clap::Parser;
    use sekisho_core::{
        check::ShredCause,
        event::{Event, What},
        id::{CheckId, DocumentId},
        ledger::{Note, TlogProof, cosignature, receipt::ReceiptEvent},
        time::Timestamp,
    };
    use sekisho_keeper::ledger::{DirFiles, LedgerSigner, Writer};
    use serde_json::{Value, json};
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

    /// Cosigns the checkpoint in the file `name` as a witness whose key is written beside it.
    fn cosign(dir: &TempDir, name: &str, witness: &str, seed: u8) {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
        let key = WitnessKey::new(witness, pair.public_key().as_ref().try_into().unwrap()).unwrap();
        fs::write(dir.path().join(witness), key.to_string()).unwrap();
        let path = dir.path().join(name);
        let mut note = Note::parse(&fs::read_to_string(&path).unwrap()).unwrap();
        let time = Timestamp(1_795_000_060);
        let made = pair.sign(cosignature::cosigned_message(time, note.text()).as_bytes());
        note.add_cosignature(&key, time, made.as_ref().try_into().unwrap());
        fs::write(path, note.to_string()).unwrap();
    }

    /// M16
    #[test]
    fn a_ledger_is_refused_to_who_needs_a_witness_that_it_lacks() {
        let dir = bench();
        cosign(&dir, "ledger/checkpoint", "w1", 1);
        cosign(&dir, "older", "w2", 2);
        let base = ["ledger", "--key", "@vkey", "--witness", "@w1"];
        let (status, said) = verify(&dir, &base);
        assert!(status == 0 && said.contains("cosigned 2026-11-18T11:07:40Z by w1"), "{said}");
        let both = [&base[..], &["--witness", "@w2"]].concat();
        let (status, said) = verify(&dir, &both);
        assert!(status == 1 && said.contains("1 of the known witnesses have cosigned, 2 are needed"), "{said}");
        let (status, said) = verify(&dir, &[&both[..], &["--quorum=1", "--json"]].concat());
        let answer: Value = serde_json::from_str(&said).unwrap();
        assert_eq!((status, &answer["cosigned"]), (0, &json!([{ "witness": "w1", "time": 1_795_000_060 }])));
    }

    /// M16
    #[test]
    fn a_receipt_is_refused_to_who_needs_a_witness_that_it_lacks() {
        let dir = bench();
        cosign(&dir, "older", "w1", 1);
        let line = ["receipt", "--key", "@vkey", "--witness", "@w1"];
        assert_eq!(verify(&dir, &line).0, 1);
        let mut receipt = Receipt::from_json(&fs::read_to_string(dir.path().join("receipt")).unwrap()).unwrap();
        let mut proof: TlogProof = receipt.events[0].proof.parse().unwrap();
        fs::write(dir.path().join("shown"), &proof.checkpoint).unwrap();
        cosign(&dir, "shown", "w1", 1);
        proof.checkpoint = fs::read_to_string(dir.path().join("shown")).unwrap();
        receipt.events[0].proof = proof.to_string();
        fs::write(dir.path().join("receipt"), receipt.to_json()).unwrap();
        let (status, said) = verify(&dir, &line);
        assert!(status == 0 && said.contains("cosigned 2026-11-18T11:07:40Z by w1"), "{said}");
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
            (vec!["receipt", "--witness", "@vkey"], "--witness"),
            (vec!["ledger", "--key", "@vkey", "--older", "nowhere"], "nowhere"),
        ] {
            let (status, said) = verify(&dir, &line);
            assert!(status == 2 && said.contains(hint), "{line:?}: {said}");
        }
    }
}
