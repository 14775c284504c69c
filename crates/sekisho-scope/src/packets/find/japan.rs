//! Telephone numbers and postal addresses as Japan writes them, and mail addresses.

use std::sync::LazyLock;

use regex::Regex;

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of our own")
}

/// With signs between its parts, or bare where nothing else looks like it: a mobile or an IP telephone.
static PHONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:\+81[ -]?\(?0?\)?[ -]?|\(?0)(?:[1-9][0-9]{0,3}\)?[ -][0-9]{1,4}[ -][0-9]{3,4}|[1-9][0-9]{0,3}\)[0-9]{1,4}-[0-9]{4}|[5-9]0[0-9]{8}\b)",
    )
});

/// The number in its national form, without signs; `None` if no such numbers are given out.
pub(super) fn phone(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits = match digits.strip_prefix("81").filter(|_| text.starts_with('+')) {
        Some(rest) => format!("0{}", rest.strip_prefix('0').unwrap_or(rest)),
        None => digits,
    };
    let is_free = digits.starts_with("0120") || digits.starts_with("0570") || digits.starts_with("0990");
    let is_long = ["050", "070", "080", "090"].iter().any(|first| digits.starts_with(first));
    let length = if is_long || digits.starts_with("0800") { 11 } else { 10 };
    (digits.len() == length && !digits.starts_with("00") && (is_free || digits[1..].starts_with(|c| c != '0')))
        .then_some(digits)
}

static MAIL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"[A-Za-z0-9](?:[A-Za-z0-9._%+-]{0,62}[A-Za-z0-9_+-])?@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}\b",
    )
});

/// The 47, a municipality, and a number within it.
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    const PREFECTURES: &str = "東京都|北海道|(?:京都|大阪)府|(?:青森|岩手|宮城|秋田|山形|福島|茨城|栃木|群馬|埼玉|千葉|神奈川|新潟|富山|石川|福井|山梨|長野|岐阜|静岡|愛知|三重|滋賀|兵庫|奈良|和歌山|鳥取|島根|岡山|広島|山口|徳島|香川|愛媛|高知|福岡|佐賀|長崎|熊本|大分|宮崎|鹿児島|沖縄)県";
    let within = r#"[^\s,<>"'|;:。、]"#;
    pattern(&format!(
        r#"(?:{PREFECTURES}) ?{within}{{1,12}}?[市区町村郡] ?{within}{{0,40}}[0-9〇一二三四五六七八九十](?:丁目|番地?|号)?"#
    ))
});

/// A place in a text and the value there, written one way.
pub(super) struct Hit {
    pub(super) value: String,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Shows every telephone number.
pub(super) fn phones(text: &str, mut see: impl FnMut(Hit)) {
    let is_digit = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    for found in PHONE.find_iter(text) {
        let (start, end) = (found.start(), found.end());
        let before = start.checked_sub(1).and_then(|at| text.as_bytes().get(at));
        let is_amid = is_digit(before) || matches!(before, Some(b'-' | b'.')) || is_digit(text.as_bytes().get(end));
        if let Some(value) = phone(found.as_str()).filter(|_| !is_amid) {
            see(Hit { value, start, end });
        }
    }
}

/// Shows every mail address, in small letters.
pub(super) fn mails(text: &str, mut see: impl FnMut(Hit)) {
    for found in MAIL.find_iter(text) {
        see(Hit { value: found.as_str().to_ascii_lowercase(), start: found.start(), end: found.end() });
    }
}

/// Shows every postal address, without blanks.
pub(super) fn addresses(text: &str, mut see: impl FnMut(Hit)) {
    if text.is_ascii() {
        return;
    }
    for found in ADDRESS.find_iter(text) {
        let value = found.as_str().chars().filter(|character| *character != ' ').collect();
        see(Hit { value, start: found.start(), end: found.end() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(each: fn(&str, &mut dyn FnMut(Hit)), text: &str) -> Vec<String> {
        let mut all = Vec::new();
        each(text, &mut |hit| all.push(hit.value));
        all
    }

    #[test]
    fn telephone_numbers_of_japan_are_found_however_they_are_written() {
        for (text, number) in [
            ("03-1234-5678", "0312345678"),
            ("tel:(03)1234-5678", "0312345678"),
            ("+81-90-1234-5678", "09012345678"),
            ("+81 (0)3 1234 5678", "0312345678"),
            ("09012345678,", "09012345678"),
            ("0120-123-456", "0120123456"),
            ("0466-12-3456", "0466123456"),
            ("050-1234-5678", "05012345678"),
        ] {
            assert_eq!(all(|text, see| phones(text, see), text), [number], "{text}");
        }
        for text in ["0312345678", "2021-04-20", "090-1234-567", "103-1234-5678", "00-1234-5678", "03-1234-56789"] {
            assert_eq!(all(|text, see| phones(text, see), text), [""; 0], "{text}");
        }
    }

    #[test]
    fn mail_addresses_are_found_once_in_any_letters() {
        let found = all(|text, see| mails(text, see), "<Taro.Yamada+x@Example.co.jp>, a@b, @example.jp, x@example.jp.");
        assert_eq!(found, ["taro.yamada+x@example.co.jp", "x@example.jp"]);
    }

    #[test]
    fn postal_addresses_need_a_municipality_and_a_number() {
        let found = |text: &str| all(|text, see| addresses(text, see), text);
        assert_eq!(found("〒100-0001 東京都千代田区千代田1-1,x"), ["東京都千代田区千代田1-1"]);
        assert_eq!(found("北海道 札幌市 中央区北一条西2丁目"), ["北海道札幌市中央区北一条西2丁目"].map(String::from));
        assert_eq!(found("京都府京都市上京区藪之内町"), [""; 0]);
        assert_eq!(found("千葉県の天気は晴れ 3度"), [""; 0]);
    }
}
