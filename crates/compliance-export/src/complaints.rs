//! One row for each complaint, folded from its stream up to the cut-off.
//!
//! Memory holds one complaint at a time: whoever walks the log reads each complaint's stream when
//! they meet its receipt. Corrections are applied; the entry they correct stays in the events.

use std::collections::{BTreeMap, BTreeSet};

use complaint_codec::Record;
use complaint_domain::{
    LedgerEvent,
    complaint::{
        AnswerGiven, Assessment, CloseReason, ComplaintEvent, CorrectedFact, Direction, Matter,
        Party, Purpose, Receipt, RemedyFulfilment, RemedyResult, Response, ResponseKind, RootCause,
        Source, WithdrawalReason,
    },
    right::Right,
};
use event_log::Position;
use jiff::Timestamp;

use crate::column::Cell;

mod columns;

pub use columns::COLUMNS;

/// How a complaint ended.
#[derive(Debug, Clone, Copy)]
enum Ending {
    Closed(CloseReason),
    Withdrawn(WithdrawalReason),
}

/// A complaint as far as it has been read.
#[derive(Debug)]
pub struct ComplaintRow {
    stream: String,
    first_position: Position,
    last_position: Position,
    events: u64,
    receipt: Receipt,
    received_at: Timestamp,
    recorded_at: Timestamp,
    matter: Option<Matter>,
    rights: BTreeSet<Right>,
    assessment: Option<Assessment>,
    handler: Option<String>,
    acknowledged_at: Option<Timestamp>,
    forwarded_at: Option<Timestamp>,
    response: Option<(Timestamp, Response)>,
    final_response_at: Option<Timestamp>,
    answer: Option<(Timestamp, AnswerGiven)>,
    remedies_proposed: u64,
    remedies_carried_out: u64,
    remedies_declined: u64,
    paid: BTreeMap<String, Vec<String>>,
    root_cause: Option<RootCause>,
    ending: Option<(Timestamp, Ending)>,
    reopened: u64,
    corrections: u64,
    sealed: BTreeSet<String>,
}

impl ComplaintRow {
    /// Begins with a complaint's receipt; `None` for any other record.
    pub fn begin(position: Position, record: &Record) -> Option<Self> {
        let LedgerEvent::Complaint(ComplaintEvent::Received(receipt)) = &record.event else {
            return None;
        };
        let mut row = Self {
            stream: record.stream.to_string(),
            first_position: position,
            last_position: position,
            events: 0,
            receipt: receipt.clone(),
            received_at: record.occurred_at,
            recorded_at: record.recorded_at,
            matter: receipt.matter.clone(),
            rights: BTreeSet::new(),
            assessment: None,
            handler: None,
            acknowledged_at: None,
            forwarded_at: None,
            response: None,
            final_response_at: None,
            answer: None,
            remedies_proposed: 0,
            remedies_carried_out: 0,
            remedies_declined: 0,
            paid: BTreeMap::new(),
            root_cause: None,
            ending: None,
            reopened: 0,
            corrections: 0,
            sealed: BTreeSet::new(),
        };
        row.count(position, record);
        Some(row)
    }

    /// Goes on with the next record of its stream.
    pub fn add(&mut self, position: Position, record: &Record) {
        use ComplaintEvent as E;
        self.count(position, record);
        let LedgerEvent::Complaint(event) = &record.event else { return };
        let at = record.occurred_at;
        match event {
            E::Received(_)
            | E::RemedyApproved(_)
            | E::InformationRequested(_)
            | E::EvidenceAdded(_)
            | E::RepresentativeAuthorised(_)
            | E::VulnerabilityFlagged(_)
            | E::ClockPaused(_)
            | E::ClockResumed(_)
            | E::DeadlineExtended(_)
            | E::ClockWarned(_)
            | E::ClockMissed(_)
            | E::DuplicateLinked(_)
            | E::DuplicateUnlinked(_)
            | E::Transferred(_)
            | E::Escalated(_)
            | E::EscalationWithdrawn(_)
            | E::RecusalWithdrawn(_)
            | E::OutcomeProposed(_)
            | E::ReviewConcluded(_)
            | E::ReferredExternally(_)
            | E::ExternalDecisionRecorded(_)
            | E::SuspectedViolationReported(_)
            | E::SurveyRequested(_)
            | E::SurveyAnswered(_)
            | E::StepTaken(_) => {}
            E::Acknowledged(_) => self.acknowledged_at = Some(at),
            E::Assessed(assessment) => self.assessment = Some(assessment.clone()),
            E::Classified(classification) => {
                self.matter = Some(classification.matter.clone());
                self.rights.clone_from(&classification.rights);
            }
            E::Assigned(assignment) => self.handler = Some(assignment.handler.to_string()),
            E::Reassigned(reassignment) => self.handler = Some(reassignment.handler.to_string()),
            E::CommunicationRecorded(message) => {
                let is_forwarding = message.direction == Direction::Outgoing
                    && message.party == Party::Respondent
                    && message.purpose == Purpose::Forwarding;
                if is_forwarding && self.forwarded_at.is_none() {
                    self.forwarded_at = Some(at);
                }
            }
            E::RemedyProposed(_) => {
                self.remedies_proposed = self.remedies_proposed.saturating_add(1);
            }
            E::ResponseIssued(response) => {
                if response.kind == ResponseKind::Final {
                    self.final_response_at = Some(at);
                    self.answer = None;
                }
                self.response = Some((at, response.clone()));
            }
            E::AnswerRecorded(answer) => self.answer = Some((at, answer.clone())),
            E::RemedyFulfilled(fulfilment) => self.fulfilled(fulfilment),
            E::RootCauseIdentified(cause) => self.root_cause = Some(cause.clone()),
            E::Closed(closure) => self.ending = Some((at, Ending::Closed(closure.reason))),
            E::Withdrawn(it) => self.ending = Some((at, Ending::Withdrawn(it.reason))),
            E::Reopened(_) => {
                self.reopened = self.reopened.saturating_add(1);
                self.ending = None;
                self.answer = None;
            }
            E::Corrected(correction) => self.correct(&correction.fact),
            E::Recused(_) => self.handler = None,
        }
    }

    fn count(&mut self, position: Position, record: &Record) {
        self.last_position = position;
        self.events = self.events.saturating_add(1);
        self.sealed.extend(record.sealed.iter().map(|sealed| sealed.field.to_string()));
    }

    fn fulfilled(&mut self, fulfilment: &RemedyFulfilment) {
        let counter = match fulfilment.result {
            RemedyResult::CarriedOut => &mut self.remedies_carried_out,
            RemedyResult::Declined => &mut self.remedies_declined,
        };
        *counter = counter.saturating_add(1);
        if let Some(money) = fulfilment.paid {
            let amounts = self.paid.entry(money.currency.code().to_owned()).or_default();
            amounts.push(money.amount.to_string());
        }
    }

    fn correct(&mut self, fact: &CorrectedFact) {
        self.corrections = self.corrections.saturating_add(1);
        match fact {
            CorrectedFact::ReceivedAt { received_at } => self.received_at = *received_at,
            CorrectedFact::Channel { channel } => self.receipt.channel = *channel,
            CorrectedFact::Matter { matter } => self.matter = Some(matter.clone()),
            CorrectedFact::Respondent { respondent } => {
                self.receipt.respondent = Some(respondent.clone());
            }
            CorrectedFact::Personal => {}
        }
    }

    /// Its cells, in the order of [`COLUMNS`].
    pub fn cells(&self) -> Vec<Cell> {
        let mut cells = self.intake();
        cells.extend(self.handling());
        cells.extend(self.ending());
        cells
    }

    fn intake(&self) -> Vec<Cell> {
        let (source, scheme, reference) = match &self.receipt.source {
            Source::Direct => ("direct", None, None),
            Source::Imported { scheme, reference } => ("imported", Some(scheme), Some(reference)),
        };
        let matter = self.matter.as_ref();
        vec![
            Cell::Text(self.stream.clone()),
            Cell::Integer(self.first_position.0),
            Cell::Integer(self.last_position.0),
            Cell::Integer(self.events),
            Cell::Text(source.to_owned()),
            Cell::text(scheme),
            Cell::text(reference),
            Cell::Time(self.received_at),
            Cell::Time(self.recorded_at),
            Cell::Text(self.receipt.channel.to_string()),
            Cell::text(self.receipt.respondent.as_ref()),
            Cell::text(self.receipt.region.as_ref()),
            Cell::text(self.receipt.language.as_ref()),
            Cell::list(&self.receipt.tags),
            Cell::list(&self.receipt.remedies_requested),
            Cell::text(matter.map(|matter| &matter.taxonomy)),
            Cell::text(matter.map(|matter| &matter.product)),
            Cell::text(matter.and_then(|matter| matter.sub_product.as_ref())),
            Cell::text(matter.and_then(|matter| matter.issue.as_ref())),
            Cell::text(matter.and_then(|matter| matter.sub_issue.as_ref())),
            Cell::list(&self.rights),
        ]
    }

    fn handling(&self) -> Vec<Cell> {
        let assessment = self.assessment.as_ref();
        let response = self.response.as_ref();
        let said = response.map(|(_, response)| response);
        let platform = said.and_then(|response| response.platform.as_ref());
        vec![
            Cell::time(self.acknowledged_at),
            Cell::text(assessment.map(|it| it.severity)),
            Cell::boolean(assessment.map(|it| it.safety)),
            Cell::text(assessment.map(|it| it.complexity)),
            Cell::text(assessment.map(|it| it.impact)),
            Cell::boolean(assessment.map(|it| it.immediate_action)),
            Cell::text(self.handler.as_ref()),
            Cell::time(self.forwarded_at),
            Cell::text(said.map(|response| response.kind)),
            Cell::time(response.map(|(at, _)| *at)),
            Cell::time(self.final_response_at),
            Cell::text(said.and_then(|response| response.outcome)),
            Cell::text(platform.map(|it| it.category)),
            Cell::boolean(platform.and_then(|it| it.timely)),
            Cell::text(platform.and_then(|it| it.public_response.as_ref())),
            Cell::text(self.answer.as_ref().map(|(_, given)| given.answer)),
            Cell::time(self.answer.as_ref().map(|(at, _)| *at)),
        ]
    }

    fn ending(&self) -> Vec<Cell> {
        let (status, reason) = match &self.ending {
            None => ("open", None),
            Some((_, Ending::Closed(reason))) => ("closed", Some(reason.to_string())),
            Some((_, Ending::Withdrawn(reason))) => ("withdrawn", Some(reason.to_string())),
        };
        let cause = self.root_cause.as_ref().map(|cause| match cause {
            RootCause::Found { code } => code.to_string(),
            RootCause::NoneFound => "none-found".to_owned(),
        });
        let paid = self.paid.iter().flat_map(|(currency, amounts)| {
            amounts.iter().map(move |amount| format!("{currency} {amount}"))
        });
        vec![
            Cell::Integer(self.remedies_proposed),
            Cell::Integer(self.remedies_carried_out),
            Cell::Integer(self.remedies_declined),
            Cell::list(paid),
            Cell::text(cause),
            Cell::Text(status.to_owned()),
            Cell::time(self.ending.as_ref().map(|(at, _)| *at)),
            Cell::text(reason),
            Cell::Integer(self.reopened),
            Cell::Integer(self.corrections),
            Cell::list(&self.sealed),
        ]
    }
}
