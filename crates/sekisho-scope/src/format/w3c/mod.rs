//! W3C's extended log file format (WD-logfile-960323), as IIS and CloudFront write it: directives begin with `#`, and one
//! of them names the columns of the lines behind it, until another does. Times are UTC's.

mod columns;
mod split;

use std::collections::BTreeMap;

use memchr::memmem;

use self::{
    columns::{Column, Columns, column},
    split::Split,
};
use super::{
    Fault,
    loose::Loose,
    scan::{number, or_dash, path, resolved, status},
};
use crate::{
    entry::{Entry, Sent},
    network::Address,
    when,
};

/// Fewer fields than this no line has that tells a request without a directive before it.
const FEWEST: usize = 12;

/// What is kept between the lines of a file.
#[derive(Debug, Default)]
pub(crate) struct Table {
    columns: Option<Columns>,
    /// Room for what has its escapes resolved: the object, the agent, whom a request was forwarded for.
    rooms: [Vec<u8>; 3],
    /// Whether a line came from the edge of a network that delivers its logs as best effort.
    pub(crate) of_edge: bool,
}

impl Table {
    /// Another file begins: it names its columns itself.
    pub(crate) fn begin(&mut self) {
        self.columns = None;
    }

    /// Takes a directive, and says whether it named columns of which one is an object; `None` if the line is none.
    pub(crate) fn directive(&mut self, line: &[u8]) -> Option<bool> {
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).strip_prefix(b"#")?;
        let (name, value) = line.split_at(memchr::memchr(b':', line).map_or(0, |at| at + 1));
        if !name.eq_ignore_ascii_case(b"fields:") {
            return Some(false);
        }
        let columns = self.columns.insert(Columns::named(value));
        Some(columns.name_an_object())
    }

    /// Reads a line that is no directive.
    pub(super) fn read(&mut self, line: &[u8], see: &mut impl FnMut(&Entry<'_>)) -> Result<(), Fault> {
        Told::of(line, self.columns.as_ref()).and_then(|told| self.tell(&told, see))
    }

    /// Reads a line of JSON whose fields are columns: so an edge writes it where it is told to. `false` if it is another
    /// after all.
    pub(super) fn read_json(&mut self, line: &[u8], see: &mut impl FnMut(&Entry<'_>)) -> Result<bool, Fault> {
        if memmem::find(line, b"\"cs-uri-stem\"").is_none() {
            return Ok(false);
        }
        let fields: BTreeMap<String, Loose<'_>> = serde_json::from_slice(line).map_err(|_| Fault::Json)?;
        let fields: Vec<_> = fields.iter().filter_map(|(name, value)| Some((column(name), value.written()?))).collect();
        if fields.iter().all(|(column, _)| *column != Column::Stem) {
            return Ok(false);
        }
        let mut told = Told { is_escaped: true, ..Told::default() };
        fields.iter().try_for_each(|(column, text)| told.take(*column, text))?;
        self.tell(&told, see).map(|()| true)
    }

    fn tell(&mut self, told: &Told<'_>, see: &mut impl FnMut(&Entry<'_>)) -> Result<(), Fault> {
        let [object, agent, forwarded] = &mut self.rooms;
        let blanks = |text, room| if told.is_escaped { resolved(text, 2, room) } else { with_blanks(text, room) };
        let entry = Entry {
            at: told.at()?,
            client: told.client,
            forwarded: told.forwarded.map(|text| blanks(text, forwarded)),
            principals: told.user.map(|user| [user, b"", b"", b"", b""]),
            agent: told.agent.map(|text| blanks(text, agent)),
            method: told.method,
            status: told.status,
            object: told.object(object),
            sent: told.sent.map_or(Sent::Unknown, Sent::Whole),
            range: told.first.zip(told.last).filter(|(first, last)| first <= last),
            id: told.id,
            broken: told.is_broken(),
            ..Entry::default()
        };
        self.of_edge |= told.of_edge;
        see(&entry);
        Ok(())
    }
}

/// What the fields of a line say. A column that isn't there is `None`.
#[derive(Debug, Default)]
struct Told<'l> {
    /// Whether blanks are written `%20`, and not as plus signs.
    is_escaped: bool,
    date: Option<&'l [u8]>,
    clock: Option<&'l [u8]>,
    client: Option<&'l [u8]>,
    forwarded: Option<&'l [u8]>,
    user: Option<&'l [u8]>,
    agent: Option<&'l [u8]>,
    method: &'l [u8],
    uri: &'l [u8],
    query: &'l [u8],
    status: u16,
    sent: Option<u64>,
    length: Option<u64>,
    first: Option<u64>,
    last: Option<u64>,
    id: &'l [u8],
    /// Windows or an edge said that it went wrong.
    failed: bool,
    of_edge: bool,
}

impl<'l> Told<'l> {
    fn of(line: &'l [u8], columns: Option<&Columns>) -> Result<Self, Fault> {
        let mut fields = Split::new(line);
        let unnamed = columns.is_none().then(Columns::of_cloudfront);
        let columns = columns.or(unnamed.as_ref().filter(|_| fields.has_tabs())).ok_or(Fault::Fields)?;
        let (mut told, mut count, mut fault) = (Self { is_escaped: fields.has_tabs(), ..Self::default() }, 0, None);
        for (column, field) in columns.all.iter().zip(&mut fields) {
            fault = fault.or(told.take(*column, field).err());
            count += 1;
        }
        let fits =
            if columns.is_open { count >= FEWEST } else { count == columns.all.len() && fields.next().is_none() };
        // What a field should be is another question where the columns are others.
        // Where nothing names the columns, they are what they seem only if who asked is an address.
        let is_sure = !columns.is_open || told.client.is_some_and(|client| Address::parse(client).is_some());
        if !fits || !is_sure || !columns.name_an_object() {
            return Err(Fault::Fields);
        }
        fault.map_or(Ok(told), Err)
    }

    fn take(&mut self, column: Column, field: &'l [u8]) -> Result<(), Fault> {
        let text = or_dash(field);
        let bytes = || if text.is_empty() { Ok(None) } else { number(text).map(Some).ok_or(Fault::Size) };
        match column {
            Column::Other => {}
            Column::Date => self.date = Some(text),
            Column::Clock => self.clock = Some(text),
            Column::Client => self.client = Some(text),
            Column::Forwarded => self.forwarded = Some(text),
            Column::User => self.user = Some(text),
            Column::Agent => self.agent = Some(text),
            Column::Method => self.method = text,
            Column::Uri => self.uri = path(text),
            Column::Stem => self.uri = text,
            Column::Query => self.query = text,
            Column::Status => self.status = status(field).ok_or(Fault::Status)?,
            Column::Bytes => self.sent = bytes()?,
            Column::Length => self.length = number(text),
            Column::First => self.first = number(text),
            Column::Last => self.last = number(text),
            Column::Id => self.id = text,
            Column::Win32 => self.failed |= !matches!(text, b"" | b"0"),
            Column::Result => self.failed |= text == b"Error",
            Column::Edge => self.of_edge = true,
        }
        Ok(())
    }

    /// When it ended; `None` where the log has no day or no time of the day.
    fn at(&self) -> Result<Option<i64>, Fault> {
        let Some((date, clock)) = self.date.zip(self.clock) else { return Ok(None) };
        when::utc(date, clock).map(Some).ok_or(Fault::Time)
    }

    /// The target as it was asked for.
    fn object<'t>(&'t self, room: &'t mut Vec<u8>) -> Option<&'t [u8]> {
        if self.uri.is_empty() || self.query.is_empty() {
            return Some(self.uri).filter(|uri| !uri.is_empty());
        }
        room.clear();
        [self.uri, b"?", self.query].into_iter().for_each(|part| room.extend_from_slice(part));
        Some(room)
    }

    /// Whether the answer broke off: somebody says so, or less was sent than its header had declared.
    fn is_broken(&self) -> bool {
        let is_short = self.length.zip(self.sent).is_some_and(|(length, sent)| sent <= length);
        self.failed || is_short
    }
}

/// Where IIS has a plus there was a blank, or a plus. What stood in quotes has its blanks.
fn with_blanks<'t>(text: &'t [u8], room: &'t mut Vec<u8>) -> &'t [u8] {
    if text.contains(&b' ') || !text.contains(&b'+') {
        return text;
    }
    room.clear();
    room.extend(text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }));
    room
}

#[cfg(test)]
mod tests;
