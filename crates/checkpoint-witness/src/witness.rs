//! What a witness answers. The checks stand in the order of C2SP tlog-witness v1.0.0.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Write},
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use checkpoint_signer::{
    make_private_dir,
    register::{self, Register, RegisterError},
};
use merkle_log::{
    Checkpoint, KeyKind, ProofError, SignedNote, SignerKey, VerifierKey,
    checkpoint::ParseCheckpointError, note::VerifyNoteError, verify_consistency,
};
use sha2::{Digest, Sha256};

use crate::request::{AddCheckpoint, BYTES_MAX, ParseRequestError};

// Whatever fits a request can be remembered with the cosignature.
const _: () = assert!(register::BYTES_MAX >= 2 * BYTES_MAX as u64);

/// Why a witness does not cosign, each with its status code.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// 400: the request cannot be read.
    #[error("the request cannot be read: {0}")]
    Malformed(#[from] ParseRequestError),
    /// 400: the checkpoint cannot be read.
    #[error("the checkpoint cannot be read: {0}")]
    NotACheckpoint(ParseCheckpointError),
    /// 404: no log of this witness has this origin.
    #[error("this witness does not know the log `{origin}`")]
    UnknownLog {
        /// The origin of the checkpoint.
        origin: String,
    },
    /// 403: not signed by the log's key.
    #[error("the checkpoint is not signed by a key of the log that this witness trusts: {0}")]
    NotSigned(VerifyNoteError),
    /// 400: the old size is larger than the new one.
    #[error("the old size {old} is larger than the checkpoint's size {size}")]
    OldLarger {
        /// The old size.
        old: u64,
        /// The size of the checkpoint.
        size: u64,
    },
    /// 409: the old size is not that of the last checkpoint this witness cosigned.
    #[error("the last checkpoint that this witness cosigned has size {cosigned}")]
    OtherSize {
        /// The size of that checkpoint; 0 when there is none.
        cosigned: u64,
    },
    /// 422: an empty tree with another root than the empty one.
    #[error("a tree of size 0 has the root of the empty tree")]
    EmptyRoot,
    /// 422: from the empty tree there is nothing to prove.
    #[error("the proof from size 0 must be empty")]
    ProofFromNothing,
    /// 422: the tree does not begin with the one that was cosigned. This is what a witness is for.
    #[error("the tree does not extend the one that this witness cosigned: {0}")]
    DoesNotExtend(ProofError),
    /// 500: what the witness remembers of this log cannot be read. To begin anew would forget a fork.
    #[error(
        "this witness cannot read what it remembers of the log `{origin}`; it cosigns nothing of it until \
         its keeper has mended that"
    )]
    Unusable {
        /// The origin of the checkpoint.
        origin: String,
    },
    /// 500: the witness could not make its memory durable, and therefore did not answer.
    #[error("this witness cannot write its state")]
    State(#[source] RegisterError),
}

impl Refusal {
    /// The HTTP status code of the specification.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) | Self::NotACheckpoint(_) | Self::OldLarger { .. } => 400,
            Self::NotSigned(_) => 403,
            Self::UnknownLog { .. } => 404,
            Self::OtherSize { .. } => 409,
            Self::EmptyRoot | Self::ProofFromNothing | Self::DoesNotExtend(_) => 422,
            Self::Unusable { .. } | Self::State(_) => 500,
        }
    }
}

/// Why there is no witness.
#[derive(Debug, thiserror::Error)]
pub enum OpenWitnessError {
    /// The key is for logs.
    #[error("expected the key of a witness, found that of a log: {found}")]
    KeyKind {
        /// The key.
        found: String,
    },
    /// A log's key is for witnesses.
    #[error("expected the key of a log, found that of a witness: {found}")]
    LogKeyKind {
        /// The key.
        found: String,
    },
    /// The directory cannot be made.
    #[error("could not make {}: {source}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process remembers in this directory: each of the two would cosign a history.
    #[error(transparent)]
    State(#[from] RegisterError),
}

/// One log that a witness knows.
#[derive(Debug)]
struct Log {
    keys: Vec<VerifierKey>,
    path: PathBuf,
    memory: Memory,
}

/// What a witness remembers of a log.
#[derive(Debug)]
enum Memory {
    /// It has cosigned nothing of it yet.
    Nothing,
    /// The last checkpoint of it that was cosigned, with that cosignature.
    Last(Register),
    /// There is something, and it cannot be read. Never begin anew: that would forget a fork.
    Unusable,
}

impl Memory {
    /// What is remembered in this file. One that cannot be read costs its log the cosignatures, and no
    /// other log; only a file that another process holds stops the whole witness.
    fn open(path: &Path, origin: &str) -> Result<Self, RegisterError> {
        // Only where it is certain that there is none may a memory begin.
        if path.try_exists().is_ok_and(|exists| !exists) {
            return Ok(Self::Nothing);
        }
        match Register::open(path, origin) {
            Ok(register) => Ok(Self::Last(register)),
            Err(error @ RegisterError::InUse { .. }) => Err(error),
            Err(error) => {
                tracing::error!(
                    %origin,
                    %error,
                    "nothing of this log is cosigned: bring back the file with what was last cosigned, \
                     from a copy that is not older, and start the witness again"
                );
                Ok(Self::Unusable)
            }
        }
    }
}

/// A witness: a key, the logs it knows, and what it remembers of each.
pub struct Witness {
    key: SignerKey,
    /// Check, memory and signature of one request are one step, so that two cannot both extend.
    logs: Mutex<BTreeMap<String, Log>>,
    now: Box<dyn Fn() -> u64 + Send + Sync>,
}

impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Witness").field("key", self.key.verifier()).finish_non_exhaustive()
    }
}

impl Witness {
    /// The witness that remembers in `state`. A log may have several keys; each must be a log's key.
    /// `now` gives the time in Unix seconds. A log whose memory cannot be read is refused until it is
    /// mended, and told of in the traces; the others are cosigned.
    ///
    /// # Errors
    ///
    /// [`OpenWitnessError`].
    pub fn open(
        key: SignerKey,
        logs: Vec<VerifierKey>,
        state: &Path,
        now: Box<dyn Fn() -> u64 + Send + Sync>,
    ) -> Result<Self, OpenWitnessError> {
        if key.verifier().kind() != KeyKind::Cosignature {
            return Err(OpenWitnessError::KeyKind { found: key.verifier().to_string() });
        }
        // With its name: were that lost, so were all that was cosigned, and another history would be cosigned next.
        make_private_dir(state)
            .map_err(|source| OpenWitnessError::Directory { path: state.to_owned(), source })?;
        let mut known: BTreeMap<String, Log> = BTreeMap::new();
        for key in logs {
            if key.kind() != KeyKind::Note {
                return Err(OpenWitnessError::LogKeyKind { found: key.to_string() });
            }
            let origin = key.name().to_owned();
            if let Some(log) = known.get_mut(&origin) {
                log.keys.push(key);
                continue;
            }
            let path = state.join(origin_hash(&origin));
            let memory = Memory::open(&path, &origin)?;
            known.insert(origin, Log { keys: vec![key], path, memory });
        }
        Ok(Self { key, logs: Mutex::new(known), now })
    }

    /// The half of its key that verifies.
    pub fn verifier(&self) -> &VerifierKey {
        self.key.verifier()
    }

    /// Cosigns a checkpoint: the lines of signature to answer with. What it remembers is durable when
    /// it returns.
    ///
    /// # Errors
    ///
    /// [`Refusal`], the first that applies in the order of the specification.
    pub fn add_checkpoint(&self, body: &[u8]) -> Result<String, Refusal> {
        let request = AddCheckpoint::parse(body)?;
        let parsed = Checkpoint::parse(request.note.text());
        let origin = match &parsed {
            Ok(checkpoint) => checkpoint.origin().to_owned(),
            // Such a one is refused for its root, but after log and signature were looked at.
            Err(ParseCheckpointError::EmptyRoot) => first_line(request.note.text()),
            Err(error) => return Err(Refusal::NotACheckpoint(*error)),
        };
        let mut logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
        let log = logs.get_mut(&origin);
        let log = log.ok_or_else(|| Refusal::UnknownLog { origin: origin.clone() })?;
        request.note.verify(&log.keys).map_err(Refusal::NotSigned)?;
        let checkpoint = match parsed {
            Ok(checkpoint) => checkpoint,
            Err(ParseCheckpointError::EmptyRoot) => return Err(Refusal::EmptyRoot),
            Err(error) => return Err(Refusal::NotACheckpoint(error)),
        };
        let (old, size) = (request.old, checkpoint.size());
        if old > size {
            return Err(Refusal::OldLarger { old, size });
        }
        let last = match &log.memory {
            Memory::Nothing => None,
            Memory::Last(register) => Some(register.checkpoint()),
            Memory::Unusable => return Err(Refusal::Unusable { origin }),
        };
        let cosigned = last.map_or(0, Checkpoint::size);
        if old != cosigned {
            return Err(Refusal::OtherSize { cosigned });
        }
        match last {
            // From 0 nothing can be proved: every tree extends the empty one.
            Some(last) if old > 0 => {
                verify_consistency(old, size, &last.root(), &checkpoint.root(), &request.proof)
                    .map_err(Refusal::DoesNotExtend)?;
            }
            Some(_) | None if request.proof.is_empty() => {}
            Some(_) | None => return Err(Refusal::ProofFromNothing),
        }
        self.cosign(log, &request.note).map_err(Refusal::State)
    }

    /// Cosigns, remembers, and only then gives the cosignature out.
    fn cosign(&self, log: &mut Log, note: &SignedNote) -> Result<String, RegisterError> {
        let cosignature = self.key.sign(note.text(), (self.now)());
        let mut kept = note.clone();
        keep_one_of_each(&mut kept, &log.keys);
        kept.add(cosignature.clone());
        if let Memory::Last(register) = &mut log.memory {
            register.replace(kept)?;
        } else {
            log.memory = Memory::Last(Register::create(&log.path, kept)?);
        }
        let mut line = String::new();
        let _ = writeln!(line, "{cosignature}");
        Ok(line)
    }

    /// The last checkpoint that was cosigned of the log whose origin has this hash, in hexadecimal.
    pub fn latest(&self, origin_hash_hex: &str) -> Option<String> {
        let logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, log) = logs.iter().find(|(origin, _)| origin_hash(origin) == origin_hash_hex)?;
        match &log.memory {
            Memory::Last(register) => Some(register.note().to_string()),
            Memory::Nothing | Memory::Unusable => None,
        }
    }
}

/// Keeps one signature of each of these keys. Others are not this witness's to repeat; and a good one may
/// be sent many times over by anybody, until what is remembered could not be read again.
fn keep_one_of_each(note: &mut SignedNote, keys: &[VerifierKey]) {
    let mut seen = BTreeSet::new();
    note.retain(|signature| {
        keys.iter().position(|key| key.made(signature)).is_some_and(|key| seen.insert(key))
    });
}

/// SHA-256 of an origin, in hexadecimal: the name under which a witness publishes a log.
pub fn origin_hash(origin: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(origin).into();
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn first_line(text: &str) -> String {
    text.split('\n').next().unwrap_or_default().to_owned()
}
