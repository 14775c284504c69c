//! `sekisho canary make`: bait, to be laid where a thief looks.

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Subcommand};
use sekisho_core::{
    entropy::fresh,
    id::{PolicyName, SiteName},
    policy::Text,
    time::Timestamp,
};
use sekisho_keeper::{
    canary::{Bait, Laid},
    jose::{Alg, check_prefix},
};
use sekisho_sys::entropy::SystemEntropy;
use serde_json::{Value, json};

use super::{Place, document, told};
use crate::{
    service::secret::Secret,
    site::kit::{Kit, Profile},
};

/// What kind of bait.
#[derive(Debug, Args)]
pub(super) struct MakeArgs {
    #[command(subcommand)]
    lure: Lure,
}

#[derive(Debug, Subcommand)]
enum Lure {
    /// A site's key pair as `sekisho site new` makes it, to be left in a home folder, a backup, a deployment's secrets
    #[command(after_help = "\
Example:
  sekisho canary make site-key shop-batch --out ./shop-batch --policy jp-dating-site \\
    --return-prefix https://shop.example/age/ --laid 'home of deploy on the backup host'

Give it the name, the titles and the policy of a site that could be real. Move the whole folder to where it is to lie; \
keep no copy.")]
    SiteKey(SiteKeyArgs),
    /// A member's link that nobody is given, to be left in a mailbox, a ticket, a log
    #[command(after_help = "\
Example:
  sekisho canary make link --gate https://check.example --laid 'a mail in the support mailbox'

To whoever opens it, it is a link that was used. Don't paste it where a program previews links: that is a touch.")]
    Link(LinkArgs),
    /// A document of your own, sent in as members send theirs: it measures reviewers, and its ciphertext is bait
    #[command(after_help = "\
Example:
  sekisho canary make document --kit ./own-site --gate https://check.example --picture ./drawn-17.jpg \\
    --box 345,380,550,72 --answer approve --laid 'the blob store'

The site is one of your own, registered like any other, so that no member's check or attestation is touched. Draw \
another card each time, print it and photograph it: what is drawn alike, or has no grain, is known again.")]
    Document(Box<document::DocumentArgs>),
}

/// Where the bait will lie.
#[derive(Debug, Args)]
pub(super) struct Laying {
    /// Where it will lie, in words for whoever is called when it is touched
    #[arg(long, value_name = "TEXT")]
    pub(super) laid: String,
    #[command(flatten)]
    pub(super) place: Place,
}

#[derive(Debug, Args)]
struct SiteKeyArgs {
    /// The site's short name: a-z, 0-9, '-' and '.'; no real site's
    name: SiteName,
    /// The folder to write the kit into
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// What members would know it by, in Japanese (the short name if left out)
    #[arg(long, value_name = "TEXT")]
    title_ja: Option<String>,
    /// What members would know it by, in English (the short name if left out)
    #[arg(long, value_name = "TEXT")]
    title_en: Option<String>,
    /// A policy under which it seems to ask; may be given more than once
    #[arg(long = "policy", value_name = "POLICY", required = true)]
    policies: Vec<PolicyName>,
    /// Where its members would return to: an https address that ends in '/'
    #[arg(long, value_name = "URL")]
    return_prefix: String,
    /// Where it would be told of results
    #[arg(long, value_name = "URL")]
    webhook: Option<String>,
    #[command(flatten)]
    laying: Laying,
}

#[derive(Debug, Args)]
struct LinkArgs {
    /// The gate's origin as members reach it
    #[arg(long, value_name = "ORIGIN")]
    gate: String,
    #[command(flatten)]
    laying: Laying,
}

/// Makes it and says what to do with it.
pub(super) fn run(args: MakeArgs, now: Timestamp) -> Result<ExitCode, String> {
    match args.lure {
        Lure::SiteKey(args) => site_key(args, now),
        Lure::Link(args) => link(&args, now),
        Lure::Document(args) => document::run(&args, now),
    }
}

fn site_key(args: SiteKeyArgs, now: Timestamp) -> Result<ExitCode, String> {
    check_prefix(&args.return_prefix).map_err(|_| "--return-prefix must be a plain https address that ends in '/'")?;
    let title = |given: Option<String>| given.unwrap_or_else(|| args.name.to_string());
    let profile = Profile {
        title: Text { ja: title(args.title_ja), en: title(args.title_en) },
        name: args.name.clone(),
        policies: args.policies,
        return_prefix: args.return_prefix,
        webhook: args.webhook,
    };
    let mut console = args.laying.place.open()?;
    console.require_free(&args.name).map_err(|why| why.to_string())?;
    let kit = Kit::new(profile, Alg::EdDSA, &mut SystemEntropy);
    let files = kit.write(&args.out).map_err(|why| why.to_string())?;
    let bait = console.lay(&args.laying.laid, laid(&kit), now, &mut SystemEntropy).map_err(|why| why.to_string())?;
    let what = format!("Move {} to where it is to lie, and keep no copy.", args.out.display());
    show(&bait, &what, json!({ "files": files }), args.laying.place.json);
    Ok(ExitCode::SUCCESS)
}

/// What the book keeps of a kit: what any site's registration says.
pub(super) fn laid(kit: &Kit) -> Laid {
    Laid::SiteKey { site: Box::new(kit.registration.clone()), entered: false }
}

fn link(args: &LinkArgs, now: Timestamp) -> Result<ExitCode, String> {
    let (secret, address) = fresh_link(&args.gate)?;
    let mut console = args.laying.place.open()?;
    let laid = Laid::Link { sha256: secret.hash() };
    let bait = console.lay(&args.laying.laid, laid, now, &mut SystemEntropy).map_err(|why| why.to_string())?;
    show(&bait, &address, json!({ "link": address }), args.laying.place.json);
    Ok(ExitCode::SUCCESS)
}

/// A link as members are sent.
pub(super) fn fresh_link(gate: &str) -> Result<(Secret, String), String> {
    let origin = gate.trim_end_matches('/');
    if !(origin.starts_with("https://") || origin.starts_with("http://")) {
        return Err("--gate must be the gate's origin, e.g. https://check.example".into());
    }
    let secret = Secret::of(fresh(&mut SystemEntropy));
    let address = format!("{origin}/m/{}", secret.text());
    Ok((secret, address))
}

#[allow(clippy::print_stdout)] // The command line's own way to speak.
pub(super) fn show(bait: &Bait, what: &str, shown_once: Value, as_json: bool) {
    if as_json {
        let mut told = told::json(bait);
        let once = shown_once.as_object().cloned().unwrap_or_default();
        once.into_iter().for_each(|(name, value)| told[name] = value);
        println!("{told}");
    } else {
        println!("{}\n{what}", told::line(bait));
    }
}
