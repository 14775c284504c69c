//! Numbers and ids as an index has them: little-endian, one behind the other.

/// What isn't read yet. Whatever is read from behind its end is nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// Values of `N` bytes each, with their number before them.
    pub(super) fn column<const N: usize>(&mut self) -> Option<&'a [[u8; N]]> {
        let count = self.u32()? as usize;
        let (values, rest) = self.take(count.checked_mul(N)?)?.as_chunks();
        rest.is_empty().then_some(values)
    }

    /// A text with its length before it.
    pub(super) fn text(&mut self) -> Option<&'a str> {
        let length = self.u32()? as usize;
        std::str::from_utf8(self.take(length)?).ok()
    }
}

/// Appends values of `N` bytes each, with their number before them.
pub(super) fn column<const N: usize>(out: &mut Vec<u8>, values: impl ExactSizeIterator<Item = [u8; N]>) {
    number(out, values.len());
    values.for_each(|value| out.extend_from_slice(&value));
}

/// Appends a text with its length before it.
pub(super) fn text(out: &mut Vec<u8>, text: &str) {
    number(out, text.len());
    out.extend_from_slice(text.as_bytes());
}

/// Appends a number of things; a part of a ledger has less of anything than four billion.
pub(super) fn number(out: &mut Vec<u8>, number: usize) {
    out.extend_from_slice(&(number as u32).to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_behind_it() {
        let mut out = Vec::new();
        column(&mut out, [1_u32, 2].iter().map(|value| value.to_le_bytes()));
        text(&mut out, "site-a");
        out.extend(9_u64.to_le_bytes());
        let mut bytes = Bytes(&out);
        assert_eq!(bytes.column(), Some(&[[1, 0, 0, 0], [2, 0, 0, 0]][..]));
        assert_eq!((bytes.text(), bytes.u64(), bytes.u32()), (Some("site-a"), Some(9), None));
        for end in 0..8 {
            assert_eq!(Bytes(&out[..end]).column::<4>(), None, "{end}");
        }
        assert_eq!(Bytes(&[255; 40]).column::<16>(), None);
    }
}
