//! One request as a log tells it, and what it says was sent.

/// One request, borrowed from the line that tells it. What a format doesn't have is `None`; what a line leaves open
/// with a dash is empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Entry<'a> {
    /// When the answer ended, in seconds since 1970.
    pub at: Option<i64>,
    /// The peer's address, as written.
    pub client: Option<&'a [u8]>,
    /// X-Forwarded-For.
    pub forwarded: Option<&'a [u8]>,
    /// The names of who asked: one for most formats, an identity's several for audit trails; empty where there are
    /// fewer.
    pub principals: Option<[&'a [u8]; 5]>,
    /// The user agent.
    pub agent: Option<&'a [u8]>,
    /// The method; empty if the request was none that has one, and of what names an object if the log doesn't say.
    pub method: &'a [u8],
    /// The status; 0 if the line has none.
    pub status: u16,
    /// What was asked for: a request's target, or an object's key.
    pub object: Option<&'a [u8]>,
    /// How much was sent.
    pub sent: Sent,
    /// The size of the whole object, where the line states it.
    pub size: Option<u64>,
    /// The first and the last byte of the part that was sent.
    pub range: Option<(u64, u64)>,
    /// An identifier that no other request has; else empty.
    pub id: &'a [u8],
    /// Whether the object went elsewhere than to the client: a copy within a store, a query over it.
    pub elsewhere: bool,
    /// Whether the answer broke off on its way, as the line says.
    pub broken: bool,
    /// Whether this entry does not show that requests for objects were logged at its time: an event of an audit trail
    /// that records those apart, and only if somebody switched that on.
    pub aside: bool,
}

/// How many bytes were sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sent {
    /// Of the body.
    Body(u64),
    /// Of the body with the header before it.
    Whole(u64),
    /// The log doesn't say.
    #[default]
    Unknown,
}

impl Sent {
    /// The most that the body can be; `None` if unknown. A header has at least a byte.
    pub fn body(self) -> Option<u64> {
        match self {
            Self::Body(bytes) => Some(bytes),
            Self::Whole(bytes) => Some(bytes.saturating_sub(1)),
            Self::Unknown => None,
        }
    }
}

/// What an entry says was sent of its object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Nothing of it: refused, not found, no body.
    Nothing,
    /// As much as there was, this many bytes; less if the connection broke.
    Whole(u64),
    /// A part: where it begins if that is known, and how many bytes.
    Part(Option<u64>, u64),
    /// Something that can't be told from the log: a copy elsewhere, an answer to what is not a plain request for it,
    /// a confirmation that the client has it already.
    Doubtful,
}

impl Entry<'_> {
    /// What the entry says was sent. A method other than GET counts like GET if the question `names` it.
    pub fn delivery(&self, named: bool) -> Delivery {
        let plain = named || self.method == b"GET";
        let sends_nothing = match self.method {
            b"HEAD" => true,
            _ if plain => false,
            // Where something was asked for, the log doesn't say how.
            b"" => self.object.is_none(),
            method => matches!(method, b"PUT" | b"DELETE" | b"OPTIONS" | b"TRACE" | b"CONNECT"),
        };
        if sends_nothing {
            return Delivery::Nothing;
        }
        match self.of_status() {
            Delivery::Nothing => Delivery::Nothing,
            sent if plain && !self.elsewhere => sent,
            _ => Delivery::Doubtful,
        }
    }

    fn of_status(&self) -> Delivery {
        let body = self.sent.body();
        match self.status {
            304 => Delivery::Doubtful,
            206 => body.map_or(Delivery::Doubtful, |sent| self.part(sent)),
            204 | 205 => Delivery::Nothing,
            200..=299 => match body {
                None => Delivery::Doubtful,
                Some(0) if self.size != Some(0) => Delivery::Nothing,
                Some(sent) if self.broken => Delivery::Part(None, sent),
                Some(sent) => Delivery::Whole(sent),
            },
            // The client went away, or the line has no status: whatever was sent is a part.
            0 | 460 | 499 => match body {
                None => Delivery::Doubtful,
                Some(0) => Delivery::Nothing,
                Some(sent) => Delivery::Part(None, sent),
            },
            _ => Delivery::Nothing,
        }
    }

    fn part(&self, sent: u64) -> Delivery {
        match self.range {
            _ if sent == 0 => Delivery::Nothing,
            Some((first, last)) => Delivery::Part(Some(first), sent.min(last.saturating_sub(first).saturating_add(1))),
            None => Delivery::Part(None, sent),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(status: u16, sent: Sent) -> Entry<'static> {
        Entry { method: b"GET", status, sent, ..Entry::default() }
    }

    #[test]
    fn a_body_that_was_sent_is_told_from_none() {
        assert_eq!(get(200, Sent::Body(9)).delivery(false), Delivery::Whole(9));
        assert_eq!(get(200, Sent::Body(0)).delivery(false), Delivery::Nothing);
        assert_eq!(get(200, Sent::Unknown).delivery(false), Delivery::Doubtful);
        assert_eq!(get(304, Sent::Body(0)).delivery(false), Delivery::Doubtful);
        for status in [204, 301, 302, 403, 404, 416, 500] {
            assert_eq!(get(status, Sent::Body(162)).delivery(false), Delivery::Nothing, "{status}");
        }
        let broken = Entry { broken: true, ..get(200, Sent::Body(9)) };
        assert_eq!(broken.delivery(false), Delivery::Part(None, 9));
        let empty = Entry { size: Some(0), ..get(200, Sent::Body(0)) };
        assert_eq!(empty.delivery(false), Delivery::Whole(0), "an object of no bytes was sent whole");
    }

    #[test]
    fn a_range_is_no_longer_than_it_was_asked_for_or_sent() {
        let range = |sent| Entry { range: Some((100, 199)), ..get(206, Sent::Body(sent)) }.delivery(false);
        assert_eq!(range(100), Delivery::Part(Some(100), 100));
        assert_eq!(range(40), Delivery::Part(Some(100), 40));
        assert_eq!(range(900), Delivery::Part(Some(100), 100));
        assert_eq!(range(0), Delivery::Nothing);
        assert_eq!(get(206, Sent::Body(7)).delivery(false), Delivery::Part(None, 7));
        assert_eq!(get(499, Sent::Body(7)).delivery(false), Delivery::Part(None, 7));
    }

    #[test]
    fn what_is_no_plain_request_for_an_object_is_certain_only_if_the_question_names_it() {
        let post = Entry { method: b"POST", ..get(200, Sent::Body(9)) };
        assert_eq!((post.delivery(false), post.delivery(true)), (Delivery::Doubtful, Delivery::Whole(9)));
        let put = Entry { method: b"PUT", ..get(200, Sent::Body(9)) };
        assert_eq!((put.delivery(false), put.delivery(true)), (Delivery::Nothing, Delivery::Whole(9)));
        let open = Entry { method: b"", object: Some(b"/a"), ..get(200, Sent::Body(9)) };
        assert_eq!(open.delivery(false), Delivery::Doubtful, "the log names no method");
        assert_eq!(Entry { object: None, ..open }.delivery(false), Delivery::Nothing);
        assert_eq!(get(0, Sent::Unknown).delivery(false), Delivery::Doubtful, "neither status nor bytes");
        let head = Entry { method: b"HEAD", ..get(200, Sent::Body(9)) };
        assert_eq!(head.delivery(true), Delivery::Nothing, "an answer to HEAD has no body");
        let copy = Entry { elsewhere: true, ..get(200, Sent::Body(9)) };
        assert_eq!(copy.delivery(true), Delivery::Doubtful);
    }
}
