//! What is known of one object: everything that was sent of it, and what follows.
//!
//! All of it is kept so that the order in which requests come makes no difference.

use crate::entry::Delivery;

/// What a record adds to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Class {
    /// A whole answer to somebody who is not asked about: it tells the size.
    Witness,
    /// As much as there was.
    Whole,
    /// A part.
    Part,
    /// Something that can't be told.
    Doubtful,
    /// Asked for, and nothing sent.
    Nothing,
    /// Sent to somebody of whom it isn't clear whether they are asked about.
    Unclear,
}

impl Class {
    pub(crate) const ALL: [Self; 6] =
        [Self::Witness, Self::Whole, Self::Part, Self::Doubtful, Self::Nothing, Self::Unclear];

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// What one request adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) class: Class,
    pub(crate) bytes: u64,
    pub(crate) first: Option<u64>,
    /// The object's size, if the request's line states it.
    pub(crate) stated: Option<u64>,
}

impl Share {
    /// What an entry adds that is what the question asks for.
    pub(crate) fn of(delivery: Delivery, stated: Option<u64>) -> Self {
        let (class, bytes, first) = match delivery {
            Delivery::Nothing => (Class::Nothing, 0, None),
            Delivery::Whole(bytes) => (Class::Whole, bytes, None),
            Delivery::Part(first, bytes) => (Class::Part, bytes, first),
            Delivery::Doubtful => (Class::Doubtful, 0, None),
        };
        Self { class, bytes, first, stated }
    }
}

/// Parts of an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Parts {
    /// Beginning and end of each, in order, none touching another.
    pub(crate) spans: Vec<(u64, u64)>,
    /// The longest whose beginning nobody knows.
    pub(crate) loose: u64,
}

impl Parts {
    /// Adds the bytes from `start` up to `end`, which is not among them.
    pub(crate) fn add(&mut self, start: u64, end: u64) {
        let from = self.spans.partition_point(|span| span.1 < start);
        let to = self.spans.partition_point(|span| span.0 <= end);
        let within = &self.spans[from..to];
        let start = within.first().map_or(start, |span| span.0.min(start));
        let end = within.last().map_or(end, |span| span.1.max(end));
        self.spans.splice(from..to, [(start, end)]);
    }

    /// Whether they, and the first `head` bytes, make up all of `size`.
    fn cover(&self, head: u64, size: u64) -> bool {
        let reach = |reach: u64, span: &(u64, u64)| if span.0 <= reach { reach.max(span.1) } else { reach };
        self.spans.iter().fold(head, reach) >= size || self.loose >= size
    }
}

/// In which set an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// A whole body, or parts that add up to one.
    Sent,
    /// A part, or something that can't be told from the log.
    Possibly,
    /// Sent to somebody of whom the log doesn't say whether they are asked about.
    CannotTell,
}

impl Verdict {
    /// All three, the surest first.
    pub const ALL: [Self; 3] = [Self::Sent, Self::Possibly, Self::CannotTell];
}

/// No size was stated.
const NONE: u64 = u64::MAX;

/// What is known of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Object {
    /// Requests that sent something of it, or may have.
    pub(crate) requests: u32,
    /// Requests of which it isn't clear whether they are asked about.
    pub(crate) unclear: u32,
    classes: u8,
    /// The longest whole answer.
    full: u64,
    /// The longest whole answer to others.
    witness: u64,
    /// The largest size that a line states.
    stated: u64,
    parts: Option<Box<Parts>>,
}

impl Default for Object {
    fn default() -> Self {
        Self { requests: 0, unclear: 0, classes: 0, full: 0, witness: 0, stated: NONE, parts: None }
    }
}

impl Object {
    /// Adds what a request brought; how often it is counted is another matter.
    pub(crate) fn add(&mut self, share: &Share) {
        self.classes |= share.class.bit();
        self.state(share.stated);
        match (share.class, share.first) {
            (Class::Witness, _) => self.witness = self.witness.max(share.bytes),
            (Class::Whole, _) => self.full = self.full.max(share.bytes),
            (Class::Part, _) if share.bytes == 0 => {}
            (Class::Part, Some(first)) => self.parts_mut().add(first, first.saturating_add(share.bytes)),
            (Class::Part, None) => {
                let parts = self.parts_mut();
                parts.loose = parts.loose.max(share.bytes);
            }
            _ => {}
        }
    }

    /// Takes note of a size.
    pub(crate) fn state(&mut self, size: Option<u64>) {
        if let Some(size) = size {
            self.stated = if self.stated == NONE { size } else { self.stated.max(size) };
        }
    }

    fn parts_mut(&mut self) -> &mut Parts {
        self.parts.get_or_insert_default()
    }

    fn has(&self, class: Class) -> bool {
        self.classes & class.bit() != 0
    }

    /// Its size and whether somebody knew it: a line or a list, or an answer to somebody else.
    fn size(&self) -> Option<u64> {
        match (self.stated, self.witness) {
            (NONE, 0) => None,
            (NONE, witness) => Some(witness),
            (stated, _) => Some(stated),
        }
    }

    /// In which set it is, and whether its size was unknown where that made it certain.
    pub(crate) fn verdict(&self) -> Option<(Verdict, bool)> {
        let head = if self.has(Class::Whole) { self.full } else { 0 };
        let is_whole = match (self.size(), &self.parts) {
            (None, _) => self.has(Class::Whole),
            (Some(size), _) if self.has(Class::Whole) && head >= size => true,
            (Some(size), Some(parts)) => parts.cover(head, size),
            (Some(_), None) => false,
        };
        if is_whole {
            return Some((Verdict::Sent, self.size().is_none()));
        }
        let partly = [Class::Whole, Class::Part, Class::Doubtful].into_iter().any(|class| self.has(class));
        let verdict = if partly { Some(Verdict::Possibly) } else { None };
        verdict.or(self.has(Class::Unclear).then_some(Verdict::CannotTell)).map(|verdict| (verdict, false))
    }

    /// Adds what is known of the same object elsewhere.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.requests = self.requests.saturating_add(other.requests);
        self.unclear = self.unclear.saturating_add(other.unclear);
        self.classes |= other.classes;
        (self.full, self.witness) = (self.full.max(other.full), self.witness.max(other.witness));
        self.state(Some(other.stated).filter(|size| *size != NONE));
        if let Some(parts) = &other.parts {
            parts.spans.iter().for_each(|(start, end)| self.parts_mut().add(*start, *end));
            self.parts_mut().loose = self.parts_mut().loose.max(parts.loose);
        }
    }

    /// Bytes that it takes beyond itself.
    pub(crate) fn weight(&self) -> usize {
        self.parts.as_ref().map_or(0, |parts| 48 + parts.spans.capacity() * 16)
    }

    /// Writes it down, to be read by [`Object::load`].
    pub(crate) fn save(&self, out: &mut Vec<u8>) {
        let spans = self.parts.as_ref().map_or(&[][..], |parts| &parts.spans);
        let loose = self.parts.as_ref().map_or(0, |parts| parts.loose);
        let counts = [u64::from(self.requests), u64::from(self.unclear), u64::from(self.classes)];
        let numbers = [self.full, self.witness, self.stated, loose, spans.len() as u64];
        let spans = spans.iter().flat_map(|(start, end)| [*start, *end]);
        counts.into_iter().chain(numbers).chain(spans).for_each(|number| out.extend_from_slice(&number.to_le_bytes()));
    }

    /// Reads what [`Object::save`] wrote, from `next`, which gives one number after the other.
    pub(crate) fn load(mut next: impl FnMut() -> u64) -> Self {
        let [requests, unclear, classes] =
            [next(), next(), next()].map(|number| u32::try_from(number).unwrap_or(u32::MAX));
        let [full, witness, stated, loose, count] = [next(), next(), next(), next(), next()];
        let spans: Vec<_> = (0..count).map(|_| (next(), next())).collect();
        let parts = (loose > 0 || !spans.is_empty()).then(|| Box::new(Parts { spans, loose }));
        #[allow(clippy::cast_possible_truncation, reason = "six bits")]
        Self { requests, unclear, classes: classes as u8, full, witness, stated, parts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn share(class: Class, bytes: u64, first: Option<u64>, stated: Option<u64>) -> Share {
        Share { class, bytes, first, stated }
    }

    fn verdict(shares: &[Share]) -> Option<(Verdict, bool)> {
        let mut object = Object::default();
        shares.iter().for_each(|share| object.add(share));
        object.verdict()
    }

    #[test]
    fn a_smaller_body_is_a_part_where_the_size_is_known() {
        let whole = |bytes| share(Class::Whole, bytes, None, None);
        let sized = |bytes| share(Class::Whole, bytes, None, Some(1000));
        assert_eq!(verdict(&[whole(500)]), Some((Verdict::Sent, true)), "nobody knew the size");
        assert_eq!(verdict(&[sized(999)]), Some((Verdict::Possibly, false)));
        assert_eq!(verdict(&[sized(1000)]), Some((Verdict::Sent, false)));
        let other = share(Class::Witness, 1000, None, None);
        assert_eq!(verdict(&[whole(500), other]), Some((Verdict::Possibly, false)), "somebody else got more");
        assert_eq!(verdict(&[whole(1000), other]), Some((Verdict::Sent, false)));
        assert_eq!(verdict(&[other]), None);
    }

    #[test]
    fn parts_that_add_up_are_a_whole_and_a_hole_is_none() {
        let part = |first, bytes| share(Class::Part, bytes, Some(first), Some(1000));
        assert_eq!(verdict(&[part(500, 500), part(0, 500)]), Some((Verdict::Sent, false)));
        assert_eq!(verdict(&[part(501, 499), part(0, 500)]), Some((Verdict::Possibly, false)));
        let broken = share(Class::Whole, 600, None, None);
        assert_eq!(verdict(&[part(600, 400), broken]), Some((Verdict::Sent, false)), "the beginning came by itself");
        assert_eq!(verdict(&[share(Class::Part, 1000, None, Some(1000))]), Some((Verdict::Sent, false)));
        assert_eq!(verdict(&[share(Class::Part, 1000, Some(0), None)]), Some((Verdict::Possibly, false)));
    }

    #[test]
    fn the_surest_verdict_counts() {
        let of = |class| share(class, 0, None, None);
        assert_eq!(verdict(&[of(Class::Nothing)]), None);
        assert_eq!(verdict(&[of(Class::Unclear), of(Class::Nothing)]), Some((Verdict::CannotTell, false)));
        assert_eq!(verdict(&[of(Class::Unclear), of(Class::Doubtful)]), Some((Verdict::Possibly, false)));
    }

    fn any_share() -> impl Strategy<Value = Share> {
        let class = (0usize..6).prop_map(|at| Class::ALL[at]);
        (class, 0u64..40, proptest::option::of(0u64..40), proptest::option::of(0u64..60))
            .prop_map(|(class, bytes, first, stated)| Share { class, bytes, first, stated })
    }

    proptest! {
        #[test]
        fn order_and_writing_down_make_no_difference(shares in proptest::collection::vec(any_share(), 0..12), cut in 0usize..12) {
            let of = |shares: &mut dyn Iterator<Item = &Share>| {
                let mut object = Object::default();
                shares.for_each(|share| object.add(share));
                object
            };
            let whole = of(&mut shares.iter());
            prop_assert_eq!(&of(&mut shares.iter().rev()), &whole);
            let cut = cut.min(shares.len());
            let (mut left, right) = (of(&mut shares[..cut].iter()), of(&mut shares[cut..].iter()));
            let mut bytes = Vec::new();
            right.save(&mut bytes);
            let mut numbers = bytes.chunks_exact(8).map(|chunk| u64::from_le_bytes(chunk.try_into().unwrap()));
            left.merge(&Object::load(|| numbers.next().unwrap()));
            prop_assert_eq!(left, whole);
        }

        #[test]
        fn spans_hold_exactly_the_bytes_that_were_added(spans in proptest::collection::vec((0u64..50, 1u64..9), 0..20)) {
            let mut parts = Parts::default();
            spans.iter().for_each(|(start, length)| parts.add(*start, start + length));
            for byte in 0..60 {
                let added = spans.iter().any(|(start, length)| (*start..start + length).contains(&byte));
                prop_assert_eq!(parts.spans.iter().any(|(start, end)| (*start..*end).contains(&byte)), added);
            }
            prop_assert!(parts.spans.windows(2).all(|pair| pair[0].1 < pair[1].0));
        }
    }
}
