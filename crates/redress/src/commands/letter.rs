//! `redress letter`: a letter from what is recorded, printed or as PDF.

use std::sync::Arc;

use complaint_domain::{access::AccessPurpose, actor::Actor, clock::shipped, label::Label};
use complaint_letters::{Letter, StatementStatus, pdf, statements};
use event_log::{Clock, clock::SystemClock};
use serde_json::json;

use crate::{
    arguments::{LetterArgs, LetterCommand},
    commands::complaint::new_command_id,
    console::Console,
    error::CommandError,
    evidence::{put, record_disclosure},
    ledger::Ledger,
    letters::{
        History, LetterOrder, check_packs, complaint_stream, compose_letter, dated, language_of,
        language_without_letters, sender,
    },
    outputs::{Output, may_write},
};

/// Composes a letter and hands it out.
///
/// # Errors
///
/// [`CommandError`]: what the letter tells of is not recorded, a rule demands a fact that is not
/// there, a character that cannot be printed, a file that is there already.
pub async fn run(args: &LetterCommand, console: &mut Console<'_>) -> Result<(), CommandError> {
    // Before an opening is recorded for a letter that then goes nowhere.
    args.pdf.as_deref().map_or(Ok(()), |path| may_write(Output::Document, path))?;
    let mut ledger = Ledger::open(&args.letter.at, Arc::new(SystemClock))?;
    let letter = written(args, &mut ledger).await;
    ledger.close().await;
    let Written { letter, packs, without_letters } = letter?;
    say_what_is_unsure(&packs, &letter, console);
    say_the_language(without_letters.as_ref(), &letter, console);
    let Some(path) = &args.pdf else {
        if console.json() {
            return console.line(json!({
                "complaint": letter.complaint, "kind": letter.kind, "locale": letter.locale,
                "subject": letter.subject, "stated": letter.stated, "text": letter.plain_text(),
                "language_without_letters": without_letters,
            }));
        }
        return console.raw(letter.plain_text().as_bytes());
    };
    let bytes = pdf(&letter).map_err(|error| CommandError::Refused {
        problem: error.to_string(),
        next: "print it as text, without --pdf, and set it with a font that has the character"
            .to_owned(),
    })?;
    put(path, &bytes)?;
    if console.json() {
        return console.line(json!({
            "complaint": letter.complaint, "kind": letter.kind, "locale": letter.locale,
            "stated": letter.stated, "file": path.display().to_string(), "bytes": bytes.len(),
            "language_without_letters": without_letters,
        }));
    }
    console.line(format_args!("{}: {} bytes in {}", letter.kind, bytes.len(), path.display()))
}

/// A letter, and what is to be said beside it.
struct Written {
    letter: Letter,
    packs: Vec<String>,
    /// What the complainant writes, where there are no letters in it.
    without_letters: Option<Label>,
}

async fn written(args: &LetterCommand, ledger: &mut Ledger) -> Result<Written, CommandError> {
    let by = Actor { id: args.by.actor.clone(), role: args.by.role };
    let args = &args.letter;
    check_packs(&args.packs)?;
    let sender = sender(&args.sender)?;
    let history = History::read(ledger.log.as_ref(), &complaint_stream(&args.complaint)?).await?;
    let order = order_of(args, &history)?;
    let packs = order.packs.clone();
    // Who names a language has chosen.
    let without_letters = language_without_letters(&history).filter(|_| args.locale.is_none());
    let vault = ledger.vault()?;
    let stream = history.stream().clone();
    let composed =
        tokio::task::spawn_blocking(move || compose_letter(&history, &vault, &sender, &order));
    let composed = composed.await.map_err(CommandError::failed("compose the letter"))??;
    // Recorded, durably, before anybody sees it.
    let (purpose, id) = (AccessPurpose::Letter, new_command_id());
    record_disclosure(ledger, by, stream.as_str(), composed.opened, purpose, id).await?;
    Ok(Written { letter: composed.letter, packs, without_letters })
}

/// The letter that the arguments ask for.
///
/// # Errors
///
/// [`CommandError`]: a pack of the letter cannot be applied.
pub(super) fn order_of(args: &LetterArgs, history: &History) -> Result<LetterOrder, CommandError> {
    let packs = packs_of(args, history);
    Ok(LetterOrder {
        kind: args.kind,
        locale: args.locale.unwrap_or_else(|| language_of(history)),
        dated: dated(history, (args.kind, &packs), SystemClock.now())?,
        packs,
    })
}

/// The packs that were named; else those by which the complaint's clocks started, as far as there is
/// anything that they make a letter say.
fn packs_of(args: &LetterArgs, history: &History) -> Vec<String> {
    if !args.packs.is_empty() {
        return args.packs.clone();
    }
    let adopted = history.adopted_packs().iter();
    let known: Vec<_> = shipped::pack_codes().collect();
    adopted.filter(|pack| known.contains(&pack.as_str())).cloned().collect()
}

/// Says that a letter is not in the language its reader writes.
pub(super) fn say_the_language(
    without_letters: Option<&Label>,
    letter: &Letter,
    console: &mut Console<'_>,
) {
    if let Some(language) = without_letters {
        console.say(format_args!(
            "the complainant writes `{language}`, in which there are no letters: this one is in `{}`; have it \
             translated before it goes out",
            letter.locale
        ));
    }
}

/// Says which statements nobody has read in the rule itself.
pub(super) fn say_what_is_unsure(packs: &[String], letter: &Letter, console: &mut Console<'_>) {
    let packs: Vec<_> = packs.iter().map(String::as_str).collect();
    for statement in statements(&packs, letter.kind) {
        if statement.status == StatementStatus::Unverified {
            let (code, citation) = (&statement.code, &statement.citation);
            console.say(format_args!(
                "unverified: `{code}`; have {citation} read before relying on it"
            ));
        }
    }
}
