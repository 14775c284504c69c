//! Which field of a JSON line says what.

use std::str::FromStr;

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

/// Each role, the name by which a map gives it a field, and the fields that it has without one.
const KNOWN: [(Role, &str, &[&str]); ROLES] = [
    (Role::Time, "time", &["time", "timestamp", "@timestamp", "ts", "time_iso8601", "time_local", "msec"]),
    (Role::Client, "client", &["client", "client_ip", "remote_addr", "remote_ip", "ip", "source.ip"]),
    (Role::Forwarded, "forwarded", &["forwarded", "http_x_forwarded_for", "x_forwarded_for", "xff"]),
    (Role::Principal, "principal", &["principal", "user", "remote_user", "user.name"]),
    (Role::Agent, "agent", &["agent", "user_agent", "http_user_agent", "user_agent.original"]),
    (Role::Method, "method", &["method", "request_method", "http.request.method"]),
    (Role::Object, "object", &["object", "key", "path", "uri", "request_uri", "url", "url.original", "url.path"]),
    (Role::Request, "request", &["request"]),
    (Role::Status, "status", &["status", "status_code", "http.response.status_code"]),
    (Role::Sent, "sent", &["sent", "body_bytes_sent", "http.response.body.bytes"]),
    (Role::SentWhole, "sent_with_header", &["bytes_sent", "http.response.bytes"]),
    (Role::Size, "size", &["size", "object_size"]),
    (Role::Range, "range", &["range", "http_range"]),
    (Role::ContentRange, "content_range", &["content_range", "sent_http_content_range"]),
    (Role::Id, "id", &["id", "request_id"]),
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
    nodes: Vec<Vec<(String, Step)>>,
}

/// What a name leads to: its value has a role, or names within it do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Value(usize),
    Inside(usize),
}

impl Fields {
    /// The usual names, but for the roles that are given fields.
    pub fn new(given: &[Field]) -> Self {
        let mut fields = Self { nodes: vec![Vec::new()] };
        for (role, (_, _, usual)) in KNOWN.iter().enumerate() {
            let own: Vec<_> = given.iter().filter(|field| field.role == role).map(|field| &field.path[..]).collect();
            for path in if own.is_empty() { usual } else { &own[..] } {
                fields.add(path, role);
            }
        }
        fields
    }

    fn add(&mut self, path: &str, role: usize) {
        // A name with dots in it may be one name, too.
        self.nodes[0].push((path.to_owned(), Step::Value(role)));
        let names: Vec<_> = path.split('.').collect();
        let mut node = 0;
        for (depth, name) in names.iter().enumerate().filter(|_| names.len() > 1) {
            if depth + 1 == names.len() {
                self.nodes[node].push(((*name).to_owned(), Step::Value(role)));
            } else {
                node = self.inside(node, name);
            }
        }
    }

    fn inside(&mut self, node: usize, name: &str) -> usize {
        let found = self.nodes[node].iter().find_map(|(known, step)| match step {
            Step::Inside(next) if known == name => Some(*next),
            _ => None,
        });
        found.unwrap_or_else(|| {
            let next = self.nodes.len();
            self.nodes.push(Vec::new());
            self.nodes[node].push((name.to_owned(), Step::Inside(next)));
            next
        })
    }

    /// What a name within a node leads to. The same name can have a value and names inside.
    pub(super) fn steps(&self, node: usize, name: &str) -> (Option<usize>, Option<usize>) {
        let (mut value, mut inside) = (None, None);
        for (_, step) in self.nodes[node].iter().filter(|(known, _)| known == name) {
            match step {
                Step::Value(role) => value = Some(*role),
                Step::Inside(next) => inside = Some(*next),
            }
        }
        (value, inside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_given_field_takes_the_place_of_the_usual_ones() {
        let fields = Fields::new(&["time=when".parse().unwrap(), "client=net.peer.ip".parse().unwrap()]);
        assert_eq!(fields.steps(0, "when"), (Some(Role::Time as usize), None));
        assert_eq!(fields.steps(0, "timestamp"), (None, None));
        assert_eq!(fields.steps(0, "status"), (Some(Role::Status as usize), None));
        let (_, net) = fields.steps(0, "net");
        let (_, peer) = fields.steps(net.unwrap(), "peer");
        assert_eq!(fields.steps(peer.unwrap(), "ip"), (Some(Role::Client as usize), None));
    }

    #[test]
    fn each_role_stands_at_its_own_place() {
        assert!(KNOWN.iter().enumerate().all(|(at, (role, ..))| *role as usize == at));
        for text in ["", "time", "time=", "colour=red", "=x"] {
            assert_eq!(text.parse::<Field>(), Err(NoField(text.into())));
        }
    }
}
