//! `redress keys rotate-vault`: another key opens the vault, and no copy from before does.

use std::sync::Arc;

use complaint_domain::ledger::{Evidence, EvidenceCommand, VaultKeyRotation};
use complaint_service::ledger_stream_of;
use event_log::{Position, clock::SystemClock};
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
    let Told { position, epoch, keys, was_done, .. } = told;
    let done = if was_done { "had been done by an earlier try" } else { "is done" };
    console.line(format_args!(
        "epoch {epoch}: {keys} data keys lie under a new key; that {done}, and is recorded at position {position}"
    ))?;
    console.line(
        "no copy of the vault from before opens with it, nor with the old one once that is gone:",
    )?;
    console.line("- take a backup now; of those from before only the records can be used")?;
    console
        .line(format_args!("- give {kek} to its custodian, and destroy every copy of the old one"))
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
    let position = record(ledger, rotated).await?;
    let Rotated { epoch, keys, unreadable } = rotated;
    Ok(Told { position: position.0, epoch, keys, unreadable, was_done })
}

async fn record(ledger: &Ledger, rotated: Rotated) -> Result<Position, CommandError> {
    let Rotated { epoch, keys, .. } = rotated;
    let command = EvidenceCommand::RotateVaultKey(VaultKeyRotation { epoch, keys });
    // One epoch is one command, however often it is tried.
    let name = format!("redress:vault-epoch:{}:{epoch}", ledger.origin());
    let id = Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes());
    Ok(ledger.evidence()?.record(&command, id).await?.position)
}
