use super::{
    builders::{
        again, answer, answered, assigned, because, close, coming_to, concluded, decides,
        limits_of, no_cause_found, not_pursued, received, responded, review, to, would_be,
    },
    harness::{Given, given, past, person},
};
use crate::{
    actor::Role,
    clock::{Adoption, InForce, Rulebook, shipped},
    complaint::{
        Answer, AnswerRefusal, CloseReason, CommitteeRefusal, Complaint, ComplaintCommand as C,
        ComplaintEvent as E, ComplaintRejection as R, Escalation, EscalationReason, Outcome,
        RecourseRefusal, ReopenReason, ReviewConcluded, ReviewConclusion,
    },
    review::{DecisionEffect, DiscontinuationReason, ReplyKind},
};

fn india(given: Given) -> Given {
    given.with_limits(limits_of("in-rbi"))
}

/// With the last day of recourse that the pack of India gives.
fn answers(outcome: Outcome) -> C {
    C::IssueResponse(coming_to(outcome, "2025-03-11"))
}

fn not_reviewed(outcome: Outcome) -> R {
    CommitteeRefusal::NotReviewed { outcome, pack: "in-rbi".parse().unwrap() }.into()
}

fn is_owed(given: &Given) -> bool {
    let Complaint::Received(case) = given.state() else { panic!("a complaint that came in") };
    case.is_owed_to_committee(&given.rules.time_limits)
}

fn escalate() -> C {
    C::Escalate(Escalation { reason: EscalationReason::NotFullyUpheld })
}

#[test]
fn in_india_a_rejection_goes_before_the_committee_before_the_complainant_hears_of_it() {
    let handled = india(given([received(), assigned("ana")]));
    assert!(!is_owed(&handled), "nobody has said what it comes to");
    handled
        .clone()
        .when(&answers(Outcome::NotUpheld))
        .then_rejected(not_reviewed(Outcome::NotUpheld));

    let proposed = handled.after(&C::ProposeOutcome(would_be(Outcome::NotUpheld)));
    assert!(is_owed(&proposed));
    proposed
        .clone()
        .when(&answers(Outcome::NotUpheld))
        .then_rejected(not_reviewed(Outcome::NotUpheld));

    let escalated = proposed.by("escalation-process", Role::System).after(&escalate());
    assert!(!is_owed(&escalated), "once");
    let decided = decides(Outcome::PartlyUpheld, DecisionEffect::Binding);
    let answered = escalated
        .reviewing(Some(decided))
        .after(&C::NoteReview(review(1)))
        .by("ana", Role::Agent)
        .after(&answers(Outcome::PartlyUpheld));
    assert!(!is_owed(&answered), "the committee has seen it");
}

#[test]
fn what_gives_the_complainant_everything_needs_no_committee() {
    let handled = india(given([received(), assigned("ana")]));
    let proposed = handled.clone().after(&C::ProposeOutcome(would_be(Outcome::Upheld)));
    assert!(!is_owed(&proposed));
    assert!(proposed.decide(&answers(Outcome::Upheld)).is_ok());
    for outcome in [Outcome::PartlyUpheld, Outcome::Goodwill, Outcome::OutOfScope] {
        handled.clone().when(&answers(outcome)).then_rejected(not_reviewed(outcome));
        assert!(is_owed(&handled.clone().after(&C::ProposeOutcome(would_be(outcome)))));
    }
}

#[test]
fn elsewhere_nothing_is_ordered() {
    let handled = given([received(), assigned("ana")]);
    let proposed = handled.after(&C::ProposeOutcome(would_be(Outcome::NotUpheld)));
    assert!(!is_owed(&proposed));
    assert!(!is_owed(&proposed.after(&answers(Outcome::NotUpheld))));
}

#[test]
fn where_the_answer_need_not_wait_it_is_looked_at_afterwards() {
    let rejected = coming_to(Outcome::NotUpheld, "2024-09-11");
    let handled = given([received(), assigned("ana")]).with_limits(limits_of("template"));
    let answered = handled.after(&C::IssueResponse(rejected));
    assert!(is_owed(&answered));
    let escalated = answered.by("escalation-process", Role::System).after(&escalate());
    assert!(!is_owed(&escalated));
}

#[test]
fn a_complaint_goes_by_the_pack_of_the_local_day_on_which_it_came_in() {
    let from = |day: &str| {
        let holds = InForce { from: Some(day.parse().unwrap()), until: None };
        let adoption = Adoption::of(shipped::pack("in-rbi").unwrap()).holding(holds);
        Rulebook::with_shipped_calendars().adopt(adoption).unwrap()
    };
    // Received at 20:00 UTC on the 1st: in India, on the 2nd.
    let late = received_at("2024-03-01T20:00:00Z");
    let handled = given([late, assigned("ana")]);
    let proposed = handled.after(&C::ProposeOutcome(would_be(Outcome::NotUpheld)));
    assert!(is_owed(&proposed.clone().with_limits(from("2024-03-02"))));
    assert!(!is_owed(&proposed.with_limits(from("2024-03-03"))));
}

fn received_at(when: &str) -> crate::Fact<E> {
    use super::harness::Told as _;
    received().at(when)
}

#[test]
fn what_binds_is_the_least_the_complainant_gets() {
    let binding = DecisionEffect::Binding;
    let decided = |outcome, effect| {
        given([received(), assigned("ana"), concluded(1, decides(outcome, effect))])
    };
    let refused = CommitteeRefusal::DecisionBinds {
        decided: Outcome::PartlyUpheld,
        found: Outcome::NotUpheld,
    };
    decided(Outcome::PartlyUpheld, binding)
        .when(&answers(Outcome::NotUpheld))
        .then_rejected(refused.into());
    assert!(decided(Outcome::PartlyUpheld, binding).decide(&answers(Outcome::Upheld)).is_ok());
    let recommended = DecisionEffect::Recommendation;
    assert!(decided(Outcome::Upheld, recommended).decide(&answers(Outcome::NotUpheld)).is_ok());
}

#[test]
fn what_binds_outlasts_another_review_and_a_reopening() {
    let partly = decides(Outcome::PartlyUpheld, DecisionEffect::Binding);
    let settled = ReviewConclusion::Discontinued { reason: DiscontinuationReason::Settled };
    let refused = || CommitteeRefusal::DecisionBinds {
        decided: Outcome::PartlyUpheld,
        found: Outcome::NotUpheld,
    };
    given([received(), assigned("ana"), concluded(1, partly), concluded(2, settled)])
        .when(&answers(Outcome::NotUpheld))
        .then_rejected(refused().into());
    let reopened = [
        received(),
        concluded(1, partly),
        past(E::Withdrawn(not_pursued())),
        past(E::Reopened(again(ReopenReason::NewEvidence))),
        assigned("ben"),
    ];
    let reopened = given(reopened);
    reopened.clone().when(&answers(Outcome::NotUpheld)).then_rejected(refused().into());
    let kept = reopened.after(&answers(Outcome::Upheld));
    let Complaint::Received(case) = kept.state() else { panic!("a complaint that came in") };
    assert_eq!(case.bound_to, None, "an answer that gives it is the end of it");
}

#[test]
fn nothing_is_closed_against_what_binds() {
    let rejected = || responded(coming_to(Outcome::NotUpheld, "2025-03-11"));
    let upheld = concluded(1, decides(Outcome::Upheld, DecisionEffect::Binding));
    let refused =
        CommitteeRefusal::DecisionBinds { decided: Outcome::Upheld, found: Outcome::NotUpheld };
    for (answer, reason) in
        [(Answer::Refused, CloseReason::RecourseExpired), (Answer::Accepted, CloseReason::Accepted)]
    {
        let history = [received(), assigned("ana"), rejected(), answered(answer), no_cause_found()];
        let late = "2025-06-01T00:00:00Z";
        given(history.clone()).at(late).when(&close(reason)).then(E::Closed(because(reason)));
        given(history.into_iter().chain([upheld.clone()]))
            .at(late)
            .when(&close(reason))
            .then_rejected(refused.clone().into());
    }
}

#[test]
fn what_the_committee_gives_is_given_though_the_complainant_said_nothing_to_less() {
    let silent = |said: &[Answer]| {
        let rejected = responded(coming_to(Outcome::NotUpheld, "2024-03-05"));
        let answers = said.iter().map(|said| answered(*said));
        let upheld = concluded(1, decides(Outcome::Upheld, DecisionEffect::Binding));
        let history = [received(), assigned("ana"), rejected].into_iter().chain(answers);
        given(history.chain([upheld]))
    };
    for said in [&[][..], &[Answer::Silent], &[Answer::Accepted]] {
        let owed = silent(said);
        owed.clone().when(&answers(Outcome::NotUpheld)).then_rejected(
            CommitteeRefusal::DecisionBinds { decided: Outcome::Upheld, found: Outcome::NotUpheld }
                .into(),
        );
        let given = owed.after(&answers(Outcome::Upheld));
        // That stands.
        given.when(&answers(Outcome::Upheld)).then_rejected(R::FinalResponseStands);
    }
}

#[test]
fn what_was_settled_before_the_committee_may_be_answered() {
    let settled = ReviewConclusion::Discontinued { reason: DiscontinuationReason::Settled };
    let handled = india(given([received(), assigned("ana"), concluded(1, settled)]));
    assert!(handled.decide(&answers(Outcome::Goodwill)).is_ok());
}

#[test]
fn after_a_reopening_the_next_rejection_goes_there_again() {
    let decided = decides(Outcome::NotUpheld, DecisionEffect::Binding);
    let rejected = coming_to(Outcome::NotUpheld, "2024-09-11");
    let history = [
        received(),
        assigned("ana"),
        concluded(1, decided),
        responded(rejected),
        answered(Answer::Refused),
        past(E::Withdrawn(not_pursued())),
        past(E::Reopened(again(ReopenReason::NewEvidence))),
    ];
    let reopened = india(given(history)).after(&C::Assign(to("ben")));
    assert!(!is_owed(&reopened), "that answer was seen");
    reopened
        .clone()
        .when(&answers(Outcome::NotUpheld))
        .then_rejected(not_reviewed(Outcome::NotUpheld));
    assert!(is_owed(&reopened.after(&C::ProposeOutcome(would_be(Outcome::NotUpheld)))));
}

#[test]
fn a_review_is_noted_as_its_own_stream_has_it_and_by_the_process_alone() {
    let decided = decides(Outcome::Upheld, DecisionEffect::Binding);
    let review_one = review(1).review;
    let noted = ReviewConcluded { review: review_one, escalation: None, conclusion: decided };
    let process = given([received()]).by("escalation-process", Role::System);
    process.clone().when(&C::NoteReview(review(1))).then_rejected(not_of_this());
    process
        .clone()
        .reviewing(None)
        .when(&C::NoteReview(review(1)))
        .then_rejected(CommitteeRefusal::NotEnded(review(1).review).into());
    process
        .reviewing(Some(decided))
        .when(&C::NoteReview(review(1)))
        .then(E::ReviewConcluded(noted));
    given([received()])
        .reviewing(Some(decided))
        .when(&C::NoteReview(review(1)))
        .then_rejected(R::NotForPeople("note-review"));
}

/// Answered and escalated twice; the first review ends when the second answer is before the committee.
#[test]
fn the_review_of_one_answer_says_nothing_of_the_next() {
    let rejected = || responded(coming_to(Outcome::NotUpheld, "2025-03-11"));
    let reason = EscalationReason::ComplainantRequest;
    let escalated = || past(E::Escalated(Escalation { reason }));
    let refused = || answered(Answer::Refused);
    let twice =
        [received(), assigned("ana"), rejected(), refused(), escalated(), rejected(), refused()];
    let twice =
        given(twice.into_iter().chain([escalated(), no_cause_found()])).at("2025-06-01T00:00:00Z");
    let decided = decides(Outcome::NotUpheld, DecisionEffect::Recommendation);
    let after = |number| {
        let process = twice.clone().by("escalation-process", Role::System);
        let noted = process.reviewing_escalation(number, decided).after(&C::NoteReview(review(1)));
        noted.by("ana", Role::Agent)
    };
    let expired = close(CloseReason::RecourseExpired);
    after(1).when(&expired).then_rejected(RecourseRefusal::ReviewPending.into());
    after(2).when(&expired).then(E::Closed(because(CloseReason::RecourseExpired)));
}

/// What was put before the committee and how its review ended, noted by a program that says of which
/// escalation it was.
fn reviewed(proposed: Outcome, conclusion: ReviewConclusion) -> Given {
    let handled = india(given([received(), assigned("ana")]));
    let proposed = handled.after(&C::ProposeOutcome(would_be(proposed)));
    let escalated = proposed.by("escalation-process", Role::System).after(&escalate());
    let reviewing = escalated.reviewing_escalation(1, conclusion);
    reviewing.after(&C::NoteReview(review(1))).by("ana", Role::Agent)
}

const SETTLED: ReviewConclusion =
    ReviewConclusion::Discontinued { reason: DiscontinuationReason::Settled };

#[test]
fn who_answers_less_than_the_committee_has_seen_goes_before_it_again() {
    let partly = Outcome::PartlyUpheld;
    for conclusion in [SETTLED, decides(partly, DecisionEffect::Recommendation)] {
        let seen = reviewed(partly, conclusion);
        assert!(seen.decide(&answers(partly)).is_ok());
        assert!(seen.decide(&answers(Outcome::Upheld)).is_ok());
        seen.clone()
            .when(&answers(Outcome::NotUpheld))
            .then_rejected(not_reviewed(Outcome::NotUpheld));
        // The way there: it is proposed, escalated and looked at.
        let again = seen.after(&C::ProposeOutcome(would_be(Outcome::NotUpheld)));
        assert!(is_owed(&again));
        let escalated = again.by("escalation-process", Role::System).after(&escalate());
        let decided = decides(partly, DecisionEffect::Recommendation);
        let noted = escalated.reviewing_escalation(2, decided).after(&C::NoteReview(review(2)));
        assert!(!is_owed(&noted));
        let refused = noted.by("ana", Role::Agent).replying(ReplyKind::Refused);
        assert!(refused.decide(&answers(Outcome::NotUpheld)).is_ok());
    }
}

#[test]
fn a_recommendation_is_departed_from_with_grounds_that_the_committee_was_told() {
    let upheld = decides(Outcome::Upheld, DecisionEffect::Recommendation);
    let seen = reviewed(Outcome::NotUpheld, upheld);
    assert!(!is_owed(&seen));
    let (found, review) = (Outcome::NotUpheld, review(1).review);
    let stands = CommitteeRefusal::RecommendationStands { found, review };
    seen.clone().when(&answers(found)).then_rejected(stands.clone().into());
    seen.clone().replying(ReplyKind::Accepted).when(&answers(found)).then_rejected(stands.into());
    assert!(seen.decide(&answers(Outcome::Upheld)).is_ok(), "what follows it needs no reply");
    assert!(seen.replying(ReplyKind::Refused).decide(&answers(found)).is_ok());
}

#[test]
fn what_was_proposed_while_the_committee_looked_at_something_better_goes_there_too() {
    let handled = india(given([received(), assigned("ana")]));
    let proposed = handled.after(&C::ProposeOutcome(would_be(Outcome::PartlyUpheld)));
    let escalated = proposed.by("escalation-process", Role::System).after(&escalate());
    let less = C::ProposeOutcome(would_be(Outcome::NotUpheld));
    let changed = escalated.by("ana", Role::Agent).after(&less);
    assert!(!is_owed(&changed), "while the review goes on");
    let decided = decides(Outcome::PartlyUpheld, DecisionEffect::Recommendation);
    let process = changed.by("escalation-process", Role::System);
    let noted = process.reviewing_escalation(1, decided).after(&C::NoteReview(review(1)));
    assert!(is_owed(&noted));
    let answering = noted.by("ana", Role::Agent);
    assert!(answering.decide(&answers(Outcome::PartlyUpheld)).is_ok(), "that was seen");
    answering.when(&answers(Outcome::NotUpheld)).then_rejected(not_reviewed(Outcome::NotUpheld));
}

/// The review ended because the complaint was withdrawn; that is noted after it was taken up again.
#[test]
fn a_review_from_before_a_reopening_says_nothing_of_the_answer_after_it() {
    let handled = india(given([received(), assigned("ana")]));
    let proposed = handled.after(&C::ProposeOutcome(would_be(Outcome::NotUpheld)));
    let escalated = proposed.by("escalation-process", Role::System).after(&escalate());
    let reopened = escalated
        .by("portal", Role::Complainant)
        .after(&C::Withdraw(not_pursued()))
        .by("ana", Role::Agent)
        .after(&C::Reopen(again(ReopenReason::ComplainantRequest)));
    let reason = DiscontinuationReason::ComplaintWithdrawn;
    reopened
        .by("escalation-process", Role::System)
        .reviewing_escalation(1, ReviewConclusion::Discontinued { reason })
        .after(&C::NoteReview(review(1)))
        .by("sue", Role::Supervisor)
        .after(&C::Assign(to("ben")))
        .when(&answers(Outcome::NotUpheld))
        .then_rejected(not_reviewed(Outcome::NotUpheld));
}

/// Received on 3 March by the record, when the pack held; corrected to a day before, or the other way round.
#[test]
fn no_correction_of_the_day_of_receipt_takes_a_rejection_from_the_committee() {
    let holds = InForce { from: Some("2024-03-02".parse().unwrap()), until: None };
    let adoption = Adoption::of(shipped::pack("in-rbi").unwrap()).holding(holds);
    let limits = Rulebook::with_shipped_calendars().adopt(adoption).unwrap();
    for (recorded, corrected) in [
        ("2024-03-03T09:00:00Z", "2024-03-01T09:00:00Z"),
        ("2024-03-01T09:00:00Z", "2024-03-03T09:00:00Z"),
    ] {
        let received_at = super::harness::time(corrected);
        let correction = past(E::Corrected(crate::complaint::Correction {
            corrects: 0,
            fact: crate::complaint::CorrectedFact::ReceivedAt { received_at },
            reason: crate::complaint::CorrectionReason::ClericalError,
        }));
        let handled = given([self::received_at(recorded), correction, assigned("ana")]);
        let handled = handled.with_limits(limits.clone());
        handled
            .clone()
            .when(&answers(Outcome::NotUpheld))
            .then_rejected(not_reviewed(Outcome::NotUpheld));
        assert!(is_owed(&handled.after(&C::ProposeOutcome(would_be(Outcome::NotUpheld)))));
    }
}

fn not_of_this() -> R {
    CommitteeRefusal::NotOfThis(review(1).review).into()
}

/// Where the answer need not wait for the review, it is no end of what the committee looks at.
#[test]
fn a_complaint_that_was_answered_while_the_committee_looks_at_it_waits_for_its_review() {
    let answered_meanwhile = || {
        let reason = EscalationReason::ComplainantRequest;
        let history = [received(), assigned("ana"), past(E::Escalated(Escalation { reason }))];
        let rejected = responded(coming_to(Outcome::NotUpheld, "2024-03-05"));
        let mut given = given(history.into_iter().chain([rejected, no_cause_found()]));
        given.is_under_review = true;
        given
    };
    let pending = || R::from(RecourseRefusal::ReviewPending);
    for (said, reason) in [
        (Answer::Refused, CloseReason::RecourseWaived),
        (Answer::Silent, CloseReason::RecourseExpired),
    ] {
        let said = answered_meanwhile().record(&answered(said));
        said.clone().when(&close(reason)).then_rejected(pending());
        let mut noted = said;
        noted.is_under_review = false;
        noted.when(&close(reason)).then(E::Closed(because(reason)));
    }
    answered_meanwhile().when(&C::Withdraw(not_pursued())).then_rejected(pending());
    // What the complainant says themselves ends it all the same, and what others say that they said does not.
    let accepted = C::RecordAnswer(answer(Answer::Accepted));
    let refused = AnswerRefusal::DebtStands(person("ana"), Role::Agent);
    answered_meanwhile().when(&accepted).then_rejected(refused.into());
    answered_meanwhile()
        .by("portal", Role::Complainant)
        .after(&accepted)
        .by("ana", Role::Agent)
        .when(&close(CloseReason::Accepted))
        .then(E::Closed(because(CloseReason::Accepted)));
}

/// Answered, refused by the complainant and escalated; the committee would give more than was answered.
fn recommended_after(answer: Answer) -> Given {
    let reason = EscalationReason::ComplainantRequest;
    let rejected = responded(coming_to(Outcome::NotUpheld, "2024-03-05"));
    let history = [received(), assigned("ana"), rejected, answered(answer), no_cause_found()];
    let escalated = given(history.into_iter().chain([past(E::Escalated(Escalation { reason }))]));
    let upheld = decides(Outcome::Upheld, DecisionEffect::Recommendation);
    let process = escalated.by("escalation-process", Role::System).reviewing_escalation(1, upheld);
    process.after(&C::NoteReview(review(1))).by("ana", Role::Agent)
}

#[test]
fn nothing_is_closed_against_a_recommendation_before_the_committee_was_told_why() {
    let (found, review) = (Outcome::NotUpheld, review(1).review);
    let stands = CommitteeRefusal::RecommendationStands { found, review };
    for (said, reason) in [
        (Answer::Refused, CloseReason::RecourseExhausted),
        (Answer::Silent, CloseReason::RecourseExpired),
        (Answer::Accepted, CloseReason::Accepted),
    ] {
        let recommended = recommended_after(said);
        recommended.clone().when(&close(reason)).then_rejected(stands.clone().into());
        let follows = recommended.clone().replying(ReplyKind::Accepted);
        follows.when(&close(reason)).then_rejected(stands.clone().into());
        let explained = recommended.replying(ReplyKind::Refused);
        explained.when(&close(reason)).then(E::Closed(because(reason)));
    }
}

/// Else whoever told the committee that they follow it, after an answer that stands, could neither answer nor close.
#[test]
fn an_answer_makes_room_for_what_was_recommended_since_and_for_nothing_less() {
    let follows = recommended_after(Answer::Silent).replying(ReplyKind::Accepted);
    for less in [Outcome::NotUpheld, Outcome::PartlyUpheld] {
        follows.clone().when(&answers(less)).then_rejected(R::FinalResponseStands);
    }
    let given = follows.after(&answers(Outcome::Upheld));
    given.when(&answers(Outcome::Upheld)).then_rejected(R::FinalResponseStands);
}

/// The answer was given while the committee looked at what was to come; its recommendation is one for that answer too.
#[test]
fn a_recommendation_that_comes_after_the_answer_wants_a_reply_too() {
    let reason = EscalationReason::ComplainantRequest;
    let history = [received(), assigned("ana"), past(E::Escalated(Escalation { reason }))];
    let rejected = responded(coming_to(Outcome::NotUpheld, "2024-03-05"));
    let meanwhile =
        given(history.into_iter().chain([rejected, answered(Answer::Refused), no_cause_found()]));
    let upheld = decides(Outcome::Upheld, DecisionEffect::Recommendation);
    let process = meanwhile.by("escalation-process", Role::System).reviewing_escalation(1, upheld);
    let noted = process.after(&C::NoteReview(review(1))).by("ana", Role::Agent);
    let (found, review) = (Outcome::NotUpheld, review(1).review);
    let stands = CommitteeRefusal::RecommendationStands { found, review };
    noted.when(&close(CloseReason::RecourseExhausted)).then_rejected(stands.into());
}
