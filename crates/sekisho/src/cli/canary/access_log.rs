//! A line of a storage's access log, as far as it tells who read which ciphertext: S3 server access logs, and the
//! combined format of nginx and Apache. A line that names a ciphertext and can't be read is counted, never dropped.

use jiff::{Timestamp as Instant, fmt::strtime};
use sekisho_core::{id::DocumentId, time::Timestamp};

/// Letters of an id after its prefix.
const LETTERS: usize = 26;

/// What a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// It names no ciphertext.
    Nothing,
    /// Somebody asked for a ciphertext's bytes.
    Read {
        /// Which.
        document: DocumentId,
        /// When, if that can be read.
        at: Option<Timestamp>,
        /// Whether they got any of it.
        served: bool,
    },
    /// It was written, removed or looked at from outside.
    Other,
    /// It names one and is in no form that is known here.
    Unread,
}

/// Reads one line.
pub(super) fn read(line: &str) -> Line {
    let Some(document) = document(line) else { return Line::Nothing };
    let Some((method, status)) = request(line) else { return Line::Unread };
    match method {
        "GET" => Line::Read { document, at: time(line), served: matches!(status, 200 | 206 | 304) },
        _ => Line::Other,
    }
}

/// The first id of a document in the line: in a key, a path or a whole address.
fn document(line: &str) -> Option<DocumentId> {
    line.match_indices("doc_").find_map(|(at, prefix)| line.get(at..at + prefix.len() + LETTERS)?.parse().ok())
}

/// The method of the quoted request and the status behind it. What S3 itself copies for somebody is a reading too.
fn request(line: &str) -> Option<(&str, u16)> {
    let (start, method) = ["GET", "HEAD", "PUT", "POST", "DELETE"]
        .into_iter()
        .find_map(|method| line.find(&format!("\"{method} ")).map(|at| (at, method)))?;
    let behind = &line[start + 1..];
    // A key can hold quotes of its own; the status stands behind the last quote that a number of three digits follows.
    let status = behind.match_indices("\" ").find_map(|(at, _)| behind.get(at + 2..at + 5)?.parse().ok())?;
    let copied = ["REST.COPY.OBJECT_GET", "REST.COPY.PART_GET"].iter().any(|operation| line.contains(operation));
    Some((if copied { "GET" } else { method }, status))
}

/// `[22/Nov/2026:07:30:00 +0900]`.
fn time(line: &str) -> Option<Timestamp> {
    let text = line.split_once('[')?.1.split_once(']')?.0;
    let at: Instant = strtime::parse("%d/%b/%Y:%H:%M:%S %z", text).ok()?.to_timestamp().ok()?;
    u64::try_from(at.as_second()).ok().map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "doc_0123456789abcdefghjkmnpqrs";

    fn id() -> DocumentId {
        let id = DocumentId::from_bytes([7; 16]);
        assert_eq!(id.to_string().len(), ID.len());
        id
    }

    fn s3(operation: &str, request: &str, status: &str) -> String {
        format!(
            "79a59df900b949e5 vault [22/Nov/2026:07:30:00 +0000] 203.0.113.9 arn:aws:iam::1:user/backup 3E57427F33A59F07 \
             {operation} 01/{} \"{request}\" {status} - 300123 300123 70 10 \"-\" \"aws-cli/2\" - x= SigV4 T A b TLSv1.3 \
             - -",
            id()
        )
    }

    #[test]
    fn a_reading_is_read_from_each_format() {
        let read_at = Line::Read { document: id(), at: Some(Timestamp(1_795_332_600)), served: true };
        let request = format!("GET /vault/01/{} HTTP/1.1", id());
        assert_eq!(read(&s3("REST.GET.OBJECT", &request, "200")), read_at);
        let nginx = format!("203.0.113.9 - - [22/Nov/2026:16:30:00 +0900] \"{request}\" 206 300123 \"-\" \"curl/8\"");
        assert_eq!(read(&nginx), read_at);
        let copied = s3("REST.COPY.OBJECT_GET", &format!("PUT /elsewhere/01/{} HTTP/1.1", id()), "200");
        assert_eq!(read(&copied), read_at);
    }

    #[test]
    fn a_refused_reading_is_one_too_and_says_so() {
        let refused = read(&s3("REST.GET.OBJECT", &format!("GET /vault/01/{} HTTP/1.1", id()), "403"));
        assert!(matches!(refused, Line::Read { served: false, .. }), "{refused:?}");
    }

    #[test]
    fn writing_and_removing_is_not_reading() {
        for method in ["PUT", "DELETE", "HEAD"] {
            assert_eq!(
                read(&s3("REST.X.OBJECT", &format!("{method} /vault/01/{} HTTP/1.1", id()), "204")),
                Line::Other
            );
        }
        assert_eq!(read("203.0.113.9 - - [22/Nov/2026:16:30:00 +0900] \"GET / HTTP/1.1\" 200 5"), Line::Nothing);
    }

    /// M28: what can't be read is counted, not dropped.
    #[test]
    fn a_line_that_names_a_ciphertext_in_another_form_is_not_passed_over() {
        assert_eq!(read(&format!("{{\"key\": \"01/{}\", \"op\": \"GetObject\"}}", id())), Line::Unread);
        let quoted = s3("REST.GET.OBJECT", &format!("GET /vault/01/{}?a=\"b\" HTTP/1.1", id()), "200");
        assert!(matches!(read(&quoted), Line::Read { served: true, .. }));
        let without_time = format!("- - - - \"GET /{} HTTP/1.1\" 200 1", id());
        assert!(matches!(read(&without_time), Line::Read { at: None, .. }));
    }
}
