//! `redress replay`: what was recorded, as it was recorded.

use complaint_codec::{EVENT_TYPES, decode, times};
use event_log::{EventLog, Position, RecordStream, RecordedEvent, StreamId, StreamVersion};
use futures::TryStreamExt;
use jiff::SignedDuration;

use crate::{
    arguments::{Replay, ReplayFormat},
    console::Console,
    error::CommandError,
    history::History,
};

/// What happened this long before it was recorded is marked in the table as recorded late.
const LATE: SignedDuration = SignedDuration::from_hours(24);

/// Prints records, and says on standard error how many there were.
///
/// # Errors
///
/// [`CommandError`]: a range or stream that is not there, a table as JSON, a damaged log, a closed
/// output.
pub async fn run(args: &Replay, console: &mut Console<'_>) -> Result<(), CommandError> {
    if console.json() && args.format == ReplayFormat::Table {
        return Err(CommandError::Usage {
            problem: "expected --json or --format table, found both: a table is for people"
                .to_owned(),
            next: "leave --format out: each record is then one line of JSON".to_owned(),
        });
    }
    let history = History::open(&args.of)?;
    let result = match history.hold(console).await {
        Ok(()) => replay(history.log(), args, console).await,
        Err(error) => Err(error),
    };
    history.close().await;
    result
}

async fn replay(
    log: &dyn EventLog,
    args: &Replay,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let head = log.head().next_position;
    let range = Range::check(args, head)?;
    let mut records = match &args.stream {
        None => log.read_all(Position(range.first), range.end.saturating_sub(range.first)),
        Some(name) => stream_of(log, name).await?,
    };
    if args.format == ReplayFormat::Table {
        console.line(headings())?;
    }
    let bar = console.bar("replaying", range.end.saturating_sub(range.first));
    let mut printed = 0_u64;
    while let Some(record) = records.try_next().await? {
        bar.set(record.position.0.saturating_sub(range.first));
        if !(range.first..range.end).contains(&record.position.0) {
            continue;
        }
        match wanted(args, &record)? {
            Wanted::Yes => {}
            Wanted::No => continue,
            Wanted::NoneAfterThis => break,
        }
        match args.format {
            ReplayFormat::Jsonl => {
                console.raw(&record.bytes)?;
                console.raw(b"\n")?;
            }
            ReplayFormat::Table => console.line(row(&record)?)?,
        }
        printed += 1;
    }
    drop(bar);
    console.flush()?;
    console.say(format_args!("{printed} of {head} records"));
    Ok(())
}

/// Positions, the end excluded.
#[derive(Debug)]
struct Range {
    first: u64,
    end: u64,
}

impl Range {
    fn check(args: &Replay, head: Position) -> Result<Self, CommandError> {
        let first = args.from.unwrap_or(0);
        if let Some(last) = args.to
            && first > last
        {
            return Err(CommandError::Usage {
                problem: format!("expected --from at or before --to, found {first} and {last}"),
                next: "swap the two".to_owned(),
            });
        }
        if first > head.0 {
            return Err(CommandError::Refused {
                problem: format!("expected --from at or before the head, {head}, found {first}"),
                next: "leave --from out to begin at the first record".to_owned(),
            });
        }
        let end = args.to.map_or(head.0, |last| last.saturating_add(1).min(head.0));
        Ok(Self { first, end })
    }
}

/// The records of one stream, which must have some.
pub(super) async fn stream_of(
    log: &dyn EventLog,
    name: &str,
) -> Result<RecordStream, CommandError> {
    let stream: StreamId = name.parse().map_err(|error| CommandError::Usage {
        problem: format!("{error}"),
        next: "a stream's whole name stands in `redress replay --format table`".to_owned(),
    })?;
    let mut first = log.read_stream(&stream, StreamVersion(0));
    if first.try_next().await?.is_none() {
        return Err(CommandError::UnknownStream { stream });
    }
    Ok(log.read_stream(&stream, StreamVersion(0)))
}

#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Yes,
    No,
    /// `recorded_at` never decreases along the log, so nothing after this one can be wanted.
    NoneAfterThis,
}

/// Reads no more of a record than the filters need: nothing without filters.
fn wanted(args: &Replay, record: &RecordedEvent) -> Result<Wanted, CommandError> {
    if args.as_of.is_none() && args.known_at.is_none() {
        return Ok(Wanted::Yes);
    }
    let times = times(&record.bytes).map_err(|error| undecodable(record.position, &error))?;
    if args.known_at.is_some_and(|limit| times.recorded_at > limit.0) {
        return Ok(Wanted::NoneAfterThis);
    }
    if args.as_of.is_some_and(|limit| times.occurred_at > limit.0) {
        return Ok(Wanted::No);
    }
    Ok(Wanted::Yes)
}

/// A line of the table. Each column is as wide as the widest that may stand in it.
fn line(cells: [&str; 8]) -> String {
    /// The longest kind of stream, `inspection-`, and a ULID.
    const STREAM: usize = 37;
    let event = EVENT_TYPES.iter().map(|name| name.len()).max().unwrap_or(0);
    let [position, recorded, occurred, late, stream, version, event_type, actor] = cells;
    format!(
        "{position:>10}  {recorded:<24}  {occurred:<24}  {late:<4}  {stream:<STREAM$}  \
         {version:>7}  {event_type:<event$}  {actor}"
    )
}

fn headings() -> String {
    line(["position", "recorded", "occurred", "late", "stream", "version", "event", "actor"])
}

fn row(record: &RecordedEvent) -> Result<String, CommandError> {
    let RecordedEvent { position, stream, version, bytes } = record;
    let decoded = decode(bytes).map_err(|error| undecodable(*position, &error))?;
    let late = decoded.recorded_at.duration_since(decoded.occurred_at) > LATE;
    Ok(line([
        &position.to_string(),
        &format!("{:.3}", decoded.recorded_at),
        &format!("{:.3}", decoded.occurred_at),
        if late { "late" } else { "" },
        stream.as_str(),
        &version.to_string(),
        decoded.event_type,
        &decoded.actor.id.to_string(),
    ]))
}

pub(crate) fn undecodable(
    position: Position,
    error: &complaint_codec::DecodeError,
) -> CommandError {
    CommandError::Broken { position, reason: error.to_string() }
}
