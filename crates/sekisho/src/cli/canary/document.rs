//! `sekisho canary make document`: a document of the operator's own, sent in as members send theirs.

use std::{fs, path::PathBuf, process::ExitCode};

use clap::{Args, ValueEnum};
use sekisho_core::{
    check::Verdict,
    entropy::fresh,
    id::{CheckId, KindName},
    time::Timestamp,
};
use sekisho_inspect::wire::Boxed;
use sekisho_keeper::{
    canary::{Console, Laid},
    jose::{
        Sub,
        request::{Ask, DEFAULT_LIFETIME},
    },
};
use sekisho_sys::entropy::SystemEntropy;
use serde_json::{Value, json};

use super::{
    super::{dial, inspect::BoxArg},
    make::{Laying, show},
};
use crate::{
    client::Session,
    demo::Member,
    doctor::Url,
    site::{
        files::{random_jti, read_key, read_sub_secret},
        kit::{KEY, REGISTRATION, SUB_SECRET, read_registration},
        signing::sign_request,
    },
    specimen,
};

/// What is sent, and by which site.
#[derive(Debug, Args)]
pub(super) struct DocumentArgs {
    /// The folder with the kit of a site of your own, as `sekisho site new` writes it; registered like any other
    #[arg(long, value_name = "DIR")]
    kit: PathBuf,
    /// The gate's origin as members reach it
    #[arg(long, value_name = "ORIGIN")]
    gate: Url,
    /// A picture of your own drawing; a fresh one each time, or reviewers know it
    #[arg(long, value_name = "FILE", required_unless_present = "specimen")]
    picture: Option<PathBuf>,
    /// A part that stays visible, in pixels of the upright picture; may be given many times
    #[arg(long = "box", value_name = "X,Y,W,H", requires = "picture")]
    boxes: Vec<BoxArg>,
    /// Send the built-in specimen, to try this out: every reviewer knows it after the first
    #[arg(long, conflicts_with = "picture")]
    specimen: bool,
    /// What the document is said to be
    #[arg(long, value_name = "KIND", default_value = "jp-driving-licence")]
    kind: KindName,
    /// What a reviewer ought to decide
    #[arg(long, value_enum)]
    answer: Answer,
    #[command(flatten)]
    laying: Laying,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Answer {
    /// Old enough
    Approve,
    /// Not old enough, or no such document
    Reject,
    /// Nothing can be made out: another photograph
    Retake,
}

impl From<Answer> for Verdict {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Approve => Self::Approve,
            Answer::Reject => Self::Reject,
            Answer::Retake => Self::Retake,
        }
    }
}

/// Announces a check, notes it as bait, and sends the picture as a member does.
pub(super) fn run(args: &DocumentArgs, now: Timestamp) -> Result<ExitCode, String> {
    let (picture, boxes) = picture(args)?;
    let mut console = args.laying.place.open()?;
    let (check, request) = request(args, &console, now)?;
    let laid = Laid::Document { check, answer: args.answer.into(), reported: None };
    // Before it is sent: a reviewer may have it a second later.
    let bait = console.lay(&args.laying.laid, laid, now, &mut SystemEntropy).map_err(|why| why.to_string())?;
    if let Err(why) = send(args, &request, &picture, &boxes) {
        console.retire(bait.id, now, &mut SystemEntropy).map_err(|why| why.to_string())?;
        return Err(why);
    }
    show(&bait, "It waits among the members' documents.", json!({}), args.laying.place.json);
    Ok(ExitCode::SUCCESS)
}

fn picture(args: &DocumentArgs) -> Result<(Vec<u8>, Vec<Boxed>), String> {
    match &args.picture {
        Some(path) => {
            let picture = fs::read(path).map_err(|why| format!("{}: {why}", path.display()))?;
            Ok((picture, args.boxes.iter().map(|given| given.0).collect()))
        }
        None => Ok((specimen::CARD.to_vec(), specimen::BOXES.to_vec())),
    }
}

/// A request that the operator's site signs, and the check that it makes.
fn request(args: &DocumentArgs, console: &Console, now: Timestamp) -> Result<(CheckId, String), String> {
    let at = |name: &str| args.kit.join(name);
    let key = read_key(&at(KEY)).map_err(|why| why.to_string())?;
    let secret = read_sub_secret(&at(SUB_SECRET)).map_err(|why| why.to_string())?;
    let site = read_registration(&at(REGISTRATION)).map_err(|why| why.to_string())?;
    let policy = site.policies.first().cloned().ok_or("the kit's site.json names no policy")?;
    let ask = Ask {
        site: site.name,
        jti: random_jti(&mut SystemEntropy),
        issued: now,
        expires: now + DEFAULT_LIFETIME,
        policy,
        sub: Sub::of_member(&secret, &fresh::<16>(&mut SystemEntropy)),
        return_url: site.return_prefix,
    };
    let (jws, judged) = sign_request(&key, console.keeper(), &ask, now).map_err(|why| why.to_string())?;
    Ok((judged.check, jws))
}

fn send(args: &DocumentArgs, request: &str, picture: &[u8], boxes: &[Boxed]) -> Result<(), String> {
    let server = args.gate.server().map_err(|why| format!("{}: {why}", args.gate))?;
    let mut site = Session::new(server.clone(), dial::client(args.gate.tls())?).map_err(|why| why.to_string())?;
    let answer = site.post_json("/v1/checks", &json!({ "request": request })).map_err(|why| why.to_string())?;
    let told: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    let link = told["member_url"].as_str().ok_or_else(|| {
        format!("the gate answered {}: {}", answer.status().as_u16(), told["detail"].as_str().unwrap_or_default())
    })?;
    let mut member = Member::with(&server, dial::client(args.gate.tls())?).map_err(|why| why.to_string())?;
    member.enter(link).map_err(|why| why.to_string())?;
    let taken = member.send(args.kind.as_str(), picture, boxes).map_err(|why| why.to_string())?;
    taken.map_err(|trouble| format!("the picture was turned away: {}", trouble.message))
}
