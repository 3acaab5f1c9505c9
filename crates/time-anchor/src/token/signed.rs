//! The signature around it (CMS `SignedData`).

use der::{Encode, Tag, asn1::AnyRef};
use rustls_pki_types::SignatureVerificationAlgorithm;
use sha2::{Digest, Sha256, Sha384, Sha512};
use webpki::{EndEntityCert, ring};
use x509_cert::spki::ObjectIdentifier;

use super::{StampError, signer::Signer};
use crate::syntax::{Fields, SHA_256, context};

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
/// `id-ct-TSTInfo`: what the signature is around.
const TIME_STAMP_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
/// RFC 5816: `id-aa-signingCertificateV2`.
const SIGNING_CERTIFICATE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
const SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const RSA_SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const RSA_SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");
const ECDSA_SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");

/// Hash functions that a signature may be made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hashing {
    Sha256,
    Sha384,
    Sha512,
}

impl Hashing {
    fn of(algorithm: ObjectIdentifier) -> Result<Self, StampError> {
        match algorithm {
            SHA_256 => Ok(Self::Sha256),
            SHA_384 => Ok(Self::Sha384),
            SHA_512 => Ok(Self::Sha512),
            _ => Err(StampError::Algorithm { algorithm: algorithm.to_string() }),
        }
    }

    fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }
}

/// A signed token; its parts as they stand in the bytes.
#[derive(Debug, Clone)]
pub(super) struct Signed {
    /// What is signed: the bytes of a `TSTInfo`.
    pub(super) content: Vec<u8>,
    certificates: Vec<Vec<u8>>,
    /// Issuer and serial number of the signer's certificate.
    signer: Vec<u8>,
    hashing: ObjectIdentifier,
    /// The signed attributes, as the set that was signed.
    attributes: Vec<u8>,
    algorithm: ObjectIdentifier,
    signature: Vec<u8>,
}

impl Signed {
    /// RFC 5652, sections 3 and 5; RFC 3161, section 2.4.2 for what of it a token uses.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, StampError> {
        let mut outer = Fields::only(bytes, Tag::Sequence, "a token")?;
        if outer.oid("the type of the token")? != SIGNED_DATA {
            return Err(StampError::Shape { expected: "signed data" });
        }
        let data = outer.next(context(0), "signed data")?;
        outer.end("nothing after the signed data")?;
        let mut data = Fields::only(data.value(), Tag::Sequence, "signed data")?;
        data.next(Tag::Integer, "a version")?;
        data.next(Tag::Set, "the digest algorithms")?;
        let mut content = data.sequence("what is signed")?;
        if content.oid("the type of what is signed")? != TIME_STAMP_INFO {
            return Err(StampError::Shape { expected: "signed data about a time stamp" });
        }
        let inner = content.next(context(0), "what is signed")?;
        content.end("nothing after what is signed")?;
        let mut inner = Fields::inside(inner.value())?;
        let content = inner.next(Tag::OctetString, "what is signed")?.value().to_vec();
        inner.end("nothing after what is signed")?;
        let mut certificates = Vec::new();
        if let Some(set) = data.optional(context(0), "certificates")? {
            let mut set = Fields::inside(set.value())?;
            while !set.is_empty() {
                certificates.push(der_of(&set.any("a certificate")?)?);
            }
        }
        data.optional(context(1), "revocation lists")?;
        let signers = data.next(Tag::Set, "one signature")?;
        data.end("nothing after the signature")?;
        let mut signers = Fields::inside(signers.value())?;
        let signed = Self::signer_info(signers.sequence("one signature")?, content, certificates)?;
        signers.end("one signature")?;
        Ok(signed)
    }

    fn signer_info(
        mut info: Fields<'_>,
        content: Vec<u8>,
        certificates: Vec<Vec<u8>>,
    ) -> Result<Self, StampError> {
        info.next(Tag::Integer, "the version of the signature")?;
        let signer = info.next(Tag::Sequence, "issuer and serial number of the signer")?;
        let hashing = info.algorithm("the signature's digest algorithm")?;
        let attributes = info.next(context(0), "signed attributes")?;
        let algorithm = info.algorithm("the signature's algorithm")?;
        let signature = info.next(Tag::OctetString, "the signature")?.value().to_vec();
        info.optional(context(1), "unsigned attributes")?;
        info.end("nothing after the signature")?;
        // What is signed is the set, not the field that carries it (RFC 5652, section 5.4).
        let attributes = AnyRef::new(Tag::Set, attributes.value()).ok();
        let attributes = attributes.as_ref().map(der_of).transpose()?;
        Ok(Self {
            content,
            certificates,
            signer: signer.value().to_vec(),
            hashing,
            attributes: attributes.ok_or(StampError::Shape { expected: "signed attributes" })?,
            algorithm,
            signature,
        })
    }

    /// The one value of a signed attribute that stands there once.
    fn attribute(
        &self,
        wanted: ObjectIdentifier,
        name: &'static str,
    ) -> Result<AnyRef<'_>, StampError> {
        let mut set = Fields::only(&self.attributes, Tag::Set, "signed attributes")?;
        let mut found = None;
        while !set.is_empty() {
            let mut attribute = set.sequence("a signed attribute")?;
            if attribute.oid("a signed attribute")? != wanted {
                continue;
            }
            let values = attribute.next(Tag::Set, "the value of a signed attribute")?;
            let mut values = Fields::inside(values.value())?;
            let value = values.any("the value of a signed attribute")?;
            if found.replace(value).is_some() || !values.is_empty() {
                return Err(StampError::Attribute { name });
            }
        }
        found.ok_or(StampError::Attribute { name })
    }

    /// The signed attributes say what is signed, and its digest.
    pub(super) fn check_attributes(&self) -> Result<(), StampError> {
        let content_type = self.attribute(CONTENT_TYPE, "content type")?;
        if content_type.decode_as::<ObjectIdentifier>() != Ok(TIME_STAMP_INFO) {
            return Err(StampError::Attribute { name: "content type" });
        }
        let digest = self.attribute(MESSAGE_DIGEST, "message digest")?;
        let expected = Hashing::of(self.hashing)?.digest(&self.content);
        if der::Tagged::tag(&digest) != Tag::OctetString || digest.value() != expected {
            return Err(StampError::Attribute { name: "message digest" });
        }
        Ok(())
    }

    /// The certificate of the signer, by issuer and number and by its digest under the signature; and the
    /// other certificates of the token.
    pub(super) fn signer(&self) -> Result<(Signer, Vec<Vec<u8>>), StampError> {
        const NAME: &str = "signing certificate";
        let attribute = self.attribute(SIGNING_CERTIFICATE, NAME)?;
        let mut list = Fields::inside(attribute.value())?.sequence(NAME)?;
        // The first is the signer's (RFC 5035, section 3).
        let mut first = list.sequence(NAME)?;
        let hashing = first.optional(Tag::Sequence, NAME)?;
        let hashing = hashing.map(|value| Fields::inside(value.value())?.oid(NAME)).transpose()?;
        let hashing = hashing.map_or(Ok(Hashing::Sha256), Hashing::of)?;
        let digest = first.next(Tag::OctetString, NAME)?.value();
        let mut others = self.certificates.clone();
        let mut signer = None;
        for (place, der) in self.certificates.iter().enumerate() {
            let Ok(certificate) = Signer::parse(der) else { continue };
            if certificate.issuer_and_serial()? == self.signer {
                others.remove(place);
                signer = Some(certificate);
                break;
            }
        }
        let signer = signer.ok_or(StampError::NoCertificate)?;
        if hashing.digest(&signer.der) != digest {
            return Err(StampError::Attribute { name: NAME });
        }
        Ok((signer, others))
    }

    /// The signature is by the key of this certificate.
    pub(super) fn check_signature(&self, signer: &EndEntityCert<'_>) -> Result<(), StampError> {
        let is_good = self.candidates()?.iter().any(|algorithm| {
            signer.verify_signature(*algorithm, &self.attributes, &self.signature).is_ok()
        });
        if is_good { Ok(()) } else { Err(StampError::Signature) }
    }

    /// What the signature may be by; which curve an ECDSA key is on, only the key says.
    fn candidates(&self) -> Result<Vec<&'static dyn SignatureVerificationAlgorithm>, StampError> {
        let hashing = Hashing::of(self.hashing)?;
        let rsa = match (self.algorithm, hashing) {
            (RSA | RSA_SHA_256, Hashing::Sha256) => ring::RSA_PKCS1_2048_8192_SHA256,
            (RSA | RSA_SHA_384, Hashing::Sha384) => ring::RSA_PKCS1_2048_8192_SHA384,
            (RSA | RSA_SHA_512, Hashing::Sha512) => ring::RSA_PKCS1_2048_8192_SHA512,
            (ECDSA_SHA_256, Hashing::Sha256) => {
                return Ok(vec![ring::ECDSA_P256_SHA256, ring::ECDSA_P384_SHA256]);
            }
            (ECDSA_SHA_384, Hashing::Sha384) => {
                return Ok(vec![ring::ECDSA_P384_SHA384, ring::ECDSA_P256_SHA384]);
            }
            (algorithm, Hashing::Sha256 | Hashing::Sha384 | Hashing::Sha512) => {
                return Err(StampError::Algorithm { algorithm: algorithm.to_string() });
            }
        };
        Ok(vec![rsa])
    }
}

fn der_of(value: &AnyRef<'_>) -> Result<Vec<u8>, StampError> {
    value.to_der().map_err(|_| StampError::Shape { expected: "less DER" })
}
