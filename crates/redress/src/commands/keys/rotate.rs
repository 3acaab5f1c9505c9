//! `redress keys rotate-signing`: another key signs from now on, and the log says so.

use std::sync::Arc;

use checkpoint_signer::{CheckpointSigner, KeyFile, Rotation};
use complaint_domain::{
    ledger::{EvidenceCommand, EvidenceText, KeyRotation},
    sealed::Hex,
};
use complaint_service::EvidenceService;
use event_log::{EventLog, Position, clock::SystemClock};
use merkle_log::{KeyKind, SignerKey, VerifierKey};
use personal_vault::SystemEntropy;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    arguments::RotateSigning,
    console::Console,
    error::CommandError,
    ledger::Ledger,
    publishing::PublishedPlaces,
    signing::{self, SigningPlaces},
};

#[derive(Serialize)]
struct Rotated {
    position: u64,
    old_key: String,
    verifier_key: String,
}

/// Lets a new key take over.
///
/// # Errors
///
/// [`CommandError`]: no key that holds, the ledger does not extend what was signed, the disk.
pub(super) async fn run(
    args: &RotateSigning,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let rotated = rotate(args, &ledger).await;
    ledger.close().await;
    let rotated = rotated?;
    if console.json() {
        return console.value(&rotated);
    }
    console.line(format_args!("recorded at position {}: signed by both keys", rotated.position))?;
    console.line("the old key was removed; whoever trusts it follows the log to the new one:")?;
    console.line(&rotated.verifier_key)?;
    console.say("tell the witnesses of the new key before the next checkpoint");
    Ok(())
}

/// In this order, so that a crash anywhere leaves one key that holds by the log's own word:
/// the new key's file, the old key's last checkpoint, the event, the new name of the file.
async fn rotate(args: &RotateSigning, ledger: &Ledger) -> Result<Rotated, CommandError> {
    let places = SigningPlaces::of(&ledger.places, &args.signing);
    let is_sealed = args.seal || KeyFile::read(&places.key)?.is_sealed();
    let signer = signing::open(ledger, &args.signing).await?;
    let (new_file, new) = next_key(args, &places, ledger.origin(), is_sealed)?;
    let (signer, note) = signing::sign_head(signer, &ledger.log).await?;
    PublishedPlaces::of(&ledger.places.data).keep_signed(&note)?;
    let last = signer.register().checkpoint();
    let rotation = Rotation::sign(signer.key(), &new, last.size(), last.root())
        .map_err(CommandError::failed("sign the rotation"))?;
    let position = record(ledger, &rotation).await?;
    new_file.rename(&places.key)?;
    // Lets go of the register, which the new key's signer holds next.
    drop(signer);
    let signer = CheckpointSigner::open(new, &places.register)?;
    let (_, note) = signing::sign_head(signer, &ledger.log).await?;
    PublishedPlaces::of(&ledger.places.data).keep_signed(&note)?;
    Ok(Rotated {
        position: position.0,
        old_key: rotation.old.to_string(),
        verifier_key: rotation.new.to_string(),
    })
}

/// The key that will take over: the one an interrupted rotation has made, or a new one.
fn next_key(
    args: &RotateSigning,
    places: &SigningPlaces,
    origin: &str,
    is_sealed: bool,
) -> Result<(KeyFile, SignerKey), CommandError> {
    let path = places.next_key();
    if !path.exists() {
        let passphrase =
            if is_sealed { Some(signing::new_passphrase(&args.signing)?) } else { None };
        KeyFile::create(&path, origin, KeyKind::Note, passphrase.as_ref())?;
    }
    let file = KeyFile::read(&path)?;
    let key = signing::unseal(&file, &args.signing)?;
    Ok((file, key))
}

async fn record(ledger: &Ledger, rotation: &Rotation) -> Result<Position, CommandError> {
    let text = |text: String| {
        EvidenceText::try_from(text).map_err(CommandError::failed("record the rotation"))
    };
    let command = EvidenceCommand::RotateKey(KeyRotation {
        old_key: text(rotation.old.to_string())?,
        new_key: text(rotation.new.to_string())?,
        last_size: rotation.last_size,
        last_root: Hex(rotation.last_root.0),
        old_signature: text(rotation.old_signature.clone())?,
        new_signature: text(rotation.new_signature.clone())?,
    });
    let log = Arc::clone(&ledger.log) as Arc<dyn EventLog>;
    let evidence =
        EvidenceService::new(log, Arc::new(SystemClock), Arc::new(SystemEntropy), ledger.origin());
    Ok(evidence.record(&command, command_id(&rotation.new)).await?.position)
}

/// One handing over to a key is one command, however often it is tried.
fn command_id(key: &VerifierKey) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("redress:rotate:{key}").as_bytes())
}
