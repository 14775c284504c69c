//! The fields of a line: between tabs, or between blanks and then perhaps in quotes.

/// The fields that are left.
#[derive(Debug, Clone)]
pub(super) struct Split<'l> {
    rest: Option<&'l [u8]>,
    tabs: bool,
}

impl<'l> Split<'l> {
    /// Of a line. One with a tab has its fields between tabs, and blanks within them.
    pub(super) fn new(line: &'l [u8]) -> Self {
        let tabs = memchr::memchr(b'\t', line).is_some();
        Self { rest: Some(if tabs { line } else { line.trim_ascii() }), tabs }
    }

    /// Whether they stand between tabs.
    pub(super) fn has_tabs(&self) -> bool {
        self.tabs
    }
}

impl<'l> Iterator for Split<'l> {
    type Item = &'l [u8];

    fn next(&mut self) -> Option<&'l [u8]> {
        let text = self.rest.take()?;
        if let Some(inner) = text.strip_prefix(b"\"").filter(|_| !self.tabs)
            && let Some((field, rest)) = quoted(inner)
        {
            self.rest = rest;
            return Some(field);
        }
        let end = memchr::memchr(if self.tabs { b'\t' } else { b' ' }, text);
        self.rest = end.map(|end| &text[end + 1..]).map(|rest| if self.tabs { rest } else { rest.trim_ascii_start() });
        Some(&text[..end.unwrap_or(text.len())])
    }
}

/// What stands before the closing quote, behind which a blank follows or nothing, and what is behind that. A quote within
/// is doubled.
fn quoted(text: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    let mut from = 0;
    while let Some(end) = memchr::memchr(b'"', text.get(from..)?).map(|at| from + at) {
        match text[end + 1..] {
            [] => return Some((&text[..end], None)),
            [b' ', ref rest @ ..] => return Some((&text[..end], Some(rest.trim_ascii_start()))),
            [b'"', ..] => from = end + 2,
            _ => from = end + 1,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(line: &str) -> Vec<&str> {
        Split::new(line.as_bytes()).map(|field| std::str::from_utf8(field).unwrap()).collect()
    }

    #[test]
    fn fields_stand_between_tabs_or_blanks_or_in_quotes() {
        assert_eq!(fields("a b - c"), ["a", "b", "-", "c"]);
        assert_eq!(fields(" a  b "), ["a", "b"]);
        assert_eq!(fields("a\tb c\t\t-"), ["a", "b c", "", "-"]);
        assert_eq!(fields("a \"b c\" d"), ["a", "b c", "d"]);
        assert_eq!(fields("a \"b \"\"c\"\" d\""), ["a", "b \"\"c\"\" d"]);
        assert_eq!(fields("\"\" \"\"\"a\"\"\""), ["", "\"\"a\"\""]);
        assert_eq!(fields("a \"b c"), ["a", "\"b", "c"]);
        assert_eq!(fields("\"a\"\tb"), ["\"a\"", "b"]);
        assert_eq!((fields(""), fields("\t")), (vec![""], vec!["", ""]));
    }
}
