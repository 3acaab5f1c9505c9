//! `redress prove`: evidence about one record, one stream, or the log's growth.

mod counted;

use std::{collections::BTreeSet, path::Path, sync::Arc};

use complaint_domain::{
    access::AccessPurpose,
    actor::{Actor, ActorId, Role},
    sealed::PersonalField,
};
use event_log::{EventLog, Position, RecordedEvent, clock::SystemClock};
use evidence_check::Kind;
use evidence_issue::{
    Case, ReceiptKey,
    qr::Qr,
    receipt::{receipt, record_proof},
    receipt_key::ReceiptKeyError,
};
use futures::TryStreamExt;
use personal_vault::SystemEntropy;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    arguments::{
        ProofOf, Prove, ProveConsistency, ProveCounted, ProveInclusion, ProveReceipt, ProveStream,
    },
    console::Console,
    error::CommandError,
    evidence::{
        Issuer, Readers, deliver, open_fields, put, record_disclosure, record_opening, stream_id,
    },
    ledger::Ledger,
    outputs::{Output, may_write},
};

/// What was proved, for programs; the evidence itself is in the file.
#[derive(Debug, Serialize)]
struct Proved<'a> {
    what: &'static str,
    file: String,
    bytes: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    qr: Option<String>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    opened: &'a [String],
}

/// Proves what is asked for.
///
/// # Errors
///
/// [`CommandError`]: nothing signed covers it, there is no such thing, or the ledger cannot be read.
pub async fn run(what: &Prove, console: &mut Console<'_>) -> Result<(), CommandError> {
    let of = match what {
        Prove::Inclusion(ProveInclusion { of, .. })
        | Prove::Consistency(ProveConsistency { of, .. })
        | Prove::Receipt(ProveReceipt { of, .. })
        | Prove::Stream(ProveStream { of, .. })
        | Prove::Absence(ProveStream { of, .. })
        | Prove::Counted(ProveCounted { of, .. }) => of,
    };
    may_go_to(what)?;
    let mut ledger = Ledger::open(&of.at, Arc::new(SystemClock))?;
    let done = prove(&mut ledger, of, what, console).await;
    ledger.close().await;
    done
}

/// Whether the evidence may go where it shall; before an opening is recorded for it.
fn may_go_to(what: &Prove) -> Result<(), CommandError> {
    let (kind, out) = match what {
        Prove::Inclusion(args) => (Kind::RecordProof, &args.out),
        Prove::Consistency(args) => (Kind::Growth, &args.out),
        Prove::Receipt(args) => (Kind::Receipt, &args.out),
        Prove::Stream(args) => (Kind::Index, &args.out),
        Prove::Absence(args) => (Kind::Absence, &args.out),
        Prove::Counted(args) => (Kind::Counted, &args.out),
    };
    out.as_deref().map_or(Ok(()), |path| may_write(Output::Evidence(kind), path))?;
    if let Prove::Receipt(ProveReceipt { qr: Some(path), .. }) = what {
        may_write(Output::QrCode, path)?;
    }
    Ok(())
}

async fn prove(
    ledger: &mut Ledger,
    of: &ProofOf,
    what: &Prove,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let mut issuer = Issuer::new(ledger, of)?;
    match what {
        Prove::Inclusion(args) => inclusion(&issuer, args, console).await,
        Prove::Consistency(args) => consistency(&issuer, args, console).await,
        Prove::Receipt(args) => of_complaint(&mut issuer, args, console).await,
        Prove::Stream(args) => stream(&issuer, args, true, console).await,
        Prove::Absence(args) => stream(&issuer, args, false, console).await,
        Prove::Counted(args) => counted::run(&issuer, args, console).await,
    }
}

/// Writes a proof, and says so where it went to a file.
fn hand_out(
    what: &'static str,
    text: &str,
    out: Option<&Path>,
    readers: Readers,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    deliver(out, text.as_bytes(), readers, console)?;
    let Some(path) = out else { return Ok(()) };
    let (file, bytes) = (path.display().to_string(), text.len());
    if console.json() {
        return console.value(&Proved { what, file, bytes, qr: None, opened: &[] });
    }
    console.line(format_args!("{what}: {bytes} bytes in {file}"))
}

async fn inclusion(
    issuer: &Issuer<'_>,
    args: &ProveInclusion,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let (record, position) = (issuer.record(args.position).await?, args.position);
    let proof = issuer.prove(move |prover| prover.inclusion(position)).await?;
    let text = record_proof(&record, proof).to_string();
    hand_out("inclusion", &text, args.out.as_deref(), Readers::Anybody, console)
}

async fn consistency(
    issuer: &Issuer<'_>,
    args: &ProveConsistency,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let size = args.size;
    let proof = issuer.prove(move |prover| prover.growth(size)).await?;
    hand_out("consistency", &proof.to_string(), args.out.as_deref(), Readers::Anybody, console)
}

async fn stream(
    issuer: &Issuer<'_>,
    args: &ProveStream,
    is_there: bool,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let stream = stream_id(&args.stream)?;
    let Some(proof) = issuer.index_proof(&stream, console).await? else {
        return Err(CommandError::Refused {
            problem: "expected an index commitment under the checkpoint, found none".to_owned(),
            next: "run `redress commit-index`, then `redress checkpoint`, then try again"
                .to_owned(),
        });
    };
    match (proof.leaves.is_empty(), is_there) {
        (false, true) => hand_out(
            "all events",
            &proof.to_string(),
            args.out.as_deref(),
            Readers::Anybody,
            console,
        ),
        (true, false) => hand_out(
            "no stream",
            &proof.to_string(),
            args.out.as_deref(),
            Readers::Anybody,
            console,
        ),
        (true, true) => Err(CommandError::Refused {
            problem: format!(
                "expected {stream} in the ledger's newest index commitment, found no such stream"
            ),
            next: "if it is newer than that, run `redress commit-index` and `redress checkpoint`; \
                   that it is not there is shown by `redress prove absence`"
                .to_owned(),
        }),
        (false, false) => Err(CommandError::Refused {
            problem: format!("expected no stream {stream}, found one of {}", proof.leaves.len()),
            next: "its events are shown by `redress prove stream`".to_owned(),
        }),
    }
}

async fn of_complaint(
    issuer: &mut Issuer<'_>,
    args: &ProveReceipt,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let key = receipt_key(issuer.ledger, args.make_key)?;
    let record = first_record(issuer, &args.complaint).await?;
    let position = record.position.0;
    let proof = issuer.prove(move |prover| prover.inclusion(position)).await?;
    let fields = fields_to_open(args);
    let openings = open_fields(issuer.ledger, &record, &fields).await?;
    let opened: Vec<String> = openings.iter().map(|opening| opening.field.clone()).collect();
    if let Some(missing) =
        args.open.iter().find(|field| !opened.iter().any(|name| name == field.code()))
    {
        return Err(CommandError::Refused {
            problem: format!("expected a sealed field `{missing}` in the first record, found none"),
            next: "name a field that it has, or leave --open out".to_owned(),
        });
    }
    let text = receipt(&record, proof, openings, &key)?.to_string();
    let stream = record.stream.as_str();
    record_opening(issuer.ledger, &args.by, stream, &opened, AccessPurpose::Receipt).await?;
    // The QR code first: whoever wants one is told that it does not fit before anything is written.
    let code = if args.qr.is_some() || args.show_qr { Some(qr(&text)?) } else { None };
    deliver(args.out.as_deref(), text.as_bytes(), Readers::Owner, console)?;
    if let (Some(code), Some(path)) = (&code, &args.qr) {
        deliver(Some(path), code.svg().as_bytes(), Readers::Owner, console)?;
    }
    if let Some(code) = code.filter(|_| args.show_qr) {
        console.say(code.terminal());
    }
    console.say(format_args!(
        "opened {}, and recorded that: hand it to the complainant only",
        opened.join(", ")
    ));
    tell(args, &text, &opened, console)
}

fn tell(
    args: &ProveReceipt,
    text: &str,
    opened: &[String],
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let Some(path) = &args.out else { return Ok(()) };
    let (file, bytes) = (path.display().to_string(), text.len());
    let qr = args.qr.as_ref().map(|path| path.display().to_string());
    if console.json() {
        return console.value(&Proved { what: "receipt", file, bytes, qr, opened });
    }
    console.line(format_args!("receipt: {bytes} bytes in {file}"))?;
    match qr {
        Some(path) => console.line(format_args!("QR code in {path}")),
        None => Ok(()),
    }
}

/// Records that the receipt of the ledger's first complaint is handed out, with its nonce opened; once, however
/// often that is done. Gives the first record of that complaint.
///
/// # Errors
///
/// [`CommandError`]: no complaint, or the ledger does not answer.
pub async fn record_first_receipt(ledger: &Ledger) -> Result<RecordedEvent, CommandError> {
    let mut records = ledger.log.read_all(Position(0), u64::MAX);
    let first = loop {
        match records.try_next().await? {
            Some(record) if record.stream.as_str().starts_with("complaint-") => break record,
            Some(_) => {}
            None => {
                return Err(CommandError::Refused {
                    problem: "expected a complaint, found none".to_owned(),
                    next: "register one with `redress complaint register`".to_owned(),
                });
            }
        }
    };
    drop(records);
    let id =
        Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{}/first-receipt", first.stream).as_bytes());
    let by = Actor {
        id: "demo".parse().map(ActorId).map_err(CommandError::failed("name the demo"))?,
        role: Role::System,
    };
    let nonce = BTreeSet::from([PersonalField::ReceiptNonce]);
    let (stream, purpose) = (first.stream.as_str().to_owned(), AccessPurpose::Receipt);
    record_disclosure(ledger, by, &stream, nonce, purpose, id).await?;
    Ok(first)
}

/// Writes the receipt of the ledger's first complaint, with its nonce and without its words.
///
/// # Errors
///
/// [`CommandError`]: no complaint, no receipt key, or the ledger cannot be read.
pub async fn first_receipt(issuer: &mut Issuer<'_>, out: &Path) -> Result<(), CommandError> {
    let key = receipt_key(issuer.ledger, false)?;
    let record = record_first_receipt(issuer.ledger).await?;
    let position = record.position.0;
    let proof = issuer.prove(move |prover| prover.inclusion(position)).await?;
    let nonce = [PersonalField::ReceiptNonce];
    let openings = open_fields(issuer.ledger, &record, &nonce).await?;
    let text = receipt(&record, proof, openings, &key)?.to_string();
    put(out, text.as_bytes())
}

/// The nonce, and the complainant's own words or what was asked for instead.
fn fields_to_open(args: &ProveReceipt) -> Vec<PersonalField> {
    let mut fields = vec![PersonalField::ReceiptNonce];
    if args.open.is_empty() && !args.without_words {
        fields.push(PersonalField::Narrative);
    }
    fields.extend(&args.open);
    fields
}

fn qr(text: &str) -> Result<Qr, CommandError> {
    Qr::of(text).map_err(|error| CommandError::Refused {
        problem: error.to_string(),
        next: "leave the words out of it with --without-words, or hand out the file".to_owned(),
    })
}

async fn first_record(issuer: &Issuer<'_>, complaint: &str) -> Result<RecordedEvent, CommandError> {
    let stream = stream_id(complaint)?;
    if !complaint.starts_with("complaint-") {
        return Err(CommandError::Usage {
            problem: format!("expected the name of a complaint, found `{stream}`"),
            next: "a complaint's name begins with `complaint-`".to_owned(),
        });
    }
    let all = Position(u64::MAX);
    let case = Case::read(issuer.ledger.log.as_ref(), &stream, all).await?;
    case.records.into_iter().next().ok_or(CommandError::UnknownStream { stream })
}

fn receipt_key(ledger: &Ledger, make: bool) -> Result<ReceiptKey, CommandError> {
    let path = ledger.places.receipt_key();
    match ReceiptKey::read(&path, ledger.origin()) {
        Err(ReceiptKeyError::Missing { .. }) if make => {
            Ok(ReceiptKey::create(&path, ledger.origin(), &SystemEntropy)?)
        }
        read => Ok(read?),
    }
}
