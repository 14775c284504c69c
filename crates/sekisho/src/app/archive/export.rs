//! An export: everything in open formats, for whoever leaves the product. It needs no program of ours afterwards.

use std::{
    fmt::Write as _,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use sekisho_core::ledger::{Checkpoint, Note, tile};
use sekisho_keeper::archive::{self, CopyError, EventsError, KEEPER_DB, LinesError, Rows, Table};

use super::files::{FileError, at, folder, is_empty, real, sync_below, write};
use crate::{app::places, store::judged::GATE_DB};

/// Where copies lie while they are read, below the export.
const COPIES: &str = ".copies";
/// Bytes of a hash in a tile, and of an entry with its length in a bundle (C2SP tlog-tiles).
const WIDTHS: [usize; 2] = [32, 34];

/// Why there is no export. What was begun lies there without README.md.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// There is no installation.
    #[error("{0} holds no installation: there is nothing to export")]
    NoInstallation(PathBuf),
    /// There is something already.
    #[error("{0} is not empty: an export overwrites nothing; name a new folder")]
    NotEmpty(PathBuf),
    /// An export below the data.
    #[error("{0} lies below the data; name a folder elsewhere")]
    InData(PathBuf),
    /// A file or folder.
    #[error(transparent)]
    File(#[from] FileError),
    /// A database.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// A table.
    #[error(transparent)]
    Lines(#[from] LinesError),
    /// The ledger.
    #[error(transparent)]
    Events(#[from] EventsError),
}

/// Writes everything of the installation in `data` to `to`, an empty folder or none yet. Returns the number of rows by
/// file.
///
/// # Errors
/// [`ExportError`].
pub fn write_all(data: &Path, to: &Path) -> Result<Vec<(String, u64)>, ExportError> {
    judge(data, to)?;
    let copies = to.join(COPIES);
    folder(&copies)?;
    let checkpoint = fs::read_to_string(places::ledger(data).join("checkpoint")).ok();
    let sources = [("keeper", places::database(data), KEEPER_DB), ("gate", places::gate_database(data), GATE_DB)];
    let (mut readme, mut written) = (INTRODUCTION.to_owned(), Vec::new());
    for (room, source, tables) in sources.into_iter().filter(|(_, source, _)| source.is_file()) {
        let copy = copies.join(room);
        archive::copy(&source, &copy, tables)?;
        folder(&to.join(room))?;
        for table in tables {
            let name = format!("{room}/{}.jsonl", table.name);
            let rows = write_table(&copy, table, &to.join(&name))?;
            describe(&mut readme, &name, table);
            written.push((name, rows));
        }
    }
    archive::prove(&copies.join("keeper"), checkpoint.as_deref())?;
    if let Some(checkpoint) = &checkpoint {
        copy_ledger(&places::ledger(data), &to.join("ledger"), checkpoint)?;
    }
    at(&copies, || fs::remove_dir_all(&copies))?;
    write(&to.join("README.md"), readme.as_bytes())?;
    sync_below(to)?;
    Ok(written)
}

fn judge(data: &Path, to: &Path) -> Result<(), ExportError> {
    if !places::database(data).is_file() {
        return Err(ExportError::NoInstallation(data.to_owned()));
    }
    if real(to)?.starts_with(real(data)?) {
        return Err(ExportError::InData(to.to_owned()));
    }
    if is_empty(to)? { Ok(()) } else { Err(ExportError::NotEmpty(to.to_owned())) }
}

fn write_table(copy: &Path, table: &Table, path: &Path) -> Result<u64, ExportError> {
    write(path, b"")?;
    let mut out = BufWriter::new(at(path, || File::options().append(true).open(path))?);
    let rows = archive::lines(copy, table, &mut out)?;
    at(path, || out.flush())?;
    Ok(rows)
}

/// The tiles and bundles under `checkpoint`, whatever grew meanwhile.
fn copy_ledger(public: &Path, to: &Path, checkpoint: &str) -> Result<(), ExportError> {
    folder(to)?;
    write(&to.join("checkpoint"), checkpoint.as_bytes())?;
    let size = Note::parse(checkpoint).ok().and_then(|note| Checkpoint::unverified(&note).ok());
    for name in tile::added(0, size.map_or(0, |checkpoint| checkpoint.size())) {
        let name = name.to_string();
        let bytes = at(&public.join(&name), || tile_bytes(public, &name))?;
        let target = to.join(&name);
        folder(target.parent().unwrap_or(to))?;
        write(&target, &bytes)?;
    }
    Ok(())
}

/// A partial tile goes when the full one comes, which begins with the same bytes.
fn tile_bytes(public: &Path, name: &str) -> io::Result<Vec<u8>> {
    match (fs::read(public.join(name)), name.split_once(".p/")) {
        (Err(error), Some((full, width))) if error.kind() == io::ErrorKind::NotFound => {
            let unit = WIDTHS[usize::from(name.starts_with("tile/entries/"))];
            let mut bytes = fs::read(public.join(full))?;
            bytes.truncate(width.parse::<usize>().map_err(io::Error::other)? * unit);
            Ok(bytes)
        }
        (read, _) => read,
    }
}

fn describe(readme: &mut String, name: &str, table: &Table) {
    let _ = write!(readme, "\n### {name}\n\n{}.", table.what);
    match table.rows {
        Rows::All => {}
        Rows::Where { why, .. } => drop(write!(readme, " Not every row: {why}.")),
        Rows::None { why } => drop(write!(readme, " No row: {why}.")),
    }
    readme.push_str("\n\n| field | what it holds |\n|---|---|\n");
    for column in table.columns {
        let why = column.left_out.map_or_else(String::new, |why| format!(" (left out: {why})"));
        let _ = writeln!(readme, "| `{}` | {}{why} |", column.name, column.what);
    }
}

const INTRODUCTION: &str = "\
# An export of Sekisho

Everything that the installation held but pictures, keys, sessions and links that let somebody in. Each `.jsonl` file is
one table, one JSON object a line, in UTF-8. Times are seconds since 1970 in UTC; bytes are lower-case hex; ids are a
prefix and 26 characters of Crockford base 32.

`ledger/` is the public log as it was published: `checkpoint` is a signed note (C2SP tlog-checkpoint), `tile/` its tiles
and entries (C2SP tlog-tiles). The entry of the log at `place` is

    SHA-256( \"sekisho ledger entry v1\\0\" || salt || length of body, 8 bytes, big-endian || body )

with `salt` and `body` of that line of `keeper/event.jsonl`; its leaf is SHA-256(0x00 || entry), as in RFC 6962. So every
event can be checked against the signed root with any program that knows SHA-256. Claims in `keeper/checks.jsonl` are JWS
(RFC 7515, EdDSA); the keys that check them are those that the sites have.

## The files
";
