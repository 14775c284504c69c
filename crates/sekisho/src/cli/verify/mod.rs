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
mod tests;
