//! Index commitments: "these are all events of this case", and "there is no such case".
//!
//! From time to time a ledger commits to the list of all its streams. Definition 1 of that list: one
//! entry for each stream that has a record among the first `size` of the log, in the order of the
//! bytes of their names; an entry is `04`, the name, the number of the stream's records as a
//! big-endian u64, and the RFC 6962 root over their leaf hashes in the order of versions. The
//! commitment is the RFC 6962 root over these entries, and stands in the log itself as
//! `ledger.index-committed.v1`. Whoever has the log can compute it again.

use std::fmt;

use merkle_log::{
    CompactRange, Hash, LogProof, Policy, ProofError, empty_root, leaf_hash,
    log_proof::VerifyLogProofError, policy::Accepted, verify_inclusion,
};
use serde::Deserialize;

use crate::{
    json,
    record::{RecordError, RecordView},
    text::{
        HASHES_MAX, LineError, Lines, ParseFileError, decimal, from_base64, hash, hex, to_base64,
    },
};

/// The type of the record that holds a commitment.
pub const INDEX_COMMITTED: &str = "ledger.index-committed.v1";
/// The definition of entry and order that is described above.
pub const DEFINITION: u32 = 1;
/// The first line of a proof.
pub const INDEX_PROOF_HEADER: &str = "redress/index-proof@v1";

/// The kinds of streams that a ledger has (docs/format.md, "Record").
pub const STREAM_KINDS: [&str; 13] = [
    "access",
    "action",
    "complaint",
    "import",
    "inspection",
    "ledger",
    "referral",
    "report",
    "review",
    "rulebook",
    "staff",
    "subject",
    "volume",
];

/// Keeps an entry from being mistaken for another thing that is hashed.
const ENTRY_TAG: u8 = 0x04;

/// One stream in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexEntry {
    /// Its name.
    pub stream: String,
    /// How many records it has.
    pub events: u64,
    /// The root over their leaf hashes.
    pub root: Hash,
}

impl IndexEntry {
    /// The bytes that are hashed to a leaf of the list's tree.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![ENTRY_TAG];
        bytes.extend_from_slice(self.stream.as_bytes());
        bytes.extend_from_slice(&self.events.to_be_bytes());
        bytes.extend_from_slice(&self.root.0);
        bytes
    }

    /// Reads an entry; `None` when the bytes are none. All but the name has a fixed length, so there is
    /// one way to read them.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (rest, root) = bytes.strip_prefix(&[ENTRY_TAG])?.split_last_chunk::<32>()?;
        let (name, events) = rest.split_last_chunk::<8>()?;
        let stream = String::from_utf8(name.to_vec()).ok().filter(|name| is_stream_name(name))?;
        Some(Self { stream, events: u64::from_be_bytes(*events), root: Hash(*root) })
    }

    /// The leaf of the list's tree.
    pub fn leaf(&self) -> Hash {
        leaf_hash(&self.to_bytes())
    }
}

/// Whether a stream can have this name: letters, digits and hyphens.
fn is_stream_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Whether a stream of a ledger has such a name: a kind, a hyphen and a ULID, whose 26 characters are upper-case
/// letters and digits without I, L, O and U, and that is no higher than 128 bits. Of any other it is idle to say
/// that there is none.
pub fn is_stream(name: &str) -> bool {
    let Some((kind, ulid)) = name.split_once('-') else { return false };
    let is_letter = |byte: u8| match byte {
        b'I' | b'L' | b'O' | b'U' => false,
        _ => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
    };
    STREAM_KINDS.contains(&kind)
        && ulid.len() == 26
        && ulid.bytes().all(is_letter)
        && ulid.as_bytes().first().is_some_and(|first| *first <= b'7')
}

/// An entry with its way to the committed root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvedEntry {
    /// Its place in the list, from 0.
    pub index: u64,
    /// The entry.
    pub entry: IndexEntry,
    /// The inclusion proof in the tree over the list.
    pub hashes: Vec<Hash>,
}

/// A proof about one stream. Displayed as the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexProof {
    /// The stream it is about.
    pub stream: String,
    /// The stored bytes of the record that commits to the list.
    pub commitment: String,
    /// The leaf hashes of the stream's records, in the order of versions; empty in a proof that there
    /// is no such stream.
    pub leaves: Vec<Hash>,
    /// Its own entry; or those beside the place where it would be.
    pub entries: Vec<ProvedEntry>,
    /// That the commitment is in the log.
    pub proof: LogProof,
}

/// What a good proof shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexShown {
    /// The checkpoint, and who has cosigned it.
    pub accepted: Accepted,
    /// How many records of the log the commitment covers.
    pub size: u64,
    /// Where the commitment stands in the log.
    pub position: u64,
    /// How many events the stream had then; 0 when there was no such stream.
    pub events: u64,
}

/// Why an index proof does not convince.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// The commitment is not shown to be in a trusted log.
    #[error("the commitment: {0}")]
    Log(#[from] VerifyLogProofError),
    /// What is said to be the commitment is no record.
    #[error("the commitment: {0}")]
    Record(#[from] RecordError),
    /// The record is not a commitment that this version knows.
    #[error("expected a record of type {INDEX_COMMITTED}, definition {DEFINITION}, found another")]
    NotACommitment,
    /// It claims to cover records that were written after it.
    #[error("a commitment at position {position} cannot cover {size} records")]
    CoversItself {
        /// Where it stands.
        position: u64,
        /// How many it claims to cover.
        size: u64,
    },
    /// An entry is not in the list.
    #[error("entry {index} is not in the list that is committed to: {source}")]
    NotListed {
        /// Its place, as claimed.
        index: u64,
        /// What does not fit.
        source: ProofError,
    },
    /// The entry is about another stream or other events.
    #[error("the entry does not fit the leaves: {expected} expected, {found} found")]
    OtherEvents {
        /// What the entry says.
        expected: String,
        /// What the leaves give.
        found: String,
    },
    /// The entries leave room for the stream to be somewhere.
    #[error("the entries do not enclose the place where `{stream}` would be")]
    NotEnclosed {
        /// The stream.
        stream: String,
    },
}

/// The body of the record that holds a commitment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CommitmentView {
    /// How many records of the log it covers.
    pub size: u64,
    /// The root over the entries.
    #[serde(with = "hex")]
    pub root: [u8; 32],
    /// How many entries there are.
    pub entries: u64,
    /// Which definition was used.
    pub definition: u32,
}

impl CommitmentView {
    /// The commitment that a record holds.
    ///
    /// # Errors
    ///
    /// [`IndexError`] when it holds none that this version knows.
    pub fn of(record: &RecordView<'_>) -> Result<Self, IndexError> {
        if record.r#type != INDEX_COMMITTED || !record.stream.starts_with("ledger-") {
            return Err(IndexError::NotACommitment);
        }
        json::read::<Self>(record.data.get().as_bytes())
            .ok()
            .filter(|commitment| commitment.definition == DEFINITION)
            .ok_or(IndexError::NotACommitment)
    }
}

impl IndexProof {
    /// Reads an index proof.
    ///
    /// # Errors
    ///
    /// [`ParseFileError`], which names the line.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseFileError> {
        let mut lines = Lines::new(bytes);
        let header = "`redress/index-proof@v1`";
        if lines.next(header)? != INDEX_PROOF_HEADER {
            return Err(lines.error(header).into());
        }
        let expected = "`stream` and its name";
        let stream = lines.next(expected)?.strip_prefix("stream ");
        let stream = stream.filter(|name| is_stream_name(name)).ok_or(lines.error(expected))?;
        let expected = "`commitment` and a record in base64";
        let commitment = lines.next(expected)?.strip_prefix("commitment ").and_then(from_base64);
        let commitment = commitment.and_then(|bytes| String::from_utf8(bytes).ok());
        let commitment = commitment.ok_or(lines.error(expected))?;
        let (leaves, entries) = Self::parse_entries(&mut lines)?;
        let proof = lines.log_proof()?;
        Ok(Self { stream: stream.to_owned(), commitment, leaves, entries, proof })
    }

    fn parse_entries(lines: &mut Lines<'_>) -> Result<(Vec<Hash>, Vec<ProvedEntry>), LineError> {
        let expected = "`leaf` and a hash, `entry` with place and bytes, a hash of the last entry's \
                        proof, or an empty line";
        let (mut leaves, mut entries) = (Vec::new(), Vec::<ProvedEntry>::new());
        loop {
            let line = lines.next(expected)?;
            let wrong = || lines.error(expected);
            if line.is_empty() {
                return Ok((leaves, entries));
            }
            if let Some(leaf) = line.strip_prefix("leaf ") {
                if !entries.is_empty() {
                    return Err(wrong());
                }
                leaves.push(hash(leaf).ok_or_else(wrong)?);
            } else if let Some(entry) = line.strip_prefix("entry ") {
                let (index, entry) = entry.split_once(' ').ok_or_else(wrong)?;
                let index = decimal(index).ok_or_else(wrong)?;
                let entry = from_base64(entry).and_then(|bytes| IndexEntry::parse(&bytes));
                let entry = entry.ok_or_else(wrong)?;
                if entries.len() == 2 {
                    return Err(lines.error("an empty line, for no proof needs a third entry"));
                }
                entries.push(ProvedEntry { index, entry, hashes: Vec::new() });
            } else {
                let last = entries.last_mut().ok_or_else(wrong)?;
                if last.hashes.len() == HASHES_MAX {
                    return Err(lines.error("at most 63 hashes, for no tree needs more"));
                }
                last.hashes.push(hash(line).ok_or_else(wrong)?);
            }
        }
    }

    /// Checks what the proof claims: all events of its stream when it lists leaves, and that there
    /// is no such stream when it lists none.
    ///
    /// # Errors
    ///
    /// [`IndexError`], in the order of its variants.
    pub fn verify(&self, policy: &Policy) -> Result<IndexShown, IndexError> {
        let accepted = self.proof.verify(&leaf_hash(self.commitment.as_bytes()), policy)?;
        let record = RecordView::parse(self.commitment.as_bytes())?;
        let list = CommitmentView::of(&record)?;
        let (size, position) = (list.size, self.proof.index);
        if size > position {
            return Err(IndexError::CoversItself { position, size });
        }
        for ProvedEntry { index, entry, hashes } in &self.entries {
            verify_inclusion(&entry.leaf(), *index, list.entries, hashes, &Hash(list.root))
                .map_err(|source| IndexError::NotListed { index: *index, source })?;
        }
        let events = u64::try_from(self.leaves.len()).unwrap_or(u64::MAX);
        if events > 0 {
            self.verify_all_events(events)?;
        } else {
            self.verify_absence(&list)?;
        }
        Ok(IndexShown { accepted, size, position, events })
    }

    fn verify_all_events(&self, events: u64) -> Result<(), IndexError> {
        let found = IndexEntry { stream: self.stream.clone(), events, root: root_of(&self.leaves) };
        match self.entries.as_slice() {
            [proved] if proved.entry == found => Ok(()),
            [proved] => Err(IndexError::OtherEvents {
                expected: described(&proved.entry),
                found: described(&found),
            }),
            _ => Err(IndexError::OtherEvents {
                expected: "one entry".to_owned(),
                found: format!("{} entries", self.entries.len()),
            }),
        }
    }

    fn verify_absence(&self, list: &CommitmentView) -> Result<(), IndexError> {
        let name = self.stream.as_str();
        let is_enclosed = match self.entries.as_slice() {
            [] => list.entries == 0 && Hash(list.root) == empty_root(),
            [only] if only.entry.stream.as_str() > name => only.index == 0,
            [only] => {
                only.entry.stream.as_str() < name && only.index.checked_add(1) == Some(list.entries)
            }
            [before, after] => {
                before.index.checked_add(1) == Some(after.index)
                    && before.entry.stream.as_str() < name
                    && name < after.entry.stream.as_str()
            }
            _ => false,
        };
        let stream = self.stream.clone();
        if is_enclosed { Ok(()) } else { Err(IndexError::NotEnclosed { stream }) }
    }
}

/// The RFC 6962 root over a stream's leaf hashes.
pub fn root_of(leaves: &[Hash]) -> Hash {
    let mut tree = CompactRange::new();
    for leaf in leaves {
        tree.push(*leaf);
    }
    tree.root()
}

fn described(entry: &IndexEntry) -> String {
    format!("{} events of {} with root {}", entry.events, entry.stream, entry.root)
}

impl fmt::Display for IndexProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{INDEX_PROOF_HEADER}")?;
        writeln!(f, "stream {}", self.stream)?;
        writeln!(f, "commitment {}", to_base64(&self.commitment))?;
        self.leaves.iter().try_for_each(|leaf| writeln!(f, "leaf {}", to_base64(leaf.0)))?;
        for ProvedEntry { index, entry, hashes } in &self.entries {
            writeln!(f, "entry {index} {}", to_base64(entry.to_bytes()))?;
            hashes.iter().try_for_each(|hash| writeln!(f, "{}", to_base64(hash.0)))?;
        }
        write!(f, "\n{}", self.proof)
    }
}

#[cfg(test)]
mod tests;
