//! Events to tell stories with.

use std::collections::BTreeSet;

use complaint_domain::{
    complaint::{
        Acknowledgement, Answer, AnswerGiven, Assessment, Assignment, Channel, Classification,
        CloseReason, Closure, ComplaintEvent as E, Complexity, CorrectedFact, Correction,
        CorrectionReason, Escalation, EscalationMistake, EscalationReason, EscalationWithdrawal,
        ExternalDecision, ExternalResult, Finding, Impact, Matter, Outcome, PlatformCategory,
        PlatformResponse, Receipt, Recourse, RemedyApproval, RemedyFulfilment, RemedyId,
        RemedyKind, RemedyProposal, RemedyProposed, RemedyResult, ReopenReason, Reopening,
        Response, ResponseKind, RootCause, Severity, Source, Withdrawal, WithdrawalReason,
    },
    money::Money,
    right::Right,
};

use super::ledger::{actor, label};

pub(crate) fn matter(product: &str) -> Matter {
    Matter {
        taxonomy: label("house-1"),
        product: label(product),
        sub_product: None,
        issue: Some(label("Late delivery")),
        sub_issue: None,
    }
}

pub(crate) fn received() -> E {
    E::Received(receipt(Source::Direct, None))
}

pub(crate) fn imported() -> E {
    let (scheme, reference) = (label("cfpb"), label("1114245"));
    E::Received(receipt(Source::Imported { scheme, reference }, Some("Choice Recovery, Inc.")))
}

fn receipt(source: Source, respondent: Option<&str>) -> Receipt {
    Receipt {
        channel: Channel::Web,
        source,
        matter: Some(matter("Parcel")),
        respondent: respondent.map(label),
        region: Some(label("深圳")),
        language: Some(label("zh-CN")),
        tags: vec![label("Older American")],
        remedies_requested: vec![RemedyKind::Refund],
    }
}

pub(crate) fn acknowledged() -> E {
    E::Acknowledged(Acknowledgement { channel: Channel::Email })
}

pub(crate) fn assessed() -> E {
    E::Assessed(Assessment {
        severity: Severity::High,
        safety: true,
        complexity: Complexity::Standard,
        impact: Impact::Single,
        immediate_action: false,
    })
}

pub(crate) fn classified() -> E {
    let rights = BTreeSet::from([Right::Information, Right::FairDealing]);
    E::Classified(Classification { matter: matter("Parcel, express"), rights })
}

pub(crate) fn assigned(handler: &str) -> E {
    E::Assigned(Assignment { handler: actor(handler) })
}

pub(crate) fn proposed(number: u16, approval_required: bool) -> E {
    let amount = Some(refund());
    let proposal = RemedyProposal { remedy: RemedyId(number), kind: RemedyKind::Refund, amount };
    E::RemedyProposed(RemedyProposed { proposal, approval_required })
}

pub(crate) fn refund() -> Money {
    serde_json::from_str(r#"{"amount":"12.50","currency":"GBP"}"#).unwrap()
}

pub(crate) fn approved(number: u16) -> E {
    E::RemedyApproved(RemedyApproval { remedy: RemedyId(number) })
}

pub(crate) fn responded(outcome: Outcome, remedies: &[u16]) -> E {
    E::ResponseIssued(Response {
        kind: ResponseKind::Final,
        channel: Channel::Letter,
        outcome: Some(outcome),
        findings: vec![Finding { issue: label("Late delivery"), outcome }],
        remedies: remedies.iter().copied().map(RemedyId).collect(),
        recourse: Some(Recourse { body: label("Ombudsman"), until: "2026-09-01".parse().unwrap() }),
        expected_by: None,
        platform: None,
    })
}

pub(crate) fn holding() -> E {
    E::ResponseIssued(Response {
        kind: ResponseKind::Holding,
        channel: Channel::Email,
        outcome: None,
        findings: Vec::new(),
        remedies: Vec::new(),
        recourse: None,
        expected_by: Some("2026-03-01".parse().unwrap()),
        platform: None,
    })
}

pub(crate) fn platform_responded() -> E {
    E::ResponseIssued(Response {
        kind: ResponseKind::Final,
        channel: Channel::RegulatorPlatform,
        outcome: None,
        findings: Vec::new(),
        remedies: Vec::new(),
        recourse: None,
        expected_by: None,
        platform: Some(PlatformResponse {
            category: PlatformCategory::ClosedWithMonetaryRelief,
            timely: Some(true),
            public_response: None,
        }),
    })
}

pub(crate) fn answered(answer: Answer) -> E {
    E::AnswerRecorded(AnswerGiven { answer })
}

pub(crate) fn fulfilled(number: u16) -> E {
    let (remedy, result) = (RemedyId(number), RemedyResult::CarriedOut);
    E::RemedyFulfilled(RemedyFulfilment { remedy, result, paid: Some(refund()) })
}

pub(crate) fn caused() -> E {
    E::RootCauseIdentified(RootCause::Found { code: label("process/carrier") })
}

pub(crate) fn closed(reason: CloseReason) -> E {
    E::Closed(Closure { reason })
}

pub(crate) fn reopened() -> E {
    E::Reopened(Reopening { reason: ReopenReason::NewEvidence })
}

pub(crate) fn withdrawn() -> E {
    E::Withdrawn(Withdrawal { reason: WithdrawalReason::NotStated })
}

pub(crate) fn escalated(reason: EscalationReason) -> E {
    E::Escalated(Escalation { reason })
}

pub(crate) fn escalation_withdrawn() -> E {
    E::EscalationWithdrawn(EscalationWithdrawal { ground: EscalationMistake::WrongComplaint })
}

pub(crate) fn corrected(corrects: u64, fact: CorrectedFact) -> E {
    E::Corrected(Correction { corrects, fact, reason: CorrectionReason::ClericalError })
}

pub(crate) fn awarded(is_binding: bool) -> E {
    let (body, result) = (label("Ombudsman"), ExternalResult::ForComplainant);
    E::ExternalDecisionRecorded(ExternalDecision {
        body,
        result,
        is_binding,
        award: Some(refund()),
    })
}
