//! What the token states (`TSTInfo`).

use der::{DateTime, Tag};
use x509_cert::spki::ObjectIdentifier;

use super::{StampError, hex};
use crate::syntax::{Fields, SHA_256, context, context_value, number};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Info {
    pub(super) policy: ObjectIdentifier,
    pub(super) imprint: [u8; 32],
    pub(super) serial: String,
    /// Milliseconds since 1970 UTC.
    pub(super) time: i64,
    /// Milliseconds, rounded up.
    pub(super) accuracy: i64,
    pub(super) nonce: Option<u64>,
}

impl Info {
    /// RFC 3161, section 2.4.2, `TSTInfo`.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, StampError> {
        let mut fields = Fields::only(bytes, Tag::Sequence, "what the token states")?;
        let version = fields.next(Tag::Integer, "the version")?;
        if version.value() != [1] {
            return Err(StampError::Shape { expected: "a token of version 1" });
        }
        let policy = fields.oid("a policy")?;
        let mut imprint = fields.sequence("the digest that is stamped")?;
        if imprint.algorithm("the algorithm of the digest")? != SHA_256 {
            return Err(StampError::Shape { expected: "a stamp over a digest by SHA-256" });
        }
        let hash = imprint.next(Tag::OctetString, "the digest that is stamped")?;
        imprint.end("nothing after the digest")?;
        let hash = hash.value().try_into();
        let serial = hex(fields.next(Tag::Integer, "a serial number")?.value());
        let time = fields.next(Tag::GeneralizedTime, "the time")?;
        let accuracy = fields.optional(Tag::Sequence, "the accuracy")?;
        fields.optional(Tag::Boolean, "whether stamps are in order")?;
        let nonce = fields.optional(Tag::Integer, "a nonce")?;
        fields.optional(context(0), "the authority's name")?;
        if fields.optional(context(1), "extensions")?.is_some() {
            // One could change what all of it means, and none is in use.
            return Err(StampError::Shape { expected: "a token without extensions" });
        }
        fields.end("nothing after the nonce")?;
        Ok(Self {
            policy,
            imprint: hash.map_err(|_| StampError::Shape { expected: "a digest of 32 bytes" })?,
            serial,
            time: time_of(time.value()).ok_or(StampError::Shape { expected: "a time in UTC" })?,
            accuracy: accuracy.map_or(Ok(0), |value| accuracy_of(value.value()))?,
            // A longer nonce is not one of ours, so it answers none of our requests.
            nonce: nonce.and_then(|value| number(value.value(), "a nonce").ok()),
        })
    }
}

/// `YYYYMMDDhhmmss[.fff…]Z`; anything below a millisecond is cut off.
fn time_of(text: &[u8]) -> Option<i64> {
    let text = core::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(a, b)| (a, Some(b)));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
    // DER: a fraction is there only if it says something, and does not end in 0.
    let is_fraction = |part: &str| is_digits(part) && !part.ends_with('0');
    if whole.len() != 14 || !is_digits(whole) || fraction.is_some_and(|part| !is_fraction(part)) {
        return None;
    }
    let part = |from: usize, to: usize| whole.get(from..to)?.parse::<u8>().ok();
    let year = whole.get(..4)?.parse().ok()?;
    let date =
        DateTime::new(year, part(4, 6)?, part(6, 8)?, part(8, 10)?, part(10, 12)?, part(12, 14)?);
    let seconds = i64::try_from(date.ok()?.unix_duration().as_secs()).ok()?;
    let millis = fraction.map_or(Some(0), |part| {
        format!("{part}00").get(..3).and_then(|digits| digits.parse::<i64>().ok())
    })?;
    seconds.checked_mul(1000)?.checked_add(millis)
}

/// `Accuracy`, in milliseconds, rounded up.
fn accuracy_of(contents: &[u8]) -> Result<i64, StampError> {
    const EXPECTED: &str = "the accuracy of the time";
    let mut fields = Fields::inside(contents)?;
    let seconds = fields.optional(Tag::Integer, EXPECTED)?;
    let millis = fields.optional(context_value(0), EXPECTED)?;
    let micros = fields.optional(context_value(1), EXPECTED)?;
    fields.end(EXPECTED)?;
    let read = |value: Option<der::asn1::AnyRef<'_>>| {
        value.map_or(Ok(0), |value| number(value.value(), EXPECTED))
    };
    let (seconds, millis, micros) = (read(seconds)?, read(millis)?, read(micros)?);
    if millis > 999 || micros > 999 {
        return Err(StampError::Shape { expected: EXPECTED });
    }
    let whole = i64::try_from(seconds).ok().and_then(|seconds| seconds.checked_mul(1000));
    let rest = i64::try_from(millis.saturating_add(u64::from(micros > 0))).ok();
    let sum = whole.zip(rest).and_then(|(whole, rest)| whole.checked_add(rest));
    sum.ok_or(StampError::Shape { expected: EXPECTED })
}
