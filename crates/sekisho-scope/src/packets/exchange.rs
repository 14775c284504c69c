//! Requests and their responses over one connection, held against the question, and searched.

use std::{cell::RefCell, io};

use zeroize::Zeroizing;

use super::{
    counts::{Counts, more},
    find::{Kinds, Table},
    http::{Body, Head, Message, Messages, Talk},
    payload,
    question::{self, Question, Windows, time},
    ranges::{Parts, Said},
    segment::{Host, NO_TIME},
    sightings::{Sighting, Sightings},
    stores::Stores,
    stream::Stream,
    text::{Block, Text},
    windows::Logged,
};
use crate::question::Fit;

/// What is the same for all connections.
pub(super) struct Context<'r> {
    pub(super) question: &'r Question,
    pub(super) windows: &'r Windows,
    pub(super) kinds: &'r Kinds,
    pub(super) stores: &'r Stores,
    pub(super) sightings: &'r Sightings<'r>,
    pub(super) parts: &'r Parts,
    pub(super) logged: Option<&'r Logged>,
    /// Whether requests are searched too.
    pub(super) requests: bool,
    /// A content is read so far, in bytes.
    pub(super) content: u64,
}

/// Both ends of a connection, the client first.
pub(super) struct Side<'s> {
    pub(super) ends: [Host; 2],
    pub(super) streams: [&'s Stream; 2],
}

impl Side<'_> {
    /// Counts and searches what was said.
    pub(super) fn each(&self, talk: &Talk, context: &Context<'_>, counts: &mut Counts) -> io::Result<()> {
        self.account(&talk.requests, self.streams[0], counts);
        self.account(&talk.responses, self.streams[1], counts);
        if !context.question.is_between(self.ends[0], self.ends[1]) {
            counts.exchanges.other +=
                (talk.requests.all.len() + talk.answers.iter().filter(|at| at.is_none()).count()) as u64;
            return Ok(());
        }
        for (at, request) in talk.requests.all.iter().enumerate() {
            let answers = talk.responses.all.iter().zip(&talk.answers);
            let answers: Vec<_> = answers.filter(|(_, of)| **of == Some(at)).map(|(response, _)| response).collect();
            self.exchange(Some(request), &answers, context, counts)?;
        }
        for (response, _) in talk.responses.all.iter().zip(&talk.answers).filter(|(_, of)| of.is_none()) {
            self.exchange(None, &[response], context, counts)?;
        }
        self.lost(&talk.requests, self.streams[0], context.requests, context, counts)?;
        self.lost(&talk.responses, self.streams[1], true, context, counts)
    }

    fn account(&self, messages: &Messages, stream: &Stream, counts: &mut Counts) {
        let mut lost = 0;
        for (range, why) in &messages.lost {
            lost += range.len() as u64;
            more(&mut counts.payload.unread, why, range.len() as u64);
        }
        counts.payload.http += stream.bytes.len() as u64 - lost;
    }

    /// When a message was captured, from its first byte to its last.
    fn span(&self, message: &Message, end: usize) -> (i64, i64) {
        let time = |at: usize| self.streams[end].time(at).unwrap_or(NO_TIME);
        (time(message.range.start), time(message.range.end.saturating_sub(1)))
    }

    fn exchange(
        &self,
        request: Option<&Message>,
        answers: &[&Message],
        context: &Context<'_>,
        counts: &mut Counts,
    ) -> io::Result<()> {
        let spans = request.map(|request| self.span(request, 0)).into_iter();
        let spans = spans.chain(answers.iter().map(|answer| self.span(answer, 1)));
        let span = spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or((NO_TIME, NO_TIME));
        let head = request.map(|request| &request.head);
        if let (Some(head), Some(logged)) = (head, context.logged) {
            let second = |nanos: i64| nanos.div_euclid(1_000_000_000);
            logged.meet(head.method.as_bytes(), &head.target, second(span.0), second(span.1));
        }
        let fit = context.question.fit(&question::Exchange { span, request: head }, context.windows);
        match fit {
            Fit::OutOfWindow => counts.exchanges.out_of_window += 1,
            Fit::Other => counts.exchanges.other += 1,
            Fit::Unclear | Fit::Meets => return self.asked(request, answers, fit == Fit::Meets, context, counts),
        }
        Ok(())
    }

    fn asked(
        &self,
        request: Option<&Message>,
        answers: &[&Message],
        is_sure: bool,
        context: &Context<'_>,
        counts: &mut Counts,
    ) -> io::Result<()> {
        let stores = request.map_or(0, |request| {
            let body: Vec<u8> = parts(&request.body, &self.streams[0].bytes).take(64 * 1024).copied().collect();
            context.stores.reached(&request.head.target, &body)
        });
        *(if is_sure { &mut counts.exchanges.meet } else { &mut counts.exchanges.unclear }) += 1;
        counts.requests += u64::from(request.is_some());
        counts.responses += answers.len() as u64;
        counts.of_stores(stores, |store| store.requests += 1);
        match (request, is_sure) {
            (Some(_), _) if !answers.iter().any(|answer| answer.head.status >= 200 || answer.head.status == 101) => {
                counts.exchanges.unanswered += 1;
                counts.open("unanswered", stores);
            }
            (None, true) => {
                counts.exchanges.unpaired += 1;
                counts.untold("unpaired", 1);
            }
            (_, false) => counts.untold("unclear", 1),
            _ => {}
        }
        if let Some(request) = request.filter(|_| context.requests) {
            context.search_target(&request.head, is_sure, stores)?;
            if let Some(why) = self.search(request, 0, is_sure, stores, context)? {
                counts.open(why, stores);
            }
        }
        for answer in answers {
            *counts.statuses.entry(answer.head.status).or_default() += 1;
            self.answer(request, answer, (is_sure, stores), context, counts)?;
        }
        Ok(())
    }

    fn answer(
        &self,
        request: Option<&Message>,
        answer: &Message,
        (is_sure, stores): (bool, u32),
        context: &Context<'_>,
        counts: &mut Counts,
    ) -> io::Result<()> {
        let why = self.search(answer, 1, is_sure, stores, context)?;
        match why {
            None if answer.body.parts.is_empty() => {}
            None => {
                counts.bodies.whole += 1;
                counts.of_stores(stores, |store| store.whole += 1);
            }
            Some(why) => {
                counts.bodies.partial += 1;
                counts.open(why, stores);
            }
        }
        if let (Some(said), Some(request)) = (Said::by(&answer.head), request) {
            let server = [&self.ends[1].address.to_be_bytes()[..], &self.ends[1].port.to_be_bytes()].concat();
            let object = [&server, &request.head.target[..]].concat();
            let bytes = || parts(&answer.body, &self.streams[1].bytes).copied();
            let sighting = (is_sure && why.is_none(), stores);
            // What is compressed was searched as far as it could be, and a body with holes has no edges that are sure.
            let has_edges = answer.body.why.is_none() && answer.head.list("content-encoding").is_empty();
            if has_edges && !context.parts.add((&object, &answer.head, &said), sighting, (bytes(), bytes().rev())) {
                counts.untold("parts_not_joined", 1);
            }
        }
        Ok(())
    }

    /// Searches a body, and says why it isn't whole.
    fn search(
        &self,
        message: &Message,
        end: usize,
        is_sure: bool,
        stores: u32,
        context: &Context<'_>,
    ) -> io::Result<Option<&'static str>> {
        let (bytes, Message { head, body, .. }) = (&self.streams[end].bytes, message);
        // Whether a content can be read to its end shows only there, and what it holds counts by that.
        let why = payload::read(bytes, head, body, context.content, &mut |_, _| {});
        let why = why.or(several_parts(head));
        let sighting = (is_sure && why.is_none(), stores);
        context.search(head, sighting, |see| {
            payload::read(bytes, head, body, context.content, see);
        })?;
        Ok(why)
    }

    /// What belongs to no message that could be read is searched as it is: what it holds was sent, but nobody can tell
    /// in answer to what.
    fn lost(
        &self,
        messages: &Messages,
        stream: &Stream,
        is_searched: bool,
        context: &Context<'_>,
        counts: &mut Counts,
    ) -> io::Result<()> {
        let at = |at: usize| stream.time(at).unwrap_or(NO_TIME);
        let last = stream.bytes.len().saturating_sub(1);
        for (behind, is_beginning) in &messages.missing {
            // From the byte before it to the one behind; of a beginning, nobody knows how long ago that was.
            let span = (at(behind.saturating_sub(1)), at((*behind).min(last)));
            if time(span, context.windows) != Fit::OutOfWindow {
                counts.untold(if *is_beginning { "found_midway" } else { "messages_lost" }, 1);
            }
        }
        for (range, why) in &messages.lost {
            if time((at(range.start), at(range.end - 1)), context.windows) == Fit::OutOfWindow {
                continue;
            }
            counts.untold(why, 1);
            if is_searched {
                context.search_raw(&stream.bytes[range.clone()], 0)?;
            }
        }
        Ok(())
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

impl Context<'_> {
    /// Searches bytes of which nothing else is known.
    pub(super) fn search_raw(&self, bytes: &[u8], stores: u32) -> io::Result<()> {
        self.search(&Head::default(), (false, stores), |see| see(bytes, true))
    }

    /// Searches where parts of one object meet. What stands at the outer ends of such a seam is in the parts.
    pub(super) fn search_seams(&self) -> io::Result<()> {
        self.parts.each_seam(|head, (is_confirmed, stores), seam| {
            let mut text = String::new();
            let mut decoded = Text::of(head);
            let mut take = |block: Block<'_>| text.push_str(block.text);
            decoded.push(seam, true, &mut take);
            decoded.finish(&mut take);
            let text = Zeroizing::new(text);
            let cut =
                Block { text: &text, is_cut_before: true, is_cut_behind: true, is_new: true, is_part: (false, false) };
            let mut failed = Ok(());
            self.kinds.each(cut, &mut Table::default(), &mut |kind, value, is_rich, _| {
                let added = self.sightings.add(Sighting { kind, is_confirmed, is_rich, stores }, value);
                if added.is_err() {
                    failed = added;
                }
            });
            failed
        })
    }

    fn search_target(&self, head: &Head, is_confirmed: bool, stores: u32) -> io::Result<()> {
        let form = (String::from("content-type"), b"application/x-www-form-urlencoded".to_vec());
        let form = Head { fields: vec![form], ..Head::default() };
        self.search(&form, (is_confirmed, stores), |see| see(&head.target, true))
    }

    /// Searches what `read` hands over.
    fn search(
        &self,
        head: &Head,
        (is_confirmed, stores): (bool, u32),
        read: impl FnOnce(&mut dyn FnMut(&[u8], bool)),
    ) -> io::Result<()> {
        let failed = RefCell::new(Ok(()));
        let mut table = Table::default();
        let mut see = |block: Block<'_>| {
            self.kinds.each(block, &mut table, &mut |kind, value, is_rich, is_all| {
                let is_confirmed = is_confirmed && is_all;
                let added = self.sightings.add(Sighting { kind, is_confirmed, is_rich, stores }, value);
                if added.is_err() {
                    *failed.borrow_mut() = added;
                }
            });
        };
        let is_part = Said::by(head).map_or((false, false), |said| (!said.begins, !said.ends));
        let mut text = Text::of(head).part(is_part);
        read(&mut |bytes, is_new| text.push(bytes, is_new, &mut see));
        text.finish(&mut see);
        failed.into_inner()
    }
}
