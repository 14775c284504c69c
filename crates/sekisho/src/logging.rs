//! Lines to standard error. Nothing personal: what is logged are states, counts and opaque ids.

use std::{io, panic};

use tracing_subscriber::{filter::LevelFilter, fmt::MakeWriter};

/// Starts logging for this process under `name`. `SEKISHO_LOG` sets the level: `error`, `warn`, `info` (default),
/// `debug` or `trace`.
pub fn start(name: &'static str) {
    let level = std::env::var("SEKISHO_LOG").ok().and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO);
    let lines = tracing_subscriber::fmt().with_ansi(false).with_max_level(level).with_writer(Named(name));
    let _ = lines.try_init();
    panic::set_hook(Box::new(report_panic));
}

/// Where it happened, not what was said: a panic's message may quote what a stranger sent.
fn report_panic(info: &panic::PanicHookInfo<'_>) {
    let place = info.location().map(|place| format!("{}:{}", place.file(), place.line()));
    tracing::error!(place = place.as_deref().unwrap_or("unknown"), "panic");
}

/// Puts the role's name before each line.
struct Named(&'static str);

impl<'a> MakeWriter<'a> for Named {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line(self.0)
    }
}

/// Writes an event in one piece, so that lines of several processes don't mix.
struct Line(&'static str);

impl io::Write for Line {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let mut line = Vec::with_capacity(self.0.len() + 1 + event.len());
        line.extend_from_slice(self.0.as_bytes());
        line.push(b' ');
        line.extend_from_slice(event);
        io::stderr().lock().write_all(&line)?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
