//! `sekisho canary rotate` and `retire`.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use sekisho_core::{id::CanaryId, time::Timestamp};
use sekisho_keeper::{
    canary::{Bait, Laid},
    jose::Alg,
};
use sekisho_sys::entropy::SystemEntropy;
use serde_json::json;

use super::{Place, make, told};
use crate::site::kit::{Kit, Profile};

/// Which one.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sekisho canary rotate can_… --out ./shop-batch          a site's key: the fresh kit is written there
  sekisho canary rotate can_… --gate https://check.example   a member's link

Put the fresh bait in the old one's place. A touch of the old one, by somebody who took a copy before, is told all \
the same.")]
pub(super) struct RotateArgs {
    /// The canary
    canary: CanaryId,
    /// The folder to write a site's fresh kit into
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The gate's origin as members reach it, for a link
    #[arg(long, value_name = "ORIGIN")]
    gate: Option<String>,
    #[command(flatten)]
    place: Place,
}

/// Which one.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sekisho canary retire can_…")]
pub(super) struct RetireArgs {
    /// The canary
    canary: CanaryId,
    #[command(flatten)]
    place: Place,
}

/// Makes a fresh one of the same kind for the same place.
pub(super) fn rotate(args: RotateArgs, now: Timestamp) -> Result<ExitCode, String> {
    let mut console = args.place.open()?;
    let book = console.read().map_err(|why| why.to_string())?;
    let old = book.baits.into_iter().find(|bait| bait.id == args.canary).ok_or("there is no such canary")?;
    let mut renew =
        |laid: Laid| console.rotate(args.canary, |_| laid, now, &mut SystemEntropy).map_err(|why| why.to_string());
    match old.laid {
        Laid::SiteKey { site, .. } => {
            let out = args.out.ok_or("a site's key: name the folder for the fresh kit with --out")?;
            let profile = Profile {
                name: site.name,
                title: site.title,
                policies: site.policies,
                return_prefix: site.return_prefix,
                webhook: site.webhook,
            };
            let kit = Kit::new(profile, Alg::EdDSA, &mut SystemEntropy);
            let files = kit.write(&out).map_err(|why| why.to_string())?;
            let bait = renew(make::laid(&kit))?;
            let what = format!("Put what is in {} in the old one's place, and keep no copy.", out.display());
            make::show(&bait, &what, json!({ "files": files }), args.place.json);
        }
        Laid::Link { .. } => {
            let gate = args.gate.ok_or("a member's link: name the gate's origin with --gate")?;
            let (secret, address) = make::fresh_link(&gate)?;
            let bait = renew(Laid::Link { sha256: secret.hash() })?;
            make::show(&bait, &address, json!({ "link": address }), args.place.json);
        }
        Laid::Document { .. } => return Err("a document lasts 72 hours at most: make another one".into()),
    }
    Ok(ExitCode::SUCCESS)
}

/// Gives it up.
pub(super) fn retire(args: RetireArgs, now: Timestamp) -> Result<ExitCode, String> {
    let mut console = args.place.open()?;
    let retired = console.retire(args.canary, now, &mut SystemEntropy).map_err(|why| why.to_string())?;
    show(&retired, args.place.json);
    Ok(ExitCode::SUCCESS)
}

#[allow(clippy::print_stdout)] // The command line's own way to speak.
fn show(retired: &Bait, as_json: bool) {
    match as_json {
        true => println!("{}", told::json(retired)),
        false => println!("{}", told::line(retired)),
    }
}
