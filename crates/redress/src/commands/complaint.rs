//! `redress complaint`: one command of the process, or one complaint as it stands.

mod read;

use std::{io::Read, path::Path, sync::Arc};

use complaint_codec::event_type;
use complaint_domain::{
    LedgerEvent, access::AccessPurpose, actor::Actor, complaint::ComplaintRejection,
};
use complaint_service::{Answered, CommandRequest, Entropy, HandleError, body::complaint_command};
use event_log::{Clock, StreamId, clock::SystemClock};
use personal_vault::SystemEntropy;
use projection::{
    Projector,
    rusqlite::{self, Connection},
};
use projector_casework::{
    CaseFile, CaseworkProjector, Whose, WorklistFilter, WorklistItem, case_file, worklist,
};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    arguments::{ComplaintCommandLine, ComplaintDuplicates, ComplaintList, ComplaintShow, Sent},
    casework::{Complaints, Input},
    commands::clock::{NextDue, next_due},
    console::Console,
    duplicates::{Likely, Sign, compared, likely},
    error::CommandError,
    evidence::record_disclosure,
    ledger::Ledger,
    letters::{History, complaint_stream},
};

/// Carries out what was asked of a complaint.
///
/// # Errors
///
/// [`CommandError`]: a refusal with its reason, wrong usage, a ledger that does not answer.
pub async fn run(
    line: &ComplaintCommandLine,
    stdin: &mut (dyn Read + Send),
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    match line {
        ComplaintCommandLine::Show(args) => show(args, console).await,
        ComplaintCommandLine::Read(args) => read::run(args, console).await,
        ComplaintCommandLine::Duplicates(args) => duplicates(args, console).await,
        ComplaintCommandLine::List(args) => list(args, console).await,
        ComplaintCommandLine::Send(sent) => send(sent, stdin, console).await,
    }
}

async fn send(
    sent: &Sent<Complaints>,
    stdin: &mut (dyn Read + Send),
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let Sent { verb, args, .. } = sent;
    let usage = |problem: String| CommandError::Usage {
        problem,
        next: format!("see `redress complaint {verb} --help`"),
    };
    let input = Input::of(args, stdin)?;
    let command = complaint_command(verb, &input.body).map_err(|error| usage(error.to_string()))?;
    let stream: Option<StreamId> = match &args.stream {
        None => None,
        Some(name) => Some(name.parse().map_err(|error| usage(format!("{error}")))?),
    };
    let command_id = args.command_id.unwrap_or_else(new_command_id);
    let request = CommandRequest {
        command_id,
        stream,
        actor: args.by.actor(),
        occurred_at: args.occurred_at,
        correlation_id: None,
        causation_id: None,
        command,
        personal: input.personal,
    };
    let named = request.stream.clone();
    let mut ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let answered = match ledger.service() {
        Ok(service) => service.handle(request).await.map_err(Failure::Handle),
        Err(error) => Err(Failure::Command(error)),
    };
    ledger.close().await;
    match answered {
        Ok(answered) => tell(&answered, command_id, console),
        Err(Failure::Command(error)) => Err(error),
        Err(Failure::Handle(error)) => Err(refused(error, verb, named, console)?),
    }
}

enum Failure {
    Command(CommandError),
    Handle(HandleError),
}

/// A new id: the time and random bits, so that the streams of new complaints sort by age.
pub(crate) fn new_command_id() -> Uuid {
    let mut random = [0; 10];
    SystemEntropy.fill(&mut random);
    let milliseconds = u64::try_from(SystemClock.now().as_millisecond()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid()
}

fn tell(
    answered: &Answered,
    command_id: Uuid,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let events: Vec<_> = answered
        .events
        .iter()
        .map(|event| event_type(&LedgerEvent::Complaint(event.clone())))
        .collect();
    if console.json() {
        return console.line(json!({
            "complaint": answered.stream.as_str(),
            "position": answered.first_position.0,
            "next_version": answered.next_version.0,
            "events": events,
            "command_id": command_id,
            "repeated": answered.repeated,
        }));
    }
    let again = if answered.repeated { ", done before" } else { "" };
    let (stream, position) = (&answered.stream, answered.first_position);
    console.line(format_args!("{stream} {} at position {position}{again}", events.join(", ")))
}

/// A refusal is a result too: programs get its code.
fn refused(
    error: HandleError,
    verb: &str,
    named: Option<StreamId>,
    console: &mut Console<'_>,
) -> Result<CommandError, CommandError> {
    if let HandleError::Refused(rejection) = &error {
        if console.json() {
            let reason = rejection.to_string();
            console.line(json!({"refused": rejection.code(), "reason": reason}))?;
        }
        // Rather a name with an error in it than a complaint that somebody forgot to register.
        if let (ComplaintRejection::NotReceived, Some(stream)) = (rejection, named) {
            return Ok(CommandError::UnknownStream { stream });
        }
        return Ok(CommandError::Refused {
            problem: format!("{rejection} ({})", rejection.code()),
            next: "nothing was written; `redress complaint show` says how it stands".to_owned(),
        });
    }
    if let HandleError::Invalid(invalid) = &error {
        return Ok(CommandError::Usage {
            problem: invalid.to_string(),
            next: format!("nothing was written; see `redress complaint {verb} --help`"),
        });
    }
    if matches!(error, HandleError::CommandIdReused { .. } | HandleError::Contended { .. }) {
        return Ok(CommandError::Refused {
            problem: error.to_string(),
            next: "look how the complaint stands, then decide anew".to_owned(),
        });
    }
    Ok(error.into())
}

async fn show(args: &ComplaintShow, console: &mut Console<'_>) -> Result<(), CommandError> {
    let stream: StreamId = args.complaint.parse().map_err(|error| CommandError::Usage {
        problem: format!("{error}"),
        next: "a complaint's whole name stands in `redress complaint list`".to_owned(),
    })?;
    let wanted = stream.clone();
    let file = of_read_model(&args.at, console, move |connection| case_file(connection, &wanted));
    let Some(file) = file.await? else { return Err(CommandError::UnknownStream { stream }) };
    if console.json() {
        return console.value(&file);
    }
    print(&file, console)
}

async fn duplicates(
    args: &ComplaintDuplicates,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let stream = complaint_stream(&args.complaint)?;
    let mut ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let history = History::read(ledger.log.as_ref(), &stream).await;
    let found = match history {
        Ok(history) => looked_for(&mut ledger, history, args).await,
        Err(error) => Err(error),
    };
    ledger.close().await;
    let found = found?;
    if console.json() {
        return console.value(&found);
    }
    for Likely { complaint, signs, is_linked } in found {
        let signs: Vec<_> = signs.into_iter().map(Sign::code).collect();
        let linked = if is_linked { "  linked" } else { "" };
        console.line(format_args!("{complaint}  {}{linked}", signs.join(", ")))?;
    }
    Ok(())
}

/// Looks for duplicates, and records that the complaint's personal texts were opened for that, before anything
/// is said of what was found.
async fn looked_for(
    ledger: &mut Ledger,
    history: History,
    args: &ComplaintDuplicates,
) -> Result<Vec<Likely>, CommandError> {
    let (stream, fields) = (history.stream().clone(), compared(&history));
    let found = likely(ledger, history).await?;
    let actor = Actor { id: args.by.actor.clone(), role: args.by.role };
    let (purpose, id) = (AccessPurpose::DuplicateSearch, new_command_id());
    record_disclosure(ledger, actor, stream.as_str(), fields, purpose, id).await?;
    Ok(found)
}

async fn list(args: &ComplaintList, console: &mut Console<'_>) -> Result<(), CommandError> {
    let filter = WorklistFilter {
        whose: args.handler.clone().map_or(Whose::Anybodys, Whose::Of),
        limit: args.limit,
        ..WorklistFilter::default()
    };
    let ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let listed = with_due(&ledger, &filter, console).await;
    ledger.close().await;
    let listed = listed?;
    if console.json() {
        return console.value(&listed);
    }
    if listed.is_empty() {
        console.say("no open complaint");
    }
    let are_all = listed.len() < args.limit.try_into().unwrap_or(usize::MAX);
    for Due { item, due } in listed {
        let (step, handler) = (item.next_step.code(), item.handler.as_deref().unwrap_or("-"));
        let product = item.product.as_deref().unwrap_or("-");
        let due = due.map_or_else(|| "nothing due".to_owned(), |next| next.in_words());
        console.line(format_args!(
            "{}  {:.0}  {step:<19}  {handler:<12}  {due:<26}  {product}",
            item.stream, item.received_at
        ))?;
    }
    if !are_all {
        console.say(format_args!(
            "these are the first {}: --limit lists more, if there are any",
            args.limit
        ));
    }
    Ok(())
}

/// A complaint of the list, and what of it is due next.
#[derive(Serialize)]
struct Due {
    #[serde(flatten)]
    item: WorklistItem,
    due: Option<NextDue>,
}

async fn with_due(
    ledger: &Ledger,
    filter: &WorklistFilter,
    console: &Console<'_>,
) -> Result<Vec<Due>, CommandError> {
    ledger.bring_read_models_up(console).await?;
    let (models, filter) = (ledger.places.read_models(), filter.clone());
    let items = asked(&models, move |connection| worklist(connection, &filter)).await?;
    let streams: Vec<_> = items.iter().map(|item| item.stream.clone()).collect();
    let due = next_due(ledger, &streams).await?;
    Ok(items.into_iter().zip(due).map(|(item, due)| Due { item, due }).collect())
}

/// Brings the read models up to the head, and asks the casework one.
async fn of_read_model<T: Send + 'static>(
    at: &crate::arguments::LedgerAt,
    console: &Console<'_>,
    ask: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
) -> Result<T, CommandError> {
    let ledger = Ledger::open(at, Arc::new(SystemClock))?;
    let result = ledger.bring_read_models_up(console).await;
    let models = ledger.places.read_models();
    ledger.close().await;
    result?;
    asked(&models, ask).await
}

async fn asked<T: Send + 'static>(
    models: &Path,
    ask: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
) -> Result<T, CommandError> {
    let path = projection::path_of(models, CaseworkProjector.name());
    let asked = tokio::task::spawn_blocking(move || {
        let connection =
            projection::open_reader(&path).map_err(CommandError::failed("read the case files"))?;
        ask(&connection).map_err(CommandError::failed("read the case files"))
    });
    asked.await.map_err(CommandError::failed("read the case files"))?
}

fn print(file: &CaseFile, console: &mut Console<'_>) -> Result<(), CommandError> {
    let none = || "-".to_owned();
    console.line(format_args!("complaint  {}", file.stream))?;
    console.line(format_args!("status     {}", file.status))?;
    console.line(format_args!("outcome    {}", file.outcome.clone().unwrap_or_else(none)))?;
    console.line(format_args!("handler    {}", file.handler.clone().unwrap_or_else(none)))?;
    for entry in &file.timeline {
        console.line(format_args!(
            "{:>4}  {:.0}  {:<38}  {:<12}  {}",
            entry.version.0, entry.occurred_at, entry.event_type, entry.actor, entry.detail
        ))?;
    }
    Ok(())
}
