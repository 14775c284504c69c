//! Numbers of cards that are longer than their nine places: ICAO Doc 9303-5, 4.2.2, note j.

use mrz::MrzData;

/// Whether the check digit of a long number is right as some issuers reckon it: the filler that stands in place of the
/// check digit, and says that the number goes on behind it, takes part with its weight. By the letter of Doc 9303 it
/// does not, which is tried first.
pub(super) fn is_right(found: &MrzData) -> bool {
    found.mrz_lines.get(5..30).is_some_and(|after| goes_on(after) == Some(true))
}

/// `after` is what follows the issuer in the first line. Nothing, if no number goes on there.
fn goes_on(after: &str) -> Option<bool> {
    let (number, rest) = after.split_once('<').filter(|(number, _)| number.len() == 9)?;
    let rest = rest.split('<').next()?;
    let (rest, check) = rest.split_at_checked(rest.len().checked_sub(1)?).filter(|(rest, _)| !rest.is_empty())?;
    Some(mrz::verify(&format!("{number}<{rest}"), check.chars().next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filler_takes_part_with_its_weight() {
        let check = |number: &str| mrz::check_digit(number).unwrap();
        let (with, without) = (check("590330101<85"), check("59033010185"));
        assert_ne!(with, without, "or the test tells nothing");
        assert_eq!(goes_on(&format!("590330101<85{with}<<<<<<<<<<<<")), Some(true));
        assert_eq!(goes_on(&format!("590330101<85{without}<<<<<<<<<<<<")), Some(false));
    }

    #[test]
    fn a_number_that_does_not_go_on_is_none() {
        for after in [
            "D231458907<<<<<<<<<<<<<<<",
            "123456789<<<<<<<<<<<<<<<<",
            "123456789<4<<<<<<<<<<<<<<",
            "12345678<<851<<<<<<<<<<<<",
        ] {
            assert_eq!(goes_on(after), None, "{after}");
        }
    }
}
