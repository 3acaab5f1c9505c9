//! A ledger of hand-made events for tests: no log, no codec, the same fold.

use std::collections::BTreeMap;

use complaint_domain::{
    Fact,
    action::ActionEvent,
    actor::{Actor, ActorId, Role},
    complaint::{
        Answer, AnswerGiven, Channel, Classification, CloseReason, Closure, ComplaintEvent as E,
        CorrectedFact, Correction, CorrectionReason, Matter, Outcome, PlatformCategory,
        PlatformResponse, Receipt, RemedyFulfilment, RemedyId, RemedyKind, RemedyProposal,
        RemedyProposed, RemedyResult, ReopenReason, Reopening, Response, ResponseKind, Source,
        Withdrawal, WithdrawalReason,
    },
    referral::ReferralEvent,
    review::ReviewEvent,
    right::Right,
    rulebook::RulebookEvent,
    volume::VolumeEvent,
};
use event_log::Position;
use jiff::Timestamp;
use rusqlite::Connection;

use crate::{
    fold::{self, Place},
    report::{Report, ReportError, ReportRequest, build},
    schema,
};

pub(super) struct Ledger {
    connection: Connection,
    next: u64,
    recorded_at: BTreeMap<u64, Timestamp>,
}

impl Ledger {
    pub(super) fn new() -> Self {
        let connection = Connection::open_in_memory().expect("a database in memory");
        connection.execute_batch(schema::TABLES).expect("the tables");
        connection.execute_batch(schema::INDEXES).expect("the indexes");
        Self { connection, next: 0, recorded_at: BTreeMap::new() }
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The position that the next record gets.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Something happens and is recorded at once.
    pub(super) fn happens(&mut self, stream: &str, at: &str, event: E) {
        self.recorded_later(stream, at, at, event);
    }

    pub(super) fn recorded_later(&mut self, stream: &str, at: &str, recorded: &str, event: E) {
        let occurred_at: Timestamp = at.parse().expect("a time");
        let recorded_at: Timestamp = recorded.parse().expect("a time");
        // As in the log, the time of recording never runs backwards.
        let last = self.recorded_at.last_key_value().map(|(_, at)| *at);
        let recorded_at = last.map_or(recorded_at, |last| last.max(recorded_at));
        let actor = Actor { id: ActorId("agent-1".parse().expect("a label")), role: Role::Agent };
        let fact = Fact { event, actor, occurred_at, recorded_at };
        let place = Place { stream, position: self.next };
        fold::complaint(&self.connection, place, &fact).expect("rows");
        fold::covered(&self.connection, self.next, recorded_at.as_millisecond()).expect("rows");
        self.recorded_at.insert(self.next, recorded_at);
        self.next += 1;
    }

    /// Something happens in a case before the committee.
    pub(super) fn review(&mut self, at: &str, event: &ReviewEvent) {
        self.beside("review-a", at, |tx, place, time| {
            fold::oversight::review(tx, place, event, time)
        });
    }

    /// Something happens against a cause.
    pub(super) fn action(&mut self, at: &str, event: &ActionEvent) {
        self.beside("action-a", at, |tx, place, time| {
            fold::oversight::action(tx, place, event, time)
        });
    }

    /// Something happens before a regulator.
    pub(super) fn referral(&mut self, at: &str, event: &ReferralEvent) {
        self.beside("referral-a", at, |tx, place, time| {
            fold::oversight::referral(tx, place, event, time)
        });
    }

    /// The rulebook changes.
    pub(super) fn rulebook(&mut self, at: &str, event: &RulebookEvent) {
        self.beside("rulebook-a", at, |tx, place, time| {
            fold::handling::rulebook(tx, place, event, time)
        });
    }

    /// Somebody says how much business there was.
    pub(super) fn volume(&mut self, stream: &str, at: &str, event: &VolumeEvent) {
        self.beside(stream, at, |tx, place, _| fold::volume::volume(tx, place, event));
    }

    fn beside(
        &mut self,
        stream: &str,
        at: &str,
        note: impl FnOnce(&Connection, Place<'_>, Timestamp) -> rusqlite::Result<()>,
    ) {
        let at: Timestamp = at.parse().expect("a time");
        note(&self.connection, Place { stream, position: self.next }, at).expect("rows");
        fold::covered(&self.connection, self.next, at.as_millisecond()).expect("rows");
        self.recorded_at.insert(self.next, at);
        self.next += 1;
    }

    pub(super) fn request(&self, period: &str, min_cell: u64) -> ReportRequest {
        ReportRequest {
            period: period.parse().expect("a period"),
            origin: "complaints.example.org/1".to_owned(),
            cutoff: Position(self.next.saturating_sub(1)),
            root: "ab".repeat(32),
            min_cell,
        }
    }

    pub(super) fn report(&self, period: &str, min_cell: u64) -> Result<Report, ReportError> {
        build(&self.connection, &self.request(period, min_cell))
    }

    /// The report with every cell, however small.
    pub(super) fn exact(&self, period: &str) -> Report {
        self.report(period, 1).expect("a report")
    }
}

pub(super) fn matter(product: &str) -> Matter {
    Matter {
        taxonomy: "retail-2025".parse().expect("a label"),
        product: product.parse().expect("a label"),
        sub_product: None,
        issue: Some("Wrong charge".parse().expect("a label")),
        sub_issue: None,
    }
}

fn receipt(product: &str, source: Source, respondent: Option<&str>) -> E {
    E::Received(Receipt {
        channel: Channel::Web,
        source,
        matter: Some(matter(product)),
        respondent: respondent.map(|respondent| respondent.parse().expect("a label")),
        region: None,
        language: None,
        tags: Vec::new(),
        remedies_requested: Vec::new(),
    })
}

pub(super) fn direct(product: &str) -> E {
    receipt(product, Source::Direct, None)
}

fn imported() -> Source {
    let scheme = "cfpb".parse().expect("a label");
    Source::Imported { scheme, reference: "1".parse().expect("a label") }
}

/// Taken in from a platform that names no company: ours to answer.
pub(super) fn from_platform(product: &str) -> E {
    receipt(product, imported(), None)
}

/// Taken in from a platform, about another company: not ours to answer.
pub(super) fn about_another(product: &str) -> E {
    receipt(product, imported(), Some("Bank B"))
}

pub(super) fn classified(product: &str, rights: &[Right]) -> E {
    E::Classified(Classification {
        matter: matter(product),
        rights: rights.iter().copied().collect(),
    })
}

fn response(outcome: Option<Outcome>, platform: Option<PlatformResponse>) -> E {
    E::ResponseIssued(Response {
        kind: ResponseKind::Final,
        channel: Channel::Email,
        outcome,
        findings: Vec::new(),
        remedies: Vec::new(),
        recourse: None,
        expected_by: None,
        platform,
    })
}

pub(super) fn responded(outcome: Outcome) -> E {
    response(Some(outcome), None)
}

pub(super) fn platform(category: PlatformCategory, timely: Option<bool>) -> E {
    response(None, Some(PlatformResponse { category, timely, public_response: None }))
}

pub(super) fn answered(answer: Answer) -> E {
    E::AnswerRecorded(AnswerGiven { answer })
}

pub(super) fn closed() -> E {
    E::Closed(Closure { reason: CloseReason::Accepted })
}

pub(super) fn withdrawn() -> E {
    E::Withdrawn(Withdrawal { reason: WithdrawalReason::NotStated })
}

pub(super) fn reopened() -> E {
    E::Reopened(Reopening { reason: ReopenReason::NewEvidence })
}

pub(super) fn corrected(fact: CorrectedFact) -> E {
    E::Corrected(Correction { corrects: 0, fact, reason: CorrectionReason::ClericalError })
}

/// A remedy of money, proposed and carried out.
pub(super) fn paid(amount: &str, currency: &str) -> [E; 2] {
    let money = serde_json::json!({ "amount": amount, "currency": currency });
    let money = serde_json::from_value(money).expect("money");
    let remedy = RemedyId(1);
    let proposal = RemedyProposal { remedy, kind: RemedyKind::Refund, amount: Some(money) };
    [
        E::RemedyProposed(RemedyProposed { proposal, approval_required: false }),
        E::RemedyFulfilled(RemedyFulfilment {
            remedy,
            result: RemedyResult::CarriedOut,
            paid: Some(money),
        }),
    ]
}
