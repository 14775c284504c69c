//! Dates that were found in pieces: where blanks are as wide as letters, 昭和６１年　３月３１日 is two lines.

use zeroize::Zeroizing;

use super::{
    fold::compact,
    line::{Letter, Line},
};

/// A gap of more than so many heights parts two columns.
const GAP: f32 = 2.5;

/// The same lines, with those that begin a date and those to their right that go on with it put together.
pub fn joined(lines: Vec<Line>) -> Vec<Line> {
    let mut lines = lines;
    while let Some((left, right)) = next_pair(&lines) {
        let both = both(&lines[left], &lines[right]);
        lines[left] = both;
        lines.remove(right);
    }
    lines
}

fn next_pair(lines: &[Line]) -> Option<(usize, usize)> {
    let pairs = (0..lines.len()).flat_map(|left| (0..lines.len()).map(move |right| (left, right)));
    pairs.filter(|(left, right)| left != right).find(|(left, right)| goes_on(&lines[*left], &lines[*right]))
}

/// Whether `left` ends with a year or a month, and `right`, next to it, begins with the month or the day.
fn goes_on(left: &Line, right: &Line) -> bool {
    let (before, after) = (compact(&left.text), compact(&right.text));
    let next = match before[..] {
        [.., number, '年'] if is_number(number) => '月',
        [.., number, '月'] if is_number(number) => '日',
        _ => return false,
    };
    let digits = after.iter().take_while(|letter| is_number(**letter)).count();
    let gap = right.place.0 - left.place.0 - left.place.2;
    (1..=3).contains(&digits) && after.get(digits) == Some(&next) && right.is_right_of(left) && gap < GAP * left.place.3
}

const fn is_number(letter: char) -> bool {
    matches!(letter, '0'..='9' | '元' | '〇' | '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十')
}

fn both(left: &Line, right: &Line) -> Line {
    let text = Zeroizing::new(format!("{} {}", *left.text, *right.text));
    let (start, end) = (left.place.0, right.place.0 + right.place.2);
    let top = left.place.1.min(right.place.1);
    let bottom = (left.place.1 + left.place.3).max(right.place.1 + right.place.3);
    let quad = [left.quad[0], right.quad[1], right.quad[2], left.quad[3]];
    Line { text, place: (start, top, end - start, bottom - top), quad, letters: letters(left, right) }
}

/// The letters of both, and the blank between them; none where one line's are not known.
fn letters(left: &Line, right: &Line) -> Vec<Letter> {
    if left.letters.is_empty() || right.letters.is_empty() {
        return Vec::new();
    }
    let (start, whole) = (left.place.0, (right.place.0 + right.place.2 - left.place.0).max(1.0));
    let placed = |line: &Line| {
        let (from, share) = ((line.place.0 - start) / whole, line.place.2 / whole);
        let place = |letter: &Letter| Letter { middle: from + letter.middle * share, ..*letter };
        line.letters.iter().map(place).collect::<Vec<_>>()
    };
    let (before, after) = (placed(left), placed(right));
    let middle = (before[before.len() - 1].middle + after[0].middle) / 2.0;
    [before, vec![Letter { certainty: 1.0, middle }], after].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, x: f32, width: f32) -> Line {
        let letter =
            |place: usize| Letter { certainty: 0.9, middle: (place as f32 + 0.5) / text.chars().count() as f32 };
        let quad = [(x, 10.0), (x + width, 10.0), (x + width, 30.0), (x, 30.0)];
        Line::read(text, quad, (0..text.chars().count()).map(letter).collect())
    }

    fn texts(lines: Vec<Line>) -> Vec<String> {
        joined(lines).iter().map(|line| line.text.to_string()).collect()
    }

    #[test]
    fn a_date_in_pieces_is_one_line_and_its_letters_lie_where_they_lay() {
        let all = joined(vec![at("7月29日生", 140.0, 70.0), at("昭和３9年", 0.0, 100.0)]);
        let [line] = &all[..] else { panic!("{all:?}") };
        assert_eq!((line.text.as_str(), line.place.2, line.letters.len()), ("昭和３9年 7月29日生", 210.0, 12));
        assert!((line.letters[6].middle - 145.8 / 210.0).abs() < 0.01, "{:?}", line.letters);
        assert_eq!((line.quad[1], line.quad[0]), ((210.0, 10.0), (0.0, 10.0)));
        assert_eq!(
            texts(vec![at("令和8年", 0.0, 50.0), at("11月", 60.0, 30.0), at("6日", 100.0, 20.0)]),
            ["令和8年 11月 6日"]
        );
    }

    #[test]
    fn what_is_no_date_or_far_away_stays_apart() {
        for other in [at("7月29日生", 300.0, 70.0), at("29日生", 140.0, 70.0), at("7回目", 140.0, 70.0)] {
            assert_eq!(texts(vec![at("昭和39年", 0.0, 100.0), other]).len(), 2);
        }
        assert_eq!(texts(vec![at("昭和年", 0.0, 100.0), at("7月29日", 120.0, 70.0)]).len(), 2);
    }
}
