//! The certificate of whoever signed a token.

use der::{Decode, Encode};
use x509_cert::{Certificate, ext::pkix::ExtendedKeyUsage, spki::ObjectIdentifier};

use super::StampError;

/// `id-kp-timeStamping`.
const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");
const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");

#[derive(Debug)]
pub(super) struct Signer {
    pub(super) der: Vec<u8>,
    certificate: Certificate,
}

impl Signer {
    pub(super) fn parse(der: &[u8]) -> Result<Self, StampError> {
        let certificate = Certificate::from_der(der)
            .map_err(|_| StampError::Shape { expected: "a certificate" })?;
        Ok(Self { der: der.to_vec(), certificate })
    }

    /// The contents of an `IssuerAndSerialNumber` for this certificate.
    pub(super) fn issuer_and_serial(&self) -> Result<Vec<u8>, StampError> {
        let certificate = self.certificate.tbs_certificate();
        let parts = [certificate.issuer().to_der(), certificate.serial_number().to_der()];
        let parts: Result<Vec<_>, _> = parts.into_iter().collect();
        Ok(parts.map_err(|_| StampError::Shape { expected: "a certificate" })?.concat())
    }

    /// What the certificate calls its holder: the common name, or all of the name without one.
    pub(super) fn name(&self) -> String {
        let subject = self.certificate.tbs_certificate().subject();
        match subject.common_name() {
            Ok(Some(name)) => name.value().into_owned(),
            Ok(None) | Err(_) => subject.to_string(),
        }
    }
}

/// The certificate may be used to stamp time and for nothing else, and says so critically: whoever does
/// not understand it must refuse it (RFC 3161, section 2.3).
pub(super) fn is_for_time_alone(signer: &Signer) -> Result<(), StampError> {
    let extensions = signer.certificate.tbs_certificate().extensions();
    let mut usages = extensions.into_iter().flatten().filter(|it| it.extn_id == EXTENDED_KEY_USAGE);
    let (Some(usage), None) = (usages.next(), usages.next()) else {
        return Err(StampError::Usage);
    };
    let purposes = ExtendedKeyUsage::from_der(usage.extn_value.as_bytes());
    let is_alone = purposes.is_ok_and(|purposes| purposes.0 == [TIME_STAMPING]);
    if usage.critical && is_alone { Ok(()) } else { Err(StampError::Usage) }
}
