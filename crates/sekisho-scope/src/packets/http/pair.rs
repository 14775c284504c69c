//! Which request a response answers.

use super::{
    head::{Head, Side},
    message::{Message, Messages, read},
};
use crate::packets::stream::Stream;

/// What was said over one connection.
#[derive(Debug, Default)]
pub(in crate::packets) struct Talk {
    pub(in crate::packets) requests: Messages,
    pub(in crate::packets) responses: Messages,
    /// For each response, which request it answers; `None` if that was not captured or can't be told.
    pub(in crate::packets) answers: Vec<Option<usize>>,
}

impl Talk {
    /// Whether anything was said in HTTP.
    pub(in crate::packets) fn is_http(&self) -> bool {
        !self.requests.all.is_empty() || !self.responses.all.is_empty()
    }
}

/// Reads both directions.
pub(in crate::packets) fn talk(client: &Stream, server: &Stream) -> Talk {
    let requests = read(Side::Requests, client, |_, _, _| None);
    let (mut pairing, mut answers) = (Pairing { client, server, requests: &requests.all, next: 0 }, Vec::new());
    let responses = read(Side::Responses, server, |head, start, after_loss| {
        let answered = pairing.next(head, start, after_loss);
        answers.push(answered);
        answered.map(|at| requests.all[at].head.method.clone())
    });
    Talk { requests, responses, answers }
}

struct Pairing<'t> {
    client: &'t Stream,
    server: &'t Stream,
    requests: &'t [Message],
    /// The first request that may be unanswered.
    next: usize,
}

impl Pairing<'_> {
    fn next(&mut self, head: &Head, start: usize, after_loss: bool) -> Option<usize> {
        let heard = self.server.heard(start);
        // A server answers what it has got: its acknowledgement bounds which requests that can be.
        let is_got = |request: &Message| heard.is_none_or(|heard| heard == 0 || self.begins(request) < heard);
        let open = self.requests[self.next..].iter().take_while(|request| is_got(request)).count();
        let is_lossy =
            after_loss || self.requests[self.next..self.next + open].iter().any(|request| request.after_loss);
        let answered = match (open, is_lossy) {
            (0, _) => None,
            (1, _) | (_, false) => Some(self.next),
            _ => self.last(open),
        };
        if (100..=199).contains(&head.status) && head.status != 101 {
            return answered;
        }
        match (answered, is_lossy) {
            (Some(at), _) => self.next = at + 1,
            (None, true) => self.next += open,
            (None, false) => {}
        }
        answered
    }

    /// Of several that wait where something was lost: the last, if its client had heard more of the server by then than
    /// when it sent the one before. Clients that don't do so (pipelining) leave open which was answered.
    fn last(&self, open: usize) -> Option<usize> {
        let at = self.next + open - 1;
        let heard = |at: usize| self.client.heard(self.requests[at].range.start);
        (heard(at) > heard(at - 1)).then_some(at)
    }

    fn begins(&self, request: &Message) -> i64 {
        self.client.offset(request.range.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packets::{
        segment::{ACK, SYN, Segment},
        stream::streams,
    };

    /// Segments, in turn from the client (true) or the server, or lost ones.
    fn pairs(parts: &[(bool, &'static str, bool)]) -> Vec<Option<usize>> {
        let mut sent = [1u32, 1];
        let start = Segment { at: 0, from: 0, seq: 0, ack: 0, flags: SYN, length: 0, data: b"" };
        let mut all = vec![start, Segment { from: 1, ack: 1, flags: SYN | ACK, ..start }];
        for (nth, (is_client, text, is_captured)) in (1..).zip(parts) {
            let from = usize::from(!is_client);
            let (seq, ack, length) = (sent[from], sent[1 - from], text.len() as u32);
            sent[from] += length;
            if *is_captured {
                all.push(Segment { at: nth, from: from as u8, seq, ack, flags: ACK, length, data: text.as_bytes() });
            }
        }
        let [client, server] = streams(&all);
        talk(&client, &server).answers
    }

    const ASK: &str = "GET / HTTP/1.1\r\n\r\n";
    const TELL: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    #[test]
    fn answers_follow_their_questions() {
        let all = [(true, ASK, true), (true, ASK, true), (false, TELL, true), (false, TELL, true)];
        assert_eq!(pairs(&all), [Some(0), Some(1)]);
        let early = [(true, ASK, true), (false, "HTTP/1.1 103 Hints\r\n\r\n", true), (false, TELL, true)];
        assert_eq!(pairs(&early), [Some(0), Some(0)]);
    }

    #[test]
    fn a_lost_answer_does_not_shift_the_others() {
        let all = [(true, ASK, true), (false, TELL, false), (true, ASK, true), (false, TELL, true)];
        assert_eq!(pairs(&all), [Some(1)]);
        let asked = [(true, ASK, false), (false, TELL, true), (true, ASK, true), (false, TELL, true)];
        assert_eq!(pairs(&asked), [None, Some(0)], "what was asked first was not captured");
        let together = [(true, ASK, true), (true, ASK, true), (false, TELL, false), (false, TELL, true)];
        assert_eq!(pairs(&together), [None], "of two that were sent together, nobody knows which was answered");
    }
}
