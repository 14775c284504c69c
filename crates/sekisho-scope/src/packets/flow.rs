//! Connections: the segments between two ends, apart by their beginnings.

use super::segment::{ACK, SYN, Segment};

/// Cuts the segments of a pair of ends, in the order of time, where a connection begins anew.
pub(super) fn connections<'s, 'a>(segments: &'s [Segment<'a>]) -> Vec<&'s [Segment<'a>]> {
    let (mut all, mut start) = (Vec::new(), 0);
    let (mut first, mut is_used) = ([None; 2], false);
    for (at, segment) in segments.iter().enumerate() {
        if segment.has(SYN) {
            let known = &mut first[usize::from(segment.from)];
            let is_new = match *known {
                // Before anything was said, a second answer is one to the same question.
                Some(seq) => seq != segment.seq && (is_used || !segment.has(ACK)),
                None => is_used && !segment.has(ACK),
            };
            if is_new {
                all.push(&segments[start..at]);
                (start, is_used, first) = (at, false, [None; 2]);
            }
            first[usize::from(segment.from)] = Some(segment.seq);
        }
        is_used |= segment.length > 0;
    }
    all.push(&segments[start..]);
    all
}

/// Which end opened the connection, if that was captured.
pub(super) fn opener(connection: &[Segment<'_>]) -> Option<u8> {
    let syn = connection.iter().find(|segment| segment.has(SYN))?;
    Some(if syn.has(ACK) { 1 - syn.from } else { syn.from })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(from: u8, seq: u32, flags: u8, data: &'static [u8]) -> Segment<'static> {
        Segment { at: 0, from, seq, ack: 0, flags, length: data.len() as u32, data }
    }

    #[test]
    fn a_port_that_is_used_again_is_another_connection() {
        let all = [
            segment(0, 10, SYN, b""),
            segment(0, 10, SYN, b""),
            segment(1, 50, SYN | ACK, b""),
            segment(0, 11, ACK, b"a"),
            segment(0, 900, SYN, b""),
            segment(1, 700, SYN | ACK, b""),
            segment(0, 901, ACK, b"b"),
        ];
        let connections = connections(&all);
        assert_eq!(connections.iter().map(|part| part.len()).collect::<Vec<_>>(), [4, 3]);
        assert_eq!((opener(connections[0]), opener(&all[2..4]), opener(&all[3..4])), (Some(0), Some(0), None));
    }

    #[test]
    fn a_second_answer_to_the_same_question_opens_no_other_connection() {
        let all = [
            segment(0, 10, SYN, b""),
            segment(1, 50, SYN | ACK, b""),
            segment(1, 70, SYN | ACK, b""),
            segment(0, 11, ACK, b"a"),
            segment(1, 90, SYN | ACK, b""),
        ];
        assert_eq!(connections(&all).iter().map(|part| part.len()).collect::<Vec<_>>(), [4, 1]);
    }

    #[test]
    fn one_that_was_found_midway_ends_where_the_next_begins() {
        let all = [segment(1, 5, ACK, b"x"), segment(0, 10, SYN, b""), segment(1, 50, SYN | ACK, b"")];
        assert_eq!(connections(&all).len(), 2);
        let late = [segment(1, 50, SYN | ACK, b""), segment(0, 10, SYN, b""), segment(0, 11, ACK, b"a")];
        assert_eq!(connections(&late).len(), 1, "the answer was captured before the question");
    }
}
