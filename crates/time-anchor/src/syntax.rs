//! Reading DER field by field: the few structures of CMS (RFC 5652) and RFC 3161 that a time stamp needs.
//!
//! Read by hand because some authorities do not sort their sets as DER would have it, and because the
//! signed attributes must be had as the very bytes that were signed.

use der::{Decode, Reader, SliceReader, Tag, asn1::AnyRef};
use x509_cert::spki::ObjectIdentifier;

use crate::token::StampError;

pub(crate) const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

/// The fields of a structure, one after the other.
pub(crate) struct Fields<'a>(SliceReader<'a>);

impl<'a> Fields<'a> {
    /// The contents of one value that fills the bytes.
    pub(crate) fn only(
        bytes: &'a [u8],
        tag: Tag,
        expected: &'static str,
    ) -> Result<Self, StampError> {
        let mut outer = Self::inside(bytes)?;
        let value = outer.next(tag, expected)?;
        outer.end(expected)?;
        Self::inside(value.value())
    }

    /// The fields in these contents.
    pub(crate) fn inside(contents: &'a [u8]) -> Result<Self, StampError> {
        SliceReader::new(contents).map(Self).map_err(|_| StampError::Shape { expected: "less DER" })
    }

    pub(crate) fn any(&mut self, expected: &'static str) -> Result<AnyRef<'a>, StampError> {
        AnyRef::decode(&mut self.0).map_err(|_| StampError::Shape { expected })
    }

    pub(crate) fn next(
        &mut self,
        tag: Tag,
        expected: &'static str,
    ) -> Result<AnyRef<'a>, StampError> {
        let value = self.any(expected)?;
        if der::Tagged::tag(&value) == tag {
            Ok(value)
        } else {
            Err(StampError::Shape { expected })
        }
    }

    /// The next field if it has this tag.
    pub(crate) fn optional(
        &mut self,
        tag: Tag,
        expected: &'static str,
    ) -> Result<Option<AnyRef<'a>>, StampError> {
        match Tag::peek(&self.0) {
            Ok(found) if found == tag => self.any(expected).map(Some),
            Ok(_) | Err(_) => Ok(None),
        }
    }

    pub(crate) fn oid(&mut self, expected: &'static str) -> Result<ObjectIdentifier, StampError> {
        let value = self.next(Tag::ObjectIdentifier, expected)?;
        value.decode_as().map_err(|_| StampError::Shape { expected })
    }

    /// A structure inside this one.
    pub(crate) fn sequence(&mut self, expected: &'static str) -> Result<Self, StampError> {
        Self::inside(self.next(Tag::Sequence, expected)?.value())
    }

    /// The algorithm of an `AlgorithmIdentifier`; its parameters are not needed.
    pub(crate) fn algorithm(
        &mut self,
        expected: &'static str,
    ) -> Result<ObjectIdentifier, StampError> {
        self.sequence(expected)?.oid(expected)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_finished()
    }

    pub(crate) fn end(&self, expected: &'static str) -> Result<(), StampError> {
        if self.is_empty() { Ok(()) } else { Err(StampError::Shape { expected }) }
    }
}

/// The tag `[number]` of a structure.
pub(crate) fn context(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: true, number: der::TagNumber(number) }
}

/// The tag `[number]` of a plain value.
pub(crate) fn context_value(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: false, number: der::TagNumber(number) }
}

/// A whole number from 0 to 2^64 − 1.
pub(crate) fn number(contents: &[u8], expected: &'static str) -> Result<u64, StampError> {
    let digits = contents.strip_prefix(&[0]).filter(|rest| !rest.is_empty()).unwrap_or(contents);
    let is_negative = contents.first().is_none_or(|first| *first >= 0x80);
    if is_negative || digits.len() > 8 {
        return Err(StampError::Shape { expected });
    }
    Ok(digits.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}
