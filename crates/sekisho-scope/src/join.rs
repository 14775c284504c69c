//! The list that says whose an object is: key, member, kind, size.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use crate::{
    answer::ScopeError,
    tables::{Joins, Tables},
};

/// Where the columns are.
struct Columns {
    key: usize,
    member: Option<usize>,
    kind: Option<usize>,
    size: Option<usize>,
}

/// Reads the list and notes for every object what it says. Returns its rows, and those that could not be read.
pub(crate) fn join(path: &Path, tables: &Tables<'_>) -> Result<(u64, u64), ScopeError> {
    let because = |source| ScopeError::Read { path: path.into(), source };
    let mut first = [0; 4096];
    let length = File::open(path).and_then(|mut file| file.read(&mut first)).map_err(because)?;
    let head = first[..length].split(|byte| *byte == b'\n').next().unwrap_or_default();
    let tab = if head.contains(&b'\t') { b'\t' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(tab).flexible(true).from_path(path).map_err(|why| because(why.into()))?;
    let header = reader.byte_headers().map_err(|why| because(why.into()))?;
    let column = |name: &str| header.iter().position(|field| field.trim_ascii().eq_ignore_ascii_case(name.as_bytes()));
    let key = column("key").ok_or_else(|| ScopeError::Join(path.into()))?;
    let columns = Columns { key, member: column("member"), kind: column("kind"), size: column("size") };
    read(&mut reader, &columns, tables).map_err(because)
}

fn read(reader: &mut csv::Reader<File>, columns: &Columns, tables: &Tables<'_>) -> io::Result<(u64, u64)> {
    let (mut joins, mut row, mut rows, mut unread) = (Joins::new(), csv::ByteRecord::new(), 0, 0);
    loop {
        match reader.read_byte_record(&mut row) {
            Ok(false) => break,
            Ok(true) => rows += 1,
            Err(why) if why.is_io_error() => return Err(why.into()),
            Err(_) => (rows, unread) = (rows + 1, unread + 1),
        }
        let field = |at: Option<usize>| at.and_then(|at| row.get(at)).unwrap_or_default();
        let size = std::str::from_utf8(field(columns.size)).unwrap_or_default().trim();
        let (key, size) = (field(Some(columns.key)), if size.is_empty() { Ok(None) } else { size.parse().map(Some) });
        match size {
            Ok(size) if !key.is_empty() => {
                if joins.add(key, field(columns.member), field(columns.kind), size) {
                    tables.join(&mut joins)?;
                }
            }
            _ => unread += 1,
        }
    }
    tables.join(&mut joins)?;
    Ok((rows, unread))
}
