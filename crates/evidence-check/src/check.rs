//! Any piece of evidence, told apart by how it begins, and checked step by step.
//!
//! A check does not stop at the first thing that does not hold where it can go on: whoever looks at
//! evidence wants to know all that is wrong with it.

use std::fmt::{self, Display};

use jiff::Timestamp;
use merkle_log::{
    Checkpoint, LogProof, Policy, SignedNote, leaf_hash, policy::Accepted, verify_consistency,
};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    anchor::Stamps,
    bundle,
    counted::{self, looked::LookedFor},
    enclosure::Enclosure,
    growth::GrowthProof,
    index::{IndexProof, is_stream},
    opening::Opening,
    record::RecordView,
    text::to_hex,
};

/// What whoever checks brings along.
#[derive(Debug, Clone, Copy)]
pub struct Trust<'a> {
    /// Whom they trust.
    pub policy: &'a Policy,
    /// The record that a log proof is about, when the proof does not enclose it.
    pub record: Option<&'a [u8]>,
    /// The checkpoint they kept, which a consistency proof must begin with.
    pub old_checkpoint: Option<&'a [u8]>,
    /// Who reads the time stamps of a bundle, and knows whom to believe. Without, what they state stays open.
    pub stamps: Option<&'a dyn Stamps>,
    /// The nonce that a complainant chose, for their receipt.
    pub nonce: Option<&'a str>,
    /// The receipt of the complaint that a proof of where it is counted is about.
    pub receipt: Option<&'a [u8]>,
}

impl<'a> Trust<'a> {
    /// A policy and nothing else.
    pub fn policy(policy: &'a Policy) -> Self {
        Self {
            policy,
            record: None,
            old_checkpoint: None,
            stamps: None,
            nonce: None,
            receipt: None,
        }
    }
}

/// The kinds of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A signed checkpoint.
    Checkpoint,
    /// That a record is in the log.
    RecordProof,
    /// What a complainant gets: that their record is in the log, and what it commits to.
    Receipt,
    /// That one checkpoint extends another.
    Growth,
    /// That these are all events of a stream.
    Index,
    /// That there is no such stream.
    Absence,
    /// Where a published report counts a complaint.
    Counted,
    /// All evidence of one case.
    Bundle,
    /// None of these: a picture, a page, a letter.
    Unknown,
}

impl Kind {
    /// What the bytes claim to be, by how they begin. A text that begins like nothing else, and has something like a
    /// signature, is taken for a checkpoint, which may begin with any origin.
    pub fn of(bytes: &[u8]) -> Self {
        const BEGINNINGS: &[(&[u8], Kind)] = &[
            (b"PK\x03\x04", Kind::Bundle),
            (b"c2sp.org/tlog-proof@", Kind::RecordProof),
            (b"redress/index-proof@", Kind::Index),
            (b"redress/counted-proof@", Kind::Counted),
            (b"old ", Kind::Growth),
        ];
        let known = BEGINNINGS.iter().find(|(beginning, _)| bytes.starts_with(beginning));
        match known {
            Some((_, kind)) => *kind,
            None if looks_signed(bytes) => Self::Checkpoint,
            None => Self::Unknown,
        }
    }

    /// The kind in a few words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Checkpoint => "a checkpoint",
            Self::RecordProof => "a proof that a record is in the log",
            Self::Receipt => "a receipt",
            Self::Growth => "a proof that one checkpoint extends another",
            Self::Index => "a proof about all events of one stream",
            Self::Absence => "a proof that there is no such stream",
            Self::Counted => "a proof of where a published report counts a complaint",
            Self::Bundle => "an evidence bundle",
            Self::Unknown => "nothing known as evidence",
        }
    }
}

/// A time that a witness states, in UTC; what no calendar reaches stays a number.
fn moment(seconds: u64) -> String {
    let time = i64::try_from(seconds).ok().and_then(|it| Timestamp::from_second(it).ok());
    time.map_or_else(|| format!("Unix second {seconds}"), |time| time.to_string())
}

/// Whether a text could be a signed note.
fn looks_signed(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| text.contains("\n\n\u{2014} "))
}

/// What became of one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It holds.
    Holds,
    /// It does not, and why.
    Fails(String),
    /// Nothing here says so either way, and what would.
    Open(String),
}

/// One step of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Where: a file of a bundle, or a part of the one file.
    pub at: String,
    /// What should hold.
    pub claim: String,
    /// Whether it does.
    pub verdict: Verdict,
}

/// What a check came to. Holds personal data where the evidence does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// What the evidence is.
    pub kind: Kind,
    /// Whether nothing failed.
    pub is_good: bool,
    /// Every step, in order.
    pub steps: Vec<Step>,
    /// What the evidence shows, in name and value; only what was checked.
    pub facts: Vec<(String, String)>,
    /// The fields that were opened and fit what the record commits to, with their text. A file that is no text is
    /// among the facts, by its length and digest.
    pub opened: Vec<(String, String)>,
    /// What came of looking for a complaint, where its receipt was brought to a published report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub looked_for: Option<LookedFor>,
    /// The same fields and files, each with its bytes as they were handed in, to be saved.
    #[serde(skip)]
    pub contents: Vec<OpenedContent>,
}

/// What was opened and fits what the record commits to: personal data. Its `Debug` shows the length only.
#[derive(Clone, PartialEq, Eq)]
pub struct OpenedContent {
    /// The name of the field, in a bundle after the position of its record, as `12-evidence`: letters, digits and hyphens.
    pub name: String,
    /// What was sealed.
    pub content: Vec<u8>,
}

impl OpenedContent {
    /// Whether it is text.
    pub fn is_text(&self) -> bool {
        std::str::from_utf8(&self.content).is_ok()
    }
}

impl fmt::Debug for OpenedContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenedContent")
            .field("name", &self.name)
            .field("bytes", &self.content.len())
            .finish_non_exhaustive()
    }
}

impl Checked {
    /// The first step that failed: where, what, why.
    pub fn first_failure(&self) -> Option<(&str, &str, &str)> {
        self.steps.iter().find_map(|step| match &step.verdict {
            Verdict::Fails(why) => Some((step.at.as_str(), step.claim.as_str(), why.as_str())),
            Verdict::Holds | Verdict::Open(_) => None,
        })
    }
}

/// A check under way.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    taken: Vec<Step>,
    facts: Vec<(String, String)>,
    opened: Vec<(String, String)>,
    looked_for: Option<LookedFor>,
    contents: Vec<OpenedContent>,
}

impl Steps {
    /// Notes whether something holds, and gives it back if it does.
    pub(crate) fn take<T, E: Display>(
        &mut self,
        at: &str,
        claim: impl Into<String>,
        result: Result<T, E>,
    ) -> Option<T> {
        let (verdict, value) = match result {
            Ok(value) => (Verdict::Holds, Some(value)),
            Err(why) => (Verdict::Fails(why.to_string()), None),
        };
        self.taken.push(Step { at: at.to_owned(), claim: claim.into(), verdict });
        value
    }

    /// Notes what nothing here shows.
    pub(crate) fn open(&mut self, at: &str, claim: impl Into<String>, what_would: &str) {
        let verdict = Verdict::Open(what_would.to_owned());
        self.taken.push(Step { at: at.to_owned(), claim: claim.into(), verdict });
    }

    /// Notes a step that another check left open.
    pub(crate) fn leave_open(&mut self, step: Step) {
        self.taken.push(step);
    }

    pub(crate) fn fact(&mut self, name: &str, value: impl Display) {
        self.facts.push((name.to_owned(), value.to_string()));
    }

    /// What came of looking for a complaint, which is a fact in words too.
    pub(crate) fn looked_for(&mut self, found: LookedFor) {
        self.fact("counted", &found);
        self.looked_for = Some(found);
    }

    /// What an accepted checkpoint states, and who has cosigned it.
    pub(crate) fn accepted(&mut self, accepted: &Accepted) {
        self.fact("log", accepted.checkpoint.origin());
        self.fact("tree size", accepted.checkpoint.size());
        self.fact("root", accepted.checkpoint.root());
        for (witness, time) in &accepted.cosigned {
            self.fact("cosigned by", format_args!("{witness} at {}", moment(*time)));
        }
    }

    /// Opens fields of a record, each a step of its own.
    pub(crate) fn openings(
        &mut self,
        at: &str,
        origin: &str,
        record: &RecordView<'_>,
        openings: &[Opening],
    ) {
        for opening in openings {
            let claim = format!("the record commits to this `{}`", opening.field);
            if self.take(at, claim, opening.check(origin, record)).is_none() {
                continue;
            }
            self.contents.push(OpenedContent {
                name: bundle::opened_name(at).unwrap_or(&opening.field).to_owned(),
                content: opening.content.clone(),
            });
            match opening.text() {
                Some(text) => self.opened.push((opening.field.clone(), text.to_owned())),
                None => self.fact(&format!("opened {}", opening.field), in_words(&opening.content)),
            }
        }
    }

    pub(crate) fn done(self, kind: Kind) -> Checked {
        let Self { taken: steps, facts, opened, looked_for, contents } = self;
        let is_good = !steps.iter().any(|step| matches!(step.verdict, Verdict::Fails(_)));
        Checked { kind, is_good, steps, facts, opened, looked_for, contents }
    }
}

/// A file that is no text: which it is, and not what it shows.
fn in_words(file: &[u8]) -> String {
    format!(
        "{} bytes that are no text, with the SHA-256 {}",
        file.len(),
        to_hex(&Sha256::digest(file))
    )
}

/// Checks evidence of any kind.
pub fn check(bytes: &[u8], trust: &Trust<'_>) -> Checked {
    let steps = Steps::default();
    match Kind::of(bytes) {
        Kind::Checkpoint => checkpoint(steps, bytes, trust),
        Kind::RecordProof | Kind::Receipt => log_proof(steps, bytes, trust),
        Kind::Growth => growth(steps, bytes, trust),
        Kind::Index | Kind::Absence => index(steps, bytes, trust),
        Kind::Counted => counted::proof::check(steps, bytes, trust),
        Kind::Bundle => bundle::check(steps, bytes, trust),
        Kind::Unknown => unknown(steps),
    }
}

fn unknown(mut steps: Steps) -> Checked {
    let claim = "it is a bundle, a receipt, a proof or a checkpoint";
    steps.take("the file", claim, Err::<(), _>("it begins as none of them does"));
    steps.done(Kind::Unknown)
}

fn checkpoint(mut steps: Steps, bytes: &[u8], trust: &Trust<'_>) -> Checked {
    let at = "checkpoint";
    let note = steps.take(at, "it is a signed note", SignedNote::parse(bytes));
    let accepted = note.and_then(|note| {
        steps.take(at, "those whom the policy names have signed it", trust.policy.accept(&note))
    });
    if let Some(accepted) = accepted {
        steps.accepted(&accepted);
    }
    steps.done(Kind::Checkpoint)
}

fn log_proof(mut steps: Steps, bytes: &[u8], trust: &Trust<'_>) -> Checked {
    let at = "proof";
    let proof = steps.take(at, "it is a log proof (C2SP tlog-proof)", LogProof::parse(bytes));
    let Some(proof) = proof else { return steps.done(Kind::RecordProof) };
    let enclosed = proof.extra.as_deref().filter(|_| trust.record.is_none()).map(Enclosure::parse);
    let enclosure = match (trust.record, enclosed) {
        (Some(record), _) => String::from_utf8(record.to_vec())
            .map(Enclosure::of_record)
            .map_err(|_| "the record is not UTF-8".to_owned()),
        (None, Some(enclosure)) => enclosure.map_err(|error| error.to_string()),
        (None, None) => Err("the proof encloses no record; bring it with --record".to_owned()),
    };
    let enclosure = steps.take("extra", "the record is there", enclosure);
    let Some(enclosure) = enclosure else { return steps.done(Kind::RecordProof) };
    let kind = if enclosure.receipt.is_some() { Kind::Receipt } else { Kind::RecordProof };

    let claim = "those whom the policy names have signed the checkpoint";
    let accepted = steps.take("checkpoint", claim, trust.policy.accept(&proof.checkpoint));
    if let Some(accepted) = &accepted {
        steps.accepted(accepted);
        let verified = proof.verify(&leaf_hash(enclosure.record.as_bytes()), trust.policy);
        let claim = format!("the record is at position {} of the log", proof.index);
        if steps.take("inclusion", claim, verified).is_some() {
            steps.fact("position", proof.index);
        }
    }
    let record = RecordView::parse(enclosure.record.as_bytes());
    if let Some(record) = steps.take("extra", "the record can be read", record) {
        steps.fact("stream", &record.stream);
        steps.fact("event", &record.r#type);
        steps.fact("recorded at", &record.recorded_at);
        let origin = Checkpoint::parse(proof.checkpoint.text());
        let origin = origin.as_ref().map_or("", Checkpoint::origin);
        steps.openings("extra", origin, &record, &enclosure.openings);
        if kind == Kind::Receipt || trust.nonce.is_some() {
            steps.take("extra", "it is the first record of a complaint", is_receipt_of(&record));
        }
        if kind == Kind::Receipt && trust.nonce.is_none() {
            let would = match enclosure.nonce() {
                Some(_) => "the nonce that you chose when you complained, with --nonce",
                None => "a nonce that the complainant chose; this record was made without one",
            };
            steps.open("extra", "nobody else was given the receipt of this record", would);
        }
        if let Some(chosen) = trust.nonce {
            let mine = match enclosure.nonce() {
                Some(opened) if opened.text() == Some(chosen) => Ok(()),
                Some(_) => Err(
                    "it opens another: yours is not spelled as it was chosen, or this is somebody else's receipt",
                ),
                None => Err("it opens none"),
            };
            steps.take("extra", "it opens the nonce that you chose", mine);
        }
    }
    steps.done(kind)
}

/// Whether a record can have a receipt: anything else shows of no complaint that it was taken in.
fn is_receipt_of(record: &RecordView<'_>) -> Result<(), String> {
    let is_received = record.r#type.strip_prefix("complaint.received.v").is_some_and(|version| {
        !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit())
    });
    if is_received && record.version == 0 && record.stream.starts_with("complaint-") {
        return Ok(());
    }
    let (found, stream) = (&record.r#type, &record.stream);
    Err(format!("expected complaint.received of a complaint, found {found} of {stream}"))
}

fn growth(mut steps: Steps, bytes: &[u8], trust: &Trust<'_>) -> Checked {
    let growth = steps.take("proof", "it is a consistency proof", GrowthProof::parse(bytes));
    let Some(growth) = growth else { return steps.done(Kind::Growth) };
    let by_policy = |note: &SignedNote| trust.policy.accept(note);
    let claim = "those whom the policy names have signed the new checkpoint";
    let new = steps.take("checkpoint", claim, by_policy(&growth.checkpoint));
    let old = trust.old_checkpoint.ok_or_else(|| {
        "nothing to compare with; bring the checkpoint you kept with --old".to_owned()
    });
    let old = old.and_then(|bytes| SignedNote::parse(bytes).map_err(|error| error.to_string()));
    let old = old.and_then(|note| by_policy(&note).map_err(|error| error.to_string()));
    let claim = "those whom the policy names have signed the checkpoint you kept";
    let old = steps.take("old checkpoint", claim, old);
    let (Some(old), Some(new)) = (old, new) else { return steps.done(Kind::Growth) };
    steps.accepted(&new);
    let (old, new) = (old.checkpoint, new.checkpoint);
    let same_log = if old.origin() == new.origin() && old.size() == growth.old_size {
        Ok(())
    } else {
        let (expected, found) = (old.size(), growth.old_size);
        Err(format!("expected size {expected} of {}, found {found} of another", old.origin()))
    };
    steps.take("proof", "it begins at the checkpoint you kept", same_log);
    let grown =
        verify_consistency(old.size(), new.size(), &old.root(), &new.root(), &growth.hashes);
    let claim = format!("the first {} of {} records are the same", old.size(), new.size());
    steps.take("proof", claim, grown);
    steps.done(Kind::Growth)
}

fn index(mut steps: Steps, bytes: &[u8], trust: &Trust<'_>) -> Checked {
    let proof = steps.take("proof", "it is an index proof", IndexProof::parse(bytes));
    let Some(proof) = proof else { return steps.done(Kind::Index) };
    let is_absence = proof.leaves.is_empty();
    let claim = if is_absence {
        format!("there is no stream {} in the list of all streams", proof.stream)
    } else {
        format!("these {} are all events of {}", proof.leaves.len(), proof.stream)
    };
    if is_absence {
        let named = is_stream(&proof.stream)
            .then_some(())
            .ok_or("no stream has such a name: expected a kind, a hyphen and a ULID in upper case");
        steps.take("proof", format!("a stream can be named {}", proof.stream), named);
    }
    if let Some(shown) = steps.take("proof", claim, proof.verify(trust.policy)) {
        steps.accepted(&shown.accepted);
        if is_absence {
            let (stream, size) = (&proof.stream, shown.size);
            steps.fact("no such stream", format_args!("{stream} among the first {size} records"));
        } else {
            steps.fact("stream", &proof.stream);
            steps.fact("events", shown.events);
            steps.fact("as of", format_args!("the first {} records", shown.size));
        }
        steps.fact("committed at position", shown.position);
    }
    steps.done(if is_absence { Kind::Absence } else { Kind::Index })
}

#[cfg(test)]
mod tests;
