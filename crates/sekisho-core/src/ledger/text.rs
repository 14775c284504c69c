//! Numbers and base 64 as C2SP's line formats write them: one spelling each.

use alloc::{string::String, vec::Vec};

use base64ct::{Base64, Encoding as _};

/// Reads an ASCII decimal without sign and without leading zeroes.
pub(super) fn decimal(text: &str) -> Option<u64> {
    let canonical = text == "0" || text.bytes().next().is_some_and(|first| (b'1'..=b'9').contains(&first));
    if !canonical || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// Writes padded standard base 64 (RFC 4648, section 4).
pub(super) fn base64(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}

/// Reads padded standard base 64 and nothing that merely resembles it.
pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    let bytes = Base64::decode_vec(text).ok()?;
    // Bits left over in the last digit would give one value two spellings.
    (base64(&bytes) == text).then_some(bytes)
}

/// Reads base 64 of exactly 32 bytes.
pub(super) fn base64_32(text: &str) -> Option<[u8; 32]> {
    from_base64(text)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        assert_eq!(decimal("0"), Some(0));
        assert_eq!(decimal("18446744073709551615"), Some(u64::MAX));
        for wrong in ["", "00", "01", "+1", "-1", " 1", "1 ", "18446744073709551616", "１"] {
            assert_eq!(decimal(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn base64_has_one_spelling() {
        assert_eq!(from_base64("AA=="), Some(alloc::vec![0]));
        for wrong in ["AB==", "AA", "AA=", "AA==\n", "A-=="] {
            assert_eq!(from_base64(wrong), None, "{wrong:?}");
        }
    }
}
