//! Which format a log is in, by what it holds.

use std::cmp::Reverse;

use memchr::memmem;

use super::{
    Fields, Format, Scratch,
    wrapped::{Wrapped, Wrapper, within},
};
use crate::{entry::Entry, network::Address};

/// So many lines are tried.
const LINES: usize = 50;

/// The format that reads the most of a file's first lines; `None` if none reads any.
pub(crate) fn guess(head: &[u8]) -> Option<Format> {
    let text = head.trim_ascii_start();
    // A list of events, too, as some tools write what they took out of documents.
    if matches!(text, [b'{' | b'[', ..]) && is_trail(text) {
        return Some(Format::CloudTrail);
    }
    let mut lines: Vec<_> = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(trimmed).collect();
    // The last line may be cut off, and is dropped unless it is all there is.
    if lines.len() > 1 {
        lines.truncate(lines.len() - 1);
    }
    let first = &lines[..lines.len().min(LINES)];
    let bare = if text.starts_with(b"{") { Some(Format::Json(Fields::new(&[]))) } else { bare(first) };
    // What a container writes first, or what else a host logs, says nothing of what is wrapped: all that is here is
    // looked through for that, if nothing else is in it.
    unwrapped(first, bare.as_ref())
        .or_else(|| (fit(bare.as_ref(), first).read == 0).then(|| unwrapped(&lines, bare.as_ref())).flatten())
        .or(bare)
}

/// The format that reads the most lines as they are.
fn bare(lines: &[&[u8]]) -> Option<Format> {
    // S3 before combined, which would find a time and a request in it too.
    let tried =
        [Format::S3, Format::Alb, Format::HaProxy, Format::Combined, Format::Json(Fields::new(&[])), Format::W3c];
    let read = |format: Format| (fit(Some(&format), lines).read, format);
    let best = tried.into_iter().map(read).rev().max_by_key(|(count, _)| *count)?;
    (best.0 > 0).then_some(best.1)
}

/// How well a format reads lines; the greater the better.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    /// So many lines tell all that makes an entry, and who asked can't be something else that stands before it.
    whole: usize,
    /// So many are understood.
    read: usize,
}

fn fit(format: Option<&Format>, lines: &[&[u8]]) -> Fit {
    let (mut fit, mut scratch) = (Fit::default(), Scratch::default());
    for line in lines {
        let mut is_all = false;
        let read = format.map(|format| format.line(line, &mut scratch, |entry| is_all = is_whole(format, entry)));
        fit.read += usize::from(matches!(read, Some(Ok(()))));
        fit.whole += usize::from(is_all);
    }
    fit
}

/// Whether a line tells all that makes an entry. Of JSON that is what was asked, how, and what came of it; of the combined
/// format, which finds a time wherever it stands, that nothing but names stands before it.
fn is_whole(format: &Format, entry: &Entry<'_>) -> bool {
    match format.bare() {
        Format::Json(_) => !entry.method.is_empty() && entry.status != 0,
        Format::Combined => {
            let user = entry.principals.map_or(&b""[..], |names| names[0]);
            entry.client.is_some_and(|client| Address::parse(client).is_some()) || !user.contains(&b' ')
        }
        _ => true,
    }
}

/// The format within wrappers that reads lines better than `bare` does, if one does.
fn unwrapped(lines: &[&[u8]], bare: Option<&Format>) -> Option<Format> {
    let as_it_is = fit(bare, lines);
    // A line that is understood as it is needs no unwrapping. But the combined format takes whatever stands before a time
    // for names, so that a wrapper counts where as many lines have it.
    let is_better = |fit: Fit| match bare {
        Some(Format::Combined) => fit >= as_it_is,
        _ => fit.whole > as_it_is.whole,
    };
    let json = Format::Json(Fields::new(&[]));
    let inner = [Format::S3, Format::Alb, Format::HaProxy, Format::Combined, Format::CloudTrail, json];
    let wrapped = layers(lines)
        .into_iter()
        .flat_map(|layers| inner.clone().map(|inner| Format::Wrapped(Wrapped::new(&layers, inner))));
    let fits = wrapped.enumerate().map(|(place, format)| (fit(Some(&format), lines), Reverse(place), format));
    // Of those that read as much the one with the fewest layers, and of its formats the first.
    let best = fits.max_by_key(|(fit, place, _)| (*fit, *place));
    best.filter(|(fit, ..)| fit.whole > 0 && is_better(*fit)).map(|(.., format)| format)
}

/// What some of the lines are wrapped in: in one thing, or in one within another.
fn layers(lines: &[&[u8]]) -> Vec<Vec<Wrapper>> {
    let opens = |layers: &[Wrapper]| lines.iter().any(|line| within(layers, line, &mut |_| Ok(())).is_ok());
    let behind = |outer: &[Wrapper]| {
        let with = |inner| outer.iter().copied().chain([inner]).collect::<Vec<_>>();
        let mut found: Vec<_> = Wrapper::ALL.map(with).into_iter().filter(|layers| opens(layers)).collect();
        // What Docker wrote is JSON with a field too; only as Docker's its pieces are known as such.
        if found.contains(&with(Wrapper::Docker)) {
            found.retain(|layers| *layers != with(Wrapper::Agent));
        }
        found
    };
    let single = behind(&[]);
    let pairs: Vec<_> = single.iter().flat_map(|outer| behind(outer)).collect();
    single.into_iter().chain(pairs).collect()
}

/// Whether these are events of an audit trail, or a digest of its files.
fn is_trail(text: &[u8]) -> bool {
    let names = [&b"\"Records\""[..], b"\"eventSource\"", b"\"eventVersion\"", b"\"digestEndTime\""];
    names.iter().any(|name| memmem::find(text, name).is_some())
}

fn trimmed(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(head: &str) -> Option<String> {
        guess(head.as_bytes()).map(|format| format.name().into_owned())
    }

    fn is(head: &str, format: &str) {
        assert_eq!(name(head).as_deref(), Some(format), "{head}");
    }

    #[test]
    fn each_format_is_known_by_what_it_holds() {
        let combined = r#"1.2.3.4 - - [20/Apr/2021:00:00:00 +0900] "GET / HTTP/1.1" 200 5 "-" "-""#;
        let s3 = r#"o b [20/Apr/2021:00:00:00 +0900] 1.2.3.4 r id REST.GET.OBJECT k "GET /k HTTP/1.1" 200 - 5 5 1 1 "-" "-" -"#;
        let alb =
            r#"http 2021-04-20T00:00:00Z app/lb/1 1.2.3.4:5 - -1 -1 -1 200 - 5 6 "GET http://a:80/ HTTP/1.1" "-" - -"#;
        let haproxy =
            r#"1.2.3.4:5 [20/Apr/2021:00:00:00.000] a b/c 0/0/1/2/3 200 5 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1""#;
        is(combined, "combined");
        is(haproxy, "haproxy");
        is(&format!("Apr 20 00:00:00 host haproxy[7]: {haproxy}"), "syslog+haproxy");
        is(s3, "s3");
        is(alb, "alb");
        is(&format!("noise\n{combined}\r\n{combined}\n"), "combined");
        is("{\"Records\":[]}", "cloudtrail");
        is("{\"eventVersion\":\"1.08\"}", "cloudtrail");
        is("[\n {\"eventVersion\":\"1.08\"}", "cloudtrail");
        is("{\"digestEndTime\":\"2021-04-19T15:00:00Z\"}", "cloudtrail");
        is("{\"status\":200}", "json");
        is("#Version: 1.0\n#Fields: date time c-ip cs-uri-stem\n2021-04-19 15:00:00 1.2.3.4 /\n", "w3c");
        is("#Fields: date time c-ip cs-uri-stem", "w3c");
        assert_eq!((name("# a remark\nwhat is this\n"), name("#Fields: date time\nwhat is this\n")), (None, None));
        assert_eq!(name("[Sun Dec 04 04:47:44 2005] [error] mod_jk child workerEnv in error state 6\n"), None);
        assert_eq!((name("what is this\n"), name("")), (None, None));
    }
}
