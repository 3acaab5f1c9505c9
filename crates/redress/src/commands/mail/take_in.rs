//! `redress mail take-in`: e-mail into the ledger.

use std::{path::Path, sync::Arc};

use event_log::{Clock, clock::SystemClock};
use serde::Serialize;
use serde_json::json;

use crate::{
    arguments::MailTakeIn,
    console::Console,
    error::CommandError,
    ledger::Ledger,
    lending::resolved,
    mail::{
        intake::{
            Intake, TakenIn,
            maildir::{Maildir, read},
        },
        outbox::Outbox,
    },
};

/// What became of the mails of one run.
#[derive(Debug, Clone, Copy, Default, Serialize)]
struct Counts {
    registered: u64,
    added: u64,
    known: u64,
    automatic: u64,
    bounced: u64,
    rejected: u64,
}

/// Takes in every mail that was named, each by itself: one that is rejected keeps no other away.
///
/// # Errors
///
/// [`CommandError`]: a folder or ledger that does not answer; at the end, that some were rejected.
pub(super) async fn run(args: &MailTakeIn, console: &mut Console<'_>) -> Result<(), CommandError> {
    let maildir = args.maildir.as_deref().map(Maildir::open).transpose()?;
    let mut ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let taken = take_all(args, maildir.as_ref(), &mut ledger, console).await;
    ledger.close().await;
    let counts = taken?;
    if console.json() {
        console.value(&json!({ "counts": counts }))?;
    } else {
        console.line(format_args!(
            "{} registered, {} added, {} known, {} automatic ({} letters bounced), {} rejected",
            counts.registered,
            counts.added,
            counts.known,
            counts.automatic,
            counts.bounced,
            counts.rejected
        ))?;
    }
    if counts.rejected == 0 {
        return Ok(());
    }
    Err(CommandError::Refused {
        problem: format!(
            "expected mails that can be taken in, found {} that cannot",
            counts.rejected
        ),
        next: "they were left where they are; read them, and enter by hand what they say"
            .to_owned(),
    })
}

async fn take_all(
    args: &MailTakeIn,
    maildir: Option<&Maildir>,
    ledger: &mut Ledger,
    console: &mut Console<'_>,
) -> Result<Counts, CommandError> {
    let outbox = Outbox::open(&ledger.places.data)?;
    let mut intake = Intake { ledger, outbox: &outbox, now: SystemClock.now() };
    let mut counts = Counts::default();
    for path in &args.files {
        let taken = take(&mut intake, path).await?;
        tell(path, &taken, &mut counts, console)?;
    }
    let Some(maildir) = maildir else { return Ok(counts) };
    for name in maildir.delivered()? {
        let path = maildir.path_of(&name);
        let taken = take(&mut intake, &path).await?;
        // In the ledger first, out of the folder afterwards.
        if !matches!(taken, TakenIn::Rejected { .. }) {
            maildir.dealt_with(&name)?;
        }
        tell(&path, &taken, &mut counts, console)?;
    }
    Ok(counts)
}

async fn take(intake: &mut Intake<'_>, path: &Path) -> Result<TakenIn, CommandError> {
    match read(&resolved(path))? {
        Ok(bytes) => intake.take_in(&bytes).await,
        Err(error) => Ok(TakenIn::Rejected { reason: error.to_string() }),
    }
}

fn tell(
    path: &Path,
    taken: &TakenIn,
    counts: &mut Counts,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let (count, word, complaint, rest) = match taken {
        TakenIn::Registered { complaint, files } => {
            (&mut counts.registered, "registered", Some(complaint), format!("{files} files"))
        }
        TakenIn::Added { complaint, files } => {
            (&mut counts.added, "added", Some(complaint), format!("{files} files"))
        }
        TakenIn::Known { complaint } => {
            (&mut counts.known, "known", Some(complaint), String::new())
        }
        TakenIn::Automatic { bounced } => {
            counts.bounced += u64::try_from(*bounced).unwrap_or_default();
            (&mut counts.automatic, "automatic", None, format!("{bounced} letters bounced"))
        }
        TakenIn::Rejected { reason } => (&mut counts.rejected, "rejected", None, reason.clone()),
    };
    *count += 1;
    let complaint = complaint.map(event_log::StreamId::as_str);
    if console.json() {
        return console.line(json!({
            "file": path.display().to_string(), "became": word, "complaint": complaint,
            "detail": rest,
        }));
    }
    let complaint = complaint.unwrap_or("-");
    console.line(format_args!("{}: {word} {complaint} {rest}", path.display()))
}
