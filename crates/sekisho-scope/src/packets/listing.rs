//! What was sent, response by response, one a line: the lists that are asked for with [`Plan::objects`].
//!
//! Three sets, as for logs: responses that were put together and read whole; those of which only a part was, or that
//! may not be asked about; and what was not captured or can't be read. Each line leads back into the packets: when,
//! between whom, what was asked; and how many records it holds. Values are in none, unless they are asked for.
//!
//! [`Plan::objects`]: super::Plan::objects

use std::{
    collections::{BTreeMap, HashMap},
    io,
    net::{Ipv6Addr, SocketAddr},
    path::Path,
};

use foldhash::fast::FixedState;

use super::{
    pile::{HEAPS, Pile},
    plan::Plan,
    segment::{Host, NO_TIME, take},
    sighting::{Place, Sum},
    target,
};
use crate::{
    answer::ScopeError,
    keys::{self, objects_file},
    object::Verdict,
    spill::{Piece, Spill},
    when,
};

/// What a line tells, but for what was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'l> {
    /// When it began, in nanoseconds since 1970.
    pub(super) at: i64,
    /// `response`, `request`, `target`, `seam`, `stretch`, `gap`, `connection` or `log`.
    pub(super) what: &'static str,
    /// The client and the server, where they are known.
    pub(super) ends: Option<[Host; 2]>,
    /// The method and the target that were asked for.
    pub(super) asked: (&'l [u8], &'l [u8]),
    /// Whether something that was found is in that target's path.
    pub(super) is_in_path: bool,
    /// 0 where there is none.
    pub(super) status: u16,
    /// Why it isn't whole, or not certainly what is asked about.
    pub(super) why: &'l [&'static str],
    /// The stores it was read from, a bit for each.
    pub(super) stores: u32,
}

impl Line<'_> {
    /// Something of a time of which nothing else is known.
    pub(super) const fn at(at: i64, what: &'static str) -> Self {
        Self { at, what, ends: None, asked: (b"", b""), is_in_path: false, status: 0, why: &[], stores: 0 }
    }
}

/// A line, and what was found in what it tells of.
#[derive(Debug, Default)]
struct Row {
    /// Its set and its text, if it is listed even when nothing was found; or if something was.
    line: Option<(u8, bool, Vec<u8>)>,
    /// Of each kind: confirmed, and only possible.
    records: BTreeMap<String, [u64; 2]>,
    values: Vec<String>,
}

type Rows = HashMap<Place, Row, FixedState>;

const LINE: u8 = 0;
const RECORD: u8 = 1;

/// All lines.
pub(super) struct Listing<'s> {
    pile: Pile<'s>,
    plan: &'s Plan,
}

impl<'s> Listing<'s> {
    pub(super) fn new(pile: Pile<'s>, plan: &'s Plan) -> Self {
        Self { pile, plan }
    }

    /// A line's text, to which what was found is added.
    pub(super) fn text(&self, line: &Line<'_>) -> Vec<u8> {
        let ends = line.ends.map_or_else(Default::default, |ends| ends.map(end));
        let (method, asked) = line.asked;
        let asked =
            if asked.is_empty() { String::new() } else { target::shown(asked, &self.plan.kinds, line.is_in_path) };
        let status = if line.status == 0 { String::new() } else { line.status.to_string() };
        let [client, server] = ends;
        let method = String::from_utf8_lossy(method).into_owned();
        let stores = self.plan.stores.names(line.stores).join("; ");
        let fields =
            [time(line.at), line.what.into(), client, server, method, asked, status, line.why.join("; "), stores];
        fields.map(|text| field(&text)).join(",").into_bytes()
    }

    /// Adds a line of what was searched at a place.
    pub(super) fn add_text(&self, place: Place, set: Verdict, is_kept: bool, text: &[u8]) -> io::Result<()> {
        let head = [&[LINE][..], &place.to_bytes(), &[set as u8, u8::from(is_kept)]].concat();
        self.pile.add(place.hash(), &head, text)
    }

    /// Notes a value that was found at a place.
    pub(super) fn note(&self, place: Place, kind: u8, sum: &Sum) -> io::Result<()> {
        let flags = [kind, u8::from(sum.is_confirmed), u8::from(sum.is_rich())];
        let head = [&[RECORD][..], &place.to_bytes(), &flags].concat();
        self.pile.add(place.hash(), &head, sum.masked().as_bytes())
    }

    /// Writes each set to its file.
    pub(super) fn write(&self, path: &Path, spill: &Spill) -> Result<(), ScopeError> {
        let runs = self.runs(spill).map_err(ScopeError::Spill)?;
        for (set, runs) in Verdict::ALL.into_iter().zip(&runs) {
            let path = objects_file(path, set);
            keys::write_as_they_are(&path, spill, runs).map_err(|source| ScopeError::Write { path, source })?;
        }
        Ok(())
    }

    /// The lines of each set, in sorted runs.
    fn runs(&self, spill: &Spill) -> io::Result<[Vec<Piece>; 3]> {
        let mut runs = [const { Vec::new() }; 3];
        for heap in 0..HEAPS {
            let mut lines = [const { Vec::new() }; 3];
            for row in self.rows(heap)?.into_values() {
                if let Some((set, line)) = self.told(row) {
                    lines[usize::from(set)].push(line);
                }
            }
            for (runs, lines) in runs.iter_mut().zip(&mut lines).filter(|(_, lines)| !lines.is_empty()) {
                lines.sort_unstable();
                runs.push(keys::run(spill, &lines.iter().map(Vec::as_slice).collect::<Vec<_>>())?);
            }
        }
        Ok(runs)
    }

    fn rows(&self, heap: usize) -> io::Result<Rows> {
        let mut rows = Rows::default();
        self.pile.each(heap, |mut item| {
            let [sort] = take(&mut item);
            let row = rows.entry(Place::from_bytes(take(&mut item))).or_default();
            if sort == LINE {
                let [set, is_kept] = take(&mut item);
                row.line = Some((set, is_kept == 1, item.to_vec()));
            } else {
                let [kind, is_confirmed, is_rich] = take(&mut item);
                let name = self.plan.kinds.called(kind, is_rich == 1);
                row.records.entry(name.into()).or_default()[usize::from(is_confirmed == 0)] += 1;
                row.values.extend((!item.is_empty()).then(|| format!("{name}={}", String::from_utf8_lossy(item))));
            }
        })?;
        self.pile.clear(heap);
        Ok(rows)
    }

    fn told(&self, mut row: Row) -> Option<(u8, Vec<u8>)> {
        let (set, is_kept, mut line) = row.line?;
        if !is_kept && row.records.is_empty() {
            return None;
        }
        let of_kind = |(name, [sure, possibly]): (&String, &[u64; 2])| {
            let told = [(sure, "="), (possibly, "?=")].into_iter().filter(|(count, _)| **count > 0);
            told.map(|(count, sign)| format!("{name}{sign}{count}")).collect::<Vec<_>>()
        };
        let records: Vec<_> = row.records.iter().flat_map(of_kind).collect();
        row.values.sort_unstable();
        for more in [Some(records), self.plan.reveal.then_some(row.values)].into_iter().flatten() {
            line.push(b',');
            line.extend(field(&more.join("; ")).into_bytes());
        }
        Some((set, line))
    }
}

/// A time that sorts as text, to the nanosecond; nothing where none is known.
fn time(at: i64) -> String {
    if at == NO_TIME {
        return String::new();
    }
    let second = when::say(at.div_euclid(1_000_000_000));
    second.replace("+09:00", &format!(".{:09}+09:00", at.rem_euclid(1_000_000_000)))
}

fn end(host: Host) -> String {
    SocketAddr::new(Ipv6Addr::from(host.address).to_canonical(), host.port).to_string()
}

/// A field of CSV (RFC 4180). What a spreadsheet would take for a formula gets a mark in front: requests are written by
/// whom one investigates.
fn field(text: &str) -> String {
    let mark = if text.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    if text.contains(['"', ',', '\n', '\r']) {
        return format!("\"{mark}{}\"", text.replace('"', "\"\""));
    }
    format!("{mark}{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_and_none_is_a_formula() {
        for (text, written) in [
            ("/a?b=…", "/a?b=…"),
            ("/a,b", "\"/a,b\""),
            ("a\"b", "\"a\"\"b\""),
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("@SUM(1,2)", "\"'@SUM(1,2)\""),
        ] {
            assert_eq!(field(text), written);
        }
    }

    #[test]
    fn times_sort_as_text_and_ends_are_written_as_everybody_does() {
        assert_eq!(time(1_627_873_200_000_001_000), "2021-08-02T12:00:00.000001000+09:00");
        assert_eq!(time(NO_TIME), "");
        let host = |address: &str| Host { address: address.parse::<Ipv6Addr>().unwrap().into(), port: 80 };
        assert_eq!(end(host("::ffff:192.0.2.1")), "192.0.2.1:80");
        assert_eq!(end(host("2001:db8::7")), "[2001:db8::7]:80");
    }
}
