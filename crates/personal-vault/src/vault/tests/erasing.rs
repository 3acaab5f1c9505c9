//! Erasing: what is gone is gone from the disk too, whatever stopped an earlier try.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::{FileExt, MetadataExt},
    sync::{Arc, Mutex, atomic::AtomicU64},
};

use super::{FailingSync, Home, LEDGER, STREAM, field};
use crate::{
    entropy::Entropy,
    erased::{ErasedList, Gone},
    error::{OpenError, OpenVaultError, SealError, StoreError},
    keys,
    place::PlaceKind,
    syncing::{DataSync, Syncer},
    vault::Vault,
};

/// Whether a file below the ledger's own directories holds these bytes.
fn on_disk(home: &Home, bytes: &[u8]) -> bool {
    let outside = home.paths.kek.parent().unwrap();
    home.files()
        .iter()
        .filter(|(path, _)| !path.starts_with(outside))
        .any(|(_, file)| file.windows(bytes.len()).any(|window| window == bytes))
}

#[tokio::test]
async fn what_is_erased_is_gone_from_every_file_and_nothing_else_is() {
    let home = Home::new();
    let vault = home.create();
    let text = vec![b'x'; 70_000];
    let erased = vault.seal(STREAM, None, &[field(1, b"gone"), field(2, &text)]).unwrap();
    let kept = vault.seal(STREAM, None, &[field(1, b"kept")]).unwrap();
    vault.store_all(&[&erased, &kept]).await.unwrap();
    let gone = &erased.refs[0];
    assert!(on_disk(&home, &gone.vault) && on_disk(&home, &gone.key));

    // Twice: the second run finds nothing left to do.
    for _ in 0..2 {
        vault.erase(&erased.refs).await.unwrap();
        for sealed in &erased.refs {
            assert!(!on_disk(&home, &sealed.vault) && !on_disk(&home, &sealed.key));
            let missing = vault.open_field(STREAM, sealed).unwrap_err();
            assert!(matches!(missing, OpenError::MissingBlob { .. }), "{missing}");
        }
    }
    assert!(!vault.has_key(&gone.key).unwrap());
    assert_eq!(vault.erased_keys().unwrap(), [gone.key].into());
    assert_eq!(*vault.open_field(STREAM, &kept.refs[0]).unwrap(), b"kept");
    drop(erased);
    drop(vault);
    let vault = home.open();
    assert_eq!(*vault.open_field(STREAM, &kept.refs[0]).unwrap(), b"kept");
}

#[tokio::test]
async fn an_older_copy_of_the_vault_does_not_bring_a_key_back() {
    let home = Home::new();
    let vault = home.create();
    let sealing = vault.seal(STREAM, None, &[field(1, b"gone")]).unwrap();
    vault.store(&sealing).await.unwrap();
    let sealed = sealing.refs[0];
    let older: Vec<_> = home
        .files()
        .into_iter()
        .filter(|(path, _)| !path.starts_with(home.paths.kek.parent().unwrap()))
        .collect();
    vault.erase(&[sealed]).await.unwrap();
    drop(sealing);
    drop(vault);

    // The restored copy has no note of what it applied: a backup does not hold it.
    fs::remove_dir_all(&home.paths.keys).unwrap();
    for (path, bytes) in older {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    assert!(on_disk(&home, &sealed.key) && on_disk(&home, &sealed.vault));
    let vault = home.open();
    assert!(matches!(vault.open_field(STREAM, &sealed), Err(OpenError::MissingBlob { .. })));
    assert!(!on_disk(&home, &sealed.key) && !on_disk(&home, &sealed.vault));
    let refused = vault.seal(STREAM, Some(sealed.subject_key()), &[field(3, b"more")]);
    assert!(matches!(refused, Err(SealError::MissingKey { .. })), "{refused:?}");
}

/// The list names it, and the machine stopped before a slot was overwritten: opening finishes it.
#[tokio::test]
async fn an_erasure_that_was_cut_short_is_finished_by_opening() {
    let home = Home::new();
    let vault = home.create();
    let sealing = vault.seal(STREAM, None, &[field(1, b"gone")]).unwrap();
    vault.store(&sealing).await.unwrap();
    let sealed = sealing.refs[0];
    drop(sealing);
    drop(vault);
    let list = ErasedList::beside(&home.paths.kek, LEDGER);
    list.append(&[Gone { kind: PlaceKind::Key, id: sealed.key }], &DataSync).unwrap();
    let vault = home.open();
    assert!(matches!(vault.open_field(STREAM, &sealed), Err(OpenError::MissingKey { .. })));
    assert!(!on_disk(&home, &sealed.key));
}

/// Notes which files were synced, by their numbers.
#[derive(Debug, Default)]
struct NotingSync(Mutex<Vec<u64>>);

impl Syncer for NotingSync {
    fn sync(&self, file: &File) -> io::Result<()> {
        self.0.lock().unwrap().push(file.metadata()?.ino());
        file.sync_data()
    }
}

/// After a failed sync the zeroes may be in memory alone: that a slot reads as zeroes proves nothing.
#[tokio::test]
async fn an_erasure_that_failed_to_reach_the_disk_is_written_and_synced_again() {
    let home = Home::new();
    let vault = home.create();
    let sealing = vault.seal(STREAM, None, &[field(1, b"gone")]).unwrap();
    vault.store(&sealing).await.unwrap();
    let sealed = sealing.refs[0];
    drop(sealing);
    drop(vault);
    let entropy = || Arc::clone(&home.entropy) as Arc<dyn Entropy>;
    // The list is synced before the slots are.
    let failing = FailingSync { left: AtomicU64::new(1), ..FailingSync::default() };
    let vault = Vault::open_with(&home.paths, LEDGER, entropy(), Arc::new(failing)).unwrap();
    let failed = vault.erase(&[sealed]).await;
    assert!(matches!(failed, Err(StoreError::Poisoned(_))), "{failed:?}");
    drop(vault);
    assert!(!on_disk(&home, &sealed.key) && !keys::applied_in(&home.paths.keys).exists());

    let number = |path: &std::path::Path| fs::metadata(path).unwrap().ino();
    let both = [number(&keys::file_in(&home.paths.keys)), number(&home.segment())];
    let noting = Arc::new(NotingSync::default());
    let syncer = Arc::clone(&noting) as Arc<dyn Syncer>;
    let vault = Vault::open_with(&home.paths, LEDGER, entropy(), syncer).unwrap();
    let files = std::mem::take(&mut *noting.0.lock().unwrap());
    assert!(both.iter().all(|file| files.contains(file)), "{files:?} of {both:?}");
    // And so is one that is asked for once more.
    vault.erase(&[sealed]).await.unwrap();
    let files = noting.0.lock().unwrap().clone();
    assert!(both.iter().all(|file| files.contains(file)), "{files:?} of {both:?}");
}

/// A disk may say only at the sync that it is full. What is on it then nobody knows: it is not a matter of room
/// any more.
#[tokio::test]
async fn a_list_that_could_not_be_synced_for_want_of_room_is_not_taken_for_one_that_was_not_written()
 {
    let home = Home::new();
    let vault = home.create();
    let sealing = vault.seal(STREAM, None, &[field(1, b"gone")]).unwrap();
    vault.store(&sealing).await.unwrap();
    let sealed = sealing.refs[0];
    drop(sealing);
    drop(vault);
    let failing = FailingSync { kind: io::ErrorKind::StorageFull, ..FailingSync::default() };
    let entropy = Arc::clone(&home.entropy) as Arc<dyn Entropy>;
    let vault = Vault::open_with(&home.paths, LEDGER, entropy, Arc::new(failing)).unwrap();
    for _ in 0..2 {
        let failed = vault.erase(&[sealed]).await;
        assert!(matches!(failed, Err(StoreError::Poisoned(_))), "{failed:?}");
    }
    // The key is not destroyed: what comes back from before the list would bring it back.
    assert!(on_disk(&home, &sealed.key));
    drop(vault);
    // The next opening writes the list again, syncs it, and goes on.
    drop(home.open());
    assert!(!on_disk(&home, &sealed.key));
}

#[tokio::test]
async fn of_a_long_text_no_piece_is_left_where_an_erasure_was_cut_short() {
    let home = Home::new();
    let vault = home.create();
    let text = vec![b'x'; 70_000];
    let sealing = vault.seal(STREAM, None, &[field(2, &text)]).unwrap();
    vault.store(&sealing).await.unwrap();
    let sealed = sealing.refs[0];
    drop(sealing);
    drop(vault);
    let list = ErasedList::beside(&home.paths.kek, LEDGER);
    list.append(&[Gone { kind: PlaceKind::Blob, id: sealed.vault }], &DataSync).unwrap();
    let segment = home.paths.vault.join("1052672-000000.seg");
    let file = OpenOptions::new().write(true).open(&segment).unwrap();
    file.write_all_at(&[0; 4096], 4096).unwrap();
    let left = |path| fs::read(path).unwrap()[4096..].iter().any(|byte| *byte != 0);
    assert!(left(&segment));
    drop(home.open());
    assert!(!left(&segment));
}

#[tokio::test]
async fn a_list_that_lacks_what_was_applied_is_asked_for() {
    let home = Home::new();
    let vault = home.create();
    let sealing = vault.seal(STREAM, None, &[field(1, b"gone")]).unwrap();
    vault.store(&sealing).await.unwrap();
    vault.erase(&sealing.refs).await.unwrap();
    drop(sealing);
    drop(vault);
    // What was applied is noted when the vault is opened.
    drop(home.open());
    fs::remove_file(home.paths.kek.with_file_name("erased")).unwrap();
    let short = home.try_open().unwrap_err();
    let is_named = matches!(short, OpenVaultError::ErasedListShort { expected: 2, found: 0, .. });
    assert!(is_named, "{short:?}");
    // Whoever has lost it for good says so.
    fs::remove_file(keys::applied_in(&home.paths.keys)).unwrap();
    drop(home.open());
}
