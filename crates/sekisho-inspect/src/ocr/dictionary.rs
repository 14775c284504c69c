//! The letters that recognition knows.

use super::forced::LETTERS;

/// Letters by their place among a network's outputs: the blank, then the letters it was built with, then the space.
pub(super) struct Dictionary(Vec<char>);

/// Which outputs stand for each letter of a machine-readable zone, and for the blank.
pub(super) struct Reach {
    /// How many outputs there are for each step.
    pub(super) classes: usize,
    /// By the letter's place in [`LETTERS`]; the blank is the last.
    pub(super) outputs: Vec<Vec<usize>>,
}

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

    /// The outputs that may mean a letter of a zone.
    pub(super) fn reach(&self) -> Reach {
        let alike = |letter: u8| match letter {
            b'<' => vec!['<', '＜', '«', '‹', '〈', '《', 'く'],
            letter => vec![char::from(letter), char::from(letter.to_ascii_lowercase())],
        };
        let mut outputs: Vec<Vec<usize>> = LETTERS.iter().map(|letter| self.outputs(&alike(*letter))).collect();
        outputs.push([vec![0], self.outputs(&[' '])].concat());
        Reach { classes: self.len(), outputs }
    }

    fn outputs(&self, letters: &[char]) -> Vec<usize> {
        let all = self.0.iter().enumerate().filter(|(_, letter)| letters.contains(letter));
        all.map(|(at, _)| at).collect()
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

    #[test]
    fn small_letters_count_as_capitals_in_a_zone_and_the_space_as_the_blank() {
        let reach = Dictionary::of("<\nz\nZ").unwrap().reach();
        assert_eq!((&reach.outputs[0], &reach.outputs[36], &reach.outputs[37]), (&vec![1], &vec![2, 3], &vec![0, 4]));
    }
}
