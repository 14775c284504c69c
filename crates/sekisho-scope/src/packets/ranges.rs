//! Parts of one object in several responses (RFC 9110, 14): a record that one part begins and the next ends is in
//! neither. Where parts meet, their edges are read together.

use std::{ops::Range, sync::Mutex};

use zeroize::Zeroizing;

use super::http::Head;

/// So much of each edge is kept.
const EDGE: usize = 1024;

/// So many parts are kept.
const MOST: usize = 100_000;

/// The edges of one part. Nothing prints it: it holds what was sent.
struct Part {
    /// Server, target, and what tells one state of the object from another.
    object: Vec<u8>,
    range: (u64, u64),
    /// Whether it was put together whole, and is asked about for certain.
    is_sure: bool,
    stores: u32,
    /// What is listed of it, if it is listed.
    line: Vec<u8>,
    content_type: Vec<u8>,
    first: Zeroizing<Vec<u8>>,
    last: Zeroizing<Vec<u8>>,
}

/// What a part is one of.
pub(super) struct Joint<'j> {
    /// The server and the target.
    pub(super) object: &'j [u8],
    pub(super) is_sure: bool,
    pub(super) stores: u32,
    /// What is listed of it, if it is listed.
    pub(super) line: Vec<u8>,
}

/// A place where two parts meet: the end of one and what follows in the other.
pub(super) struct Seam<'p> {
    /// What is known of the text.
    pub(super) head: Head,
    pub(super) bytes: Zeroizing<Vec<u8>>,
    pub(super) is_sure: bool,
    pub(super) stores: u32,
    /// What is listed of the first part.
    pub(super) line: &'p [u8],
}

/// All parts.
#[derive(Default)]
pub(super) struct Parts(Mutex<Vec<Part>>);

/// What a response says of which part it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) range: Range<u64>,
    /// Whether the object begins, or ends, with it.
    pub(super) begins: bool,
    pub(super) ends: bool,
}

impl Said {
    /// `Content-Range: bytes 0-499/1234`, or with a star for the length.
    pub(super) fn by(head: &Head) -> Option<Self> {
        let text = head.text("content-range").filter(|_| head.status == 206)?.trim().strip_prefix("bytes")?;
        let (range, length) = text.trim_start_matches(['=', ' ']).split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let (first, last) = (first.trim().parse::<u64>().ok()?, last.trim().parse::<u64>().ok()?);
        let end = last.checked_add(1).filter(|end| *end > first)?;
        Some(Self { range: first..end, begins: first == 0, ends: length.trim().parse() == Ok(end) })
    }
}

impl Part {
    /// An order that neither files nor threads decide.
    fn order(&self) -> impl Ord {
        let edges = [&self.first[..], &self.last, &self.content_type];
        (&self.object, self.range, self.is_sure, self.stores, edges, &self.line)
    }

    /// Where it meets the next one, if it does.
    fn seam(&self, next: &Self) -> Option<Seam<'_>> {
        let common = usize::try_from(self.range.1.checked_sub(next.range.0)?).ok()?;
        let behind = next.first.get(common..)?;
        let field = (String::from("content-type"), self.content_type.clone());
        Some(Seam {
            head: Head { fields: vec![field], ..Head::default() },
            bytes: Zeroizing::new([&self.last[..], behind].concat()),
            is_sure: self.is_sure && next.is_sure,
            stores: self.stores | next.stores,
            line: &self.line,
        })
    }
}

impl Parts {
    /// Keeps the edges of a part, and says whether there was room. `bytes` shows it twice, forwards and backwards.
    pub(super) fn add(
        &self,
        joint: Joint<'_>,
        (head, said): (&Head, &Said),
        bytes: (impl Iterator<Item = u8>, impl Iterator<Item = u8>),
    ) -> bool {
        let mut last: Zeroizing<Vec<u8>> = Zeroizing::new(bytes.1.take(EDGE).collect());
        last.reverse();
        let part = Part {
            object: [joint.object, b"\n", state(head)].concat(),
            range: (said.range.start, said.range.end),
            is_sure: joint.is_sure,
            stores: joint.stores,
            line: joint.line,
            content_type: head.all("content-type").next().unwrap_or_default().to_vec(),
            first: Zeroizing::new(bytes.0.take(EDGE).collect()),
            last,
        };
        let mut all = self.0.lock().expect("no thread panicked over a part");
        let has_room = all.len() < MOST;
        if has_room {
            all.push(part);
        }
        has_room
    }

    /// Shows each place where two parts meet.
    pub(super) fn each_seam<E>(&self, mut see: impl FnMut(&Seam<'_>) -> Result<(), E>) -> Result<(), E> {
        let mut all = self.0.lock().expect("no thread panicked over a part");
        all.sort_unstable_by(|a, b| a.order().cmp(&b.order()));
        for of_one in all.chunk_by(|a, b| a.object == b.object) {
            for (at, part) in of_one.iter().enumerate() {
                // The next one that goes further; those before it lie within this one.
                let next = of_one[at + 1..].iter().find(|next| next.range.1 > part.range.1);
                next.and_then(|next| part.seam(next)).map_or(Ok(()), |seam| see(&seam))?;
            }
        }
        Ok(())
    }
}

/// What tells one state of an object from another.
fn state(head: &Head) -> &[u8] {
    let tag = ["etag", "last-modified", "content-range"].into_iter().find_map(|name| head.all(name).next());
    match tag {
        // Without a tag, two parts of one length are taken for parts of the same.
        Some(tag) if head.all("content-range").next() == Some(tag) => tag.rsplit(|byte| *byte == b'/').next(),
        tag => tag,
    }
    .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(range: &str, tag: &str) -> Head {
        let fields = [("content-range", range), ("etag", tag)].map(|(name, value)| (name.into(), value.into()));
        Head {
            status: 206,
            fields: fields.into_iter().filter(|(_, value): &(String, Vec<u8>)| !value.is_empty()).collect(),
            ..Head::default()
        }
    }

    fn seams(parts: &[(&str, &str, &'static [u8])]) -> Vec<String> {
        let all = Parts::default();
        for (range, tag, bytes) in parts {
            let head = head(range, tag);
            let said = Said::by(&head).unwrap();
            let joint = Joint { object: b"x", is_sure: true, stores: 1, line: Vec::new() };
            assert!(all.add(joint, (&head, &said), (bytes.iter().copied(), bytes.iter().rev().copied())));
        }
        let mut seams = Vec::new();
        let see = |seam: &Seam<'_>| {
            seams.push(String::from_utf8_lossy(&seam.bytes).into_owned());
            Ok::<_, ()>(())
        };
        all.each_seam(see).unwrap();
        seams
    }

    #[test]
    fn parts_that_meet_or_overlap_have_a_seam_and_others_have_none() {
        assert_eq!(seams(&[("bytes 5-9/10", "a", b"fghij"), ("bytes 0-4/10", "a", b"abcde")]), ["abcdefghij"]);
        assert_eq!(seams(&[("bytes 0-6/10", "a", b"abcdefg"), ("bytes 5-9/10", "a", b"fghij")]), ["abcdefghij"]);
        assert_eq!(seams(&[("bytes 0-4/10", "a", b"abcde"), ("bytes 5-9/10", "b", b"fghij")]), [""; 0]);
        assert_eq!(seams(&[("bytes 0-3/10", "a", b"abcd"), ("bytes 5-9/10", "a", b"fghij")]), [""; 0]);
        assert_eq!(seams(&[("bytes 0-4/10", "", b"abcde"), ("bytes 5-9/10", "", b"fghij")]), ["abcdefghij"]);
    }

    #[test]
    fn a_part_says_whether_the_object_begins_or_ends_with_it() {
        let said = |text: &str| Said::by(&head(text, "")).map(|said| (said.range, said.begins, said.ends));
        assert_eq!(said("bytes 0-4/10"), Some((0..5, true, false)));
        assert_eq!(said("bytes 5-9/10"), Some((5..10, false, true)));
        assert_eq!(said("bytes 5-9/*"), Some((5..10, false, false)));
        for text in ["bytes 5-4/10", "bytes */10", "lines 0-4/10", "bytes 0-18446744073709551615/*"] {
            assert_eq!(said(text), None, "{text}");
        }
    }
}
