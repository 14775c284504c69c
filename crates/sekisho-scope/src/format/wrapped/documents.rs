//! Lines of JSON of which one field holds a line of another log.

use super::{
    Fault, Read,
    texts::{Texts, texts},
    without_end,
};

/// Docker's own files: the line is `log`, and ends as it did; where it doesn't, it is a piece of one that was longer than
/// 16 KiB, or that nobody finished.
pub(super) fn docker(line: &[u8], read: Read<'_>) -> Result<(), Fault> {
    let Texts { found, is_of_stream, is_timed, is_piece } = texts(line)?;
    let log = found.iter().find(|text| text.name == "log").filter(|_| is_of_stream && is_timed);
    let log = log.ok_or(Fault::Wrapper)?;
    if log.text.ends_with(b"\n") && !is_piece { read(without_end(&log.text)) } else { Err(Fault::Piece) }
}

/// An agent's lines: of the fields that may be the line, the first that is understood.
pub(super) fn agent(line: &[u8], read: Read<'_>) -> Result<(), Fault> {
    let Texts { found, is_piece, .. } = texts(line)?;
    if is_piece {
        return Err(Fault::Piece);
    }
    let mut fault = Fault::Wrapper;
    for (place, text) in found.iter().enumerate() {
        match read(without_end(&text.text)) {
            Ok(()) => return Ok(()),
            // The surest field says best what is wrong.
            Err(why) if place == 0 => fault = why,
            Err(_) => {}
        }
    }
    Err(fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What [`docker`] gives to be read.
    fn within(line: &str) -> Result<Vec<u8>, Fault> {
        let mut seen = Vec::new();
        docker(line.as_bytes(), &mut |inner| {
            seen = inner.to_vec();
            Ok(())
        })
        .map(|()| seen)
    }

    #[test]
    fn dockers_lines_are_opened_and_their_escapes_resolved() {
        let of = |log: &str| {
            within(&format!(
                r#"{{"log":"{log}","stream":"stdout","attrs":{{"a":"b"}},"time":"2021-04-20T00:00:00.1Z"}}"#
            ))
        };
        assert_eq!(of(r#"a \"b\" \\x22 \u003c\u0026\u001b[0m \u5199\n"#), Ok("a \"b\" \\x22 <&\u{1b}[0m 写".into()));
        assert_eq!((of(r"a\r\n"), of(r"\n"), of(r"\n\n")), (Ok(b"a".to_vec()), Ok(vec![]), Ok(b"\n".to_vec())));
        assert_eq!((of("a"), of("")), (Err(Fault::Piece), Err(Fault::Piece)));
    }

    /// What [`agent`] takes, which reads what begins with `ok`.
    fn taken(line: &str) -> Result<String, Fault> {
        let mut seen = String::new();
        let mut read = |inner: &[u8]| {
            seen = String::from_utf8(inner.to_vec()).unwrap();
            if seen.starts_with("ok") { Ok(()) } else { Err(Fault::Time) }
        };
        agent(line.as_bytes(), &mut read).map(|()| seen)
    }

    #[test]
    fn agents_keep_a_line_in_one_of_several_fields() {
        for line in [
            r#"{"@timestamp":"2021","message":"ok \\x22","log":{"file":{"path":"/a"}},"host":{"name":"message"}}"#,
            r#"{"log":"ok \\x22\n","stream":"stdout","logtag":"F","kubernetes":{"log":"no"}}"#,
            r#"{"event":{"original":"ok \\x22","kind":"event"},"message":"less"}"#,
            r#"{"event.original":"ok \\x22"}"#,
            r#"{"log":{"original":"ok \\x22"}}"#,
            r#"{"_HOSTNAME":"a","MESSAGE":"ok \\x22","PRIORITY":"6"}"#,
            r#"{"MESSAGE":[111,107,32,92,120,50,50],"CONTAINER_PARTIAL_MESSAGE":"false"}"#,
            r#"{"@message":"ok \\x22","@timestamp":"2021"}"#,
            r#"{"_index":"a","_source":{"message":"ok \\x22","tags":["a"]}}"#,
            r#"{"preview":false,"result":{"_raw":"ok \\x22"}}"#,
            r#"{"jsonPayload":{"message":"ok \\x22"},"insertId":"a"}"#,
            r#"{"event":"ok \\x22","sourcetype":"nginx"}"#,
            r#"{"line":"\u006f\u006b \\x22\r\n"}"#,
        ] {
            assert_eq!(taken(line).as_deref(), Ok(r"ok \x22"), "{line}");
        }
    }

    #[test]
    fn what_agents_say_of_a_line_counts_and_what_they_do_not_keep_is_told() {
        for piece in [r#""logtag":"P""#, r#""_p":"P""#, r#""partial_message":"true""#, r#""partial_message":true"#] {
            assert_eq!(taken(&format!(r#"{{"log":"ok",{piece}}}"#)), Err(Fault::Piece), "{piece}");
        }
        assert_eq!(taken(r#"{"message":"ok, first","event":{"original":"ok"}}"#).as_deref(), Ok("ok, first"));
        assert_eq!(taken(r#"{"log":"no","message":""}"#), Err(Fault::Time), "what the surest field lacks");
        for none in [
            r#"{"text":"ok"}"#,
            r#"{"message":{"a":"ok"}}"#,
            r#"{"message":[]}"#,
            r#"{"MESSAGE":[300]}"#,
            "[\"ok\"]",
            "7",
        ] {
            assert_eq!(taken(none), Err(Fault::Wrapper), "{none}");
        }
        assert_eq!(taken("{\"message\":\"ok\"}{\"message\":\"ok\"}"), Err(Fault::Json));
    }

    #[test]
    fn what_is_not_dockers_is_refused() {
        assert_eq!(within("{\"log\":\"a\\n\",\"stream\":\"stdout\"}"), Err(Fault::Wrapper), "no time");
        assert_eq!(within("{\"log\":{\"a\":1},\"stream\":\"stdout\",\"time\":\"\"}"), Err(Fault::Wrapper));
        assert_eq!(within("{\"log\":\"a\\n\",\"stream\":\"stdout\",\"time\":\"\"} {}"), Err(Fault::Json));
        assert_eq!(within("a"), Err(Fault::Json));
    }
}
