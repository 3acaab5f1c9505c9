//! `redress bench replay`: reading everything, as bytes into a pipe and as domain events.

use std::{
    hint::black_box,
    io::{self, BufWriter, Read},
    sync::Arc,
    thread,
};

use event_log::{EventLog, Position, clock::SystemClock};
use futures::TryStreamExt;

use super::{
    machine::Machine,
    place::Place,
    sheet::{Pace, Sheet, Watch},
    tiles,
};
use crate::{
    OUTPUT_BYTES,
    arguments::{BenchSize, LedgerAt, RecordsOf, Replay, ReplayFormat},
    commands,
    console::Console,
    decoded::decoded,
    error::CommandError,
    ledger::Ledger,
    widen,
};

const RAW: &str = "replay --format jsonl into a pipe";
const DECODED: &str = "replay into domain events";

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
    let mut sheet = Sheet::new("replay", events, args.rounds, Machine::of(place.path()));
    let bar = console.bar("rounds", args.rounds.into());
    for round in 0..args.rounds {
        let pass = tiles::pass(&ranges, true)?;
        pass.note(&mut sheet);
        if round == 0 {
            pass.note_sizes(&mut sheet);
        }
        sheet.take(RAW, into_a_pipe(&at, events).await?);
        sheet.take(DECODED, into_events(&at, events).await?);
        bar.set(u64::from(round) + 1);
    }
    drop(bar);
    sheet.compare(RAW, tiles::DECOMPRESS, Some(0.5));
    sheet.compare(RAW, tiles::READ, None);
    sheet.compare(DECODED, tiles::DECODE, Some(0.8));
    sheet.print(console)
}

/// What `redress replay --format jsonl | cat >/dev/null` does, opening and closing included.
async fn into_a_pipe(at: &LedgerAt, events: u64) -> Result<Pace, CommandError> {
    let (mut reader, writer) = io::pipe().map_err(CommandError::failed("make a pipe"))?;
    // As the program does with its own output.
    widen(&writer);
    let drain = thread::spawn(move || {
        let mut buffer = vec![0; 128 * 1024];
        let mut lines = 0_u64;
        while let Ok(read) = reader.read(&mut buffer) {
            let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
            // Counted, so that a replay that prints too little does not pass for a fast one.
            // In bytes first, many at a time: the reader is not what is measured.
            let lines_of =
                |some: &[u8]| some.iter().map(|byte| u8::from(*byte == b'\n')).sum::<u8>();
            lines +=
                bytes.chunks(u8::MAX.into()).map(|some| u64::from(lines_of(some))).sum::<u64>();
        }
        lines
    });
    let args = Replay {
        of: RecordsOf { data: Some(at.data.clone()), keys: at.keys.clone(), mirror: None },
        stream: None,
        from: None,
        to: None,
        as_of: None,
        known_at: None,
        format: ReplayFormat::Jsonl,
    };
    let mut said = Vec::new();
    let watch = Watch::start();
    {
        let mut out = BufWriter::with_capacity(OUTPUT_BYTES, writer);
        let mut console = Console::new(&mut out, &mut said, false, false);
        commands::replay::run(&args, &mut console).await?;
    }
    let lines = drain.join().unwrap_or_default();
    let took = watch.read();
    let said = String::from_utf8_lossy(&said).into_owned();
    expect(said.trim(), &format!("{events} of {events} records"))?;
    expect(&lines.to_string(), &events.to_string())?;
    Ok(Pace::of(events, took))
}

fn expect(found: &str, expected: &str) -> Result<(), CommandError> {
    if found == expected {
        return Ok(());
    }
    let problem = format!("expected {expected}, found {found}");
    Err(CommandError::failed("measure a replay")(problem))
}

/// The whole log as domain events, opening and closing included.
async fn into_events(at: &LedgerAt, events: u64) -> Result<Pace, CommandError> {
    let watch = Watch::start();
    let ledger = Ledger::open(at, Arc::new(SystemClock))?;
    let mut records = decoded(ledger.log.read_all(Position(0), u64::MAX));
    let mut count = 0_u64;
    while let Some(record) = records.try_next().await? {
        black_box(record.decoded);
        count += 1;
    }
    ledger.close().await;
    let took = watch.read();
    expect(&count.to_string(), &events.to_string())?;
    Ok(Pace::of(events, took))
}
