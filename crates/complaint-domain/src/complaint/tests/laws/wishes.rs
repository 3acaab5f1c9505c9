//! What somebody may wish to do next: often the next sensible thing, sometimes anything at all.

use jiff::SignedDuration;
use proptest::{prelude::*, sample::select};

use super::super::{
    builders::{
        acknowledgement, again, answer, apology, approval, assessment, bare, because,
        classification, corrects, day, declined, done, final_response, forwarding, found, holding,
        imported_receipt, label, matter, message, not_pursued, offering, over_to, paid, receipt,
        refund, reported, to,
    },
    harness::{Given, actor, time},
};
use crate::{
    actor::{Actor, Role},
    complaint::{
        Answer, Channel, Classification, CloseReason, Complaint, ComplaintCommand as C,
        CorrectedFact, Direction, Party, PlatformCategory, Receipt, Recourse, RemedyFulfilment,
        ReopenReason, Response, ResponseKind, RootCause, Stage,
        state::{Approval, Case},
    },
    sealed::PersonalField,
};

/// Somebody wishes to do something, some time after what was done before.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    actor: Actor,
    hours_later: u16,
    hours_ago: u16,
    has_texts: bool,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    /// This, whether it makes sense or not.
    Exactly(Box<C>),
    /// One of the things that make sense next.
    Onward(u8),
}

impl Wish {
    /// Turns the circumstances into those of the wish, and gives the command.
    pub(super) fn prepare(self, given: &mut Given) -> C {
        let hours = |hours: u16| SignedDuration::from_hours(i64::from(hours));
        given.now += hours(self.hours_later);
        given.occurred_at = given.now - hours(self.hours_ago);
        given.actor = self.actor;
        given.personal =
            if self.has_texts { PersonalField::ALL.iter().copied().collect() } else { [].into() };
        match self.what {
            What::Exactly(command) => *command,
            What::Onward(choice) => onward(given, choice),
        }
    }
}

/// Up to sixty wishes.
pub(super) fn any_wishes() -> impl Strategy<Value = Vec<Wish>> {
    prop::collection::vec(any_wish(), 0..60)
}

fn any_wish() -> impl Strategy<Value = Wish> {
    let actors = prop_oneof![
        8 => Just(actor("ana", Role::Agent)),
        3 => Just(actor("ben", Role::Agent)),
        3 => Just(actor("sue", Role::Supervisor)),
        1 => Just(actor("cho", Role::CommitteeChair)),
        1 => Just(actor("portal", Role::Complainant)),
        1 => Just(actor("importer", Role::System)),
        1 => Just(actor("eve", Role::Auditor)),
    ];
    let later = prop_oneof![4 => 0..48_u16, 1 => 0..6000_u16];
    let ago = prop_oneof![6 => Just(0), 1 => 0..200_u16];
    let what = prop_oneof![
        3 => any::<u8>().prop_map(What::Onward),
        2 => any_command().prop_map(|command| What::Exactly(Box::new(command))),
    ];
    (actors, later, ago, prop::bool::weighted(0.9), what).prop_map(
        |(actor, hours_later, hours_ago, has_texts, what)| Wish {
            actor,
            hours_later,
            hours_ago,
            has_texts,
            what,
        },
    )
}

/// What a diligent person might do next; the circumstances are turned into theirs.
fn onward(given: &mut Given, choice: u8) -> C {
    let Complaint::Received(case) = given.state().clone() else {
        let receipts = [receipt(), imported_receipt()];
        return C::Register(receipts[usize::from(choice) % receipts.len()].clone());
    };
    if case.stage != Stage::Open {
        return C::Reopen(again(ReopenReason::NewEvidence));
    }
    let next = next_number(&case);
    let in_progress = PlatformCategory::InProgress;
    let commands = match (&case.handler, &case.final_response) {
        (None, None) if !case.is_ours_to_answer() => vec![
            C::RecordCommunication(forwarding()),
            C::IssueResponse(reported(ResponseKind::Interim, in_progress)),
            C::IssueResponse(reported(ResponseKind::Final, PlatformCategory::Closed)),
        ],
        (None, _) if case.is_ours_to_answer() => vec![
            C::Acknowledge(acknowledgement()),
            C::Assess(assessment()),
            C::Classify(classification()),
            C::Assign(to("ana")),
        ],
        (_, None) => vec![
            C::Reassign(over_to("ben")),
            C::ProposeRemedy(refund(next, "50")),
            C::ProposeRemedy(refund(next, "900")),
            approve_as_supervisor(given, &case),
            C::IssueResponse(offering_all(&case)),
            C::IssueResponse(lasting(offering_all(&case))),
        ],
        (_, Some(response)) => {
            let closing = match response.answer {
                Some(Answer::Accepted) => CloseReason::Accepted,
                Some(Answer::Refused) => CloseReason::RecourseExhausted,
                Some(Answer::Silent) => CloseReason::RecourseExpired,
                Some(Answer::NotDisputed) | None => CloseReason::ClosedOnPlatform,
            };
            vec![
                C::RecordAnswer(answer(Answer::Accepted)),
                C::RecordAnswer(answer(Answer::Refused)),
                C::RecordAnswer(answer(Answer::Silent)),
                C::IdentifyRootCause(RootCause::NoneFound),
                fulfil_first(&case),
                C::Close(because(closing)),
                C::Close(because(CloseReason::RecourseWaived)),
            ]
        }
    };
    commands[usize::from(choice) % commands.len()].clone()
}

fn next_number(case: &Case) -> u16 {
    u16::try_from(case.next_remedy()).unwrap_or(u16::MAX)
}

fn approve_as_supervisor(given: &mut Given, case: &Case) -> C {
    let awaiting = case.remedies.iter().find(|(_, remedy)| remedy.approval == Approval::Awaited);
    let Some((id, _)) = awaiting else { return C::ApproveRemedy(approval(1)) };
    given.actor = actor("sam", Role::Supervisor);
    C::ApproveRemedy(approval(id.0))
}

/// Offers all that may be promised.
fn offering_all(case: &Case) -> Response {
    let promised: Vec<_> = case
        .remedies
        .iter()
        .filter(|(_, remedy)| remedy.approval != Approval::Awaited && remedy.result.is_none())
        .map(|(id, _)| id.0)
        .collect();
    offering(&promised)
}

/// The same, with a recourse that lasts beyond all the times of these histories.
fn lasting(response: Response) -> Response {
    let recourse = Recourse { body: label("Ombudsman"), until: day("2090-01-01") };
    Response { recourse: Some(recourse), ..response }
}

fn fulfil_first(case: &Case) -> C {
    let unfulfilled = case.remedies.iter().find(|(_, remedy)| remedy.result.is_none());
    C::FulfilRemedy(match unfulfilled {
        Some((id, remedy)) if remedy.approval == Approval::Awaited => declined(id.0),
        Some((id, remedy)) => RemedyFulfilment { paid: remedy.amount, ..done(id.0) },
        None => done(1),
    })
}

fn any_command() -> impl Strategy<Value = C> {
    let remedy = 0..4_u16;
    prop_oneof![
        any_receipt().prop_map(C::Register),
        Just(C::Acknowledge(acknowledgement())),
        Just(C::Assess(assessment())),
        any_classification().prop_map(C::Classify),
        select(vec!["ana", "ben"]).prop_map(|handler| C::Assign(to(handler))),
        select(vec!["ana", "ben"]).prop_map(|handler| C::Reassign(over_to(handler))),
        select(Direction::ALL)
            .prop_map(|way| C::RecordCommunication(message(way, Party::Regulator))),
        (remedy.clone(), select(vec!["0", "50", "900", "20000"]))
            .prop_map(|(number, amount)| C::ProposeRemedy(refund(number, amount))),
        remedy.clone().prop_map(|number| C::ProposeRemedy(apology(number))),
        remedy.clone().prop_map(|number| C::ApproveRemedy(approval(number))),
        any_response().prop_map(C::IssueResponse),
        select(Answer::ALL).prop_map(|given| C::RecordAnswer(answer(given))),
        (remedy.clone(), select(vec!["50", "900"]))
            .prop_map(|(number, amount)| C::FulfilRemedy(paid(number, amount))),
        (remedy, any::<bool>()).prop_map(|(number, is_done)| {
            C::FulfilRemedy(if is_done { done(number) } else { declined(number) })
        }),
        select(vec![RootCause::NoneFound, found("process/fee"), found("people/error")])
            .prop_map(C::IdentifyRootCause),
        select(CloseReason::ALL).prop_map(|reason| C::Close(because(reason))),
        select(ReopenReason::ALL).prop_map(|reason| C::Reopen(again(reason))),
        Just(C::Withdraw(not_pursued())),
        any_correction(),
    ]
}

fn any_receipt() -> impl Strategy<Value = Receipt> {
    let about_us = Receipt { respondent: None, ..imported_receipt() };
    select(vec![receipt(), imported_receipt(), about_us])
}

fn any_classification() -> impl Strategy<Value = Classification> {
    select(vec![
        classification(),
        Classification { matter: matter("Loan"), ..classification() },
        Classification { rights: [].into(), ..classification() },
    ])
}

fn any_response() -> impl Strategy<Value = Response> {
    let remedies = prop::collection::vec(0..4_u16, 0..3);
    prop_oneof![
        remedies.prop_map(|remedies| offering(&remedies)),
        (select(ResponseKind::ALL), select(PlatformCategory::ALL))
            .prop_map(|(kind, category)| reported(kind, category)),
        select(ResponseKind::ALL).prop_map(bare),
        select(vec!["2024-02-01", "2090-01-01"]).prop_map(holding),
        select(ResponseKind::ALL).prop_map(|kind| Response { kind, ..final_response() }),
    ]
}

fn any_correction() -> impl Strategy<Value = C> {
    let fact = prop_oneof![
        (-500..500_i64).prop_map(|hours| CorrectedFact::ReceivedAt {
            received_at: time("2024-01-15T00:00:00Z") + SignedDuration::from_hours(hours),
        }),
        select(Channel::ALL).prop_map(|channel| CorrectedFact::Channel { channel }),
        select(vec!["Card", "Loan"])
            .prop_map(|product| CorrectedFact::Matter { matter: matter(product) }),
        Just(CorrectedFact::Respondent { respondent: label("Other Ltd") }),
        Just(CorrectedFact::Personal),
    ];
    (0..12_u64, fact).prop_map(|(version, fact)| C::Correct(corrects(version, fact)))
}
