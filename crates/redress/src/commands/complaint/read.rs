//! `redress complaint read`: what the complainant and others have said, for whoever works on the complaint.
//!
//! That it was opened, by whom and in which role, is recorded before any of it is shown.

use std::{collections::BTreeSet, sync::Arc};

use complaint_domain::{access::AccessPurpose, sealed::PersonalField};
use event_log::{StreamId, clock::SystemClock};
use serde::Serialize;

use super::new_command_id;
use crate::{
    arguments::ComplaintRead,
    console::Console,
    error::CommandError,
    evidence::{may_not_be_opened, record_disclosure},
    ledger::Ledger,
    letters::{
        History, complaint_stream,
        history::{Opened, Text},
    },
};

#[derive(Serialize)]
struct Told<'a> {
    version: u64,
    event: &'static str,
    field: &'static str,
    /// Nothing when it was erased, or is no text.
    text: Option<&'a str>,
}

impl<'a> Told<'a> {
    fn of(text: &'a Text) -> Self {
        Self {
            version: text.version.0,
            event: text.event,
            field: text.field.code(),
            text: text.opened.as_ref().map(Opened::text),
        }
    }
}

/// Shows the personal texts of a complaint.
///
/// # Errors
///
/// [`CommandError`]: a role that may not see them, personal data that is closed, no key, a damaged vault.
pub(super) async fn run(
    args: &ComplaintRead,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let stream = complaint_stream(&args.complaint)?;
    let mut ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let texts = read(&mut ledger, &stream, args).await;
    ledger.close().await;
    let texts = texts?;
    if console.json() {
        return console.value(&texts.iter().map(Told::of).collect::<Vec<_>>());
    }
    for Told { version, event, field, text } in texts.iter().map(Told::of) {
        console.line(format_args!("{version:>4}  {event}  {field}"))?;
        for line in text.unwrap_or("(erased, or no text)").lines() {
            console.line(format_args!("      {line}"))?;
        }
    }
    Ok(())
}

async fn read(
    ledger: &mut Ledger,
    stream: &StreamId,
    args: &ComplaintRead,
) -> Result<Vec<Text>, CommandError> {
    let history = History::read(ledger.log.as_ref(), stream).await?;
    if let Some(closed) = history.closed() {
        return Err(may_not_be_opened(closed, stream));
    }
    // The nonce is part of a receipt, and says nothing.
    let fields: BTreeSet<_> = history
        .sealed_fields()
        .filter(|field| *field != PersonalField::ReceiptNonce)
        .filter(|field| args.fields.is_empty() || args.fields.contains(field))
        .collect();
    let vault = ledger.vault()?;
    let (purpose, id) = (AccessPurpose::Handling, new_command_id());
    record_disclosure(ledger, args.by.actor(), stream.as_str(), fields.clone(), purpose, id)
        .await?;
    let opened = tokio::task::spawn_blocking(move || history.open_each(&vault, &fields)).await;
    opened.map_err(CommandError::failed("open the vault"))?
}
