//! What a receipt gives to look with, and what has to be found with it.

use std::fmt;

use jiff::{Timestamp, civil::Date, tz::Offset};
use merkle_log::{Hash, LogProof, leaf_hash, policy::Accepted};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value;

use super::tag;
use crate::{
    Enclosure,
    check::{Checked, Kind, Step, Trust, Verdict, check},
    json,
    record::RecordView,
};

/// So often a complaint is looked for in one table: none has as many rights at stake, nor ends as often in a period.
pub(crate) const MENTIONS_MAX: u32 = 64;

/// Makes the tags of one complaint: whoever can is its holder, or the ledger.
#[derive(Clone)]
pub struct Tagger {
    secret: [u8; 32],
    leaf: Hash,
}

impl fmt::Debug for Tagger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tagger(…)")
    }
}

impl Tagger {
    /// By the secret of the receipt, and the leaf of the record that opens the complaint.
    pub fn new(secret: [u8; 32], leaf: Hash) -> Self {
        Self { secret, leaf }
    }

    /// Its tag in a table.
    pub fn tag(&self, report: &str, table: &str, mention: u32) -> [u8; 32] {
        tag(&self.secret, report, table, mention, &self.leaf)
    }

    /// Its mentions in a table, one after the other, by whoever tells where a tag stands.
    pub fn mentions<P>(
        &self,
        report: &str,
        table: &str,
        mut place_of: impl FnMut(&[u8; 32]) -> Option<P>,
    ) -> Vec<P> {
        (0..MENTIONS_MAX).map_while(|again| place_of(&self.tag(report, table, again))).collect()
    }
}

/// A complaint, as the holder of its receipt can look for it.
#[derive(Debug, Clone)]
pub struct Mine {
    /// Its tags.
    pub tagger: Tagger,
    /// Where its first record stands in the log.
    pub position: u64,
    /// Its stream.
    pub stream: String,
    /// The day of its receipt (UTC), as its first record has it.
    pub received: Date,
    /// When that record was recorded.
    pub recorded: Timestamp,
    /// What its first record says of it that no later one takes back.
    pub(crate) states: States,
    /// The tree in which the receipt shows it.
    pub(crate) accepted: Accepted,
    /// What the receipt leaves open.
    pub(crate) open: Vec<Step>,
}

impl Mine {
    /// Checks a receipt, by whom `trust` names and with their nonce, and takes from it what is needed.
    ///
    /// # Errors
    ///
    /// The first thing about the receipt that does not hold.
    pub fn open(receipt: &[u8], trust: &Trust<'_>) -> Result<Self, String> {
        let checked = check(receipt, &Trust { record: None, receipt: None, ..*trust });
        if let Some((at, claim, why)) = checked.first_failure() {
            return Err(format!("expected that {claim}; {at}: {why}"));
        }
        if checked.kind != Kind::Receipt {
            return Err(format!("expected a receipt, found {}", checked.kind.name()));
        }
        let unreadable = || "the receipt cannot be read".to_owned();
        let proof = LogProof::parse(receipt).map_err(|_| unreadable())?;
        let extra = proof.extra.as_deref().ok_or_else(unreadable)?;
        let enclosure = Enclosure::parse(extra).map_err(|_| unreadable())?;
        let secret = enclosure.receipt.as_ref().ok_or_else(unreadable)?.0;
        let bytes = enclosure.record.as_bytes();
        let record = RecordView::parse(bytes).map_err(|_| unreadable())?;
        let received: Timestamp = record.occurred_at.parse().map_err(|_| unreadable())?;
        Ok(Self {
            tagger: Tagger::new(secret, leaf_hash(bytes)),
            position: proof.index,
            recorded: record.recorded_at.parse().map_err(|_| unreadable())?,
            states: json::read(record.data.get().as_bytes()).map_err(|_| unreadable())?,
            stream: record.stream.into_owned(),
            received: Offset::UTC.to_datetime(received).date(),
            accepted: trust.policy.accept(&proof.checkpoint).map_err(|_| unreadable())?,
            open: left_open(checked),
        })
    }

    /// Whether a report of these days has to count it among the complaints received, by what its first record says, if
    /// that record is among those it was counted from.
    pub fn is_within(&self, first_day: Date, last_day: Date) -> bool {
        (first_day..=last_day).contains(&self.received)
    }
}

/// What the first record of a complaint says of it, as far as tables count by it. Another product or company can take the
/// place of the first, but none is none again.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct States {
    source: Option<Value>,
    channel: Option<Value>,
    matter: Option<IgnoredAny>,
    region: Option<IgnoredAny>,
    language: Option<IgnoredAny>,
    respondent: Option<IgnoredAny>,
}

impl States {
    /// The populations of tables that the complaint belongs to from its receipt on.
    pub(crate) fn is_of(&self, population: &str) -> bool {
        population == "received" || (population == "imported" && self.is_from("imported"))
    }

    fn is_from(&self, kind: &str) -> bool {
        let found = self.source.as_ref().and_then(|source| source.get("kind"));
        found.and_then(Value::as_str) == Some(kind)
    }

    /// How it came in.
    pub(crate) fn channel(&self) -> Option<&str> {
        self.channel.as_ref().and_then(Value::as_str)
    }

    /// The tables that a report has which counts the complaint, for it has a value in them: names, and why.
    pub(crate) fn tables(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        [
            ("received-by-product", "a product", self.matter.is_some()),
            ("received-by-region", "a region", self.region.is_some()),
            ("received-by-respondent", "a company", self.respondent.is_some()),
            ("received-by-language", "a language", self.language.is_some()),
            ("received-by-missed-limit", "that it was made to us", self.is_from("direct")),
        ]
        .into_iter()
        .filter(|(.., is_stated)| *is_stated)
        .map(|(table, what, _)| (table, what))
    }
}

/// What a receipt does not show, for whoever looks for their complaint with it.
fn left_open(checked: Checked) -> Vec<Step> {
    let is_open = |step: &Step| matches!(step.verdict, Verdict::Open(_));
    checked.steps.into_iter().filter(is_open).collect()
}
