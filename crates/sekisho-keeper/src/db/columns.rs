//! How our types lie in columns.

use rusqlite::{
    ToSql,
    types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef},
};
use sekisho_core::time::{Hour, Timestamp};
use serde::{Serialize, de::DeserializeOwned};

/// An id as its sixteen bytes.
#[derive(Debug, Clone, Copy)]
pub struct Id<T>(pub T);

/// A time or an hour as an integer.
#[derive(Debug, Clone, Copy)]
pub struct At<T>(pub T);

/// An enumeration or a name as the word it has in JSON.
#[derive(Debug, Clone)]
pub struct Word<T>(pub T);

/// A structure as postcard.
#[derive(Debug, Clone)]
pub struct Packed<T>(pub T);

macro_rules! id_columns {
    ($($name:ident),*) => {$(
        impl ToSql for Id<sekisho_core::id::$name> {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::Borrowed(ValueRef::Blob(self.0.as_bytes())))
            }
        }

        impl FromSql for Id<sekisho_core::id::$name> {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                let bytes = value.as_blob()?.try_into().map_err(|_| FromSqlError::InvalidType)?;
                Ok(Self(sekisho_core::id::$name::from_bytes(bytes)))
            }
        }
    )*};
}

id_columns!(
    AlertId,
    AssignmentId,
    CallId,
    CheckId,
    DeviceId,
    DocumentId,
    IntakeKeyId,
    MessageId,
    ShiftId,
    StaffId,
    StopId,
    ViewingId
);

macro_rules! integer_columns {
    ($($name:ident),*) => {$(
        impl ToSql for At<$name> {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::from(i64::try_from(self.0.0).unwrap_or(i64::MAX)))
            }
        }

        impl FromSql for At<$name> {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                let number = value.as_i64()?;
                u64::try_from(number).map(|n| Self($name(n))).map_err(|_| FromSqlError::OutOfRange(number))
            }
        }
    )*};
}

integer_columns!(Timestamp, Hour);

impl<T: Serialize> ToSql for Word<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match serde_json::to_value(&self.0) {
            Ok(serde_json::Value::String(word)) => Ok(ToSqlOutput::from(word)),
            _ => Err(rusqlite::Error::ToSqlConversionFailure("not a word".into())),
        }
    }
}

impl<T: DeserializeOwned> FromSql for Word<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = serde_json::Value::String(value.as_str()?.to_owned());
        serde_json::from_value(word).map(Self).map_err(|_| FromSqlError::InvalidType)
    }
}

impl<T: Serialize> ToSql for Packed<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let bytes = postcard::to_allocvec(&self.0).map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))?;
        Ok(ToSqlOutput::from(bytes))
    }
}

impl<T: DeserializeOwned> FromSql for Packed<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        postcard::from_bytes(value.as_blob()?).map(Self).map_err(|_| FromSqlError::InvalidType)
    }
}
