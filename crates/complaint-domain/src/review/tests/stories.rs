use super::{
    super::{
        CaseFacts, Conclusion, Discontinuation, DiscontinuationReason, Dissent, MeasureDone,
        MeasureId, MemberRecusal, Opened, OpeningWay, Part, ReplyKind, ReviewClosure,
        ReviewCommand as C, ReviewEvent as E, ReviewRejection as R, Ruling, Side, VoteChoice,
    },
    agreed, answered, committee, complaint, decided, decision, disclosure, heard, label, opened,
    opening, person, proposal, proposed, ready, replied, reply, seat, vote, voted, withdrawal,
};
use crate::{
    Fact,
    actor::Role,
    complaint::{
        Answer, AnswerGiven, Assignment, Channel, CloseReason, Closure, Communication,
        ComplaintEvent, Direction, Escalation, EscalationReason, Evidence, EvidenceId,
        EvidenceKind, Outcome, Party, Purpose, RecusalGround, RemedyApproval, RemedyId,
        ReopenReason, Reopening, Response, ResponseKind, ReviewConcluded, ReviewConclusion,
    },
    reference::ReviewId,
    review::DecisionEffect,
    story::{given, past},
};

const MEMBER: Role = Role::CommitteeMember;

#[test]
fn a_case_goes_from_its_opening_to_the_end_of_its_follow_up() {
    let decided = given(committee(), vec![])
        .by("escalation-process", Role::System)
        .after(&C::Open(opening()))
        .by("mia", Role::CommitteeChair)
        .after(&C::SeatMember(seat("mia")))
        .after(&C::SeatMember(seat("noa")))
        .after(&C::SeatMember(seat("oli")))
        .after(&C::HearParty(heard(Side::Complainant)))
        .after(&C::HearParty(heard(Side::Company)))
        .after(&C::ProposeDecision(proposal()))
        .after(&C::CastVote(vote(VoteChoice::For)))
        .by("noa", MEMBER)
        .after(&C::CastVote(vote(VoteChoice::For)))
        .by("oli", MEMBER)
        .after(&C::CastVote(vote(VoteChoice::Against)))
        .after(&C::RecordDissent(Dissent { grounds: vec![label("terms 4.3")] }))
        .by("mia", Role::CommitteeChair);
    decided.clone().when(&C::Decide(Conclusion {})).then(E::Decided(decision()));
    decided
        .after(&C::Decide(Conclusion {}))
        .by("sue", Role::Supervisor)
        .after(&C::Reply(reply(ReplyKind::Accepted)))
        .by("ana", Role::Agent)
        .after(&C::CompleteMeasure(MeasureDone { measure: MeasureId(1) }))
        .by("mia", Role::CommitteeChair)
        .when(&C::Close(ReviewClosure {}))
        .then(E::Closed(ReviewClosure {}));
}

#[test]
fn an_escalation_that_has_a_review_in_another_stream_gets_no_second_one() {
    let mut committee = committee();
    committee.facts.has_another_review = true;
    given(committee, vec![]).when(&C::Open(opening())).then_rejected(R::AlreadyOpened);
}

#[test]
fn a_recommendation_is_refused_only_with_reasons_and_then_needs_no_follow_up() {
    let refused = given(committee(), decided()).by("sue", Role::Supervisor);
    let mut without = reply(ReplyKind::Refused);
    without.grounds.clear();
    refused.clone().when(&C::Reply(without)).then_rejected(R::GroundsMissing("reply"));
    refused
        .after(&C::Reply(reply(ReplyKind::Refused)))
        .by("mia", Role::CommitteeChair)
        .when(&C::Close(ReviewClosure {}))
        .then(E::Closed(ReviewClosure {}));
}

/// Partly upheld is recommended on 2 May.
#[test]
fn nobody_says_that_they_follow_what_they_have_answered_otherwise() {
    let company = given(committee(), decided()).by("sue", Role::Supervisor);
    let accepted = C::Reply(reply(ReplyKind::Accepted));
    let after = |outcome| {
        company.clone().where_(|world| world.facts.case.answered = Some(answered(outcome)))
    };
    let rejected = after(Outcome::NotUpheld);
    let otherwise =
        R::AnsweredOtherwise { decided: Outcome::PartlyUpheld, found: Outcome::NotUpheld };
    rejected.clone().when(&accepted).then_rejected(otherwise);
    assert!(rejected.clone().attempt(&C::Reply(reply(ReplyKind::Refused))).is_some());
    assert!(after(Outcome::Upheld).attempt(&accepted).is_some());
    // The answer that was reviewed is the one from before: a better one is still to come.
    let before = |world: &mut super::Committee| {
        let answered = world.facts.case.answered.as_mut().unwrap();
        answered.recorded_at = crate::story::time("2024-05-01T09:00:00Z");
    };
    assert!(rejected.where_(before).attempt(&accepted).is_some());
}

/// A final response that rejects the complaint.
fn rejection() -> Response {
    Response {
        kind: ResponseKind::Final,
        channel: Channel::Email,
        outcome: Some(Outcome::NotUpheld),
        findings: vec![],
        remedies: vec![],
        recourse: None,
        expected_by: None,
        platform: None,
    }
}

/// Rejected on 1 May, partly upheld as recommended on the 2nd, closed on the 3rd.
#[test]
fn nobody_says_that_they_follow_what_they_have_closed_against() {
    let closed = ComplaintEvent::Closed(Closure { reason: CloseReason::RecourseExhausted });
    let reason = ReopenReason::ClosedInError;
    let history = [
        (ComplaintEvent::ResponseIssued(rejection()), "2024-05-01T09:00:00Z"),
        (closed, "2024-05-03T09:00:00Z"),
        (ComplaintEvent::Reopened(Reopening { reason }), "2024-05-04T09:00:00Z"),
    ];
    let history = history.map(|(event, at)| past(event, "ana", Role::Agent, at));
    let after = |count: usize| {
        let case = history.iter().take(count).fold(CaseFacts::default(), CaseFacts::with);
        let world = given(committee(), decided()).by("sue", Role::Supervisor);
        world.where_(|world| world.facts.case = case)
    };
    let accepted = C::Reply(reply(ReplyKind::Accepted));
    let otherwise =
        R::AnsweredOtherwise { decided: Outcome::PartlyUpheld, found: Outcome::NotUpheld };
    assert!(after(1).attempt(&accepted).is_some(), "a better answer is still to come");
    after(2).when(&accepted).then_rejected(otherwise);
    assert!(after(3).attempt(&accepted).is_some(), "it was taken up again");
}

#[test]
fn where_the_rules_make_it_bind_a_decision_cannot_be_refused() {
    given(committee(), voted())
        .where_(|world| world.facts.rules.effect = DecisionEffect::Binding)
        .after(&C::Decide(Conclusion {}))
        .by("sue", Role::Supervisor)
        .when(&C::Reply(reply(ReplyKind::Refused)))
        .then_rejected(R::DecisionBinds);
}

#[test]
fn a_member_who_steps_aside_takes_their_vote_with_them() {
    given(committee(), voted())
        .after(&C::RecuseMember(MemberRecusal {
            member: person("noa"),
            ground: RecusalGround::DirectInterest,
        }))
        .when(&C::Decide(Conclusion {}))
        .then_rejected(R::QuorumMissing { needed: 3, found: 2 });
}

#[test]
fn a_member_under_doubt_votes_again_once_the_others_have_cleared_them() {
    let doubted = given(committee(), voted()).after(&C::DiscloseInterest(disclosure("noa")));
    doubted
        .clone()
        .when(&C::Decide(Conclusion {}))
        .then_rejected(R::QuorumMissing { needed: 3, found: 2 });
    doubted
        .after(&C::RuleOnInterest(Ruling { member: person("noa"), may_stay: true }))
        .by("noa", MEMBER)
        .after(&C::CastVote(vote(VoteChoice::For)))
        .by("mia", Role::CommitteeChair)
        .when(&C::Decide(Conclusion {}))
        .then(E::Decided(decision()));
}

#[test]
fn a_complainant_may_challenge_a_member_and_whoever_has_to_leave_is_never_seated_again() {
    given(committee(), ready())
        .by("portal", Role::Complainant)
        .after(&C::DiscloseInterest(disclosure("oli")))
        .by("mia", Role::CommitteeChair)
        .after(&C::RuleOnInterest(Ruling { member: person("oli"), may_stay: false }))
        .when(&C::SeatMember(seat("oli")))
        .then_rejected(R::MemberRecused(person("oli")));
}

#[test]
fn an_interest_declared_after_the_seating_still_keeps_a_member_from_voting() {
    given(committee(), proposed())
        .where_(|world| {
            let noa = world.facts.committee.get_mut(&person("noa")).unwrap();
            noa.has_interest = true;
        })
        .by("noa", MEMBER)
        .when(&C::CastVote(vote(VoteChoice::For)))
        .then_rejected(R::InterestDeclared(person("noa")));
}

/// A trifle that was ruled on clears nothing that is declared after it.
#[test]
fn a_ruling_is_on_what_was_declared_by_then() {
    let cleared = given(committee(), ready())
        .by("portal", Role::Complainant)
        .after(&C::DiscloseInterest(disclosure("noa")))
        .by("mia", Role::CommitteeChair)
        .after(&C::RuleOnInterest(Ruling { member: person("noa"), may_stay: true }))
        .after(&C::ProposeDecision(proposal()));
    let declared = |at: &str| {
        let at = at.parse().unwrap();
        let cleared = cleared.clone().where_(|world| {
            let noa = world.facts.committee.get_mut(&person("noa")).unwrap();
            (noa.has_interest, noa.interest_at) = (true, Some(at));
        });
        cleared.by("noa", MEMBER)
    };
    let ballot = vote(VoteChoice::For);
    let cast = C::CastVote(ballot.clone());
    declared("2001-01-01T00:00:00Z").when(&cast).then(E::VoteCast(ballot));
    let later = declared("2099-01-01T00:00:00Z");
    later.when(&cast).then_rejected(R::InterestDeclared(person("noa")));
}

/// Whoever challenges all of a committee does not stop it.
#[test]
fn of_a_whole_committee_that_was_challenged_the_one_rules_on_the_other() {
    let mut challenged = given(committee(), ready()).by("portal", Role::Complainant);
    for member in ["mia", "noa", "oli"] {
        challenged = challenged.after(&C::DiscloseInterest(disclosure(member)));
    }
    let ruling =
        |member: &str| C::RuleOnInterest(Ruling { member: person(member), may_stay: true });
    let own = challenged.clone().by("mia", Role::CommitteeChair);
    own.when(&ruling("mia")).then_rejected(R::RuledBySelf(person("mia")));
    let one = challenged.by("mia", Role::CommitteeChair).after(&ruling("noa"));
    // Now there is one who may.
    one.clone().when(&ruling("oli")).then_rejected(R::InterestOpen(person("mia")));
    let all = one.by("noa", MEMBER).after(&ruling("oli")).after(&ruling("mia"));
    let proposed = E::DecisionProposed(proposal());
    all.by("mia", Role::CommitteeChair).when(&C::ProposeDecision(proposal())).then(proposed);
}

#[test]
fn a_term_that_ends_today_has_not_ended() {
    let last_day = given(committee(), vec![opened()]).at("2025-12-31T23:59:59Z");
    last_day.clone().when(&C::SeatMember(seat("noa"))).then(E::MemberSeated(seat("noa")));
    last_day
        .at("2026-01-01T00:00:00Z")
        .when(&C::SeatMember(seat("noa")))
        .then_rejected(R::TermOver { member: person("noa"), until: "2025-12-31".parse().unwrap() });
}

/// Between the vote and the count: an interest that `noa` declares, the end of a term, a leaving.
#[test]
fn the_vote_of_whoever_may_no_longer_vote_does_not_count() {
    let voted = given(committee(), voted());
    let missing = || R::QuorumMissing { needed: 3, found: 2 };
    let noa = person("noa");
    voted
        .clone()
        .where_(|world| world.facts.committee.get_mut(&noa).unwrap().has_interest = true)
        .when(&C::Decide(Conclusion {}))
        .then_rejected(missing());
    let over = Some("2024-05-05".parse().unwrap());
    voted
        .clone()
        .where_(|world| world.facts.committee.get_mut(&noa).unwrap().term_until = over)
        .when(&C::Decide(Conclusion {}))
        .then_rejected(missing());
    voted
        .where_(|world| world.facts.committee.retain(|member, _| *member != noa))
        .when(&C::Decide(Conclusion {}))
        .then_rejected(missing());
}

/// Escalated on 1 May; opened, voted on and decided on the 2nd.
#[test]
fn nothing_is_dated_before_what_it_follows() {
    let (escalated_at, decided_at) = ("2024-05-01T09:00:00Z", "2024-05-02T09:00:00Z");
    let too_early = |occurred_at, what, since| {
        let (occurred_at, since) = (crate::story::time(occurred_at), crate::story::time(since));
        R::OccurredTooEarly { occurred_at, what, since }
    };
    let mut escalated = committee();
    escalated.facts.case.escalated_at = Some(crate::story::time(escalated_at));
    let on = |world: super::Committee, history, day: &str| {
        given(world, history).where_(|world| world.occasion.occurred_at = crate::story::time(day))
    };
    let before = "2024-05-01T08:59:59Z";
    on(escalated.clone(), vec![], before).when(&C::Open(opening())).then_rejected(too_early(
        before,
        "the complaint was escalated",
        escalated_at,
    ));
    assert!(on(escalated, vec![], escalated_at).attempt(&C::Open(opening())).is_some());
    on(committee(), voted(), before).when(&C::Decide(Conclusion {})).then_rejected(too_early(
        before,
        "the review was opened",
        decided_at,
    ));
    let done = C::CompleteMeasure(MeasureDone { measure: MeasureId(1) });
    on(committee(), decided(), before).by("ana", Role::Agent).when(&done).then_rejected(too_early(
        before,
        "it was decided",
        decided_at,
    ));
    assert!(on(committee(), decided(), decided_at).by("ana", Role::Agent).attempt(&done).is_some());
}

#[test]
fn another_proposal_is_voted_on_afresh() {
    given(committee(), voted())
        .after(&C::ProposeDecision(proposal()))
        .when(&C::Decide(Conclusion {}))
        .then_rejected(R::QuorumMissing { needed: 3, found: 0 });
}

/// What the complaint's own stream says decides who may not sit on it, and who put it here.
#[test]
fn whoever_handled_supervised_or_approved_the_case_has_a_part_in_it() {
    let at = "2024-04-01T09:00:00Z";
    let history = [
        past(
            ComplaintEvent::Assigned(Assignment { handler: person("ana") }),
            "sue",
            Role::Supervisor,
            at,
        ),
        past(
            ComplaintEvent::RemedyApproved(RemedyApproval { remedy: RemedyId(1) }),
            "max",
            Role::CommitteeChair,
            at,
        ),
        past(
            ComplaintEvent::Escalated(Escalation { reason: EscalationReason::ComplainantRequest }),
            "portal",
            Role::Complainant,
            at,
        ),
    ];
    let case = history.iter().fold(CaseFacts::default(), CaseFacts::with);
    let parts: Vec<_> = case.parts.iter().map(|(who, part)| (who.0.as_str(), *part)).collect();
    assert_eq!(parts, [("ana", Part::Handled), ("max", Part::Approved), ("sue", Part::Supervised)]);
    given(committee(), vec![])
        .where_(|world| world.facts.case = case)
        .when(&C::Open(opening()))
        .then(E::Opened(Opened {
            complaint: complaint(),
            reason: EscalationReason::ComplainantRequest,
            way: OpeningWay::Complainant,
        }));
}

fn in_the_case(event: ComplaintEvent, who: &str, role: Role) -> Fact<ComplaintEvent> {
    past(event, who, role, "2024-04-01T09:00:00Z")
}

#[test]
fn nobody_of_the_committee_judges_what_they_answered_themselves() {
    let closed = ComplaintEvent::Closed(Closure { reason: CloseReason::Accepted });
    let noted = ComplaintEvent::EvidenceAdded(Evidence {
        evidence: EvidenceId(1),
        kind: EvidenceKind::Document,
        from: None,
        media_type: label("text/plain"),
    });
    let history = [
        in_the_case(closed.clone(), "mia", Role::CommitteeChair),
        in_the_case(noted, "noa", Role::CommitteeMember),
        in_the_case(closed, "importer", Role::System),
    ];
    let case = history.iter().fold(CaseFacts::default(), CaseFacts::with);
    assert_eq!(case.parts, [(person("mia"), Part::Handled)].into());
}

#[test]
fn one_escalation_has_one_review() {
    let escalated = || {
        let reason = EscalationReason::ComplainantRequest;
        in_the_case(ComplaintEvent::Escalated(Escalation { reason }), "portal", Role::Complainant)
    };
    let conclusion = ReviewConclusion::Discontinued { reason: DiscontinuationReason::Settled };
    let review: ReviewId = "review-01KA0000000000000000000001".parse().unwrap();
    let of = |escalation| ReviewConcluded { review: review.clone(), escalation, conclusion };
    let ended = |concluded: ReviewConcluded| {
        let concluded = ComplaintEvent::ReviewConcluded(concluded);
        in_the_case(concluded, "escalation-process", Role::System)
    };
    let process = ended(of(None));
    let seen = |history: &[Fact<ComplaintEvent>]| {
        let case = history.iter().fold(CaseFacts::default(), CaseFacts::with);
        given(committee(), vec![]).where_(|world| world.facts.case = case)
    };
    seen(&[escalated(), process.clone()]).when(&C::Open(opening())).then_rejected(R::NotEscalated);
    let again = E::Opened(Opened {
        complaint: complaint(),
        reason: EscalationReason::ComplainantRequest,
        way: OpeningWay::Complainant,
    });
    seen(&[escalated(), process, escalated()]).when(&C::Open(opening())).then(again.clone());
    // Escalated again while the first review went on: its end is not that of the second.
    let twice = |number| seen(&[escalated(), escalated(), ended(of(Some(number)))]);
    twice(1).when(&C::Open(opening())).then(again);
    twice(2).when(&C::Open(opening())).then_rejected(R::NotEscalated);
}

#[test]
fn nobody_from_outside_ends_a_review_or_unseats_a_member() {
    let recusal = MemberRecusal { member: person("noa"), ground: RecusalGround::Kinship };
    let outside = given(committee(), voted()).by("mallory", MEMBER);
    let settled = Discontinuation { reason: DiscontinuationReason::Settled };
    for command in
        [C::RecuseMember(recusal), C::Discontinue(settled.clone()), C::Decide(Conclusion {})]
    {
        outside.clone().when(&command).then_rejected(R::NotSeated(person("mallory")));
    }
    // While nobody sits on it, one of the committee who may.
    let unseated = given(committee(), vec![opened()]);
    let nobody = R::NotOnCommittee(person("mallory"));
    unseated
        .clone()
        .by("mallory", MEMBER)
        .when(&C::Discontinue(settled.clone()))
        .then_rejected(nobody);
    let withdrawn = Discontinuation { reason: DiscontinuationReason::ComplaintWithdrawn };
    unseated
        .where_(|world| world.facts.case.is_withdrawn = true)
        .by("noa", MEMBER)
        .when(&C::Discontinue(withdrawn.clone()))
        .then(E::Discontinued(withdrawn));
}

/// `ana` handled the case and has the role of a chair.
#[test]
fn whoever_handled_the_case_prepares_nothing_of_its_review() {
    let by_handler = given(committee(), vec![opened()]).by("ana", Role::CommitteeChair);
    for command in [
        C::SeatMember(seat("noa")),
        C::HearParty(heard(Side::Complainant)),
        C::TakeEvidence(super::super::EvidenceItem { evidence: EvidenceId(1) }),
    ] {
        let refused = R::HasPartInCase { member: person("ana"), part: Part::Handled };
        by_handler.clone().when(&command).then_rejected(refused);
    }
}

/// `mia` has the chair.
#[test]
fn no_member_unseats_another_and_the_chair_does() {
    let recusal = |member| MemberRecusal { member: person(member), ground: RecusalGround::Kinship };
    let seated = given(committee(), ready());
    let by_noa = seated.clone().by("noa", MEMBER);
    let refused = R::NotTheChair { member: person("oli"), found: person("noa") };
    by_noa.clone().when(&C::RecuseMember(recusal("oli"))).then_rejected(refused);
    by_noa.when(&C::RecuseMember(recusal("noa"))).then(E::MemberRecused(recusal("noa")));
    seated.when(&C::RecuseMember(recusal("oli"))).then(E::MemberRecused(recusal("oli")));
}

#[test]
fn members_whose_interests_are_open_do_not_clear_each_other() {
    let doubted = given(committee(), ready())
        .after(&C::DiscloseInterest(disclosure("mia")))
        .after(&C::DiscloseInterest(disclosure("noa")));
    let ruling = |member| Ruling { member: person(member), may_stay: true };
    doubted
        .clone()
        .when(&C::RuleOnInterest(ruling("noa")))
        .then_rejected(R::InterestOpen(person("mia")));
    doubted
        .clone()
        .when(&C::ProposeDecision(proposal()))
        .then_rejected(R::InterestOpen(person("mia")));
    doubted
        .by("oli", MEMBER)
        .when(&C::RuleOnInterest(ruling("noa")))
        .then(E::InterestRuled(ruling("noa")));
}

#[test]
fn a_review_is_settled_by_what_the_complainant_said_and_not_by_the_committee_alone() {
    let settled = Discontinuation { reason: DiscontinuationReason::Settled };
    let message = |direction| Communication {
        direction,
        party: Party::Complainant,
        channel: Channel::Email,
        purpose: Purpose::Information,
    };
    let said = |direction| {
        in_the_case(ComplaintEvent::CommunicationRecorded(message(direction)), "ana", Role::Agent)
    };
    let reason = EscalationReason::ComplainantRequest;
    let escalated =
        in_the_case(ComplaintEvent::Escalated(Escalation { reason }), "portal", Role::Complainant);
    let answer = |answer| {
        in_the_case(ComplaintEvent::AnswerRecorded(AnswerGiven { answer }), "ana", Role::Agent)
    };
    let response = in_the_case(ComplaintEvent::ResponseIssued(rejection()), "ana", Role::Agent);
    let seen = |history: &[&Fact<ComplaintEvent>]| {
        let case = history.iter().fold(CaseFacts::default(), |case, fact| case.with(fact));
        given(committee(), ready())
            .where_(|world| world.facts.case = case)
            .when(&C::Discontinue(settled.clone()))
    };
    let (incoming, outgoing) = (said(Direction::Incoming), said(Direction::Outgoing));
    seen(&[&incoming, &escalated]).then_rejected(R::NotSettled);
    seen(&[&escalated, &outgoing]).then_rejected(R::NotSettled);
    seen(&[&escalated, &incoming]).then(E::Discontinued(settled.clone()));
    // Where an answer stands, whether they accepted it is on record.
    let refused = answer(Answer::Refused);
    let answered = [&response, &refused, &escalated, &incoming];
    seen(&answered).then_rejected(R::NotSettled);
    let accepted = answer(Answer::Accepted);
    seen(&[&answered[..], &[&accepted]].concat()).then(E::Discontinued(settled.clone()));
}

/// `noa` sits until the end of 2025, and says so in 2026.
#[test]
fn a_term_that_is_over_today_gives_no_vote_that_is_dated_back_into_it() {
    let vote = C::CastVote(vote(VoteChoice::For));
    let voting = given(committee(), proposed()).by("noa", MEMBER);
    let until = "2025-12-31".parse().unwrap();
    voting
        .clone()
        .where_(|committee| committee.occasion.now = crate::story::time("2026-01-02T09:00:00Z"))
        .when(&vote)
        .then_rejected(R::TermOver { member: person("noa"), until });
    voting
        .where_(|committee| committee.occasion.now = crate::story::time("2025-12-31T09:00:00Z"))
        .when(&vote)
        .then(E::VoteCast(self::vote(VoteChoice::For)));
}

#[test]
fn of_the_rules_of_two_days_the_greater_quorum_counts_and_that_the_company_is_bound() {
    use crate::review::CommitteeRules;
    let of = |quorum, effect| CommitteeRules { quorum, effect };
    let (free, bound) = (DecisionEffect::Recommendation, DecisionEffect::Binding);
    assert_eq!(of(3, bound).stricter(of(5, free)), of(5, bound));
    assert_eq!(of(5, free).stricter(of(3, bound)), of(5, bound));
    assert_eq!(of(3, free).stricter(of(3, free)), of(3, free));
}

/// What became impossible is given up by those who decided it, not by whoever was to do it, and is never told as done.
#[test]
fn a_measure_that_became_impossible_is_withdrawn_by_the_committee_and_the_review_closes() {
    let close = C::Close(ReviewClosure {});
    let accepted = given(committee(), replied()).by("mia", Role::CommitteeChair);
    accepted.clone().when(&close).then_rejected(R::MeasureOutstanding(MeasureId(1)));
    let end = C::WithdrawMeasure(withdrawal(1));
    accepted.clone().by("sue", Role::Supervisor).when(&end).then_rejected(R::RoleMayNot {
        command: "withdraw-measure",
        expected: "somebody of the committee",
        role: Role::Supervisor,
    });
    accepted.clone().when(&end).then(agreed("mia", 1).event);
    let one = accepted.after(&end);
    one.clone().when(&end).then_rejected(R::WithdrawalAgreed(person("mia")));
    one.clone().when(&close).then_rejected(R::MeasureOutstanding(MeasureId(1)));
    let two = one.by("noa", MEMBER).after(&end);
    let super::Review::Opened(docket) = &two.state else { panic!("an opened review") };
    assert_eq!(docket.outstanding_measures().count(), 0);
    assert_eq!(docket.withdrawn_measures().collect::<Vec<_>>(), [MeasureId(1)]);
    let done = C::CompleteMeasure(MeasureDone { measure: MeasureId(1) });
    let refused = two.clone().by("ana", Role::Agent).when(&done);
    refused.then_rejected(R::MeasureWithdrawn(MeasureId(1)));
    two.when(&close).then(E::Closed(ReviewClosure {}));
}

/// Those who decided may be gone: whoever is on the committee by then takes their place, and the word of whoever no longer
/// may say so does not count.
#[test]
fn a_measure_is_withdrawn_by_those_who_are_on_the_committee_today() {
    let end = C::WithdrawMeasure(withdrawal(1));
    let anew =
        given(committee(), replied()).by("mia", Role::CommitteeChair).after(&end).where_(|world| {
            let zoe = world.facts.committee[&person("noa")];
            for gone in ["mia", "noa", "oli"] {
                let standing = world.facts.committee.get_mut(&person(gone)).expect("a member");
                standing.term_until = Some("2024-05-05".parse().expect("a day"));
            }
            world.facts.committee.extend(["zoe", "uma"].map(|new| (person(new), zoe)));
        });
    let one = anew.by("zoe", MEMBER);
    one.clone().when(&end).then(agreed("zoe", 1).event);
    one.after(&end).by("uma", MEMBER).when(&end).then(agreed("uma", 2).event);
}
