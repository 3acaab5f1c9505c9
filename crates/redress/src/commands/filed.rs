//! Commands that bring nothing personal: `redress staff`, `redress review` and their like.

pub(super) mod look;

use std::{io::Read, sync::Arc};

use complaint_domain::aggregate::Aggregate;
use complaint_service::{Appended, HandleError, UnsealedRequest};
use event_log::{StreamId, clock::SystemClock};
use serde_json::json;

use crate::{
    arguments::{FiledLine, Sent},
    casework::{Figures, Filed, Input, Listed},
    commands::{
        complaint::new_command_id,
        report::{recounted, unnoted},
    },
    console::Console,
    error::CommandError,
    ledger::Ledger,
};

/// Carries out what was asked of a noun whose things can be shown and listed.
///
/// # Errors
///
/// [`CommandError`]: a refusal with its reason, wrong usage, a ledger that does not answer.
pub async fn line<N: Listed>(
    line: &FiledLine<N>,
    stdin: &mut (dyn Read + Send),
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    match line {
        FiledLine::Show(args) => look::show::<N>(args, console).await,
        FiledLine::List(args) => look::list::<N>(args, console).await,
        FiledLine::Send(sent) => run(sent, stdin, console).await,
    }
}

/// Sends one command.
///
/// # Errors
///
/// [`CommandError`]: a refusal with its reason, wrong usage, a ledger that does not answer.
pub async fn run<N: Filed>(
    sent: &Sent<N>,
    stdin: &mut (dyn Read + Send),
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let Sent { verb, args, .. } = sent;
    let noun = N::NAME;
    let usage = |problem: String| CommandError::Usage {
        problem,
        next: format!("see `redress {noun} {verb} --help`"),
    };
    let input = Input::of(args, stdin)?;
    if !input.personal.is_empty() {
        return Err(usage(format!(
            "expected nothing personal in a command about {noun}, found it"
        )));
    }
    let figures = N::figures(verb, &input.body).map_err(usage)?;
    let body = N::complete_with(verb, input.body, figures.as_ref()).map_err(usage)?;
    let command = N::command(verb, body).map_err(|error| usage(error.to_string()))?;
    let stream = args.stream.as_deref().map(N::stream).transpose().map_err(usage)?;
    let command_id = args.command_id.unwrap_or_else(new_command_id);
    let named = stream.clone();
    let request = UnsealedRequest {
        command_id,
        stream,
        actor: args.by.actor(),
        occurred_at: args.occurred_at,
        command,
    };
    let ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let answered = carried_out::<N>(
        &ledger,
        &request,
        figures.as_ref().map(|figures| (verb.as_str(), figures)),
        console,
    )
    .await;
    ledger.close().await;
    let answered = answered?;
    let Appended { stream, position, events, repeated } = match answered {
        Ok(appended) => appended,
        Err(error) => return Err(refused(error, (noun, verb), named.as_ref(), console)?),
    };
    if console.json() {
        return console.line(json!({
            noun: stream.as_str(), "position": position.0, "events": events,
            "command_id": command_id, "repeated": repeated,
        }));
    }
    let again = if repeated { ", done before" } else { "" };
    console.line(format_args!("{stream} {} at position {position}{again}", events.join(", ")))
}

async fn carried_out<N: Filed>(
    ledger: &Ledger,
    request: &UnsealedRequest<<N::Aggregate as Aggregate>::Command>,
    figures: Option<(&str, &Figures)>,
    console: &Console<'_>,
) -> Result<Result<Appended, HandleError>, CommandError> {
    let service = ledger.unsealed()?;
    if let Some((verb, figures)) = figures {
        recounted::hold(ledger, figures, console).await?;
        // What was endorsed is published as it is.
        if verb != "publish" {
            unnoted::hold(ledger, figures).await?;
        }
    }
    Ok(service.handle::<N::Aggregate>(request).await)
}

/// A refusal is a result too: programs get its code.
fn refused(
    error: HandleError,
    (noun, verb): (&str, &str),
    named: Option<&StreamId>,
    console: &mut Console<'_>,
) -> Result<CommandError, CommandError> {
    if let HandleError::AggregateRefused { code, rejection } = &error {
        if console.json() {
            console.line(json!({"refused": code, "reason": rejection.to_string()}))?;
        }
        return Ok(CommandError::Refused {
            problem: format!("{rejection} ({code})"),
            next: named.map_or_else(
                || {
                    "nothing was written; `redress replay --format table` shows what stands"
                        .to_owned()
                },
                |stream| {
                    format!(
                        "nothing was written; `redress replay --stream {stream}` shows what stands"
                    )
                },
            ),
        });
    }
    if let HandleError::Invalid(invalid) = &error {
        return Ok(CommandError::Usage {
            problem: invalid.to_string(),
            next: format!("nothing was written; see `redress {noun} {verb} --help`"),
        });
    }
    if matches!(error, HandleError::CommandIdReused { .. } | HandleError::Contended { .. }) {
        return Ok(CommandError::Refused {
            problem: error.to_string(),
            next: "look what stands, then decide anew".to_owned(),
        });
    }
    Ok(error.into())
}
