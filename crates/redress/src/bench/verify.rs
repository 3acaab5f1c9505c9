//! `redress bench verify`: every leaf hash and the root, beside hashing the same bytes alone.

use event_log_sled::verify;

use super::{
    machine::Machine,
    place::Place,
    sheet::{Pace, Sheet, Watch},
    tiles,
};
use crate::{
    arguments::{Against, BenchSize, LedgerAt, Verify},
    commands,
    console::Console,
    error::CommandError,
};

const BYTES: &str = "verify, all leaf hashes and the root";
const WHOLE: &str = "redress verify: that, then each record read";

/// Measures, and prints what was found.
///
/// # Errors
///
/// [`CommandError`]: no room, no permission, something already where it was to be made.
pub async fn run(args: &BenchSize, console: &mut Console<'_>) -> Result<(), CommandError> {
    let place = Place::make(args.data.as_deref(), args.keep)?;
    let at = place.ledger("ledger");
    let events = place.fill(&at, args.events, console).await?;
    let ranges = tiles::ranges(&at.data)?;
    let mut sheet = Sheet::new("verify", events, args.rounds, Machine::of(place.path()));
    let bar = console.bar("rounds", args.rounds.into());
    for round in 0..args.rounds {
        let pass = tiles::pass(&ranges, false)?;
        pass.note(&mut sheet);
        if round == 0 {
            pass.note_sizes(&mut sheet);
        }
        sheet.take(BYTES, bytes(&at, events)?);
        let watch = Watch::start();
        let whole = Verify {
            at: at.clone(),
            vault: false,
            repair: false,
            trust: None,
            against: Against::default(),
        };
        commands::verify::verify(&whole, console).await?;
        sheet.take(WHOLE, Pace::of(events, watch.read()));
        bar.set(u64::from(round) + 1);
    }
    drop(bar);
    sheet.compare(BYTES, tiles::SHA256, Some(0.7));
    sheet.compare(BYTES, tiles::READ, None);
    sheet.compare(WHOLE, tiles::SHA256, None);
    sheet.print(console)
}

fn bytes(at: &LedgerAt, events: u64) -> Result<Pace, CommandError> {
    let watch = Watch::start();
    let verified = verify::verify(&at.data)?;
    let took = watch.read();
    if verified.size != events {
        let problem = format!("expected {events} records, found {}", verified.size);
        return Err(CommandError::failed("measure verifying")(problem));
    }
    Ok(Pace::of(events, took))
}
