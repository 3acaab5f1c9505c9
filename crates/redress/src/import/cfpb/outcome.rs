//! Where a row's commands go, and what becomes of the row.

use std::sync::Arc;

use complaint_domain::{
    Fact,
    complaint::{
        Circumstances, Complaint, ComplaintRejection, ComplaintRules, People, decide, evolve,
    },
};
use complaint_service::{Clock, ComplaintService, HandleError, error::InvalidRequest};
use event_log::AppendError;
use jiff::Timestamp;

use super::{
    commands::{RowCommands, commands},
    reader::Place,
    rejects::Reject,
    row::Row,
};

/// Where rows go.
#[derive(Debug, Clone)]
pub enum Target {
    /// Into the ledger behind this service.
    Ledger(Arc<ComplaintService>),
    /// Nowhere: each row is read, checked, and held against the rules as the first thing known of
    /// its complaint. What the ledger holds already is not looked at.
    DryRun(ComplaintRules),
}

/// What became of a row.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Something in it was new to the ledger.
    Added,
    /// The ledger held all of it.
    AlreadyThere,
    /// It can be taken in; nothing was written.
    WouldFit,
    /// It was not taken in.
    Rejected(Reject),
}

impl Target {
    /// Takes in one row, all of it or nothing.
    ///
    /// # Errors
    ///
    /// [`HandleError`] when the ledger failed, which says nothing about the row.
    pub(super) async fn take(&self, row: Row, clock: &dyn Clock) -> Result<Outcome, HandleError> {
        let place = row.place;
        let RowCommands { stream, requests } = commands(row);
        match self {
            Self::Ledger(service) => match service.handle_all(&stream, requests).await {
                Ok(answers) if answers.iter().all(|answer| answer.repeated) => {
                    Ok(Outcome::AlreadyThere)
                }
                Ok(_) => Ok(Outcome::Added),
                Err(error) => refused(place, error),
            },
            Self::DryRun(rules) => {
                let answer = rehearse(&RowCommands { stream, requests }, rules, clock.now());
                Ok(match answer {
                    Ok(()) => Outcome::WouldFit,
                    Err(rejection) => Outcome::Rejected(against_rules(place, &rejection)),
                })
            }
        }
    }
}

/// Holds the commands of a row against the rules, on a complaint nothing is known of.
fn rehearse(
    row: &RowCommands,
    rules: &ComplaintRules,
    now: Timestamp,
) -> Result<(), ComplaintRejection> {
    let mut state = Complaint::default();
    for request in &row.requests {
        let occurred_at = request.occurred_at.unwrap_or(now);
        let circumstances = Circumstances {
            actor: request.actor.clone(),
            occurred_at,
            now,
            personal: request.personal.iter().map(|personal| personal.field).collect(),
            rules,
            complaint: None,
            people: People::default(),
            review: None,
            is_under_review: false,
            is_taken_up: false,
            is_other_unknown: false,
        };
        for event in decide(&state, &request.command, &circumstances)? {
            let actor = request.actor.clone();
            state = evolve(state, &Fact { event, actor, occurred_at, recorded_at: now });
        }
    }
    Ok(())
}

/// Tells what is wrong with the row from what is wrong with the ledger.
fn refused(place: Place, error: HandleError) -> Result<Outcome, HandleError> {
    let reject = match error {
        HandleError::Refused(rejection) => against_rules(place, &rejection),
        HandleError::CommandIdReused { .. } => Reject {
            place,
            column: None,
            reason: "differs-from-ledger",
            expected: "what the ledger holds under this complaint's number".to_owned(),
            found: "a row that tells it differently".to_owned(),
        },
        HandleError::Invalid(
            invalid @ (InvalidRequest::FieldBlank { .. }
            | InvalidRequest::FieldTwice { .. }
            | InvalidRequest::Count { .. }
            | InvalidRequest::Stream { .. }
            | InvalidRequest::NoStream
            | InvalidRequest::NotAComplaint { .. }
            | InvalidRequest::AnotherStream { .. }
            | InvalidRequest::StreamMissing { .. }
            | InvalidRequest::AnotherKind { .. }
            | InvalidRequest::NotAnAccount
            | InvalidRequest::TooEarly { .. }
            | InvalidRequest::Address),
        ) => said(place, "invalid", &invalid.to_string()),
        HandleError::Encode(limit) => said(place, "record-too-large", &limit.to_string()),
        HandleError::Append(AppendError::TooLarge { unit, limit, found }) => {
            said(place, "record-too-large", &format!("expected {limit} {unit}, found {found}"))
        }
        error @ HandleError::PersonalDataErased { .. } => {
            said(place, "personal-data-erased", &error.to_string())
        }
        stop @ (HandleError::AggregateRefused { .. }
        | HandleError::Contended { .. }
        | HandleError::Append(
            AppendError::Conflict { .. }
            | AppendError::Full
            | AppendError::Unavailable { .. }
            | AppendError::Poisoned { .. }
            | AppendError::Corrupt { .. },
        )
        | HandleError::Read(_)
        | HandleError::Undecodable { .. }
        | HandleError::Rules(_)
        | HandleError::Seal(_)
        | HandleError::Open(_)
        | HandleError::Store(_)) => return Err(stop),
    };
    Ok(Outcome::Rejected(reject))
}

fn against_rules(place: Place, rejection: &ComplaintRejection) -> Reject {
    said(place, rejection.code(), &rejection.to_string())
}

/// A refusal in words: "expected …, found …".
fn said(place: Place, reason: &'static str, text: &str) -> Reject {
    let (expected, found) = text.split_once(", found ").unwrap_or((text, ""));
    let expected = expected.strip_prefix("expected ").unwrap_or(expected);
    let (expected, found) = (expected.to_owned(), found.to_owned());
    Reject { place, column: None, reason, expected, found }
}
