//! The tree that strangers read: published as the ledger grows, and checked with other people's code.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use merkle_log::{Checkpoint, SignedNote, leaf_hash, parse_bundle};
use redress_tests::binary::{run_in, serve_in};
use tlog_tiles::{Hash, Tile, TileHashReader, TileReader, check_record, prove_record, tree_hash};

use crate::signing::Home;

/// The files of an exported tree, as another implementation reads them.
struct Files<'a>(&'a Path);

impl Files<'_> {
    /// Their paths carry the tile height, which tlog-tiles leaves out.
    fn read(&self, tile: &Tile) -> Vec<u8> {
        let path = tile.path().replacen("tile/8/", "tile/", 1);
        fs::read(self.0.join(&path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }
}

impl TileReader for Files<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        Ok(tiles.iter().map(|tile| self.read(tile)).collect())
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

/// Enough complaints for full and partial tiles at two levels.
fn grown() -> Home {
    let home = Home::new();
    let heading = "Complaint ID,Product,Sub-product,Issue,Sub-issue,State,ZIP code,Submitted via,Date received,Date sent to company,Company,Company response,Timely response?,Consumer disputed?\n";
    let rows = (100..220).map(|number| {
        format!("{number},Credit card,,Billing disputes,,NY,11102,Referral,11/14/2014,11/15/2014,Example Bank,Closed with explanation,Yes,\n")
    });
    home.take_in("many.csv", &format!("{heading}{}", rows.collect::<String>()));
    home
}

fn records(home: &Home) -> Vec<String> {
    let replayed = home.run(&["replay", "--data", "ledger"]).done();
    replayed.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn an_exported_tree_is_read_and_proved_by_another_implementation() {
    let home = grown();
    home.run(&["export", "tiles", "--data", "ledger", "--out", "tree"]).done();
    let tree = home.path().join("tree");
    let note = SignedNote::parse(&fs::read(tree.join("checkpoint")).unwrap()).unwrap();
    let checkpoint = Checkpoint::open(&note, &home.key).unwrap();
    let records = records(&home);
    assert_eq!(checkpoint.size(), records.len() as u64);
    assert!(records.len() > 300, "full and partial tiles: {}", records.len());

    let files = Files(&tree);
    let root = Hash(checkpoint.root().0);
    let reader = TileHashReader::new(checkpoint.size(), root, &files);
    assert_eq!(tree_hash(checkpoint.size(), &reader).unwrap(), root);
    for (position, record) in (0_u64..).zip(&records) {
        if position.is_multiple_of(37) || position + 1 == checkpoint.size() {
            let proof = prove_record(checkpoint.size(), position, &reader).unwrap();
            let leaf = Hash(leaf_hash(record.as_bytes()).0);
            check_record(&proof, checkpoint.size(), root, position, leaf).unwrap();
        }
    }

    let full = fs::read(tree.join("tile/entries/000")).unwrap();
    let entries = parse_bundle(&full, 256).unwrap();
    assert!(entries.iter().zip(&records).all(|(entry, record)| *entry == record.as_bytes()));
    let width = checkpoint.size() - 256;
    let partial = fs::read(tree.join(format!("tile/entries/001.p/{width}"))).unwrap();
    assert_eq!(parse_bundle(&partial, u16::try_from(width).unwrap()).unwrap().len() as u64, width);
}

#[test]
fn an_export_goes_on_where_the_last_one_ended_and_never_over_another_log() {
    let home = grown();
    let export = ["export", "tiles", "--data", "ledger", "--out", "tree", "--json"];
    let first = home.run(&export).done().json();
    assert_eq!(first["kept"], 0);
    home.grow(3);
    let second = home.run(&export).done().json();
    assert!(second["size"].as_u64() > first["size"].as_u64());
    assert!(second["kept"].as_u64().unwrap() >= 2, "full tiles are not written again: {second}");
    let other = Home::new();
    let tree = home.path().join("tree");
    fs::write(
        tree.join("checkpoint"),
        fs::read_to_string(tree.join("checkpoint")).unwrap().replacen("ledger.example", "else", 1),
    )
    .unwrap();
    let refused = other
        .run(&["export", "tiles", "--data", "ledger", "--out", tree.to_str().unwrap()])
        .refused(1);
    assert!(refused.stderr.contains("else/complaints"), "{}", refused.stderr);
}

#[test]
fn what_is_taken_in_is_published_by_the_time_the_command_ends() {
    let home = Home::new();
    let published = fs::read(home.path().join("ledger/checkpoint")).unwrap();
    let note = SignedNote::parse(&published).unwrap();
    let checkpoint = Checkpoint::open(&note, &home.key).unwrap();
    assert_eq!(checkpoint.size(), records(&home).len() as u64);
}

#[test]
fn a_stranger_mirrors_a_served_tree_again_and_again() {
    let home = grown();
    let stranger = tempfile::tempdir().unwrap();
    let key = home.key.to_string();
    let mirror = |from: &str| {
        let arguments = ["mirror", "--from", from, "--out", "mirror", "--vkey", &key, "--json"];
        run_in(stranger.path(), &arguments)
    };
    let serving = serve_in(home.path(), &["serve", "--data", "ledger"]);
    let first = mirror(&serving.url).done().json();
    assert_eq!(first["held_before"], 0);
    assert_eq!(serving.end(), Some(0), "it ends in order when told to");

    home.grow(3);
    let serving = serve_in(home.path(), &["serve", "--data", "ledger"]);
    let second = mirror(&serving.url).done().json();
    assert_eq!(second["held_before"], first["size"]);
    drop(serving);
    assert_eq!(second["size"], records(&home).len() as u64);

    // A mirror is a tree like any other: byte for byte what the ledger exports.
    home.run(&["export", "tiles", "--data", "ledger", "--out", "tree"]).done();
    let tree = home.path().join("tree");
    let size = second["size"].as_u64().unwrap();
    for tile in merkle_log::tile::tiles_of_growth(0, size) {
        let theirs = fs::read(stranger.path().join("mirror").join(tile.to_string())).unwrap();
        assert_eq!(theirs, fs::read(tree.join(tile.to_string())).unwrap(), "{tile}");
    }
    let again = run_in(
        stranger.path(),
        &["mirror", "--from", "mirror", "--out", "second", "--vkey", &key, "--json"],
    );
    assert_eq!(again.done().json()["root"], second["root"]);
}

#[test]
fn a_mirror_names_the_first_record_that_is_not_what_was_signed() {
    let home = grown();
    home.run(&["export", "tiles", "--data", "ledger", "--out", "tree"]).done();
    let key = home.key.to_string();
    let mirror = ["mirror", "--from", "tree", "--out", "mirror", "--vkey", &key];
    let bundle = home.path().join("tree/tile/entries/000");
    let whole = fs::read(&bundle).unwrap();
    let at = whole.len() / 2;
    for changed in [at, 0, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[changed] ^= 1;
        fs::write(&bundle, &bytes).unwrap();
        home.run(&mirror).refused(1);
        assert!(!home.path().join("mirror/checkpoint").exists(), "nothing was accepted");
        let _ = fs::remove_dir_all(home.path().join("mirror"));
    }
    fs::remove_file(&bundle).unwrap();
    let withheld = home.run(&mirror).refused(1);
    assert!(withheld.stderr.contains("tile/entries/000"), "{}", withheld.stderr);
    fs::write(&bundle, whole).unwrap();
    home.run(&mirror).done();
}

/// Changes a byte in the middle of a file.
fn damage(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

/// Changes a digit of a time in a record, so that all of it can still be read.
fn forge(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let at = bytes.windows(16).rposition(|window| window == b"\"occurred_at\":\"2").unwrap() + 30;
    bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_refusal_to_mirror_says_whose_copy_is_damaged_and_how_an_own_one_is_put_right() {
    let home = grown();
    home.run(&["export", "tiles", "--data", "ledger", "--out", "tree"]).done();
    let key = home.key.to_string();
    let mirror = || home.run(&["mirror", "--from", "tree", "--out", "mirror", "--vkey", &key]);
    mirror().done();
    let file = |name: &str| home.path().join(name);
    let (own, theirs) = (file("mirror/tile/entries/000"), file("tree/tile/entries/000"));
    let whole = fs::read(&own).unwrap();
    // A ledger the auditor has not got is not to be repaired; what was signed is not said to be forked.
    for change in [damage, forge] {
        change(&own);
        let refused = mirror().refused(1).stderr;
        assert!(refused.contains("your own mirror at mirror is damaged"), "{refused}");
        assert!(refused.contains("remove mirror/tile/entries/000 and run it again"), "{refused}");
        assert!(!refused.contains("verify --repair") && !refused.contains("history"), "{refused}");
        fs::remove_file(&own).unwrap();
        mirror().done();
        assert_eq!(fs::read(&own).unwrap(), whole);
    }
    // The source, to somebody who holds nothing yet; what it left behind is not believed the next time.
    for change in [damage, forge] {
        fs::remove_dir_all(file("mirror")).unwrap();
        change(&theirs);
        let refused = mirror().refused(1).stderr;
        assert!(refused.contains("the tree at tree") && !refused.contains("your own"), "{refused}");
        assert!(!refused.contains("verify --repair"), "{refused}");
        fs::write(&theirs, &whole).unwrap();
        mirror().done();
    }
    // Both: the published one is named, for nothing can be said of the other.
    damage(&own);
    damage(&theirs);
    let refused = mirror().refused(1).stderr;
    assert!(refused.contains("the tree at tree") && !refused.contains("histories"), "{refused}");
    fs::write(&theirs, &whole).unwrap();
    fs::write(&own, &whole).unwrap();
    // The checkpoint that was kept: unreadable, and readable but not as it was signed.
    let kept = fs::read_to_string(file("mirror/checkpoint")).unwrap();
    let root = kept.lines().nth(2).unwrap();
    let other = if root.starts_with('A') { "B" } else { "A" }.to_owned() + &root[1..];
    for changed in ["nothing\n".to_owned(), kept.replace(root, &other)] {
        fs::write(file("mirror/checkpoint"), changed).unwrap();
        let refused = mirror().refused(1).stderr;
        assert!(
            refused.contains("the checkpoint of your own mirror, mirror/checkpoint"),
            "{refused}"
        );
        assert!(!refused.contains("two histories"), "{refused}");
    }
}

#[test]
fn nothing_is_mirrored_into_a_folder_of_something_else() {
    let home = Home::new();
    home.run(&["export", "tiles", "--data", "ledger", "--out", "tree"]).done();
    let key = home.key.to_string();
    let mirror = || home.run(&["mirror", "--from", "tree", "--out", "w1", "--vkey", &key]);
    let folder = home.path().join("w1");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("letter.txt"), "mine").unwrap();
    let refused = mirror().refused(1);
    assert!(refused.stderr.contains("found other files"), "{}", refused.stderr);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing was written");
    fs::remove_file(folder.join("letter.txt")).unwrap();
    mirror().done();
    // Nor over the tree of another log.
    let other = Home::new();
    fs::write(
        folder.join("checkpoint"),
        fs::read_to_string(folder.join("checkpoint")).unwrap().replacen(
            "ledger.example",
            "else",
            1,
        ),
    )
    .unwrap();
    let out = folder.to_str().unwrap();
    other.run(&["export", "tiles", "--data", "ledger", "--out", "tree"]).done();
    let key = other.key.to_string();
    let over = other.run(&["mirror", "--from", "tree", "--out", out, "--vkey", &key]).refused(1);
    assert!(over.stderr.contains("found that of else/complaints"), "{}", over.stderr);
}

#[test]
fn a_mirror_follows_the_keys_of_the_log_and_needs_one_it_trusts() {
    let home = Home::new();
    let first_key = home.key.to_string();
    let kept = home.keep_checkpoint("kept");
    let rotate = ["keys", "rotate-signing", "--data", "ledger", "--json"];
    let rotated = home.run(&rotate).done().json();
    assert_eq!(rotated["old_key"], first_key);
    let second_key = rotated["verifier_key"].as_str().unwrap().to_owned();
    assert!(!home.path().join("ledger.keys/signing-key.next").exists());
    home.grow(3);
    home.run(&["export", "tiles", "--data", "ledger", "--out", "tree"]).done();
    let mirror = |out: &str, key: &str| {
        home.run(&["mirror", "--from", "tree", "--out", out, "--vkey", key, "--json"])
    };
    let by_first = mirror("by-first", &first_key).done().json();
    assert_eq!(by_first["signed_by"], second_key, "who trusts the first comes to the second");
    assert_eq!(by_first["rotations"], 1);
    assert_eq!(mirror("by-second", &second_key).done().json()["signed_by"], second_key);
    let stranger = Home::new().key.to_string();
    mirror("by-stranger", &stranger).refused(1);

    // What the first key signed before still holds, and is followed by the same trust.
    let against = ["verify", "--data", "ledger", "--against", "kept", "--vkey", &first_key];
    home.run(&against).done();
    assert!(kept.size() > 0);
    let status = home.run(&["keys", "status", "--data", "ledger", "--json"]).done().json();
    assert_eq!(status["verifier_key"], second_key);
    assert_eq!(status["rotations"][0]["old_key"], first_key);
}

/// Puts a key file back as its owner would.
fn put_key(keys: &Path, bytes: &[u8]) {
    let path = keys.join("signing-key");
    fs::write(&path, bytes).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn a_rotation_that_was_interrupted_after_it_was_recorded_is_finished_by_whoever_signs_next() {
    let home = Home::new();
    let keys = home.path().join("ledger.keys");
    let old = fs::read(keys.join("signing-key")).unwrap();
    let rotated = home.run(&["keys", "rotate-signing", "--data", "ledger", "--json"]).done().json();
    // As a crash would have left it: the event is in the log, the new key still has its first name.
    fs::rename(keys.join("signing-key"), keys.join("signing-key.next")).unwrap();
    put_key(&keys, &old);
    home.keep_checkpoint("after");
    let status = home.run(&["keys", "status", "--data", "ledger", "--json"]).done().json();
    assert_eq!(status["verifier_key"], rotated["verifier_key"]);
    // With the old key alone, nothing is signed any more.
    put_key(&keys, &old);
    let refused = home.run(&["checkpoint", "--data", "ledger"]).refused(1);
    assert!(refused.stderr.contains("the ledger says at position"), "{}", refused.stderr);
}

#[test]
fn only_this_machine_is_listened_to() {
    let home = Home::new();
    let refused = home.run(&["serve", "--data", "ledger", "--listen", "0.0.0.0:0"]).refused(2);
    assert!(refused.stderr.contains("loopback"), "{}", refused.stderr);
}
