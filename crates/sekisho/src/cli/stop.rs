//! `sekisho stop`: one function, site, person or network is stopped, or goes on.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use sekisho_core::{
    calendar::text,
    id::StopId,
    lockdown::Why,
    stop::{Reach, Target},
};
use sekisho_keeper::wire::{OperatorAnswer, OperatorRequest, Stop, StopKey};
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
  sekisho stop --make-key night-watch --may uploads,network

A key that only stops is for a program that notices something: POST /api/stops at the desk, with the key as its bearer \
token. It is shown once, lifts nothing, and stops no person.

Exit status: 0 it is done, or with --list nothing is stopped; 1 with --list something is; 2 a usage or input error.";

/// What to stop, or to let go on.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct StopArgs {
    /// What to stop
    #[arg(required_unless_present_any = ["list", "lift", "make_key", "drop_key", "keys"])]
    target: Option<Target>,
    /// Show what is stopped now
    #[arg(long, conflicts_with_all = ["target", "lift", "why"])]
    list: bool,
    /// Let this one go on
    #[arg(long, value_name = "ID", conflicts_with = "target")]
    lift: Option<StopId>,
    /// Why, in 1 to 200 characters. It stands on the ledger: write no person's name or number
    #[arg(long, required_unless_present_any = ["list", "make_key", "drop_key", "keys"])]
    why: Option<Why>,
    /// Make a key of this name that only stops (a to z, 0 to 9, -). It is shown once
    #[arg(long, value_name = "NAME", conflicts_with_all = ["target", "list", "lift", "why"], requires = "may")]
    make_key: Option<String>,
    /// What that key may stop: everything, uploads, viewings, decisions, api, site, network
    #[arg(long, value_delimiter = ',', requires = "make_key")]
    may: Vec<Reach>,
    /// Drop the key of this name
    #[arg(long, value_name = "NAME", conflicts_with_all = ["target", "list", "lift", "why", "make_key"])]
    drop_key: Option<String>,
    /// Show the keys that only stop, without themselves
    #[arg(long, conflicts_with_all = ["target", "list", "lift", "why", "make_key", "drop_key"])]
    keys: bool,
    /// The folder with the state of the installation that runs
    #[arg(long, default_value = "./data")]
    data: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Stops, lifts or lists.
pub(super) fn run(args: StopArgs) -> ExitCode {
    match operate::told(&args.data, asked(&args)) {
        Ok(OperatorAnswer::Stopped(id)) => {
            operate::say(args.json, &json!({ "stop": id }), &format!("Stopped. To let it go on: --lift {id}"))
        }
        Ok(OperatorAnswer::Stops(stops)) => list(&args, &stops),
        Ok(OperatorAnswer::StopKey(key)) => {
            operate::say(args.json, &json!({ "key": key }), &format!("{key}\nIt is not shown again."))
        }
        Ok(OperatorAnswer::StopKeys(keys)) => list_keys(&args, &keys),
        Ok(_) if args.drop_key.is_some() => {
            operate::say(args.json, &json!({ "dropped": true }), "It stops nothing now.")
        }
        Ok(_) => operate::say(args.json, &json!({ "lifted": true }), "It goes on."),
        Err(why) => refuse(why),
    }
}

fn asked(args: &StopArgs) -> OperatorRequest {
    let why = args.why.as_ref().map(ToString::to_string).unwrap_or_default();
    match (args.lift, &args.target, &args.make_key, &args.drop_key) {
        (Some(stop), ..) => OperatorRequest::Lift { stop, why },
        (_, Some(target), ..) => OperatorRequest::Stop { target: target.clone(), why },
        (_, _, Some(name), _) => OperatorRequest::MakeStopKey { name: name.clone(), may: args.may.clone() },
        (.., Some(name)) => OperatorRequest::DropStopKey(name.clone()),
        _ if args.keys => OperatorRequest::StopKeys,
        _ => OperatorRequest::Stops,
    }
}

fn list_keys(args: &StopArgs, keys: &[StopKey]) -> ExitCode {
    let line = |key: &StopKey| {
        let may: Vec<_> = key.may.iter().map(ToString::to_string).collect();
        format!("{}  {}  since {}", key.name, may.join(","), text::rfc3339(key.made))
    };
    let lines: Vec<String> = keys.iter().map(line).collect();
    let text = if lines.is_empty() { "There is no key that only stops.".to_owned() } else { lines.join("\n") };
    operate::say(args.json, &json!({ "keys": keys }), &text)
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
