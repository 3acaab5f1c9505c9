//! What an authority is asked: to stamp a digest. It never sees the document.

use der::{Decode, Encode, Sequence, asn1::OctetString};
use sha2::{Digest, Sha256};
use x509_cert::spki::{AlgorithmIdentifierOwned, ObjectIdentifier};

use crate::syntax::SHA_256;

/// The media type of a request in HTTP.
pub const REQUEST_TYPE: &str = "application/timestamp-query";
/// The media type of an answer in HTTP.
pub const ANSWER_TYPE: &str = "application/timestamp-reply";

/// A request for a time stamp over SHA-256 of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// SHA-256 of the document.
    pub imprint: [u8; 32],
    /// A number that the answer must repeat, so that no older answer passes for it. Drawn at random.
    pub nonce: u64,
    /// The policy that the authority must stamp under; its own choice if there is none.
    pub policy: Option<ObjectIdentifier>,
}

/// The bytes are no request as this crate writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a time-stamp request over SHA-256 with a nonce of at most 64 bits")]
pub struct ParseRequestError;

#[derive(Sequence)]
struct TimeStampReq {
    version: u8,
    message_imprint: MessageImprint,
    policy: Option<ObjectIdentifier>,
    nonce: u64,
    cert_req: bool,
}

#[derive(Sequence)]
struct MessageImprint {
    algorithm: AlgorithmIdentifierOwned,
    hash: OctetString,
}

impl Request {
    /// A request to stamp this document.
    pub fn new(document: &[u8], nonce: u64) -> Self {
        Self { imprint: Sha256::digest(document).into(), nonce, policy: None }
    }

    /// The request as it is sent. The authority's certificates are always asked for, so that the answer
    /// can be verified without them being looked up.
    ///
    /// # Source
    ///
    /// RFC 3161, section 2.4.1, `TimeStampReq`.
    pub fn to_der(&self) -> Vec<u8> {
        let request = OctetString::new(self.imprint).and_then(|hash| {
            TimeStampReq {
                version: 1,
                message_imprint: MessageImprint {
                    algorithm: AlgorithmIdentifierOwned { oid: SHA_256, parameters: None },
                    hash,
                },
                policy: self.policy,
                nonce: self.nonce,
                cert_req: true,
            }
            .to_der()
        });
        // Fixed lengths, so nothing can be too long.
        request.unwrap_or_default()
    }

    /// Reads a request that was kept.
    ///
    /// # Errors
    ///
    /// [`ParseRequestError`] unless these are the bytes that [`Request::to_der`] writes.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseRequestError> {
        let read = TimeStampReq::from_der(bytes).map_err(|_| ParseRequestError)?;
        let hash = read.message_imprint.hash.as_bytes();
        let imprint = hash.try_into().map_err(|_| ParseRequestError)?;
        let request = Self { imprint, nonce: read.nonce, policy: read.policy };
        if request.to_der() == bytes { Ok(request) } else { Err(ParseRequestError) }
    }
}
