//! What belongs to a case: evidence, representatives, vulnerability.

use std::{collections::BTreeSet, fmt};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Party;
use crate::label::Label;

/// The number of a piece of evidence within its complaint, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EvidenceId(pub u16);

impl fmt::Display for EvidenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a piece of evidence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceKind {
    /// A contract, invoice, form or other paper.
    Document,
    /// A letter, e-mail or chat.
    Correspondence,
    /// A picture or film.
    Image,
    /// The record of a call or talk.
    Recording,
    /// What somebody states they saw or did.
    Statement,
    /// An excerpt of our own systems.
    SystemRecord,
    /// What an expert found.
    ExpertReport,
    /// A paper that lets somebody act for the complainant.
    Authority,
}

/// A file was put to the case. It lies sealed in the vault; the record holds its salted commitment
/// and the digest of the sealed blob, so that the file can be proved, and can be forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The next free number.
    pub evidence: EvidenceId,
    /// What it is.
    pub kind: EvidenceKind,
    /// Who gave it; nobody when we found it ourselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Party>,
    /// Its media type, such as `application/pdf`.
    pub media_type: Label,
}

/// The number of a representative within the complaint, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RepresentativeId(pub u16);

impl fmt::Display for RepresentativeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// In which capacity somebody acts for the complainant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RepresentativeKind {
    /// A lawyer or claims manager.
    Professional,
    /// A relative or friend.
    FamilyOrFriend,
    /// A guardian, or who holds a lasting power of attorney.
    Guardian,
    /// An heir, or who administers an estate.
    Heir,
    /// A consumer organisation.
    ConsumerOrganisation,
    /// One of several people who complain together.
    JointComplainant,
}

/// Somebody may act for the complainant; who it is, is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Representative {
    /// The next free number.
    pub representative: RepresentativeId,
    /// In which capacity.
    pub kind: RepresentativeKind,
    /// The last day of the authority, if it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// The evidence of the authority, if it was given in writing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceId>,
}

/// What makes somebody vulnerable.
///
/// # Source
///
/// FCA PS25/19: health, life events, resilience, capability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VulnerabilityDriver {
    /// A condition or illness that affects daily life.
    Health,
    /// Bereavement, loss of work, separation and the like.
    LifeEvents,
    /// Little that could carry a shock.
    Resilience,
    /// Little knowledge, confidence, language or digital skill.
    Capability,
}

/// The complainant is vulnerable, as far as is known now. What it is exactly, if it must be noted
/// at all, is a sealed note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vulnerability {
    /// What makes them so; at least one.
    pub drivers: BTreeSet<VulnerabilityDriver>,
    /// Whether the complaint is about, or was caused by, a failure to consider it.
    pub is_subject: bool,
}
