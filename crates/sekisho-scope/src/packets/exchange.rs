//! Requests and their responses over one connection, held against the question, and searched.

use std::io;

use super::{
    counts::Counts,
    http::{Body, Head, Message, Talk},
    listing::Line,
    payload, question,
    ranges::{Joint, Said},
    search::{Context, Known, Searched},
    segment::{Host, NO_TIME},
    stream::Stream,
};
use crate::{object::Verdict, question::Fit};

/// Both ends of a connection, the client first, and what it is held against.
pub(super) struct Side<'s> {
    pub(super) ends: [Host; 2],
    pub(super) streams: [&'s Stream; 2],
    pub(super) context: &'s Context<'s>,
}

/// A request that is asked about, or may be. Its responses share what is known of it.
struct Asked<'t> {
    /// `None` if it was not captured, or it can't be told which it is.
    request: Option<&'t Message>,
    /// When it began; of one that was not captured, when its response did.
    at: i64,
    /// Whether it meets the conditions for certain.
    is_sure: bool,
    /// The stores it reaches, a bit for each.
    stores: u32,
}

impl<'t> Asked<'t> {
    fn known(&self) -> Known<'t> {
        Known { target: self.request.map_or(b"", |request| &request.head.target), stores: self.stores }
    }

    /// Why it isn't certain that this is asked about.
    fn why(&self) -> Option<&'static str> {
        match (self.request, self.is_sure) {
            (_, false) => Some("unclear"),
            (None, true) => Some("unpaired"),
            (Some(_), true) => None,
        }
    }
}

/// Whether a response is one: interim ones (1xx) are not.
fn is_final(answer: &Message) -> bool {
    answer.head.status >= 200 || answer.head.status == 101
}

impl Side<'_> {
    /// Counts and searches what was said.
    pub(super) fn each(&self, talk: &Talk, counts: &mut Counts) -> io::Result<()> {
        self.account(&talk.requests, self.streams[0], counts);
        self.account(&talk.responses, self.streams[1], counts);
        if !self.context.plan.question.is_between(self.ends[0], self.ends[1]) {
            counts.exchanges.other +=
                (talk.requests.all.len() + talk.answers.iter().filter(|at| at.is_none()).count()) as u64;
            return Ok(());
        }
        let of = |asked: Option<usize>| {
            let answers = talk.responses.all.iter().zip(&talk.answers).filter(move |(_, of)| **of == asked);
            answers.map(|(response, _)| response)
        };
        for (at, request) in talk.requests.all.iter().enumerate() {
            self.exchange(Some(request), &of(Some(at)).collect::<Vec<_>>(), counts)?;
        }
        of(None).try_for_each(|response| self.exchange(None, &[response], counts))?;
        self.lost(&talk.requests, 0, counts)?;
        self.lost(&talk.responses, 1, counts)
    }

    /// When a message was captured, from its first byte to its last.
    fn span(&self, message: &Message, end: usize) -> (i64, i64) {
        let time = |at: usize| self.streams[end].time(at).unwrap_or(NO_TIME);
        (time(message.range.start), time(message.range.end.saturating_sub(1)))
    }

    fn exchange(&self, request: Option<&Message>, answers: &[&Message], counts: &mut Counts) -> io::Result<()> {
        let spans = request.map(|request| self.span(request, 0)).into_iter();
        let spans = spans.chain(answers.iter().map(|answer| self.span(answer, 1)));
        let span = spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or((NO_TIME, NO_TIME));
        let head = request.map(|request| &request.head);
        if let (Some(head), Some(logged)) = (head, self.context.logged) {
            let second = |nanos: i64| nanos.div_euclid(1_000_000_000);
            logged.meet(head.method.as_bytes(), &head.target, second(span.0), second(span.1));
        }
        let asked = question::Exchange { span, request: head };
        match self.context.plan.question.fit(&asked, self.context.windows) {
            Fit::OutOfWindow => counts.exchanges.out_of_window += 1,
            Fit::Other => counts.exchanges.other += 1,
            fit => {
                let (is_sure, stores) = (fit == Fit::Meets, request.map_or(0, |request| self.stores(request)));
                return self.asked(&Asked { request, at: span.0, is_sure, stores }, answers, counts);
            }
        }
        Ok(())
    }

    /// The stores that a request reaches.
    fn stores(&self, request: &Message) -> u32 {
        let body: Vec<u8> = parts(&request.body, &self.streams[0].bytes).take(64 * 1024).copied().collect();
        self.context.plan.stores.reached(&request.head.target, &body)
    }

    fn asked(&self, asked: &Asked<'_>, answers: &[&Message], counts: &mut Counts) -> io::Result<()> {
        *(if asked.is_sure { &mut counts.exchanges.meet } else { &mut counts.exchanges.unclear }) += 1;
        counts.requests += u64::from(asked.request.is_some());
        counts.responses += answers.len() as u64;
        counts.of_stores(asked.stores, |store| store.requests += 1);
        if asked.request.is_some() && !answers.iter().any(|answer| is_final(answer)) {
            counts.exchanges.unanswered += 1;
            counts.open("unanswered", asked.stores);
            self.context.list_unread(&Line { why: &["unanswered"], ..self.line("response", asked) })?;
        } else if let Some(why) = asked.why() {
            counts.exchanges.unpaired += u64::from(why == "unpaired");
            counts.untold(why, 1);
        }
        if let Some(request) = asked.request.filter(|_| self.context.plan.requests) {
            self.request(request, asked, counts)?;
        }
        answers.iter().try_for_each(|answer| self.answer(answer, asked, counts))
    }

    /// What a line tells that is the same for a request and its responses.
    fn line<'t>(&self, what: &'static str, asked: &Asked<'t>) -> Line<'t> {
        let head = asked.request.map_or((&b""[..], &b""[..]), |request| {
            let Head { method, target, .. } = &request.head;
            (method.as_bytes(), target)
        });
        Line { ends: Some(self.ends), asked: head, stores: asked.stores, ..Line::at(asked.at, what) }
    }

    /// Searches what was sent to the server.
    fn request(&self, request: &Message, asked: &Asked<'_>, counts: &mut Counts) -> io::Result<()> {
        let target = self.context.search_target(&request.head, asked.known())?;
        let set = if asked.is_sure { Verdict::Sent } else { Verdict::Possibly };
        if asked.is_sure {
            self.context.sightings.confirm(target.place);
        }
        let line = Line { is_in_path: target.is_in_path, ..self.line("target", asked) };
        self.context.list(target.place, set, false, &line)?;
        let (body, why) = self.search(request, 0, asked)?;
        counts.open_if(why, asked.stores);
        self.list(request, "request", (body, why), asked)
    }

    /// Searches what the server sent.
    fn answer(&self, answer: &Message, asked: &Asked<'_>, counts: &mut Counts) -> io::Result<()> {
        *counts.statuses.entry(answer.head.status).or_default() += 1;
        let (body, why) = self.search(answer, 1, asked)?;
        counts.open_if(why, asked.stores);
        match why {
            None if answer.body.parts.is_empty() => {}
            None => {
                counts.bodies.whole += 1;
                counts.of_stores(asked.stores, |store| store.whole += 1);
            }
            Some(_) => counts.bodies.partial += 1,
        }
        self.list(answer, "response", (body, why), asked)?;
        if let (Some(said), Some(request)) = (Said::by(&answer.head), asked.request) {
            let is_sure = asked.is_sure && why.is_none();
            if !self.join(answer, &said, request, (asked, is_sure, body)) {
                counts.untold("parts_not_joined", 1);
            }
        }
        Ok(())
    }

    /// Lists a message, unless it has no body.
    fn list(
        &self,
        message: &Message,
        what: &'static str,
        (body, why): (Searched, Option<&'static str>),
        asked: &Asked<'_>,
    ) -> io::Result<()> {
        if why.is_none() && message.body.parts.is_empty() {
            return Ok(());
        }
        let set = if asked.is_sure && why.is_none() { Verdict::Sent } else { Verdict::Possibly };
        let why: Vec<_> = asked.why().into_iter().chain(why).collect();
        let (status, is_in_path) = (message.head.status, body.is_in_path);
        self.context.list(body.place, set, true, &Line { status, is_in_path, why: &why, ..self.line(what, asked) })
    }

    /// Keeps the edges of a part of an object, and says whether there was room.
    fn join(
        &self,
        answer: &Message,
        said: &Said,
        request: &Message,
        (asked, is_sure, body): (&Asked<'_>, bool, Searched),
    ) -> bool {
        // What is compressed was searched as far as it could be, and a body with holes has no edges that are sure.
        if answer.body.why.is_some() || !answer.head.list("content-encoding").is_empty() {
            return true;
        }
        let server = [&self.ends[1].address.to_be_bytes()[..], &self.ends[1].port.to_be_bytes()].concat();
        let object = [&server, &request.head.target[..]].concat();
        let bytes = || parts(&answer.body, &self.streams[1].bytes).copied();
        let line = Line { is_in_path: body.is_in_path, status: answer.head.status, ..self.line("seam", asked) };
        let line = self.context.listing.map(|listing| listing.text(&line)).unwrap_or_default();
        let joint = Joint { object: &object, is_sure, stores: asked.stores, line };
        self.context.parts.add(joint, (&answer.head, said), (bytes(), bytes().rev()))
    }

    /// Searches a body, and says why it isn't whole.
    fn search(&self, message: &Message, end: usize, asked: &Asked<'_>) -> io::Result<(Searched, Option<&'static str>)> {
        let (bytes, Message { head, body, .. }) = (&self.streams[end].bytes, message);
        let mut why = None;
        let searched = self.context.search(head, asked.known(), |see| {
            why = payload::read(bytes, head, body, self.context.plan.content, see);
        })?;
        // Whether a content can be read to its end shows only there, and what it holds counts by that.
        let why = why.or(several_parts(head));
        if asked.is_sure && why.is_none() {
            self.context.sightings.confirm(searched.place);
        }
        Ok((searched, why))
    }
}

/// Several parts of an object in one body (RFC 9110, 14.6): searched as it is, and a record that one of them begins may be
/// taken for another.
fn several_parts(head: &Head) -> Option<&'static str> {
    let kind = head.text("content-type").unwrap_or("").to_ascii_lowercase();
    (head.status == 206 && kind.starts_with("multipart/byteranges")).then_some("several_parts")
}

fn parts<'b>(body: &'b Body, bytes: &'b [u8]) -> impl DoubleEndedIterator<Item = &'b u8> {
    body.parts.iter().flat_map(|part| &bytes[part.clone()])
}
