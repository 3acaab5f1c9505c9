//! `redress anchor`: trusted times by RFC 3161, fetched, taken in and shown.

use std::{sync::Arc, time::Duration};

use event_log::clock::SystemClock;
use evidence_check::Kind;
use merkle_log::SignedNote;
use personal_vault::{Entropy, SystemEntropy};
use serde_json::json;
use time_anchor::{
    Request,
    request::{ANSWER_TYPE, REQUEST_TYPE},
    token::TOKEN_BYTES_MAX,
};
use ureq::Agent;

use crate::{
    anchors::{Kept, authorities, keep, read},
    arguments::{AnchorAsk, AnchorCommand, AnchorImport, AnchorRequest},
    commands::verify::against::read_note,
    console::Console,
    error::CommandError,
    evidence::{Issuer, Readers, put_for},
    ledger::Ledger,
    lending::resolved,
    outputs::{Output, may_write},
};

mod list;

/// An authority that takes longer is given up.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Does what is asked for.
///
/// # Errors
///
/// [`CommandError`]: nothing was signed yet, an authority that cannot be reached or is not trusted, a stamp
/// that does not hold.
pub async fn run(what: &AnchorCommand, console: &mut Console<'_>) -> Result<(), CommandError> {
    let at = match what {
        AnchorCommand::Request(AnchorRequest { of, .. })
        | AnchorCommand::Ask(AnchorAsk { of, .. }) => &of.at,
        AnchorCommand::Import(args) => &args.at,
        AnchorCommand::List(args) => &args.at,
    };
    let mut ledger = Ledger::open(at, Arc::new(SystemClock))?;
    let done = match what {
        AnchorCommand::Request(args) => request(&mut ledger, args, console).await,
        AnchorCommand::Import(args) => import(&mut ledger, args, console).await,
        AnchorCommand::Ask(args) => ask(&mut ledger, args, console).await,
        AnchorCommand::List(args) => list::run(&ledger, args, console).await,
    };
    ledger.close().await;
    done
}

/// A request over a checkpoint, with a nonce drawn at random.
fn request_over(note: &SignedNote, policy: Option<&str>) -> Result<Request, CommandError> {
    let mut nonce = [0; 8];
    SystemEntropy.fill(&mut nonce);
    let policy = policy.map(str::parse).transpose().map_err(|_| CommandError::Usage {
        problem: "expected a policy such as 1.2.3.4.1".to_owned(),
        next: "the authority publishes the policies it stamps under".to_owned(),
    })?;
    let request = Request::new(note.to_string().as_bytes(), u64::from_be_bytes(nonce));
    Ok(Request { policy, ..request })
}

async fn request(
    ledger: &mut Ledger,
    args: &AnchorRequest,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let issuer = Issuer::new(ledger, &args.of)?;
    let covered = issuer.covered().await?;
    let request = request_over(issuer.note(), args.tsa_policy.as_deref())?;
    let checkpoint = args.out.with_extension("checkpoint");
    may_write(Output::Evidence(Kind::Checkpoint), &checkpoint)?;
    may_write(Output::TimeStampRequest, &args.out)?;
    put_for(Readers::Anybody, &checkpoint, issuer.note().to_string().as_bytes())?;
    put_for(Readers::Anybody, &args.out, &request.to_der())?;
    if console.json() {
        return console.value(&json!({
            "request": args.out, "checkpoint": checkpoint, "size": covered,
        }));
    }
    console.line(format_args!(
        "request for a time stamp over {covered} records: {} (keep {} with it)",
        args.out.display(),
        checkpoint.display()
    ))?;
    console.say("its answer is taken in with `redress anchor import`");
    Ok(())
}

async fn import(
    ledger: &mut Ledger,
    args: &AnchorImport,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let trusted = authorities(&args.trusted.trust, args.trusted.tsa_policy.as_deref())?;
    let answer = resolved(&args.answer);
    let request_at = args.request.clone().unwrap_or_else(|| answer.with_extension("tsq"));
    let note_at =
        args.checkpoint.clone().unwrap_or_else(|| request_at.with_extension("checkpoint"));
    let request = Request::parse(&read(&request_at)?).map_err(|error| CommandError::Refused {
        problem: format!("{}: {error}", request_at.display()),
        next: "name the request that `redress anchor request` wrote".to_owned(),
    })?;
    let note = read_note(&note_at)?;
    let kept = keep(ledger, &note, &request, &read(&answer)?, &trusted).await?;
    tell(&[kept], console)
}

async fn ask(
    ledger: &mut Ledger,
    args: &AnchorAsk,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let trusted = authorities(&args.trusted.trust, args.trusted.tsa_policy.as_deref())?;
    let note = Issuer::new(ledger, &args.of)?.note().clone();
    let mut kept = Vec::new();
    let mut failed = None;
    for url in &args.tsa {
        let request = request_over(&note, args.trusted.tsa_policy.as_deref())?;
        let (to, question) = (url.clone(), request.to_der());
        let answer = tokio::task::spawn_blocking(move || post(&to, &question)).await;
        let answer = answer.map_err(CommandError::failed("ask the authority"))?;
        let stamped = match answer {
            Ok(answer) => keep(ledger, &note, &request, &answer, &trusted).await,
            Err(error) => Err(error),
        };
        match stamped {
            Ok(anchor) => kept.push(anchor),
            // The others are asked all the same: one trusted time is better than none.
            Err(error) => {
                console.say(format_args!("{url}: {error}"));
                failed = Some(error);
            }
        }
    }
    tell(&kept, console)?;
    failed.map_or(Ok(()), Err)
}

/// Sends a request as RFC 3161, section 3.4 has it, and gives what is answered. Blocks.
fn post(url: &str, request: &[u8]) -> Result<Vec<u8>, CommandError> {
    let unreachable = |reason: String| CommandError::Refused {
        problem: format!("expected a time stamp from {url}: {reason}"),
        next: "try again later, or carry the request there: `redress anchor request`".to_owned(),
    };
    let config = Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .http_status_as_error(false)
        .max_redirects(0)
        .build();
    let sent =
        Agent::from(config).post(url).content_type(REQUEST_TYPE).header("Accept", ANSWER_TYPE);
    let mut answer = sent.send(request).map_err(|error| unreachable(error.to_string()))?;
    if answer.status().as_u16() != 200 {
        return Err(unreachable(format!("it answered with status {}", answer.status().as_u16())));
    }
    let body = answer.body_mut().with_config().limit(TOKEN_BYTES_MAX as u64).read_to_vec();
    body.map_err(|error| unreachable(error.to_string()))
}

fn tell(kept: &[Kept], console: &mut Console<'_>) -> Result<(), CommandError> {
    if console.json() {
        return console.value(&kept);
    }
    for Kept { position, size, stamped_at, authority, is_new } in kept {
        let what = if *is_new { "recorded" } else { "was recorded before" };
        console.line(format_args!(
            "{what} at position {position}: {size} records existed at {stamped_at}, says {authority}"
        ))?;
    }
    Ok(())
}
