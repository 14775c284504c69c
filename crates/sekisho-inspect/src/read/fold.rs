//! One letter for what is printed, or misread, as many: widths, old and simplified forms, dashes.
//!
//! Each letter becomes exactly one letter, so that a place in the folded text is a place in the text as written.

use zeroize::Zeroizing;

/// The letters of `text`, each folded.
pub fn folded(text: &str) -> Vec<char> {
    text.chars().map(fold).collect()
}

/// The same without blanks, which readers of print find where there are none; wiped when it goes.
pub fn compact(text: &str) -> Zeroizing<Vec<char>> {
    let mut letters = Zeroizing::new(folded(text));
    letters.retain(|letter| *letter != ' ');
    letters
}

/// The letter that stands for `letter`: ASCII for full width, one dash for all, the form in use in Japan for others.
pub fn fold(letter: char) -> char {
    match letter {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(letter as u32 - 0xFEE0).unwrap_or(letter),
        '\u{3000}' | '\u{00A0}' | '\t' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE63}' => '-',
        '。' | '·' | '・' | '‧' | '•' => '.',
        _ => form_in_use(letter),
    }
}

/// Readers that learnt Chinese too give its forms for the same print.
const fn form_in_use(letter: char) -> char {
    match letter {
        '别' => '別',
        '効' | '效' => '効',
        '证' | '證' => '証',
        '号' | '號' => '号',
        '个' | '箇' => '個',
        '发' | '發' => '発',
        '満' | '滿' | '满' => '満',
        '间' => '間',
        '険' | '險' | '险' => '険',
        '転' | '轉' | '转' => '転',
        '运' => '運',
        '许' => '許',
        '区' | '區' => '区',
        '县' | '縣' => '県',
        '\u{25CB}' | '\u{25EF}' | '零' => '〇',
        _ => letter,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn widths_dashes_and_forms_become_one() {
        let said: String = folded("Ｈ２．４．１ １２３４‐５６７８ 有效 个人番號").into_iter().collect();
        assert_eq!(said, "H2.4.1 1234-5678 有効 個人番号");
    }

    proptest! {
        #[test]
        fn no_letter_becomes_two_and_folding_twice_changes_nothing(text in "\\PC*") {
            let once = folded(&text);
            prop_assert_eq!(once.len(), text.chars().count());
            prop_assert_eq!(&once, &once.iter().map(|letter| fold(*letter)).collect::<Vec<_>>());
        }
    }
}
