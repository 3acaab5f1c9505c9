//! `redress export`: data for other programs.

use std::sync::Arc;

use compliance_export::{Export, ExportReport, Format, Progress, export};
use event_log::{EventLog, Position, clock::SystemClock};

use crate::{
    arguments::{Export as What, ExportTo},
    console::Console,
    error::CommandError,
    ledger::Ledger,
};

pub mod bundle;

/// Writes an export and says what is in it.
///
/// # Errors
///
/// [`CommandError`]: something lies at the place already, a damaged log.
pub async fn run(what: &What, console: &mut Console<'_>) -> Result<(), CommandError> {
    let (format, to) = match what {
        What::Csv(to) => (Format::Csv, to),
        What::Jsonl(to) => (Format::Jsonl, to),
        What::Bundle(args) => return bundle::run(args, console).await,
    };
    let ledger = Ledger::open(&to.at, Arc::new(SystemClock))?;
    let result = write(&ledger, format, to, console).await;
    ledger.close().await;
    let report = result?;
    if console.json() {
        return console.value(&report.manifest);
    }
    console.line(format_args!("{:>9} events", report.events))?;
    console.line(format_args!("{:>9} complaints", report.complaints))?;
    console.line(format_args!("          in {}", to.out.display()))
}

async fn write(
    ledger: &Ledger,
    format: Format,
    to: &ExportTo,
    console: &Console<'_>,
) -> Result<ExportReport, CommandError> {
    let head = ledger.log.head().next_position;
    let wanted = Export {
        origin: ledger.origin().to_owned(),
        out: to.out.clone(),
        format,
        from: Position(0),
        to: head,
        events: true,
        complaints: true,
    };
    let bar = console.bar("records", head.0);
    let mut told = |progress: Progress| bar.set(progress.position.0);
    Ok(export(ledger.log.as_ref(), &wanted, &mut told).await?)
}
