//! What the columns of a log say, as its own directive names them.

/// What a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    /// Nothing that is asked for.
    Other,
    Date,
    Clock,
    Client,
    Forwarded,
    User,
    Agent,
    Method,
    /// The whole target.
    Uri,
    /// The target up to its question mark.
    Stem,
    /// What is behind that.
    Query,
    Status,
    /// How much was sent, with the header.
    Bytes,
    /// The body's length as the header declared it.
    Length,
    /// The first byte of a range.
    First,
    /// The last byte of a range.
    Last,
    /// An identifier.
    Id,
    /// Windows' word on the connection.
    Win32,
    /// How an edge says the request ended.
    Result,
    /// Which edge of a network it was: only one network's logs have that.
    Edge,
}

/// All columns of CloudFront's standard logs, in their order: its lines are known without a directive, too, as exports
/// and agents leave it out.
const CLOUDFRONT: &str = "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) \
    cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes \
    time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status \
    fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len \
    sc-range-start sc-range-end";

/// The columns of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) all: Vec<Column>,
    /// Whether a line may have more or fewer: those that nothing names grew over the years.
    pub(super) is_open: bool,
}

impl Columns {
    /// Those that a directive names.
    pub(super) fn named(names: &[u8]) -> Self {
        let names = names.split(u8::is_ascii_whitespace).filter(|name| !name.is_empty());
        Self { all: names.map(|name| column(&String::from_utf8_lossy(name))).collect(), is_open: false }
    }

    /// Those of lines with tabs that no directive stands before.
    pub(super) fn of_cloudfront() -> Self {
        Self { is_open: true, ..Self::named(CLOUDFRONT.as_bytes()) }
    }

    /// Whether they tell what was asked for.
    pub(super) fn name_an_object(&self) -> bool {
        self.has(Column::Stem) || self.has(Column::Uri)
    }

    pub(super) fn has(&self, column: Column) -> bool {
        self.all.contains(&column)
    }
}

/// What a column of this name says; case makes no difference.
pub(super) fn column(name: &str) -> Column {
    match name.to_ascii_lowercase().as_bytes() {
        b"date" => Column::Date,
        b"time" => Column::Clock,
        b"c-ip" => Column::Client,
        b"x-forwarded-for" | b"cs(x-forwarded-for)" => Column::Forwarded,
        b"cs-username" => Column::User,
        b"cs(user-agent)" => Column::Agent,
        b"cs-method" => Column::Method,
        b"cs-uri" => Column::Uri,
        b"cs-uri-stem" => Column::Stem,
        b"cs-uri-query" => Column::Query,
        b"sc-status" => Column::Status,
        b"sc-bytes" | b"bytes" => Column::Bytes,
        b"sc-content-len" => Column::Length,
        b"sc-range-start" => Column::First,
        b"sc-range-end" => Column::Last,
        b"x-edge-request-id" => Column::Id,
        b"sc-win32-status" => Column::Win32,
        b"x-edge-result-type" => Column::Result,
        b"x-edge-location" => Column::Edge,
        _ => Column::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_by_their_names_wherever_they_stand() {
        let columns = Columns::named(b" Date time\tc-ip  CS-URI-stem s-port ");
        assert_eq!(columns.all, [Column::Date, Column::Clock, Column::Client, Column::Stem, Column::Other]);
        assert!(columns.name_an_object() && !columns.is_open);
        assert!(!Columns::named(b"date time c-ip").name_an_object());
        let edge = Columns::of_cloudfront();
        assert_eq!((edge.all.len(), edge.is_open, edge.has(Column::Edge)), (33, true, true));
    }
}
