//! Words that are looked for where one letter may be misread.

/// Where `label` stands in `letters`, from left to right, if no more than `may_differ` of its letters are others.
pub(super) fn places(letters: &[char], label: &str, may_differ: usize) -> impl DoubleEndedIterator<Item = usize> {
    let label: Vec<char> = label.chars().collect();
    let windows = letters.windows(label.len().max(1)).enumerate();
    let found = windows.filter_map(move |(at, window)| (differ(window, &label) <= may_differ).then_some(at));
    found.collect::<Vec<_>>().into_iter()
}

/// How many letters of a Japanese word may be misread: one of four or more.
pub(super) fn may_differ(label: &str) -> usize {
    usize::from(label.chars().count() >= 4 && !label.starts_with(|first: char| first.is_ascii()))
}

fn differ(one: &[char], other: &[char]) -> usize {
    // A bracket is no misread letter: 被保険者) is not 被保険者証.
    let by = |(one, other): (&char, &char)| if one == other { 0 } else { 1 + usize::from(matches!(one, '(' | ')')) };
    one.iter().zip(other).map(by).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, label: &str) -> Vec<usize> {
        places(&text.chars().collect::<Vec<_>>(), label, may_differ(label)).collect()
    }

    #[test]
    fn one_letter_of_four_may_differ_and_none_of_three() {
        assert_eq!(found("信人番号 個人番号", "個人番号"), [0, 5]);
        assert!(found("信入番号", "個人番号").is_empty());
        assert_eq!((found("旅巻", "旅券"), found("PASSPORR", "PASSPORT")), (vec![], vec![]));
        assert!(found("旅", "旅券").is_empty(), "shorter than the label");
        assert!(found("本人(被保険者)", "被保険者証").is_empty() && found("被保険者詁", "被保険者証") == [0]);
    }
}
