//! `sekisho demo`: a throwaway installation and the whole story on it.

use std::{fs, io, path::PathBuf, process::ExitCode, str::FromStr};

use clap::Args;
use sekisho_inspect::wire::Boxed;
use tokio::{
    runtime::{Builder, Runtime},
    signal::unix::{Signal, SignalKind, signal},
};

use super::refuse;
use crate::{
    client::Server,
    demo::{Build, House, Picture, Report, tell},
    logging, networks,
};

/// What the story is told with.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  sekisho demo                              tell the story, then stay up to be clicked through\n  \
    sekisho demo --once --json                tell it unattended, end, print one object\n  \
    sekisho demo --once --image card.jpg --box 100,200,300,40"
)]
pub(super) struct DemoArgs {
    /// End after the story
    #[arg(long)]
    once: bool,
    /// Print one JSON object, and nothing else on standard output
    #[arg(long)]
    json: bool,
    /// The member's picture; without it, our own specimen card
    #[arg(long, value_name = "FILE")]
    image: Option<PathBuf>,
    /// A part of the picture that stays visible, in pixels: x,y,width,height. Without one, a band across the middle
    #[arg(long = "box", value_name = "X,Y,W,H", requires = "image")]
    boxes: Vec<Area>,
    /// The folder with the networks that read print, or `none`. Without it the folder that SEKISHO_MODELS names, or your
    /// cache
    #[arg(long, value_name = "FOLDER|none")]
    networks: Option<networks::Source>,
}

#[derive(Debug, Clone, Copy)]
struct Area(Boxed);

impl FromStr for Area {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers: Vec<u32> = text
            .split(',')
            .map(|number| number.trim().parse())
            .collect::<Result<_, _>>()
            .map_err(|_| "four numbers are wanted: x,y,width,height")?;
        match numbers[..] {
            [x, y, w, h] => Ok(Self(Boxed { x, y, w, h })),
            _ => Err("four numbers are wanted: x,y,width,height"),
        }
    }
}

/// Exit 0 when the story ended in a claim, 1 when the picture was turned away, 2 when it could not be told.
pub(super) fn run(args: DemoArgs) -> ExitCode {
    if !args.json {
        logging::start("demo");
    }
    match perform(&args) {
        Ok(taken) => ExitCode::from(u8::from(!taken)),
        Err(why) => refuse(why),
    }
}

fn perform(args: &DemoArgs) -> Result<bool, String> {
    let picture = picture(args)?;
    let interrupt = Interrupt::listen().map_err(|error| error.to_string())?;
    let networks = args.networks.clone().unwrap_or(networks::Source::Found);
    let house = House::build_as(Build { networks, ..Build::default() }).map_err(|error| error.to_string())?;
    let told = tell(&house, &picture, &mut |step| say(args, &format!("  · {step}")));
    let report = told.map_err(|error| error.to_string())?;
    show(args, &report)?;
    if !args.once {
        stay(args, &house, interrupt);
    }
    house.clear_away().map_err(|error| format!("the throwaway folder was not removed: {error}"))?;
    Ok(report.error.is_none())
}

fn picture(args: &DemoArgs) -> Result<Picture, String> {
    let Some(path) = &args.image else { return Ok(Picture::specimen()) };
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(Picture::of_file(bytes, args.boxes.iter().map(|area| area.0).collect()))
}

#[allow(clippy::print_stdout)] // The command line's own way to speak.
fn say(args: &DemoArgs, line: &str) {
    if !args.json {
        println!("{line}");
    }
}

#[allow(clippy::print_stdout)]
fn show(args: &DemoArgs, report: &Report) -> Result<(), String> {
    if args.json {
        println!("{}", serde_json::to_string(report).map_err(|error| error.to_string())?);
        return Ok(());
    }
    for process in &report.processes {
        let held = if process.confined { "confined" } else { "NOT CONFINED" };
        let missing = if process.missing.is_empty() {
            String::new()
        } else {
            format!(", without {}", process.missing.join(", "))
        };
        println!("  {:<18} {held}{missing}", process.role);
    }
    println!("  print on uploads is {}", if report.reads_print { "read" } else { "not read: only drawn boxes stay" });
    match &report.error {
        Some(error) => println!("The picture was not taken ({}): {}", error.code, error.message),
        None => println!(
            "The check is {}, in {} ms. {} ciphertexts are left.",
            report.check.state, report.ms, report.stored
        ),
    }
    Ok(())
}

fn stay(args: &DemoArgs, house: &House, interrupt: Interrupt) {
    let open = |server: &Server| format!("http://{}", server.authority);
    house.site.begin_anew();
    say(args, &format!("\nNow by hand. Be the member first: {}/", open(&house.site.server)));
    say(args, &format!("Then the reviewer, with the practice passkey: {}/", open(&house.desk)));
    say(args, "Stop with Ctrl-C; then everything is removed.");
    interrupt.wait();
}

/// Heard from the beginning, so that an impatient Ctrl-C leaves nothing behind either.
struct Interrupt {
    runtime: Runtime,
    term: Signal,
    int: Signal,
}

impl Interrupt {
    fn listen() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (term, int) = {
            let _inside = runtime.enter();
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?)
        };
        Ok(Self { runtime, term, int })
    }

    fn wait(mut self) {
        self.runtime.block_on(async {
            tokio::select! { _ = self.term.recv() => {}, _ = self.int.recv() => {} }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::Area;

    #[test]
    fn a_box_is_four_numbers() {
        let area: Area = "1, 2,3,4".parse().unwrap();
        assert_eq!((area.0.x, area.0.y, area.0.w, area.0.h), (1, 2, 3, 4));
        assert!("1,2,3".parse::<Area>().is_err() && "a,b,c,d".parse::<Area>().is_err());
    }
}
