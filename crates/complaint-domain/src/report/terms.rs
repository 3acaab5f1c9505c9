//! What is said of a report: commands, events, and the bodies they share.

use std::{collections::BTreeSet, fmt};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    codes::{closed_list, named_variants},
    label::Label,
    review::VoteChoice,
    sealed::Digest,
};

/// What a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReportKind {
    /// What came in, what became of it, how long it took.
    Transparency,
    /// What the committee did.
    Committee,
}

/// What was there, came, went and is left: of complaints, or of the committee's cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// Open when the first day began.
    pub at_start: u64,
    /// Came in, or were taken up again.
    pub came: u64,
    /// Were ended.
    pub went: u64,
    /// Open when the last day ended.
    pub at_end: u64,
}

impl Balance {
    /// Whether what came and went explains the difference.
    pub fn adds_up(self) -> bool {
        let Self { at_start, came, went, at_end } = self;
        match (at_start.checked_add(came), went.checked_add(at_end)) {
            (Some(had), Some(has)) => had == has,
            (None, _) | (_, None) => false,
        }
    }
}

impl fmt::Display for Balance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at_start, came, went, at_end } = self;
        write!(f, "{at_start} + {came} - {went} = {at_end}")
    }
}

/// A report as it stands in files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportDraft {
    /// What it is about.
    pub kind: ReportKind,
    /// The first day of its period, in UTC.
    pub first_day: Date,
    /// The last day, which belongs to it.
    pub last_day: Date,
    /// How many records of the log it was counted from.
    pub size: u64,
    /// The RFC 6962 root over them.
    pub root: Digest,
    /// Its balance.
    pub balance: Balance,
    /// SHA-256 of the list of its files, each with its own SHA-256 (docs/format.md).
    pub digest: Digest,
}

impl ReportDraft {
    /// Whether both are the report of one kind and period.
    pub fn is_of(&self, other: &Self) -> bool {
        (self.kind, self.first_day, self.last_day) == (other.kind, other.first_day, other.last_day)
    }
}

/// A member's own vote on a draft; the actor of the record is the member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportVote {
    /// On what: the digest of the files that the member has read.
    pub digest: Digest,
    /// How.
    pub choice: VoteChoice,
    /// What the member holds against it all the same, by codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reservations: Vec<Label>,
}

/// The votes are to be counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndorsementOrder {
    /// What the committee says with it, in short public words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<Label>,
}

/// The committee endorses what the digest stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endorsed {
    /// What is endorsed.
    pub digest: Digest,
    /// How many had to vote, by the rules of that day.
    pub quorum: u16,
    /// How many voted for it.
    pub votes_for: u16,
    /// How many voted against it.
    pub votes_against: u16,
    /// How many abstained.
    pub abstentions: u16,
    /// What the committee says with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<Label>,
    /// What members hold against it all the same.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub reservations: BTreeSet<Label>,
}

/// Publish what the digest stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// What is published: the digest of the files that go out.
    pub digest: Digest,
    /// Where: a name or address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Label>,
}

/// It was published. Says all that whoever has the files needs to hold them to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// What went out, and from what it was counted.
    pub report: ReportDraft,
    /// How the committee endorsed it; nothing where the rulebook let it go out without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endorsed: Option<Endorsed>,
    /// Where: a name or address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Label>,
}

/// Why a published report is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RestatementReason {
    /// It was counted wrongly.
    CountingError,
    /// Something that happened in its period was recorded later.
    LateRecords,
    /// Records of its period were corrected.
    Corrections,
    /// It told something that it should not have.
    Disclosure,
}

/// A published report is to be replaced, once this draft is endorsed and published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restatement {
    /// Why.
    pub reason: RestatementReason,
    /// What it rests on, by codes. At least one.
    pub grounds: Vec<Label>,
    /// What it replaces: the digest that is published.
    pub replaces: Digest,
    /// What is to stand instead.
    pub report: ReportDraft,
}

/// A command to one report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReportCommand {
    /// Draft it. A later draft replaces it, and the votes on it.
    Draft(ReportDraft),
    /// Cast one's own vote on the draft.
    CastVote(ReportVote),
    /// Count the votes.
    Endorse(EndorsementOrder),
    /// Publish it.
    Publish(Publication),
    /// Draft what is to replace what was published.
    Restate(Restatement),
}

/// What happened to a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportEvent {
    /// It was drafted.
    Drafted(ReportDraft),
    /// The actor voted.
    VoteCast(ReportVote),
    /// The committee endorsed it.
    Endorsed(Endorsed),
    /// It was published.
    Published(Published),
    /// What is to replace it was drafted.
    Restated(Restatement),
}

named_variants! { ReportCommand, NAMES, name {
    Draft = "draft",
    CastVote = "cast-vote",
    Endorse = "endorse",
    Publish = "publish",
    Restate = "restate",
} }

closed_list! {
    ReportKind { Transparency = "transparency", Committee = "committee" }
    RestatementReason {
        CountingError = "counting-error",
        LateRecords = "late-records",
        Corrections = "corrections",
        Disclosure = "disclosure",
    }
}
