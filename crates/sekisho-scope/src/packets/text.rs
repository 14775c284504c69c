//! From a content's bytes to text in blocks that a search can take one by one: decoded, and written one way.

use std::borrow::Cow;

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8};
use zeroize::Zeroizing;

use super::{http::Head, spelling::plain};

/// Blocks are about so long.
const BLOCK: usize = 256 * 1024;

/// Where no line ends, blocks overlap by so much.
const OVERLAP: usize = 16 * 1024;

/// A piece of text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block<'t> {
    pub(super) text: &'t str,
    /// Whether what stands at its beginning may have begun before.
    pub(super) is_cut_before: bool,
    /// Whether what stands at its end may go on.
    pub(super) is_cut_behind: bool,
    /// Whether it belongs to a text of which nothing came yet.
    pub(super) is_new: bool,
    /// Whether the text before it, and behind it, lies elsewhere, if anywhere: it is part of an object.
    pub(super) is_part: (bool, bool),
}

impl<'t> Block<'t> {
    /// A text of which there is no more.
    pub(super) const fn whole(text: &'t str) -> Self {
        Self { text, is_cut_before: false, is_cut_behind: false, is_new: true, is_part: (false, false) }
    }
}

/// Makes text of bytes.
pub(super) struct Text {
    said: Option<&'static Encoding>,
    is_form: bool,
    decoder: Option<Decoder>,
    pending: Zeroizing<String>,
    is_cut: bool,
    is_new: bool,
    is_part: (bool, bool),
}

impl Text {
    /// For a content that a head describes.
    pub(super) fn of(head: &Head) -> Self {
        let kind = head.text("content-type").unwrap_or("").to_ascii_lowercase();
        let said = kind.split(';').skip(1).find_map(|parameter| parameter.trim().strip_prefix("charset="));
        let said = said.and_then(|label| Encoding::for_label(label.trim_matches(['"', '\'']).as_bytes()));
        let is_form = kind.starts_with("application/x-www-form-urlencoded");
        Self {
            said,
            is_form,
            decoder: None,
            pending: Zeroizing::default(),
            is_cut: false,
            is_new: true,
            is_part: (false, false),
        }
    }

    /// All of a short content at once.
    pub(super) fn all(head: &Head, bytes: &[u8]) -> Zeroizing<String> {
        let (mut text, mut decoded) = (Zeroizing::<String>::default(), Self::of(head));
        let mut take = |block: Block<'_>| text.push_str(block.text);
        decoded.push(bytes, true, &mut take);
        decoded.finish(&mut take);
        text
    }

    /// The same, of which the object's beginning, or its end, lies elsewhere.
    pub(super) fn part(self, is_part: (bool, bool)) -> Self {
        Self { is_part, ..self }
    }

    /// Adds bytes; `is_new` says that something is missing before them.
    pub(super) fn push(&mut self, bytes: &[u8], is_new: bool, see: &mut dyn FnMut(Block<'_>)) {
        if is_new {
            self.finish(see);
        }
        let said = self.said;
        let decoder = self.decoder.get_or_insert_with(|| said.unwrap_or_else(|| sniffed(bytes)).new_decoder());
        decode(decoder, bytes, false, &mut self.pending);
        while self.pending.len() >= BLOCK {
            match memchr::memrchr(b'\n', self.pending.as_bytes()) {
                Some(end) => self.show(end + 1, false, false, see),
                None if self.pending.len() >= 4 * BLOCK => self.show(self.pending.len(), true, false, see),
                None => break,
            }
        }
    }

    /// Shows what is left.
    pub(super) fn finish(&mut self, see: &mut dyn FnMut(Block<'_>)) {
        if let Some(mut decoder) = self.decoder.take() {
            decode(&mut decoder, b"", true, &mut self.pending);
        }
        if !self.pending.is_empty() {
            self.show(self.pending.len(), false, true, see);
        }
        (self.is_cut, self.is_new) = (false, true);
    }

    fn show(&mut self, end: usize, is_cut_behind: bool, is_last: bool, see: &mut dyn FnMut(Block<'_>)) {
        let text = plain(&self.pending[..end], self.is_form);
        let is_part = (self.is_part.0 && self.is_new, self.is_part.1 && is_last);
        see(Block { text: &text, is_cut_before: self.is_cut, is_cut_behind, is_new: self.is_new, is_part });
        if let Cow::Owned(text) = text {
            drop(Zeroizing::new(text));
        }
        let keep = if is_cut_behind { self.pending.floor_char_boundary(end - OVERLAP) } else { end };
        // What is left is moved, so that what was shown is wiped with what it lay in.
        self.pending = Zeroizing::new(self.pending[keep..].to_owned());
        (self.is_cut, self.is_new) = (is_cut_behind, false);
    }
}

/// What the text says of itself: a mark at its beginning, or a page's `<meta charset>`.
fn sniffed(bytes: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding;
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).to_ascii_lowercase();
    let said = head.split_once("<meta").and_then(|(_, meta)| meta.split_once("charset=")).map(|(_, label)| label);
    let label = said.map(|label| label.trim_start_matches(['"', '\'']));
    let label = label.and_then(|label| label.split(['"', '\'', ';', '>', ' ', '/']).next());
    label.and_then(|label| Encoding::for_label(label.as_bytes())).unwrap_or(UTF_8)
}

fn decode(decoder: &mut Decoder, mut bytes: &[u8], is_last: bool, into: &mut String) {
    loop {
        into.reserve(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(BLOCK).clamp(64, 4 * BLOCK));
        let (result, read, _) = decoder.decode_to_string(bytes, into, is_last);
        bytes = &bytes[read..];
        if result == CoderResult::InputEmpty {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &mut Text, pieces: &[&[u8]]) -> Vec<(String, bool, bool)> {
        let mut all = Vec::new();
        let mut see = |block: Block<'_>| all.push((block.text.to_owned(), block.is_cut_before, block.is_cut_behind));
        pieces.iter().for_each(|piece| text.push(piece, false, &mut see));
        text.finish(&mut see);
        all
    }

    fn text(said: Option<&'static Encoding>) -> Text {
        Text { said, ..Text::of(&Head::default()) }
    }

    #[test]
    fn a_character_that_lies_in_two_pieces_is_read_in_every_charset() {
        for encoding in [encoding_rs::SHIFT_JIS, encoding_rs::EUC_JP, encoding_rs::ISO_2022_JP, UTF_8] {
            let (bytes, ..) = encoding.encode("東京都千代田区1-1");
            let (first, second) = bytes.split_at(5);
            assert_eq!(
                all(&mut text(Some(encoding)), &[first, second])[0].0,
                "東京都千代田区1-1",
                "{}",
                encoding.name()
            );
        }
        let (bytes, ..) = encoding_rs::SHIFT_JIS.encode("<meta charset=\"Shift_JIS\">東京都");
        assert!(all(&mut text(None), &[&bytes])[0].0.ends_with("東京都"));
    }

    #[test]
    fn lines_are_not_cut_and_a_text_without_lines_overlaps() {
        let lines = "x".repeat(99) + "\n";
        let whole = lines.repeat(8000);
        let pieces: Vec<_> = whole.as_bytes().chunks(70_000).collect();
        let blocks = all(&mut text(None), &pieces);
        assert!(blocks.len() > 1 && blocks.iter().all(|block| block.0.ends_with('\n') && !block.1 && !block.2));
        assert_eq!(blocks.iter().map(|block| block.0.len()).sum::<usize>(), whole.len());
        let long = "0123456789".repeat(300_000);
        let pieces: Vec<_> = long.as_bytes().chunks(70_000).collect();
        let blocks = all(&mut text(None), &pieces);
        let overlaps = blocks.len() - 1;
        assert_eq!(blocks.iter().map(|block| block.0.len()).sum::<usize>(), long.len() + overlaps * OVERLAP);
        assert!(!blocks[0].1 && blocks[0].2 && blocks[overlaps].1 && !blocks[overlaps].2);
    }
}
