//! Lines as others keep them: what a line looks like in each wrapper, for tests and for attacks by chance.

/// The wrappers' names, outermost first, and what puts a line into them.
type Wrapping = (&'static str, fn(&str) -> String);

/// What a line can be put into, by the name of the format that it has then. `agent` and `syslog` come in several dresses.
pub(crate) const WRAPPERS: [Wrapping; 20] = [
    ("docker", |line| {
        format!(
            r#"{{"log":{},"stream":"stdout","time":"2021-04-20T00:00:00.123456789Z"}}"#,
            quoted(&format!("{line}\n"))
        )
    }),
    ("docker", |line| {
        let log = quoted(&format!("{line}\r\n"));
        format!(r#"{{"log":{log},"stream":"stderr","attrs":{{"tag":"web"}},"time":"2021-04-20T00:00:00Z"}}"#)
    }),
    ("cri", |line| format!("2021-04-20T00:00:00.123456789+09:00 stdout F {line}")),
    ("syslog", |line| format!("Apr  2 00:00:00 web-1 nginx[7]: {line}")),
    ("syslog", |line| format!("<190>Apr 20 00:00:00 web-1 nginx: {line}")),
    ("syslog", |line| format!("<190>Apr 20 00:00:00 nginx: {line}")),
    ("syslog", |line| format!("2021-04-20T00:00:00.123456+09:00 web-1 nginx[7]: {line}")),
    ("syslog", |line| format!("<190>1 2021-04-19T15:00:00.003Z web-1 nginx 7 - [a@1 b=\"]\\\"\"] \u{feff}{line}")),
    ("syslog", |line| format!("<190>1 2021-04-19T15:00:00Z web-1 nginx - - - {line}")),
    ("time", |line| format!("2021-04-20T01:02:03.000Z {line}")),
    ("agent", |line| {
        format!(
            r#"{{"@timestamp":"2021-04-20T00:00:00Z","message":{},"log":{{"file":{{"path":"/a"}}}}}}"#,
            quoted(line)
        )
    }),
    ("agent", |line| {
        format!(r#"{{"log":{},"stream":"stdout","logtag":"F","time":"2021-04-20T00:00:00Z"}}"#, quoted(line))
    }),
    ("agent", |line| {
        format!(r#"{{"event":{{"original":{},"kind":"event"}},"host":{{"name":"web-1"}}}}"#, quoted(line))
    }),
    ("agent", |line| {
        format!(r#"{{"__REALTIME_TIMESTAMP":"1618844400","MESSAGE":{:?},"PRIORITY":"6"}}"#, line.as_bytes())
    }),
    ("agent", |line| format!(r#"{{"path":"/var/log/access.log","message":{},"host":"web-1"}}"#, quoted(line))),
    ("agent", |line| format!(r#"{{"_index":"logs","_source":{{"message":{}}}}}"#, quoted(line))),
    ("time+agent", |line| {
        format!(r#"2021-04-20T01:02:03.000Z {{"log": {}, "kubernetes": {{"host": "a"}}}}"#, quoted(line))
    }),
    ("time+syslog", |line| format!("2021-04-20T01:02:03.000Z Apr 20 00:00:00 web-1 nginx[7]: {line}")),
    ("agent+syslog", |line| format!(r#"{{"message":{}}}"#, quoted(&format!("Apr 20 00:00:00 web-1 nginx: {line}")))),
    ("agent+cri", |line| format!(r#"{{"log":{}}}"#, quoted(&format!("2021-04-20T00:00:00Z stderr F {line}")))),
];

/// A text as JSON has it, with every third letter escaped by its number: whoever writes JSON may do so.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for (at, letter) in text.chars().enumerate() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            letter if letter < ' ' || at % 3 == 0 => {
                letter.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}
