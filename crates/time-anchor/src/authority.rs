//! Whom somebody trusts to know the time.

use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime, pem::PemObject};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};
use x509_cert::spki::ObjectIdentifier;

use crate::token::StampError;

/// `id-kp-timeStamping`, as it stands in DER.
const TIME_STAMPING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08];

/// Roots whose time-stamping authorities are trusted, and the policy they must stamp under, if one is
/// asked for.
#[derive(Debug, Clone)]
pub struct Authorities {
    roots: Vec<TrustAnchor<'static>>,
    pub(crate) policy: Option<ObjectIdentifier>,
}

/// Why there is nobody to trust.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthoritiesError {
    /// No certificate in PEM.
    #[error("expected certificates in PEM, found none that can be read: {0}")]
    NotPem(String),
    /// A certificate that cannot be a root.
    #[error("certificate {number} cannot be trusted as a root: {reason}")]
    NotARoot {
        /// Which one, from 1.
        number: usize,
        /// Why.
        reason: String,
    },
    /// The text is no object identifier.
    #[error("expected a policy such as 1.2.3.4.1, found `{0}`")]
    Policy(String),
}

impl Authorities {
    /// Trusts the certificates of a PEM text. Their own dates are not looked at: whoever names a root
    /// trusts it.
    ///
    /// # Errors
    ///
    /// [`AuthoritiesError`]: none, or one that cannot be read.
    pub fn from_pem(text: &[u8]) -> Result<Self, AuthoritiesError> {
        let mut roots = Vec::new();
        for (number, certificate) in (1..).zip(CertificateDer::pem_slice_iter(text)) {
            let certificate =
                certificate.map_err(|error| AuthoritiesError::NotPem(error.to_string()))?;
            let anchor = anchor_from_trusted_cert(&certificate).map_err(|error| {
                AuthoritiesError::NotARoot { number, reason: error.to_string() }
            })?;
            roots.push(anchor.to_owned());
        }
        if roots.is_empty() {
            return Err(AuthoritiesError::NotPem("there is no `BEGIN CERTIFICATE`".to_owned()));
        }
        Ok(Self { roots, policy: None })
    }

    /// Asks that stamps be made under this policy.
    ///
    /// # Errors
    ///
    /// [`AuthoritiesError::Policy`] when it is none.
    pub fn under_policy(mut self, policy: &str) -> Result<Self, AuthoritiesError> {
        let parsed = policy.parse().map_err(|_| AuthoritiesError::Policy(policy.to_owned()))?;
        self.policy = Some(parsed);
        Ok(self)
    }

    /// Whether a certificate leads, through the others, to one of the roots, and could stamp time at the
    /// time in question: dates, constraints, usages and signatures of all on the way.
    pub(crate) fn vouch_for(
        &self,
        signer: &EndEntityCert<'_>,
        others: &[CertificateDer<'_>],
        at: UnixTime,
    ) -> Result<(), StampError> {
        let algorithms = webpki::ALL_VERIFICATION_ALGS;
        // An issuer on the way may say nothing of usages; the signer was asked already.
        let usage = KeyUsage::required_if_present(TIME_STAMPING);
        signer
            .verify_for_usage(algorithms, &self.roots, others, at, usage, None, None)
            .map(drop)
            .map_err(|error| StampError::Untrusted { reason: error.to_string() })
    }
}
