//! `redress projections`: how far the read models have come, and making them again.

use std::{fmt::Write, fs, sync::Arc};

use event_log::{EventLog, Position, clock::SystemClock};
use projection::{OpenError, path_of, rebuild, status};
use serde::Serialize;

use crate::{
    arguments::{LedgerAt, Projections},
    console::Console,
    error::CommandError,
    ledger::{Ledger, projectors},
};

/// Carries out what the arguments ask for.
///
/// # Errors
///
/// [`CommandError`]: an unknown read model, a damaged log, a file in use.
pub async fn run(what: &Projections, console: &mut Console<'_>) -> Result<(), CommandError> {
    match what {
        Projections::Status { at } => tell_status(at, console).await,
        Projections::Rebuild { name, at } => rebuild_some(name.as_deref(), at, console).await,
    }
}

#[derive(Serialize)]
struct ModelStatus {
    name: String,
    path: String,
    schema_version: Option<u32>,
    next_position: u64,
    head: u64,
    digest: Option<String>,
    failure: Option<String>,
}

async fn tell_status(at: &LedgerAt, console: &mut Console<'_>) -> Result<(), CommandError> {
    let ledger = Ledger::open(at, Arc::new(SystemClock))?;
    let head = ledger.log.head().next_position.0;
    let directory = ledger.places.read_models();
    ledger.close().await;
    let mut models = Vec::new();
    for projector in projectors() {
        let path = path_of(&directory, projector.name());
        let mut model = ModelStatus {
            name: projector.name().to_owned(),
            path: path.display().to_string(),
            schema_version: None,
            next_position: 0,
            head,
            digest: None,
            failure: None,
        };
        match status(&path) {
            Ok(status) => {
                model.schema_version = Some(status.schema_version);
                model.next_position = status.next_position.0;
                model.failure = status
                    .failure
                    .map(|failure| format!("stopped at {}: {}", failure.position, failure.reason));
                model.digest = projection::digest(&path).ok().map(|digest| hex(&digest));
            }
            Err(OpenError::Missing { .. }) => {}
            Err(error) => model.failure = Some(error.to_string()),
        }
        models.push(model);
    }
    if console.json() {
        return console.value(&models);
    }
    for model in models {
        let state = match (&model.failure, model.schema_version) {
            (Some(failure), _) => failure.clone(),
            (None, None) => "not made yet".to_owned(),
            (None, Some(_)) if model.next_position == head => "up to date".to_owned(),
            (None, Some(_)) => "behind; the next report brings it up".to_owned(),
        };
        console.line(format_args!(
            "{:<14} {} of {head} records  {state}",
            model.name, model.next_position
        ))?;
        if let Some(digest) = model.digest {
            console.line(format_args!("{:<14} digest {digest}", ""))?;
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct Rebuilt {
    name: String,
    next_position: u64,
    digest: String,
    previous_digest: Option<String>,
    is_same: Option<bool>,
}

async fn rebuild_some(
    name: Option<&str>,
    at: &LedgerAt,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let known = || projectors().iter().map(|projector| projector.name()).collect::<Vec<_>>();
    if let Some(name) = name
        && !known().contains(&name)
    {
        return Err(CommandError::Usage {
            problem: format!(
                "expected one of the read models {}, found `{name}`",
                known().join(", ")
            ),
            next: "leave the name out to rebuild all of them".to_owned(),
        });
    }
    let ledger = Ledger::open(at, Arc::new(SystemClock))?;
    let result = rebuild_in(&ledger, name, console).await;
    ledger.close().await;
    let rebuilt = result?;
    if console.json() {
        return console.value(&rebuilt);
    }
    for model in rebuilt {
        let compared = match model.is_same {
            Some(true) => "the same as before",
            Some(false) => "NOT the same as before, for the same records",
            None => "nothing to compare with",
        };
        console.line(format_args!(
            "{:<14} {} records  digest {}  {compared}",
            model.name, model.next_position, model.digest
        ))?;
    }
    Ok(())
}

async fn rebuild_in(
    ledger: &Ledger,
    name: Option<&str>,
    console: &Console<'_>,
) -> Result<Vec<Rebuilt>, CommandError> {
    let directory = ledger.places.read_models();
    fs::create_dir_all(&directory).map_err(CommandError::file("make", &directory))?;
    let _held = ledger.models().lock_owned().await;
    let mut rebuilt = Vec::new();
    for projector in projectors() {
        if name.is_some_and(|name| name != projector.name()) {
            continue;
        }
        let path = path_of(&directory, projector.name());
        let bar = console.bar(projector.name(), ledger.log.head().next_position.0);
        let mut told = |position: Position| bar.set(position.0);
        let report =
            rebuild(&path, ledger.origin(), projector, ledger.log.as_ref(), &mut told).await?;
        rebuilt.push(Rebuilt {
            name: report.projector,
            next_position: report.next_position.0,
            digest: hex(&report.digest),
            previous_digest: report.previous.map(|previous| hex(&previous.digest)),
            is_same: report.previous.and_then(|previous| previous.is_same),
        });
    }
    Ok(rebuilt)
}

/// Bytes in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
