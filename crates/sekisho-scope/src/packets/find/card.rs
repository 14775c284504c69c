//! Numbers of payment cards: digits of a length and with a beginning that issuers use, with the check digit of ISO/IEC
//! 7812-1, and an expiry beside them.

use std::sync::LazyLock;

use regex::Regex;

/// How cards group their digits.
const GROUPS: [&[usize]; 5] = [&[4, 4, 4, 4, 3], &[4, 4, 4, 4], &[4, 6, 5], &[4, 6, 4], &[4, 4, 4, 1]];

/// How far an expiry may be from its number, in bytes.
const BESIDE: usize = 64;

/// One number.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Card {
    pub(super) digits: String,
    pub(super) has_expiry: bool,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Shows every card's number in a text.
pub(super) fn each(text: &str, mut see: impl FnMut(Card)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(start) = bytes[at..].iter().position(u8::is_ascii_digit).map(|next| at + next) {
        let run = run(bytes, start);
        at = start + run;
        if !begins(bytes, start) {
            continue;
        }
        if let Some((digits, end)) = bare(bytes, start, run).or_else(|| grouped(bytes, start, run)) {
            see(Card { digits, has_expiry: expires(text, start, end), start, end });
            at = end;
        }
    }
}

fn run(bytes: &[u8], start: usize) -> usize {
    bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// Not amid a longer number: a decimal fraction, a chain of groups.
fn begins(bytes: &[u8], start: usize) -> bool {
    let before = |count: usize| start.checked_sub(count).map(|at| bytes[at]);
    match before(1) {
        Some(b'.' | b'-' | b'_') => !before(2).is_some_and(|byte| byte.is_ascii_digit()),
        Some(byte) => !byte.is_ascii_alphanumeric() || matches!(before(2), Some(b'\\')),
        None => true,
    }
}

fn ends(bytes: &[u8], end: usize) -> bool {
    !bytes.get(end).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

fn bare(bytes: &[u8], start: usize, run: usize) -> Option<(String, usize)> {
    let end = start + run;
    let digits = bytes[start..end].iter().map(|byte| char::from(*byte)).collect();
    ((13..=19).contains(&run) && ends(bytes, end) && is_card(&bytes[start..end])).then_some((digits, end))
}

fn grouped(bytes: &[u8], start: usize, run: usize) -> Option<(String, usize)> {
    let separator = *bytes.get(start + run).filter(|byte| matches!(byte, b' ' | b'-'))?;
    GROUPS.iter().find_map(|groups| {
        let (mut digits, mut at) = (Vec::new(), start);
        for (nth, length) in groups.iter().enumerate() {
            if nth > 0 {
                at = (bytes.get(at) == Some(&separator)).then_some(at + 1)?;
            }
            let group = bytes.get(at..at + length)?;
            group.iter().all(u8::is_ascii_digit).then(|| digits.extend_from_slice(group))?;
            at += length;
        }
        let is_chained = separator == b'-' && bytes.get(at) == Some(&b'-');
        (!is_chained && ends(bytes, at) && is_card(&digits))
            .then(|| (String::from_utf8(digits).unwrap_or_default(), at))
    })
}

fn is_card(digits: &[u8]) -> bool {
    is_issued(digits) && luhn(digits) && digits.iter().any(|digit| *digit != digits[1])
}

/// Beginnings and lengths that the networks publish.
fn is_issued(digits: &[u8]) -> bool {
    let first = |count: usize| digits[..count].iter().fold(0u32, |number, digit| number * 10 + u32::from(digit - b'0'));
    let length = digits.len();
    match first(4) {
        4000..=4999 => matches!(length, 13 | 16 | 19),
        5100..=5599 | 2221..=2720 => length == 16,
        3400..=3499 | 3700..=3799 => length == 15,
        3528..=3589 => (16..=19).contains(&length),
        3000..=3059 | 3095 | 3600..=3699 | 3800..=3999 => matches!(length, 14 | 16),
        6011 | 6440..=6599 | 6200..=6299 | 8100..=8171 => (16..=19).contains(&length),
        _ => false,
    }
}

fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(nth, digit)| {
            let digit = u32::from(digit - b'0') << (nth % 2);
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Month and year with a sign between, year first or last; or four digits right behind the number, which are the
/// next field.
static EXPIRY: LazyLock<Regex> = LazyLock::new(|| {
    let month = "(?:0[1-9]|1[0-2])";
    let apart = format!("{month} ?[/-] ?(?:20)?[1-4][0-9]|20[1-4][0-9] ?[/-] ?{month}");
    let behind = format!(r#"^["']?[,;:|\t ]{{1,2}}["']?{month}[1-4][0-9]"#);
    Regex::new(&format!("(?:(?:^|[^0-9/-])(?:{apart})|{behind})(?:[^0-9/-]|$)")).expect("a pattern of our own")
});

fn expires(text: &str, start: usize, end: usize) -> bool {
    let behind = &text[end..text.floor_char_boundary(end + BESIDE)];
    let behind = behind.split('\n').next().unwrap_or("");
    let before = &text[text.floor_char_boundary(start.saturating_sub(BESIDE / 2))..start];
    let before = before.rsplit('\n').next().unwrap_or("");
    // What stands behind another number is that one's.
    let is_own = |text: &str| text.bytes().filter(u8::is_ascii_digit).count() < 13;
    let own = |text: &str| EXPIRY.find(text).is_some_and(|found| is_own(&text[..found.start()]));
    own(behind) || (own(before) && is_own(before))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cards(text: &str) -> Vec<(String, bool)> {
        let mut all = Vec::new();
        each(text, |card| all.push((card.digits, card.has_expiry)));
        all
    }

    #[test]
    fn numbers_of_all_networks_are_found_bare_and_grouped() {
        for (text, digits) in [
            ("4111111111111111", "4111111111111111"),
            ("card 4111-1111-1111-1111.", "4111111111111111"),
            ("5555 5555 5555 4444 12/30", "5555555555554444"),
            ("3782 822463 10005", "378282246310005"),
            ("(30569309025904)", "30569309025904"),
            ("JCB 3530111333300000,", "3530111333300000"),
            ("6011111111111117", "6011111111111117"),
            ("2223003122003222", "2223003122003222"),
        ] {
            assert_eq!(cards(text).iter().map(|card| card.0.as_str()).collect::<Vec<_>>(), [digits], "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_one_is_none() {
        for text in [
            "4111111111111112",
            "0000000000000000",
            "1234567812345670",
            "41111111111111110",
            "0.4111111111111111",
            "1234-4111-1111-1111-1111",
            "4111-1111-1111-1111-1",
            "id4111111111111111",
            "411111111111111",
            "2021042000000000",
        ] {
            assert_eq!(cards(text), [], "{text}");
        }
    }

    #[test]
    fn an_expiry_beside_a_number_is_its_own() {
        for (text, expires) in [
            ("4111111111111111,12/27", true),
            ("4111111111111111,山田 太郎,2027-12,x", true),
            ("\"4111111111111111\",\"1227\"", true),
            ("4111111111111111,太郎,1227", false),
            ("12/27 4111111111111111", true),
            ("4111111111111111,2021-04-20", false),
            ("4111111111111111\n12/27", false),
            ("4111111111111111,13/27", false),
        ] {
            assert_eq!(cards(text), [("4111111111111111".into(), expires)], "{text}");
        }
        let two = cards("4111111111111111,5555555555554444,12/27");
        assert_eq!([two[0].1, two[1].1], [false, true]);
    }
}
