//! One escalation has one review, whoever opens it, whenever, and under whichever name an older
//! program opened one.

use complaint_codec::{Draft, encode};
use complaint_domain::{
    LedgerEvent,
    actor::{Actor, ActorId, Role},
    complaint::{
        Answer, AnswerGiven, Channel, CloseReason, Closure, ComplaintCommand as C, Escalation,
        EscalationMistake, EscalationReason, EscalationWithdrawal, Finding, Outcome, Recourse,
        RecusalGround, Response, ResponseKind, RootCause, Withdrawal, WithdrawalReason,
    },
    reference::ComplaintId,
    review::{
        Conclusion, Discontinuation, DiscontinuationReason, Hearing, HearingManner, Measure,
        MeasureId, MeasureWithdrawal, Opened, Opening, OpeningWay, Proposal, Reply, ReplyKind,
        Review, ReviewClosure, ReviewCommand, ReviewEvent, Seat, Seating, Side, Vote, VoteChoice,
    },
    sealed::PersonalField,
    staff::{Declaration, Interest, Staff, StaffCommand},
    subject::{ErasureDecision, ErasureGround, ErasureRequest, Subject, SubjectCommand},
};
use event_log::{ExpectedVersion, StreamId, StreamVersion};
use uuid::Uuid;

use super::{
    EventLog as _,
    clock_process::{Story, story},
    escalation_process::{
        NOTHING, complainant_writes, in_india, label, reviews, run, sits_on_the_committee, would_be,
    },
    request,
};
use crate::{
    Appended, CommandRequest, Escalated, HandleError, PersonalText, UnsealedRequest,
    error::InvalidRequest, ids::staff_stream_of, named_stream, request::public_digest_of,
    review_stream_of,
};

/// The name that an older program gave a review that somebody opened.
fn old_name(id: u128) -> StreamId {
    named_stream("review", Uuid::from_u128(id))
}

fn chair() -> Actor {
    Actor { id: ActorId(label("eve")), role: Role::CommitteeChair }
}

fn opening(complaint: &StreamId) -> ReviewCommand {
    ReviewCommand::Open(Opening { complaint: complaint.as_str().parse().unwrap() })
}

async fn send(
    story: &Story,
    id: u128,
    stream: Option<StreamId>,
    command: ReviewCommand,
) -> Result<Appended, HandleError> {
    send_by(story, chair(), id, stream, command).await
}

async fn send_by(
    story: &Story,
    actor: Actor,
    id: u128,
    stream: Option<StreamId>,
    command: ReviewCommand,
) -> Result<Appended, HandleError> {
    let command_id = Uuid::from_u128(id);
    let request = UnsealedRequest { command_id, stream, actor, occurred_at: None, command };
    reviews(story).handle::<Review>(&request).await
}

async fn open(story: &Story, id: u128, complaint: &StreamId) -> Result<Appended, HandleError> {
    send(story, id, None, opening(complaint)).await
}

async fn escalate(story: &Story, id: u128, complaint: &StreamId) {
    let escalate = C::Escalate(Escalation { reason: EscalationReason::Gravity });
    story.service.handle(request(id, Some(complaint.clone()), escalate)).await.unwrap();
}

async fn discontinue(story: &Story, id: u128, review: &StreamId) -> Result<Appended, HandleError> {
    let seating = Seating { member: chair().id, seat: Seat::Chair };
    send(story, id + 100, Some(review.clone()), ReviewCommand::SeatMember(seating)).await?;
    let reason = DiscontinuationReason::Settled;
    let end = ReviewCommand::Discontinue(Discontinuation { reason });
    send(story, id, Some(review.clone()), end).await
}

/// A final response that the complainant refuses, so that it may be escalated anew.
async fn answer_and_refuse(story: &Story, id: u128, complaint: &StreamId) {
    story.service.handle(answer(id, complaint, Outcome::Upheld)).await.unwrap();
    let refused = C::RecordAnswer(AnswerGiven { answer: Answer::Refused });
    story.service.handle(request(id + 1, Some(complaint.clone()), refused)).await.unwrap();
}

fn answer(id: u128, complaint: &StreamId, outcome: Outcome) -> CommandRequest {
    let response = Response {
        kind: ResponseKind::Final,
        channel: Channel::Email,
        outcome: Some(outcome),
        findings: vec![Finding { issue: label("Fee"), outcome }],
        remedies: Vec::new(),
        recourse: Some(Recourse { body: label("Ombudsman"), until: "2099-12-31".parse().unwrap() }),
        expected_by: None,
        platform: None,
    };
    let mut answer = request(id, Some(complaint.clone()), C::IssueResponse(response));
    answer.personal.push(PersonalText::new(PersonalField::ResponseText, "So it is."));
    answer
}

/// Three who sit on the review recommend that the complaint is upheld.
async fn upheld_by_three(story: &Story, review: &StreamId) {
    let member = |who| Actor { id: ActorId(label(who)), role: Role::CommitteeMember };
    let members = ["eve", "fay", "gil"];
    let mut steps = Vec::new();
    for who in members {
        sits_on_the_committee(story, who).await;
        let seating = Seating { member: member(who).id, seat: Seat::Member };
        steps.push(("eve", ReviewCommand::SeatMember(seating)));
    }
    for side in [Side::Complainant, Side::Company] {
        let manner = HearingManner::Written;
        steps.push(("eve", ReviewCommand::HearParty(Hearing { side, manner })));
    }
    let (outcome, grounds) = (Outcome::Upheld, vec![label("terms 4.2")]);
    let (what, owner) = (label("pay back the fee"), ActorId(label("sue")));
    let due = "2099-12-31".parse().unwrap();
    let measures = vec![Measure { measure: MeasureId(1), what, owner, due }];
    let proposal = Proposal { outcome, grounds, measures };
    steps.push(("eve", ReviewCommand::ProposeDecision(proposal)));
    let vote = |who| (who, ReviewCommand::CastVote(Vote { choice: VoteChoice::For }));
    steps.extend(members.map(vote));
    for (id, (who, command)) in (20..).zip(steps) {
        send_by(story, member(who), id, Some(review.clone()), command).await.unwrap();
    }
}

async fn counted(story: &Story, id: u128, review: &StreamId) -> Result<Appended, HandleError> {
    let decide = ReviewCommand::Decide(Conclusion {});
    send(story, id, Some(review.clone()), decide).await
}

/// What a program from before this one wrote when somebody opened a review.
async fn opened_by_an_older_program(story: &Story, id: u128, complaint: &StreamId) -> StreamId {
    let stream = old_name(id);
    let complaint_id = complaint.as_str().parse().unwrap();
    let (reason, way) = (EscalationReason::Gravity, OpeningWay::Staff);
    let event = ReviewEvent::Opened(Opened { complaint: complaint_id, reason, way });
    let nobody_said_when: Option<jiff::Timestamp> = None;
    let record = encode(&Draft {
        id: Uuid::from_u128(id + 0x7000),
        stream: &stream,
        version: StreamVersion(0),
        occurred_at: story.now(),
        actor: &chair(),
        command_id: Uuid::from_u128(id),
        command_digest: public_digest_of(&(
            "review",
            chair(),
            nobody_said_when,
            opening(complaint),
        ))
        .unwrap(),
        correlation_id: Uuid::from_u128(id),
        causation_id: None,
        event: &LedgerEvent::Review(event),
        sealed: &[],
    });
    let records = vec![record.unwrap()];
    story.log.append(&stream, ExpectedVersion::NoStream, records).await.unwrap();
    stream
}

fn is_opened_before(refused: &HandleError) -> bool {
    matches!(refused, HandleError::AggregateRefused { code: "already-opened", .. })
}

/// Made by another program from docs/format.md. Whoever holds a log finds reviews by this for ever.
#[test]
fn the_name_of_a_review_follows_from_the_complaint_and_the_number_of_its_escalation() {
    let complaint = "complaint-01KA0000000000000000000000".parse().unwrap();
    let names = [1, 2].map(|number| review_stream_of(&complaint, number).to_string());
    assert_eq!(names, ["review-3J7B2VNN3GAN28APEB70PVDASQ", "review-18VGT6JSRFBERS238SJBCV6DSA"]);
}

#[tokio::test]
async fn two_who_open_a_review_of_one_escalation_at_once_open_one() {
    let story = story();
    let complaint = would_be(&story, 1_000, Outcome::NotUpheld).await;
    escalate(&story, 1_500, &complaint).await;
    let (one, other) = tokio::join!(open(&story, 11, &complaint), open(&story, 12, &complaint));
    let (Ok(opened), Err(refused)) = (if one.is_ok() { (one, other) } else { (other, one) }) else {
        panic!("both were opened")
    };
    assert_eq!(opened.stream, review_stream_of(&complaint, 1));
    assert!(is_opened_before(&refused), "{refused}");
}

#[tokio::test]
async fn a_review_is_opened_under_the_name_that_follows_from_its_escalation_and_under_no_other() {
    let story = story();
    let complaint = would_be(&story, 1_000, Outcome::NotUpheld).await;
    escalate(&story, 1_500, &complaint).await;
    let refused = send(&story, 11, Some(old_name(11)), opening(&complaint)).await.unwrap_err();
    let HandleError::Invalid(InvalidRequest::AnotherStream { expected, found }) = refused else {
        panic!("{refused}")
    };
    assert_eq!((expected, found), (review_stream_of(&complaint, 1), old_name(11)));
    let named = Some(review_stream_of(&complaint, 1));
    send(&story, 11, named, opening(&complaint)).await.unwrap();
}

#[tokio::test]
async fn an_opening_that_is_sent_again_after_another_escalation_gets_its_first_answer() {
    let story = story();
    let complaint = would_be(&story, 1_000, Outcome::NotUpheld).await;
    escalate(&story, 1_500, &complaint).await;
    let first = open(&story, 11, &complaint).await.unwrap();
    answer_and_refuse(&story, 1_600, &complaint).await;
    escalate(&story, 1_700, &complaint).await;
    let again = open(&story, 11, &complaint).await.unwrap();
    assert_eq!((again.repeated, again.stream), (true, first.stream));
    let second = open(&story, 12, &complaint).await.unwrap();
    assert_eq!((second.repeated, second.stream), (false, review_stream_of(&complaint, 2)));
}

#[tokio::test]
async fn an_escalation_whose_review_has_an_older_name_gets_no_second_one() {
    let story = in_india().await;
    let complaint = would_be(&story, 1_000, Outcome::NotUpheld).await;
    escalate(&story, 1_500, &complaint).await;
    let old = opened_by_an_older_program(&story, 11, &complaint).await;
    // Sent again, the opening is the one that was carried out.
    let again = open(&story, 11, &complaint).await.unwrap();
    assert_eq!((again.repeated, &again.stream), (true, &old));
    assert!(is_opened_before(&open(&story, 12, &complaint).await.unwrap_err()));
    assert_eq!(run(&story).await, NOTHING, "the process opens none beside it either");
}

/// How the first of two reviews that are open at once ends, and the second goes on.
async fn the_first_of_two_ends(story: &Story, complaint: &StreamId, first: &StreamId) {
    sits_on_the_committee(story, "eve").await;
    answer_and_refuse(story, 1_600, complaint).await;
    escalate(story, 1_700, complaint).await;
    let accepted = C::RecordAnswer(AnswerGiven { answer: Answer::Accepted });
    let mut said = request(1_800, Some(complaint.clone()), accepted);
    said.actor = Actor { id: ActorId(label("portal")), role: Role::Complainant };
    story.service.handle(said).await.unwrap();
    discontinue(story, 12, first).await.unwrap();
    assert_eq!(run(story).await, Escalated { concluded: 1, ..NOTHING });
    let next = open(story, 13, complaint).await.unwrap();
    assert_eq!(next.stream, review_stream_of(complaint, 2));
}

#[tokio::test]
async fn a_second_escalation_outlives_the_review_of_the_first() {
    let story = story();
    let complaint = would_be(&story, 1_000, Outcome::Upheld).await;
    escalate(&story, 1_500, &complaint).await;
    let first = open(&story, 11, &complaint).await.unwrap().stream;
    the_first_of_two_ends(&story, &complaint, &first).await;
}

#[tokio::test]
async fn a_second_escalation_outlives_a_review_with_an_older_name_too() {
    let story = story();
    let complaint = would_be(&story, 1_000, Outcome::Upheld).await;
    escalate(&story, 1_500, &complaint).await;
    let first = opened_by_an_older_program(&story, 11, &complaint).await;
    the_first_of_two_ends(&story, &complaint, &first).await;
}

#[tokio::test]
async fn a_closing_that_departs_from_a_recommendation_waits_for_the_grounds() {
    let story = story();
    let complaint = would_be(&story, 1_000, Outcome::NotUpheld).await;
    story.service.handle(answer(1_400, &complaint, Outcome::NotUpheld)).await.unwrap();
    let of = |id, command| request(id, Some(complaint.clone()), command);
    let no = C::RecordAnswer(AnswerGiven { answer: Answer::Refused });
    story.service.handle(of(1_401, no)).await.unwrap();
    let no_cause = C::IdentifyRootCause(RootCause::NoneFound);
    story.service.handle(of(1_402, no_cause)).await.unwrap();
    escalate(&story, 1_500, &complaint).await;
    let review = open(&story, 11, &complaint).await.unwrap().stream;
    upheld_by_three(&story, &review).await;
    counted(&story, 40, &review).await.unwrap();
    run(&story).await;
    let close = || C::Close(Closure { reason: CloseReason::RecourseExhausted });
    let refused = story.service.handle(of(1_600, close())).await.unwrap_err();
    let HandleError::Refused(refused) = refused else { panic!("{refused}") };
    assert_eq!(refused.code(), "committee-recommendation-stands");
    let (reply, grounds) = (ReplyKind::Refused, vec![label("terms 9")]);
    let reply = ReviewCommand::Reply(Reply { reply, grounds });
    let company = Actor { id: ActorId(label("sue")), role: Role::Supervisor };
    send_by(&story, company, 41, Some(review), reply).await.unwrap();
    story.service.handle(of(1_601, close())).await.unwrap();
}

#[tokio::test]
async fn an_answer_that_departs_from_a_recommendation_waits_for_the_grounds() {
    let story = story();
    let complaint = would_be(&story, 1_000, Outcome::NotUpheld).await;
    escalate(&story, 1_500, &complaint).await;
    let review = open(&story, 11, &complaint).await.unwrap().stream;
    upheld_by_three(&story, &review).await;
    counted(&story, 40, &review).await.unwrap();
    run(&story).await;
    let refused = story.service.handle(answer(1_600, &complaint, Outcome::NotUpheld)).await;
    let refused = refused.unwrap_err();
    let HandleError::Refused(refused) = refused else { panic!("{refused}") };
    assert_eq!(refused.code(), "committee-recommendation-stands");
    let (reply, grounds) = (ReplyKind::Refused, vec![label("terms 9")]);
    let reply = ReviewCommand::Reply(Reply { reply, grounds });
    let company = Actor { id: ActorId(label("sue")), role: Role::Supervisor };
    send_by(&story, company, 41, Some(review), reply).await.unwrap();
    story.service.handle(answer(1_700, &complaint, Outcome::NotUpheld)).await.unwrap();
}

/// `fay` declares an interest when she has voted, and somebody else asks for the count.
#[tokio::test]
async fn the_vote_of_a_member_who_has_declared_an_interest_since_is_not_counted() {
    let story = story();
    let complaint = would_be(&story, 1_000, Outcome::NotUpheld).await;
    escalate(&story, 1_500, &complaint).await;
    let review = open(&story, 11, &complaint).await.unwrap().stream;
    upheld_by_three(&story, &review).await;
    let account = ActorId(label("fay"));
    let interest = Interest::Complaint { complaint: complaint.as_str().parse().unwrap() };
    let declare =
        StaffCommand::DeclareInterest(Declaration { interest, ground: RecusalGround::Kinship });
    let request = UnsealedRequest {
        command_id: Uuid::from_u128(77),
        stream: Some(staff_stream_of(&account)),
        actor: Actor { id: account, role: Role::CommitteeMember },
        occurred_at: None,
        command: declare,
    };
    reviews(&story).handle::<Staff>(&request).await.unwrap();
    let refused = counted(&story, 40, &review).await.unwrap_err();
    let HandleError::AggregateRefused { code, .. } = refused else { panic!("{refused}") };
    assert_eq!(code, "quorum-missing");
}

/// A second answer was given while the committee looks at the first: the complaint and the review.
async fn answered_under_review() -> (Story, StreamId, StreamId) {
    let story = story();
    let complaint = would_be(&story, 1_000, Outcome::NotUpheld).await;
    escalate(&story, 1_500, &complaint).await;
    let review = open(&story, 11, &complaint).await.unwrap().stream;
    answer_and_refuse(&story, 1_600, &complaint).await;
    (story, complaint, review)
}

#[tokio::test]
async fn a_complaint_waits_for_the_review_of_what_it_was_answered_before() {
    let (story, complaint, review) = answered_under_review().await;
    let withdraw = async |id| {
        let reason = WithdrawalReason::NotPursued;
        let withdraw = C::Withdraw(Withdrawal { reason });
        story.service.handle(request(id, Some(complaint.clone()), withdraw)).await
    };
    let refused = withdraw(1_701).await.unwrap_err();
    let HandleError::Refused(refused) = refused else { panic!("{refused}") };
    assert_eq!(refused.code(), "recourse-review-pending");
    upheld_by_three(&story, &review).await;
    counted(&story, 40, &review).await.unwrap();
    run(&story).await;
    withdraw(1_702).await.unwrap();
}

/// It was answered while the committee looks, and ended with the chair's knowledge: what the committee reads stays.
#[tokio::test]
async fn what_a_review_of_an_earlier_answer_still_looks_at_is_not_erased() {
    let (story, complaint, review) = answered_under_review().await;
    let withdraw = C::Withdraw(Withdrawal { reason: WithdrawalReason::NotPursued });
    let mut withdraw = request(1_700, Some(complaint.clone()), withdraw);
    withdraw.actor = Actor { id: ActorId(label("kim")), role: Role::CommitteeChair };
    story.service.handle(withdraw).await.unwrap();
    let id: ComplaintId = complaint.as_str().parse().unwrap();
    let decided = async |number: u128| {
        let (ground, complaint) = (ErasureGround::NoLongerNeeded, id.clone());
        let ask = SubjectCommand::RequestErasure(ErasureRequest { complaint, ground });
        say(&story, number, ("ana", Role::Agent), ask).await;
        let decide = SubjectCommand::DecideErasure(ErasureDecision { complaint: id.clone() });
        say(&story, number + 1, ("dpo", Role::DataProtectionOfficer), decide).await
    };
    assert_eq!(decided(2_000).await, ["subject.erasure-refused.v1"]);
    upheld_by_three(&story, &review).await;
    counted(&story, 40, &review).await.unwrap();
    run(&story).await;
    assert_eq!(decided(2_002).await, ["subject.erasure-ordered.v1"]);
}

async fn say(
    story: &Story,
    id: u128,
    (who, role): (&str, Role),
    command: SubjectCommand,
) -> Vec<&'static str> {
    let (command_id, actor) = (Uuid::from_u128(id), Actor { id: ActorId(label(who)), role });
    let request = UnsealedRequest { command_id, stream: None, actor, occurred_at: None, command };
    reviews(story).handle::<Subject>(&request).await.unwrap().events
}

/// Once the committee has it, it is the committee's.
#[tokio::test]
async fn an_escalation_is_taken_back_until_a_review_takes_it_up() {
    let story = story();
    let complaint = would_be(&story, 1_000, Outcome::Upheld).await;
    let take_back = async |id| {
        let ground = EscalationMistake::WrongComplaint;
        let mistake = C::WithdrawEscalation(EscalationWithdrawal { ground });
        story.service.handle(request(id, Some(complaint.clone()), mistake)).await
    };
    escalate(&story, 1_500, &complaint).await;
    take_back(1_501).await.unwrap();
    let refused = open(&story, 11, &complaint).await.unwrap_err();
    assert!(matches!(refused, HandleError::AggregateRefused { code: "not-escalated", .. }));
    escalate(&story, 1_600, &complaint).await;
    let second = open(&story, 12, &complaint).await.unwrap();
    assert_eq!(second.stream, review_stream_of(&complaint, 2));
    let refused = take_back(1_601).await.unwrap_err();
    let HandleError::Refused(refused) = refused else { panic!("{refused}") };
    assert_eq!(refused.code(), "committee-taken-up");
}

/// Whether those who agreed before may still do so is asked with the last of them.
#[tokio::test]
async fn a_measure_is_withdrawn_by_two_of_a_quorum_of_three() {
    let story = story();
    let complaint = would_be(&story, 1_000, Outcome::NotUpheld).await;
    escalate(&story, 1_500, &complaint).await;
    let review = open(&story, 11, &complaint).await.unwrap().stream;
    upheld_by_three(&story, &review).await;
    counted(&story, 40, &review).await.unwrap();
    let reply = Reply { reply: ReplyKind::Accepted, grounds: Vec::new() };
    let company = Actor { id: ActorId(label("sue")), role: Role::Supervisor };
    send_by(&story, company, 41, Some(review.clone()), ReviewCommand::Reply(reply)).await.unwrap();
    for (id, who) in [(42, "fay"), (44, "gil")] {
        let close = ReviewCommand::Close(ReviewClosure {});
        let refused = send(&story, id + 1, Some(review.clone()), close).await.unwrap_err();
        let HandleError::AggregateRefused { code, .. } = refused else { panic!("{refused}") };
        assert_eq!(code, "measure-outstanding");
        let grounds = vec![label("account-closed")];
        let end = MeasureWithdrawal { measure: MeasureId(1), grounds };
        let member = Actor { id: ActorId(label(who)), role: Role::CommitteeMember };
        let end = ReviewCommand::WithdrawMeasure(end);
        send_by(&story, member, id, Some(review.clone()), end).await.unwrap();
    }
    send(&story, 46, Some(review), ReviewCommand::Close(ReviewClosure {})).await.unwrap();
}

#[tokio::test]
async fn a_review_with_an_older_name_goes_on_to_its_end() {
    let story = story();
    let complaint = would_be(&story, 1_000, Outcome::Upheld).await;
    escalate(&story, 1_500, &complaint).await;
    let old = opened_by_an_older_program(&story, 11, &complaint).await;
    sits_on_the_committee(&story, "eve").await;
    complainant_writes(&story, 1_550, &complaint).await;
    discontinue(&story, 12, &old).await.unwrap();
    assert_eq!(run(&story).await, Escalated { concluded: 1, ..NOTHING });
    answer_and_refuse(&story, 1_600, &complaint).await;
    escalate(&story, 1_700, &complaint).await;
    // The next escalation has a review of its own.
    let next = open(&story, 13, &complaint).await.unwrap();
    assert_eq!(next.stream, review_stream_of(&complaint, 2));
}
