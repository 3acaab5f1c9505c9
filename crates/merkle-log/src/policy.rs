//! Trust policies: which logs and witnesses somebody trusts, and how many must agree.

use alloc::{collections::BTreeMap, collections::BTreeSet, string::String, vec::Vec};

use crate::{
    checkpoint::{Checkpoint, ParseCheckpointError},
    key::{KeyKind, ParseKeyError, VerifierKey},
    note::{SignedNote, Verified, VerifyNoteError},
    text::decimal,
};

/// U+FEFF in UTF-8, and in UTF-16 of either order: no policy may begin with it.
const BYTE_ORDER_MARKS: [&[u8]; 3] = [&[0xef, 0xbb, 0xbf], &[0xff, 0xfe], &[0xfe, 0xff]];

/// A log that is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyLog {
    /// Its key; the name is its origin.
    pub key: VerifierKey,
    /// Where it is reached. Any bytes but spaces and control characters.
    pub url: Option<Vec<u8>>,
}

/// A witness that is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyWitness {
    /// What the policy calls it.
    pub name: Vec<u8>,
    /// Its key.
    pub key: VerifierKey,
    /// Where it is reached. Any bytes but spaces and control characters.
    pub url: Option<Vec<u8>>,
}

/// What a name in the policy stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Member {
    Witness { place: usize },
    Group { threshold: usize, members: Vec<Vec<u8>> },
}

/// A policy, as read from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    names: BTreeMap<Vec<u8>, Member>,
    quorum: Quorum,
}

/// Who must have cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Quorum {
    Nobody,
    Named(Vec<u8>),
}

/// What is wrong with a line of a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct ParsePolicyError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub fault: PolicyFault,
}

/// What can be wrong with a line of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFault {
    /// A byte order mark, as some editors put before a text.
    #[error(
        "a byte order mark before the text: expected UTF-8 without one; save the file without it"
    )]
    ByteOrderMark,
    /// A carriage return, as texts from Windows have one at the end of each line.
    #[error("a carriage return: expected lines that end in a newline alone, as on Unix")]
    CarriageReturn,
    /// Another control character than tab and newline.
    #[error("a control character")]
    ControlCharacter,
    /// The last line has no newline.
    #[error("the last line must end in a newline")]
    NoNewline,
    /// The first word is none of ours.
    #[error("expected log, witness, group or quorum")]
    UnknownWord,
    /// Too few or too many words.
    #[error("expected `{0}`")]
    Words(&'static str),
    /// The key cannot be read.
    #[error("the key cannot be used: {0}")]
    Key(ParseKeyError),
    /// The key is of the wrong kind: logs have note keys, witnesses have cosignature keys.
    #[error("a log needs a key of type 0x01, a witness one of type 0x04")]
    KeyKind,
    /// The same public key stands on an earlier line of this kind.
    #[error("this key is on an earlier line already")]
    DuplicateKey,
    /// The name is taken, or is `none`.
    #[error("this name is taken")]
    TakenName,
    /// The name is not on an earlier line.
    #[error("a name that no earlier line defines")]
    UnknownName,
    /// The name is a member of a group already.
    #[error("a name can be a member of one group only, once")]
    SecondMembership,
    /// The threshold is not all, any, or a number from 1 to the number of members.
    #[error("expected all, any, or a number from 1 to the number of members")]
    Threshold,
    /// A second quorum.
    #[error("a policy has one quorum")]
    SecondQuorum,
    /// The file ends without a quorum.
    #[error("the policy ends without a quorum")]
    NoQuorum,
}

/// Why a policy does not accept a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Its text is not that of a checkpoint.
    #[error(transparent)]
    Text(#[from] ParseCheckpointError),
    /// No trusted log has this origin.
    #[error("line 1: `{origin}` is not a log of the policy")]
    UnknownLog {
        /// The origin of the checkpoint.
        origin: String,
    },
    /// The log itself has not signed.
    #[error("the log `{origin}` has not signed")]
    NotSigned {
        /// The origin of the checkpoint.
        origin: String,
    },
    /// A signature by a known key is bad.
    #[error(transparent)]
    Signature(#[from] VerifyNoteError),
    /// Too few witnesses have cosigned.
    #[error("the quorum is not reached: {cosigned} of {known} known witnesses have cosigned")]
    NoQuorum {
        /// How many known witnesses have cosigned.
        cosigned: usize,
        /// How many the policy knows.
        known: usize,
    },
}

/// A checkpoint that a policy accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// The known witnesses that have cosigned, by the names of their keys, with the latest time each
    /// states in Unix seconds.
    pub cosigned: BTreeMap<String, u64>,
}

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    ///
    /// [`ParsePolicyError`], which names the line.
    ///
    /// # Source
    ///
    /// C2SP tlog-policy, "Policy file syntax and structure".
    pub fn parse(bytes: &[u8]) -> Result<Self, ParsePolicyError> {
        let mut reading = Reading::default();
        let mut line = 0_usize;
        if BYTE_ORDER_MARKS.iter().any(|mark| bytes.starts_with(mark)) {
            return Err(ParsePolicyError { line: 1, fault: PolicyFault::ByteOrderMark });
        }
        let mut lines = bytes.split(|byte| *byte == b'\n').peekable();
        while let Some(text) = lines.next() {
            line = line.saturating_add(1);
            if lines.peek().is_none() {
                // What follows the last newline must be nothing.
                if !text.is_empty() {
                    return Err(ParsePolicyError { line, fault: PolicyFault::NoNewline });
                }
                break;
            }
            reading.line(text).map_err(|fault| ParsePolicyError { line, fault })?;
        }
        let Reading { logs, witnesses, names, quorum, .. } = reading;
        let quorum = quorum.ok_or(ParsePolicyError { line, fault: PolicyFault::NoQuorum })?;
        Ok(Self { logs, witnesses, names, quorum })
    }

    /// The logs, in the order of the file.
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// The witnesses, in the order of the file.
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// Accepts a checkpoint of a known log that has signed it, cosigned by enough witnesses.
    ///
    /// # Errors
    ///
    /// [`PolicyError`], which says what is missing.
    pub fn accept(&self, note: &SignedNote) -> Result<Accepted, PolicyError> {
        let checkpoint = Checkpoint::parse(note.text())?;
        let origin = || String::from(checkpoint.origin());
        let log_keys: Vec<_> = self
            .logs
            .iter()
            .map(|log| &log.key)
            .filter(|key| key.name() == checkpoint.origin())
            .cloned()
            .collect();
        if log_keys.is_empty() {
            return Err(PolicyError::UnknownLog { origin: origin() });
        }
        match note.verify(&log_keys) {
            Ok(_) => {}
            Err(VerifyNoteError::Unverified) => {
                return Err(PolicyError::NotSigned { origin: origin() });
            }
            Err(bad) => return Err(bad.into()),
        }
        Ok(Accepted { checkpoint, cosigned: self.cosigned(note)? })
    }

    /// The known witnesses that have cosigned, if they are enough, by the names of their keys, with
    /// the latest time each states in Unix seconds. Whether the log has signed is not looked at.
    ///
    /// # Errors
    ///
    /// [`PolicyError`]: a bad cosignature, or no quorum.
    pub fn cosigned(&self, note: &SignedNote) -> Result<BTreeMap<String, u64>, PolicyError> {
        let witness_keys: Vec<_> = self.witnesses.iter().map(|w| w.key.clone()).collect();
        let found = match note.verify(&witness_keys) {
            Ok(found) => found,
            Err(VerifyNoteError::Unverified) => Vec::new(),
            Err(bad) => return Err(bad.into()),
        };
        let cosigned = self.cosigners(&found);
        let is_reached = match &self.quorum {
            Quorum::Nobody => true,
            Quorum::Named(name) => self.is_witnessed(name, &cosigned),
        };
        if !is_reached {
            let known = self.witnesses.len();
            return Err(PolicyError::NoQuorum { cosigned: cosigned.len(), known });
        }
        let mut times = BTreeMap::new();
        for signature in found {
            let time = signature.time.unwrap_or(0);
            let latest = times.entry(String::from(signature.key.name())).or_insert(time);
            *latest = time.max(*latest);
        }
        Ok(times)
    }

    fn cosigners(&self, found: &[Verified<'_>]) -> BTreeSet<usize> {
        let has_cosigned = |w: &PolicyWitness| found.iter().any(|v| *v.key == w.key);
        let places = self.witnesses.iter().enumerate();
        places.filter(|(_, witness)| has_cosigned(witness)).map(|(place, _)| place).collect()
    }

    /// Ends, because a group has only members from lines before its own.
    fn is_witnessed(&self, name: &[u8], cosigned: &BTreeSet<usize>) -> bool {
        match self.names.get(name) {
            Some(Member::Witness { place }) => cosigned.contains(place),
            Some(Member::Group { threshold, members }) => {
                let witnessed = members.iter().filter(|m| self.is_witnessed(m, cosigned)).count();
                witnessed >= *threshold
            }
            None => false,
        }
    }
}

/// A policy in the course of being read.
#[derive(Debug, Default)]
struct Reading {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    names: BTreeMap<Vec<u8>, Member>,
    grouped: BTreeSet<Vec<u8>>,
    quorum: Option<Quorum>,
}

impl Reading {
    fn line(&mut self, line: &[u8]) -> Result<(), PolicyFault> {
        if line.contains(&b'\r') {
            return Err(PolicyFault::CarriageReturn);
        }
        if line.iter().any(|byte| matches!(byte, 0..=8 | 10..=31 | 127)) {
            return Err(PolicyFault::ControlCharacter);
        }
        let words: Vec<&[u8]> = line
            .split(|byte| matches!(byte, b' ' | b'\t'))
            .filter(|word| !word.is_empty())
            .collect();
        match words.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", key] => self.log(key, None),
            [b"log", key, url] => self.log(key, Some(url)),
            [b"log", ..] => Err(PolicyFault::Words("log KEY [URL]")),
            [b"witness", name, key] => self.witness(name, key, None),
            [b"witness", name, key, url] => self.witness(name, key, Some(url)),
            [b"witness", ..] => Err(PolicyFault::Words("witness NAME KEY [URL]")),
            [b"group", name, threshold, members @ ..] if !members.is_empty() => {
                self.group(name, threshold, members)
            }
            [b"group", ..] => Err(PolicyFault::Words("group NAME all|any|NUMBER MEMBER...")),
            [b"quorum", name] => self.quorum(name),
            [b"quorum", ..] => Err(PolicyFault::Words("quorum NAME|none")),
            _ => Err(PolicyFault::UnknownWord),
        }
    }

    fn log(&mut self, key: &[u8], url: Option<&[u8]>) -> Result<(), PolicyFault> {
        let key = parse_key(key, KeyKind::Note)?;
        if self.logs.iter().any(|log| log.key.public_key() == key.public_key()) {
            return Err(PolicyFault::DuplicateKey);
        }
        self.logs.push(PolicyLog { key, url: url.map(<[u8]>::to_vec) });
        Ok(())
    }

    fn witness(&mut self, name: &[u8], key: &[u8], url: Option<&[u8]>) -> Result<(), PolicyFault> {
        let key = parse_key(key, KeyKind::Cosignature)?;
        if self.witnesses.iter().any(|witness| witness.key.public_key() == key.public_key()) {
            return Err(PolicyFault::DuplicateKey);
        }
        self.define(name, Member::Witness { place: self.witnesses.len() })?;
        let url = url.map(<[u8]>::to_vec);
        self.witnesses.push(PolicyWitness { name: name.to_vec(), key, url });
        Ok(())
    }

    fn group(
        &mut self,
        name: &[u8],
        threshold: &[u8],
        members: &[&[u8]],
    ) -> Result<(), PolicyFault> {
        let count = members.len();
        let threshold = match threshold {
            b"all" => Some(count),
            b"any" => Some(1),
            number => core::str::from_utf8(number)
                .ok()
                .and_then(decimal)
                .and_then(|number| usize::try_from(number).ok())
                .filter(|number| (1..=count).contains(number)),
        };
        let threshold = threshold.ok_or(PolicyFault::Threshold)?;
        for member in members {
            if !self.names.contains_key(*member) {
                return Err(PolicyFault::UnknownName);
            }
            if !self.grouped.insert(member.to_vec()) {
                return Err(PolicyFault::SecondMembership);
            }
        }
        let members = members.iter().map(|member| member.to_vec()).collect();
        self.define(name, Member::Group { threshold, members })
    }

    fn quorum(&mut self, name: &[u8]) -> Result<(), PolicyFault> {
        if self.quorum.is_some() {
            return Err(PolicyFault::SecondQuorum);
        }
        if name != b"none" && !self.names.contains_key(name) {
            return Err(PolicyFault::UnknownName);
        }
        let is_nobody = name == b"none";
        self.quorum = Some(if is_nobody { Quorum::Nobody } else { Quorum::Named(name.to_vec()) });
        Ok(())
    }

    fn define(&mut self, name: &[u8], member: Member) -> Result<(), PolicyFault> {
        if name == b"none" || self.names.contains_key(name) {
            return Err(PolicyFault::TakenName);
        }
        self.names.insert(name.to_vec(), member);
        Ok(())
    }
}

fn parse_key(key: &[u8], kind: KeyKind) -> Result<VerifierKey, PolicyFault> {
    let text = core::str::from_utf8(key).map_err(|_| PolicyFault::Key(ParseKeyError::Name))?;
    let key: VerifierKey = text.parse().map_err(PolicyFault::Key)?;
    if key.kind() == kind { Ok(key) } else { Err(PolicyFault::KeyKind) }
}

#[cfg(test)]
mod tests;
