//! A body's bytes, from the front on.

/// What isn't read yet. Where it is escaped, each quotation mark has a backslash before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'a, const ESCAPED: bool>(pub(super) &'a [u8]);

/// The 26 characters of an id.
#[derive(Debug, Clone, Copy)]
pub(super) struct Id<'a>(&'a [u8]);

impl<'a, const ESCAPED: bool> Text<'a, ESCAPED> {
    /// Passes over what has to stand here.
    #[inline]
    pub(super) fn eat(&mut self, word: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(word)?;
        Some(())
    }

    #[inline]
    fn quote(&mut self) -> Option<()> {
        self.eat(if ESCAPED { b"\\\"" } else { b"\"" })
    }

    /// Passes over a field's name, up to its value.
    #[inline]
    pub(super) fn name(&mut self, name: &[u8]) -> Option<()> {
        self.quote()?;
        self.eat(name)?;
        self.quote()?;
        self.eat(b":")
    }

    /// A whole number.
    #[inline]
    pub(super) fn number(&mut self) -> Option<u64> {
        let digits = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (number, rest) = self.0.split_at(digits);
        self.0 = rest;
        // More digits than these may be more than fit.
        let fits = (1..=19).contains(&digits);
        fits.then(|| {
            number.iter().fold(0, |sum: u64, digit| sum.wrapping_mul(10).wrapping_add(u64::from(digit - b'0')))
        })
    }

    /// A string in which nothing is escaped.
    #[inline]
    pub(super) fn word(&mut self) -> Option<&'a [u8]> {
        self.quote()?;
        let end = memchr::memchr2(b'"', b'\\', self.0)?;
        let (word, rest) = self.0.split_at(end);
        self.0 = rest;
        self.quote()?;
        Some(word)
    }

    /// The next field, of this name, if its value is a string in which nothing is escaped.
    #[inline]
    pub(super) fn field(&mut self, name: &[u8]) -> Option<&'a [u8]> {
        self.eat(b",")?;
        self.name(name)?;
        self.word()
    }

    /// The next field, of this name, if its value is an id with this prefix.
    #[inline]
    pub(super) fn id(&mut self, name: &[u8], prefix: &[u8]) -> Option<Id<'a>> {
        self.eat(b",")?;
        self.name(name)?;
        self.quote()?;
        self.eat(prefix)?;
        self.eat(b"_")?;
        let (id, rest) = self.0.split_at_checked(26)?;
        self.0 = rest;
        self.quote()?;
        Some(Id(id))
    }
}

/// What each character stands for; 128 for those that stand for nothing (Crockford's base 32, lower case).
const DIGITS: [u8; 256] = {
    let (mut digits, alphabet, mut at) = ([128; 256], b"0123456789abcdefghjkmnpqrstvwxyz", 0);
    while at < alphabet.len() {
        digits[alphabet[at] as usize] = at as u8;
        at += 1;
    }
    digits
};

impl Id<'_> {
    /// The sixteen bytes that they stand for.
    #[inline]
    pub(super) fn bytes(self) -> Option<[u8; 16]> {
        let wrong = self.0.iter().fold(0, |wrong, byte| wrong | DIGITS[*byte as usize]) & 128;
        let number = |some: &[u8]| some.iter().fold(0_u64, |sum, byte| sum << 5 | u64::from(DIGITS[*byte as usize]));
        let (high, middle, low) = (number(&self.0[..2]), number(&self.0[2..14]), number(&self.0[14..]));
        // 26 characters have two bits more than an id.
        let fits = wrong == 0 && high < 256;
        fits.then(|| (u128::from(high) << 120 | u128::from(middle) << 60 | u128::from(low)).to_be_bytes())
    }

    /// 26 characters, and no others.
    pub(super) fn of(text: &[u8]) -> Option<Id<'_>> {
        (text.len() == 26).then_some(Id(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sekisho_core::id::CheckId;

    proptest! {
        #[test]
        fn an_id_is_read_as_its_own_parser_reads_it(bytes: [u8; 16]) {
            let text = CheckId::from_bytes(bytes).to_string();
            prop_assert_eq!(Id::of(&text.as_bytes()[4..]).unwrap().bytes(), Some(bytes));
        }

        #[test]
        fn what_its_own_parser_refuses_is_none(text in "[0-9a-zA-Z]{26}") {
            let known: Option<CheckId> = format!("chk_{text}").parse().ok();
            prop_assert_eq!(Id::of(text.as_bytes()).unwrap().bytes(), known.map(|id| *id.as_bytes()));
        }
    }

    #[test]
    fn a_number_that_does_not_fit_is_none() {
        let number = |text: &'static str| Text::<false>(text.as_bytes()).number();
        assert_eq!(number("1234,"), Some(1234));
        assert_eq!((number(","), number("18446744073709551616")), (None, None));
    }

    #[test]
    fn a_word_with_a_quotation_mark_in_it_is_none() {
        assert_eq!(Text::<false>(br#""ab""#).word(), Some(&b"ab"[..]));
        assert_eq!(Text::<true>(br#"\"ab\""#).word(), Some(&b"ab"[..]));
        assert_eq!(Text::<false>(br#""a\"b""#).word(), None);
        assert_eq!(Text::<true>(br#"\"a\\\"b\""#).word(), None);
    }
}
