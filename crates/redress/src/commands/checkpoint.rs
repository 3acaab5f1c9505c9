//! `redress checkpoint`: the head, signed, and cosigned where a policy names witnesses.

use std::{sync::Arc, time::Duration};

use event_log::{EventLog as _, clock::SystemClock};
use merkle_log::{Checkpoint, SignedNote};
use serde::Serialize;
use tokio::time::{Instant, sleep};

use crate::{
    arguments::{self, SigningAt},
    console::Console,
    error::CommandError,
    ledger::Ledger,
    publishing::{self, PublishedPlaces, witnesses::Asked},
    signing,
};

/// A head is published within a second, if nothing is in the way; a witness may take longer.
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

#[derive(Serialize)]
struct Signed {
    origin: String,
    size: u64,
    root: String,
    note: String,
}

/// Signs the head, asks the witnesses, and prints the signed note.
///
/// # Errors
///
/// [`CommandError`]: no key, the ledger does not extend what was signed before, or too few witnesses
/// have cosigned; then the note is printed all the same.
pub async fn run(
    args: &arguments::Checkpoint,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    if ledger.is_lent() {
        return served(&ledger, console).await;
    }
    let published = publishing::publish_head(&ledger, &args.signing).await;
    ledger.close().await;
    let (note, asked) = published?;
    print(&note, console)?;
    asked.map_or(Ok(()), |asked| enough(&asked, console))
}

/// Prints the checkpoint that the process which serves this ledger has published of the head: it signs and asks itself.
async fn served(ledger: &Ledger, console: &mut Console<'_>) -> Result<(), CommandError> {
    let head = ledger.log.head().next_position.0;
    let places = PublishedPlaces::of(&ledger.places.data);
    let covers = |note: &SignedNote| {
        Checkpoint::parse(note.text()).is_ok_and(|checkpoint| checkpoint.size() >= head)
    };
    let published = |has_policy| places.shown(has_policy).map(|note| note.filter(covers));
    let has_policy = signing::policy_path(&ledger.places, &SigningAt::default()).is_some();
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(note) = published(has_policy)? {
            return print(&note, console);
        }
        if Instant::now() >= until {
            break;
        }
        sleep(LOOK_AGAIN).await;
    }
    let is_signed = published(false)?;
    let what = if is_signed.is_some() { "cosigned by enough witnesses" } else { "signed" };
    is_signed.map_or(Ok(()), |note| print(&note, console))?;
    Err(CommandError::Refused {
        problem: format!(
            "expected that the process which serves this ledger has {head} records {what} within {} s, found that it has not",
            PATIENCE.as_secs()
        ),
        next: "see what `redress status` says of it".to_owned(),
    })
}

fn print(note: &SignedNote, console: &mut Console<'_>) -> Result<(), CommandError> {
    if !console.json() {
        return console.raw(note.to_string().as_bytes());
    }
    let checkpoint =
        Checkpoint::parse(note.text()).map_err(CommandError::failed("read the checkpoint"))?;
    console.value(&Signed {
        origin: checkpoint.origin().to_owned(),
        size: checkpoint.size(),
        root: checkpoint.root().to_string(),
        note: note.to_string(),
    })
}

/// Tells which witnesses have not cosigned, and refuses what too few have.
///
/// # Errors
///
/// [`CommandError::Refused`]: no quorum, or a witness has seen another history.
pub fn enough(asked: &Asked, console: &mut Console<'_>) -> Result<(), CommandError> {
    for (name, error) in &asked.refused {
        console.say(format_args!("witness {name} has not cosigned: {error}"));
    }
    asked.refuse_fork()?;
    match &asked.quorum {
        Ok(_) => Ok(()),
        Err(error) => Err(CommandError::Refused {
            problem: error.to_string(),
            next: "see to it that the witnesses can be reached, then try again".to_owned(),
        }),
    }
}
