//! Who acts, and in which role.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{codes::closed_list, label::Label};

/// The pseudonym of a person or program that acts: an account name, never a person's name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ActorId(pub Label);

impl ActorId {
    /// Whether it is a name as accounts have: no white space, as the names of persons have, and no
    /// `@`, as their addresses have. Every record holds it for ever. Asked of
    /// whoever a command names; not of what is replayed: records from before this rule may hold others.
    pub fn names_an_account(&self) -> bool {
        !self.0.as_str().contains(|c: char| c == '@' || c.is_whitespace())
    }
}

impl fmt::Display for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// In which capacity somebody acts. Closed list, from the roles in the process description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Handles complaints day to day.
    Agent,
    /// Leads agents; may approve remedies above an agent's limit.
    Supervisor,
    /// Sits on the independent committee.
    CommitteeMember,
    /// Chairs the independent committee.
    CommitteeChair,
    /// Reads everything, writes nothing.
    Auditor,
    /// Exports to regulators.
    ComplianceOfficer,
    /// Reads what falls under their supervision.
    Regulator,
    /// Answers for personal data.
    DataProtectionOfficer,
    /// Runs the machine; has no access to complaints.
    Administrator,
    /// The person who complains.
    Complainant,
    /// Anybody else.
    Public,
    /// A program of the ledger itself: an importer, a process manager.
    System,
}

closed_list! {
    Role {
        Agent = "agent",
        Supervisor = "supervisor",
        CommitteeMember = "committee-member",
        CommitteeChair = "committee-chair",
        Auditor = "auditor",
        ComplianceOfficer = "compliance-officer",
        Regulator = "regulator",
        DataProtectionOfficer = "data-protection-officer",
        Administrator = "administrator",
        Complainant = "complainant",
        Public = "public",
        System = "system",
    }
}

impl Role {
    /// Whether it stands above those who handle complaints, so that it may say something of them or for them.
    pub const fn supervises(self) -> bool {
        matches!(self, Self::Supervisor | Self::ComplianceOfficer | Self::CommitteeChair)
    }
}

/// Who acts, and in which capacity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The account.
    pub id: ActorId,
    /// The capacity in which it acts here.
    pub role: Role,
}
