//! base64url as JWS has it (RFC 7515, section 2): no padding, no line breaks, no
//! other characters; and each sequence of bytes written in one way only.

/// The bytes that `text` stands for.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for group in text.as_bytes().chunks(4) {
        let mut bits = 0;
        for digit in group {
            bits = bits << 6 | value(*digit)?;
        }
        // Two digits stand for one byte, three for two, and leave bits unused.
        let (count, unused) = match group.len() {
            4 => (3, 0),
            3 => (2, 2),
            2 => (1, 4),
            _ => return None,
        };
        if bits & ((1 << unused) - 1) != 0 {
            return None;
        }
        let group = (bits >> unused << (8 * (4 - count))).to_be_bytes();
        bytes.extend(group.iter().take(count));
    }
    Some(bytes)
}

fn value(digit: u8) -> Option<u32> {
    let value = match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'-' => 62,
        b'_' => 63,
        _ => return None,
    };
    Some(value.into())
}

#[cfg(test)]
mod tests {
    use super::decode;
    use proptest::prelude::*;

    /// Written bit by bit, unlike the decoder.
    fn encode(bytes: &[u8]) -> String {
        const DIGITS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let bit = |at: usize| bytes.get(at / 8).is_some_and(|byte| byte >> (7 - at % 8) & 1 == 1);
        (0..(bytes.len() * 8).div_ceil(6))
            .map(|digit| (0..6).fold(0, |value, k| value << 1 | usize::from(bit(digit * 6 + k))))
            .map(|value| char::from(DIGITS[value]))
            .collect()
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(bytes: Vec<u8>) {
            prop_assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }

        #[test]
        fn there_is_one_text_for_each_sequence_of_bytes(text in "[A-Za-z0-9_-]{0,12}") {
            if let Some(bytes) = decode(&text) {
                prop_assert_eq!(encode(&bytes), text);
            }
        }

        #[test]
        fn any_other_character_is_refused(
            text in "[A-Za-z0-9_-]{0,9}", at in 0..10_usize, other in "[^A-Za-z0-9_-]",
        ) {
            let at = at.min(text.len());
            prop_assert_eq!(decode(&format!("{}{other}{}", &text[..at], &text[at..])), None);
        }
    }

    #[test]
    fn the_vectors_of_rfc_4648_without_their_padding() {
        for (text, bytes) in
            [("", ""), ("Zg", "f"), ("Zm8", "fo"), ("Zm9v", "foo"), ("Zm9vYmE", "fooba")]
        {
            assert_eq!(decode(text), Some(bytes.into()), "{text}");
        }
        // Padding; one digit too many; unused bits that are set.
        for text in ["Zg==", "Zm8=", "Z", "Zm9vY", "Zh", "Zm9", "+A", "/A", "Z g", "Zg\n"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
