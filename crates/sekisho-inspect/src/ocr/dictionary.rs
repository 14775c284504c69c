//! The letters that recognition knows.

/// Letters by their place among a network's outputs: the blank, then the letters it was built with, then the space.
pub(super) struct Dictionary(Vec<char>);

/// What stands in the place of the blank, and of what isn't one letter.
const NONE: char = '\0';

impl Dictionary {
    /// Of a list with one letter a line; nothing if it is empty.
    pub(super) fn of(list: &str) -> Option<Self> {
        let mut letters = vec![NONE];
        letters.extend(list.lines().map(|line| line.chars().next().unwrap_or(NONE)));
        letters.push(' ');
        (letters.len() > 2).then_some(Self(letters))
    }

    /// How many outputs there are for each step.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The letter of an output; nothing for the blank.
    pub(super) fn letter(&self, output: usize) -> Option<char> {
        self.0.get(output).copied().filter(|letter| *letter != NONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_blank_comes_first_and_the_space_last() {
        let dictionary = Dictionary::of("a\n証\n").unwrap();
        assert_eq!((dictionary.len(), dictionary.letter(0)), (4, None));
        assert_eq!((dictionary.letter(2), dictionary.letter(3), dictionary.letter(4)), (Some('証'), Some(' '), None));
        assert!(Dictionary::of("").is_none());
    }
}
