//! Who brought something about that no work at a document explains.

use alloc::string::String;
use core::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize};

use crate::id::{ParseIdError, StaffId};

/// Who pulled a brake or let go of it, set the rota, acknowledged an alert.
///
/// In text it is the staff member's id, `operator` or `watch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub enum Author {
    /// A staff member, at the desk.
    Staff(StaffId),
    /// Whoever runs the installation, at its machine.
    Operator,
    /// A verdict of the watch.
    Watch,
}

impl fmt::Display for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Staff(staff) => staff.fmt(f),
            Self::Operator => f.write_str("operator"),
            Self::Watch => f.write_str("watch"),
        }
    }
}

impl FromStr for Author {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        match text {
            "operator" => Ok(Self::Operator),
            "watch" => Ok(Self::Watch),
            staff => staff.parse().map(Self::Staff),
        }
    }
}

impl From<Author> for String {
    fn from(author: Author) -> Self {
        alloc::format!("{author}")
    }
}

impl From<StaffId> for Author {
    fn from(staff: StaffId) -> Self {
        Self::Staff(staff)
    }
}

/// As ledgers say it; the first ones said `{"staff": …}` about alerts.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Older { staff: StaffId },
}

impl<'de> Deserialize<'de> for Author {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = if deserializer.is_human_readable() {
            Written::deserialize(deserializer)?
        } else {
            Written::Text(String::deserialize(deserializer)?)
        };
        match written {
            Written::Text(text) => text.parse().map_err(serde::de::Error::custom),
            Written::Older { staff } => Ok(Self::Staff(staff)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn an_author_is_read_back_from_its_text() {
        for author in [Author::Operator, Author::Watch, Author::Staff(StaffId::from_bytes([3; 16]))] {
            assert_eq!(author.to_string().parse(), Ok(author));
        }
        assert!("somebody".parse::<Author>().is_err());
    }

    #[test]
    fn an_author_is_read_as_older_ledgers_wrote_it() {
        let staff = StaffId::from_bytes([3; 16]);
        for text in [alloc::format!(r#""{staff}""#), alloc::format!(r#"{{"staff":"{staff}"}}"#)] {
            assert_eq!(serde_json::from_str::<Author>(&text).unwrap(), Author::Staff(staff), "{text}");
        }
        assert_eq!(serde_json::from_str::<Author>(r#""operator""#).unwrap(), Author::Operator);
        assert!(serde_json::from_str::<Author>(r#"{"staff":"somebody"}"#).is_err());
    }
}
