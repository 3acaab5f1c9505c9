//! `redress export audit`: the auditors' page.

use std::{path::Path, sync::Arc};

use event_log::{EventLog, StreamId, StreamVersion, clock::SystemClock};
use projector_audit::{AuditView, Written, audit_view::WriteViewError, write_html};
use serde_json::json;

use crate::{
    arguments::ExportAudit,
    console::Console,
    error::CommandError,
    ledger::Ledger,
    outputs::{Output, may_write},
};

/// Writes the page and says what is on it.
///
/// # Errors
///
/// [`CommandError`]: a stream that is not there, a damaged log, a page that cannot be written.
pub async fn run(args: &ExportAudit, console: &mut Console<'_>) -> Result<(), CommandError> {
    may_write(Output::AuditPage, &args.out)?;
    let ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let result = of_streams(args, &ledger, console).await;
    ledger.close().await;
    let Written { streams, events } = result?;
    let out = args.out.display().to_string();
    if console.json() {
        return console.line(json!({ "out": out, "streams": streams, "events": events }));
    }
    let words = if streams == 1 { "stream" } else { "streams" };
    console.line(format_args!("{events} events and an index of {streams} {words} in {out}"))
}

async fn of_streams(
    args: &ExportAudit,
    ledger: &Ledger,
    console: &Console<'_>,
) -> Result<Written, CommandError> {
    for stream in &args.streams {
        if ledger.log.next_version(stream).await? == StreamVersion::default() {
            return Err(CommandError::UnknownStream { stream: stream.clone() });
        }
    }
    let streams = (!args.streams.is_empty()).then(|| args.streams.clone());
    write_page(ledger, streams, &args.out, console).await
}

/// Writes the page of an open ledger, of these streams or of all.
///
/// # Errors
///
/// [`CommandError`]: a read model that cannot be brought up, a page that cannot be written.
pub async fn write_page(
    ledger: &Ledger,
    streams: Option<Vec<StreamId>>,
    page: &Path,
    console: &Console<'_>,
) -> Result<Written, CommandError> {
    let _upto = ledger.bring_read_models_up(console).await?;
    let model = projection::path_of(&ledger.places.read_models(), projector_audit::NAME);
    let view = AuditView::of(ledger.origin(), &model.display().to_string());
    let (view, page) = (AuditView { streams, ..view }, page.to_owned());
    let written = tokio::task::spawn_blocking(move || {
        let connection = projection::open_reader(&model).map_err(CommandError::failed("read"))?;
        write_html(&connection, &view, &page).map_err(|error| match error {
            WriteViewError::Io { path, source } => CommandError::file("write", &path)(source),
            other @ (WriteViewError::Sqlite(_)
            | WriteViewError::Template(_)
            | WriteViewError::Csv(_)) => CommandError::failed("write the audit view")(other),
        })
    });
    written.await.map_err(CommandError::failed("write the audit view"))?
}
