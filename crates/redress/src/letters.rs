//! Letters from a ledger: facts from the records, personal texts from the vault, at the moment of composing.
//!
//! Nothing that is opened here is written anywhere. A letter goes to standard output, into the file
//! that was asked for, or to the mail server, and is forgotten.
//!
//! - [`history`]: one complaint's records, and the personal texts they seal
//! - [`LetterOrder`]: which letter, in which language, by whose rules
//! - [`compose_letter`]: the letter

pub mod history;
mod recourse;
mod summary;

use std::{cell::RefCell, collections::BTreeSet, fmt, fs, path::Path};

use complaint_domain::{
    LedgerEvent,
    complaint::{Answer, ComplaintEvent, Party, Response, ResponseKind},
    label::Label,
    sealed::PersonalField,
};
use complaint_letters::{
    ComposeError, Letter, LetterFacts, LetterKind, LetterLocale, OfferedRemedy, Sender, Wording,
    compose,
};
use event_log::{StreamId, StreamVersion};
use jiff::{Timestamp, civil::Date};
use personal_vault::Vault;

use crate::error::CommandError;
pub use history::{History, Opened};
use recourse::{day_of_response, recourse_is_right};

/// Which letter is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterOrder {
    /// Its kind.
    pub kind: LetterKind,
    /// Its language.
    pub locale: LetterLocale,
    /// The rule packs that say what it must say.
    pub packs: Vec<String>,
    /// The day it bears.
    pub dated: Date,
}

/// A letter, and whom it goes to by e-mail. Its `Debug` shows sizes only.
pub struct Composed {
    /// The letter.
    pub letter: Letter,
    /// How the complainant can be reached, as they said it, if they said it.
    pub contact: Option<Opened>,
    /// The personal fields that are in it: recorded before it is handed to anybody.
    pub opened: BTreeSet<PersonalField>,
}

impl fmt::Debug for Composed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Composed").field("letter", &self.letter).finish_non_exhaustive()
    }
}

/// Reads who writes: a JSON file with `company`, `address`, `contact` and `signatory`.
///
/// # Errors
///
/// [`CommandError`]: no such file, or something else in it.
pub fn sender(path: &Path) -> Result<Sender, CommandError> {
    let bytes = fs::read(path).map_err(CommandError::file("read", path))?;
    serde_json::from_slice(&bytes).map_err(|error| CommandError::Usage {
        problem: format!("expected the sender of letters in {}: {error}", path.display()),
        next: r#"write {"company": "…", "address": ["…"], "contact": "…", "signatory": "…"}"#
            .to_owned(),
    })
}

/// Checks that statements can be looked up for these rule packs.
///
/// # Errors
///
/// [`CommandError`]: there is no such pack.
pub fn check_packs(packs: &[String]) -> Result<(), CommandError> {
    let known: Vec<_> = complaint_domain::clock::shipped::pack_codes().collect();
    match packs.iter().find(|pack| !known.contains(&pack.as_str())) {
        None => Ok(()),
        Some(pack) => Err(CommandError::Usage {
            problem: format!("expected a rule pack ({}), found `{pack}`", known.join(", ")),
            next: "see what there is with `redress clock packs`".to_owned(),
        }),
    }
}

/// Writes a letter from what is recorded.
///
/// # Errors
///
/// [`CommandError`]: what the letter tells of has not happened, a rule demands a fact that is not
/// there, the vault does not answer.
pub fn compose_letter(
    history: &History,
    vault: &Vault,
    sender: &Sender,
    order: &LetterOrder,
) -> Result<Composed, CommandError> {
    let told = told_of(history, order.kind)?;
    if let Some(response) = told.response {
        recourse_is_right(history, told.version, response, (order.kind, &order.packs))?;
    }
    if order.kind == LetterKind::SummaryResolution {
        summary::was_in_time(history, &order.packs)?;
    }
    let opened = RefCell::new(BTreeSet::new());
    let note = |field, text: Option<Opened>| text.inspect(|_| opened.borrow_mut().extend([field]));
    let open = |field| history.open_last(vault, field).map(|text| note(field, text));
    let name = open(PersonalField::ComplainantName)?;
    let address = open(PersonalField::Address)?;
    let text = match told.text {
        Some(field) => note(field, history.open_at(vault, told.version, field)?),
        None => None,
    };
    let remedies = told.response.map(|response| offered(history, response)).unwrap_or_default();
    let facts = LetterFacts {
        complaint: history.stream().as_str(),
        sender,
        addressee: name.as_ref().map(Opened::text),
        address: address.as_ref().map(Opened::text),
        date: order.dated,
        received_on: history.received_on(),
        due_on: history.answer_due_on().filter(|due| order.dated <= *due),
        text: text.as_ref().map(Opened::text),
        response: told.response,
        remedies: &remedies,
    };
    let wording =
        Wording::shipped(order.locale).map_err(CommandError::failed("read the wording"))?;
    let packs: Vec<_> = order.packs.iter().map(String::as_str).collect();
    let letter =
        compose(order.kind, &packs, &wording, &facts).map_err(|error| incomplete(&error))?;
    let contact = open(PersonalField::Contact)?;
    Ok(Composed { letter, contact, opened: opened.into_inner() })
}

fn incomplete(error: &ComposeError) -> CommandError {
    CommandError::Refused {
        problem: error.to_string(),
        next: "record what is missing with `redress complaint`, then write the letter again"
            .to_owned(),
    }
}

/// The event that a letter tells of: where it stands, and which personal text goes with it.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Its place in the stream.
    pub version: StreamVersion,
    text: Option<PersonalField>,
    response: Option<&'a Response>,
}

/// The last event that a letter of this kind tells of.
///
/// # Errors
///
/// [`CommandError::Refused`] when it has not happened: a letter never runs ahead of the records.
pub fn told_of(history: &History, kind: LetterKind) -> Result<Told<'_>, CommandError> {
    let wanted = |event: &ComplaintEvent| match kind {
        LetterKind::Acknowledgement => matches!(event, ComplaintEvent::Received(_)),
        LetterKind::InformationRequest => matches!(
            event,
            ComplaintEvent::InformationRequested(request) if request.party == Party::Complainant
        ),
        LetterKind::Progress => is_response(event, ResponseKind::Interim),
        LetterKind::Holding => is_response(event, ResponseKind::Holding),
        LetterKind::SummaryResolution | LetterKind::FinalResponse => {
            is_response(event, ResponseKind::Final)
        }
        LetterKind::Closing => matches!(event, ComplaintEvent::Closed(_)),
    };
    let Some((version, event)) = history.last(wanted) else {
        return Err(CommandError::Refused {
            problem: format!(
                "expected {} in the records of {} for a letter of the kind {kind}, found none",
                happening(kind),
                history.stream()
            ),
            next: "record first what the letter is to tell, with `redress complaint`".to_owned(),
        });
    };
    still_so(history, kind, version)?;
    let (text, response) = if let ComplaintEvent::ResponseIssued(response) = event {
        (Some(PersonalField::ResponseText), Some(response))
    } else if let ComplaintEvent::InformationRequested(_) = event {
        (Some(PersonalField::Message), None)
    } else {
        (None, None)
    };
    Ok(Told { version, text, response })
}

/// Whether what happened then still stands: a letter says that somebody is satisfied, that a complaint is
/// closed, or that an answer is still to come, of today.
fn still_so(history: &History, kind: LetterKind, told: StreamVersion) -> Result<(), CommandError> {
    let since = |wanted: fn(&ComplaintEvent) -> bool| {
        history.last(wanted).filter(|(version, _)| *version > told).map(|(_, event)| event)
    };
    let (expected, found) = match kind {
        LetterKind::SummaryResolution => {
            let answer = since(|event| matches!(event, ComplaintEvent::AnswerRecorded(_)));
            let found = match answer {
                Some(ComplaintEvent::AnswerRecorded(given)) if given.answer == Answer::Accepted => {
                    return Ok(());
                }
                Some(ComplaintEvent::AnswerRecorded(given)) => given.answer.to_string(),
                Some(_) | None => "no answer".to_owned(),
            };
            ("that the complainant has accepted the final response", found)
        }
        LetterKind::Closing => {
            if since(|event| matches!(event, ComplaintEvent::Reopened(_))).is_none() {
                return Ok(());
            }
            ("a complaint that is closed", "that it was reopened".to_owned())
        }
        LetterKind::Progress | LetterKind::Holding => {
            if since(|event| is_response(event, ResponseKind::Final)).is_none() {
                return Ok(());
            }
            ("an answer that is still to come", "a final response since".to_owned())
        }
        LetterKind::Acknowledgement
        | LetterKind::InformationRequest
        | LetterKind::FinalResponse => return Ok(()),
    };
    Err(CommandError::Refused {
        problem: format!(
            "expected {expected} in the records of {} for a letter of the kind {kind}, found {found}",
            history.stream()
        ),
        next: "write a letter that tells what is so, such as `final-response`, or record first what the \
               letter is to tell"
            .to_owned(),
    })
}

/// What a platform reports was told by the platform, and is not ours to tell again.
fn is_response(event: &ComplaintEvent, kind: ResponseKind) -> bool {
    matches!(
        event,
        ComplaintEvent::ResponseIssued(response)
            if response.kind == kind && response.platform.is_none()
    )
}

const fn happening(kind: LetterKind) -> &'static str {
    match kind {
        LetterKind::Acknowledgement => "a receipt",
        LetterKind::InformationRequest => "a request for information to the complainant",
        LetterKind::Progress => "an interim response",
        LetterKind::Holding => "a holding response",
        LetterKind::SummaryResolution | LetterKind::FinalResponse => "a final response",
        LetterKind::Closing => "a closing",
    }
}

/// The remedies of a response, as they were proposed.
fn offered(history: &History, response: &Response) -> Vec<OfferedRemedy> {
    let proposals = history.events().filter_map(|event| {
        let ComplaintEvent::RemedyProposed(proposed) = event else { return None };
        Some(&proposed.proposal)
    });
    proposals
        .filter(|proposal| response.remedies.contains(&proposal.remedy))
        .map(|proposal| OfferedRemedy { kind: proposal.kind, amount: proposal.amount })
        .collect()
}

/// The day that a letter bears: of one that carries a response the day of the response, from which rules
/// count ("six months of the date of this letter"), so that a copy made later says the same; of any
/// other letter today. It is the local day of the clock that counts from the response, else of the packs that
/// held, as the days are by which a letter is judged.
///
/// # Errors
///
/// [`CommandError`]: a pack of the letter cannot be applied.
pub fn dated(
    history: &History,
    (kind, packs): (LetterKind, &[String]),
    now: Timestamp,
) -> Result<Date, CommandError> {
    let rulebook = history.time_limits();
    let told = told_of(history, kind).ok();
    let carried = told.and_then(|told| Some((told.response?, history.occurred_at(told.version)?)));
    let Some((response, at)) = carried else { return Ok(rulebook.local_day(now, now)) };
    match &response.recourse {
        Some(recourse) => day_of_response(history, (at, recourse.until), packs),
        None => Ok(rulebook.local_day(at, at)),
    }
}

/// The language in which to write to a complainant when nobody says otherwise: theirs.
pub fn language_of(history: &History) -> LetterLocale {
    recorded_language(history).map_or(LetterLocale::En, |tag| LetterLocale::nearest(tag.as_str()))
}

/// The language that the complainant writes, where there are no letters in it: whoever sends one in another is to
/// know.
pub fn language_without_letters(history: &History) -> Option<Label> {
    recorded_language(history).filter(|tag| !LetterLocale::is_of(tag.as_str())).cloned()
}

fn recorded_language(history: &History) -> Option<&Label> {
    history.events().next().and_then(|event| {
        let ComplaintEvent::Received(receipt) = event else { return None };
        receipt.language.as_ref()
    })
}

/// Reads a complaint's stream by the name that was given on the command line.
///
/// # Errors
///
/// [`CommandError`]: no name of a complaint.
pub fn complaint_stream(name: &str) -> Result<StreamId, CommandError> {
    let usage = |problem: String| CommandError::Usage {
        problem,
        next: "a complaint's whole name stands in `redress complaint list`".to_owned(),
    };
    name.parse::<complaint_domain::reference::ComplaintId>()
        .map_err(|error| usage(error.to_string()))?;
    name.parse().map_err(|error| usage(format!("{error}")))
}

/// The event of a complaint, if the ledger's event is one.
fn of_complaint(event: LedgerEvent) -> Option<ComplaintEvent> {
    let LedgerEvent::Complaint(event) = event else { return None };
    Some(event)
}
