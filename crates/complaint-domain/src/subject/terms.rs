//! The bodies of commands and events about a data subject: the stored schema.

use std::collections::BTreeMap;

use jiff::{Span, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    codes::{closed_list, named_variants},
    label::Label,
    reference::ComplaintId,
    sealed::{KeyId, PersonalField, SubjectRef},
};

/// A command about a data subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectCommand {
    /// Note that the person agrees to a use of their data beside the complaint itself.
    GiveConsent(Consent),
    /// Note that they agree no more.
    WithdrawConsent(Consent),
    /// Let nobody open the data for now.
    Restrict(Restriction),
    /// Let it be opened again, after the person was told.
    LiftRestriction(RestrictionLift),
    /// Let nobody erase the data for now.
    Hold(Hold),
    /// Lift such a hold.
    ReleaseHold(HoldRelease),
    /// Ask that the data be erased.
    RequestErasure(ErasureRequest),
    /// Answer that: with an order, or with what stands against it.
    DecideErasure(ErasureDecision),
    /// Record what was destroyed. For the program that destroyed it.
    RecordErasure(ErasureRecord),
}

named_variants!(SubjectCommand, NAMES, name {
    GiveConsent = "give-consent",
    WithdrawConsent = "withdraw-consent",
    Restrict = "restrict",
    LiftRestriction = "lift-restriction",
    Hold = "hold",
    ReleaseHold = "release-hold",
    RequestErasure = "request-erasure",
    DecideErasure = "decide-erasure",
    RecordErasure = "record-erasure",
});

impl SubjectCommand {
    /// The complaint whose data it is about.
    pub const fn complaint(&self) -> &ComplaintId {
        match self {
            Self::GiveConsent(body) | Self::WithdrawConsent(body) => &body.complaint,
            Self::Restrict(body) => &body.complaint,
            Self::LiftRestriction(body) => &body.complaint,
            Self::Hold(body) => &body.complaint,
            Self::ReleaseHold(body) => &body.complaint,
            Self::RequestErasure(body) => &body.complaint,
            Self::DecideErasure(body) => &body.complaint,
            Self::RecordErasure(body) => &body.complaint,
        }
    }
}

/// What happened to a data subject's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubjectEvent {
    /// Under which key the data lies: noted with the first that is decided about it.
    KeyRecorded(KeyRecord),
    /// The person agrees to a use.
    ConsentGiven(Consent),
    /// They agree no more.
    ConsentWithdrawn(Consent),
    /// Nobody may open the data for now.
    Restricted(Restriction),
    /// It may be opened again.
    RestrictionLifted(RestrictionLift),
    /// Nobody may erase the data for now.
    Held(Hold),
    /// The hold was lifted.
    HoldReleased(HoldRelease),
    /// Somebody asked that the data be erased.
    ErasureRequested(ErasureRequest),
    /// It is not, with every reason why.
    ErasureRefused(ErasureRefusal),
    /// It is to be erased: from then on nothing of it may be opened or added.
    ErasureOrdered(ErasureOrder),
    /// It was erased, for good.
    Erased(ErasureRecord),
}

/// Under which key a person's data lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRecord {
    /// The complaint.
    pub complaint: ComplaintId,
    /// The random reference to the person, as the complaint's records have it.
    pub subject: SubjectRef,
    /// The data key, as they have it.
    pub key: KeyId,
}

/// For what beside the complaint itself data may be used, if the person agrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConsentPurpose {
    /// The narrative may be published.
    Publication,
    /// They may be asked how they found it.
    Survey,
    /// It may be passed to another body that could help.
    Sharing,
    /// It may be shown to those who train handlers.
    Training,
}

/// A person and a use of their data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Whose: the person behind this complaint.
    pub complaint: ComplaintId,
    /// For what.
    pub purpose: ConsentPurpose,
}

/// Why data is not to be used for now (GDPR, article 18 (1)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RestrictionGround {
    /// The person says that it is wrong (a).
    AccuracyContested,
    /// It was unlawful to have it, and the person does not want it erased (b).
    UnlawfulProcessing,
    /// Nobody but the person needs it, for a claim of theirs (c).
    NeededForClaims,
    /// The person objected, and whose interest weighs more is not settled (d).
    ObjectionPending,
}

/// Nobody may open the data for now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restriction {
    /// Of the person behind this complaint.
    pub complaint: ComplaintId,
    /// Why.
    pub ground: RestrictionGround,
}

/// The data may be opened again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestrictionLift {
    /// Of the person behind this complaint.
    pub complaint: ComplaintId,
    /// When the person was told, before it (GDPR, article 18 (3)).
    pub notified: Timestamp,
}

/// Nobody may erase the data for now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Of the person behind this complaint.
    pub complaint: ComplaintId,
    /// What the hold is called, such as the number of a proceeding.
    pub hold: Label,
    /// By whose authority: a court, a regulator, the legal department.
    pub authority: Label,
    /// The last day on which it holds, in UTC; until it is released, when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// A hold is lifted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldRelease {
    /// Of the person behind this complaint.
    pub complaint: ComplaintId,
    /// Which hold.
    pub hold: Label,
}

/// Why data is to be erased (GDPR, article 17 (1); PIPL, article 47).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErasureGround {
    /// It is not needed any more (a).
    NoLongerNeeded,
    /// The person agrees no more (b).
    ConsentWithdrawn,
    /// The person objects (c).
    Objection,
    /// It was unlawful to have it (d).
    UnlawfulProcessing,
    /// A law demands it (e).
    LegalObligation,
    /// The time for which it is kept is over.
    RetentionOver,
}

/// Somebody asks that the data be erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureRequest {
    /// Of the person behind this complaint.
    pub complaint: ComplaintId,
    /// Why.
    pub ground: ErasureGround,
}

/// The request is to be answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureDecision {
    /// Of the person behind this complaint.
    pub complaint: ComplaintId,
}

/// What stands against an erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ErasureObstacle {
    /// The complaint is still to be answered, for which the data is needed.
    ComplaintOpen,
    /// The committee was asked, and has come to nothing yet.
    BeforeCommittee,
    /// A body outside took the complaint up, and has come to nothing yet.
    BeforeBody {
        /// Which.
        body: Label,
    },
    /// A legal hold.
    Held {
        /// Which.
        hold: Label,
    },
    /// The time for which the rulebook says it is kept has not passed.
    Retention {
        /// The last day of it, in UTC.
        until: Date,
    },
}

/// The data is not erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureRefusal {
    /// Of the person behind this complaint.
    pub complaint: ComplaintId,
    /// Everything that stands against it; at least one.
    pub because: Vec<ErasureObstacle>,
}

/// The data is to be erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureOrder {
    /// Of the person behind this complaint.
    pub complaint: ComplaintId,
}

/// What was destroyed: keys, and how many texts of each field; never what they said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureRecord {
    /// Of the person behind this complaint.
    pub complaint: ComplaintId,
    /// The data keys that are no more.
    pub keys: Vec<KeyId>,
    /// How many sealed texts of each field are no more.
    pub fields: BTreeMap<PersonalField, u64>,
}

/// From when the time for which data is kept is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetentionStart {
    /// From the day the complaint came in.
    Receipt,
    /// From the day it last ended.
    End,
}

/// How long personal data is kept at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// How many calendar months.
    pub months: u16,
    /// From when.
    pub counted_from: RetentionStart,
}

impl Retention {
    /// The last day on which it is kept, of a complaint that came in and ended on these days. Where the
    /// month has no such day, its last.
    pub fn until(self, received_on: Date, ended_on: Date) -> Date {
        let from = match self.counted_from {
            RetentionStart::Receipt => received_on,
            RetentionStart::End => ended_on,
        };
        from.saturating_add(Span::new().months(self.months))
    }
}

closed_list! {
    ConsentPurpose {
        Publication = "publication",
        Survey = "survey",
        Sharing = "sharing",
        Training = "training",
    }
    RestrictionGround {
        AccuracyContested = "accuracy-contested",
        UnlawfulProcessing = "unlawful-processing",
        NeededForClaims = "needed-for-claims",
        ObjectionPending = "objection-pending",
    }
    ErasureGround {
        NoLongerNeeded = "no-longer-needed",
        ConsentWithdrawn = "consent-withdrawn",
        Objection = "objection",
        UnlawfulProcessing = "unlawful-processing",
        LegalObligation = "legal-obligation",
        RetentionOver = "retention-over",
    }
    RetentionStart { Receipt = "receipt", End = "end" }
}
