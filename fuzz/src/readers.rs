//! What must hold of every reader of a stranger's bytes, whatever the bytes are: it does not panic, it
//! accepts one spelling of each thing, and it is not talked into something untrue.
//!
//! The fuzz targets call these; so does the test suite, with the seeds.

use event_log_sled::served_bundle;
use evidence_check::{
    Checked, GrowthProof, IndexProof, archive,
    archive::Files,
    bundle::{MANIFEST, Manifest, PAGE},
    check,
    check::Trust,
    counted::{CountedTables, proof::CountedProof},
    page,
};
use merkle_log::{
    Checkpoint, Hash, LogProof, MemoryTree, Policy, SignedNote, TileId, VerifierKey, leaf_hash,
    prove_consistency, prove_inclusion, tree_root, verify_consistency, verify_inclusion,
};
use sha2::{Digest, Sha256};

/// The keys of the shared vectors: who holds them has signed one checkpoint, of 8 records.
const LOG_KEY: &str =
    "ledger.example/complaints+d99cb8a9+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
const SIGNED_TEXT: &str =
    "ledger.example/complaints\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n";
/// The key of the demo's ledger that the bundle among the seeds is from. Its secret half is gone.
const BUNDLE_KEY: &str =
    "demo.redress.invalid+adfe3ebf+AdIeT9l2l+dxjsjUCwErFpYqDv9bq11yR+ERK0rRLZK4";
/// That bundle: a case with an opened field and an index proof.
const BUNDLE: &[u8] = include_bytes!("../seeds/bundle/case.zip");
/// The key of the small log of `evidence-check`'s tests, and its bundle with a time stamp.
const ANCHORED_KEY: &str =
    "ledger.example/complaints+a7e552d0+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";
const ANCHORED: &[u8] = include_bytes!("../seeds/bundle/anchored.zip");

/// Signed notes: what is read is written the same, and nothing but what was signed verifies.
pub fn note(bytes: &[u8]) {
    let Ok(note) = SignedNote::parse(bytes) else { return };
    assert_eq!(note.to_string().as_bytes(), bytes, "two spellings of one note");
    let known: Vec<VerifierKey> = LOG_KEY.parse().into_iter().collect();
    if note.verify(&known).is_ok() {
        assert_eq!(note.text(), SIGNED_TEXT, "a text that was never signed");
    }
}

/// Checkpoints: what is read is written the same.
pub fn checkpoint(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    let Ok(checkpoint) = Checkpoint::parse(text) else { return };
    assert_eq!(checkpoint.to_string(), text, "two spellings of one checkpoint");
}

/// Proofs: of all lists of hashes, only the one that the tree itself gives is accepted. The first three
/// bytes choose leaf and sizes; the rest is the proof. Files of proofs do not panic, nor does checking them.
pub fn proof(bytes: &[u8]) {
    drop((LogProof::parse(bytes), GrowthProof::parse(bytes), IndexProof::parse(bytes)));
    if let Ok(counted) = CountedProof::parse(bytes) {
        assert!(counted.to_string().as_bytes() == bytes, "two spellings of one counted proof");
        tables(counted.counted.as_bytes());
    }
    tables(bytes);
    verdict(bytes);
    let [size, index, from, rest @ ..] = bytes else { return };
    let (size, index) = (u64::from(*size) + 1, u64::from(*index));
    let from = u64::from(*from);
    let tree: MemoryTree = (0..size).map(|leaf| leaf_hash(&leaf.to_be_bytes())).collect();
    let claimed: Vec<Hash> =
        rest.chunks_exact(32).filter_map(|hash| hash.try_into().ok().map(Hash)).collect();
    let root = tree_root(&tree, size).expect("a root");
    let leaf = leaf_hash(&index.to_be_bytes());
    if verify_inclusion(&leaf, index, size, &claimed, &root).is_ok() {
        assert_eq!(prove_inclusion(&tree, index, size).ok(), Some(claimed.clone()));
    }
    let old = if from <= size { tree_root(&tree, from).expect("a root") } else { root };
    if verify_consistency(from, size, &old, &root, &claimed).is_ok() {
        assert_eq!(prove_consistency(&tree, from, size).ok(), Some(claimed));
    }
}

/// The tables in which complainants find theirs: what is read is written the same.
fn tables(bytes: &[u8]) {
    if let Ok(tables) = CountedTables::parse(bytes) {
        assert!(tables.to_bytes() == bytes, "two spellings of the same tables");
    }
}

/// Paths of tiles: what is read is written the same.
pub fn tile_path(bytes: &[u8]) {
    let Ok(path) = core::str::from_utf8(bytes) else { return };
    let Ok(tile) = path.parse::<TileId>() else { return };
    assert_eq!(tile.to_string(), path, "two spellings of one path");
}

/// Evidence bundles: what is read is written the same, and checking any file ends with an answer.
/// Checksums and digests would stop a fuzzer at the door, so the bytes also take the place of one file
/// of a good bundle, with list of contents and page made to fit: whatever file it is, no record and no
/// opened field other than the true ones is accepted.
pub fn bundle(bytes: &[u8]) {
    if let Ok(files) = archive::read_archive(bytes) {
        let again = archive::write_archive(&files).expect("it was read, so it fits");
        assert!(again == bytes, "two spellings of one bundle");
    }
    verdict(bytes);
    if let [which, content @ ..] = bytes {
        let good = [BUNDLE, ANCHORED].map(|it| archive::read_archive(it).expect("a good bundle"));
        let names: Vec<(&Files, &String)> = good
            .iter()
            .flat_map(|files| files.keys().map(move |name| (files, name)))
            .filter(|(_, name)| *name != PAGE)
            .collect();
        let (files, name) = names[usize::from(*which) % names.len()];
        let mut files = files.clone();
        let before = files.insert(name.clone(), content.to_vec());
        let is_same = before.as_deref() == Some(content);
        if name != MANIFEST {
            list_again(&mut files, name, content);
        }
        let checked = verdict(&archive::write_archive(&files).expect("it fits"));
        let is_fact = name.starts_with("records/") || name.starts_with("openings/");
        assert!(is_same || !is_fact || !checked.is_good, "{name} was replaced, and all is good");
    }
}

/// Whether `checked` says the same of itself in both ways.
fn verdict(bytes: &[u8]) -> Checked {
    let policy = format!("log {LOG_KEY}\nlog {BUNDLE_KEY}\nlog {ANCHORED_KEY}\nquorum none\n");
    let policy = Policy::parse(policy.as_bytes()).expect("a policy");
    let checked = check(bytes, &Trust::policy(&policy));
    assert!(checked.is_good == checked.first_failure().is_none());
    checked
}

/// Lists a replaced file, and puts the page that goes with the files.
fn list_again(files: &mut Files, name: &str, content: &[u8]) {
    let mut manifest: Manifest = serde_json::from_slice(&files[MANIFEST]).expect("a manifest");
    let digest: [u8; 32] = Sha256::digest(content).into();
    manifest.files.insert(name.to_owned(), Hash(digest).to_string());
    files.insert(MANIFEST.to_owned(), serde_json::to_vec(&manifest).expect("JSON"));
    files.remove(PAGE);
    let page = page::with_evidence(&archive::write_archive(files).expect("it fits"));
    files.insert(PAGE.to_owned(), page.into_bytes());
}

/// Sealed ranges: a file is read or it is not, and so is one that is packed of any parts.
pub fn sealed(bytes: &[u8]) {
    drop((served_bundle(bytes), unpacked(bytes)));
}

/// What the parts of a packed range make, of which the first sixteen bytes say how long they are: the bundle, the text,
/// the runs and the numbers. For a fuzzer finds neither what a compressor would make nor a checksum.
pub fn unpacked(bytes: &[u8]) -> Option<Vec<u8>> {
    let (lengths, rest) = bytes.split_first_chunk::<16>()?;
    let [length, text, runs, numbers] = [0, 4, 8, 12].map(|at| {
        lengths[at..].first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes) as usize)
    });
    let (text, rest) = rest.split_at_checked(text)?;
    let (small, values) = rest.split_at_checked(runs.checked_add(numbers)?)?;
    let bundle = served_bundle(&packed_file([text, small, values], length, [runs, numbers]))?;
    assert_eq!(bundle.len(), length, "a bundle of another length");
    Some(bundle)
}

/// As docs/format.md has it, for a range that begins at 0 and has no list.
fn packed_file(parts: [&[u8]; 3], bundle: usize, lengths: [usize; 2]) -> Vec<u8> {
    let [text, small, values] = parts;
    let frame = |bytes| zstd::bulk::compress(bytes, 1).expect("a frame");
    let length = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let (first, second) = (frame(text), frame(small));
    let mut behind = [&second, values].concat();
    for part in [text.len(), lengths[0], lengths[1], second.len()] {
        behind.extend(length(part).to_be_bytes());
    }
    behind.extend(0_u64.to_be_bytes());
    for part in [bundle, 0, first.len()] {
        behind.extend(length(part).to_be_bytes());
    }
    let skipped = length(behind.len() + 4).to_le_bytes();
    let file = [&first, &[0x5f, 0x2a, 0x4d, 0x18][..], &skipped, &behind].concat();
    [&file[..], &crc32c::crc32c(&file).to_be_bytes()].concat()
}
