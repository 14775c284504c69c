//! How each engine says the same.

use std::str::FromStr;

use crate::network::Network;

/// An engine for tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// DuckDB, from files.
    DuckDb,
    /// ClickHouse, from files.
    ClickHouse,
    /// Athena (Trino), from a table with one column, `line`.
    Athena,
}

impl FromStr for Engine {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "duckdb" => Ok(Self::DuckDb),
            "clickhouse" => Ok(Self::ClickHouse),
            "athena" => Ok(Self::Athena),
            other => Err(format!("{other} is none; there are duckdb, clickhouse, athena")),
        }
    }
}

impl Engine {
    /// A text as a literal.
    pub(super) fn text(self, text: &str) -> String {
        let text = text.replace('\'', "''");
        if self == Self::ClickHouse { format!("'{}'", text.replace('\\', "\\\\")) } else { format!("'{text}'") }
    }

    /// The lines of the logs, as a column `line`.
    pub(super) fn lines(self, places: &[String]) -> String {
        let texts: Vec<_> = places.iter().map(|place| self.text(place)).collect();
        match self {
            Self::DuckDb => format!(
                "select line from read_csv([{}], columns = {{'line': 'VARCHAR'}}, delim = E'\\x01', quote = '', \
                 escape = '', header = false, auto_detect = false, null_padding = true)",
                texts.join(", ")
            ),
            Self::ClickHouse => {
                let each = texts.iter().map(|place| format!("select line from file({place}, 'LineAsString')"));
                each.collect::<Vec<_>>().join(" union all ")
            }
            Self::Athena => {
                let each = places.iter().map(|table| format!("select line from {table}"));
                each.collect::<Vec<_>>().join(" union all ")
            }
        }
    }

    /// A group of a pattern in a column; empty where there is no match.
    pub(super) fn group(self, column: &str, pattern: &str, group: usize) -> String {
        let pattern = self.text(pattern);
        match self {
            Self::DuckDb => format!("regexp_extract({column}, {pattern}, {group})"),
            Self::Athena => format!("coalesce(regexp_extract({column}, {pattern}, {group}), '')"),
            Self::ClickHouse if group == 0 => format!("extract({column}, {})", pattern_in_group(&pattern)),
            Self::ClickHouse => format!("extractGroups({column}, {pattern})[{group}]"),
        }
    }

    /// Whether a column matches a pattern.
    pub(super) fn matches(self, column: &str, pattern: &str) -> String {
        let pattern = self.text(pattern);
        match self {
            Self::DuckDb => format!("regexp_matches({column}, {pattern})"),
            Self::ClickHouse => format!("match({column}, {pattern})"),
            Self::Athena => format!("regexp_like({column}, {pattern})"),
        }
    }

    /// Seconds since 1970 of `20/Apr/2021:00:00:00 +0900`; null for what is no time.
    pub(super) fn seconds(self, column: &str) -> String {
        match self {
            Self::DuckDb => format!("epoch(try_strptime({column}, '%d/%b/%Y:%H:%M:%S %z'))"),
            Self::ClickHouse => {
                format!("toInt64(toUnixTimestamp(parseDateTimeOrNull({column}, '%d/%b/%Y:%H:%i:%s %z')))")
            }
            Self::Athena => format!("to_unixtime(try(parse_datetime({column}, 'dd/MMM/yyyy:HH:mm:ss Z')))"),
        }
    }

    /// Seconds since 1970 of `2021-04-20T00:00:00` in UTC; null for what is no time.
    pub(super) fn seconds_of_utc(self, column: &str) -> String {
        match self {
            Self::DuckDb => format!("epoch(try_strptime({column}, '%Y-%m-%dT%H:%M:%S'))"),
            Self::ClickHouse => {
                format!("toInt64(toUnixTimestamp(parseDateTimeOrNull({column}, '%Y-%m-%dT%H:%i:%s', 'UTC')))")
            }
            Self::Athena => format!("to_unixtime(try(from_iso8601_timestamp(concat({column}, 'Z'))))"),
        }
    }

    /// A whole number; null for what is none.
    pub(super) fn number(self, column: &str) -> String {
        match self {
            Self::DuckDb | Self::Athena => format!("try_cast({column} as bigint)"),
            Self::ClickHouse => format!("toInt64OrNull({column})"),
        }
    }

    /// Whether an address lies in a network; null for what is no address. `None`: this engine can't say.
    pub(super) fn within(self, column: &str, network: Network) -> Option<String> {
        match self {
            Self::Athena => {
                Some(format!("contains({}, try_cast({column} as ipaddress))", self.text(&network.to_string())))
            }
            Self::ClickHouse => {
                let (first, last) = network.ends();
                Some(format!("toIPv6OrNull({column}) between toIPv6('{first}') and toIPv6('{last}')"))
            }
            Self::DuckDb => {
                let (first, last) = network.ends_v4()?;
                let part = |at: usize| format!("try_cast(split_part({column}, '.', {at}) as bigint)");
                let number = format!("(({} * 256 + {}) * 256 + {}) * 256 + {}", part(1), part(2), part(3), part(4));
                Some(format!(
                    "case when {column} like '%:%' then false \
                     when regexp_full_match({column}, '([0-9]{{1,3}}[.]){{3}}[0-9]{{1,3}}') \
                     then {number} between {first} and {last} end"
                ))
            }
        }
    }

    /// A text with its percent signs resolved; a plus sign stays one.
    pub(super) fn decoded(self, text: &str) -> String {
        match self {
            Self::DuckDb => format!("url_decode({text})"),
            Self::ClickHouse => format!("decodeURLComponent({text})"),
            Self::Athena => format!("coalesce(try(url_decode(replace({text}, '+', '%2B'))), {text})"),
        }
    }

    /// Whether a column contains a text.
    pub(super) fn contains(self, column: &str, text: &str) -> String {
        let text = self.text(text);
        match self {
            Self::DuckDb => format!("contains({column}, {text})"),
            Self::ClickHouse => format!("position({column}, {text}) > 0"),
            Self::Athena => format!("strpos({column}, {text}) > 0"),
        }
    }
}

/// `extract` gives the first group where there is one, and the whole match where there is none.
fn pattern_in_group(literal: &str) -> String {
    format!("concat('(', {literal}, ')')")
}
