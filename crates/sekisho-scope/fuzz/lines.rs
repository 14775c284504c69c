//! Well-formed lines of every format that is read, from chance.

use sekisho_scope::{Fields, Format, Named};

use crate::{
    alter::{below, one},
    chance::Chance,
    wrapping::WRAPPERS,
};

/// A format of one's own, with ranges.
pub(crate) const TEMPLATE: &str =
    "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$sent_http_content_range\"";

/// What names the columns of W3C's lines.
const DIRECTIVES: &str = "#Version: 1.0\n#Fields: date time c-ip cs-username cs-method cs-uri-stem cs-uri-query sc-status \
    sc-win32-status sc-bytes cs(User-Agent)\n";

/// What a log can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Combined,
    Template,
    Alb,
    HaProxy,
    S3,
    Json,
    Trail,
    /// W3C's, with a directive that names the columns.
    Columns,
    /// The same with tabs and without a directive.
    Edge,
    /// A log of another kind, as one of the others keeps it: which of [`WRAPPERS`].
    Wrapped(Inner, usize),
}

/// What is wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inner {
    Combined,
    Alb,
    HaProxy,
    S3,
    Json,
    Trail,
}

impl Inner {
    const ALL: [Self; 6] = [Self::Combined, Self::Alb, Self::HaProxy, Self::S3, Self::Json, Self::Trail];

    fn kind(self) -> Kind {
        match self {
            Self::Combined => Kind::Combined,
            Self::Alb => Kind::Alb,
            Self::HaProxy => Kind::HaProxy,
            Self::S3 => Kind::S3,
            Self::Json => Kind::Json,
            Self::Trail => Kind::Trail,
        }
    }
}

impl Kind {
    /// Those that nothing is around.
    pub(crate) const BARE: [Self; 9] = [
        Self::Combined,
        Self::Template,
        Self::Alb,
        Self::HaProxy,
        Self::S3,
        Self::Json,
        Self::Trail,
        Self::Columns,
        Self::Edge,
    ];

    /// All of them.
    #[cfg(test)]
    pub(crate) fn all() -> Vec<Self> {
        let wrapped = |inner: Inner| (0..WRAPPERS.len()).map(move |wrapper| Self::Wrapped(inner, wrapper));
        Self::BARE.into_iter().chain(Inner::ALL.into_iter().flat_map(wrapped)).collect()
    }

    /// One of them: bare as often as not.
    pub(crate) fn any(chance: &mut Chance) -> Self {
        if chance.below(2) == 0 {
            return one(chance, &Self::BARE);
        }
        let inner = one(chance, &Inner::ALL);
        Self::Wrapped(inner, below(chance, WRAPPERS.len()))
    }

    /// As it is said.
    pub(crate) fn format(self) -> Format {
        match self {
            Self::Combined => Format::Combined,
            Self::Template => Format::Template(TEMPLATE.parse().expect("it is one")),
            Self::Alb => Format::Alb,
            Self::HaProxy => Format::HaProxy,
            Self::S3 => Format::S3,
            Self::Json => Format::Json(Fields::new(&[])),
            Self::Trail => Format::CloudTrail,
            Self::Columns | Self::Edge => Format::W3c,
            Self::Wrapped(inner, wrapper) => {
                let name = format!("{}+{}", WRAPPERS[wrapper].0, inner.kind().format().name());
                name.parse::<Named>().and_then(|named| named.format(None, &[])).expect("it is one")
            }
        }
    }

    /// What a file of it begins with: no line of the log.
    pub(crate) fn head(self) -> &'static str {
        if self == Self::Columns { DIRECTIVES } else { "" }
    }

    /// Whether lines with a number sign before them are directives.
    pub(crate) fn has_directives(self) -> bool {
        matches!(self, Self::Columns | Self::Edge)
    }

    /// A line of it, without its end.
    pub(crate) fn line(self, chance: &mut Chance) -> String {
        if let Self::Wrapped(inner, wrapper) = self {
            return WRAPPERS[wrapper].1(&inner.kind().line(chance));
        }
        let Request { client, method, object, status, bytes, day, clock, agent, id } = request(chance);
        let common = format!("{day:02}/Apr/2021:{clock} +0900");
        match self {
            Self::Combined => {
                let host = one(
                    chance,
                    &[
                        "",
                        "",
                        "",
                        "www.example.com:80 ",
                        "192.0.2.9 ",
                        "www.example.com 203.0.113.9, 10.0.0.1 ",
                        "\"1.1.1.1\" ",
                    ],
                );
                let behind = one(chance, &["", "", " \"1.1.1.1, 10.0.0.1\""]);
                format!(
                    "{host}{client} - eve [{common}] \"{method} /{object}?w=1 HTTP/1.1\" {status} {bytes} \"-\" \"{agent}\"{behind}"
                )
            }
            Self::Template => {
                let range = one(chance, &["-", "bytes 0-99/300", "bytes 100-299/300"]);
                format!("{client} - - [{common}] \"{method} /{object} HTTP/1.1\" {status} {bytes} \"{range}\"")
            }
            Self::Alb => format!(
                "{}2021-04-{day:02}T{clock}.948827Z app/lb/1 {client}:44740 10.0.0.6:9000 0.000 0.002 0.000 {status} {status} 5 {bytes} \
                 \"{method} https://a:1/{object} HTTP/2.0\" \"{agent}\" - - -",
                one(chance, &["h2 ", "wss ", ""])
            ),
            Self::HaProxy => format!(
                "{client}:44740 [{day:02}/Apr/2021:{clock}.655] front~ back/srv1 0/0/1/2/{} {status} {bytes} - - {} 1/1/0/0/0 0/0 \
                 {{{agent}}} \"{method} /{object} HTTP/1.1\"",
                one(chance, &["3", "60000", "+3"]),
                one(chance, &["----", "CD--", "LR--"])
            ),
            Self::S3 => format!(
                "o b{} [{common}] {client} arn:aws:iam::1:user/eve {id:X} REST.{method}.OBJECT p/%25E5{object} \
                 \"{method} /b/p HTTP/1.1\" {status} - {bytes} 300 7 6 \"-\" \"{agent}\" - s9 -",
                id % 2
            ),
            Self::Json if chance.below(3) == 0 => format!(
                r#"{{"ts":{}.5,"request":{{"remote_ip":"{client}","method":"{method}","uri":"/{object}","headers":{{"User-Agent":["a"]}}}},"size":{bytes},"status":{status}}}"#,
                1_618_844_400 + day
            ),
            Self::Json => format!(
                r#"{{"time":"2021-04-{day:02}T{clock}Z","client":"{client}","method":"{method}","object":"{object}","status":{status},"content_range":"bytes 0-99/300","sent":{bytes}}}"#
            ),
            Self::Columns => format!(
                "2021-04-{day:02} {clock} {client} {} {method} /{object} {} {status} {} {bytes} {}",
                one(chance, &["-", "eve"]),
                one(chance, &["-", "w=1"]),
                one(chance, &[0, 0, 64]),
                agent.replace(' ', "+")
            ),
            Self::Edge => format!(
                "2021-04-{day:02}\t{clock}\tNRT57\t{bytes}\t{client}\t{method}\td1\t/{object}\t{status}\t-\t{}\tw=1\t-\t{}\t{id}",
                agent.replace(' ', "%20"),
                one(chance, &["Hit", "Miss", "Error"])
            ),
            Self::Trail | Self::Wrapped(..) => {
                let event = format!(
                    r#"{{"eventVersion":"1","eventTime":"2021-04-{day:02}T{clock}Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","sourceIPAddress":"{client}","userAgent":"{}","requestParameters":{{"bucketName":"b","key":"{object}"}},"additionalEventData":{{"bytesTransferredOut":{bytes}}},"eventID":"{id}"}}"#,
                    agent.replace('\\', "\\\\")
                );
                match chance.below(12) {
                    0 => format!(r#"{{"detail":{event}}}"#),
                    1 => format!(r#"{{"digestEndTime":"2021-04-{day:02}T{clock}Z","logFiles":[]}}"#),
                    _ => event,
                }
            }
        }
    }
}

struct Request {
    client: String,
    method: &'static str,
    object: String,
    status: u16,
    bytes: u64,
    day: u64,
    clock: String,
    agent: &'static str,
    id: u64,
}

fn request(chance: &mut Chance) -> Request {
    let last = chance.below(4);
    Request {
        client: one(chance, &["192.0.2.", "203.0.113.", "2001:db8::"]).to_owned() + &last.to_string(),
        method: one(chance, &["GET", "GET", "GET", "POST", "HEAD", "PUT"]),
        object: format!("photo/{}", chance.below(30)),
        status: one(chance, &[200, 200, 200, 206, 206, 304, 404, 499]),
        bytes: one(chance, &[0, 100, 200, 300, 5_000_000_000]),
        day: 19 + chance.below(4),
        clock: format!("{:02}:{:02}:{:02}", chance.below(24), chance.below(60), below(chance, 60)),
        agent: one(chance, &["curl/7.68.0", "-", "cli \\x22 x"]),
        id: chance.below(40),
    }
}
