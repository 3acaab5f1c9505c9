//! A data directory, opened: the one place that puts the parts of a ledger together.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use checkpoint_signer::Passphrase;
use complaint_domain::complaint::ComplaintRules;
use complaint_service::{ComplaintService, Erasures, EvidenceService, Streams, UnsealedService};
use event_log::{Clock, EventLog, Position, clock::SystemClock};
use event_log_sled::{SledLog, ledger_file};
use evidence_issue::{ReceiptKey, receipt_key::ReceiptKeyError};
use merkle_log::VerifierKey;
use personal_vault::{Entropy, Rotated, SystemEntropy, Unreadable, Vault, VaultPaths, rotate_key};
use projection::{Projections, Projector, Status};
use projector_audit::AuditProjector;
use projector_casework::CaseworkProjector;
use projector_transparency::TransparencyProjector;
use sha2::{Digest as _, Sha256};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::{
    arguments::{LedgerAt, SigningAt},
    backup::{files::make_private_dir, mark},
    console::Console,
    error::CommandError,
    lending::{self, Lent},
    signing::{self, SigningPlaces},
};

/// Where the parts of a ledger lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The data directory.
    pub data: PathBuf,
    /// The file of the key-encryption key, outside the data directory.
    pub kek: PathBuf,
}

impl Places {
    /// The places of the ledger that the arguments name.
    pub fn of(at: &LedgerAt) -> Self {
        let kek = at.keys.clone().unwrap_or_else(|| sibling(&at.data).join("kek"));
        Self { data: at.data.clone(), kek }
    }

    /// The directory of read models.
    pub fn read_models(&self) -> PathBuf {
        self.data.join("read-models")
    }

    /// The directory of reports that nobody named another place for.
    pub fn reports(&self) -> PathBuf {
        self.data.join("reports")
    }

    /// The file of the key from which receipt secrets follow, beside the key that opens the vault.
    pub fn receipt_key(&self) -> PathBuf {
        self.kek.with_file_name("receipt-key")
    }

    fn vault(&self) -> VaultPaths {
        VaultPaths {
            vault: self.data.join("vault"),
            keys: self.data.join("keys"),
            kek: self.kek.clone(),
        }
    }
}

/// The directory of keys beside a data directory: whoever copies the one does not get the other.
fn sibling(data: &Path) -> PathBuf {
    let whole = || fs::canonicalize(data).unwrap_or_else(|_| data.to_path_buf());
    // `.` and `..` have no name of their own.
    let data = if data.file_name().is_some() { data.to_path_buf() } else { whole() };
    let mut name = data.file_name().map_or_else(|| OsString::from("ledger"), OsString::from);
    name.push(".keys");
    data.with_file_name(name)
}

/// How the signing key of a new ledger is made.
#[derive(Debug, Default)]
pub struct NewSigning {
    /// Where key and register will lie.
    pub at: SigningAt,
    /// What seals the key; without one it lies open to its owner.
    pub passphrase: Option<Passphrase>,
}

/// An open ledger. Held by this process alone until it is closed.
#[derive(Debug)]
pub struct Ledger {
    /// Where its parts lie.
    pub places: Places,
    /// The log.
    pub log: Arc<SledLog>,
    clock: Arc<dyn Clock>,
    vault: Option<Arc<Vault>>,
    /// Whether another part of this process has it open, and goes on with it.
    is_lent: bool,
    /// Whoever brings the read models up holds it.
    models: Arc<Mutex<()>>,
}

/// Read models that have been brought up, and stay as they are until this is dropped.
#[derive(Debug)]
pub struct BroughtUp {
    /// How many records they tell of.
    pub records: u64,
    _held: OwnedMutexGuard<()>,
}

impl From<Lent> for Ledger {
    fn from(lent: Lent) -> Self {
        let Lent { places, log, vault, models, .. } = lent;
        Self { places, log, clock: Arc::new(SystemClock), vault, is_lent: true, models }
    }
}

impl Ledger {
    /// Makes a new, empty ledger with its vault, its keys, and the register of what it signs; gives
    /// also the half of the signing key that verifies.
    ///
    /// # Errors
    ///
    /// [`CommandError`] when something lies there already, or nothing can be written there.
    pub fn create(
        at: &LedgerAt,
        origin: &str,
        signing: &NewSigning,
        clock: Arc<dyn Clock>,
    ) -> Result<(Self, VerifierKey), CommandError> {
        let places = Places::of(at);
        let signing_places = SigningPlaces::of(&places, &signing.at);
        if places.data.join(ledger_file::FILE).exists() {
            return Err(CommandError::Refused {
                problem: format!(
                    "expected no ledger at {}, found one there already",
                    places.data.display()
                ),
                next: "use that one, or name another place with --data".to_owned(),
            });
        }
        // Looked at first, so that no ledger is left behind whose vault could not be made.
        if places.kek.exists() {
            return Err(CommandError::Refused {
                problem: format!(
                    "expected no key-encryption key at {}, found one; it may be the only way to \
                     read the personal data of another ledger",
                    places.kek.display()
                ),
                next: "name another place with --keys or --data, or move it away if nothing needs \
                       it"
                .to_owned(),
            });
        }
        signing_places.check_free()?;
        if places.receipt_key().exists() {
            return Err(ReceiptKeyError::AlreadyThere { path: places.receipt_key() }.into());
        }
        // Nobody else has to look in; who does wants a copy, a mirror or an export.
        if !places.data.exists() {
            make_private_dir(&places.data)?;
        }
        let log = SledLog::create(&places.data, origin, Arc::clone(&clock))?;
        let vault = Vault::create(&places.vault(), ledger_id(origin), Arc::new(SystemEntropy))?;
        fs::create_dir_all(places.read_models())
            .map_err(CommandError::file("make", &places.read_models()))?;
        ReceiptKey::create(&places.receipt_key(), origin, &SystemEntropy)?;
        let key = signing::create(&signing_places, origin, signing.passphrase.as_ref())?;
        let (log, vault) = (Arc::new(log), Some(Arc::new(vault)));
        let models = Arc::default();
        Ok((Self { places, log, clock, vault, is_lent: false, models }, key))
    }

    /// Opens the ledger that the arguments name, without its vault: no key is needed.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: no ledger there, in use, damaged.
    pub fn open(at: &LedgerAt, clock: Arc<dyn Clock>) -> Result<Self, CommandError> {
        let places = Places::of(at);
        if let Some(lent) = lending::lent(&places) {
            return Ok(Self { clock, ..Self::from(lent) });
        }
        let log = Arc::new(SledLog::open(&places.data, Arc::clone(&clock))?);
        Ok(Self { places, log, clock, vault: None, is_lent: false, models: Arc::default() })
    }

    /// The same ledger once more, for another part of this process.
    #[must_use]
    pub fn again(&self) -> Self {
        let (places, log, clock) =
            (self.places.clone(), Arc::clone(&self.log), Arc::clone(&self.clock));
        Self { places, log, clock, vault: self.vault.clone(), is_lent: true, models: self.models() }
    }

    /// Whether another part of this process has it open: that part publishes what is appended.
    pub const fn is_lent(&self) -> bool {
        self.is_lent
    }

    /// What whoever brings the read models up, or makes them anew, holds meanwhile.
    pub fn models(&self) -> Arc<Mutex<()>> {
        Arc::clone(&self.models)
    }

    /// The name of the ledger.
    pub fn origin(&self) -> &str {
        &self.log.ledger().origin
    }

    /// The vault, opened once it is needed.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: no key, a wrong one, a damaged vault.
    pub fn vault(&mut self) -> Result<Arc<Vault>, CommandError> {
        if let Some(vault) = &self.vault {
            return Ok(Arc::clone(vault));
        }
        let id = ledger_id(self.origin());
        let vault = Arc::new(Vault::open(&self.places.vault(), id, Arc::new(SystemEntropy))?);
        self.vault = Some(Arc::clone(&vault));
        Ok(vault)
    }

    /// Its streams, to be read.
    pub fn streams(&self) -> Streams<'_> {
        Streams::of(self.log.as_ref())
    }

    /// Refuses to write to a copy that lacks something signed, or is another history: whatever were confirmed
    /// there would be lost with it. Where no register lies beside the key, only a restored copy is refused of which
    /// none has told yet.
    fn may_be_written(&self) -> Result<(), CommandError> {
        let places = SigningPlaces::of(&self.places, &SigningAt::default());
        mark::settle(&self.places.data, &self.log, &places)?;
        signing::refuse_second_history(&self.log, &places)
    }

    /// The service that carries commands out.
    ///
    /// # Errors
    ///
    /// As [`Ledger::vault`], and when this copy may not go on.
    pub fn service(&mut self) -> Result<ComplaintService, CommandError> {
        self.may_be_written()?;
        Ok(ComplaintService::new(
            Arc::clone(&self.log) as Arc<dyn EventLog>,
            self.vault()?,
            Arc::clone(&self.clock),
            Arc::new(SystemEntropy),
            ComplaintRules::default(),
        ))
    }

    /// The key-encryption key that holds, and how many keys it took over. Finishes a rotation that was cut short.
    ///
    /// # Errors
    ///
    /// As [`Ledger::vault`].
    pub fn last_vault_rotation(&mut self) -> Result<Rotated, CommandError> {
        let rotated = self.vault()?.last_rotation();
        // Let go of, so that another key may take over.
        self.vault = None;
        Ok(rotated)
    }

    /// Lets another key-encryption key take over. Nobody may have the vault.
    ///
    /// # Errors
    ///
    /// As [`Ledger::service`], and when a slot cannot be read.
    pub async fn rotate_vault_key(&self, unreadable: Unreadable) -> Result<Rotated, CommandError> {
        self.may_be_written()?;
        let (paths, id) = (self.places.vault(), ledger_id(self.origin()));
        let rotate = move || {
            let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
            rotate_key(&paths, id, &entropy, unreadable)
        };
        let rotated = tokio::task::spawn_blocking(rotate).await;
        Ok(rotated.map_err(CommandError::failed("let another key take over"))??)
    }

    /// What destroys personal data that was ordered to be erased.
    ///
    /// # Errors
    ///
    /// As [`Ledger::service`].
    pub fn erasures(&mut self) -> Result<Erasures, CommandError> {
        Ok(Erasures::new(self.unsealed()?, self.vault()?))
    }

    /// The service that carries out what brings nothing personal. No key is needed.
    ///
    /// # Errors
    ///
    /// [`CommandError::Refused`] when this copy may not go on.
    pub fn unsealed(&self) -> Result<UnsealedService, CommandError> {
        self.may_be_written()?;
        Ok(UnsealedService::new(
            Arc::clone(&self.log) as Arc<dyn EventLog>,
            Arc::clone(&self.clock),
            Arc::new(SystemEntropy),
        ))
    }

    /// The service that records what the ledger states of itself. No key is needed.
    ///
    /// # Errors
    ///
    /// As [`Ledger::unsealed`].
    pub fn evidence(&self) -> Result<EvidenceService, CommandError> {
        self.may_be_written()?;
        Ok(EvidenceService::new(
            Arc::clone(&self.log) as Arc<dyn EventLog>,
            Arc::clone(&self.clock),
            Arc::new(SystemEntropy),
            self.origin(),
        ))
    }

    /// Brings every read model up to the head, so that what is told of them is complete. Nobody else brings them further
    /// while what this gives is held.
    ///
    /// # Errors
    ///
    /// [`CommandError`] when one of them cannot follow.
    pub async fn bring_read_models_up(
        &self,
        console: &Console<'_>,
    ) -> Result<BroughtUp, CommandError> {
        let alone = self.models().lock_owned().await;
        let directory = self.places.read_models();
        fs::create_dir_all(&directory).map_err(CommandError::file("make", &directory))?;
        let head = self.log.head().next_position;
        let bar = console.bar("read models", head.0);
        let mut told = |_: &'static str, position: Position| bar.set(position.0);
        let projectors = projectors();
        let log = self.log.as_ref();
        let mut models =
            Projections::open(&directory, self.origin(), projectors, log, &mut told).await;
        let statuses = models.catch_up(log, head, &mut told).await;
        models.close().await;
        all_well(&statuses)?;
        Ok(BroughtUp { records: head.0, _held: alone })
    }

    /// Finishes what is under way and lets go of the directory.
    pub async fn close(self) {
        if !self.is_lent {
            self.log.close().await;
        }
    }
}

/// Every projector of this version.
pub fn projectors() -> Vec<Box<dyn Projector>> {
    vec![Box::new(CaseworkProjector), Box::new(AuditProjector), Box::new(TransparencyProjector)]
}

/// The id of a ledger inside its vault: SHA-256 of its origin.
fn ledger_id(origin: &str) -> [u8; 32] {
    Sha256::digest(origin).into()
}

fn all_well(statuses: &[Status]) -> Result<(), CommandError> {
    let Some((status, failure)) =
        statuses.iter().find_map(|status| Some((status, status.failure.as_ref()?)))
    else {
        return Ok(());
    };
    Err(CommandError::Refused {
        problem: format!(
            "the read model `{}` stopped at position {}: {}",
            status.projector, failure.position, failure.reason
        ),
        next: next_after(&status.projector, &failure.reason),
    })
}

/// What to do about a read model that stopped. Building it anew needs more room than there was.
fn next_after(projector: &str, reason: &str) -> String {
    // SQLite's words, and the system's for no room and for a quota.
    let is_full = ["disk is full", "No space left", "os error 28", "os error 122"];
    if is_full.iter().any(|words| reason.contains(words)) {
        return "make room on the disk, then try again: nothing has to be built anew".to_owned();
    }
    format!("run `redress projections rebuild {projector}`")
}

#[cfg(test)]
mod tests {
    use super::next_after;

    #[test]
    fn a_read_model_for_which_there_is_no_room_is_not_advised_to_be_built_anew() {
        for reason in [
            "could not use the read model: database or disk is full",
            "could not write: No space left on device (os error 28)",
        ] {
            assert!(next_after("casework", reason).starts_with("make room"), "{reason}");
        }
        let next = next_after("casework", "no such table: case_file");
        assert_eq!(next, "run `redress projections rebuild casework`");
    }
}
