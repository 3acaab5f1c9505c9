//! `redress keys`: which keys there are, and what was signed last.

use std::sync::Arc;

use checkpoint_signer::KeyFile;
use complaint_domain::ledger::Evidence;
use complaint_service::ledger_stream_of;
use event_log::clock::SystemClock;
use merkle_log::Checkpoint;
use serde::Serialize;

use crate::{
    arguments::{Keys, KeysStatus},
    console::Console,
    error::CommandError,
    ledger::Ledger,
    signing::{self, SigningPlaces},
};

mod rotate;
mod vault;

/// Does what is asked with the keys.
///
/// # Errors
///
/// [`CommandError`]: no ledger, no key.
pub async fn run(what: &Keys, console: &mut Console<'_>) -> Result<(), CommandError> {
    match what {
        Keys::Status(args) => status(args, console).await,
        Keys::RotateSigning(args) => rotate::run(args, console).await,
        Keys::RotateVault(args) => vault::run(args, console).await,
    }
}

#[derive(Serialize)]
struct Status {
    origin: String,
    verifier_key: String,
    is_sealed: bool,
    signing_key: String,
    register: String,
    last_signed_size: u64,
    last_signed_root: String,
    vault_key: String,
    vault_epoch: u32,
    rotations: Vec<Rotated>,
}

#[derive(Serialize)]
struct Rotated {
    position: u64,
    old_key: String,
    new_key: String,
}

async fn status(args: &KeysStatus, console: &mut Console<'_>) -> Result<(), CommandError> {
    let ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let places = SigningPlaces::of(&ledger.places, &args.signing);
    let origin = ledger.origin().to_owned();
    let rotations = signing::rotations(&ledger.log, &origin).await;
    let evidence = ledger.streams().load::<Evidence>(&ledger_stream_of(&origin)).await;
    let vault_key = ledger.places.kek.display().to_string();
    ledger.close().await;
    let file = KeyFile::read(&places.key)?;
    let note = signing::last_signed(&places, &origin)?;
    let last = Checkpoint::parse(note.text()).map_err(CommandError::failed("read the register"))?;
    let rotations = rotations?.into_iter().map(|(position, rotation)| Rotated {
        position: position.0,
        old_key: rotation.old.to_string(),
        new_key: rotation.new.to_string(),
    });
    let status = Status {
        origin,
        verifier_key: file.verifier().to_string(),
        is_sealed: file.is_sealed(),
        signing_key: places.key.display().to_string(),
        register: places.register.display().to_string(),
        last_signed_size: last.size(),
        last_signed_root: last.root().to_string(),
        vault_key,
        vault_epoch: evidence?.vault_epoch(),
        rotations: rotations.collect(),
    };
    if console.json() { console.value(&status) } else { tell(&status, console) }
}

fn tell(status: &Status, console: &mut Console<'_>) -> Result<(), CommandError> {
    let sealed = if status.is_sealed { "sealed by a passphrase" } else { "not sealed" };
    console.line(format_args!("verifier key  {}", status.verifier_key))?;
    console.line(format_args!("signing key   {}, {sealed}", status.signing_key))?;
    console.line(format_args!("register      {}", status.register))?;
    console.line(format_args!(
        "last signed   {} records, root {}",
        status.last_signed_size, status.last_signed_root
    ))?;
    console
        .line(format_args!("vault key     {}, epoch {}", status.vault_key, status.vault_epoch))?;
    for rotated in &status.rotations {
        console.line(format_args!(
            "at position {} {} handed over to {}",
            rotated.position, rotated.old_key, rotated.new_key
        ))?;
    }
    Ok(())
}
