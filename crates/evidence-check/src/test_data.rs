//! A small ledger in memory: three cases, a commitment to the list of streams, a signed checkpoint.

use std::collections::BTreeMap;

use merkle_log::{
    Checkpoint, Hash, KeyKind, LogProof, MemoryTree, Policy, SignedNote, SignerKey, leaf_hash,
    prove_consistency, prove_inclusion, tree_root,
};
use sha2::{Digest, Sha256};
use time_anchor::{Authorities, Token};

use crate::{
    anchor::{Seen, Stamps},
    bundle::{AnchorContents, Contents},
    growth::GrowthProof,
    index::{IndexEntry, IndexProof, ProvedEntry, root_of},
    opening::{FIELDS, Opening},
    text::{to_base64, to_hex},
};

pub(crate) const ORIGIN: &str = "ledger.example/complaints";
pub(crate) const CASE: &str = "complaint-B";
pub(crate) const SECRET_WORDS: &str = "My card was charged twice, says Ünal.";

pub(crate) fn key() -> SignerKey {
    SignerKey::from_seed(ORIGIN, KeyKind::Note, &[7; 32]).unwrap()
}

pub(crate) fn witness() -> SignerKey {
    SignerKey::from_seed("witness.example/auditor", KeyKind::Cosignature, &[8; 32]).unwrap()
}

pub(crate) fn policy() -> Policy {
    Policy::parse(format!("log {}\nquorum none\n", key().verifier()).as_bytes()).unwrap()
}

/// The same log, and a witness that must have cosigned.
pub(crate) fn strict_policy() -> Policy {
    let (log, witness) = (key(), witness());
    let text =
        format!("log {}\nwitness auditor {}\nquorum auditor\n", log.verifier(), witness.verifier());
    Policy::parse(text.as_bytes()).unwrap()
}

pub(crate) fn opening(field: &str, content: impl AsRef<[u8]>) -> Opening {
    let (_, group) = FIELDS.iter().find(|(name, _)| *name == field).unwrap();
    let mut salt = [0; 64];
    salt.iter_mut()
        .zip(Sha256::digest(field).iter().cycle())
        .for_each(|(byte, from)| *byte = *from);
    Opening { field: field.to_owned(), group: *group, salt, content: content.as_ref().to_vec() }
}

pub(crate) fn openings() -> Vec<Opening> {
    vec![opening("narrative", SECRET_WORDS), opening("receipt-nonce", "blue horse 7")]
}

/// The recorded stamp over the checkpoint of 6 records, which `recorded/make.sh` made once, and the root of
/// the authority that made it.
pub(crate) const STAMP: &[u8] = include_bytes!("../recorded/stamp.tst");
pub(crate) const STAMP_ROOT: &[u8] = include_bytes!("../recorded/root.pem");
/// The time that it states.
pub(crate) const STAMPED_AT: &str = include_str!("../recorded/stamped-at.txt");
/// Where the record that holds it stands.
pub(crate) const ANCHOR: u64 = 6;

/// Reads stamps by the crate that the command line reads them by.
#[derive(Debug)]
pub(crate) struct Roots(pub(crate) Option<Authorities>);

impl Roots {
    pub(crate) fn nobody() -> Self {
        Self(None)
    }

    pub(crate) fn known() -> Self {
        Self(Some(Authorities::from_pem(STAMP_ROOT).unwrap()))
    }
}

impl Stamps for Roots {
    fn look(&self, token: &[u8], document: &[u8]) -> Result<Seen, String> {
        let token = Token::parse(token).map_err(|error| error.to_string())?;
        token.is_of(document).map_err(|error| error.to_string())?;
        let seen = Seen { time: token.claimed_time(), accuracy: 0, vouched_for: None };
        let Some(roots) = &self.0 else { return Ok(seen) };
        let stamp = token.verify(document, roots).map_err(|error| error.to_string())?;
        Ok(Seen { accuracy: stamp.accuracy, vouched_for: Some(stamp.authority), ..seen })
    }
}

pub(crate) const RECORDED_AT: &str = "2026-03-01T10:00:00.000Z";

pub(crate) fn record(
    stream: &str,
    version: u64,
    kind: &str,
    data: &str,
    openings: &[Opening],
) -> String {
    record_at(RECORDED_AT, stream, version, kind, data, openings)
}

fn record_at(
    time: &str,
    stream: &str,
    version: u64,
    kind: &str,
    data: &str,
    openings: &[Opening],
) -> String {
    let sealed: Vec<_> = openings
        .iter()
        .map(|opening| {
            let commitment = to_hex(&opening.commitment(ORIGIN, stream));
            format!(r#"{{"field":"{}","commitment":"{commitment}"}}"#, opening.field)
        })
        .collect();
    format!(
        r#"{{"v":1,"type":"{kind}","stream":"{stream}","version":{version},"recorded_at":"{time}","occurred_at":"{time}","actor":{{"id":"agent-1","role":"agent"}},"data":{data},"sealed":[{}]}}"#,
        sealed.join(",")
    )
}

/// A log of records, with everything that is proved of it.
pub(crate) struct SmallLog {
    pub(crate) records: Vec<(String, String)>,
    pub(crate) tree: MemoryTree,
    /// How many records the commitment covers: all before it.
    covers: usize,
}

impl SmallLog {
    /// Three cases, then the commitment, then one more event of the middle case if `more`.
    pub(crate) fn new(more: bool) -> Self {
        let mut records = Vec::new();
        for (stream, version) in
            [("complaint-A", 0), (CASE, 0), ("complaint-D", 0), (CASE, 1), ("complaint-A", 1)]
        {
            let is_opened = stream == CASE && version == 0;
            let opened = if is_opened { openings() } else { Vec::new() };
            let kind = if version == 0 { "complaint.received.v1" } else { "complaint.closed.v1" };
            records.push((stream.to_owned(), record(stream, version, kind, "{}", &opened)));
        }
        let covers = records.len();
        let entries = entries_of(&records);
        let list: MemoryTree = entries.iter().map(IndexEntry::leaf).collect();
        let data = format!(
            r#"{{"size":{covers},"root":"{}","entries":{},"definition":1}}"#,
            tree_root(&list, list.size()).unwrap(),
            entries.len()
        );
        let stream = "ledger-X";
        records
            .push((stream.to_owned(), record(stream, 0, "ledger.index-committed.v1", &data, &[])));
        if more {
            records.push((CASE.to_owned(), record(CASE, 2, "complaint.reopened.v1", "{}", &[])));
        }
        let tree = records.iter().map(|(_, record)| leaf_hash(record.as_bytes())).collect();
        Self { records, tree, covers }
    }

    /// The same with a time stamp over all records so far, and after it, if `later`, one more event of the
    /// middle case, recorded at that time.
    pub(crate) fn anchored(later: Option<&str>) -> Self {
        let mut log = Self::new(false);
        let stamped = log.checkpoint_of(ANCHOR);
        let (stream, data) = ("ledger-X", anchor_data(&stamped, STAMPED_AT, STAMP));
        let anchor = record(stream, 1, "ledger.time-anchored.v1", &data, &[]);
        log.records.push((stream.to_owned(), anchor));
        if let Some(time) = later {
            let reopened = record_at(time, CASE, 2, "complaint.reopened.v1", "{}", &[]);
            log.records.push((CASE.to_owned(), reopened));
        }
        log.tree = log.records.iter().map(|(_, record)| leaf_hash(record.as_bytes())).collect();
        log
    }

    /// The contents of a bundle under the checkpoint of the first `size` records, with the time stamp.
    pub(crate) fn anchored_contents(&self, size: u64) -> Contents {
        let mut contents = self.contents_of(size);
        let hashes = prove_consistency(&self.tree, ANCHOR, size).unwrap();
        contents.anchors.push(AnchorContents {
            position: ANCHOR,
            record: self.records[usize::try_from(ANCHOR).unwrap()].1.clone(),
            growth: GrowthProof { old_size: ANCHOR, hashes, checkpoint: self.checkpoint_of(size) },
            proof: (ANCHOR < size).then(|| self.proof_in(ANCHOR, size)),
        });
        contents
    }

    pub(crate) fn root_of_first(&self, size: u64) -> Hash {
        tree_root(&self.tree, size).unwrap()
    }

    pub(crate) fn checkpoint_of(&self, size: u64) -> SignedNote {
        let mut note =
            Checkpoint::new(ORIGIN, size, self.root_of_first(size)).unwrap().signed_by(&key());
        let cosignature = witness().sign(note.text(), 1_750_000_000);
        note.add(cosignature);
        note
    }

    pub(crate) fn checkpoint(&self) -> SignedNote {
        self.checkpoint_of(self.tree.size())
    }

    pub(crate) fn proof(&self, index: u64) -> LogProof {
        self.proof_in(index, self.tree.size())
    }

    fn proof_in(&self, index: u64, size: u64) -> LogProof {
        let hashes = prove_inclusion(&self.tree, index, size).unwrap();
        LogProof { extra: None, index, hashes, checkpoint: self.checkpoint_of(size) }
    }

    /// The proof that the log's own index gives for a stream, whether there is one or not.
    pub(crate) fn index_proof(&self, stream: &str) -> IndexProof {
        self.index_proof_in(stream, self.tree.size())
    }

    fn index_proof_in(&self, stream: &str, size: u64) -> IndexProof {
        let records = &self.records[..self.covers];
        let entries = entries_of(records);
        let list: MemoryTree = entries.iter().map(IndexEntry::leaf).collect();
        let prove = |place: usize| ProvedEntry {
            index: place as u64,
            entry: entries[place].clone(),
            hashes: prove_inclusion(&list, place as u64, list.size()).unwrap(),
        };
        let mine = |(name, _): &&(String, String)| name == stream;
        let leaves = records.iter().filter(mine).map(|(_, r)| leaf_hash(r.as_bytes())).collect();
        let found = entries.binary_search_by(|entry| entry.stream.as_str().cmp(stream));
        let places: Vec<usize> = match found {
            Ok(place) => vec![place],
            Err(0) => vec![0],
            Err(place) if place == entries.len() => vec![place - 1],
            Err(place) => vec![place - 1, place],
        };
        IndexProof {
            stream: stream.to_owned(),
            commitment: self.records[self.covers].1.clone(),
            leaves,
            entries: places.into_iter().map(prove).collect(),
            proof: self.proof_in(self.covers as u64, size),
        }
    }

    pub(crate) fn contents(&self) -> Contents {
        self.contents_of(self.tree.size())
    }

    fn contents_of(&self, size: u64) -> Contents {
        let mine = |(position, (stream, _)): &(usize, &(String, String))| {
            stream == CASE && (*position as u64) < size
        };
        let records: Vec<_> = self
            .records
            .iter()
            .enumerate()
            .filter(mine)
            .map(|(position, (_, record))| (record.clone(), self.proof_in(position as u64, size)))
            .collect();
        let first = records[0].1.index;
        Contents {
            origin: ORIGIN.to_owned(),
            stream: CASE.to_owned(),
            log_key: key().verifier().to_string(),
            checkpoint: self.checkpoint_of(size),
            records,
            openings: openings().into_iter().map(|opening| (first, opening)).collect(),
            index: Some(self.index_proof_in(CASE, size)),
            anchors: Vec::new(),
            reason: None,
        }
    }
}

/// What a record of a time stamp over a checkpoint says.
pub(crate) fn anchor_data(stamped: &SignedNote, stamped_at: &str, token: &[u8]) -> String {
    let checkpoint = Checkpoint::parse(stamped.text()).unwrap();
    let (note, token) = (stamped.to_string(), to_base64(token));
    format!(
        r#"{{"size":{},"root":"{}","checkpoint":{},"imprint":"{}","algorithm":"sha-256","authority":"a label","stamped_at":"{stamped_at}","token":{{"inline":"{token}"}}}}"#,
        checkpoint.size(),
        checkpoint.root(),
        serde_json::to_string(&note).unwrap(),
        to_hex(&Sha256::digest(&note)),
    )
}

fn entries_of(records: &[(String, String)]) -> Vec<IndexEntry> {
    let mut streams = BTreeMap::<&str, Vec<Hash>>::new();
    for (stream, record) in records {
        streams.entry(stream).or_default().push(leaf_hash(record.as_bytes()));
    }
    let entry = |(stream, leaves): (&str, Vec<Hash>)| IndexEntry {
        stream: stream.to_owned(),
        events: leaves.len() as u64,
        root: root_of(&leaves),
    };
    streams.into_iter().map(entry).collect()
}
