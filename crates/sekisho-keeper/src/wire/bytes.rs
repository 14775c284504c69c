//! Many bytes in a frame: copied as one piece, not one by one.
//!
//! In postcard the two look the same, so this changes how long it takes and nothing else.

use std::fmt;

use serde::{Deserializer, Serializer, de};

pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_bytes(bytes)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    from.deserialize_byte_buf(Piece)
}

struct Piece;

impl de::Visitor<'_> for Piece {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        Ok(bytes.to_vec())
    }

    fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize)]
    struct Whole(#[serde(with = "super")] Vec<u8>);

    #[derive(Serialize, Deserialize)]
    struct OneByOne(Vec<u8>);

    #[test]
    fn a_piece_lies_in_a_frame_as_its_bytes_one_by_one_do() {
        for length in [0, 1, 127, 128, 300_000] {
            let bytes: Vec<u8> = (0..length).map(|n| n as u8).collect();
            let frame = postcard::to_allocvec(&Whole(bytes.clone())).unwrap();
            assert_eq!(frame, postcard::to_allocvec(&OneByOne(bytes.clone())).unwrap());
            assert_eq!(postcard::from_bytes::<Whole>(&frame).unwrap().0, bytes);
        }
        assert!(postcard::from_bytes::<Whole>(&[5, 1, 2]).is_err(), "cut off");
    }
}
