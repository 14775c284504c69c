//! What is asked of the logs, and how an entry answers it.

use regex::bytes::{CaptureLocations, Regex};

use crate::{
    entry::Entry,
    network::{Address, Network},
};

/// Conditions that a request has to meet, all of them. An empty one is met by every request.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// The client lies in one of these.
    pub clients: Vec<Network>,
    /// Peers in these are proxies of ours: the client is the last address in X-Forwarded-For that is not one of them.
    pub proxies: Vec<Network>,
    /// One of the names of who asked is one of these.
    pub principals: Vec<String>,
    /// The user agent contains one of these.
    pub agents: Vec<String>,
    /// The object matches; its first group, or all of the match if it has none, is the object's key.
    pub object: Option<Regex>,
    /// The method is one of these.
    pub methods: Vec<String>,
    /// The status lies in one of these.
    pub statuses: Vec<(u16, u16)>,
    /// The first second, since 1970.
    pub from: Option<i64>,
    /// The last second; it lies within.
    pub to: Option<i64>,
}

/// How an entry answers a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// It lies before or behind the window.
    OutOfWindow,
    /// It is not what is asked for.
    Other,
    /// It lacks what it would have to show; all else fits.
    Unclear,
    /// It meets every condition.
    Meets,
}

impl Fit {
    fn of(holds: bool) -> Self {
        if holds { Self::Meets } else { Self::Other }
    }

    /// Both conditions: the one that rules out wins, then the one that is open.
    fn and(self, other: impl FnOnce() -> Self) -> Self {
        match (self, self != Self::Other) {
            (Self::Meets, _) => other(),
            (_, true) if other() == Self::Other => Self::Other,
            _ => self,
        }
    }
}

impl Question {
    /// How an entry answers; its object apart, see [`Question::key`].
    pub fn fit(&self, entry: &Entry<'_>) -> Fit {
        let at = self.window(entry.at);
        if at == Fit::OutOfWindow {
            return at;
        }
        let fit = at.and(|| self.method(entry)).and(|| self.status(entry));
        fit.and(|| self.client(entry)).and(|| self.principal(entry)).and(|| self.agent(entry))
    }

    fn window(&self, at: Option<i64>) -> Fit {
        match (at, self.from.is_none() && self.to.is_none()) {
            (_, true) => Fit::Meets,
            (None, _) => Fit::Unclear,
            (Some(at), _) if self.from.is_some_and(|from| at < from) || self.to.is_some_and(|to| at > to) => {
                Fit::OutOfWindow
            }
            _ => Fit::Meets,
        }
    }

    fn method(&self, entry: &Entry<'_>) -> Fit {
        match entry.method {
            _ if self.methods.is_empty() => Fit::Meets,
            b"" if entry.object.is_some() => Fit::Unclear,
            method => Fit::of(self.names(method)),
        }
    }

    /// Whether the question names this method.
    pub fn names(&self, method: &[u8]) -> bool {
        self.methods.iter().any(|named| named.as_bytes() == method)
    }

    fn status(&self, entry: &Entry<'_>) -> Fit {
        match entry.status {
            _ if self.statuses.is_empty() => Fit::Meets,
            0 => Fit::Unclear,
            status => Fit::of(self.statuses.iter().any(|(low, high)| (*low..=*high).contains(&status))),
        }
    }

    fn client(&self, entry: &Entry<'_>) -> Fit {
        if self.clients.is_empty() {
            return Fit::Meets;
        }
        let client = self.client_of(entry);
        client.map_or(Fit::Unclear, |client| Fit::of(self.clients.iter().any(|network| network.contains(client))))
    }

    /// Who asked: the peer, or whom the nearest proxies of ours say that they spoke for.
    fn client_of(&self, entry: &Entry<'_>) -> Option<Address> {
        let peer = Address::parse(entry.client?)?;
        let ours = |address| self.proxies.iter().any(|network| network.contains(address));
        if self.proxies.is_empty() || !ours(peer) {
            return Some(peer);
        }
        let mut client = None;
        for hop in entry.forwarded?.rsplit(|byte| *byte == b',') {
            let hop = Address::parse(hop.trim_ascii())?;
            client = Some(hop);
            if !ours(hop) {
                break;
            }
        }
        client
    }

    fn principal(&self, entry: &Entry<'_>) -> Fit {
        let asked = |name: &&[u8]| self.principals.iter().any(|asked| asked.as_bytes() == *name);
        let of = |names: [&[u8]; 5]| Fit::of(names.iter().any(|name| !name.is_empty() && asked(name)));
        if self.principals.is_empty() { Fit::Meets } else { entry.principals.map_or(Fit::Unclear, of) }
    }

    fn agent(&self, entry: &Entry<'_>) -> Fit {
        let asked =
            |agent: &[u8]| self.agents.iter().any(|part| memchr::memmem::find(agent, part.as_bytes()).is_some());
        if self.agents.is_empty() {
            Fit::Meets
        } else {
            entry.agent.map_or(Fit::Unclear, |agent| Fit::of(asked(agent)))
        }
    }

    /// Whether requests for the same objects can be left out, so that they may tell sizes.
    pub(crate) fn is_narrow(&self) -> bool {
        let narrow = [&self.principals, &self.agents].iter().any(|list| !list.is_empty());
        narrow || !self.clients.is_empty() || !self.statuses.is_empty() || self.from.is_some() || self.to.is_some()
    }

    /// The key of an object, if the question is about it. `places` is from [`Question::places`].
    pub(crate) fn key<'a>(&self, object: &'a [u8], places: Option<&mut CaptureLocations>) -> Option<&'a [u8]> {
        let (Some(pattern), Some(places)) = (&self.object, places) else { return Some(object) };
        pattern.captures_read(places, object)?;
        let (start, end) = places.get(1).or_else(|| places.get(0).filter(|_| places.len() == 1))?;
        Some(&object[start..end])
    }

    /// Room for what [`Question::key`] finds.
    pub(crate) fn places(&self) -> Option<CaptureLocations> {
        self.object.as_ref().map(Regex::capture_locations)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry<'static> {
        let principals = Some([&b"alice"[..], b"", b"", b"", b""]);
        let agent = Some(&b"python-requests/2.25"[..]);
        let entry = Entry { at: Some(100), client: Some(b"203.0.113.9"), principals, agent, ..Entry::default() };
        Entry { method: b"GET", status: 200, ..entry }
    }

    fn networks(texts: &[&str]) -> Vec<Network> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn all_conditions_have_to_be_met() {
        let whole = Question {
            clients: networks(&["203.0.113.0/24"]),
            principals: vec!["bob".into(), "alice".into()],
            agents: vec!["requests".into()],
            methods: vec!["GET".into()],
            statuses: vec![(200, 299)],
            from: Some(100),
            to: Some(100),
            ..Question::default()
        };
        assert_eq!(whole.fit(&entry()), Fit::Meets);
        assert_eq!(Question::default().fit(&Entry::default()), Fit::Meets);
        for other in [
            Entry { client: Some(b"203.0.114.9"), ..entry() },
            Entry { principals: Some([b""; 5]), ..entry() },
            Entry { agent: Some(b""), ..entry() },
            Entry { method: b"", ..entry() },
            Entry { status: 304, ..entry() },
        ] {
            assert_eq!(whole.fit(&other), Fit::Other, "{other:?}");
        }
        for at in [99, 101] {
            assert_eq!(whole.fit(&Entry { at: Some(at), ..entry() }), Fit::OutOfWindow);
        }
    }

    #[test]
    fn what_a_line_does_not_show_is_unclear_unless_another_condition_rules_it_out() {
        let question = Question { clients: networks(&["::/0"]), methods: vec!["GET".into()], ..Question::default() };
        let nobody = Entry { client: Some(b""), ..entry() };
        assert_eq!(question.fit(&nobody), Fit::Unclear);
        assert_eq!(question.fit(&Entry { method: b"PUT", ..nobody }), Fit::Other);
        let unsaid = Entry { method: b"", object: Some(b"/a"), ..entry() };
        let get = Question { methods: vec!["GET".into()], ..Question::default() };
        assert_eq!((get.fit(&unsaid), get.fit(&Entry { object: None, ..unsaid })), (Fit::Unclear, Fit::Other));
        let window = Question { from: Some(1), agents: vec!["x".into()], ..Question::default() };
        assert_eq!(window.fit(&Entry { at: None, agent: None, ..entry() }), Fit::Unclear);
        assert_eq!(window.fit(&Entry { at: None, ..entry() }), Fit::Other);
    }

    #[test]
    fn only_proxies_of_ours_are_believed_about_whom_they_speak_for() {
        let question = Question {
            clients: networks(&["203.0.113.0/24"]),
            proxies: networks(&["10.0.0.0/8", "2001:db8::/32"]),
            ..Question::default()
        };
        let fit = |peer: &'static [u8], forwarded: Option<&'static [u8]>| {
            question.fit(&Entry { client: Some(peer), forwarded, ..entry() })
        };
        assert_eq!(fit(b"10.0.0.1", Some(b"203.0.113.5")), Fit::Meets);
        assert_eq!(fit(b"10.0.0.1", Some(b"1.1.1.1, 203.0.113.5,10.9.9.9, 2001:db8::7")), Fit::Meets);
        assert_eq!(fit(b"10.0.0.1", Some(b"203.0.113.5, 1.1.1.1")), Fit::Other, "what the client itself wrote");
        assert_eq!(fit(b"198.51.100.1", Some(b"203.0.113.5")), Fit::Other, "not a proxy of ours");
        assert_eq!(fit(b"10.0.0.1", None), Fit::Unclear);
        assert_eq!(fit(b"10.0.0.1", Some(b"-")), Fit::Unclear);
        assert_eq!(fit(b"10.0.0.1", Some(b"unknown, 10.1.1.1")), Fit::Unclear);
    }

    #[test]
    fn the_first_group_is_the_key() {
        let key = |pattern: &str, object: &'static [u8]| {
            let question = Question { object: Some(Regex::new(pattern).unwrap()), ..Question::default() };
            question.key(object, question.places().as_mut()).map(|key| String::from_utf8_lossy(key).into_owned())
        };
        assert_eq!(key("^/photo/([0-9]+)", b"/photo/123?w=9").as_deref(), Some("123"));
        assert_eq!(key("^/photo/[0-9]+", b"/photo/123?w=9").as_deref(), Some("/photo/123"));
        assert_eq!(key("^/(?:a(x)|b)", b"/b"), None, "the group took no part");
        assert_eq!(key("^/photo/", b"/index"), None);
    }
}
