//! `sekisho stop`: one function, site, person or network is stopped, or goes on.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use sekisho_core::{calendar::text, id::StopId, lockdown::Why, stop::Target};
use sekisho_keeper::wire::{OperatorAnswer, OperatorRequest, Stop};
use serde_json::json;

use super::{operate, refuse};

const EXAMPLES: &str = "\
What can be stopped: uploads, viewings, decisions, api, everything, site:NAME, other-sites:NAME, person:ID, \
other-people:ID, network:ADDRESS or network:ADDRESS/BITS. It is felt at every door within five seconds. Who and why \
stands on the ledger; an address stands in keeper.db alone, and only while it is stopped.

After a lockdown, `other-sites:` and `other-people:` let one site and one reviewer go on alone at first.

Examples:
  sekisho stop uploads --why \"a flood of damaged pictures\"
  sekisho stop network:203.0.113.0/24 --why \"guessing links\"
  sekisho stop --list --json
  sekisho stop --lift stp_00000000000000000000000000 --why \"over\"

Exit status: 0 it is done, or with --list nothing is stopped; 1 with --list something is; 2 a usage or input error.";

/// What to stop, or to let go on.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct StopArgs {
    /// What to stop
    #[arg(required_unless_present_any = ["list", "lift"])]
    target: Option<Target>,
    /// Show what is stopped now
    #[arg(long, conflicts_with_all = ["target", "lift", "why"])]
    list: bool,
    /// Let this one go on
    #[arg(long, value_name = "ID", conflicts_with = "target")]
    lift: Option<StopId>,
    /// Why, in 1 to 200 characters. It stands on the ledger: write no person's name or number
    #[arg(long, required_unless_present = "list")]
    why: Option<Why>,
    /// The folder with the state of the installation that runs
    #[arg(long, default_value = "./data")]
    data: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Stops, lifts or lists.
pub(super) fn run(args: StopArgs) -> ExitCode {
    let why = args.why.as_ref().map(ToString::to_string).unwrap_or_default();
    let asked = match (args.lift, &args.target) {
        (Some(stop), _) => OperatorRequest::Lift { stop, why },
        (None, Some(target)) => OperatorRequest::Stop { target: target.clone(), why },
        (None, None) => OperatorRequest::Stops,
    };
    match operate::told(&args.data, asked) {
        Ok(OperatorAnswer::Stopped(id)) => {
            operate::say(args.json, &json!({ "stop": id }), &format!("Stopped. To let it go on: --lift {id}"))
        }
        Ok(OperatorAnswer::Stops(stops)) => list(&args, &stops),
        Ok(_) => operate::say(args.json, &json!({ "lifted": true }), "It goes on."),
        Err(why) => refuse(why),
    }
}

fn list(args: &StopArgs, stops: &[Stop]) -> ExitCode {
    let object = json!({ "stops": stops });
    let lines: Vec<String> = stops.iter().map(line).collect();
    let text = if lines.is_empty() { "Nothing is stopped.".to_owned() } else { lines.join("\n") };
    operate::say(args.json, &object, &text);
    if stops.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

fn line(stop: &Stop) -> String {
    let Stop { id, target, by, why, since } = stop;
    format!("{id}  {target}  since {} by {by}: {why}", text::rfc3339(*since))
}
