//! Which field of a JSON line says what.

use std::{collections::BTreeMap, str::FromStr};

use thiserror::Error;

/// What a field can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub(super) enum Role {
    Time,
    Client,
    Forwarded,
    Principal,
    Agent,
    Method,
    Object,
    Request,
    Status,
    Sent,
    SentWhole,
    Size,
    Range,
    ContentRange,
    Id,
}

/// How many roles there are.
pub(super) const ROLES: usize = 15;

/// Each role, the name by which a map gives it a field, and the fields that it has without one, the surest first: of
/// several in a line the first of these counts, wherever it stands. They are those of nginx's documentation, of the Elastic
/// Common Schema, and of what Caddy, Traefik, Envoy, pino and bunyan, Google's balancers, and Cloudflare's and Akamai's
/// edges write, and those that Logstash gives to what it takes out of a line.
#[rustfmt::skip]
const KNOWN: [(Role, &str, &[&str]); ROLES] = [
    (Role::Time, "time", &[
        "time", "timestamp", "@timestamp", "ts", "time_iso8601", "time_local", "msec", "start_time", "StartUTC",
        "requestTime", "date", "EdgeEndTimestamp", "EdgeStartTimestamp", "reqTimeSec",
    ]),
    (Role::Client, "client", &[
        "client", "client_ip", "remote_addr", "remote_ip", "ip", "source.ip", "request.client_ip", "request.remote_ip",
        "ClientHost", "req.remoteAddress", "httpRequest.remoteIp", "downstream_remote_address",
        "ClientIP", "cliIP", "clientip",
    ]),
    (Role::Forwarded, "forwarded", &[
        "forwarded", "http_x_forwarded_for", "x_forwarded_for", "xff", "request.headers.X-Forwarded-For",
        "request_X-Forwarded-For", "req.headers.x-forwarded-for", "xForwardedFor",
    ]),
    (Role::Principal, "principal", &["principal", "user", "remote_user", "user.name", "user_id", "ClientUsername", "auth"]),
    (Role::Agent, "agent", &[
        "agent", "user_agent", "http_user_agent", "user_agent.original", "request.headers.User-Agent",
        "request_User-Agent", "req.headers.user-agent", "httpRequest.userAgent",
        "ClientRequestUserAgent", "UA",
    ]),
    (Role::Method, "method", &[
        "method", "request_method", "http.request.method", "request.method", "RequestMethod", "req.method",
        "httpRequest.requestMethod", "httpMethod", "ClientRequestMethod", "reqMethod", "verb",
    ]),
    (Role::Object, "object", &[
        "object", "key", "request_uri", "uri", "url.original", "url", "path", "url.path", "request.uri", "RequestPath",
        "req.url", "httpRequest.requestUrl", "ClientRequestURI", "reqPath",
    ]),
    (Role::Request, "request", &["request"]),
    (Role::Status, "status", &[
        "status", "status_code", "http.response.status_code", "DownstreamStatus", "res.statusCode", "httpRequest.status",
        "response_code", "http_status", "EdgeResponseStatus", "statusCode", "response",
    ]),
    // The last is what was sent in most logs that have it, and an object's size in few: those have it said.
    (Role::Sent, "sent", &[
        "sent", "body_bytes_sent", "http.response.body.bytes", "DownstreamContentSize", "EdgeResponseBodyBytes", "bytes", "size",
    ]),
    (Role::SentWhole, "sent_with_header", &[
        "bytes_sent", "http.response.bytes", "httpRequest.responseSize", "EdgeResponseBytes",
    ]),
    (Role::Size, "size", &["object_size"]),
    (Role::Range, "range", &["range", "http_range", "request.headers.Range", "request_Range", "req.headers.range"]),
    (Role::ContentRange, "content_range", &[
        "content_range", "sent_http_content_range", "resp_headers.Content-Range", "downstream_Content-Range",
        "res.headers.content-range",
    ]),
    (Role::Id, "id", &["id", "request_id", "insertId", "RayID", "reqId"]),
];

/// Why a text is no field.
#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "`{0}` gives no field; write ROLE=FIELD, e.g. time=ts or client=net.peer, with a role among time, client, \
     forwarded, principal, agent, method, object, request, status, sent, sent_with_header, size, range, content_range, id"
)]
pub struct NoField(String);

/// One role and the field that has it: a name, or names from outside to inside joined by dots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    role: usize,
    path: String,
}

impl FromStr for Field {
    type Err = NoField;

    fn from_str(text: &str) -> Result<Self, NoField> {
        let none = || NoField(text.to_owned());
        let (role, path) = text.split_once('=').ok_or_else(none)?;
        let role = KNOWN.iter().position(|(_, name, _)| *name == role).ok_or_else(none)?;
        if path.is_empty() { Err(none()) } else { Ok(Self { role, path: path.to_owned() }) }
    }
}

/// Where each role is found in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields {
    /// Whether none was given.
    usual: bool,
    nodes: Vec<BTreeMap<String, Steps>>,
}

/// What a name leads to: its value has a role, and how many other fields would be surer for that; or names within it
/// do. The same name can have both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Steps {
    pub(super) value: Option<(usize, u8)>,
    pub(super) inside: Option<usize>,
}

impl Fields {
    /// The usual names, but for the roles that are given fields, and without the fields that are given another role.
    pub fn new(given: &[Field]) -> Self {
        let mut fields = Self { usual: given.is_empty(), nodes: vec![BTreeMap::new()] };
        for (role, (_, _, usual)) in KNOWN.iter().enumerate() {
            let own: Vec<_> = given.iter().filter(|field| field.role == role).map(|field| &field.path[..]).collect();
            let is_free = |path: &&str| given.iter().all(|field| field.path != *path);
            let usual: Vec<_> = usual.iter().copied().filter(is_free).collect();
            for (rank, path) in (0..).zip(if own.is_empty() { usual } else { own }) {
                fields.add(path, (role, rank));
            }
        }
        fields
    }

    /// Whether they are the usual ones.
    pub(super) fn are_usual(&self) -> bool {
        self.usual
    }

    fn add(&mut self, path: &str, value: (usize, u8)) {
        // A name with dots in it may be one name, too.
        self.set(0, path, value);
        let (mut node, mut names) = (0, path.split('.').peekable());
        while let Some(name) = names.next() {
            if names.peek().is_none() {
                self.set(node, name, value);
            } else {
                node = self.inside(node, name);
            }
        }
    }

    fn set(&mut self, node: usize, name: &str, value: (usize, u8)) {
        self.nodes[node].entry(name.to_owned()).or_default().value = Some(value);
    }

    fn inside(&mut self, node: usize, name: &str) -> usize {
        let next = self.nodes.len();
        let found = *self.nodes[node].entry(name.to_owned()).or_default().inside.get_or_insert(next);
        if found == next {
            self.nodes.push(BTreeMap::new());
        }
        found
    }

    /// What a name within a node leads to.
    pub(super) fn steps(&self, node: usize, name: &str) -> Steps {
        self.nodes[node].get(name).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(steps: Steps) -> Option<usize> {
        steps.value.map(|(role, _)| role)
    }

    #[test]
    fn a_given_field_takes_the_place_of_the_usual_ones() {
        let fields = Fields::new(&["time=when".parse().unwrap(), "client=net.peer.ip".parse().unwrap()]);
        assert_eq!(role(fields.steps(0, "when")), Some(Role::Time as usize));
        assert_eq!(fields.steps(0, "timestamp"), Steps::default());
        assert_eq!(role(fields.steps(0, "status")), Some(Role::Status as usize));
        let net = fields.steps(0, "net").inside.unwrap();
        let peer = fields.steps(net, "peer").inside.unwrap();
        assert_eq!(role(fields.steps(peer, "ip")), Some(Role::Client as usize));
        assert_eq!(role(Fields::new(&[]).steps(0, "size")), Some(Role::Sent as usize));
        assert_eq!(role(Fields::new(&["size=size".parse().unwrap()]).steps(0, "size")), Some(Role::Size as usize));
    }

    #[test]
    fn no_field_has_two_roles_and_the_first_is_the_surest() {
        let all: Vec<_> = KNOWN.iter().flat_map(|(_, _, usual)| *usual).collect();
        assert!(all.iter().enumerate().all(|(at, path)| !all[..at].contains(path)));
        let fields = Fields::new(&[]);
        let rank = |name: &str| fields.steps(0, name).value.unwrap().1;
        assert!(rank("request_uri") < rank("path") && rank("body_bytes_sent") < rank("size"));
    }

    #[test]
    fn each_role_stands_at_its_own_place() {
        assert!(KNOWN.iter().enumerate().all(|(at, (role, ..))| *role as usize == at));
        for text in ["", "time", "time=", "colour=red", "=x"] {
            assert_eq!(text.parse::<Field>(), Err(NoField(text.into())));
        }
    }
}
