//! Machine-readable zones: ICAO Doc 9303 parts 3 to 5.
//!
//! Written here on its own, so that the program's parser is not judged by its own understanding.

use jiff::civil::Date;

/// What a zone says.
#[derive(Debug, Clone)]
pub struct Zone<'a> {
    /// Its first two letters: `P<`, `PP`, `ID`.
    pub kind: &'a str,
    /// Who issued it, three letters or fewer.
    pub issuer: &'a str,
    /// Surname.
    pub surname: &'a str,
    /// Given names.
    pub given: &'a str,
    /// The document's number, nine letters or fewer.
    pub number: &'a str,
    /// The holder's country.
    pub country: &'a str,
    /// Birth date.
    pub birth: Date,
    /// `F`, `M` or `<`.
    pub sex: char,
    /// Its last day.
    pub expiry: Date,
    /// What the issuer adds.
    pub extra: &'a str,
}

impl Zone<'_> {
    /// Two lines of 44 letters: Doc 9303-4, 4.2.2.
    pub fn td3(&self) -> [String; 2] {
        let first = padded(&format!("{:<<2}{:<<3}{}", self.kind, self.issuer, self.names()), 44);
        let (number, birth, expiry) = (checked(self.number, 9), short(self.birth), short(self.expiry));
        let extra = padded(self.extra, 14);
        // Over an empty field a filler may stand too; Japan and most others print 0.
        let over_extra = check(&extra);
        let middle = format!("{number}{:<<3}{birth}{}{expiry}{extra}{over_extra}", self.country, self.sex);
        let all = check(&format!("{}{}{}", &middle[..10], &middle[13..20], &middle[21..43]));
        [first, format!("{middle}{all}")]
    }

    /// Three lines of 30 letters: Doc 9303-5, 4.2.2.
    pub fn td1(&self) -> [String; 3] {
        let first =
            padded(&format!("{:<<2}{:<<3}{}{}", self.kind, self.issuer, checked(self.number, 9), self.extra), 30);
        let (birth, expiry) = (short(self.birth), short(self.expiry));
        let second = padded(&format!("{birth}{}{expiry}{:<<3}", self.sex, self.country), 29);
        let all = check(&format!("{}{}{}{}", &first[5..], &second[..7], &second[8..15], &second[18..]));
        [first, format!("{second}{all}"), padded(&self.names(), 30)]
    }

    fn names(&self) -> String {
        format!("{}<<{}", self.surname.replace(' ', "<"), self.given.replace(' ', "<"))
    }
}

/// `YYMMDD` and its check digit.
fn short(day: Date) -> String {
    checked(&format!("{:02}{:02}{:02}", day.year().rem_euclid(100), day.month(), day.day()), 6)
}

/// A field of `length` letters and its check digit.
fn checked(text: &str, length: usize) -> String {
    let field = padded(text, length);
    let digit = check(&field);
    format!("{field}{digit}")
}

/// Cut or filled up to `length`.
fn padded(text: &str, length: usize) -> String {
    text.chars().chain(std::iter::repeat('<')).take(length).collect()
}

/// The check digit: weights 7, 3, 1; Doc 9303-3, 4.9.
fn check(text: &str) -> char {
    let value = |letter: char| match letter {
        '0'..='9' => letter as u32 - '0' as u32,
        'A'..='Z' => letter as u32 - 'A' as u32 + 10,
        _ => 0,
    };
    let weighted = text.chars().zip([7, 3, 1].into_iter().cycle()).map(|(letter, weight)| value(letter) * weight);
    char::from(b'0' + (weighted.sum::<u32>() % 10) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eriksson<'a>(kind: &'a str, number: &'a str, extra: &'a str) -> Zone<'a> {
        Zone {
            kind,
            issuer: "UTO",
            surname: "ERIKSSON",
            given: "ANNA MARIA",
            number,
            country: "UTO",
            birth: Date::constant(1974, 8, 12),
            sex: 'F',
            expiry: Date::constant(2012, 4, 15),
            extra,
        }
    }

    /// The specimens of ICAO Doc 9303 parts 4 and 5.
    #[test]
    fn the_published_specimens_are_written() {
        let lines = eriksson("P", "L898902C3", "ZE184226B").td3();
        assert_eq!(lines[0], "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<");
        assert_eq!(lines[1], "L898902C36UTO7408122F1204159ZE184226B<<<<<10");
        let lines = eriksson("I", "D23145890", "").td1();
        assert_eq!(lines[0], "I<UTOD231458907<<<<<<<<<<<<<<<");
        assert_eq!(lines[1], "7408122F1204159UTO<<<<<<<<<<<6");
        assert_eq!(lines[2], "ERIKSSON<<ANNA<MARIA<<<<<<<<<<");
    }

    /// The parser that the program uses is another's.
    #[test]
    fn another_parser_finds_every_check_digit_right() {
        let zone = Zone { kind: "PP", surname: "GAIMU", given: "SAKURA", ..eriksson("P", "ZZ1000001", "") };
        let [first, second] = zone.td3();
        assert!(mrz::parse_td3(&first, &second).unwrap().checks.all_valid());
        let [first, second, third] = eriksson("ID", "AB12345", "12345678901").td1();
        assert!(mrz::parse_td1(&first, &second, &third).unwrap().checks.all_valid());
    }
}
