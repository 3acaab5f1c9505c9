use std::{
    fs,
    os::unix::fs::FileExt,
    sync::atomic::{AtomicU64, Ordering},
};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::seal::hmac_sha256;

mod erasing;

const LEDGER: [u8; 32] = [0x1e; 32];
const STREAM: &[u8] = b"complaint-01ARZ3NDEKTSV4RRFFQ69G5FAV";

/// The same bytes on each run; no two draws alike.
#[derive(Debug, Default)]
struct SeededEntropy(AtomicU64);

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let drawn = hmac_sha256(b"seed", &self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes());
            chunk.copy_from_slice(&drawn[..chunk.len()]);
        }
    }
}

struct Home {
    dir: TempDir,
    paths: VaultPaths,
    entropy: Arc<SeededEntropy>,
}

impl Home {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let paths =
            VaultPaths { vault: at("data/vault"), keys: at("data/keys"), kek: at("outside/kek") };
        Self { dir, paths, entropy: Arc::default() }
    }

    fn create(&self) -> Vault {
        Vault::create(&self.paths, LEDGER, Arc::clone(&self.entropy) as Arc<dyn Entropy>).unwrap()
    }

    fn open(&self) -> Vault {
        self.try_open().unwrap()
    }

    fn try_open(&self) -> Result<Vault, OpenVaultError> {
        Vault::open(&self.paths, LEDGER, Arc::clone(&self.entropy) as Arc<dyn Entropy>)
    }

    /// Every file below, with what is in it.
    fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        let mut directories = vec![self.dir.path().to_owned()];
        while let Some(directory) = directories.pop() {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    directories.push(path);
                } else {
                    let bytes = fs::read(&path).unwrap();
                    found.push((path, bytes));
                }
            }
        }
        found
    }

    fn contains(&self, marker: &[u8]) -> bool {
        self.files().iter().any(|(_, bytes)| bytes.windows(marker.len()).any(|w| w == marker))
    }

    fn segment(&self) -> PathBuf {
        self.paths.vault.join("512-000000.seg")
    }
}

fn field(group: u16, text: &[u8]) -> PlainField<'_> {
    PlainField { group, text }
}

#[tokio::test]
async fn stored_fields_open_after_the_vault_was_closed_and_opened_again() {
    let home = Home::new();
    let vault = home.create();
    let long = vec![b'x'; 5000];
    let fields = [field(1, &long), field(2, "王小明".as_bytes()), field(3, b"")];
    let sealing = vault.seal(STREAM, None, &fields).unwrap();
    vault.store(&sealing).await.unwrap();
    vault.store(&sealing).await.unwrap();
    drop(vault);
    let vault = home.open();
    for (sealed, plain) in sealing.refs.iter().zip(&fields) {
        assert_eq!(vault.open_field(STREAM, sealed).unwrap().as_slice(), plain.text);
    }
    let status = vault.status().unwrap();
    assert_eq!((status.keys, status.blobs, status.epoch), (1, 3, 1));
    let opening = vault.open_commitment(STREAM, &sealing.refs[1]).unwrap();
    assert_eq!(opening.commitment(&LEDGER, STREAM, 2), sealing.refs[1].commitment);
}

#[tokio::test]
async fn sealing_alone_writes_nothing() {
    let home = Home::new();
    let vault = home.create();
    let before = home.files();
    let sealing = vault.seal(STREAM, None, &[field(1, b"a text")]).unwrap();
    assert_eq!(home.files(), before);
    let opened = vault.open_field(STREAM, &sealing.refs[0]);
    assert!(matches!(opened, Err(OpenError::MissingBlob { .. })));
}

#[tokio::test]
async fn a_sealing_that_was_dropped_gives_its_slots_back() {
    let home = Home::new();
    let vault = home.create();
    for _ in 0..1000 {
        let dropped = vault.seal(STREAM, None, &[field(1, b"refused"), field(2, b"too")]).unwrap();
        drop(dropped);
    }
    let kept = vault.seal(STREAM, None, &[field(1, b"kept"), field(2, b"as well")]).unwrap();
    vault.store(&kept).await.unwrap();
    assert!(fs::metadata(home.segment()).unwrap().len() <= 4096 + 256 * 1024);
    assert_eq!(vault.open_field(STREAM, &kept.refs[1]).unwrap().as_slice(), b"as well");
}

#[tokio::test]
async fn slots_in_use_are_not_given_out_again_after_opening() {
    let home = Home::new();
    let mut stored = Vec::new();
    drop(home.create());
    for round in 0..5_u8 {
        let vault = home.open();
        let refused = vault.seal(STREAM, None, &[field(1, b"never stored")]).unwrap();
        let text = vec![round; usize::from(round) * 700];
        let sealing = vault.seal(STREAM, None, &[field(1, &text), field(2, b"short")]).unwrap();
        vault.store(&sealing).await.unwrap();
        stored.push((text, sealing.refs.clone()));
        drop(refused);
    }
    let vault = home.open();
    for (text, refs) in stored {
        assert_eq!(*vault.open_field(STREAM, &refs[0]).unwrap(), text);
        assert_eq!(vault.open_field(STREAM, &refs[1]).unwrap().as_slice(), b"short");
    }
}

#[tokio::test]
async fn more_fields_go_under_a_key_that_is_not_stored_yet() {
    let home = Home::new();
    let vault = home.create();
    let first = vault.seal(STREAM, None, &[field(1, b"first")]).unwrap();
    let owner = first.subject_key().unwrap();
    let second = vault.seal(STREAM, Some(owner), &[field(7, b"second")]).unwrap();
    // The first is refused after all; the second must bring the key with it.
    drop(first);
    vault.store(&second).await.unwrap();
    drop(vault);
    let vault = home.open();
    assert_eq!(vault.open_field(STREAM, &second.refs[0]).unwrap().as_slice(), b"second");
    let third = vault.seal(STREAM, Some(owner), &[field(8, b"third")]).unwrap();
    assert_eq!(third.subject_key(), Some(owner));
    vault.store_all(&[&second, &third]).await.unwrap();
    assert_eq!(vault.open_field(STREAM, &third.refs[0]).unwrap().as_slice(), b"third");
    assert_eq!(vault.status().unwrap().keys, 1);
}

#[tokio::test]
async fn a_key_nobody_stored_is_missing() {
    let home = Home::new();
    let vault = home.create();
    let owner = SubjectKey { subject: [1; 16], key: [2; 16] };
    let sealed = vault.seal(STREAM, Some(owner), &[field(1, b"text")]);
    assert!(matches!(sealed, Err(SealError::MissingKey { .. })));
}

#[tokio::test]
async fn no_fields_need_no_key_and_nothing_to_store() {
    let home = Home::new();
    let vault = home.create();
    let sealing = vault.seal(STREAM, None, &[]).unwrap();
    vault.store(&sealing).await.unwrap();
    assert_eq!((sealing.refs.len(), sealing.subject_key()), (0, None));
    assert_eq!(vault.status().unwrap().keys, 0);
}

#[tokio::test]
async fn the_longest_text_fits_and_one_byte_more_is_refused() {
    let home = Home::new();
    let vault = home.create();
    let mut text = vec![b'z'; FIELD_BYTES_MAX];
    let sealing = vault.seal(STREAM, None, &[field(1, &text)]).unwrap();
    vault.store(&sealing).await.unwrap();
    assert_eq!(*vault.open_field(STREAM, &sealing.refs[0]).unwrap(), text);
    text.push(b'z');
    let error = vault.seal(STREAM, None, &[field(1, &text)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the text of field group 1 is 1048577 bytes long; at most 1048576 can be sealed"
    );
}

#[tokio::test]
async fn plaintext_and_secrets_are_in_no_file_and_in_no_debug_output() {
    let home = Home::new();
    let vault = home.create();
    let marker = b"Marjorie Planted-Name 0123456789".as_slice();
    let text = [&[b' '; 700], marker, &[b' '; 9000], marker].concat();
    let sealing = vault.seal(STREAM, None, &[field(1, &text), field(2, marker)]).unwrap();
    vault.store(&sealing).await.unwrap();
    let opening = vault.open_commitment(STREAM, &sealing.refs[1]).unwrap();
    assert!(!home.contains(marker));
    assert!(!home.contains(opening.salt.as_ref()));
    let data_key = vault.keys.load(&sealing.refs[0].key).unwrap();
    assert!(!home.contains(data_key.as_ref()));
    let shown = format!("{vault:?} {sealing:?} {opening:?} {:?}", field(2, marker));
    assert!(!shown.contains("Marjorie") && !shown.contains("77, 97, 114, 106"));
    let secrets = [data_key.as_ref(), opening.salt.as_ref(), vault.keys.locator.0.as_ref()];
    for secret in secrets {
        assert!(!shown.contains(&format!("{secret:?}")));
    }
}

#[tokio::test]
async fn many_callers_at_once_are_all_stored() {
    let home = Home::new();
    let vault = Arc::new(home.create());
    let mut callers = tokio::task::JoinSet::new();
    for i in 0..300_u32 {
        let vault = Arc::clone(&vault);
        callers.spawn(async move {
            let text = vec![b'a'; usize::try_from(i * 37 % 3000).unwrap()];
            let sealing = vault.seal(STREAM, None, &[field(1, &text)]).unwrap();
            vault.store(&sealing).await.unwrap();
            (text, sealing.refs[0])
        });
    }
    let stored = callers.join_all().await;
    drop(vault);
    let vault = home.open();
    for (text, sealed) in stored {
        assert_eq!(*vault.open_field(STREAM, &sealed).unwrap(), text);
    }
    assert_eq!(vault.status().unwrap().keys, 300);
}

#[tokio::test]
async fn a_caller_that_hangs_up_tears_nothing() {
    let home = Home::new();
    let vault = home.create();
    let sealing = vault.seal(STREAM, None, &[field(1, b"stored all the same")]).unwrap();
    {
        let mut storing = Box::pin(vault.store(&sealing));
        assert!(futures_poll_once(storing.as_mut()).await.is_none());
    }
    drop(vault);
    let opened = home.open().open_field(STREAM, &sealing.refs[0]).unwrap();
    assert_eq!(opened.as_slice(), b"stored all the same");
}

/// Polls once; the writer cannot have answered before it was asked.
async fn futures_poll_once<F: Future + Unpin>(mut future: F) -> Option<F::Output> {
    std::future::poll_fn(|context| {
        std::task::Poll::Ready(match std::pin::Pin::new(&mut future).poll(context) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        })
    })
    .await
}

#[tokio::test]
async fn each_thing_that_can_be_wrong_with_a_blob_has_its_own_answer() {
    let home = Home::new();
    let vault = home.create();
    let sealing = vault.seal(STREAM, None, &[field(1, b"one"), field(2, b"two")]).unwrap();
    vault.store(&sealing).await.unwrap();
    let [one, two] = [sealing.refs[0], sealing.refs[1]];
    let open = |sealed| vault.open_field(STREAM, &sealed).map(|_| ());
    assert!(matches!(
        vault.open_field(b"complaint-another", &one),
        Err(OpenError::Undecryptable { .. })
    ));
    assert!(matches!(open(SealedRef { group: 2, ..one }), Err(OpenError::Undecryptable { .. })));
    assert!(matches!(
        open(SealedRef { subject: [0; 16], ..one }),
        Err(OpenError::Undecryptable { .. })
    ));
    assert!(matches!(
        open(SealedRef { commitment: two.commitment, ..one }),
        Err(OpenError::Undecryptable { .. })
    ));
    assert!(matches!(
        open(SealedRef { digest: two.digest, ..one }),
        Err(OpenError::DigestMismatch { .. })
    ));
    assert!(matches!(
        open(SealedRef { vault: [3; 16], ..one }),
        Err(OpenError::MissingBlob { .. })
    ));
    assert!(matches!(open(SealedRef { key: [3; 16], ..one }), Err(OpenError::MissingKey { .. })));
    let keys = keys::file_in(&home.paths.keys);
    let whole = fs::read(&keys).unwrap();
    let mut erased = whole.clone();
    erased[4096..4096 + 128].fill(0);
    fs::write(&keys, &erased).unwrap();
    assert!(matches!(open(one), Err(OpenError::MissingKey { .. })));
    let mut damaged = whole.clone();
    damaged[4096 + 60] ^= 1;
    fs::write(&keys, &damaged).unwrap();
    assert!(matches!(open(one), Err(OpenError::KeyDamaged { .. })));
    fs::write(&keys, &whole).unwrap();
    assert!(open(one).is_ok());
    fs::remove_file(home.segment()).unwrap();
    assert!(matches!(open(one), Err(OpenError::MissingBlob { .. })));
}

#[tokio::test]
async fn any_changed_byte_of_a_slot_is_noticed() {
    let home = Home::new();
    let vault = home.create();
    let sealing = vault.seal(STREAM, None, &[field(1, b"one")]).unwrap();
    vault.store(&sealing).await.unwrap();
    let file = fs::OpenOptions::new().read(true).write(true).open(home.segment()).unwrap();
    let flip = |at: u64| {
        let mut byte = [0];
        file.read_exact_at(&mut byte, at).unwrap();
        file.write_all_at(&[byte[0] ^ 0x40], at).unwrap();
    };
    for at in 4096..4096 + 512 {
        flip(at);
        assert!(vault.open_field(STREAM, &sealing.refs[0]).is_err(), "byte {at}");
        flip(at);
    }
    assert!(vault.open_field(STREAM, &sealing.refs[0]).is_ok());
    drop(vault);
    for at in 0..4096 {
        flip(at);
        assert!(matches!(home.try_open(), Err(OpenVaultError::Damaged { .. })), "byte {at}");
        flip(at);
    }
    assert!(home.try_open().is_ok());
}

#[tokio::test]
async fn a_write_that_a_crash_cut_short_is_not_counted_and_harms_nobody() {
    let home = Home::new();
    let vault = home.create();
    let text = vec![b'a'; 1500];
    let first = vault.seal(STREAM, None, &[field(1, &text)]).unwrap();
    let second = vault.seal(STREAM, None, &[field(1, &text)]).unwrap();
    vault.store_all(&[&first, &second]).await.unwrap();
    drop(vault);
    // Of the second slot only the first sector reached the disk, and of its key nothing.
    let segment = home.paths.vault.join("2048-000000.seg");
    let mut bytes = fs::read(&segment).unwrap();
    bytes[4096 + 2048 + 512..4096 + 2 * 2048].fill(0);
    fs::write(&segment, &bytes).unwrap();
    let keys = keys::file_in(&home.paths.keys);
    let mut bytes = fs::read(&keys).unwrap();
    bytes[4096 + 128..4096 + 256].fill(0);
    fs::write(&keys, &bytes).unwrap();

    let vault = home.open();
    let status = vault.status().unwrap();
    assert_eq!((status.keys, status.blobs), (1, 1));
    assert!(vault.open_field(STREAM, &second.refs[0]).is_err());
    let third = vault.seal(STREAM, None, &[field(1, &text)]).unwrap();
    vault.store(&third).await.unwrap();
    for sealing in [first, third] {
        assert_eq!(*vault.open_field(STREAM, &sealing.refs[0]).unwrap(), text);
    }
}

#[tokio::test]
async fn a_vault_is_opened_by_one_at_a_time_and_never_made_twice() {
    let home = Home::new();
    let vault = home.create();
    assert!(matches!(home.try_open(), Err(OpenVaultError::InUse { .. })));
    drop(vault);
    let again = Vault::create(&home.paths, LEDGER, Arc::clone(&home.entropy) as Arc<dyn Entropy>);
    assert!(matches!(again, Err(CreateVaultError::AlreadyThere { .. })));
    let paths = VaultPaths { keys: home.dir.path().join("new-keys"), ..home.paths.clone() };
    let over_an_old_kek =
        Vault::create(&paths, LEDGER, Arc::clone(&home.entropy) as Arc<dyn Entropy>);
    assert!(matches!(over_an_old_kek, Err(CreateVaultError::AlreadyThere { .. })));
    fs::rename(&home.paths.vault, home.dir.path().join("moved")).unwrap();
    assert!(matches!(home.try_open(), Err(OpenVaultError::NoVault { .. })));
}

/// Fails from the n-th sync on, after or without syncing.
#[derive(Debug)]
struct FailingSync {
    left: AtomicU64,
    stores_all_the_same: bool,
    kind: io::ErrorKind,
}

impl Default for FailingSync {
    fn default() -> Self {
        let (left, kind) = (AtomicU64::new(0), io::ErrorKind::Other);
        Self { left, stores_all_the_same: false, kind }
    }
}

impl Syncer for FailingSync {
    fn sync(&self, file: &fs::File) -> io::Result<()> {
        let is_good = self
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
            .is_ok();
        if is_good || self.stores_all_the_same {
            file.sync_data()?;
        }
        if is_good { Ok(()) } else { Err(io::Error::new(self.kind, "the disk is gone")) }
    }
}

#[tokio::test]
async fn after_a_failed_sync_nothing_is_acknowledged_any_more() {
    for stores_all_the_same in [false, true] {
        let home = Home::new();
        drop(home.create());
        let syncer = Arc::new(FailingSync {
            left: AtomicU64::new(2),
            stores_all_the_same,
            ..FailingSync::default()
        });
        let entropy = Arc::clone(&home.entropy) as Arc<dyn Entropy>;
        let vault = Vault::open_with(&home.paths, LEDGER, entropy, syncer).unwrap();
        let first = vault.seal(STREAM, None, &[field(1, b"first")]).unwrap();
        vault.store(&first).await.unwrap();
        let second = vault.seal(STREAM, None, &[field(1, b"second")]).unwrap();
        assert!(matches!(vault.store(&second).await, Err(StoreError::Poisoned(_))));
        assert!(matches!(vault.store(&second).await, Err(StoreError::Poisoned(_))));
        assert!(matches!(vault.store(&first).await, Err(StoreError::Poisoned(_))));
        drop(vault);
        let vault = home.open();
        assert_eq!(vault.open_field(STREAM, &first.refs[0]).unwrap().as_slice(), b"first");
        let third = vault.seal(STREAM, None, &[field(1, b"third")]).unwrap();
        vault.store(&third).await.unwrap();
        assert_eq!(vault.open_field(STREAM, &third.refs[0]).unwrap().as_slice(), b"third");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn opening_what_was_sealed_gives_the_texts_back(
        texts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..9000), 1..6),
        stream in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let home = Home::new();
        let vault = home.create();
        let fields: Vec<_> = texts.iter().zip(1..).map(|(text, group)| field(group, text)).collect();
        let sealing = vault.seal(&stream, None, &fields).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(vault.store(&sealing)).unwrap();
        for (sealed, text) in sealing.refs.iter().zip(&texts) {
            prop_assert_eq!(&*vault.open_field(&stream, sealed).unwrap(), text);
        }
    }
}
