//! `sekisho keys split`: the ceremony in which custodians get their shares.

use std::{
    fs::{self, OpenOptions},
    io::{self, BufRead, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use sekisho_keeper::keystore::{FileMedium, Keystore, Secret, Share, Terms, shares};
use sekisho_sys::entropy::SystemEntropy;
use zeroize::Zeroizing;

use crate::{
    cli::{operate, passphrase, refuse},
    supervisor::Lock,
};

const EXAMPLES: &str = "\
The service is stopped meanwhile. Each share is shown to its custodian alone, who writes it down, and, once the screen \
is cleared, types it from what they wrote. With --out each share is written to a file of its own instead, to be \
printed and removed. Before the keystore is changed the shares as they were given back are tried; whatever breaks off \
before that leaves what opened it before.

With custodians (2 or more needed) a lockdown ends by their shares alone: the passphrase opens nothing while one lasts. \
With --needed 1 --of 1 one recovery share is made that stands in for a lost passphrase; a lockdown then still ends by \
the passphrase. Shares that were dealt before open nothing from then on. The next start writes on the ledger that \
shares were dealt, and of how many.

Deal anew whenever shares were used, or a custodian left: `sekisho doctor` says so.

Examples:
  sekisho keys split --data /var/lib/sekisho --keystore /var/lib/sekisho-keys/keystore --needed 3 --of 5
  sekisho keys split --needed 1 --of 1 --out /media/usb

Exit status: 0 the shares are dealt, 2 they are not, and why.";

/// What clears a terminal, and what was scrolled off it.
const CLEARED: &str = "\x1b[2J\x1b[3J\x1b[H";

/// How many, and where to.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct SplitArgs {
    /// The folder with the state: nothing may run over it meanwhile
    #[arg(long, default_value = "./data")]
    data: PathBuf,
    /// The keystore's file
    #[arg(long, default_value = "./keys/keystore")]
    keystore: PathBuf,
    /// How many custodians are needed
    #[arg(long)]
    needed: u8,
    /// How many there are
    #[arg(long)]
    of: u8,
    /// Write each share to a file in this folder instead of showing it
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Read the passphrase from this open descriptor, to its end, instead of the terminal
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<i32>,
    /// Print one JSON object; needs --out
    #[arg(long, requires = "out")]
    json: bool,
}

/// Deals.
pub(super) fn run(args: SplitArgs) -> ExitCode {
    match dealt(&args) {
        Ok(()) => {
            let object = serde_json::json!({ "needed": args.needed, "of": args.of });
            let text =
                format!("Dealt: {} of {} shares open the keystore. Start the service again.", args.needed, args.of);
            operate::say(args.json, &object, &text)
        }
        Err(why) => refuse(why),
    }
}

fn dealt(args: &SplitArgs) -> Result<(), String> {
    let told = |error: &dyn std::error::Error| error.to_string();
    let terms = Terms::new(args.needed, args.of);
    let terms = terms.ok_or("--needed is 2 or more and not more than --of; or both are 1, for a recovery share")?;
    let _lock = Lock::take(&args.data).map_err(|error| told(&error))?;
    let medium = FileMedium::open(&args.keystore).map_err(|error| format!("{}: {error}", args.keystore.display()))?;
    let mut keystore = Keystore::open(Box::new(medium)).map_err(|error| told(&error))?;
    if keystore.locked_down().is_some() {
        return Err(
            "the vault is locked down: start the service and end that first, with the shares that there are".into()
        );
    }
    let (keys, _) = keystore.unlock(&passphrase::obtain(args.passphrase_fd)?.0).map_err(|error| told(&error))?;
    let dealt = shares::deal(terms, &mut SystemEntropy);
    // Handed out and tried first: shares that nobody can read must not be the only ones.
    let held = hand_out(&dealt.2, args.out.as_deref())?;
    opens(&held, terms, &dealt.0)?;
    keystore.share(&keys, (terms, dealt.1), &dealt.0, &mut SystemEntropy).map_err(|error| told(&error))
}

/// Gives each to its custodian, and returns them as the custodians gave them back.
fn hand_out(all: &[Share], folder: Option<&Path>) -> Result<Vec<Share>, String> {
    let each = all.iter().map(|share| match folder {
        Some(folder) => {
            write(share, folder).map_err(|error| format!("{}: {error}; nothing was dealt", folder.display()))
        }
        None => show(share, &mut io::stdin().lock(), &mut io::stderr()),
    });
    each.collect()
}

/// Whether any `needed` of them that follow each other make the secret; so each one is tried.
fn opens(held: &[Share], terms: Terms, secret: &Secret) -> Result<(), String> {
    let around = || held.iter().chain(held);
    let all = (0..held.len()).all(|first| {
        let some: Vec<&Share> = around().skip(first).take(terms.needed().into()).collect();
        shares::join(&some).is_ok_and(|joined| joined == *secret)
    });
    if all { Ok(()) } else { Err("the shares don't make what they were dealt of; nothing was dealt".into()) }
}

fn write(share: &Share, folder: &Path) -> io::Result<Share> {
    let path = folder.join(format!("sekisho-share-{}.txt", share.number()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    writeln!(file, "{}", &*share.to_text())?;
    file.sync_all()?;
    fs::read_to_string(&path).map(Zeroizing::new)?.trim().parse().map_err(io::Error::other)
}

/// Shows it, clears the screen, and has its custodian type it from what they wrote down; until that is the same.
fn show(share: &Share, hears: &mut dyn BufRead, says: &mut dyn Write) -> Result<Share, String> {
    loop {
        let typed = typed_back(share, hears, says).map_err(|error| format!("no answer: {error}; nothing was dealt"))?;
        match typed.parse::<Share>() {
            Ok(typed) if typed.to_bytes() == share.to_bytes() => return Ok(typed),
            _ => writeln!(says, "That is not the same. It is shown once more: correct what you wrote.\n")
                .map_err(|error| error.to_string())?,
        }
    }
}

fn typed_back(share: &Share, hears: &mut dyn BufRead, says: &mut dyn Write) -> io::Result<Zeroizing<String>> {
    let (number, of, text) = (share.number(), share.terms().of(), share.to_text());
    write!(says, "Share {number} of {of}, for its custodian alone. Write it down:\n\n  {}\n\n", &*text)?;
    write!(says, "Press Enter when it is written down; the screen is cleared then. ")?;
    says.flush()?;
    line(hears)?;
    write!(says, "{CLEARED}Type it from what you wrote down: ")?;
    says.flush()?;
    let typed = line(hears);
    write!(says, "{CLEARED}")?;
    typed
}

fn line(hears: &mut dyn BufRead) -> io::Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::new());
    if hears.read_line(&mut line)? == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(line) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sekisho_seal::testing::SeededEntropy;

    fn dealt(needed: u8, of: u8) -> (Secret, Vec<Share>) {
        let (secret, _, all) = shares::deal(Terms::new(needed, of).unwrap(), &mut SeededEntropy::new(5));
        (secret, all)
    }

    #[test]
    fn a_share_is_shown_until_it_is_typed_back_from_paper_and_cleared_each_time() {
        let (_, all) = dealt(2, 2);
        let text = all[0].to_text();
        let mut said = Vec::new();
        let heard = format!("\n{}\n\n{}\n", &*all[1].to_text(), text.to_uppercase().replace('-', " "));
        let typed = show(&all[0], &mut heard.as_bytes(), &mut said).unwrap();
        assert_eq!(typed.to_bytes(), all[0].to_bytes());
        let said = String::from_utf8(said).unwrap();
        assert_eq!((said.matches(&*text).count(), said.matches(CLEARED).count()), (2, 4));
        assert!(said.ends_with(CLEARED));
        for short in ["", "\n", "\nshare1\n"] {
            assert!(show(&all[0], &mut short.as_bytes(), &mut Vec::new()).unwrap_err().contains("nothing was dealt"));
        }
    }

    #[test]
    fn shares_that_were_handed_out_wrongly_are_noticed_before_they_are_the_only_ones() {
        for (needed, of) in [(1, 1), (2, 2), (2, 3), (3, 5)] {
            let ((secret, all), terms) = (dealt(needed, of), Terms::new(needed, of).unwrap());
            assert_eq!(opens(&all, terms, &secret), Ok(()), "{needed} of {of}");
            let (other, _, others) = shares::deal(terms, &mut SeededEntropy::new(6));
            assert!(opens(&all, terms, &other).is_err());
            assert!(opens(&others, terms, &secret).is_err());
        }
    }

    #[test]
    fn a_file_is_read_back_and_none_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let (_, all) = dealt(2, 3);
        assert_eq!(write(&all[0], folder.path()).unwrap().to_bytes(), all[0].to_bytes());
        assert_eq!(write(&all[0], folder.path()).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    }
}
