//! What somebody may wish to do next: often the next sensible thing, sometimes anything at all.

use jiff::SignedDuration;
use proptest::{prelude::*, sample::select};

use super::super::{
    builders::{
        acknowledgement, again, answer, apology, approval, assessment, bare, because, by_email,
        classification, complaint_id, corrects, daughter, day, decided_by, decides, declined, done,
        escalation, extension, final_response, forwarding, found, handed_to, holding,
        imported_receipt, invoice, label, limit, linked_to, matter, message, not_escalated,
        not_pursued, not_recused, offering, over_to, paid, pause, receipt, recusal, referred_to,
        refund, reported, request, resume, review, scores, step, to, unlinked_from, violation,
        vulnerable, would_be,
    },
    harness::{Given, actor, time},
};
use crate::{
    actor::{Actor, Role},
    clock::{ClockResult, clocks},
    complaint::{
        Answer, Channel, Classification, ClockLimit, ClockNote, CloseReason, Complaint,
        ComplaintCommand as C, CorrectedFact, Direction, DuplicateUnlink, EscalationReason,
        LinkKind, Outcome, Party, PauseGround, PlatformCategory, ProcessStep, Receipt, Recourse,
        Recusal, RemedyFulfilment, ReopenReason, Response, ResponseKind, RootCause, Stage,
        VulnerabilityDriver,
        state::{Approval, Asker, Case},
    },
    review::DecisionEffect,
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
        let commands = [
            C::Reopen(again(ReopenReason::NewEvidence)),
            C::RecordSurveyAnswer(scores(choice % 7, 3)),
            C::Escalate(escalation(EscalationReason::ComplainantRequest)),
            note_a_limit(given, &case),
        ];
        return commands[usize::from(choice) % commands.len()].clone();
    }
    if choice % 32 == 31
        && let Some(command) = taken_back(given, &case)
    {
        return command;
    }
    if choice.is_multiple_of(4) {
        return beside(given, &case, choice / 4);
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
            C::IssueResponse(by_the_pack(given, offering_all(&case))),
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

/// What was said by mistake, if anything was.
fn taken_back(given: &mut Given, case: &Case) -> Option<C> {
    if let Some(aside) = case.recused.first() {
        given.actor = actor("sue", Role::Supervisor);
        return Some(C::WithdrawRecusal(not_recused(aside.0.as_str())));
    }
    let Some(Asker::Colleague(asker)) = &case.asker else { return None };
    given.actor = Actor { id: asker.clone(), role: Role::Agent };
    Some(C::WithdrawEscalation(not_escalated()))
}

/// What may be done beside the way to the answer.
fn beside(given: &mut Given, case: &Case, choice: u8) -> C {
    let told = given.now.to_string();
    let answer = "template/answer";
    let first_link = case.links.keys().next().cloned();
    let recused = case.handler.as_ref().map_or_else(
        || recusal("ana"),
        |handler| Recusal { handler: handler.clone(), ..recusal("ana") },
    );
    let commands = [
        C::Recuse(recused),
        C::RequestInformation(request(None)),
        C::AddEvidence(invoice(case.evidence.saturating_add(1))),
        C::AuthoriseRepresentative(daughter(next_representative(case))),
        C::FlagVulnerability(vulnerable(&[VulnerabilityDriver::ALL[usize::from(choice) % 4]])),
        pause_or_resume(given, case),
        C::ExtendDeadline(extension(answer, "2024-02-09", &told)),
        note_a_limit(&mut given.clone(), case),
        C::LinkDuplicate(linked_to(choice % 3, LinkKind::Joint)),
        C::UnlinkDuplicate(DuplicateUnlink {
            of: first_link.unwrap_or_else(|| complaint_id(9)),
            ..unlinked_from(9)
        }),
        C::Transfer(handed_to("Other Ltd", &told)),
        C::Escalate(escalation(EscalationReason::NotFullyUpheld)),
        C::ProposeOutcome(would_be(Outcome::NotUpheld)),
        C::NoteReview(review(choice % 3)),
        C::ReferExternally(referred_to("Ombudsman")),
        C::RecordExternalDecision(decided_by("Ombudsman", None)),
        C::ReportSuspectedViolation(violation(choice % 3)),
        C::RequestSurvey(by_email()),
        C::RecordSurveyAnswer(scores(4, 2)),
        C::TakeStep(step(ProcessStep::ALL[usize::from(choice) % ProcessStep::ALL.len()])),
        C::Close(because(CloseReason::Transferred)),
    ];
    let command = commands[usize::from(choice) % commands.len()].clone();
    if matches!(command, C::NoteReview(_)) {
        given.actor = actor("escalation", Role::System);
        let effect = DecisionEffect::ALL[usize::from(choice / 3) % 2];
        *given = given.clone().reviewing(Some(decides(Outcome::Upheld, effect)));
    } else if matches!(command, C::WarnOfClock(_) | C::NoteMissedClock(_)) {
        given.actor = actor("clock", Role::System);
    } else if matches!(command, C::ExtendDeadline(_)) {
        given.actor = actor("sue", Role::Supervisor);
    }
    command
}

fn pause_or_resume(given: &Given, case: &Case) -> C {
    let answer = "template/answer";
    let readings = clocks(case.clock_facts(), &given.rules.time_limits, given.now);
    let is_still = readings
        .into_iter()
        .flatten()
        .any(|reading| matches!(reading.result, ClockResult::Paused { .. }));
    if is_still {
        return C::ResumeClock(resume(answer));
    }
    C::PauseClock(pause(answer, PauseGround::WaitingForComplainant))
}

fn next_representative(case: &Case) -> u16 {
    u16::try_from(case.representatives.len()).unwrap_or(u16::MAX).saturating_add(1)
}

/// What the clock process would note, or something it would not.
fn note_a_limit(given: &mut Given, case: &Case) -> C {
    given.actor = actor("clock", Role::System);
    let readings = clocks(case.clock_facts(), &given.rules.time_limits, given.now);
    let unnoted = readings.into_iter().flatten().filter_map(|reading| {
        let is_missed = matches!(reading.result, ClockResult::Missed { .. });
        let is_near = matches!(reading.result, ClockResult::DueSoon { .. });
        let note = if is_missed { ClockNote::Missed } else { ClockNote::Warned };
        let limit = ClockLimit { clock: reading.clock, due: reading.due };
        ((is_missed || is_near) && !case.is_noted(note, &limit)).then_some((is_missed, limit))
    });
    // What is near before what was missed: it will not be near for long.
    let unnoted = unnoted.min_by_key(|(is_missed, _)| *is_missed);
    match unnoted {
        Some((true, limit)) => C::NoteMissedClock(limit),
        Some((false, limit)) => C::WarnOfClock(limit),
        None => C::WarnOfClock(limit("template/answer", "2024-01-01T00:00:00Z")),
    }
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

/// The same, with the last day of recourse that the pack gives now.
fn by_the_pack(given: &Given, response: Response) -> Response {
    let last_days = given.rules.time_limits.last_days_of_recourse(given.occurred_at);
    let until = last_days.first().map_or_else(|| day("2090-01-01"), |last| last.day);
    Response { recourse: Some(Recourse { body: label("Ombudsman"), until }), ..response }
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
        any_entry_beside(),
    ]
}

fn any_entry_beside() -> impl Strategy<Value = C> {
    let answer = "template/answer";
    prop_oneof![
        select(vec!["ana", "ben"]).prop_map(|handler| C::Recuse(recusal(handler))),
        select(vec![None, Some("2023-01-01")]).prop_map(|day| C::RequestInformation(request(day))),
        (0..3_u16).prop_map(|number| C::AddEvidence(invoice(number))),
        (0..3_u16).prop_map(|number| C::AuthoriseRepresentative(daughter(number))),
        Just(C::FlagVulnerability(vulnerable(&[]))),
        select(PauseGround::ALL).prop_map(move |ground| C::PauseClock(pause(answer, ground))),
        select(vec![answer, "uk-disp/final-response"])
            .prop_map(|clock| C::ResumeClock(resume(clock))),
        select(vec!["2024-02-09", "2024-01-01"]).prop_map(move |until| {
            C::ExtendDeadline(extension(answer, until, "2024-01-05T00:00:00Z"))
        }),
        (0..3_u8, select(LinkKind::ALL))
            .prop_map(|(number, kind)| C::LinkDuplicate(linked_to(number, kind))),
        (0..3_u8).prop_map(|number| C::UnlinkDuplicate(unlinked_from(number))),
        Just(C::Transfer(handed_to("Other Ltd", "2090-01-01T00:00:00Z"))),
        select(EscalationReason::ALL).prop_map(|reason| C::Escalate(escalation(reason))),
        select(vec![None, Some("0"), Some("5")])
            .prop_map(|award| C::RecordExternalDecision(decided_by("Ombudsman", award))),
        Just(C::RecordSurveyAnswer(scores(0, 5))),
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
