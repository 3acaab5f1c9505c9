//! `redress export`: data for other programs.

use std::sync::Arc;

use compliance_export::{Export, ExportReport, Format, Progress, export};
use event_log::{EventLog, Position, clock::SystemClock};
use merkle_log::Checkpoint;
use serde::Serialize;

use crate::{
    arguments::{Export as What, ExportTiles, ExportTo},
    commands::checkpoint::enough,
    console::Console,
    error::CommandError,
    ledger::Ledger,
    publishing,
    tree::export as tree,
};

pub mod audit;
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
        What::Audit(args) => return audit::run(args, console).await,
        What::Tiles(args) => return tiles(args, console).await,
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

#[derive(Serialize)]
struct Tiles {
    out: String,
    size: u64,
    written: u64,
    kept: u64,
}

/// Signs the head and writes its tree as plain files.
async fn tiles(args: &ExportTiles, console: &mut Console<'_>) -> Result<(), CommandError> {
    let ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let result = write_tiles(args, &ledger, console).await;
    ledger.close().await;
    let (size, exported) = result?;
    let tree::Exported { written, kept } = exported;
    if console.json() {
        let out = args.out.display().to_string();
        return console.value(&Tiles { out, size, written, kept });
    }
    console.line(format_args!("{size:>9} records"))?;
    console.line(format_args!("{written:>9} files written, {kept} were there"))?;
    console.line(format_args!("          in {}", args.out.display()))
}

async fn write_tiles(
    args: &ExportTiles,
    ledger: &Ledger,
    console: &mut Console<'_>,
) -> Result<(u64, tree::Exported), CommandError> {
    let (note, asked) = publishing::publish_head(ledger, &args.signing).await?;
    // What too few have cosigned is not published.
    asked.map_or(Ok(()), |asked| enough(&asked, console))?;
    let checkpoint =
        Checkpoint::parse(note.text()).map_err(CommandError::failed("read the checkpoint"))?;
    let bar = console.bar("files", 0);
    let exported = tree::export(&ledger.log, &note, &args.out, &bar).await?;
    Ok((checkpoint.size(), exported))
}
