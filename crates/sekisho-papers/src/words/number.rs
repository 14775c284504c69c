//! Numbers that documents carry.

use crate::dice::Dice;

/// A My Number: eleven digits by chance and the one that checks them (MIC ordinance 85 of 2014, article 5).
pub fn my_number(dice: &mut Dice) -> [u8; 12] {
    let eleven: [u8; 11] = dice.digits();
    let mut all = [0; 12];
    all[..11].copy_from_slice(&eleven);
    all[11] = check_digit(&eleven);
    all
}

/// The digit that checks eleven.
pub fn check_digit(eleven: &[u8; 11]) -> u8 {
    // The weights that article 5 gives to the digits, the first of the eleven first.
    const WEIGHTS: [u32; 11] = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    let sum: u32 = eleven.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(*digit) * weight).sum();
    match sum % 11 {
        0 | 1 => 0,
        // At most nine.
        rest => (11 - rest) as u8,
    }
}

/// So many digits as text.
pub fn digits(dice: &mut Dice, count: usize) -> String {
    (0..count).map(|_| char::from(b'0' + dice.digits::<1>()[0])).collect()
}

/// Capital letters by chance, without those that numbers of passports and cards leave out.
pub fn capitals(dice: &mut Dice, count: usize) -> String {
    (0..count).map(|_| char::from(dice.one(b"ABCDEFGHJKLMNPRSTUVWXYZ"))).collect()
}

/// Twelve digits in three groups of four.
pub fn grouped(number: &[u8; 12], between: &str) -> String {
    let groups: Vec<String> = number.chunks(4).map(plain).collect();
    groups.join(between)
}

/// Digits as text.
pub fn plain(digits: &[u8]) -> String {
    digits.iter().map(|digit| char::from(b'0' + digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1234 5678 901 has the check digit 8: the example that the ministry prints everywhere.
    #[test]
    fn the_published_example_has_its_check_digit() {
        assert_eq!(check_digit(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]), 8);
        assert_eq!(check_digit(&[0; 11]), 0);
        assert_eq!(grouped(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 8], " "), "1234 5678 9018");
    }
}
