//! `redress mail`: letters out by e-mail, and e-mail in.

mod take_in;

use std::sync::Arc;

use event_log::{Clock, clock::SystemClock};
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::letter::{order_of, say_the_language, say_what_is_unsure};
use crate::{
    arguments::{MailCommand, MailRetry, MailSend, MailStatus},
    console::Console,
    error::CommandError,
    ledger::Ledger,
    letters::{
        History, check_packs, complaint_stream, compose_letter, language_without_letters, sender,
        told_of,
    },
    mail::{
        name::letter_id,
        outbox::{LetterState, Outbox, Outgoing},
        postman::Postman,
        smtp::Server,
    },
};

/// Carries out what was asked of the outbox.
///
/// # Errors
///
/// [`CommandError`]: wrong usage, a letter that cannot be written, one that was given up, a ledger
/// that does not answer.
pub async fn run(what: &MailCommand, console: &mut Console<'_>) -> Result<(), CommandError> {
    match what {
        MailCommand::Send(args) => send(args, console).await,
        MailCommand::Retry(args) => retry(args, console).await,
        MailCommand::Status(args) => status(args, console).await,
        MailCommand::TakeIn(args) => take_in::run(args, console).await,
    }
}

async fn send(args: &MailSend, console: &mut Console<'_>) -> Result<(), CommandError> {
    let server = Arc::new(Server::of(&args.by)?);
    let mut ledger = Ledger::open(&args.letter.at, Arc::new(SystemClock))?;
    let sent = put_and_send(args, &server, &mut ledger, console).await;
    ledger.close().await;
    let (outgoing, was_known) = sent?;
    tell(&outgoing, was_known, console)
}

async fn put_and_send(
    args: &MailSend,
    server: &Arc<Server>,
    ledger: &mut Ledger,
    console: &mut Console<'_>,
) -> Result<(Outgoing, bool), CommandError> {
    check_packs(&args.letter.packs)?;
    let sender = sender(&args.letter.sender)?;
    let stream = complaint_stream(&args.letter.complaint)?;
    let history = History::read(ledger.log.as_ref(), &stream).await?;
    let order = order_of(&args.letter, &history)?;
    let tells = told_of(&history, order.kind)?.version;
    let outbox = Outbox::open(&ledger.places.data)?;
    let id = |repeat| letter_id(&stream, order.kind, tells, repeat);
    let is_known = |letter: Uuid| -> Result<bool, CommandError> {
        Ok(history.has_seen(letter) || outbox.letter(letter)?.is_some())
    };
    let mut repeat = 0;
    while args.again && is_known(id(repeat))? {
        repeat += 1;
    }
    let letter = id(repeat);
    let outgoing = Outgoing {
        letter,
        complaint: stream.clone(),
        kind: order.kind,
        tells,
        locale: order.locale,
        packs: order.packs.clone(),
        dated: order.dated,
        state: LetterState::Waiting,
        attempts: 0,
        next_attempt: None,
        last_error: None,
        last_code: None,
        unsure: false,
        queued: SystemClock.now(),
    };
    // Who names a language has chosen.
    let without_letters =
        language_without_letters(&history).filter(|_| args.letter.locale.is_none());
    // Composed once before it is put anywhere, so that who asks hears at once what is missing.
    let (vault, of) = (ledger.vault()?, sender.clone());
    let composed =
        tokio::task::spawn_blocking(move || compose_letter(&history, &vault, &of, &order));
    let composed = composed.await.map_err(CommandError::failed("compose the letter"))??;
    say_what_is_unsure(&outgoing.packs, &composed.letter, console);
    say_the_language(without_letters.as_ref(), &composed.letter, console);
    outbox.put(&outgoing)?;
    let mut postman = Postman { ledger, outbox: &outbox, sender: &sender, server };
    let stands = outbox.letter(letter)?.map(|outgoing| outgoing.state);
    let is_settled = matches!(stands, Some(LetterState::GaveUp | LetterState::Bounced));
    let was_known = is_settled || postman.deliver(letter, SystemClock.now()).await?.0;
    Ok((outbox.letter(letter)?.unwrap_or(outgoing), was_known))
}

fn tell(
    outgoing: &Outgoing,
    was_known: bool,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    if console.json() {
        console.value(outgoing)?;
    } else {
        line(outgoing, console)?;
    }
    if was_known {
        console.say("nothing was sent: this letter was dealt with before");
    }
    if !matches!(outgoing.state, LetterState::GaveUp | LetterState::Bounced) {
        return Ok(());
    }
    let why = outgoing.last_error.map_or("unknown", |class| class.code());
    Err(CommandError::Refused {
        problem: format!("the letter {} is {}: {why}", outgoing.letter, outgoing.state),
        next: "put right what it says, then send it with --again, or write by post".to_owned(),
    })
}

async fn retry(args: &MailRetry, console: &mut Console<'_>) -> Result<(), CommandError> {
    let server = Arc::new(Server::of(&args.by)?);
    let sender = sender(&args.sender)?;
    let mut ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let round = async {
        let outbox = Outbox::open(&ledger.places.data)?;
        let now = SystemClock.now();
        let due_by = if args.all { Timestamp::MAX } else { now };
        let mut postman =
            Postman { ledger: &mut ledger, outbox: &outbox, sender: &sender, server: &server };
        postman.round(due_by, now).await
    }
    .await;
    ledger.close().await;
    let round = round?;
    if console.json() {
        return console.value(&round);
    }
    console.line(format_args!(
        "{} sent, {} known, {} waiting, {} given up",
        round.sent, round.known, round.waiting, round.given_up
    ))
}

async fn status(args: &MailStatus, console: &mut Console<'_>) -> Result<(), CommandError> {
    let ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let mut letters = 0_u64;
    let told = Outbox::open(&ledger.places.data).map_err(CommandError::from).and_then(|outbox| {
        outbox.each(args.open, |outgoing| {
            letters = letters.saturating_add(1);
            if console.json() {
                return console.line(json!(outgoing));
            }
            line(&outgoing, console)
        })
    });
    ledger.close().await;
    told?;
    if letters == 0 {
        let which = if args.open { " that needs somebody" } else { "" };
        console.say(format_args!("no letter{which} in the outbox"));
    }
    Ok(())
}

fn line(outgoing: &Outgoing, console: &mut Console<'_>) -> Result<(), CommandError> {
    let error = outgoing.last_error.map_or("-", |class| class.code());
    let code = outgoing.last_code.map(|code| format!(" {code}")).unwrap_or_default();
    let next = outgoing.next_attempt.map(|at| format!("  next {at:.0}")).unwrap_or_default();
    let unsure = if outgoing.unsure { "  perhaps delivered more than once" } else { "" };
    console.line(format_args!(
        "{}  {}  {:<18}  {:<8}  {} attempts  {error}{code}{next}{unsure}",
        outgoing.letter, outgoing.complaint, outgoing.kind, outgoing.state, outgoing.attempts
    ))
}
