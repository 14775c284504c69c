//! A copied database as lines of JSON, one row a line: readable without this program.

use std::{
    io::{self, Write},
    path::Path,
};

use rusqlite::{Connection, OpenFlags, types::ValueRef};
use sekisho_core::policy::Policy;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{Column, Form, Table};
use crate::{hash::hex, jose::Jwks, webauthn::Credential, wire::SiteView};

/// Why a table was not written.
#[derive(Debug, thiserror::Error)]
pub enum LinesError {
    /// SQLite's own reason.
    #[error("the copied table can't be read: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The file.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A value has not the form that its column has.
    #[error("a value of {table}.{column} is not what it should be")]
    Value {
        /// Its table.
        table: &'static str,
        /// Its column.
        column: &'static str,
    },
}

/// Writes what is taken of `table` in the copied database at `path`, and returns the number of rows.
///
/// # Errors
/// [`LinesError`].
pub fn lines(path: &Path, table: &Table, out: &mut dyn Write) -> Result<u64, LinesError> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let taken: Vec<&Column> = table.columns.iter().filter(|column| column.left_out.is_none()).collect();
    let names: Vec<_> = taken.iter().map(|column| format!("\"{}\"", column.name)).collect();
    let mut all = db.prepare(&format!("SELECT {} FROM \"{}\" ORDER BY 1", names.join(", "), table.name))?;
    let (mut rows, mut count) = (all.query([])?, 0);
    while let Some(row) = rows.next()? {
        let mut line = Map::new();
        for (place, column) in taken.iter().enumerate() {
            let wrong = LinesError::Value { table: table.name, column: column.name };
            line.insert(column.name.into(), value(row.get_ref(place)?, column.form).ok_or(wrong)?);
        }
        writeln!(out, "{}", Value::Object(line))?;
        count += 1;
    }
    Ok(count)
}

fn value(stored: ValueRef<'_>, form: Form) -> Option<Value> {
    Some(match (stored, form) {
        (ValueRef::Null, _) => Value::Null,
        (ValueRef::Integer(number), _) => json!(number),
        (ValueRef::Text(text), Form::Json) => serde_json::from_slice(text).ok()?,
        (ValueRef::Text(text), _) | (ValueRef::Blob(text), Form::Text) => json!(std::str::from_utf8(text).ok()?),
        (ValueRef::Blob(bytes), Form::Id(prefix)) => json!(id(prefix, bytes)?),
        (ValueRef::Blob(bytes), Form::Site) => serde_json::to_value(packed::<SiteView>(bytes)?).ok()?,
        (ValueRef::Blob(bytes), Form::Policy) => serde_json::to_value(packed::<Policy>(bytes)?).ok()?,
        (ValueRef::Blob(bytes), Form::Passkey) => passkey(&packed(bytes)?)?,
        (ValueRef::Blob(bytes), _) => json!(hex(bytes)),
        (ValueRef::Real(_), _) => return None,
    })
}

fn packed<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    postcard::from_bytes(bytes).ok()
}

fn passkey(credential: &Credential) -> Option<Value> {
    let set = Jwks::new(vec![credential.key.clone()]).ok()?;
    let set: Value = serde_json::from_str(&set.to_json()).ok()?;
    let public = set["keys"].get(0)?;
    Some(json!({ "id": hex(&credential.id), "public": public }))
}

/// Sixteen bytes as the rest of the product writes them.
fn id(prefix: &str, bytes: &[u8]) -> Option<String> {
    let digits = sekisho_core::id::CheckId::from_bytes(bytes.try_into().ok()?).to_string();
    Some(format!("{prefix}{}", digits.strip_prefix("chk")?))
}
