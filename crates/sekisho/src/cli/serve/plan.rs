//! What an installation is founded with.

use std::path::{Path, PathBuf};

use clap::Args;
use sekisho_core::{
    budget::Limits,
    calendar::Day,
    policy::{
        Policy,
        lint::{self, Severity},
    },
    time::Clock,
    watch::Setup,
};
use sekisho_keeper::{engine::Plan, jose::request::SiteTerms, keystore::Cost, wire::SiteView};
use sekisho_sys::clock::SystemClock;

use super::{
    ServeArgs,
    doors::{Doors, host},
};
use crate::{app::founding, cli::passphrase, policy_file, site::kit, supervisor::Passphrase};

/// What counts at the founding only.
#[derive(Debug, Args)]
pub(super) struct FoundingArgs {
    /// Found a test installation: plain HTTP on this machine, webhooks to this machine, a clock that can be moved.
    /// The mark stays for ever. Never show it a real document
    #[arg(long)]
    pub(super) test_installation: bool,
    /// At the founding, register a site: its site.json as `sekisho site new` writes it; may be given more than once
    #[arg(long = "site", value_name = "FILE")]
    sites: Vec<PathBuf>,
    /// At the founding, add a policy to the built-in ones, or put it in the place of the one of its name; may be
    /// given more than once
    #[arg(long = "policy", value_name = "FILE")]
    policies: Vec<PathBuf>,
}

impl FoundingArgs {
    /// Whether something is asked for that can't be had later.
    pub(super) fn is_given(&self) -> bool {
        !self.sites.is_empty() || !self.policies.is_empty()
    }
}

/// Founds. Every file is read and judged before the passphrase is asked for, and that before anything is made.
pub(super) fn found(args: &ServeArgs, doors: &Doors) -> Result<Passphrase, String> {
    let settings = (args.budget()?.unwrap_or_default(), args.watch()?.unwrap_or_default());
    let plan = plan(&args.founding, doors, settings)?;
    let passphrase = passphrase::choose(args.passphrase_fd)?;
    let keeper = founding::found(&args.data, &args.keystore, &passphrase, &plan).map_err(|error| error.to_string())?;
    tracing::info!(%keeper, test = plan.test, sites = plan.sites.len(), "founded");
    Ok(passphrase)
}

fn plan(args: &FoundingArgs, doors: &Doors, (budget, watch): (Limits, Setup)) -> Result<Plan, String> {
    let policies = policies(&args.policies)?;
    let sites = args.sites.iter().map(|path| site(path, &policies, args.test_installation));
    Ok(Plan {
        test: args.test_installation,
        desk_origin: doors.desk.origin.clone(),
        ledger_name: host(&doors.gate.origin).to_owned(),
        cost: Cost::STANDARD,
        sites: sites.collect::<Result<_, _>>()?,
        policies,
        budget,
        watch,
        people: Vec::new(),
    })
}

fn policies(paths: &[PathBuf]) -> Result<Vec<Policy>, String> {
    let mut policies = policy_file::built_in();
    for path in paths {
        let policy = policy(path)?;
        policies.retain(|known| known.name != policy.name);
        policies.push(policy);
    }
    Ok(policies)
}

/// A policy that the linter lets through, as `sekisho policy check` would.
fn policy(path: &Path) -> Result<Policy, String> {
    let policy = policy_file::read(path).map_err(|error| error.to_string())?;
    let mut findings = lint::lint(&policy, Day::of(SystemClock.read().wall));
    findings.extend(policy_file::kinds().lint(&policy));
    if !lint::is_refused(&findings) {
        return Ok(policy);
    }
    let why = findings.iter().find(|finding| finding.severity == Severity::Error);
    let why = why.map_or_else(String::new, |finding| finding.message_en.clone());
    Err(format!("{}: this policy is refused: {why} (sekisho policy check says all)", path.display()))
}

fn site(path: &Path, policies: &[Policy], test: bool) -> Result<SiteView, String> {
    let site = kit::read_registration(path).map_err(|error| error.to_string())?;
    let wrong = |what: String| Err(format!("{}: {what}", path.display()));
    if SiteTerms::try_from(&site).is_err() {
        return wrong("its keys or its return_prefix are not what `sekisho site new` makes".into());
    }
    if let Some(unknown) = site.policies.iter().find(|name| policies.iter().all(|policy| policy.name != **name)) {
        return wrong(format!("it asks under the policy {unknown}, which is not there; add it with --policy"));
    }
    let secure = |url: &str| url.starts_with("https://") || (test && url.starts_with("http://"));
    if !secure(&site.return_prefix) || !site.webhook.as_deref().is_none_or(secure) {
        return wrong("return_prefix and webhook must be https addresses; a test installation may use http".into());
    }
    if site.webhook.is_some() {
        tracing::info!(site = %site.name, "its webhooks wait until `sekisho site secret` has put their secret");
    }
    Ok(site)
}
