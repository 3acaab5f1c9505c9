//! Who opened whose personal data, and for what: one stream for each time it was done.
//!
//! It is recorded before anything is handed out, so that what was handed out was recorded. Nothing
//! personal is in it: the names of fields, never what they say.
//!
//! # Source
//!
//! GDPR, articles 5 (2) and 30: whoever processes personal data can show it; Personal Information
//! Protection Law of China, article 56: records of processing are kept for three years.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    actor::Role,
    aggregate::{Aggregate, Occasion},
    codes::{closed_list, named_variants},
    fact::{Fact, LedgerEvent},
    reference::ComplaintId,
    sealed::PersonalField,
    subject::{Closed, Subject},
};

/// What personal data was opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccessPurpose {
    /// The complainant's receipt.
    Receipt,
    /// A bundle of all evidence of the case, for whoever is entitled to it.
    CaseBundle,
    /// A letter to the complainant, printed or sent.
    Letter,
    /// Held against the texts of all other complaints, to suggest which may be the same. No text is shown.
    DuplicateSearch,
    /// Read by whoever works on the complaint.
    Handling,
}

closed_list! {
    AccessPurpose {
        Receipt = "receipt",
        CaseBundle = "case-bundle",
        Letter = "letter",
        DuplicateSearch = "duplicate-search",
        Handling = "handling",
    }
}

/// Personal data that is opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disclosure {
    /// Of which complaint.
    pub complaint: ComplaintId,
    /// Which fields of it; at least one.
    pub fields: BTreeSet<PersonalField>,
    /// For what.
    pub purpose: AccessPurpose,
}

/// A command to an access stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccessCommand {
    /// Record that personal data is opened now.
    Record(Disclosure),
}

/// What an access stream says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccessEvent {
    /// Personal data was opened.
    PersonalDataOpened(Disclosure),
}

/// One opening of personal data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Access {
    /// No event yet.
    #[default]
    NotRecorded,
    /// It was recorded.
    Recorded(Disclosure),
}

/// Why a command was refused. When several reasons apply, the first in this list is the one given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccessRejection {
    /// A role that may not see personal data.
    #[error("expected somebody who may see personal data, found the role `{role}`")]
    RoleMayNot {
        /// The role.
        role: Role,
    },
    /// A second entry in one stream.
    #[error("expected a stream of its own for each opening, found one that is recorded in it")]
    AlreadyRecorded,
    /// It is said to have happened after now.
    #[error("expected something that happened by {now}, found {occurred_at}")]
    OccurredInFuture {
        /// When it is said to have happened.
        occurred_at: Timestamp,
        /// The time now.
        now: Timestamp,
    },
    /// Nothing is opened.
    #[error("expected at least one field, found none")]
    FieldsMissing,
    /// What the person's own stream says stands against it.
    #[error("{0}")]
    MayNotBeOpened(Closed),
}

/// What recording an opening depends on besides the state and the command.
#[derive(Debug, Clone, Copy)]
pub struct AccessCircumstances<'a> {
    /// Who opens it, and when.
    pub occasion: &'a Occasion,
    /// The person whose data it is, as their stream stands.
    pub subject: &'a Subject,
}

named_variants!(AccessRejection, CODES, code {
    RoleMayNot = "role-may-not",
    AlreadyRecorded = "already-recorded",
    OccurredInFuture = "occurred-in-future",
    FieldsMissing = "fields-missing",
    MayNotBeOpened = "may-not-be-opened",
});

named_variants!(AccessCommand, NAMES, name { Record = "record" });

/// Administrators keep the machine and see no complaint; whoever complains sees their own by receipt.
fn may_see(role: Role) -> bool {
    match role {
        Role::Agent
        | Role::Supervisor
        | Role::CommitteeMember
        | Role::CommitteeChair
        | Role::Auditor
        | Role::ComplianceOfficer
        | Role::Regulator
        | Role::DataProtectionOfficer
        | Role::System => true,
        Role::Administrator | Role::Complainant | Role::Public => false,
    }
}

impl Aggregate for Access {
    type Command = AccessCommand;
    type Event = AccessEvent;
    type Rejection = AccessRejection;
    type Circumstances<'a> = AccessCircumstances<'a>;

    const STREAM_KIND: &'static str = "access";

    fn decide(
        &self,
        command: &AccessCommand,
        circumstances: &AccessCircumstances<'_>,
    ) -> Result<Vec<AccessEvent>, AccessRejection> {
        let AccessCommand::Record(disclosure) = command;
        let AccessCircumstances { occasion, subject } = *circumstances;
        let role = occasion.actor.role;
        if !may_see(role) {
            return Err(AccessRejection::RoleMayNot { role });
        }
        if matches!(self, Self::Recorded(_)) {
            return Err(AccessRejection::AlreadyRecorded);
        }
        if occasion.is_in_future() {
            let Occasion { occurred_at, now, .. } = *occasion;
            return Err(AccessRejection::OccurredInFuture { occurred_at, now });
        }
        if disclosure.fields.is_empty() {
            return Err(AccessRejection::FieldsMissing);
        }
        if let Some(closed) = subject.closed() {
            return Err(AccessRejection::MayNotBeOpened(closed));
        }
        Ok(vec![AccessEvent::PersonalDataOpened(disclosure.clone())])
    }

    fn evolve(self, fact: &Fact<AccessEvent>) -> Self {
        let AccessEvent::PersonalDataOpened(disclosure) = &fact.event;
        Self::Recorded(disclosure.clone())
    }

    fn to_ledger(event: AccessEvent) -> LedgerEvent {
        LedgerEvent::Access(event)
    }

    fn from_ledger(event: LedgerEvent) -> Option<AccessEvent> {
        let LedgerEvent::Access(event) = event else { return None };
        Some(event)
    }
}

#[cfg(test)]
pub(crate) mod tests;
