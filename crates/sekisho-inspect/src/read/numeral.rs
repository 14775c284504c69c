//! Numbers as they stand in dates: digits, 元, 一九九〇, 二十五.

/// A number and how many letters it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numeral {
    /// Its value.
    pub value: u16,
    /// How many letters it takes.
    pub letters: usize,
    /// How many digits it was written with; 0 if it was written in words.
    pub digits: usize,
}

/// The number that folded letters begin with; nothing if they begin with none, or with one above 9,999.
pub fn numeral(letters: &[char]) -> Option<Numeral> {
    digits(letters).or_else(|| first_year(letters)).or_else(|| in_words(letters))
}

fn digits(letters: &[char]) -> Option<Numeral> {
    let count = letters.iter().take_while(|letter| letter.is_ascii_digit()).count();
    if count == 0 || count > 4 {
        return None;
    }
    let value =
        letters[..count].iter().filter_map(|letter| letter.to_digit(10)).fold(0, |so_far, one| so_far * 10 + one);
    Some(Numeral { value: u16::try_from(value).ok()?, letters: count, digits: count })
}

/// 元年 is the first year.
fn first_year(letters: &[char]) -> Option<Numeral> {
    (letters.first() == Some(&'元')).then_some(Numeral { value: 1, letters: 1, digits: 0 })
}

fn in_words(letters: &[char]) -> Option<Numeral> {
    let count = letters.iter().take_while(|letter| place(**letter).is_some() || digit(**letter).is_some()).count();
    let word = &letters[..count];
    let value = if word.iter().any(|letter| place(*letter).is_some()) { counted(word)? } else { positional(word)? };
    Some(Numeral { value, letters: count, digits: 0 })
}

/// 一九九〇: each letter a digit.
fn positional(word: &[char]) -> Option<u16> {
    let fits = (1..=4).contains(&word.len());
    fits.then(|| word.iter().filter_map(|letter| digit(*letter)).fold(0, |so_far, one| so_far * 10 + one))
}

/// 千九百九十, 二十五: digits count what follows them.
fn counted(word: &[char]) -> Option<u16> {
    let (mut sum, mut one, mut above) = (0_u16, None, u16::MAX);
    for letter in word {
        match (digit(*letter), place(*letter)) {
            (Some(value), _) if one.is_none() && value > 0 => one = Some(value),
            // Places fall: 十百 is no number.
            (None, Some(worth)) if worth < above => {
                sum += one.take().unwrap_or(1) * worth;
                above = worth;
            }
            _ => return None,
        }
    }
    sum.checked_add(one.unwrap_or(0))
}

const fn place(letter: char) -> Option<u16> {
    Some(match letter {
        '十' => 10,
        '百' => 100,
        '千' => 1_000,
        _ => return None,
    })
}

const fn digit(letter: char) -> Option<u16> {
    Some(match letter {
        '〇' => 0,
        '一' | '壱' => 1,
        '二' | '弐' => 2,
        '三' | '参' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value(text: &str) -> Option<(u16, usize)> {
        numeral(&text.chars().collect::<Vec<_>>()).map(|found| (found.value, found.letters))
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for (text, expected) in [
            ("1990年", (1990, 4)),
            ("07月", (7, 2)),
            ("元年", (1, 1)),
            ("一九九〇年", (1990, 4)),
            ("二十五年", (25, 3)),
            ("十日", (10, 1)),
            ("十一日", (11, 2)),
            ("三十日", (30, 2)),
            ("六十四年", (64, 3)),
            ("三五年", (35, 2)),
            ("千九百九十年", (1990, 5)),
        ] {
            assert_eq!(value(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", "年", "12345", "十百", "二三十", "〇十", "一二三四五"] {
            assert_eq!(value(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fall(text in "[〇一二三四五六七八九十百千0-9元]{0,12}") {
            value(&text);
        }
    }
}
