//! How long a command took, on the wall and on the processors.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    process::Command,
    time::Instant,
};

/// One run.
#[derive(Debug, Clone)]
pub(crate) struct Took {
    /// Seconds on the wall.
    pub(crate) wall: f64,
    /// Seconds of processors, the system's included; `None` where only the wall was looked at.
    pub(crate) processors: Option<f64>,
    /// What it printed, without blanks around.
    pub(crate) said: String,
}

/// Runs a command to its end; the shell tells what it took. Any other exit status than 0 is a failure.
pub(crate) fn timed(command: &[String]) -> io::Result<Took> {
    timed_to(command, 0)
}

/// The same for a command whose answer is its exit status, which has to be `expected`.
pub(crate) fn timed_to(command: &[String], expected: i32) -> io::Result<Took> {
    let script = r#"TIMEFORMAT='%R %U %S'; time { "$@" 2>&4; } 4>/dev/null"#;
    let output = Command::new("bash").args(["-c", script, "bash"]).args(command).env("LC_ALL", "C").output()?;
    let times = String::from_utf8_lossy(&output.stderr).into_owned();
    let times: Vec<f64> = times.split_whitespace().rev().take(3).filter_map(|word| word.parse().ok()).collect();
    let [system, user, wall] = times[..] else { return Err(io::Error::other("the shell told no times")) };
    if output.status.code() != Some(expected) {
        return Err(io::Error::other(format!("it ended with {}", output.status)));
    }
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok(Took { wall, processors: Some(user + system), said })
}

/// Unpacks a file and throws away what comes out, with the library that ours uses.
pub(crate) fn unpacked(path: &Path) -> io::Result<Took> {
    let begun = Instant::now();
    let file = io::BufReader::with_capacity(256 * 1024, File::open(path)?);
    let (mut decoder, mut buffer) = (flate2::bufread::MultiGzDecoder::new(file), vec![0; 1 << 20]);
    while decoder.read(&mut buffer)? > 0 {}
    Ok(Took { wall: begun.elapsed().as_secs_f64(), processors: None, said: String::new() })
}

/// The median of the wall times.
pub(crate) fn median(runs: &[Took]) -> f64 {
    let mut walls: Vec<_> = runs.iter().map(|took| took.wall).collect();
    walls.sort_by(f64::total_cmp);
    walls.get(walls.len() / 2).copied().unwrap_or(f64::NAN)
}
