//! A ledger on disk, put together as the binary does it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use complaint_domain::{complaint::ComplaintRules, sealed::SealedField};
use complaint_service::ComplaintService;
use event_log::{StreamId, clock::SystemClock};
use event_log_sled::SledLog;
use personal_vault::{SealedRef, SystemEntropy, Vault, VaultPaths};

const LEDGER_ID: [u8; 32] = [0x1e; 32];

/// Log, vault and service over one directory.
#[derive(Debug)]
pub struct Ledger {
    /// The log on sled.
    pub log: Arc<SledLog>,
    /// The vault beside it.
    pub vault: Arc<Vault>,
    /// What carries commands out.
    pub service: ComplaintService,
}

fn paths(data: &Path) -> VaultPaths {
    let mut outside: PathBuf = data.to_owned();
    outside.as_mut_os_string().push(".keys");
    VaultPaths { vault: data.join("vault"), keys: data.join("keys"), kek: outside.join("kek") }
}

impl Ledger {
    /// Makes a new ledger.
    pub fn create(data: &Path) -> Self {
        let log = SledLog::create(data, "ledger.example/tests", Arc::new(SystemClock)).unwrap();
        let vault = Vault::create(&paths(data), LEDGER_ID, Arc::new(SystemEntropy)).unwrap();
        Self::from_parts(log, vault)
    }

    /// Opens one that is there.
    pub fn open(data: &Path) -> Self {
        let log = SledLog::open(data, Arc::new(SystemClock)).unwrap();
        let vault = Vault::open(&paths(data), LEDGER_ID, Arc::new(SystemEntropy)).unwrap();
        Self::from_parts(log, vault)
    }

    fn from_parts(log: SledLog, vault: Vault) -> Self {
        let (log, vault) = (Arc::new(log), Arc::new(vault));
        let service = ComplaintService::new(
            Arc::clone(&log) as _,
            Arc::clone(&vault),
            Arc::new(SystemClock),
            Arc::new(SystemEntropy),
            ComplaintRules::default(),
        );
        Self { log, vault, service }
    }

    /// Checks that a sealed field can be opened and is what its record commits to.
    pub fn assert_opens(&self, stream: &StreamId, sealed: &SealedField) {
        let reference = SealedRef {
            group: sealed.field.group(),
            subject: sealed.subject.0,
            key: sealed.key.0,
            vault: sealed.vault.0,
            commitment: sealed.commitment.0,
            digest: sealed.digest.0,
        };
        let opened = self.vault.open_field(stream.as_str().as_bytes(), &reference);
        assert!(opened.is_ok(), "{stream} {:?}: {:?}", sealed.field, opened.err());
    }
}
