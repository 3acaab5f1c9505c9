use std::{io::Read, os::unix::fs::PermissionsExt};

use rustix::thread::{CapabilitySet, capabilities, set_capabilities};
use tempfile::TempDir;

use super::*;
use crate::{
    entropy::SystemEntropy,
    error::OpenError,
    field::{PlainField, SealedRef},
};

const LEDGER: [u8; 32] = [0x1e; 32];
const STREAM: &[u8] = b"complaint-01ARZ3NDEKTSV4RRFFQ69G5FAV";

/// A vault with some people in it, and what their records say.
struct Home {
    dir: TempDir,
    paths: VaultPaths,
    sealed: Vec<SealedRef>,
}

fn text_of(person: usize) -> Vec<u8> {
    format!("what person {person} wrote").into_bytes()
}

impl Home {
    /// More people than fit in a piece, so that one piece follows another.
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let paths =
            VaultPaths { vault: at("data/vault"), keys: at("data/keys"), kek: at("outside/kek") };
        let vault = Vault::create(&paths, LEDGER, Arc::new(SystemEntropy)).unwrap();
        let mut home = Self { dir, paths, sealed: Vec::new() };
        home.take_in(&vault, PIECE_SLOTS + 3).await;
        home
    }

    async fn take_in(&mut self, vault: &Vault, people: usize) {
        let mut sealings = Vec::new();
        for person in self.sealed.len()..self.sealed.len() + people {
            let text = text_of(person);
            let fields = [PlainField { group: 1, text: &text }];
            let sealing = vault.seal(STREAM, None, &fields).unwrap();
            self.sealed.extend(sealing.refs.clone());
            sealings.push(sealing);
        }
        vault.store_all(&sealings.iter().collect::<Vec<_>>()).await.unwrap();
    }

    fn open(&self) -> Result<Vault, OpenVaultError> {
        Vault::open(&self.paths, LEDGER, Arc::new(SystemEntropy))
    }

    fn rotate(&self, unreadable: Unreadable) -> Result<Rotated, RotateError> {
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        rotate_key(&self.paths, LEDGER, &entropy, unreadable)
    }

    fn prepare(&self) -> (KeyFile, Next) {
        let old = KeyFile::open(&self.paths.keys, &self.paths.kek, &LEDGER).unwrap();
        let next = Next::prepare(&self.paths, &old, &SystemEntropy, Unreadable::Refuse).unwrap();
        (old, next)
    }

    /// The vault opens with this epoch, and in it every text; nothing is left over.
    fn opens_with_epoch(&self, epoch: u32) -> Vault {
        let vault = self.open().unwrap();
        assert_eq!(vault.status().unwrap().epoch, epoch);
        for (person, sealed) in self.sealed.iter().enumerate() {
            assert_eq!(*vault.open_field(STREAM, sealed).unwrap(), text_of(person));
        }
        assert!(!next_of(&self.paths.kek).exists() && !unnamed(&self.paths.keys).exists());
        vault
    }

    fn key_file(&self) -> PathBuf {
        keys::file_in(&self.paths.keys)
    }

    fn copy(&self, of: &Path, name: &str) -> PathBuf {
        let copy = self.dir.path().join(name);
        fs::copy(of, &copy).unwrap();
        copy
    }
}

#[tokio::test]
async fn after_a_rotation_every_text_opens_and_no_copy_from_before_does() {
    let mut home = Home::new().await;
    let (old_keys, old_kek) =
        (home.copy(&home.key_file(), "slots"), home.copy(&home.paths.kek, "k"));
    let mut held = File::open(home.key_file()).unwrap();
    let mut held_kek = File::open(&home.paths.kek).unwrap();
    let people = home.sealed.len() as u64;

    let rotated = home.rotate(Unreadable::Refuse).unwrap();
    assert_eq!(rotated, Rotated { epoch: 2, keys: people, unreadable: 0 });
    let vault = home.opens_with_epoch(2);
    assert_eq!(vault.last_rotation(), rotated);
    assert_eq!(vault.status().unwrap().keys, people);
    home.take_in(&vault, 2).await;
    drop(vault);
    home.opens_with_epoch(2);

    // What had the names before holds nothing any more, for whoever still reads it.
    for file in [&mut held, &mut held_kek] {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        assert!(!bytes.is_empty() && frame::is_zero(&bytes));
    }
    // A key file from before opens with the key from before alone, and the new one not with it.
    let new_keys = home.copy(&home.key_file(), "new-slots");
    let new_kek = home.copy(&home.paths.kek, "new-kek");
    for (keys, kek) in [(&old_keys, &new_kek), (&new_keys, &old_kek)] {
        fs::copy(keys, home.key_file()).unwrap();
        fs::copy(kek, &home.paths.kek).unwrap();
        assert!(matches!(home.open(), Err(OpenVaultError::WrongKek { .. })));
    }
    fs::copy(&new_keys, home.key_file()).unwrap();
    fs::copy(&new_kek, &home.paths.kek).unwrap();
    assert_eq!(home.rotate(Unreadable::Refuse).unwrap().epoch, 3);
    home.opens_with_epoch(3);
}

#[tokio::test]
async fn a_rotation_that_was_not_committed_did_not_happen() {
    let home = Home::new().await;
    drop(home.prepare());
    assert!(next_of(&home.paths.kek).exists() && unnamed(&home.paths.keys).exists());
    drop(home.opens_with_epoch(1));
    // Nor does one whose key a crash cut short, before anything was wrapped by it.
    fs::write(unnamed(&home.paths.keys), b"").unwrap();
    fs::write(next_of(&home.paths.kek), b"RDRSK").unwrap();
    drop(home.opens_with_epoch(1));
    assert_eq!(home.rotate(Unreadable::Refuse).unwrap().epoch, 2);
    home.opens_with_epoch(2);
}

/// A copy of the ledger from before, such as a restored backup, that is opened with the same key.
fn opens_beside(home: &Home) -> Result<Vault, OpenVaultError> {
    let mut paths = home.paths.clone();
    for (dir, name) in [(&mut paths.keys, "keys-2"), (&mut paths.vault, "vault-2")] {
        let copy = home.dir.path().join(name);
        if !copy.exists() {
            fs::create_dir(&copy).unwrap();
            for entry in fs::read_dir(&*dir).unwrap().map(Result::unwrap) {
                if entry.path().is_file() {
                    fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
                }
            }
        }
        *dir = copy;
    }
    Vault::open(&paths, LEDGER, Arc::new(SystemEntropy))
}

#[tokio::test]
async fn a_copy_that_shares_the_key_takes_nothing_back_of_the_rotation_of_another() {
    let home = Home::new().await;
    drop(opens_beside(&home).unwrap());
    // Cut short behind the point of no return: only the new key opens the ledger.
    let (old, next) = home.prepare();
    next.commit(&home.paths.keys).unwrap();
    drop((old, next));
    drop(opens_beside(&home).unwrap());
    drop(home.opens_with_epoch(2));
    // Before it: the copy leaves it be, and the ledger takes back what is its own.
    drop(home.prepare());
    assert!(opens_beside(&home).is_err(), "its key is of the first epoch");
    assert!(next_of(&home.paths.kek).exists());
    drop(home.opens_with_epoch(2));
}

#[tokio::test]
async fn what_another_copy_prepares_stops_a_rotation_and_stays() {
    let home = Home::new().await;
    fs::write(next_of(&home.paths.kek), b"of another copy").unwrap();
    let refused = home.rotate(Unreadable::Refuse).unwrap_err();
    assert!(matches!(refused, RotateError::NewKey(CreateVaultError::AlreadyThere { .. })));
    assert_eq!(fs::read(next_of(&home.paths.kek)).unwrap(), b"of another copy");
    assert!(!unnamed(&home.paths.keys).exists());
    fs::remove_file(next_of(&home.paths.kek)).unwrap();
    home.opens_with_epoch(1);
}

/// Does this as somebody whom the permissions of a file stop, which root is not.
fn without_being_root<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    // What a thread may do is its own.
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| {
            let mut sets = capabilities(None).unwrap();
            sets.effective.remove(CapabilitySet::DAC_OVERRIDE);
            set_capabilities(None, sets).unwrap();
            work()
        });
        worker.join().unwrap()
    })
}

/// The new key would stand in the place of the link, and the old one stay where it leads to.
#[tokio::test]
async fn a_key_that_is_a_link_stops_a_rotation_before_anything_is_done() {
    let home = Home::new().await;
    let key_file = fs::read(home.key_file()).unwrap();
    let elsewhere = home.paths.kek.with_extension("elsewhere");
    fs::rename(&home.paths.kek, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &home.paths.kek).unwrap();
    let refused = home.rotate(Unreadable::Refuse).unwrap_err();
    let RotateError::NotWritable { source, .. } = refused else { panic!("{refused}") };
    assert!(source.to_string().contains("it is a link"), "{source}");
    assert_eq!(fs::read(home.key_file()).unwrap(), key_file);
    assert!(!next_of(&home.paths.kek).exists());
    home.opens_with_epoch(1);
}

#[tokio::test]
async fn a_key_that_cannot_be_overwritten_stops_a_rotation_before_anything_is_done() {
    let home = Home::new().await;
    let key_file = fs::read(home.key_file()).unwrap();
    let mode =
        |mode| fs::set_permissions(&home.paths.kek, fs::Permissions::from_mode(mode)).unwrap();
    mode(0o400);
    let refused = without_being_root(|| home.rotate(Unreadable::Refuse)).unwrap_err();
    let RotateError::NotWritable { path, source } = refused else { panic!("{refused}") };
    assert_eq!((path, source.kind()), (home.paths.kek.clone(), io::ErrorKind::PermissionDenied));
    assert!(fs::read(home.key_file()).unwrap() == key_file);
    drop(home.opens_with_epoch(1));
    mode(0o600);
    without_being_root(|| home.rotate(Unreadable::Refuse)).unwrap();
    home.opens_with_epoch(2);
}

#[tokio::test]
async fn without_a_new_key_the_old_one_is_not_destroyed() {
    let home = Home::new().await;
    let (old, next) = home.prepare();
    fs::remove_file(next_of(&home.paths.kek)).unwrap();
    assert!(take_over(&home.paths.kek).is_err());
    drop((old, next));
    fs::remove_file(unnamed(&home.paths.keys)).unwrap();
    home.opens_with_epoch(1);
}

#[tokio::test]
async fn a_rotation_that_was_committed_is_finished_by_whoever_opens_next() {
    for step in ["commit", "destroy", "overwrite", "remove"] {
        let home = Home::new().await;
        let (old, next) = home.prepare();
        next.commit(&home.paths.keys).unwrap();
        let between = home.open();
        assert!(matches!(between, Err(OpenVaultError::InUse { .. })), "{between:?}");
        if step != "commit" {
            next.destroy_old(&old).unwrap();
        }
        // As far as `take_over` may have come.
        match step {
            "overwrite" => fs::write(&home.paths.kek, [0; ENVELOPE_BYTES]).unwrap(),
            "remove" => fs::remove_file(&home.paths.kek).unwrap(),
            _ => {}
        }
        drop((old, next));
        let vault = home.opens_with_epoch(2);
        assert_eq!(vault.last_rotation().keys, home.sealed.len() as u64, "{step}");
    }
}

#[tokio::test]
async fn no_key_goes_that_may_be_the_one() {
    let home = Home::new().await;
    let (old, next) = home.prepare();
    next.commit(&home.paths.keys).unwrap();
    drop((old, next));
    // Somebody put a key file back that neither key fits.
    let mut bytes = fs::read(home.key_file()).unwrap();
    bytes[96] ^= 1;
    let crc = crc32c::crc32c(&bytes[..128]).to_be_bytes();
    bytes[128..132].copy_from_slice(&crc);
    fs::write(home.key_file(), bytes).unwrap();
    assert!(matches!(home.open(), Err(OpenVaultError::WrongKek { .. })));
    assert!(next_of(&home.paths.kek).exists() && home.paths.kek.exists());
}

#[tokio::test]
async fn what_was_erased_is_not_wrapped_again() {
    let mut home = Home::new().await;
    let vault = home.open().unwrap();
    let erased = home.sealed.remove(0);
    vault.erase(&[erased]).await.unwrap();
    drop(vault);
    // The texts are numbered by their places.
    let vault = home.open().unwrap();
    let people = home.sealed.len() as u64;
    drop(vault);
    assert_eq!(home.rotate(Unreadable::Refuse).unwrap().keys, people);
    let vault = home.open().unwrap();
    let opened = vault.open_field(STREAM, &erased);
    assert!(matches!(opened, Err(OpenError::MissingBlob { .. })), "{opened:?}");
    assert!(!vault.has_key(&erased.key).unwrap());
    assert_eq!(*vault.open_field(STREAM, &home.sealed[0]).unwrap(), text_of(1));
}

#[tokio::test]
async fn a_slot_that_cannot_be_read_stops_a_rotation_unless_it_may_stay() {
    let home = Home::new().await;
    let damage = |at: u64, bytes: &[u8]| {
        let file = OpenOptions::new().write(true).open(home.key_file()).unwrap();
        file.write_all_at(bytes, at).unwrap();
    };
    // A write that a crash cut short, behind all others.
    let slot = home.sealed.len() as u64;
    damage(keys::slot_offset(slot), &[1, 2, 3]);
    let refused = home.rotate(Unreadable::Refuse);
    assert!(matches!(refused, Err(RotateError::Unreadable { slot: found }) if found == slot));
    drop(home.opens_with_epoch(1));
    let rotated = home.rotate(Unreadable::Keep).unwrap();
    assert_eq!((rotated.epoch, rotated.unreadable), (2, 1));
    assert_eq!(rotated.keys, slot);
    drop(home.opens_with_epoch(2));
    let bytes = fs::read(home.key_file()).unwrap();
    let at = usize::try_from(keys::slot_offset(slot)).unwrap();
    assert_eq!(bytes[at..at + 4], [1, 2, 3, 0]);
}
