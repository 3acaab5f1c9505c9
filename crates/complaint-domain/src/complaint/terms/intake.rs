//! What is said when a complaint comes in and is first looked at.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::RemedyKind;
use crate::{label::Label, right::Right};

/// The way a message came in or went out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// By telephone.
    Phone,
    /// By e-mail.
    Email,
    /// Through a web form.
    Web,
    /// Through an app.
    App,
    /// By letter.
    Letter,
    /// By fax.
    Fax,
    /// Face to face.
    InPerson,
    /// At a branch.
    Branch,
    /// On social media.
    SocialMedia,
    /// In a chat.
    Chat,
    /// Through a regulator's platform.
    RegulatorPlatform,
    /// Passed on by another body.
    Referral,
}

/// Where a complaint came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Source {
    /// Straight to us.
    Direct,
    /// Taken in from a file that another body published or sent.
    Imported {
        /// The kind of file, such as `cfpb`.
        scheme: Label,
        /// The number the complaint has there.
        reference: Label,
    },
}

/// What a complaint is about, in the terms of one taxonomy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matter {
    /// The taxonomy and its version, such as `cfpb-2013`.
    pub taxonomy: Label,
    /// The product or service.
    pub product: Label,
    /// A finer product, where the taxonomy has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_product: Option<Label>,
    /// What went wrong with it, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<Label>,
    /// A finer issue, where the taxonomy has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_issue: Option<Label>,
}

/// What is known of a complaint on the day it comes in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// How it came in.
    pub channel: Channel,
    /// Where it came from.
    pub source: Source,
    /// What it is about, as the complainant or the source says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matter: Option<Matter>,
    /// The company complained of, when that is not the ledger's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub respondent: Option<Label>,
    /// A coarse region, such as a state; anything finer is sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Label>,
    /// The language the complainant writes or speaks, as a BCP 47 tag such as `en` or `zh-CN`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Label>,
    /// Groups the source says the complainant belongs to, such as `Older American`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Label>,
    /// What the complainant wants.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remedies_requested: Vec<RemedyKind>,
}

/// How the complainant was told of the receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// By which way.
    pub channel: Channel,
}

/// How serious it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// An inconvenience.
    Low,
    /// A loss that can be made good.
    Medium,
    /// A serious loss or distress.
    High,
    /// Harm to health, livelihood or many people.
    Critical,
}

/// How much work it is to find out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Complexity {
    /// One fact, one person.
    Simple,
    /// A few facts or people.
    Standard,
    /// Many facts, several departments or outside parties.
    Complex,
}

/// How many it touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Impact {
    /// This complainant only.
    Single,
    /// A known number of others.
    Several,
    /// Perhaps everybody in the same position.
    Systemic,
}

/// The initial assessment.
///
/// # Source
///
/// ISO 10002:2018, clause 7.5.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// How serious it is.
    pub severity: Severity,
    /// Whether somebody's safety is at risk.
    pub safety: bool,
    /// How much work it is to find out.
    pub complexity: Complexity,
    /// How many it touches.
    pub impact: Impact,
    /// Whether something must be done at once.
    pub immediate_action: bool,
}

/// What it is about, and the rights at stake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Classification {
    /// What it is about.
    pub matter: Matter,
    /// The rights at stake; at least one.
    pub rights: BTreeSet<Right>,
}
