//! Whether a ledger extends a checkpoint that somebody kept or got elsewhere.

use std::{collections::BTreeMap, fs, path::Path};

use checkpoint_signer::KeyChain;
use complaint_codec::times;
use event_log::{EventLog, Position};
use futures::TryStreamExt;
use jiff::{SignedDuration, Timestamp};
use merkle_log::{Checkpoint, Policy, SignedNote, VerifierKey, tree_root};
use serde::Serialize;

use crate::{arguments::Against, error::CommandError, ledger::Ledger, signing};

/// A checkpoint is no longer than this.
const BYTES_MAX: u64 = 1_000_000;
/// The clocks of a ledger and of a witness may differ by this much.
pub(crate) const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(5);

/// What a ledger was held against.
#[derive(Debug, Serialize)]
pub struct Extended {
    /// How many records the checkpoint covers.
    pub size: u64,
    /// Their root, in hexadecimal.
    pub root: String,
    /// The key that has signed it, if one was named to check that.
    pub signed_by: Option<String>,
    /// The witnesses of the policy that have cosigned it.
    pub witnesses: Vec<String>,
}

/// Holds an open ledger against the checkpoint that the arguments name; nothing when they name none.
///
/// # Errors
///
/// [`CommandError::Refused`]: not signed as it must be, or the ledger does not extend it.
pub async fn check(args: &Against, ledger: &Ledger) -> Result<Option<Extended>, CommandError> {
    let Some(path) = &args.against else { return Ok(None) };
    let note = read_note(path)?;
    let checkpoint = Checkpoint::parse(note.text()).map_err(|error| refused_file(path, &error))?;
    if checkpoint.origin() != ledger.origin() {
        return Err(CommandError::Refused {
            problem: format!(
                "expected a checkpoint of {}, found one of {} in {}",
                ledger.origin(),
                checkpoint.origin(),
                path.display()
            ),
            next: "name the checkpoint of this ledger".to_owned(),
        });
    }
    let (signed_by, witnesses) = who_signed(args, ledger, &note).await?;
    let nodes = ledger.log.nodes();
    let (size, expected) = (checkpoint.size(), checkpoint.root());
    if size > nodes.size() {
        return Err(not_extended(&format!(
            "expected at least the {size} records of the checkpoint, found {}: records are missing",
            nodes.size()
        )));
    }
    let found = tokio::task::spawn_blocking(move || tree_root(&nodes, size)).await;
    let found = found
        .map_err(CommandError::failed("read the tree"))?
        .map_err(CommandError::failed("read the tree"))?;
    if found != expected {
        return Err(not_extended(&format!(
            "expected root {expected} over the first {size} records, as the checkpoint states, found \
             {found}: at least one of them is not what it was"
        )));
    }
    check_dates(ledger, size, &witnesses).await?;
    let witnesses = witnesses.into_keys().collect();
    Ok(Some(Extended { size, root: expected.to_string(), signed_by, witnesses }))
}

/// The first record that a checkpoint does not cover was made after its witnesses cosigned it. Later ones
/// need not be looked at: the time of recording never decreases along the log.
async fn check_dates(
    ledger: &Ledger,
    size: u64,
    witnesses: &BTreeMap<String, u64>,
) -> Result<(), CommandError> {
    let Some((witness, time)) = witnesses.iter().max_by_key(|(_, time)| **time) else {
        return Ok(());
    };
    let cosigned = i64::try_from(*time).ok().and_then(|it| Timestamp::from_second(it).ok());
    let cosigned = cosigned.unwrap_or(Timestamp::MAX);
    let position = Position(size);
    let next = ledger.log.read_all(position, 1).try_next().await?;
    let Some(next) = next else { return Ok(()) };
    let broken = |reason: String| CommandError::Broken { position, reason };
    let recorded_at = times(&next.bytes).map_err(|error| broken(error.to_string()))?.recorded_at;
    if recorded_at.saturating_add(CLOCKS_DIFFER).is_ok_and(|latest| latest >= cosigned) {
        return Ok(());
    }
    Err(broken(format!(
        "the record says that it was made at {recorded_at}, but {witness} had cosigned the {size} \
         records before it, and not this one, at {cosigned}: it is dated back"
    )))
}

fn not_extended(problem: &str) -> CommandError {
    CommandError::Refused {
        problem: format!("the ledger does not extend the checkpoint: {problem}"),
        next: "keep the checkpoint and a copy of the ledger: together they prove that its history was \
               changed"
            .to_owned(),
    }
}

/// The key and the witnesses that have signed, by what the arguments trust. A key may have given way
/// to others since; the ledger's rotations say which held at the size of the checkpoint.
async fn who_signed(
    args: &Against,
    ledger: &Ledger,
    note: &SignedNote,
) -> Result<(Option<String>, BTreeMap<String, u64>), CommandError> {
    let (trusted, policy) = match (&args.vkey, &args.policy) {
        (Some(key), _) => (parse_key(key)?, None),
        (None, Some(path)) => {
            let policy = read_policy(path)?;
            let key = policy_key(&policy, Some(ledger.origin()), path)?;
            (key, Some(policy))
        }
        (None, None) => return Ok((None, BTreeMap::new())),
    };
    let mut chain = KeyChain::new(trusted);
    for (position, rotation) in signing::rotations(&ledger.log, ledger.origin()).await? {
        chain.follow(position.0, &rotation).map_err(|error| CommandError::Broken {
            position,
            reason: format!("the key rotation does not hold: {error}"),
        })?;
    }
    let checkpoint = chain.open(note).map_err(|error| not_signed(&error))?;
    let witnesses = match policy {
        Some(policy) => policy.cosigned(note).map_err(|error| not_signed(&error))?,
        None => BTreeMap::new(),
    };
    Ok((chain.key_at(checkpoint.size()).map(ToString::to_string), witnesses))
}

fn not_signed(error: &dyn std::error::Error) -> CommandError {
    CommandError::Refused {
        problem: format!("the checkpoint is not signed as it must be: {error}"),
        next: "ask whoever gave it to you where it comes from; check the key you trust".to_owned(),
    }
}

/// A verifier key as somebody typed it.
///
/// # Errors
///
/// [`CommandError::Usage`].
pub fn parse_key(text: &str) -> Result<VerifierKey, CommandError> {
    text.parse().map_err(|error| CommandError::Usage {
        problem: format!("expected a verifier key: {error}"),
        next: "copy the whole key, as `redress keys status` prints it, in quotes".to_owned(),
    })
}

/// A signed note from a file.
///
/// # Errors
///
/// [`CommandError`]: it cannot be read, or is none.
pub fn read_note(path: &Path) -> Result<SignedNote, CommandError> {
    let length = fs::metadata(path).map_err(CommandError::file("read", path))?.len();
    if length > BYTES_MAX {
        return Err(refused_file(path, &"it is too long"));
    }
    let bytes = fs::read(path).map_err(CommandError::file("read", path))?;
    SignedNote::parse(&bytes).map_err(|error| refused_file(path, &error))
}

/// A policy from a file.
///
/// # Errors
///
/// [`CommandError`]: it cannot be read, or a line of it.
pub fn read_policy(path: &Path) -> Result<Policy, CommandError> {
    let bytes = fs::read(path).map_err(CommandError::file("read", path))?;
    Policy::parse(&bytes).map_err(|error| CommandError::Refused {
        problem: format!("expected a policy in {}: {error}", path.display()),
        next: "write `log KEY`, `witness NAME KEY URL`, `group …` and `quorum NAME` or `quorum none`, \
               one a line"
            .to_owned(),
    })
}

/// The first log key of a policy, or the first of the log with this origin.
///
/// # Errors
///
/// [`CommandError`]: the policy has none.
pub fn policy_key(
    policy: &Policy,
    origin: Option<&str>,
    path: &Path,
) -> Result<VerifierKey, CommandError> {
    let is_it = |name: &str| origin.is_none_or(|origin| origin == name);
    let log = policy.logs().iter().find(|log| is_it(log.key.name()));
    log.map(|log| log.key.clone()).ok_or_else(|| CommandError::Refused {
        problem: format!(
            "expected the key of {} in {}, found none",
            origin.unwrap_or("a log"),
            path.display()
        ),
        next: "add a line `log KEY` with the key you trust".to_owned(),
    })
}

fn refused_file(path: &Path, error: &dyn std::fmt::Display) -> CommandError {
    CommandError::Refused {
        problem: format!("expected a signed checkpoint in {}: {error}", path.display()),
        next: "name a file as `redress checkpoint` prints it".to_owned(),
    }
}
