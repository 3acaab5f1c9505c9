//! `redress bench append`: what a durable append costs, and what it could cost at least.

use std::{sync::Arc, time::Duration};

use complaint_service::{CommandRequest, ComplaintService};
use event_log::EventLog;
use tokio::task::JoinSet;

use super::{
    bare_file,
    invented::{self, Append},
    machine::Machine,
    place::Place,
    sheet::{Pace, Sheet, Watch},
    sqlite,
};
use crate::{
    arguments::{BenchAppend, LedgerAt},
    console::Console,
    error::CommandError,
};

/// Alone, each event waits for a sync of its own, so there are so many fewer of them.
const ALONE: u64 = 40;
/// Commands through the service are so many fewer than appends to the log.
const THROUGH_SERVICE: u64 = 4;

const BARE_ALONE: &str = "bare pre-filled file, fdatasync each, 1 client";
const LOG_ALONE: &str = "the log, one event each, 1 client";
const SQLITE: &str = "SQLite, WAL, synchronous FULL, a row each";

/// Measures, and prints what was found.
///
/// # Errors
///
/// [`CommandError`]: no room, no permission, something already where it was to be made.
pub async fn run(args: &BenchAppend, console: &mut Console<'_>) -> Result<(), CommandError> {
    let place = Place::make(args.size.data.as_deref(), args.size.keep)?;
    let clients = args.clients;
    let alone = (args.size.events / ALONE).max(1);
    let each = (args.size.events / clients).max(1);
    let commands = (each / THROUGH_SERVICE).max(1);
    let machine = Machine::of(place.path());
    let mut sheet = Sheet::new("append", each * clients, args.size.rounds, machine);
    let group = format!("bare pre-filled file, group commit, {clients} clients");
    let log = format!("the log, version checked, {clients} clients");
    let service = format!("through the service, a field sealed, {clients} clients");

    let of_one = invented::appends(1, alone)?;
    let of_all = invented::appends(clients, each)?;
    let bar = console.bar("rounds", args.size.rounds.into());
    for round in 0..args.size.rounds {
        let records = bytes_of(&of_one).concat();
        sheet.take(BARE_ALONE, bare_file::alone(place.path(), &records)?);
        let name = |what: &str| format!("{what}-{round}");
        sheet.take(LOG_ALONE, appends(&place.ledger(&name("alone")), of_one.clone()).await?);
        let rows: Vec<_> = of_one.iter().flatten().cloned().zip(records).collect();
        sheet.take(SQLITE, sqlite::one_by_one(place.path(), &rows)?);
        sheet.take(&group, bare_file::group(place.path(), bytes_of(&of_all)).await?);
        sheet.take(&log, appends(&place.ledger(&name("log")), of_all.clone()).await?);
        let requests = invented::commands(clients, commands);
        sheet.take(&service, through_service(&place.ledger(&name("service")), requests).await?);
        bar.set(u64::from(round) + 1);
    }
    drop(bar);
    sheet.compare(LOG_ALONE, BARE_ALONE, Some(0.5));
    sheet.compare(&log, &group, Some(0.4));
    sheet.compare(&log, SQLITE, Some(20.0));
    sheet.compare(&service, &log, Some(0.25));
    let events = of_all.iter().flatten();
    let bytes: usize = events.clone().map(|append| append.record.len()).sum();
    sheet.note("bytes of an event, on average", (bytes / events.count().max(1)).to_string());
    sheet.note("events of one client alone, and of the rows", alone.to_string());
    sheet.note("commands through the service", (commands * clients).to_string());
    sheet.print(console)
}

/// The bytes as a log would store them, for those that only store bytes.
fn bytes_of(clients: &[Vec<Append>]) -> Vec<Vec<Vec<u8>>> {
    let stamped = |append: &Append| append.record.clone().stamp(jiff::Timestamp::UNIX_EPOCH);
    clients.iter().map(|own| own.iter().map(stamped).collect()).collect()
}

/// Has each client append its events, one after the other, to a new ledger.
///
/// It stays until everything is measured: for minutes after thousands of files were removed, ext4 looks at
/// the place of each of them whenever a new file is made.
async fn appends(at: &LedgerAt, clients: Vec<Vec<Append>>) -> Result<Pace, CommandError> {
    let ledger = Place::new_ledger(at)?;
    let mut tasks = JoinSet::new();
    let all = Watch::start();
    for own in clients {
        let log = Arc::clone(&ledger.log);
        tasks.spawn(async move {
            let mut latencies = Vec::with_capacity(own.len());
            for Append { stream, expected, record } in own {
                let one = Watch::start();
                log.append(&stream, expected, vec![record])
                    .await
                    .map_err(CommandError::failed("append"))?;
                latencies.push(one.read());
            }
            Ok(latencies)
        });
    }
    let measured = finish(tasks, all).await;
    ledger.close().await;
    measured
}

/// Has each client send its commands, one after the other, to the service of a new ledger.
async fn through_service(
    at: &LedgerAt,
    clients: Vec<Vec<CommandRequest>>,
) -> Result<Pace, CommandError> {
    let mut ledger = Place::new_ledger(at)?;
    let service: Arc<ComplaintService> = Arc::new(ledger.service()?);
    let mut tasks = JoinSet::new();
    let all = Watch::start();
    for own in clients {
        let service = Arc::clone(&service);
        tasks.spawn(async move {
            let mut latencies = Vec::with_capacity(own.len());
            for request in own {
                let one = Watch::start();
                service.handle(request).await?;
                latencies.push(one.read());
            }
            Ok(latencies)
        });
    }
    let measured = finish(tasks, all).await;
    drop(service);
    ledger.close().await;
    measured
}

type Latencies = Result<Vec<Duration>, CommandError>;

async fn finish(mut tasks: JoinSet<Latencies>, all: Watch) -> Result<Pace, CommandError> {
    let mut latencies = Vec::new();
    let mut failed = None;
    // All are waited for, so that nothing is in flight when the ledger is closed.
    while let Some(done) = tasks.join_next().await {
        match done.unwrap_or_else(|error| Err(CommandError::failed("measure")(error))) {
            Ok(own) => latencies.extend(own),
            Err(error) => failed = Some(error),
        }
    }
    let took = all.read();
    failed.map_or_else(|| Ok(Pace::of_each(latencies, took)), Err)
}
