//! `redress witness`: a witness of logs, for the auditor's own machine.

use std::sync::Arc;

use checkpoint_signer::{KeyFile, key_file::KeyFileError};
use checkpoint_witness::{Witness, http::router, witness::OpenWitnessError};
use event_log::{Clock, clock::SystemClock};
use merkle_log::KeyKind;
use serde::Serialize;

use super::{serve, verify::against::parse_key};
use crate::{
    arguments::{SigningAt, WitnessCommand, WitnessKey, WitnessServe},
    console::Console,
    error::CommandError,
    signing,
};

/// Does what is asked with a witness.
///
/// # Errors
///
/// [`CommandError`]: no key, a state that cannot be used, an address that is not this machine's own.
pub async fn run(what: &WitnessCommand, console: &mut Console<'_>) -> Result<(), CommandError> {
    match what {
        WitnessCommand::Key(args) => make_key(args, console),
        WitnessCommand::Serve(args) => run_witness(args, console).await,
    }
}

#[derive(Serialize)]
struct Made {
    key: String,
    verifier_key: String,
}

fn make_key(args: &WitnessKey, console: &mut Console<'_>) -> Result<(), CommandError> {
    let at = SigningAt { passphrase_file: args.passphrase_file.clone(), ..SigningAt::default() };
    let passphrase = if args.seal { Some(signing::new_passphrase(&at)?) } else { None };
    let kind = KeyKind::Cosignature;
    let key =
        KeyFile::create(&args.key, &args.name, kind, passphrase.as_ref()).map_err(of_witness)?;
    let verifier_key = key.verifier().to_string();
    if console.json() {
        let key = args.key.display().to_string();
        return console.value(&Made { key, verifier_key });
    }
    console.line(verifier_key)
}

async fn run_witness(args: &WitnessServe, console: &mut Console<'_>) -> Result<(), CommandError> {
    let listener = serve::listen(args.listen).await?;
    let at = SigningAt { passphrase_file: args.passphrase_file.clone(), ..SigningAt::default() };
    let key = signing::unseal(&KeyFile::read(&args.key).map_err(of_witness)?, &at)?;
    let logs = args.logs.iter().map(|key| parse_key(key)).collect::<Result<Vec<_>, _>>()?;
    let now = || u64::try_from(SystemClock.now().as_second()).unwrap_or_default();
    let witness = Witness::open(key, logs, &args.state, Box::new(now)).map_err(not_opened)?;
    console.say(format_args!("witness {}", witness.verifier()));
    serve::until_told(listener, router(Arc::new(witness)), console).await
}

/// A witness has its key where --key says, and none that signs a ledger.
fn of_witness(error: KeyFileError) -> CommandError {
    let next = match &error {
        KeyFileError::Missing { .. } => {
            "name where it lies with --key, or make one with `redress witness key`"
        }
        KeyFileError::AlreadyThere { .. } => "name another place with --key",
        KeyFileError::OpenToOthers { .. } => {
            "`chmod 600` it; if others may have read it, make another and tell whoever trusts this one"
        }
        KeyFileError::Name(_) => "give the witness another --name",
        KeyFileError::Damaged { .. }
        | KeyFileError::Sealed { .. }
        | KeyFileError::WrongPassphrase { .. }
        | KeyFileError::Io { .. } => return error.into(),
    };
    CommandError::Refused { problem: error.to_string(), next: next.to_owned() }
}

fn not_opened(error: OpenWitnessError) -> CommandError {
    let next = match error {
        OpenWitnessError::State(error) => return error.into(),
        OpenWitnessError::KeyKind { .. } => "make one with `redress witness key`",
        OpenWitnessError::LogKeyKind { .. } => {
            "name the verifier key of the log, as `redress keys status` prints it"
        }
        OpenWitnessError::Directory { .. } => "name another directory with --state",
    };
    CommandError::Refused { problem: error.to_string(), next: next.to_owned() }
}
