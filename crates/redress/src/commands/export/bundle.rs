//! `redress export bundle`: all evidence of one case in one file.

use std::sync::Arc;

use checkpoint_signer::KeyFile;
use complaint_domain::access::AccessPurpose;
use complaint_service::ledger_stream_of;
use event_log::{Position, clock::SystemClock};
use evidence_check::Kind;
use evidence_issue::{
    Case,
    anchors::anchors_of,
    bundle::{self, Opened},
};
use serde::Serialize;

use crate::{
    arguments::{ExportBundle, SigningAt},
    console::Console,
    error::CommandError,
    evidence::{Issuer, Readers, deliver, open_fields, record_opening, stream_id},
    ledger::Ledger,
    outputs::{Output, may_write},
    signing::SigningPlaces,
};

#[derive(Debug, Serialize)]
struct Bundled {
    file: String,
    stream: String,
    events: usize,
    opened: Vec<String>,
    has_all_events: bool,
    time_stamps: usize,
}

/// Writes the bundle of a case.
///
/// # Errors
///
/// [`CommandError`]: no such case, nothing signed covers it, a field that does not open.
pub async fn run(args: &ExportBundle, console: &mut Console<'_>) -> Result<(), CommandError> {
    may_write(Output::Evidence(Kind::Bundle), &args.out)?;
    let mut ledger = Ledger::open(&args.of.at, Arc::new(SystemClock))?;
    let made = write(&mut ledger, args, console).await;
    ledger.close().await;
    tell(&made?, console)
}

async fn write(
    ledger: &mut Ledger,
    args: &ExportBundle,
    console: &mut Console<'_>,
) -> Result<Bundled, CommandError> {
    let issuer = Issuer::new(ledger, &args.of)?;
    let stream = stream_id(&args.stream)?;
    let covered = Position(issuer.covered().await?);
    let case = Case::read(issuer.ledger.log.as_ref(), &stream, covered).await?;
    if case.records.is_empty() {
        return Err(CommandError::Refused {
            problem: format!("expected events of {stream} under the checkpoint, found none"),
            next: "if it is newer than the checkpoint, run `redress checkpoint`; a stream's whole \
                   name stands in `redress replay --format table`"
                .to_owned(),
        });
    }
    let own = ledger_stream_of(issuer.ledger.origin());
    let anchors = anchors_of(issuer.ledger.log.as_ref(), &own, &case, covered.0).await?;
    let mut openings = Vec::new();
    for record in &case.records {
        let opened = open_fields(issuer.ledger, record, &args.open).await?;
        openings.extend(opened.into_iter().map(|opening| (record.position.0, opening)));
    }
    let is_opened = |field: &str| openings.iter().any(|(_, opening)| opening.field == field);
    if let Some(missing) = args.open.iter().find(|field| !is_opened(field.code())) {
        return Err(CommandError::Refused {
            problem: format!(
                "expected a sealed field `{missing}` in an event of the case, found none"
            ),
            next: "name a field that one of them has, or leave --open out".to_owned(),
        });
    }
    let index = issuer.index_proof(&stream, console).await?;
    let index = index.filter(|proof| !proof.leaves.is_empty());
    let signing = SigningPlaces::of(&issuer.ledger.places, &SigningAt::default());
    let key = KeyFile::read(&signing.key)?.verifier().to_string();
    let made = Bundled {
        file: args.out.display().to_string(),
        stream: stream.to_string(),
        events: case.records.len(),
        opened: openings.iter().map(|(at, o)| format!("{} at {at}", o.field)).collect(),
        has_all_events: index.is_some(),
        time_stamps: anchors.len(),
    };
    let names: Vec<_> = openings.iter().map(|(_, opening)| opening.field.clone()).collect();
    let purpose = AccessPurpose::CaseBundle;
    record_opening(issuer.ledger, &args.by, stream.as_str(), &names, purpose).await?;
    let opened = Opened { fields: openings, reason: args.reason.clone() };
    let bytes = issuer
        .prove(move |prover| bundle::bundle(prover, &case, opened, index, &anchors, &key))
        .await?;
    deliver(Some(&args.out), &bytes, Readers::Owner, console)?;
    Ok(made)
}

fn tell(made: &Bundled, console: &mut Console<'_>) -> Result<(), CommandError> {
    if !made.has_all_events {
        console.say(
            "nothing in it shows that these are all events: run `redress commit-index` and \
             `redress checkpoint` first",
        );
    }
    if !made.opened.is_empty() {
        console.say("recorded that these fields were opened; keep a note of who got it");
    }
    if console.json() {
        return console.value(made);
    }
    console.line(format_args!("{} events of {} in {}", made.events, made.stream, made.file))?;
    if made.time_stamps > 0 {
        console.line(format_args!("  time stamps {}", made.time_stamps))?;
    }
    made.opened.iter().try_for_each(|opened| console.line(format_args!("  opened {opened}")))
}
