//! What a My Number is called on paper.

use crate::read::label::places;

/// Its names in Japanese. Letters that are read for one another are told in [`CONFUSED`].
const NAMES: [&str; 2] = ["個人番号", "マイナンバー"];

/// Letters of the names and what readers of print make of them.
const CONFUSED: [(char, &str); 9] = [
    ('個', "信假仮固箇筒佃倡"),
    ('人', "入八大"),
    ('番', "審香蕃"),
    ('号', "呈另"),
    ('カ', "力ヵ"),
    ('ナ', "十"),
    ('ン', "ソ"),
    ('バ', "ハパ"),
    ('ー', "一-|1l"),
];

/// Whether these letters, without blanks, name the number itself: 個人番号カード is the title of the harmless front.
pub(super) fn names_it(letters: &[char]) -> bool {
    NAMES.iter().any(|name| in_japanese(letters, name)) || in_english(letters)
}

/// 法人番号 is a company's, and public.
fn in_japanese(letters: &[char], name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    letters.windows(name.len()).enumerate().any(|(at, window)| {
        let of_a_card = letters.get(at + name.len()).is_some_and(|next| is_read_for('カ', *next));
        window[0] != '法' && !of_a_card && is_read_as(window, &name)
    })
}

/// One letter may be any other, or any number of them such as are read for one another.
fn is_read_as(window: &[char], name: &[char]) -> bool {
    let pairs = || name.iter().zip(window);
    pairs().all(|(own, read)| is_read_for(*own, *read)) || pairs().filter(|(own, read)| own != read).count() <= 1
}

fn is_read_for(own: char, read: char) -> bool {
    own == read || CONFUSED.iter().any(|(letter, others)| *letter == own && others.contains(read))
}

fn in_english(letters: &[char]) -> bool {
    let small: Vec<char> = letters.iter().map(char::to_ascii_lowercase).collect();
    ["mynumber", "individualnumber"].iter().any(|name| {
        let ends = places(&small, name, 0).map(|at| at + name.len());
        ends.into_iter().any(|end| !small[end..].starts_with(&['c', 'a', 'r', 'd']))
    })
}

/// 通知カード, sent from 2015 to 2020, and 個人番号通知書 since: both are made to show the number.
pub(super) fn is_notification(letters: &[char]) -> bool {
    let stands = |title: &str| {
        let title: Vec<char> = title.chars().collect();
        letters.windows(title.len()).any(|window| title.iter().zip(window).all(|(own, read)| is_read_for(*own, *read)))
    };
    stands("通知カード") || stands("個人番号通知書")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> bool {
        names_it(&text.chars().collect::<Vec<_>>())
    }

    #[test]
    fn the_number_is_named_however_it_is_misread_and_cards_and_companies_are_not() {
        for text in [
            "個人番号",
            "信人番号",
            "假入審号",
            "個入番号",
            "マイナンバー",
            "マイナソハ一",
            "MyNumber:",
            "IndividualNumber",
        ] {
            assert!(named(text), "{text}");
        }
        for text in [
            "個人番号カード",
            "個人番号力ード",
            "マイナンバーカード",
            "MyNumberCard",
            "法人番号",
            "信用番号",
            "保険者番号",
            "番号",
        ] {
            assert!(!named(text), "{text}");
        }
    }

    #[test]
    fn both_notifications_are_known() {
        let told = |text: &str| is_notification(&text.chars().collect::<Vec<_>>());
        assert!(told("通知カード") && told("通知力一ド") && told("個人番号通知書"));
        assert!(!told("通知") && !told("個人番号カード"));
    }
}
