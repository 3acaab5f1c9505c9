//! What an authority answers: a token that states when it saw a digest, and its signature.

use core::time::Duration;

use der::Tag;
use rustls_pki_types::{CertificateDer, UnixTime};
use sha2::{Digest, Sha256};
use webpki::EndEntityCert;
use x509_cert::spki::ObjectIdentifier;

use self::{info::Info, signed::Signed};
use crate::{
    authority::Authorities,
    request::Request,
    syntax::{Fields, number},
};

mod info;
mod signed;
mod signer;

/// Longer answers are not read, in bytes.
pub const TOKEN_BYTES_MAX: usize = 128 * 1024;

const ANSWER: &str = "a time-stamp answer or token";

/// Why an answer is no trusted time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StampError {
    /// Not the structure of a time stamp.
    #[error("expected {expected} in DER")]
    Shape {
        /// What should be there.
        expected: &'static str,
    },
    /// Longer than is read.
    #[error("the answer has {found} bytes; at most {TOKEN_BYTES_MAX} are read")]
    TooLong {
        /// Its length.
        found: usize,
    },
    /// The authority has not stamped anything.
    #[error("the authority has not stamped it: status {status} {text}")]
    Refused {
        /// `PKIStatus`: 2 rejection, 3 waiting, 4 and 5 revocation.
        status: u64,
        /// What it said.
        text: String,
    },
    /// The token is about another document.
    #[error("the stamp is over the digest {found}, expected {expected}")]
    Imprint {
        /// Digest of the document.
        expected: String,
        /// Digest in the token.
        found: String,
    },
    /// The token is not the answer to this request.
    #[error("the stamp does not repeat the request's nonce {expected}")]
    Nonce {
        /// What was asked with.
        expected: u64,
    },
    /// The token was made under another policy.
    #[error("the stamp was made under policy {found}, expected {expected}")]
    Policy {
        /// What was asked for.
        expected: String,
        /// What it says.
        found: String,
    },
    /// A signed attribute is missing, there twice, or says something else.
    #[error("the signed attribute `{name}` is missing, there twice, or does not fit")]
    Attribute {
        /// Which.
        name: &'static str,
    },
    /// None of the enclosed certificates is the one that the signature names.
    #[error("the certificate that the signature names is not in the token; ask for certificates")]
    NoCertificate,
    /// The certificate is not for stamping time, or not only.
    #[error(
        "the signer's certificate is not for stamping time alone, or does not say so critically"
    )]
    Usage,
    /// An algorithm that is not verified here.
    #[error("signatures by {algorithm} are not verified here")]
    Algorithm {
        /// Its object identifier.
        algorithm: String,
    },
    /// The signature is not good.
    #[error("the signature is not good")]
    Signature,
    /// The signer's certificate leads to no trusted root.
    #[error(
        "the signer is not vouched for by a root you trust, as of the time it states: {reason}"
    )]
    Untrusted {
        /// Why not.
        reason: String,
    },
}

/// What a verified token states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The time it states, in milliseconds since 1970 UTC.
    pub time: i64,
    /// By how much that may be wrong, in milliseconds; 0 if it does not say.
    pub accuracy: i64,
    /// What the authority's certificate calls it.
    pub authority: String,
    /// The policy it was made under.
    pub policy: String,
    /// The authority's number for it, in hexadecimal.
    pub serial: String,
}

/// A token, read; whether it holds is for [`verify`](Self::verify) to say.
#[derive(Debug, Clone)]
pub struct Token {
    der: Vec<u8>,
    info: Info,
    signed: Signed,
}

impl Token {
    /// Reads an answer (`TimeStampResp`), or the token alone that was taken out of one.
    ///
    /// # Errors
    ///
    /// [`StampError`]: the authority refused, or the bytes are no time stamp.
    ///
    /// # Source
    ///
    /// RFC 3161, section 2.4.2.
    pub fn parse(bytes: &[u8]) -> Result<Self, StampError> {
        if bytes.len() > TOKEN_BYTES_MAX {
            return Err(StampError::TooLong { found: bytes.len() });
        }
        let mut fields = Fields::only(bytes, Tag::Sequence, ANSWER)?;
        if fields.optional(Tag::ObjectIdentifier, ANSWER)?.is_some() {
            return Self::of_token(bytes);
        }
        let status = status(fields.sequence("a status")?)?;
        let token = fields.any("a time-stamp token")?;
        fields.end("nothing after the token")?;
        match status {
            // 0 granted, 1 granted with modifications, which the imprint and the nonce then show.
            0 | 1 => {
                let token = der::Encode::to_der(&token);
                Self::of_token(&token.map_err(|_| StampError::Shape { expected: ANSWER })?)
            }
            _ => Err(StampError::Refused { status, text: String::new() }),
        }
    }

    fn of_token(der: &[u8]) -> Result<Self, StampError> {
        let signed = Signed::parse(der)?;
        let info = Info::parse(&signed.content)?;
        Ok(Self { der: der.to_vec(), info, signed })
    }

    /// The token alone, without the answer around it.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The digest it is about: SHA-256 of the document.
    pub fn imprint(&self) -> &[u8; 32] {
        &self.info.imprint
    }

    /// The time it claims, in milliseconds since 1970 UTC; not verified.
    pub fn claimed_time(&self) -> i64 {
        self.info.time
    }

    /// By how much the time it claims may be wrong, by its own word, in milliseconds; 0 if it does not
    /// say. Not verified.
    pub fn claimed_accuracy(&self) -> i64 {
        self.info.accuracy
    }

    /// Whether it answers this request: same digest, same nonce, the policy that was asked for.
    ///
    /// # Errors
    ///
    /// [`StampError`]: the first of these that differs.
    pub fn answers(&self, request: &Request) -> Result<(), StampError> {
        self.is_over(&request.imprint)?;
        if self.info.nonce != Some(request.nonce) {
            return Err(StampError::Nonce { expected: request.nonce });
        }
        self.is_under(request.policy)
    }

    /// Whether it is over exactly this document, whoever made it.
    ///
    /// # Errors
    ///
    /// [`StampError::Imprint`].
    pub fn is_of(&self, document: &[u8]) -> Result<(), StampError> {
        self.is_over(&Sha256::digest(document).into())
    }

    fn is_over(&self, imprint: &[u8; 32]) -> Result<(), StampError> {
        if self.info.imprint == *imprint {
            return Ok(());
        }
        Err(StampError::Imprint { expected: hex(imprint), found: hex(&self.info.imprint) })
    }

    fn is_under(&self, policy: Option<ObjectIdentifier>) -> Result<(), StampError> {
        match policy {
            Some(expected) if expected != self.info.policy => Err(StampError::Policy {
                expected: expected.to_string(),
                found: self.info.policy.to_string(),
            }),
            Some(_) | None => Ok(()),
        }
    }

    /// Whether an authority that somebody trusts has stamped exactly this document. Judged as of the time
    /// the stamp states: revocation is not looked up, for that takes a network.
    ///
    /// # Errors
    ///
    /// [`StampError`]: the first thing that does not hold.
    ///
    /// # Source
    ///
    /// RFC 3161, sections 2.3 and 2.4.2; RFC 5816; RFC 5652, section 5.6.
    pub fn verify(&self, document: &[u8], trusted: &Authorities) -> Result<Stamp, StampError> {
        self.is_of(document)?;
        self.is_under(trusted.policy)?;
        self.signed.check_attributes()?;
        let (signer, others) = self.signed.signer()?;
        signer::is_for_time_alone(&signer)?;
        let certificate = CertificateDer::from(signer.der.clone());
        let end = EndEntityCert::try_from(&certificate)
            .map_err(|error| StampError::Untrusted { reason: error.to_string() })?;
        self.signed.check_signature(&end)?;
        let others: Vec<_> = others.into_iter().map(CertificateDer::from).collect();
        let seconds = u64::try_from(self.info.time.div_euclid(1000));
        let seconds = seconds.map_err(|_| StampError::Shape { expected: "a time after 1970" })?;
        let at = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        trusted.vouch_for(&end, &others, at)?;
        Ok(Stamp {
            time: self.info.time,
            accuracy: self.info.accuracy,
            authority: signer.name(),
            policy: self.info.policy.to_string(),
            serial: self.info.serial.clone(),
        })
    }
}

/// The status of an answer; refuses what is not granted, with what the authority says of it.
fn status(mut fields: Fields<'_>) -> Result<u64, StampError> {
    let status = fields.next(Tag::Integer, "a status")?;
    let status = number(status.value(), "a status")?;
    if status <= 1 {
        return Ok(status);
    }
    let mut words = Vec::new();
    if let Some(text) = fields.optional(Tag::Sequence, "the status in words")? {
        let mut lines = Fields::inside(text.value())?;
        while !lines.is_empty() && words.len() < 10 {
            let line = lines.any("the status in words")?;
            let line = String::from_utf8_lossy(line.value()).into_owned();
            words.push(line.chars().filter(|c| !c.is_control()).take(200).collect::<String>());
        }
    }
    Err(StampError::Refused { status, text: words.join(" ") })
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests;
