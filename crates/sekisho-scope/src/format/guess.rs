//! Which format a log is in, by what it holds.

use memchr::memmem;

use super::{Fields, Format, Scratch};

/// So many lines are tried.
const LINES: usize = 50;

/// The format that reads the most of a file's first lines; `None` if none reads any.
pub(crate) fn guess(head: &[u8]) -> Option<Format> {
    let text = head.trim_ascii_start();
    if text.starts_with(b"{") {
        return Some(if is_trail(text) { Format::CloudTrail } else { Format::Json(Fields::new(&[])) });
    }
    // A list of events, as some tools write what they took out of documents.
    if text.starts_with(b"[") && is_trail(text) {
        return Some(Format::CloudTrail);
    }
    let lines: Vec<_> = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).take(LINES).collect();
    // The last line may be cut off, and is dropped unless it is all there is.
    let lines = if lines.len() > 1 { &lines[..lines.len() - 1] } else { &lines[..] };
    let read = |format: &Format| {
        let mut scratch = Scratch::default();
        lines.iter().filter(|line| format.line(trimmed(line), &mut scratch, |_| ()).is_ok()).count()
    };
    // S3 before combined, which would find a time and a request in it too.
    let tried = [Format::S3, Format::Alb, Format::Combined, Format::Json(Fields::new(&[]))];
    let best = tried.into_iter().map(|format| (read(&format), format)).rev().max_by_key(|(count, _)| *count)?;
    (best.0 > 0).then_some(best.1)
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

    fn name(head: &str) -> Option<&'static str> {
        guess(head.as_bytes()).map(|format| format.name())
    }

    #[test]
    fn each_format_is_known_by_what_it_holds() {
        let combined = r#"1.2.3.4 - - [20/Apr/2021:00:00:00 +0900] "GET / HTTP/1.1" 200 5 "-" "-""#;
        let s3 = r#"o b [20/Apr/2021:00:00:00 +0900] 1.2.3.4 r id REST.GET.OBJECT k "GET /k HTTP/1.1" 200 - 5 5 1 1 "-" "-" -"#;
        let alb =
            r#"http 2021-04-20T00:00:00Z app/lb/1 1.2.3.4:5 - -1 -1 -1 200 - 5 6 "GET http://a:80/ HTTP/1.1" "-" - -"#;
        assert_eq!((name(combined), name(s3), name(alb)), (Some("combined"), Some("s3"), Some("alb")));
        assert_eq!(name(&format!("noise\n{combined}\r\n{combined}\n")), Some("combined"));
        assert_eq!(name("{\"Records\":[]}"), Some("cloudtrail"));
        assert_eq!(name("{\"eventVersion\":\"1.08\"}"), Some("cloudtrail"));
        assert_eq!(name("[\n {\"eventVersion\":\"1.08\"}"), Some("cloudtrail"));
        assert_eq!(name("{\"digestEndTime\":\"2021-04-19T15:00:00Z\"}"), Some("cloudtrail"));
        assert_eq!(name("{\"status\":200}"), Some("json"));
        assert_eq!(name("[Sun Dec 04 04:47:44 2005] [error] mod_jk child workerEnv in error state 6\n"), None);
        assert_eq!((name("what is this\n"), name("")), (None, None));
    }
}
