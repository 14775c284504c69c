//! What container runtimes write for Kubernetes (its proposal "CRI: Log management for container stdout/stderr streams"), and
//! what is like it: a time before the line and nothing else.

use super::{super::scan::Scan, Fault};
use crate::when;

/// `2021-04-20T00:00:00.123456789Z stdout F LINE`. Behind `F` may stand further tags, after colons. A piece of a line
/// (`P`) is none: the next one may lie anywhere behind lines of the other stream.
pub(super) fn within(line: &[u8]) -> Result<&[u8], Fault> {
    let mut scan = Scan(behind_time(line).ok_or(Fault::Wrapper)?);
    if !matches!(scan.word(), Some(b"stdout" | b"stderr")) {
        return Err(Fault::Wrapper);
    }
    match scan.word().and_then(|tags| tags.split(|byte| *byte == b':').next()) {
        Some(b"F") => Ok(scan.0),
        Some(b"P") => Err(Fault::Piece),
        _ => Err(Fault::Wrapper),
    }
}

/// What stands behind a time (RFC 3339) and a blank or a tab.
pub(super) fn behind_time(line: &[u8]) -> Option<&[u8]> {
    // No time is longer: to the nanosecond, with a zone.
    let end = line.iter().take(40).position(|byte| matches!(byte, b' ' | b'\t'))?;
    when::rfc3339(&line[..end]).map(|_| &line[end + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runtimes_lines_are_opened_and_pieces_are_told() {
        for time in ["2021-04-20T00:00:00.123456789Z", "2021-04-20T00:00:00.1+09:00", "2021-04-20T00:00:00Z"] {
            for (rest, told) in [
                ("stdout F a b", Ok("a b")),
                ("stderr F:x  a", Ok(" a")),
                ("stdout F ", Ok("")),
                ("stdout F", Ok("")),
                ("stdout P a", Err(Fault::Piece)),
                ("stdin F a", Err(Fault::Wrapper)),
                ("stdout a", Err(Fault::Wrapper)),
                ("", Err(Fault::Wrapper)),
            ] {
                let line = format!("{time} {rest}");
                assert_eq!(within(line.as_bytes()), told.map(str::as_bytes), "{line}");
            }
        }
        assert_eq!(within(b"today stdout F a"), Err(Fault::Wrapper));
    }

    #[test]
    fn a_time_alone_is_passed_over() {
        let of = |line: &'static str| behind_time(line.as_bytes()).map(|rest| std::str::from_utf8(rest).unwrap());
        assert_eq!(of("2021-04-20T01:02:03.000Z 1.2.3.4 - -"), Some("1.2.3.4 - -"));
        assert_eq!((of("2021-04-20T01:02:03+0900\ta"), of("2021-04-20T01:02:03Z ")), (Some("a"), Some("")));
        assert_eq!((of("2021-04-20T01:02:03Z"), of("2021-04-20 a"), of("")), (None, None, None));
    }
}
