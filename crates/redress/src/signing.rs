//! What signs a ledger's checkpoints: key, register, and the log's word for which key holds.

use std::{
    fmt, fs,
    io::{IsTerminal, Read},
    path::{Path, PathBuf},
};

use checkpoint_signer::{
    CheckpointSigner, KeyFile, Passphrase, Rotation, SignError,
    key_file::KeyFileError,
    register::{Register, RegisterError},
};
use complaint_codec::decode;
use complaint_domain::{
    LedgerEvent,
    ledger::{EvidenceEvent, KeyRotation},
};
use complaint_service::ledger_stream_of;
use event_log::{EventLog, Position, StreamVersion};
use event_log_sled::{SledLog, nodes::LogNodes};
use futures::TryStreamExt;
use merkle_log::{
    Checkpoint, CompactRange, Hash, KeyKind, SignedNote, SignerKey, VerifierKey, tree::NoSuchNode,
    tree_root,
};

use crate::{
    arguments::SigningAt,
    backup::mark,
    error::CommandError,
    ledger::{Ledger, Places},
    publishing::witnesses::Witnesses,
};

/// The environment variable that may hold the passphrase.
const PASSPHRASE_VARIABLE: &str = "REDRESS_PASSPHRASE";
/// A passphrase file is no longer than this.
const PASSPHRASE_BYTES_MAX: u64 = 4_096;

/// What to do with a copy that would make a second history.
const NEVER_TWO_HISTORIES: &str = "this is not the ledger that signed before: perhaps an old backup. Read \
                                   it if you must, but write nothing to it; find the ledger that went on";

/// Where key and register lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningPlaces {
    /// The file of the key that signs.
    pub key: PathBuf,
    /// The register of what was signed.
    pub register: PathBuf,
    /// Whether somebody has said that this is the one.
    pub is_register_named: bool,
}

impl SigningPlaces {
    /// The places that the arguments name; else those beside the key that opens the vault.
    pub fn of(places: &Places, at: &SigningAt) -> Self {
        let beside = |name| places.kek.with_file_name(name);
        Self {
            key: at.signing_key.clone().unwrap_or_else(|| beside("signing-key")),
            register: at.register.clone().unwrap_or_else(|| beside("register")),
            is_register_named: at.register.is_some(),
        }
    }

    /// A new key on its way to become the one that signs.
    pub fn next_key(&self) -> PathBuf {
        self.key.with_added_extension("next")
    }

    /// Refuses places where something lies already.
    ///
    /// # Errors
    ///
    /// [`CommandError::Refused`], naming the first file there is.
    pub fn check_free(&self) -> Result<(), CommandError> {
        match [&self.key, &self.register].into_iter().find(|path| path.exists()) {
            None => Ok(()),
            Some(path) => Err(CommandError::Refused {
                problem: format!(
                    "expected no signing key or register at {}, found one; another ledger may need it",
                    path.display()
                ),
                next: "name other places with --signing-key and --register, or move it away if \
                       nothing needs it"
                    .to_owned(),
            }),
        }
    }
}

/// Makes the key of a new ledger and begins its register, and gives the half that verifies.
///
/// # Errors
///
/// [`CommandError`]: something lies there already, the disk.
pub fn create(
    places: &SigningPlaces,
    origin: &str,
    passphrase: Option<&Passphrase>,
) -> Result<VerifierKey, CommandError> {
    let key = KeyFile::create(&places.key, origin, KeyKind::Note, passphrase)?;
    let signer = CheckpointSigner::create::<NoSuchNode>(key, &places.register)?;
    Ok(signer.verifier().clone())
}

/// The signer of an open ledger: its key is the one that holds by the log's own word.
///
/// # Errors
///
/// [`CommandError`]: no key, no passphrase, no register, in use, another key holds, or a restored copy that lacks
/// something signed.
pub async fn open(ledger: &Ledger, at: &SigningAt) -> Result<CheckpointSigner, CommandError> {
    let places = SigningPlaces::of(&ledger.places, at);
    let file = holding_key(ledger, &places).await?;
    let key = unseal(&file, at)?;
    let signer = CheckpointSigner::open(key, &places.register)?;
    mark::settle(&ledger.places.data, &ledger.log, &places)?;
    Ok(signer)
}

/// The key file of the key that holds. Finishes a rotation that was interrupted after it was logged.
async fn holding_key(ledger: &Ledger, places: &SigningPlaces) -> Result<KeyFile, CommandError> {
    let file = KeyFile::read(&places.key)?;
    if file.verifier().name() != ledger.origin() {
        return Err(CommandError::Refused {
            problem: format!(
                "expected the signing key of {}, found that of {} at {}",
                ledger.origin(),
                file.verifier().name(),
                places.key.display()
            ),
            next: "name the right one with --signing-key".to_owned(),
        });
    }
    let rotations = rotations(&ledger.log, ledger.origin()).await?;
    let Some((position, last)) = rotations.last() else { return Ok(file) };
    if last.new == *file.verifier() {
        return Ok(file);
    }
    if let Ok(next) = KeyFile::read(&places.next_key())
        && last.new == *next.verifier()
    {
        return Ok(next.rename(&places.key)?);
    }
    Err(CommandError::Refused {
        problem: format!(
            "the ledger says at position {position} that {} signs; the key at {} is {}",
            last.new,
            places.key.display(),
            file.verifier()
        ),
        next: "name the key that holds with --signing-key".to_owned(),
    })
}

/// The key of a file, with the passphrase where one is needed.
///
/// # Errors
///
/// [`CommandError`]: no passphrase, or a wrong one.
pub fn unseal(file: &KeyFile, at: &SigningAt) -> Result<SignerKey, CommandError> {
    let passphrase = if file.is_sealed() { passphrase(at)? } else { None };
    Ok(file.open(passphrase.as_ref())?)
}

/// The passphrase: from the file that was named, the environment, or whoever sits at the terminal.
///
/// # Errors
///
/// [`CommandError`]: a file that cannot be read or is empty.
pub fn passphrase(at: &SigningAt) -> Result<Option<Passphrase>, CommandError> {
    if let Some(path) = &at.passphrase_file {
        let failed = || CommandError::file("read", path);
        let mut text = String::new();
        let file = fs::File::open(path).map_err(failed())?;
        file.take(PASSPHRASE_BYTES_MAX).read_to_string(&mut text).map_err(failed())?;
        return match Passphrase::new(text) {
            Some(passphrase) => Ok(Some(passphrase)),
            None => Err(CommandError::Refused {
                problem: format!("expected a passphrase in {}, found none", path.display()),
                next: "write the passphrase on its first line".to_owned(),
            }),
        };
    }
    if let Some(text) = std::env::var_os(PASSPHRASE_VARIABLE) {
        return Ok(text.into_string().ok().and_then(Passphrase::new));
    }
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(None);
    }
    let typed = rpassword::prompt_password("passphrase of the signing key: ");
    Ok(Passphrase::new(typed.map_err(CommandError::failed("read the passphrase"))?))
}

/// The passphrase that will seal a new key.
///
/// # Errors
///
/// [`CommandError`]: none was given.
pub fn new_passphrase(at: &SigningAt) -> Result<Passphrase, CommandError> {
    passphrase(at)?.ok_or_else(|| CommandError::Refused {
        problem: "expected a passphrase to seal the key with, found none".to_owned(),
        next: "name a file with --passphrase-file, or set REDRESS_PASSPHRASE".to_owned(),
    })
}

/// The policy that names a ledger's witnesses: the file that was named, or the one beside the keys.
pub fn policy_path(places: &Places, at: &SigningAt) -> Option<PathBuf> {
    let beside = places.kek.with_file_name("policy");
    at.witnesses.clone().or_else(|| beside.exists().then_some(beside))
}

/// The witnesses of that policy.
///
/// # Errors
///
/// [`CommandError`]: it cannot be read.
pub fn witnesses(places: &Places, at: &SigningAt) -> Result<Option<Witnesses>, CommandError> {
    let forks = SigningPlaces::of(places, at).register.with_file_name("forks");
    policy_path(places, at).map(|path| Witnesses::read(&path, &forks)).transpose()
}

/// Signs the tree as it is now. Reads tiles and writes the register, so off the async threads.
///
/// # Errors
///
/// [`CommandError`]: the hash tiles are damaged, the log does not extend what was signed, the register cannot
/// be written.
pub async fn sign_head(
    mut signer: CheckpointSigner,
    log: &SledLog,
) -> Result<(CheckpointSigner, SignedNote), CommandError> {
    // In this order: the nodes then have all that the tree has, and what came in between is signed next.
    let tree = log.tree().await?;
    let nodes = log.nodes();
    let signing = tokio::task::spawn_blocking(move || {
        sign(&mut signer, &nodes, &tree).map(|note| (signer, note))
    });
    Ok(signing.await.map_err(CommandError::failed("sign"))??)
}

/// Why a head was not signed, by whether it may be later.
#[derive(Debug)]
pub enum NotSigned {
    /// It may be signed once that is put right.
    Now(CommandError),
    /// It is not the log that was signed, and stays another.
    Ever(CommandError),
}

impl From<NotSigned> for CommandError {
    fn from(error: NotSigned) -> Self {
        match error {
            NotSigned::Now(error) | NotSigned::Ever(error) => error,
        }
    }
}

/// Signs what the log itself has hashed, and nothing that only the tiles say: nobody reads those on opening,
/// and a root over a rotten one could never be extended once it is mended.
///
/// # Errors
///
/// [`NotSigned`]: the tiles say otherwise, or the signer refuses.
pub fn sign(
    signer: &mut CheckpointSigner,
    nodes: &LogNodes,
    tree: &CompactRange,
) -> Result<SignedNote, NotSigned> {
    let (size, hashed) = (tree.size(), tree.root());
    let refused = |error: SignError<_>| {
        let is_final = error.is_final();
        let error = CommandError::from(error);
        if is_final { NotSigned::Ever(error) } else { NotSigned::Now(error) }
    };
    let found = tree_root(nodes, size).map_err(|error| refused(SignError::Nodes(error)))?;
    if found != hashed {
        return Err(NotSigned::Now(CommandError::ArtifactBroken {
            artifact: "tree",
            reason: format!(
                "expected root {hashed} over {size} records, as they were hashed when they were written, \
                 found {found} in the hash tiles; nothing was signed"
            ),
        }));
    }
    signer.sign(nodes, size).map_err(refused)
}

/// The rotations that the log tells of, each with its position, in order. Not checked.
///
/// # Errors
///
/// [`CommandError`]: the log cannot be read, or a rotation names what is no key.
pub async fn rotations(
    log: &SledLog,
    origin: &str,
) -> Result<Vec<(Position, Rotation)>, CommandError> {
    let mut records = log.read_stream(&ledger_stream_of(origin), StreamVersion::default());
    let mut rotations = Vec::new();
    while let Some(recorded) = records.try_next().await? {
        let position = recorded.position;
        let broken = |reason: String| CommandError::Broken { position, reason };
        let record = decode(&recorded.bytes).map_err(|error| broken(error.to_string()))?;
        let LedgerEvent::Evidence(EvidenceEvent::KeyRotated(event)) = record.event else {
            continue;
        };
        rotations.push((position, rotation_of(&event).map_err(broken)?));
    }
    Ok(rotations)
}

/// A recorded rotation, with its keys read.
///
/// # Errors
///
/// What is no key.
pub fn rotation_of(event: &KeyRotation) -> Result<Rotation, String> {
    let key = |text: &complaint_domain::ledger::EvidenceText| {
        text.as_str().parse().map_err(|error| format!("expected a verifier key: {error}"))
    };
    Ok(Rotation {
        old: key(&event.old_key)?,
        new: key(&event.new_key)?,
        last_size: event.last_size,
        last_root: Hash(event.last_root.0),
        old_signature: event.old_signature.to_string(),
        new_signature: event.new_signature.to_string(),
    })
}

fn refused(error: &dyn std::error::Error, next: &str) -> CommandError {
    let mut problem = error.to_string();
    if let Some(source) = error.source() {
        problem = format!("{problem} ({source})");
    }
    CommandError::Refused { problem, next: next.to_owned() }
}

impl From<KeyFileError> for CommandError {
    fn from(error: KeyFileError) -> Self {
        let next = match &error {
            KeyFileError::Missing { .. } => {
                "bring the key back from its custodian, or name where it lies with --signing-key"
            }
            KeyFileError::AlreadyThere { .. } => "name another place with --signing-key",
            KeyFileError::OpenToOthers { .. } => {
                "`chmod 600` it; if others may have read it, let another key take over with `redress \
                 keys rotate-signing`"
            }
            KeyFileError::Damaged { .. } => "bring the key back from its custodian",
            KeyFileError::Sealed { .. } => {
                "name a file with --passphrase-file, or set REDRESS_PASSPHRASE"
            }
            KeyFileError::WrongPassphrase { .. } => "try again with the right one",
            KeyFileError::Name(_) => "make the ledger with another --origin",
            KeyFileError::Io { .. } => "look at the path and its permissions, then try again",
        };
        refused(&error, next)
    }
}

impl From<RegisterError> for CommandError {
    fn from(error: RegisterError) -> Self {
        let next = match &error {
            RegisterError::Missing { .. } => {
                "bring it back, or name where it lies with --register; nothing is signed without it, \
                 for it alone knows what was signed before"
            }
            RegisterError::AlreadyThere { .. } => "name another place with --register",
            RegisterError::Damaged { .. } => "look at the disk it lies on; bring a copy of it back",
            RegisterError::OtherLog { .. } => "name the right one with --register",
            RegisterError::InUse { .. } => "wait until that process has ended, or stop it",
            RegisterError::Io { .. } => "look at the path and its permissions, then try again",
        };
        refused(&error, next)
    }
}

impl<E: std::error::Error + 'static> From<SignError<E>> for CommandError {
    fn from(error: SignError<E>) -> Self {
        match error {
            SignError::Register(error) => error.into(),
            SignError::Shorter { .. }
            | SignError::OtherRoot { .. }
            | SignError::DoesNotExtend { .. } => refused(&error, NEVER_TWO_HISTORIES),
            SignError::Nodes(_) | SignError::Checkpoint(_) => {
                refused(&error, "verify the ledger with `redress verify`")
            }
        }
    }
}

/// The last checkpoint that was signed, as the register has it.
///
/// # Errors
///
/// [`CommandError`]: no register, or one that cannot be read.
pub fn last_signed(places: &SigningPlaces, origin: &str) -> Result<SignedNote, CommandError> {
    Ok(Register::look(&places.register, origin)?.0)
}

/// How a ledger stands to what was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It begins with all that was signed, and can go on.
    Extends,
    /// Fewer records than were signed: an old copy, to be read only.
    Shorter {
        /// How many records were signed.
        signed: u64,
    },
    /// Other records than were signed: another history, to be read only.
    OtherHistory {
        /// How many records were signed.
        signed: u64,
    },
}

/// Whether a ledger may go on: it begins with all that was signed. No, when there is no register to tell.
///
/// # Errors
///
/// [`CommandError::Refused`]: it is another history; whatever were appended would be one as well.
pub async fn may_go_on(ledger: &Ledger, places: &SigningPlaces) -> Result<bool, CommandError> {
    let found = ledger.log.nodes().size();
    let Some(standing) = standing(&ledger.log, places).await? else { return Ok(false) };
    standing.refuse_second_history(found)?;
    mark::settle(&ledger.places.data, &ledger.log, places)?;
    Ok(true)
}

/// Refuses a log that the register, where there is one that can tell, knows to be another history or too short.
/// Reads a few tiles.
///
/// # Errors
///
/// [`CommandError::Refused`]: whatever were appended would be a second history.
pub fn refuse_second_history(log: &SledLog, places: &SigningPlaces) -> Result<(), CommandError> {
    let found = log.nodes().size();
    known_standing(log, places).map_or(Ok(()), |standing| standing.refuse_second_history(found))
}

/// How a log stands to what was signed, where a register can tell. One that cannot is warned of: what signs
/// refuses it by name, and nothing shows that this is not the ledger. Reads a few tiles.
fn known_standing(log: &SledLog, places: &SigningPlaces) -> Option<Standing> {
    standing_by(log, &places.register).unwrap_or_else(|error| {
        tracing::warn!(%error, "the register cannot tell whether this copy has all that was signed");
        None
    })
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Extends => f.write_str("it holds all that was signed, and can go on"),
            Self::Shorter { signed } => write!(
                f,
                "{signed} records were signed: this copy lacks some of them. It can be read; nothing will \
                 be written to it or signed on it, for that would make a second history"
            ),
            Self::OtherHistory { signed } => write!(
                f,
                "{signed} records were signed, and they are not these: this is another history. It can be \
                 read; nothing will be written to it or signed on it"
            ),
        }
    }
}

impl Standing {
    /// Refuses a log of so many records that does not begin with all that was signed.
    ///
    /// # Errors
    ///
    /// [`CommandError::Refused`]: whatever were appended would be a second history.
    pub fn refuse_second_history(self, found: u64) -> Result<(), CommandError> {
        match self {
            Self::Extends => Ok(()),
            Self::Shorter { signed } => {
                Err(SignError::<NoSuchNode>::Shorter { signed, found }.into())
            }
            Self::OtherHistory { signed } => Err(CommandError::Refused {
                problem: format!(
                    "the register says that {signed} records were signed, and this log does not begin \
                     with them: it is another history, or its tiles are damaged"
                ),
                next: format!(
                    "run `redress verify`: damaged tiles look the same, and are mended. If it is whole, \
                     {NEVER_TWO_HISTORIES}"
                ),
            }),
        }
    }
}

/// Holds a log against the register; nothing when there is no register.
///
/// # Errors
///
/// [`CommandError`]: a damaged register, or a tree that cannot be read.
pub async fn standing(
    log: &SledLog,
    places: &SigningPlaces,
) -> Result<Option<Standing>, CommandError> {
    let Some(last) = register_of(log, &places.register)? else { return Ok(None) };
    let nodes = log.nodes();
    let told = tokio::task::spawn_blocking(move || standing_of(&nodes, &last)).await;
    told.map_err(CommandError::failed("read the tree"))?.map(Some)
}

/// Holds a log against the register that lies there; nothing when none does. Reads a few tiles.
///
/// # Errors
///
/// As [`standing`].
pub fn standing_by(log: &SledLog, register: &Path) -> Result<Option<Standing>, CommandError> {
    let Some(last) = register_of(log, register)? else { return Ok(None) };
    standing_of(&log.nodes(), &last).map(Some)
}

/// What was signed last; nothing when there is no register. To be read before the log is looked at: whoever
/// publishes meanwhile signs what came since.
fn register_of(log: &SledLog, register: &Path) -> Result<Option<Checkpoint>, CommandError> {
    if !register.exists() {
        return Ok(None);
    }
    Ok(Some(Register::look(register, &log.ledger().origin)?.1))
}

/// Whether the register there is that of another log, which tells nothing of this one.
pub fn is_of_another_log(log: &SledLog, register: &Path) -> bool {
    let looked = Register::look(register, &log.ledger().origin);
    matches!(looked, Err(RegisterError::OtherLog { .. }))
}

fn standing_of(nodes: &LogNodes, last: &Checkpoint) -> Result<Standing, CommandError> {
    let signed = last.size();
    if nodes.size() < signed {
        return Ok(Standing::Shorter { signed });
    }
    let root = tree_root(nodes, signed).map_err(CommandError::failed("read the tree"))?;
    let is_same = root == last.root();
    Ok(if is_same { Standing::Extends } else { Standing::OtherHistory { signed } })
}
