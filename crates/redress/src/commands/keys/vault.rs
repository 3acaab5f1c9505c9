//! `redress keys rotate-vault`: another key opens the vault, and no copy from before does.

use std::sync::Arc;

use complaint_codec::decode;
use complaint_domain::{
    LedgerEvent,
    ledger::{Evidence, EvidenceCommand, EvidenceEvent, VaultKeyRotation},
};
use complaint_service::ledger_stream_of;
use event_log::{EventLog, Position, StreamId, StreamVersion, clock::SystemClock};
use event_log_sled::SledLog;
use futures::TryStreamExt;
use jiff::Timestamp;
use personal_vault::{Rotated, Unreadable};
use serde::Serialize;
use uuid::Uuid;

use crate::{arguments::RotateVault, console::Console, error::CommandError, ledger::Ledger};

#[derive(Serialize)]
struct Told {
    position: u64,
    epoch: u32,
    keys: u64,
    unreadable: u64,
    /// Whether an earlier try had done it, and only its record was missing.
    was_done: bool,
    /// The record of an earlier rotation to this epoch, or of the first beyond it: nothing was recorded of this one.
    recorded_before: Option<Recorded>,
}

/// A rotation that the ledger tells of.
#[derive(Debug, Clone, Serialize)]
struct Recorded {
    position: u64,
    epoch: u32,
    #[serde(rename = "recorded_at")]
    at: Timestamp,
}

/// Lets a new key-encryption key take over, and records it.
///
/// # Errors
///
/// [`CommandError`]: no key that holds, a slot that cannot be read, the disk.
pub(super) async fn run(args: &RotateVault, console: &mut Console<'_>) -> Result<(), CommandError> {
    let mut ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let told = rotate(args, &mut ledger).await;
    let kek = ledger.places.kek.display().to_string();
    ledger.close().await;
    let told = told?;
    if told.unreadable > 0 {
        console
            .say(format_args!("{} slots hold no whole key and stay as they are", told.unreadable));
    }
    if console.json() {
        return console.value(&told);
    }
    tell_done(&told, console)?;
    console.line(
        "no copy of the vault from before opens with it, nor with the old one once that is gone:",
    )?;
    console.line("- take a backup now; of those from before only the records can be used")?;
    console
        .line(format_args!("- give {kek} to its custodian, and destroy every copy of the old one"))
}

fn tell_done(told: &Told, console: &mut Console<'_>) -> Result<(), CommandError> {
    let Told { position, epoch, keys, was_done, recorded_before, .. } = told;
    let done = if *was_done { "had been done by an earlier try" } else { "is done" };
    let Some(before) = recorded_before else {
        return console.line(format_args!(
            "epoch {epoch}: {keys} data keys lie under a new key; that {done}, and is recorded at position {position}"
        ));
    };
    console.line(format_args!(
        "epoch {epoch}: {keys} data keys lie under a new key; that {done}, and nothing of it is recorded: the ledger \
         has recorded epoch {} before, at position {position} at {}",
        before.epoch, before.at
    ))?;
    console.line(
        "so key and key file were from before that record; rotate again until the ledger records the epoch",
    )
}

/// In this order, so that a crash anywhere is put right by the same command again: the key, then its record.
async fn rotate(args: &RotateVault, ledger: &mut Ledger) -> Result<Told, CommandError> {
    let stream = ledger_stream_of(ledger.origin());
    let recorded = ledger.streams().load::<Evidence>(&stream).await?.vault_epoch();
    let found = ledger.last_vault_rotation()?;
    let was_done = found.epoch > recorded;
    let rotated = if was_done {
        found
    } else {
        let unreadable = if args.keep_unreadable { Unreadable::Keep } else { Unreadable::Refuse };
        ledger.rotate_vault_key(unreadable).await?
    };
    let Rotated { epoch, keys, unreadable } = rotated;
    // A key that came back with its key file from before: its next epoch has a record, of another rotation.
    let recorded_before =
        if epoch <= recorded { recorded_since(&ledger.log, &stream, epoch).await? } else { None };
    let position = match &recorded_before {
        Some(before) => before.position,
        None => record(ledger, rotated).await?.0,
    };
    Ok(Told { position, epoch, keys, unreadable, was_done, recorded_before })
}

/// The first rotation that the ledger tells of to this epoch or a later one.
async fn recorded_since(
    log: &SledLog,
    stream: &StreamId,
    epoch: u32,
) -> Result<Option<Recorded>, CommandError> {
    let mut records = log.read_stream(stream, StreamVersion::default());
    while let Some(found) = records.try_next().await? {
        let position = found.position;
        let record = decode(&found.bytes)
            .map_err(|error| CommandError::Broken { position, reason: error.to_string() })?;
        if let LedgerEvent::Evidence(EvidenceEvent::VaultKeyRotated(rotation)) = record.event
            && rotation.epoch >= epoch
        {
            let (position, epoch) = (position.0, rotation.epoch);
            return Ok(Some(Recorded { position, epoch, at: record.recorded_at }));
        }
    }
    Ok(None)
}

async fn record(ledger: &Ledger, rotated: Rotated) -> Result<Position, CommandError> {
    let Rotated { epoch, keys, .. } = rotated;
    let command = EvidenceCommand::RotateVaultKey(VaultKeyRotation { epoch, keys });
    // One epoch is one command, however often it is tried.
    let name = format!("redress:vault-epoch:{}:{epoch}", ledger.origin());
    let id = Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes());
    Ok(ledger.evidence()?.record(&command, id).await?.position)
}
