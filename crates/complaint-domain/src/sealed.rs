//! References to personal fields that lie sealed in the vault.
//!
//! A record carries, for each personal field, only what proves it: a salted commitment to the
//! text, the digest of the sealed blob, and random references. Once the blob, its key and its salt
//! are erased, none of these opens to anything, and every proof over the record still holds.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Visitor};

use crate::codes::closed_list;

/// Which personal field was sealed. The numbers are part of the sealed format: never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PersonalField {
    /// What happened, in the complainant's words.
    Narrative,
    /// The complainant's name.
    ComplainantName,
    /// A telephone number, e-mail address or other way to reach the complainant.
    Contact,
    /// A postal address.
    Address,
    /// A post code, which with other fields can single a person out.
    Postcode,
    /// An account, policy or order number.
    AccountNumber,
    /// The text of a message, either way.
    Message,
    /// A handler's own note.
    Note,
    /// The text of a response, with its findings in words.
    ResponseText,
    /// The reference of a payment.
    PaymentReference,
    /// A number that the complainant chose, or that was drawn for them: their receipt opens it, so
    /// that two people cannot be given the receipt of one record.
    ReceiptNonce,
    /// A file put to the case.
    Evidence,
    /// The name of somebody who acts for the complainant.
    RepresentativeName,
    /// A way to reach somebody who acts for the complainant.
    RepresentativeContact,
}

impl PersonalField {
    /// The number that stands for this field inside commitment and seal (docs/format.md).
    pub const fn group(self) -> u16 {
        match self {
            Self::Narrative => 1,
            Self::ComplainantName => 2,
            Self::Contact => 3,
            Self::Address => 4,
            Self::Postcode => 5,
            Self::AccountNumber => 6,
            Self::Message => 7,
            Self::Note => 8,
            Self::ResponseText => 9,
            Self::PaymentReference => 10,
            Self::ReceiptNonce => 11,
            Self::Evidence => 12,
            Self::RepresentativeName => 13,
            Self::RepresentativeContact => 14,
        }
    }
}

closed_list! {
    PersonalField {
        Narrative = "narrative",
        ComplainantName = "complainant-name",
        Contact = "contact",
        Address = "address",
        Postcode = "postcode",
        AccountNumber = "account-number",
        Message = "message",
        Note = "note",
        ResponseText = "response-text",
        PaymentReference = "payment-reference",
        ReceiptNonce = "receipt-nonce",
        Evidence = "evidence",
        RepresentativeName = "representative-name",
        RepresentativeContact = "representative-contact",
    }
}

/// A fixed number of bytes, written as lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hex<const N: usize>(pub [u8; N]);

/// A random reference to a person within one complaint; says nothing about who it is.
pub type SubjectRef = Hex<16>;
/// The number of a data key in the vault's key file.
pub type KeyId = Hex<16>;
/// The number of a sealed blob in the vault.
pub type VaultId = Hex<16>;
/// A SHA-256 digest or HMAC.
pub type Digest = Hex<32>;

/// The digit for four bits.
const fn digit(bits: u8) -> u8 {
    let bits = bits & 0x0f;
    if bits < 10 { bits.wrapping_add(b'0') } else { bits.wrapping_add(b'a').wrapping_sub(10) }
}

/// What a digit stands for; more than 15 when it is none.
const fn value(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit.wrapping_sub(b'0'),
        b'a'..=b'f' => digit.wrapping_sub(b'a').wrapping_add(10),
        _ => u8::MAX,
    }
}

impl<const N: usize> Hex<N> {
    /// Hands the digits on as one text. A record has a dozen of these: digit by digit they were a
    /// third of the time that writing one took.
    fn with_digits<R>(&self, give: impl FnOnce(&str) -> R) -> R {
        let mut digits = [[0_u8; 2]; N];
        for (pair, byte) in digits.iter_mut().zip(self.0) {
            *pair = [digit(byte >> 4), digit(byte)];
        }
        give(str::from_utf8(digits.as_flattened()).unwrap_or_default())
    }
}

impl<const N: usize> fmt::Display for Hex<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_digits(|digits| f.write_str(digits))
    }
}

impl<const N: usize> fmt::Debug for Hex<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text was not the expected number of bytes in lower-case hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected} lower-case hexadecimal digits, found {found} characters that are not")]
pub struct ParseHexError {
    /// How many digits were expected.
    pub expected: usize,
    /// How many characters there were.
    pub found: usize,
}

impl<const N: usize> FromStr for Hex<N> {
    type Err = ParseHexError;

    fn from_str(input: &str) -> Result<Self, Self::Err> {
        let wrong =
            || ParseHexError { expected: N.saturating_mul(2), found: input.chars().count() };
        let digits = input.as_bytes();
        if digits.len() != N.saturating_mul(2) {
            return Err(wrong());
        }
        let mut bytes = [0; N];
        let (pairs, _) = digits.as_chunks();
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            let (high, low) = (value(*high), value(*low));
            if high > 15 || low > 15 {
                return Err(wrong());
            }
            *byte = high << 4 | low;
        }
        Ok(Self(bytes))
    }
}

impl<const N: usize> Serialize for Hex<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.with_digits(|digits| serializer.serialize_str(digits))
    }
}

impl<'de, const N: usize> Deserialize<'de> for Hex<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Digits)
    }
}

/// Reads digits where they stand, without a copy of them.
struct Digits<const N: usize>;

impl<const N: usize> Visitor<'_> for Digits<N> {
    type Value = Hex<N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} lower-case hexadecimal digits", N.saturating_mul(2))
    }

    fn visit_str<E: serde::de::Error>(self, digits: &str) -> Result<Hex<N>, E> {
        digits.parse().map_err(E::custom)
    }
}

/// One personal field of a record: everything but the field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedField {
    /// Which field it is.
    pub field: PersonalField,
    /// Whose it is.
    pub subject: SubjectRef,
    /// Under which data key it lies.
    pub key: KeyId,
    /// Where in the vault it lies.
    pub vault: VaultId,
    /// The salted commitment to the text.
    pub commitment: Digest,
    /// The SHA-256 digest of the sealed blob.
    pub digest: Digest,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_lower_case_digits_of_the_right_number_are_read() {
        assert_eq!("00ff".parse::<Hex<2>>().unwrap(), Hex([0x00, 0xff]));
        for wrong in ["", "00f", "00fff", "00FF", "00fg", "0x00", "00 f", "+0ff", "00é"] {
            let error = wrong.parse::<Hex<2>>().unwrap_err();
            assert_eq!(error, ParseHexError { expected: 4, found: wrong.chars().count() });
            let text = serde_json::to_string(wrong).unwrap();
            assert!(serde_json::from_str::<Hex<2>>(&text).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn digits_are_those_that_formatting_gives_and_are_read_back(bytes: [u8; 32]) {
            let digits = Hex(bytes).to_string();
            let expected = bytes.map(|byte| format!("{byte:02x}")).concat();
            prop_assert_eq!(&digits, &expected);
            prop_assert_eq!(digits.parse::<Hex<32>>().unwrap(), Hex(bytes));
            let stored = serde_json::to_string(&Hex(bytes)).unwrap();
            prop_assert_eq!(&stored, &format!("\"{expected}\""));
            prop_assert_eq!(serde_json::from_str::<Hex<32>>(&stored).unwrap(), Hex(bytes));
        }
    }
}
