//! All evidence of one case in one file that needs nothing else.
//!
//! An [`archive`](crate::archive) with the stored bytes of each record, a C2SP tlog-proof for each,
//! one signed checkpoint under which all of them stand, opened fields, a proof that the events are all
//! there are, time stamps of outside authorities, a page that checks it in a browser, and a list of
//! digests (docs/format.md).

use std::collections::BTreeMap;

use merkle_log::{Checkpoint, LogProof, Policy, SignedNote, leaf_hash};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use self::{
    anchors::Dated,
    readme::{Parts, Told},
};
use crate::{
    archive::{Files, ReadArchiveError, WriteArchiveError, read_archive, write_archive},
    check::{Checked, Kind, Steps, Trust},
    growth::GrowthProof,
    index::{IndexProof, IndexShown},
    json,
    opening::Opening,
    page,
    record::RecordView,
    text::to_hex,
};

mod anchors;
mod readme;

/// The list of contents.
pub const MANIFEST: &str = "bundle.json";
/// The signed checkpoint.
pub const CHECKPOINT: &str = "checkpoint.txt";
/// The proof that the events are all there are; only when the ledger has committed to its index.
pub const INDEX: &str = "index.proof";
/// What it is, for people.
pub const README: &str = "README.txt";
/// The page that checks all the others.
pub const PAGE: &str = "verify.html";

/// What `bundle.json` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// `redress-bundle`.
    pub format: String,
    /// 1, or 2 when there are time anchors, or 3 when an opened field is no text: an older program then knows that
    /// it does not know all of it.
    pub version: u32,
    /// The log.
    pub origin: String,
    /// The case.
    pub stream: String,
    /// The key that the log says it signs with. Whoever checks must know it from elsewhere.
    pub log_key: String,
    /// The positions of the records, in the order of their versions.
    pub positions: Vec<u64>,
    /// The positions of the time anchors, rising.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub anchors: Vec<u64>,
    /// SHA-256 of every other file but the page, in hexadecimal.
    pub files: BTreeMap<String, String>,
}

/// The format's name.
pub const FORMAT: &str = "redress-bundle";
/// The version of the format without time anchors.
pub const VERSION: u32 = 1;
/// The version of the format with time anchors.
pub const VERSION_WITH_ANCHORS: u32 = 2;
/// The version of the format with opened fields that are no text, with time anchors or without.
pub const VERSION_WITH_BYTES: u32 = 3;

/// The name of a record's file.
pub fn record_name(position: u64) -> String {
    format!("records/{position:012}.json")
}

/// The name of a record's proof.
pub fn proof_name(position: u64) -> String {
    format!("proofs/{position:012}.tlog-proof")
}

/// The name of an opened field.
pub fn opening_name(position: u64, field: &str) -> String {
    format!("openings/{position:012}-{field}.json")
}

/// What an opened field is called where it is saved: its position and field, if this is the name of one.
pub(crate) fn opened_name(file: &str) -> Option<&str> {
    file.strip_prefix("openings/")?.strip_suffix(".json")
}

/// The name of the record of a time anchor.
pub fn anchor_name(position: u64) -> String {
    format!("anchors/{position:012}.json")
}

/// The name of the proof that the checkpoint extends the one that was stamped.
pub fn anchor_growth_name(position: u64) -> String {
    format!("anchors/{position:012}.growth")
}

/// The name of the proof that a time anchor is in the log.
pub fn anchor_proof_name(position: u64) -> String {
    format!("anchors/{position:012}.tlog-proof")
}

/// A time anchor for a bundle.
#[derive(Debug, Clone)]
pub struct AnchorContents {
    /// Where it stands in the log.
    pub position: u64,
    /// The stored bytes of its record.
    pub record: String,
    /// That the checkpoint extends the one that was stamped.
    pub growth: GrowthProof,
    /// That it is in the log; none when it stands after what the checkpoint covers.
    pub proof: Option<LogProof>,
}

/// What goes into a bundle.
#[derive(Debug, Clone)]
pub struct Contents {
    /// The log.
    pub origin: String,
    /// The case.
    pub stream: String,
    /// The key that the log signs with.
    pub log_key: String,
    /// The checkpoint.
    pub checkpoint: SignedNote,
    /// Each record with its proof under that checkpoint, in the order of versions.
    pub records: Vec<(String, LogProof)>,
    /// Opened fields, each with the position of its record.
    pub openings: Vec<(u64, Opening)>,
    /// That these are all events of the case.
    pub index: Option<IndexProof>,
    /// What outside authorities say of when the records existed, in the order of positions.
    pub anchors: Vec<AnchorContents>,
    /// Why fields are opened, and for whom: stands in the bundle's `README.txt`.
    pub reason: Option<String>,
}

impl Contents {
    /// Whether an opened field is no text.
    fn has_bytes(&self) -> bool {
        self.openings.iter().any(|(_, opening)| opening.text().is_none())
    }
}

/// Writes a bundle: the same contents give the same bytes.
///
/// # Errors
///
/// [`WriteArchiveError`]: more than an archive can hold.
pub fn write(contents: &Contents) -> Result<Vec<u8>, WriteArchiveError> {
    let mut files = Files::new();
    let mut positions = Vec::new();
    files.insert(README.to_owned(), readme_of(contents).into_bytes());
    files.insert(CHECKPOINT.to_owned(), contents.checkpoint.to_string().into_bytes());
    for (record, proof) in &contents.records {
        positions.push(proof.index);
        files.insert(record_name(proof.index), record.clone().into_bytes());
        files.insert(proof_name(proof.index), proof.to_string().into_bytes());
    }
    for (position, opening) in &contents.openings {
        let json = serde_json::to_vec(opening).unwrap_or_default();
        files.insert(opening_name(*position, &opening.field), json);
    }
    if let Some(index) = &contents.index {
        files.insert(INDEX.to_owned(), index.to_string().into_bytes());
    }
    for AnchorContents { position, record, growth, proof } in &contents.anchors {
        files.insert(anchor_name(*position), record.clone().into_bytes());
        files.insert(anchor_growth_name(*position), growth.to_string().into_bytes());
        if let Some(proof) = proof {
            files.insert(anchor_proof_name(*position), proof.to_string().into_bytes());
        }
    }
    let anchors: Vec<_> = contents.anchors.iter().map(|anchor| anchor.position).collect();
    let version = version_with(&anchors, contents.has_bytes());
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        version,
        origin: contents.origin.clone(),
        stream: contents.stream.clone(),
        log_key: contents.log_key.clone(),
        positions,
        anchors,
        files: files.iter().map(|(name, bytes)| (name.clone(), digest(bytes))).collect(),
    };
    let manifest = serde_json::to_vec(&manifest).unwrap_or_default();
    files.insert(MANIFEST.to_owned(), manifest);
    let page = page::with_evidence(&write_archive(&files)?);
    files.insert(PAGE.to_owned(), page.into_bytes());
    write_archive(&files)
}

fn readme_of(contents: &Contents) -> String {
    let Contents { origin, stream, records, openings, anchors, reason, index, .. } = contents;
    let told = Told {
        origin,
        stream,
        events: records.len(),
        has_bytes: contents.has_bytes(),
        parts: Parts {
            has_anchors: !anchors.is_empty(),
            has_openings: !openings.is_empty(),
            has_index: index.is_some(),
        },
    };
    let opened = openings.iter().map(|(position, opened)| readme::named(*position, &opened.field));
    let reason = reason.as_deref().unwrap_or(readme::NO_REASON);
    readme::text(&told, &opened.collect::<Vec<_>>().join(", "), Some(reason))
}

fn version_with(anchors: &[u64], has_bytes: bool) -> u32 {
    match (has_bytes, anchors) {
        (true, _) => VERSION_WITH_BYTES,
        (false, []) => VERSION,
        (false, [..]) => VERSION_WITH_ANCHORS,
    }
}

fn digest(bytes: &[u8]) -> String {
    to_hex(&Sha256::digest(bytes))
}

/// Checks a bundle.
pub(crate) fn check(mut steps: Steps, bytes: &[u8], trust: &Trust<'_>) -> Checked {
    let files = read_archive(bytes).map_err(|error: ReadArchiveError| error.to_string());
    if let Some(files) = steps.take("the zip file", "it is an archive as redress writes it", files)
    {
        check_files(&mut steps, files, trust);
    }
    steps.done(Kind::Bundle)
}

fn check_files(steps: &mut Steps, mut files: Files, trust: &Trust<'_>) {
    let policy = trust.policy;
    let page = files.remove(PAGE).ok_or("missing");
    let page = page.and_then(|page| check_page(&files, &page));
    steps.take(PAGE, "the page is one that redress writes, and checks these same files", page);
    let manifest = files.remove(MANIFEST).ok_or_else(|| "missing".to_owned());
    let manifest = manifest.and_then(|bytes| parse_manifest(&bytes));
    let Some(manifest) = steps.take(MANIFEST, "it is a list of contents", manifest) else { return };
    check_digests(steps, &files, &manifest);
    check_readme(steps, &files, &manifest);
    steps.fact("stream", &manifest.stream);

    let note = files.get(CHECKPOINT).ok_or_else(|| "missing".to_owned());
    let note = note.and_then(|bytes| SignedNote::parse(bytes).map_err(|error| error.to_string()));
    let note = steps.take(CHECKPOINT, "it is a signed note", note);
    let Some(note) = note else { return };
    let accepted = policy.accept(&note).map_err(|error| error.to_string()).and_then(|accepted| {
        let origin = accepted.checkpoint.origin();
        if origin == manifest.origin {
            Ok(accepted)
        } else {
            Err(format!("line 1: expected the origin `{}`, found `{origin}`", manifest.origin))
        }
    });
    let claim = "those whom the policy names have signed it";
    let accepted = steps.take(CHECKPOINT, claim, accepted);
    if let Some(accepted) = &accepted {
        steps.accepted(accepted);
    }
    let checkpoint = accepted.map(|accepted| accepted.checkpoint);
    let (files, manifest, note) = (&mut files, &manifest, &note);
    let dated = Vec::new();
    let mut case = Case { files, manifest, note, checkpoint, policy, dated, has_bytes: false };
    let leaves = case.records(steps);
    case.version(steps);
    case.index(steps, &leaves);
    case.anchors(steps, trust.stamps);
    for name in files.keys().filter(|name| !FURNITURE.contains(&name.as_str())) {
        let version = manifest.version;
        let stray: Result<(), _> =
            Err(format!("expected no such file in a bundle of version {version}"));
        steps.take(name, "it belongs to the bundle", stray);
    }
}

const FURNITURE: &[&str] = &[README, CHECKPOINT];

fn parse_manifest(bytes: &[u8]) -> Result<Manifest, String> {
    let manifest: Manifest = json::read(bytes).map_err(|error| error.to_string())?;
    // Whether a field is no text is seen once it is read.
    let has_bytes = manifest.version == VERSION_WITH_BYTES;
    if manifest.format != FORMAT || manifest.version != version_with(&manifest.anchors, has_bytes) {
        return Err(format!(
            "expected {FORMAT} version {VERSION}, or {VERSION_WITH_ANCHORS} with time anchors, or \
             {VERSION_WITH_BYTES} with an opened field that is no text, found another"
        ));
    }
    if serde_json::to_vec(&manifest).unwrap_or_default() != bytes {
        return Err("expected compact JSON with its keys in order".to_owned());
    }
    Ok(manifest)
}

fn check_page(others: &Files, page: &[u8]) -> Result<(), &'static str> {
    let evidence = write_archive(others).map_err(|_| "the other files are too large")?;
    page::check(page, &evidence)
}

fn check_digests(steps: &mut Steps, files: &Files, manifest: &Manifest) {
    for (name, expected) in &manifest.files {
        let found = files.get(name).map(|bytes| digest(bytes));
        let result = match found {
            None => Err("missing".to_owned()),
            Some(found) if found != *expected => {
                Err(format!("expected the digest {expected}, found {found}"))
            }
            Some(_) => Ok(()),
        };
        if result.is_err() {
            steps.take(name, "it is as the list of contents says", result);
        }
    }
    for name in files.keys().filter(|name| !manifest.files.contains_key(*name)) {
        let unlisted: Result<(), &str> = Err("the list of contents does not name it");
        steps.take(name, "it is as the list of contents says", unlisted);
    }
    let count = manifest.files.len();
    steps.take(MANIFEST, format!("{count} files were compared with it"), Ok::<(), &str>(()));
}

fn check_readme(steps: &mut Steps, files: &Files, manifest: &Manifest) {
    let text = files.get(README).ok_or_else(|| "missing".to_owned());
    let stated = text.and_then(|text| readme::check(text, manifest));
    let claim = "it says of this bundle what the other files hold";
    if let Some(Some(_)) = steps.take(README, claim, stated) {
        let would = "whoever made the bundle says so there, and nobody vouches for it: ask them";
        steps.open(README, "fields were opened for the reason that is given", would);
    }
}

/// The records of a bundle under its checkpoint.
struct Case<'a> {
    files: &'a mut Files,
    manifest: &'a Manifest,
    note: &'a SignedNote,
    /// What the note states, if it is accepted.
    checkpoint: Option<Checkpoint>,
    policy: &'a Policy,
    /// The events that are in the log, with their own dates.
    dated: Vec<Dated>,
    /// Whether an opened field is no text.
    has_bytes: bool,
}

impl Case<'_> {
    /// Checks every record; gives the leaf hashes of those that are in the log.
    fn records(&mut self, steps: &mut Steps) -> Vec<merkle_log::Hash> {
        let mut leaves = Vec::new();
        let manifest = self.manifest;
        if manifest.positions.is_empty() {
            let empty: Result<(), &str> = Err("expected at least one record");
            steps.take(MANIFEST, "there is a case", empty);
        }
        for (version, position) in (0_u64..).zip(&manifest.positions) {
            let (record_at, proof_at) = (record_name(*position), proof_name(*position));
            let bytes = self.files.remove(&record_at).unwrap_or_default();
            let proof = self.files.remove(&proof_at).unwrap_or_default();
            let leaf = leaf_hash(&bytes);
            let proved = self.prove(*position, &leaf, &proof);
            let claim = format!("the record is at position {position} of the log");
            let is_proved = steps.take(&proof_at, claim, proved).is_some();
            if is_proved {
                leaves.push(leaf);
            }
            let record = RecordView::parse(&bytes).map_err(|error| error.to_string());
            let record = record.and_then(|record| {
                if record.stream == manifest.stream && record.version == version {
                    Ok(record)
                } else {
                    Err(format!(
                        "expected version {version} of {}, found version {} of {}",
                        manifest.stream, record.version, record.stream
                    ))
                }
            });
            let claim = format!("it is event {version} of the case");
            if let Some(record) = steps.take(&record_at, claim, record) {
                if is_proved {
                    let recorded_at = record.recorded_at.parse().ok();
                    self.dated.push(Dated { version, position: *position, recorded_at });
                }
                self.open(steps, *position, &record);
            }
        }
        leaves
    }

    fn prove(&self, position: u64, leaf: &merkle_log::Hash, proof: &[u8]) -> Result<(), String> {
        let proof = LogProof::parse(proof).map_err(|error| error.to_string())?;
        if proof.extra.is_some() {
            return Err("line 2: expected no extra data".to_owned());
        }
        if proof.index != position {
            return Err(format!("line 2: expected index {position}, found {}", proof.index));
        }
        if proof.checkpoint != *self.note {
            return Err(format!("expected the checkpoint of {CHECKPOINT}, found another"));
        }
        proof.verify(leaf, self.policy).map(drop).map_err(|error| error.to_string())
    }

    fn open(&mut self, steps: &mut Steps, position: u64, record: &RecordView<'_>) {
        for sealed in &record.sealed {
            let at = opening_name(position, &sealed.field);
            let Some(bytes) = self.files.remove(&at) else { continue };
            let opening = json::read_as_written::<Opening>(&bytes)
                .map_err(|error| format!("column {}: expected an opened field", error.column))
                .and_then(|opening| {
                    let is_named = opening.field == sealed.field;
                    is_named.then_some(opening).ok_or_else(|| "of another field".to_owned())
                });
            if let Some(opening) = steps.take(&at, "it is an opened field", opening) {
                self.has_bytes |= opening.text().is_none();
                steps.openings(&at, &self.manifest.origin, record, &[opening]);
            }
        }
    }

    /// What holds no such field is of an older version: each bundle has one spelling.
    fn version(&self, steps: &mut Steps) {
        let found = self.manifest.version;
        let expected = version_with(&self.manifest.anchors, self.has_bytes);
        if found != expected {
            let other: Result<(), _> = Err(format!("expected {expected}, found {found}"));
            steps.take(MANIFEST, "its version is that of the fields which are opened", other);
        }
    }

    /// Whether these are all events there were when the ledger last committed to its index.
    fn index(&mut self, steps: &mut Steps, leaves: &[merkle_log::Hash]) {
        let claim = "these are all events of the case as of the index commitment";
        let Some(bytes) = self.files.remove(INDEX) else {
            let would = "a proof of that, and the bundle brings none: ask for the one that \
                         `redress prove stream` makes";
            return steps.open(INDEX, claim, would);
        };
        let proof = IndexProof::parse(&bytes).map_err(|error| error.to_string());
        let proof = steps.take(INDEX, "it is an index proof", proof);
        let Some(proof) = proof else { return };
        let shown = self.holds_all(&proof, leaves);
        if let Some(shown) = steps.take(INDEX, claim, shown) {
            let IndexShown { size, events, position, accepted } = shown;
            steps.fact("all events", format_args!("{events}, as of the first {size} records"));
            let in_log = accepted.checkpoint.size();
            // Only the commitment itself follows what it covers: then there is nothing that could be left out.
            let is_last = size == position && in_log == position.saturating_add(1);
            if !is_last {
                let later = in_log.saturating_sub(size);
                let claim =
                    format!("of the {later} records after that, no other is an event of the case");
                steps.open(INDEX, claim, "a later index commitment");
            }
        }
    }

    fn holds_all(
        &self,
        proof: &IndexProof,
        leaves: &[merkle_log::Hash],
    ) -> Result<IndexShown, String> {
        let shown = proof.verify(self.policy).map_err(|error| error.to_string())?;
        if proof.stream != self.manifest.stream {
            return Err(format!("line 2: it is about {}", proof.stream));
        }
        if proof.proof.checkpoint != *self.note {
            return Err(format!("expected the checkpoint of {CHECKPOINT}, found another"));
        }
        if proof.leaves.is_empty() || !leaves.starts_with(&proof.leaves) {
            let (expected, found) = (proof.leaves.len(), leaves.len());
            return Err(format!(
                "expected the {expected} events that the ledger committed to, found others \
                 among the {found} of the bundle"
            ));
        }
        let before = self.manifest.positions.iter().filter(|position| **position < shown.size);
        if before.count() != proof.leaves.len() {
            return Err("the bundle has other events from before the commitment".to_owned());
        }
        Ok(shown)
    }
}

#[cfg(test)]
mod tests;
