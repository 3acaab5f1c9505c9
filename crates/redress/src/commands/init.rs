//! `redress init`: an empty ledger.

use std::sync::Arc;

use event_log::clock::SystemClock;
use serde::Serialize;

use crate::{
    arguments::Init,
    console::Console,
    error::CommandError,
    ledger::{Ledger, NewSigning},
    signing::{self, SigningPlaces},
};

#[derive(Serialize)]
struct Made<'a> {
    data: String,
    key: String,
    signing_key: String,
    register: String,
    verifier_key: String,
    origin: &'a str,
}

/// Makes a ledger and says what to keep safe.
///
/// # Errors
///
/// [`CommandError`]: an origin that is none, something at that place already, no permission.
pub async fn run(args: &Init, console: &mut Console<'_>) -> Result<(), CommandError> {
    check_origin(&args.origin)?;
    let passphrase = if args.seal { Some(signing::new_passphrase(&args.signing)?) } else { None };
    let signing = NewSigning { at: args.signing.clone(), passphrase };
    let (ledger, key) = Ledger::create(&args.at, &args.origin, &signing, Arc::new(SystemClock))?;
    let places = ledger.places.clone();
    let signing = SigningPlaces::of(&places, &args.signing);
    ledger.close().await;
    if console.json() {
        return console.value(&Made {
            data: places.data.display().to_string(),
            key: places.kek.display().to_string(),
            signing_key: signing.key.display().to_string(),
            register: signing.register.display().to_string(),
            verifier_key: key.to_string(),
            origin: &args.origin,
        });
    }
    console.line(format_args!("made the ledger {} at {}", args.origin, places.data.display()))?;
    console.line(format_args!(
        "keep a copy of {} elsewhere: without it no personal data can be read",
        places.kek.display()
    ))?;
    console.line(format_args!(
        "its checkpoints are signed by {}; keep {} where no backup takes it back",
        signing.key.display(),
        signing.register.display()
    ))?;
    console.line("publish this verifier key, for whoever checks the ledger needs it:")?;
    console.line(key)
}

/// An origin stands alone on the first line of a checkpoint: no white space, no plus sign.
fn check_origin(origin: &str) -> Result<(), CommandError> {
    let is_fit = |c: char| c.is_ascii_graphic() && c != '+';
    if !origin.is_empty() && origin.len() <= 200 && origin.chars().all(is_fit) {
        return Ok(());
    }
    Err(CommandError::Usage {
        problem: "expected an --origin of 1 to 200 visible ASCII characters without `+`, found \
                  something else"
            .to_owned(),
        next: "use a host name of yours, such as complaints.example.com".to_owned(),
    })
}
