//! `redress bench project`: making each read model from the records.

use std::sync::Arc;

use complaint_codec::decode;
use event_log::clock::SystemClock;
use projection::{path_of, rebuild};

use super::{
    machine::Machine,
    place::Place,
    sheet::{Pace, Sheet, Watch},
    sqlite, tiles,
};
use crate::{
    arguments::BenchSize,
    console::Console,
    error::CommandError,
    ledger::{Ledger, projectors},
};

const ROWS: &str = "SQLite, a row for each event, in pages";
/// As many as a projector takes into one transaction.
const PAGE: usize = 1_024;

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
    let mut sheet = Sheet::new("project", events, args.rounds, Machine::of(place.path()));
    let bar = console.bar("rounds", args.rounds.into());
    for round in 0..args.rounds {
        let pass = tiles::pass(&ranges, true)?;
        pass.note(&mut sheet);
        if round == 0 {
            pass.note_sizes(&mut sheet);
        }
        let mut rows = Vec::new();
        tiles::each(&ranges, &mut |bundle, _, _| {
            for record in tiles::records(bundle)? {
                let decoded = decode(record).map_err(CommandError::failed("decode"))?;
                rows.push((decoded.stream.to_string(), decoded.version.0, record.to_vec()));
            }
            Ok(())
        })?;
        sheet.take(ROWS, sqlite::in_pages(place.path(), &mut rows.into_iter(), PAGE)?);
        let ledger = Ledger::open(&at, Arc::new(SystemClock))?;
        let made = each_model(&ledger, &mut sheet).await;
        ledger.close().await;
        made?;
        bar.set(u64::from(round) + 1);
    }
    drop(bar);
    for projector in projectors() {
        let row = row(projector.name());
        sheet.compare(&row, ROWS, None);
        sheet.compare(&row, tiles::DECODE, None);
    }
    sheet.print(console)
}

fn row(name: &str) -> String {
    format!("making the read model `{name}`")
}

async fn each_model(ledger: &Ledger, sheet: &mut Sheet) -> Result<(), CommandError> {
    let directory = ledger.places.read_models();
    for projector in projectors() {
        let name = projector.name();
        let path = path_of(&directory, name);
        let watch = Watch::start();
        let report =
            rebuild(&path, ledger.origin(), projector, ledger.log.as_ref(), &mut |_| {}).await?;
        sheet.take(&row(name), Pace::of(report.next_position.0, watch.read()));
    }
    Ok(())
}
