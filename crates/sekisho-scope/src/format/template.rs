//! Lines by a format of one's own: nginx's `log_format`, or Apache's `LogFormat`.

use std::str::FromStr;

use memchr::memmem;
use thiserror::Error;

use super::{
    Fault,
    roles::{Role, of_apache, of_nginx, of_time},
    scan::{content_range, number, or_dash, path, range, request, status},
};
use crate::{
    entry::{Entry, Sent},
    when,
};

/// Why a format can't be used.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum NoTemplate {
    /// It has nothing that varies.
    #[error("the format names no variable; write it as nginx's log_format or Apache's LogFormat has it")]
    Empty,
    /// Nothing tells where one value ends and the next begins.
    #[error("nothing stands between {0} and what follows it, so that nobody could tell them apart")]
    Joined(String),
    /// A directive of Apache's that is not finished.
    #[error("`{0}` is no directive")]
    Directive(String),
}

/// A format: what stands before the first value, then each value with what stands behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    before: Vec<u8>,
    values: Vec<(Role, Vec<u8>)>,
}

impl FromStr for Template {
    type Err = NoTemplate;

    fn from_str(text: &str) -> Result<Self, NoTemplate> {
        let mut template = Self { before: Vec::new(), values: Vec::new() };
        let is_apache = text.contains('%') && !text.contains('$');
        let mut rest = text;
        while !rest.is_empty() {
            rest = if is_apache { template.apache(rest)? } else { template.nginx(rest)? };
        }
        if template.values.is_empty() { Err(NoTemplate::Empty) } else { Ok(template) }
    }
}

impl Template {
    fn literal(&mut self, byte: u8) {
        self.values.last_mut().map_or(&mut self.before, |(_, behind)| behind).push(byte);
    }

    fn value(&mut self, role: Role, name: &str) -> Result<(), NoTemplate> {
        if self.values.last().is_some_and(|(_, behind)| behind.is_empty()) {
            return Err(NoTemplate::Joined(format!("`{name}`'s predecessor")));
        }
        self.values.push((role, Vec::new()));
        Ok(())
    }

    /// `$name`, `${name}` or a byte.
    fn nginx<'a>(&mut self, text: &'a str) -> Result<&'a str, NoTemplate> {
        let Some(rest) = text.strip_prefix('$') else {
            self.literal(text.as_bytes()[0]);
            // Bytes of a longer letter are taken one after the other.
            return Ok(text.get(1..).unwrap_or_else(|| self.letter(text)));
        };
        let (name, rest) = match rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            Some(inner) => inner,
            None => {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
                rest.split_at(end)
            }
        };
        self.value(of_nginx(name), name)?;
        Ok(rest)
    }

    /// The rest of a letter of several bytes, of which the first was taken.
    fn letter<'a>(&mut self, text: &'a str) -> &'a str {
        let length = text.chars().next().map_or(0, char::len_utf8);
        text.as_bytes()[1..length].iter().for_each(|byte| self.literal(*byte));
        &text[length..]
    }

    /// `%h`, `%>s`, `%{Name}i`, `%%`, or a byte; `\"` is a quote, as in the configuration's file.
    fn apache<'a>(&mut self, text: &'a str) -> Result<&'a str, NoTemplate> {
        let text = text.strip_prefix('\\').filter(|rest| rest.starts_with('"')).unwrap_or(text);
        let Some(rest) = text.strip_prefix('%') else {
            self.literal(text.as_bytes()[0]);
            return Ok(text.get(1..).unwrap_or_else(|| self.letter(text)));
        };
        let none = || NoTemplate::Directive(text.chars().take(20).collect());
        let rest = rest.trim_start_matches(|c: char| matches!(c, '<' | '>' | '!' | ',') || c.is_ascii_digit());
        let (name, rest) = match rest.strip_prefix('{') {
            Some(inner) => inner.split_once('}').ok_or_else(none)?,
            None => ("", rest),
        };
        let kind = rest.chars().next().filter(char::is_ascii).ok_or_else(none)?;
        match kind {
            '%' => self.literal(b'%'),
            't' if name.is_empty() => {
                self.literal(b'[');
                self.value(Role::CommonTime, "%t")?;
                self.literal(b']');
            }
            't' => self.time(name)?,
            kind => self.value(of_apache(kind, &name.to_ascii_lowercase()), &format!("%{kind}"))?,
        }
        Ok(&rest[1..])
    }

    /// A time in one's own way: a part of it that says when, or as strftime has it.
    fn time(&mut self, name: &str) -> Result<(), NoTemplate> {
        let name = name.strip_prefix("begin:").or_else(|| name.strip_prefix("end:")).unwrap_or(name);
        let whole = name.replace("%F", "%Y-%m-%d").replace("%T", "%H:%M:%S");
        let inner = whole.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let role = of_time(inner.unwrap_or(&whole));
        inner.iter().for_each(|_| self.literal(b'['));
        self.value(role, "%t")?;
        inner.iter().for_each(|_| self.literal(b']'));
        Ok(())
    }

    /// Reads a line.
    pub(super) fn read(&self, line: &[u8], see: &mut impl FnMut(&Entry<'_>)) -> Result<(), Fault> {
        let mut rest = line.strip_prefix(&self.before[..]).ok_or(Fault::Fields)?;
        let mut entry = Entry::default();
        for (at, (role, behind)) in self.values.iter().enumerate() {
            let end = end_of(rest, behind, at + 1 == self.values.len()).ok_or(Fault::Fields)?;
            set(&mut entry, *role, &rest[..end])?;
            rest = &rest[end + behind.len()..];
        }
        entry.object = entry.object.map(path).filter(|object| !object.is_empty());
        see(&entry);
        Ok(())
    }
}

/// Where a value ends: before what stands behind it, at the line's end for the last.
fn end_of(rest: &[u8], behind: &[u8], is_last: bool) -> Option<usize> {
    match (is_last, behind) {
        (true, _) => rest.ends_with(behind).then(|| rest.len() - behind.len()),
        (false, [byte]) => memchr::memchr(*byte, rest),
        (false, behind) => memmem::find(rest, behind),
    }
}

fn set<'a>(entry: &mut Entry<'a>, role: Role, value: &'a [u8]) -> Result<(), Fault> {
    let text = or_dash(value);
    let bytes = || if text.is_empty() { Some(0) } else { number(text) };
    match role {
        Role::Nothing => {}
        Role::Client => entry.client = Some(text),
        Role::Forwarded => entry.forwarded = Some(text),
        Role::Principal => entry.principals = Some([text, b"", b"", b"", b""]),
        Role::Agent => entry.agent = Some(text),
        Role::CommonTime => entry.at = Some(when::common(text).ok_or(Fault::Time)?),
        Role::IsoTime => entry.at = Some(when::rfc3339(text).ok_or(Fault::Time)?),
        Role::EpochTime => {
            let number = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
            entry.at = Some(number.and_then(when::epoch).ok_or(Fault::Time)?);
        }
        Role::Request => (entry.method, entry.object) = request(value),
        Role::Method => entry.method = text,
        Role::Target => entry.object = Some(text),
        // Apache writes the question mark along; without the target beside it, it is of no use.
        Role::Query => {}
        Role::Status => entry.status = status(value).ok_or(Fault::Status)?,
        Role::Sent => entry.sent = Sent::Body(bytes().ok_or(Fault::Size)?),
        Role::SentWhole if entry.sent == Sent::Unknown => entry.sent = Sent::Whole(bytes().ok_or(Fault::Size)?),
        Role::SentWhole => {}
        Role::Range => entry.range = entry.range.or_else(|| range(text)),
        Role::ContentRange => {
            if let Some((first, last, size)) = content_range(text) {
                (entry.range, entry.size) = (Some((first, last)), size.or(entry.size));
            }
        }
        Role::Id => entry.id = text,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<T>(format: &str, line: &str, look: impl Fn(&Entry<'_>) -> T) -> Result<T, Fault> {
        let template: Template = format.parse().unwrap();
        let mut seen = None;
        template.read(line.as_bytes(), &mut |entry| seen = Some(look(entry))).map(|()| seen.unwrap())
    }

    #[test]
    fn a_format_of_nginx_is_read() {
        let format = r#"$http_x_forwarded_for|$remote_addr [$time_iso8601] "${request}" $status $body_bytes_sent "$sent_http_content_range" é$request_id"#;
        let line =
            r#"1.1.1.1, 10.0.0.1|10.0.0.2 [2021-04-20T00:00:00+09:00] "GET /a b HTTP/1.1" 206 5 "bytes 5-9/20" éid-7"#;
        with(format, line, |entry| {
            assert_eq!((entry.at, entry.client), (Some(1_618_844_400), Some(&b"10.0.0.2"[..])));
            assert_eq!((entry.forwarded, entry.object), (Some(&b"1.1.1.1, 10.0.0.1"[..]), Some(&b"/a b"[..])));
            assert_eq!((entry.sent, entry.range, entry.size), (Sent::Body(5), Some((5, 9)), Some(20)));
            assert_eq!(entry.id, b"id-7");
        })
        .unwrap();
    }

    #[test]
    fn a_format_of_apache_is_read() {
        let format = r#"%v %h %l %u %t \"%r\" %>s %O %b \"%{User-Agent}i\" 100%%"#;
        let line = r#"www 192.0.2.3 - eve [20/Apr/2021:00:00:00 +0900] "GET /a HTTP/1.1" 200 999 500 "curl" 100%"#;
        with(format, line, |entry| {
            assert_eq!((entry.at, entry.sent, entry.status), (Some(1_618_844_400), Sent::Body(500), 200));
            assert_eq!((entry.principals.unwrap()[0], entry.agent), (&b"eve"[..], Some(&b"curl"[..])));
        })
        .unwrap();
    }

    #[test]
    fn a_time_is_written_in_ones_own_way() {
        for (format, text) in [
            ("%{sec}t", "1618844400"),
            ("%{begin:msec}t", "1618844400123"),
            ("%{end:usec}t", "1618844400123456"),
            ("%{[%d/%b/%Y:%T %z]}t", "[20/Apr/2021:00:00:00 +0900]"),
            ("%{%d/%b/%Y:%H:%M:%S %z}t", "20/Apr/2021:00:00:00 +0900"),
            ("%{%FT%T%z}t", "2021-04-19T15:00:00+0000"),
            ("%{%Y-%m-%dT%H:%M:%S}t", "2021-04-20T00:00:00"),
        ] {
            let at = with(&format!("%{{c}}a {format} \\\"%r\\\""), &format!("::1 {text} \"-\""), |entry| entry.at);
            assert_eq!(at, Ok(Some(1_618_844_400)), "{format}");
        }
        assert_eq!(with("%h %{%A}t %>s", "::1 Tuesday 200", |entry| entry.at), Ok(None), "it says no day");
        assert_eq!(with("%h %{sec}t", "::1 0.003", |_| ()), Err(Fault::Time));
    }

    #[test]
    fn a_line_of_another_format_is_refused() {
        let fault = |line| with("$remote_addr $msec $status", line, |_| ()).unwrap_err();
        assert_eq!(fault("1.1.1.1"), Fault::Fields);
        assert_eq!(fault("1.1.1.1 noon 200"), Fault::Time);
        assert_eq!(fault("1.1.1.1 1618844400.123 2000"), Fault::Status);
    }

    #[test]
    fn what_can_not_be_told_apart_is_refused() {
        let refused = |format: &str| format.parse::<Template>().unwrap_err();
        assert!(matches!(refused("$remote_addr$status"), NoTemplate::Joined(_)));
        assert_eq!((refused("nothing"), refused("")), (NoTemplate::Empty, NoTemplate::Empty));
        assert!(matches!(refused("%h %{User"), NoTemplate::Directive(_)));
        assert!(matches!(refused("%h %"), NoTemplate::Directive(_)));
    }
}
