//! One way to write what can be written in many.

use std::borrow::Cow;

/// The text written one way: escapes resolved, letters and digits of full width narrow.
pub(super) fn plain(text: &str, is_form: bool) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    if is_form && text.contains(['%', '+']) {
        text = Cow::Owned(of_form(&text));
    }
    if text.contains("\\u") || text.contains("\\/") {
        text = Cow::Owned(unescaped(&text));
    }
    if text.contains("&#") {
        text = Cow::Owned(without_references(&text));
    }
    if !text.is_ascii() {
        text = Cow::Owned(narrow(&text));
    }
    text
}

/// `%E5`, `+` (WHATWG URL, 5.1).
fn of_form(text: &str) -> String {
    let (mut bytes, mut out) = (text.as_bytes().iter(), Vec::with_capacity(text.len()));
    while let Some(byte) = bytes.next() {
        let hex = |at: usize| bytes.as_slice().get(at).and_then(|byte| char::from(*byte).to_digit(16));
        out.push(match (byte, hex(0), hex(1)) {
            (b'+', ..) => b' ',
            (b'%', Some(high), Some(low)) => {
                bytes.nth(1);
                u8::try_from(high * 16 + low).unwrap_or(b'%')
            }
            _ => *byte,
        });
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// `\u5c71`, `\/` (RFC 8259, 7).
fn unescaped(text: &str) -> String {
    let (mut out, mut rest, mut high) = (String::with_capacity(text.len()), text, None);
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let escape = &rest[at..];
        let unit = escape.strip_prefix("\\u").and_then(|hex| u16::from_str_radix(hex.get(..4)?, 16).ok());
        rest = match unit {
            Some(unit) => {
                let units = high.take().into_iter().chain([unit]);
                match char::decode_utf16(units).next() {
                    Some(Ok(character)) => out.push(character),
                    _ => high = Some(unit),
                }
                &escape[6..]
            }
            None => {
                let end = escape.char_indices().nth(2).map_or(escape.len(), |(end, _)| end);
                out.push_str(if escape.starts_with("\\/") { "/" } else { &escape[..end] });
                &escape[end..]
            }
        };
    }
    out + rest
}

/// `&#x5c71;`, `&#23665;`.
fn without_references(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find("&#") {
        out.push_str(&rest[..at]);
        let name = rest[at + 2..].split_once(';').filter(|(name, _)| name.len() <= 8);
        let number = name.and_then(|(name, _)| match name.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => name.parse().ok(),
        });
        match (number.and_then(char::from_u32), name) {
            (Some(character), Some((_, behind))) => {
                out.push(character);
                rest = behind;
            }
            _ => {
                out.push_str("&#");
                rest = &rest[at + 2..];
            }
        }
    }
    out + rest
}

fn narrow(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        out.push(match character {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(character as u32 - 0xfee0).unwrap_or(character),
            '\u{3000}' | '\u{a0}' => ' ',
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            // The sign that makes a vowel long stands for a hyphen between digits.
            '\u{30fc}' if out.ends_with(|before: char| before.is_ascii_digit()) => '-',
            other => other,
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_in_many_spellings_is_one() {
        for (spelt, is_form) in [
            ("山田 03-1234 12/27", false),
            ("山田　０３−１２３４　１２／２７", false),
            ("\\u5c71\\u7530 03-1234 12\\/27", false),
            ("&#x5c71;&#30000; 03-1234 12/27", false),
            ("%E5%B1%B1%E7%94%B0+03-1234+12%2F27", true),
            ("山田 03ー1234 12/27", false),
        ] {
            assert_eq!(plain(spelt, is_form), "山田 03-1234 12/27", "{spelt}");
        }
        assert_eq!(
            plain("\\ud83d\\ude00 \\ud83d \\n \\ &#; &#xzz; 100%", false),
            "😀 \u{0} \\n \\ &#; &#xzz; 100%".replace('\u{0}', "")
        );
    }
}
