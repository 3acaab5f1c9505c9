//! References to personal fields that lie sealed in the vault.
//!
//! A record carries, for each personal field, only what proves it: a salted commitment to the
//! text, the digest of the sealed blob, and random references. Once the blob, its key and its salt
//! are erased, none of these opens to anything, and every proof over the record still holds.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

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

impl<const N: usize> fmt::Display for Hex<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
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
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let text = std::str::from_utf8(pair).map_err(|_| wrong())?;
            if text.bytes().any(|b| !matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
                return Err(wrong());
            }
            *byte = u8::from_str_radix(text, 16).map_err(|_| wrong())?;
        }
        Ok(Self(bytes))
    }
}

impl<const N: usize> Serialize for Hex<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Hex<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
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
