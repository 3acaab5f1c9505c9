//! Commitment and seal: the cryptography, without any file.
//!
//! `lp(x)` is the length of `x` as a big-endian u32, then `x`.
//!
//! - commitment `C = HMAC-SHA256(salt, lp("cl/commit/v1") lp(ledger) lp(stream) lp(group) lp(text))`
//! - record key `= HKDF-SHA256(data key, info = lp("cl/seal/v1") lp(vault id))`, no salt
//! - plaintext `= salt lp(text) zeroes`, up to a multiple of 256 bytes
//! - blob `= 01 nonce XChaCha20-Poly1305(record key, nonce, plaintext, associated data)`
//! - associated data `= lp("cl/seal/v1") lp(ledger) lp(stream) lp(group) lp(subject) lp(key id)
//!   lp(vault id) lp(C)`
//! - digest `D = SHA-256(blob)`
//!
//! The cipher alone does not bind a blob to one key, so opening always checks the commitment.

use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce, aead::AeadInOut};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{
    field::Opening,
    frame::{Cursor, framed, is_zero},
};

/// The only cipher suite so far: XChaCha20-Poly1305 under HKDF-SHA256.
pub(crate) const SUITE_XCHACHA: u8 = 0x01;
/// Padded plaintexts are multiples of this, so that a blob's length says little of its text's.
pub(crate) const PAD_BYTES: usize = 256;
/// Length of the commitment's salt: one block of SHA-256, so HMAC does not hash it first.
pub(crate) const SALT_BYTES: usize = 64;
/// What a blob adds to its plaintext: suite, nonce, tag.
pub(crate) const BLOB_OVERHEAD: usize = 1 + 24 + TAG_BYTES;
/// Length of the cipher's tag.
const TAG_BYTES: usize = 16;

/// Everything a blob is bound to besides its commitment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Binding<'a> {
    pub(crate) ledger_id: &'a [u8; 32],
    pub(crate) stream: &'a [u8],
    pub(crate) group: u16,
    pub(crate) subject: &'a [u8; 16],
    pub(crate) key: &'a [u8; 16],
    pub(crate) vault: &'a [u8; 16],
}

/// A field under seal.
#[derive(Debug)]
pub(crate) struct SealedBlob {
    pub(crate) commitment: [u8; 32],
    pub(crate) digest: [u8; 32],
    pub(crate) blob: Vec<u8>,
}

/// Why a blob did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BlobError {
    /// Sealed by a suite this version does not know.
    UnknownSuite(u8),
    /// The cipher's tag does not fit: another key, another place, or changed bytes.
    Unauthentic,
    /// Authentic, and yet not the layout above: a faulty writer made it.
    Malformed,
    /// Authentic, and yet another text than the record committed to.
    CommitmentMismatch,
}

/// HMAC-SHA256 over `message`.
pub(crate) fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// The salted commitment to a text.
pub(crate) fn commitment(
    salt: &[u8; SALT_BYTES],
    ledger_id: &[u8; 32],
    stream: &[u8],
    group: u16,
    text: &[u8],
) -> [u8; 32] {
    let message =
        Zeroizing::new(framed(&[b"cl/commit/v1", ledger_id, stream, &group.to_be_bytes(), text]));
    hmac_sha256(salt, &message)
}

/// The digest of a blob.
pub(crate) fn digest(blob: &[u8]) -> [u8; 32] {
    Sha256::digest(blob).into()
}

/// How long the padded plaintext of a text of this length is.
pub(crate) fn padded_bytes(text_bytes: usize) -> usize {
    (SALT_BYTES + 4 + text_bytes).next_multiple_of(PAD_BYTES)
}

/// The bytes that the cipher authenticates without hiding.
pub(crate) fn associated_data(binding: &Binding<'_>, commitment: &[u8; 32]) -> Vec<u8> {
    framed(&[
        b"cl/seal/v1",
        binding.ledger_id,
        binding.stream,
        &binding.group.to_be_bytes(),
        binding.subject,
        binding.key,
        binding.vault,
        commitment,
    ])
}

/// The key of one blob. Each blob has its own, so that a nonce repeated after a machine was rolled
/// back to an older image still meets another key.
pub(crate) fn record_key(data_key: &[u8; 32], vault: &[u8; 16]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(None, data_key)
        .expand(&framed(&[b"cl/seal/v1", vault]), key.as_mut())
        .expect("32 bytes are far below the limit of HKDF");
    key
}

/// Seals one text.
pub(crate) fn seal_blob(
    data_key: &[u8; 32],
    binding: &Binding<'_>,
    salt: &[u8; SALT_BYTES],
    nonce: &[u8; 24],
    text: &[u8],
) -> SealedBlob {
    let commitment = commitment(salt, binding.ledger_id, binding.stream, binding.group, text);
    let blob_bytes = padded_bytes(text.len()) + BLOB_OVERHEAD;
    // All the room from the start: a buffer that grows leaves its plaintext behind in memory. Here
    // the ciphertext takes the plaintext's place.
    let mut blob = Vec::with_capacity(blob_bytes);
    blob.push(SUITE_XCHACHA);
    blob.extend_from_slice(nonce);
    let before = blob.len();
    blob.extend_from_slice(salt);
    crate::frame::lp(&mut blob, text);
    blob.resize(blob_bytes - TAG_BYTES, 0);
    let plaintext = blob.get_mut(before..).unwrap_or_default();
    let tag = XChaCha20Poly1305::new(&(*record_key(data_key, binding.vault)).into())
        .encrypt_inout_detached(
            &XNonce::from(*nonce),
            &associated_data(binding, &commitment),
            plaintext.into(),
        )
        .expect("a field is far below the limit of the cipher");
    blob.extend_from_slice(&tag);
    SealedBlob { commitment, digest: digest(&blob), blob }
}

/// Opens one blob and holds it against the commitment of the record.
pub(crate) fn open_blob(
    data_key: &[u8; 32],
    binding: &Binding<'_>,
    expected: &[u8; 32],
    blob: &[u8],
) -> Result<Opening, BlobError> {
    let mut cursor = Cursor(blob);
    match cursor.u8() {
        Some(SUITE_XCHACHA) => {}
        Some(other) => return Err(BlobError::UnknownSuite(other)),
        None => return Err(BlobError::Malformed),
    }
    let nonce: [u8; 24] = cursor.array().ok_or(BlobError::Malformed)?;
    let mut plain = Zeroizing::new(cursor.0.to_vec());
    XChaCha20Poly1305::new(&(*record_key(data_key, binding.vault)).into())
        .decrypt_in_place(&XNonce::from(nonce), &associated_data(binding, expected), &mut *plain)
        .map_err(|_| BlobError::Unauthentic)?;
    let opening = unpad(&plain).ok_or(BlobError::Malformed)?;
    let found = opening.commitment(binding.ledger_id, binding.stream, binding.group);
    if found == *expected { Ok(opening) } else { Err(BlobError::CommitmentMismatch) }
}

/// Takes the padded plaintext apart; `None` unless it is exactly as sealing writes it.
fn unpad(plain: &[u8]) -> Option<Opening> {
    let mut cursor = Cursor(plain);
    let salt = Zeroizing::new(cursor.array::<SALT_BYTES>()?);
    let length = usize::try_from(cursor.u32()?).ok()?;
    let text = Zeroizing::new(cursor.slice(length)?.to_vec());
    (plain.len() == padded_bytes(length) && is_zero(cursor.0)).then_some(Opening { salt, text })
}

#[cfg(test)]
mod tests;
