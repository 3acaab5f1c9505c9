//! Events to rows.

use complaint_codec::{Record, decode};
use complaint_domain::{
    LedgerEvent,
    complaint::{
        Classification, Communication, ComplaintEvent, CorrectedFact, Correction, Direction,
        ExternalDecision, Matter, Receipt, RemedyFulfilment, RemedyProposed, Response,
        ResponseKind, RootCause, Source,
    },
    label::Label,
    money::Money,
};
use event_log::RecordedEvent;
use jiff::Timestamp;
use projection::{ProjectError, Projector, column::time_text};
use rusqlite::{Connection, OptionalExtension, ToSql, Transaction, params};
use serde::Serialize;

use crate::{NAME, detail::detail, schema};

/// Writes case files and worklist.
///
/// Like the aggregate's `evolve`, it takes every event of a log for what it is: an event that the
/// rules would not have allowed, such as one before the receipt, shows in the timeline and changes
/// no case file.
#[derive(Debug, Clone, Copy, Default)]
pub struct CaseworkProjector;

impl Projector for CaseworkProjector {
    fn name(&self) -> &'static str {
        NAME
    }

    fn schema_version(&self) -> u32 {
        schema::SCHEMA_VERSION
    }

    fn create_schema(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection.execute_batch(schema::TABLES)
    }

    fn create_indexes(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection.execute_batch(schema::INDEXES)
    }

    fn project(
        &mut self,
        transaction: &Transaction<'_>,
        event: &RecordedEvent,
    ) -> Result<(), ProjectError> {
        let record = decode(&event.bytes).map_err(ProjectError::record)?;
        match &record.event {
            LedgerEvent::Complaint(happened) => {
                let entry = Entry::new(transaction, event, &record)?;
                entry.note(happened)?;
                entry.apply(happened)?;
            }
            // The complaints of an import speak for themselves; evidence is about the ledger.
            LedgerEvent::Import(_)
            | LedgerEvent::Evidence(_)
            | LedgerEvent::Review(_)
            | LedgerEvent::Action(_)
            | LedgerEvent::Referral(_)
            | LedgerEvent::Staff(_)
            | LedgerEvent::Rulebook(_)
            | LedgerEvent::Access(_)
            | LedgerEvent::Inspection(_)
            | LedgerEvent::Subject(_)
            | LedgerEvent::Volume(_)
            | LedgerEvent::Report(_) => {}
        }
        Ok(())
    }
}

/// One event on its way into the rows of its complaint.
struct Entry<'a> {
    transaction: &'a Transaction<'a>,
    record: &'a Record,
    position: i64,
    version: i64,
    occurred_at: String,
    recorded_at: String,
}

impl<'a> Entry<'a> {
    fn new(
        transaction: &'a Transaction<'a>,
        event: &RecordedEvent,
        record: &'a Record,
    ) -> Result<Self, ProjectError> {
        let signed = |number: u64| {
            i64::try_from(number).map_err(|_| ProjectError::Unexpected {
                expected: "a position below 2^63".to_owned(),
                found: number.to_string(),
            })
        };
        Ok(Self {
            transaction,
            record,
            position: signed(event.position.0)?,
            version: signed(event.version.0)?,
            occurred_at: time_text(record.occurred_at),
            recorded_at: time_text(record.recorded_at),
        })
    }

    fn stream(&self) -> &str {
        self.record.stream.as_str()
    }

    fn execute(&self, sql: &str, values: &[&dyn ToSql]) -> rusqlite::Result<usize> {
        self.transaction.prepare_cached(sql)?.execute(values)
    }

    /// The timeline and the sealed references: the same for every event.
    fn note(&self, happened: &ComplaintEvent) -> rusqlite::Result<()> {
        let actor = &self.record.actor;
        self.execute(
            "INSERT INTO case_timeline VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                self.position,
                self.stream(),
                self.version,
                self.record.event_type,
                self.occurred_at,
                self.recorded_at,
                actor.id.0.as_str(),
                actor.role.code(),
                detail(happened),
            ],
        )?;
        for (sealed, number) in self.record.sealed.iter().zip(0_i64..) {
            self.execute(
                "INSERT INTO case_sealed VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                params![
                    self.stream(),
                    self.version,
                    number,
                    sealed.field.code(),
                    sealed.subject.to_string(),
                    sealed.key.to_string(),
                    sealed.vault.to_string(),
                    sealed.commitment.to_string(),
                    sealed.digest.to_string(),
                ],
            )?;
        }
        Ok(())
    }

    /// Sets columns of the case file; `?5` and on are the caller's, `?4` is `occurred_at`.
    fn set(&self, assignments: &str, values: &[&dyn ToSql]) -> rusqlite::Result<()> {
        let separator = if assignments.is_empty() { "" } else { ", " };
        let sql = format!(
            "UPDATE case_file SET entries = ?2, last_recorded_at = ?3, last_occurred_at = ?4\
             {separator}{assignments} WHERE stream = ?1"
        );
        let entries = self.version.saturating_add(1);
        let stream = self.stream();
        let mut all: Vec<&dyn ToSql> =
            vec![&stream, &entries, &self.recorded_at, &self.occurred_at];
        all.extend_from_slice(values);
        self.execute(&sql, &all)?;
        Ok(())
    }

    #[expect(clippy::too_many_lines, reason = "a table, one entry for each event")]
    fn apply(&self, happened: &ComplaintEvent) -> Result<(), ProjectError> {
        match happened {
            ComplaintEvent::Received(receipt) => self.received(receipt)?,
            ComplaintEvent::Acknowledged(_) => self.set("acknowledged_at = ?4", &[])?,
            ComplaintEvent::Assessed(found) => self.set(
                "assessed_at = ?4, severity = ?5, has_safety_risk = ?6, complexity = ?7, \
                 impact = ?8, needs_immediate_action = ?9",
                params![
                    found.severity.code(),
                    found.safety,
                    found.complexity.code(),
                    found.impact.code(),
                    found.immediate_action,
                ],
            )?,
            ComplaintEvent::Classified(classification) => self.classified(classification)?,
            ComplaintEvent::Assigned(assignment) => self.assigned(assignment.handler.0.as_str())?,
            ComplaintEvent::Reassigned(change) => self.assigned(change.handler.0.as_str())?,
            ComplaintEvent::CommunicationRecorded(message) => self.message(message)?,
            ComplaintEvent::RemedyProposed(proposed) => self.remedy_proposed(proposed)?,
            ComplaintEvent::RemedyApproved(approval) => {
                let by = self.record.actor.id.0.as_str();
                self.execute(
                    "UPDATE case_remedy SET approved_by = ?3, approved_at = ?4
                     WHERE stream = ?1 AND remedy = ?2",
                    params![self.stream(), approval.remedy.0, by, self.occurred_at],
                )?;
                self.set("", &[])?;
            }
            ComplaintEvent::ResponseIssued(response) => self.responded(response)?,
            ComplaintEvent::AnswerRecorded(given) => {
                self.set("answered_at = ?4, answer = ?5", params![given.answer.code()])?;
            }
            ComplaintEvent::RemedyFulfilled(fulfilment) => self.remedy_ended(fulfilment)?,
            ComplaintEvent::ExternalDecisionRecorded(decision) => self.decided_outside(decision)?,
            ComplaintEvent::RootCauseIdentified(cause) => {
                let code = match cause {
                    RootCause::Found { code } => code.as_str(),
                    RootCause::NoneFound => "none-found",
                };
                self.set("root_cause = ?5", params![code])?;
            }
            ComplaintEvent::Closed(closure) => self.set(
                "status = 'closed', closed_at = ?4, close_reason = ?5, handler = NULL",
                params![closure.reason.code()],
            )?,
            ComplaintEvent::Withdrawn(withdrawal) => self.set(
                "status = 'withdrawn', withdrawn_at = ?4, withdrawal_reason = ?5, handler = NULL",
                params![withdrawal.reason.code()],
            )?,
            ComplaintEvent::Reopened(_) => self.set(
                "status = 'open', reopened_at = ?4, reopened_version = ?5, \
                 reopenings = reopenings + 1, answer = NULL, answered_at = NULL, \
                 closed_at = NULL, close_reason = NULL, \
                 withdrawn_at = NULL, withdrawal_reason = NULL, transferred_to = NULL",
                params![self.version],
            )?,
            ComplaintEvent::Corrected(correction) => self.corrected(correction)?,
            ComplaintEvent::Recused(_) => self.set("handler = NULL", &[])?,
            ComplaintEvent::InformationRequested(_) => {
                self.set("messages_outgoing = messages_outgoing + 1", &[])?;
            }
            ComplaintEvent::VulnerabilityFlagged(found) => {
                self.set("vulnerability = ?5", params![json(&found.drivers)?])?;
            }
            ComplaintEvent::Escalated(escalation) => {
                self.set(
                    "escalated_before = escalated_at, escalation_before = escalation, \
                     escalated_at = ?4, escalation = ?5",
                    params![escalation.reason.code()],
                )?;
            }
            ComplaintEvent::EscalationWithdrawn(_) => {
                // One before is enough: each that is taken back was put before the committee since.
                self.set("escalated_at = escalated_before, escalation = escalation_before", &[])?;
            }
            ComplaintEvent::Transferred(transfer) => {
                self.set("transferred_to = ?5", params![transfer.to.as_str()])?;
            }
            ComplaintEvent::ClockMissed(_) => {
                self.set("missed_limits = missed_limits + 1", &[])?;
            }
            // What they say stands in the timeline.
            ComplaintEvent::RecusalWithdrawn(_)
            | ComplaintEvent::EvidenceAdded(_)
            | ComplaintEvent::RepresentativeAuthorised(_)
            | ComplaintEvent::ClockPaused(_)
            | ComplaintEvent::ClockResumed(_)
            | ComplaintEvent::DeadlineExtended(_)
            | ComplaintEvent::ClockWarned(_)
            | ComplaintEvent::DuplicateLinked(_)
            | ComplaintEvent::DuplicateUnlinked(_)
            | ComplaintEvent::OutcomeProposed(_)
            | ComplaintEvent::ReviewConcluded(_)
            | ComplaintEvent::ReferredExternally(_)
            | ComplaintEvent::SuspectedViolationReported(_)
            | ComplaintEvent::SurveyRequested(_)
            | ComplaintEvent::SurveyAnswered(_)
            | ComplaintEvent::StepTaken(_) => self.set("", &[])?,
        }
        Ok(())
    }

    fn received(&self, receipt: &Receipt) -> Result<(), ProjectError> {
        let (kind, scheme, reference) = match &receipt.source {
            Source::Direct => ("direct", None, None),
            Source::Imported { scheme, reference } => {
                ("imported", Some(scheme.as_str()), Some(reference.as_str()))
            }
        };
        // As the aggregate has it: what a platform passed on about another company is not ours.
        let is_ours = scheme.is_none() || receipt.respondent.is_none();
        let matter = receipt.matter.as_ref();
        self.execute(
            "INSERT INTO case_file (received_position, stream, entries, last_occurred_at,
                last_recorded_at, status, source_kind, source_scheme, source_reference,
                is_ours_to_answer, channel, received_at, region, language, tags,
                remedies_requested, respondent, taxonomy, product, sub_product, issue, sub_issue,
                rights, reopenings, messages_incoming, messages_outgoing, missed_limits)
             VALUES (?1, ?2, ?3, ?4, ?5, 'open', ?6, ?7, ?8, ?9, ?10, ?4, ?11, ?12, ?13, ?14, ?15,
                ?16, ?17, ?18, ?19, ?20, '[]', 0, 0, 0, 0)
             ON CONFLICT (stream) DO NOTHING",
            params![
                self.position,
                self.stream(),
                self.version.saturating_add(1),
                self.occurred_at,
                self.recorded_at,
                kind,
                scheme,
                reference,
                is_ours,
                receipt.channel.code(),
                text(receipt.region.as_ref()),
                text(receipt.language.as_ref()),
                json(&receipt.tags)?,
                json(&receipt.remedies_requested)?,
                text(receipt.respondent.as_ref()),
                matter.map(|matter| matter.taxonomy.as_str()),
                matter.map(|matter| matter.product.as_str()),
                text(matter.and_then(|matter| matter.sub_product.as_ref())),
                text(matter.and_then(|matter| matter.issue.as_ref())),
                text(matter.and_then(|matter| matter.sub_issue.as_ref())),
            ],
        )?;
        Ok(())
    }

    fn classified(&self, classification: &Classification) -> Result<(), ProjectError> {
        self.set("classified_at = ?4, rights = ?5", params![json(&classification.rights)?])?;
        Ok(self.set_matter(&classification.matter)?)
    }

    fn set_matter(&self, matter: &Matter) -> rusqlite::Result<()> {
        self.set(
            "taxonomy = ?5, product = ?6, sub_product = ?7, issue = ?8, sub_issue = ?9",
            params![
                matter.taxonomy.as_str(),
                matter.product.as_str(),
                text(matter.sub_product.as_ref()),
                text(matter.issue.as_ref()),
                text(matter.sub_issue.as_ref()),
            ],
        )
    }

    fn assigned(&self, handler: &str) -> rusqlite::Result<()> {
        self.set("handler = ?5, last_handler = ?5", params![handler])
    }

    fn message(&self, message: &Communication) -> rusqlite::Result<()> {
        match message.direction {
            Direction::Incoming => self.set("messages_incoming = messages_incoming + 1", &[]),
            Direction::Outgoing => self.set("messages_outgoing = messages_outgoing + 1", &[]),
        }
    }

    fn remedy_proposed(&self, proposed: &RemedyProposed) -> rusqlite::Result<()> {
        let (amount, currency) = amount(proposed.proposal.amount.as_ref());
        self.execute(
            "INSERT OR REPLACE INTO case_remedy (stream, remedy, kind, amount, currency,
                approval_required, proposed_by, proposed_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                self.stream(),
                proposed.proposal.remedy.0,
                proposed.proposal.kind.code(),
                amount,
                currency,
                proposed.approval_required,
                self.record.actor.id.0.as_str(),
                self.occurred_at,
            ],
        )?;
        self.set("", &[])
    }

    fn remedy_ended(&self, fulfilment: &RemedyFulfilment) -> rusqlite::Result<()> {
        let (amount, currency) = amount(fulfilment.paid.as_ref());
        self.execute(
            "UPDATE case_remedy
             SET result = ?3, ended_at = ?4, paid_amount = ?5, paid_currency = ?6, ended_version = ?7
             WHERE stream = ?1 AND remedy = ?2",
            params![
                self.stream(),
                fulfilment.remedy.0,
                fulfilment.result.code(),
                self.occurred_at,
                amount,
                currency,
                self.version,
            ],
        )?;
        self.set("", &[])
    }

    /// A later decision of a body sets its earlier one aside, and with it what that awarded.
    fn decided_outside(&self, decision: &ExternalDecision) -> rusqlite::Result<()> {
        let body = decision.body.as_str();
        self.execute(
            "DELETE FROM case_award WHERE stream = ?1 AND body = ?2",
            params![self.stream(), body],
        )?;
        if let (Some(amount), Some(currency)) = amount(decision.award.as_ref())
            && decision.is_binding
        {
            self.execute(
                "INSERT INTO case_award (stream, body, version, amount, currency)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![self.stream(), body, self.version, amount, currency],
            )?;
        }
        self.set("", &[])
    }

    fn responded(&self, response: &Response) -> rusqlite::Result<()> {
        if let Some(platform) = &response.platform {
            self.set(
                "platform_category = ?5, platform_timely = ?6, platform_public_response = ?7",
                params![
                    platform.category.code(),
                    platform.timely,
                    text(platform.public_response.as_ref()),
                ],
            )?;
        }
        match response.kind {
            ResponseKind::Interim => self.set("", &[]),
            ResponseKind::Holding => self
                .set("expected_by = ?5", params![response.expected_by.map(|day| day.to_string())]),
            ResponseKind::Final => self.responded_finally(response),
        }
    }

    /// A new final response replaces the one before, and with it the answer to that.
    fn responded_finally(&self, response: &Response) -> rusqlite::Result<()> {
        for (finding, number) in response.findings.iter().zip(0_i64..) {
            self.execute(
                "INSERT INTO case_finding VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    self.stream(),
                    self.version,
                    number,
                    finding.issue.as_str(),
                    finding.outcome.code(),
                ],
            )?;
        }
        for remedy in &response.remedies {
            self.execute(
                "UPDATE case_remedy SET offered_version = ?3 WHERE stream = ?1 AND remedy = ?2",
                params![self.stream(), remedy.0, self.version],
            )?;
        }
        let recourse = response.recourse.as_ref();
        self.set(
            "responded_at = ?4, response_version = ?5, outcome = ?6, response_channel = ?7, \
             recourse_body = ?8, recourse_until = ?9, expected_by = NULL, \
             answer = NULL, answered_at = NULL",
            params![
                self.version,
                response.outcome.map(complaint_domain::complaint::Outcome::code),
                response.channel.code(),
                recourse.map(|recourse| recourse.body.as_str()),
                recourse.map(|recourse| recourse.until.to_string()),
            ],
        )
    }

    /// Keeps what stood before, then sets what is true instead.
    fn corrected(&self, correction: &Correction) -> Result<(), ProjectError> {
        let (fact, old, new) = match &correction.fact {
            CorrectedFact::ReceivedAt { received_at } => {
                ("received-at", self.stood("received_at")?, Some(time_text(*received_at)))
            }
            CorrectedFact::Channel { channel } => {
                ("channel", self.stood("channel")?, Some(channel.code().to_owned()))
            }
            CorrectedFact::Matter { matter } => {
                ("matter", self.stood(MATTER_AS_JSON)?, Some(json(matter)?))
            }
            CorrectedFact::Respondent { respondent } => {
                ("respondent", self.stood("respondent")?, Some(respondent.as_str().to_owned()))
            }
            CorrectedFact::Personal => ("personal", None, None),
        };
        self.execute(
            "INSERT INTO case_correction VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                self.stream(),
                self.version,
                i64::try_from(correction.corrects).unwrap_or(i64::MAX),
                fact,
                old,
                new,
                correction.reason.code(),
                self.record.actor.id.0.as_str(),
                self.occurred_at,
                self.recorded_at,
            ],
        )?;
        match &correction.fact {
            CorrectedFact::ReceivedAt { received_at } => self.set_received_at(*received_at)?,
            CorrectedFact::Channel { channel } => {
                self.set("channel = ?5", params![channel.code()])?;
            }
            CorrectedFact::Matter { matter } => self.set_matter(matter)?,
            CorrectedFact::Respondent { respondent } => {
                self.set(
                    "respondent = ?5, is_ours_to_answer = (source_kind = 'direct')",
                    params![respondent.as_str()],
                )?;
            }
            CorrectedFact::Personal => self.set("", &[])?,
        }
        Ok(())
    }

    fn set_received_at(&self, received_at: Timestamp) -> rusqlite::Result<()> {
        self.set("received_at = ?5", params![time_text(received_at)])
    }

    fn stood(&self, expression: &str) -> rusqlite::Result<Option<String>> {
        let sql = format!("SELECT {expression} FROM case_file WHERE stream = ?1");
        let found: Option<Option<String>> = self
            .transaction
            .prepare_cached(&sql)?
            .query_row([self.stream()], |row| row.get(0))
            .optional()?;
        Ok(found.flatten())
    }
}

/// The matter as it stands, in the form records have it: keys without a value are left out.
const MATTER_AS_JSON: &str = "CASE WHEN taxonomy IS NOT NULL THEN json_patch('{}', json_object(
    'taxonomy', taxonomy, 'product', product, 'sub_product', sub_product,
    'issue', issue, 'sub_issue', sub_issue)) END";

fn text(label: Option<&Label>) -> Option<&str> {
    label.map(Label::as_str)
}

fn json(value: &impl Serialize) -> Result<String, ProjectError> {
    serde_json::to_string(value).map_err(ProjectError::record)
}

fn amount(money: Option<&Money>) -> (Option<String>, Option<&'static str>) {
    (money.map(|money| money.amount.to_string()), money.map(|money| money.currency.code()))
}
