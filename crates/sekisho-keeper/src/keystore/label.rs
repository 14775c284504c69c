//! What a keystore says of itself without a key.

use std::io::{self, Read};

use sekisho_core::{id::KeeperId, time::Timestamp};

use super::{Cost, Terms, lockdown, record::SIZE};

/// The part of the first record that lies in clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// Whose keystore it is.
    pub keeper: KeeperId,
    /// Whether it belongs to an installation marked as test.
    pub test: bool,
    /// What guessing its passphrase costs.
    pub cost: Cost,
    /// Since when the vault is locked down, if it is.
    pub locked_down: Option<Timestamp>,
    /// How many custodians' shares open it, if there are any.
    pub shares: Option<Terms>,
    /// Whether they were given since they were dealt.
    pub shares_used: bool,
}

/// Reads the first two records and nothing else; nothing if it is no keystore of this version.
///
/// # Errors
/// When it can't be read.
pub fn label(file: &mut impl Read) -> io::Result<Option<Label>> {
    let mut records = [[0; SIZE]; 2];
    match file.read_exact(records.as_flattened_mut()) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    Ok(lockdown::newest(&records).map(|header| header.label()))
}

#[cfg(test)]
mod tests {
    use super::{super::*, label};
    use sekisho_seal::testing::SeededEntropy;

    #[test]
    fn a_keystore_says_whose_it_is_and_what_guessing_costs() {
        let medium = MemoryMedium::new(KEYSTORE_SIZE);
        let born = (KeeperId::from_bytes([7; 16]), true, Hour(500_000));
        Keystore::create(Box::new(medium.clone()), born, b"p", Cost::TEST, &mut SeededEntropy::new(1)).unwrap();
        let bytes = medium.snapshot();
        let said = label(&mut &bytes[..]).unwrap().unwrap();
        assert_eq!((said.keeper, said.test, said.cost), (born.0, true, Cost::TEST));
        assert_eq!(label(&mut &bytes[..100]).unwrap(), None);
        assert_eq!(label(&mut &[0; 4096][..]).unwrap(), None);
    }
}
