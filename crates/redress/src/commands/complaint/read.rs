//! `redress complaint read`: what the complainant and others have said, for whoever works on the complaint.
//!
//! That it was opened, by whom and in which role, is recorded before any of it is shown.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use complaint_domain::{access::AccessPurpose, sealed::PersonalField};
use event_log::{StreamId, clock::SystemClock};
use serde::Serialize;
use serde_json::json;

use super::new_command_id;
use crate::{
    arguments::ComplaintRead,
    console::{Console, printable},
    error::CommandError,
    evidence::{may_not_be_opened, put, record_disclosure},
    ledger::Ledger,
    letters::{
        History, complaint_stream,
        history::{Said, Text},
    },
    outputs::{Output, may_write},
};

#[derive(Serialize)]
struct Told<'a> {
    version: u64,
    event: &'static str,
    field: &'static str,
    /// Nothing when it was erased, or is no text.
    text: Option<&'a str>,
    /// How many bytes a file has that is no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    file_bytes: Option<usize>,
}

impl<'a> Told<'a> {
    fn of(text: &'a Text) -> Self {
        let (words, file_bytes) = match &text.said {
            Said::Erased => (None, None),
            Said::Words(words) => (Some(words.text()), None),
            Said::File(file) => (None, Some(file.bytes().len())),
        };
        let (version, event, field) = (text.version.0, text.event, text.field.code());
        Self { version, event, field, text: words, file_bytes }
    }

    /// As a terminal may show it: what would move its cursor or turn its lines around is left out.
    fn shown(&self) -> String {
        match (self.text, self.file_bytes) {
            (Some(text), _) => printable(text),
            (None, Some(bytes)) => {
                format!(
                    "(a file of {bytes} bytes that is no text: --at-version and --out FILE give it out)"
                )
            }
            (None, None) => "(erased)".to_owned(),
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
    args.out.as_deref().map_or(Ok(()), |path| may_write(Output::Document, path))?;
    let mut ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let texts = read(&mut ledger, &stream, args).await;
    ledger.close().await;
    let texts = texts?;
    if let Some(path) = &args.out {
        return give_out(&texts, path, console);
    }
    if console.json() {
        return console.value(&texts.iter().map(Told::of).collect::<Vec<_>>());
    }
    for told in texts.iter().map(Told::of) {
        let Told { version, event, field, .. } = told;
        console.line(format_args!("{version:>4}  {event}  {field}"))?;
        for line in told.shown().lines() {
            console.line(format_args!("      {line}"))?;
        }
    }
    Ok(())
}

/// Writes the one text or file that was asked for, byte for byte as it was sealed.
fn give_out(texts: &[Text], path: &Path, console: &mut Console<'_>) -> Result<(), CommandError> {
    let refused =
        |problem: String, next: &str| CommandError::Refused { problem, next: next.to_owned() };
    let [text] = texts else {
        let problem = format!("expected one text or file to write, found {}", texts.len());
        let next = "name it with --field and --at-version, as `redress complaint read` shows them";
        return Err(refused(problem, next));
    };
    let bytes = match &text.said {
        Said::Words(words) => words.text().as_bytes(),
        Said::File(file) => file.bytes(),
        Said::Erased => {
            let problem = format!(
                "expected the field {} of version {}, found it erased",
                text.field.code(),
                text.version
            );
            return Err(refused(problem, "`redress subject show` tells when, and why"));
        }
    };
    put(path, bytes)?;
    let (field, bytes) = (text.field.code(), bytes.len());
    if console.json() {
        return console
            .value(&json!({"field": field, "bytes": bytes, "out": path.display().to_string()}));
    }
    console.line(format_args!("{field}, {bytes} bytes, to {}: it is personal data", path.display()))
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
    let mut texts = opened.map_err(CommandError::failed("open the vault"))??;
    texts.retain(|text| args.at_version.is_none_or(|version| text.version.0 == version));
    Ok(texts)
}
