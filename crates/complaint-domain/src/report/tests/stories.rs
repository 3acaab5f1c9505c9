use proptest::prelude::*;

use super::{
    super::{
        EndorsementOrder, Published, ReportCommand as C, ReportEvent as E, ReportRejection as R,
        ReportStage, ReportVote,
    },
    COUNT, cleo, digest, drafted, endorsed, endorsement, eve, label, out, publish, published,
    report, restatement, vote, voted,
};
use crate::{
    actor::Role,
    report::Report,
    review::VoteChoice,
    story::{given, person},
};

#[test]
fn a_report_goes_from_its_draft_over_the_committee_to_the_public() {
    let with_reservation = ReportVote {
        reservations: vec![label("few surveys answered")],
        ..vote(1, VoteChoice::For)
    };
    given(cleo(), vec![])
        .after(&C::Draft(report(1)))
        .by("fay", Role::CommitteeMember)
        .after(&C::CastVote(vote(1, VoteChoice::For)))
        .by("gil", Role::CommitteeMember)
        .after(&C::CastVote(with_reservation))
        .by("ida", Role::CommitteeMember)
        .after(&C::CastVote(vote(1, VoteChoice::Abstain)))
        .by("eve", Role::CommitteeChair)
        .after(&COUNT)
        .by("cleo", Role::ComplianceOfficer)
        .when(&publish(1))
        .then(E::Published(published(1)));
}

#[test]
fn the_committee_may_say_something_with_it() {
    let statement = Some(label("read with last year's"));
    let order = C::Endorse(EndorsementOrder { statement: statement.clone() });
    let expected = super::Endorsed { statement, ..endorsement(1) };
    given(eve(), voted()).when(&order).then(E::Endorsed(expected));
}

#[test]
fn nothing_is_published_but_what_was_endorsed() {
    given(cleo(), voted()).when(&publish(1)).then_rejected(R::NotEndorsed);
    given(cleo(), endorsed())
        .when(&publish(2))
        .then_rejected(R::OtherDigest { expected: digest(1), found: digest(2) });
    given(cleo(), endorsed())
        .after(&C::Draft(report(2)))
        .when(&publish(2))
        .then_rejected(R::NotEndorsed);
}

#[test]
fn where_the_rulebook_asks_for_no_endorsement_it_goes_out_and_says_so() {
    let without = Published { endorsed: None, ..published(1) };
    given(cleo(), drafted())
        .where_(|it| it.facts.may_lack_endorsement = true)
        .when(&publish(1))
        .then(E::Published(without));
}

#[test]
fn whoever_drafted_any_version_does_not_vote_on_any() {
    let drafted_twice = given(eve(), drafted()).after(&C::Draft(report(2)));
    drafted_twice
        .clone()
        .by("cleo", Role::CommitteeMember)
        .when(&C::CastVote(vote(2, VoteChoice::For)))
        .then_rejected(R::DraftedBySelf(person("cleo")));
    drafted_twice
        .when(&C::CastVote(vote(2, VoteChoice::For)))
        .then_rejected(R::DraftedBySelf(person("eve")));
}

#[test]
fn a_new_draft_voids_the_votes_on_the_one_before() {
    given(cleo(), voted())
        .after(&C::Draft(report(2)))
        .by("eve", Role::CommitteeChair)
        .when(&COUNT)
        .then_rejected(R::QuorumMissing { needed: 3, found: 0 });
}

#[test]
fn what_is_wrong_is_restated_with_a_reason_and_endorsed_anew() {
    let restated = given(cleo(), out()).after(&C::Restate(restatement(2)));
    restated.clone().when(&publish(2)).then_rejected(R::NotEndorsed);
    let Report::Drafted(issue) = &restated.state else { panic!("a report") };
    let still_out = issue.published().map(|it| it.report.digest);
    assert_eq!((issue.stage(), still_out), (ReportStage::Drafted, Some(digest(1))));
    let mut again = restated;
    for member in ["fay", "gil", "ida"] {
        again =
            again.by(member, Role::CommitteeMember).after(&C::CastVote(vote(2, VoteChoice::For)));
    }
    let again = again.after(&COUNT).by("cleo", Role::ComplianceOfficer).after(&publish(2));
    again.when(&publish(2)).then_rejected(R::AlreadyPublished("publish"));
}

fn any_command() -> impl Strategy<Value = C> {
    let choice = prop::sample::select(VoteChoice::ALL);
    prop_oneof![
        (1_u8..4).prop_map(|version| C::Draft(report(version))),
        (1_u8..4, choice).prop_map(|(version, choice)| C::CastVote(vote(version, choice))),
        Just(COUNT),
        (1_u8..4).prop_map(publish),
        (2_u8..5).prop_map(|version| C::Restate(restatement(version))),
    ]
}

proptest! {
    /// Whatever is tried by whomever: what goes out is what a quorum of others has endorsed.
    #[test]
    fn whatever_is_published_was_endorsed_as_it_stands(
        attempts in prop::collection::vec((any_command(), 0_usize..6), 0..60),
    ) {
        let people = [
            ("cleo", Role::ComplianceOfficer),
            ("eve", Role::CommitteeChair),
            ("fay", Role::CommitteeMember),
            ("gil", Role::CommitteeMember),
            ("ida", Role::CommitteeMember),
            ("jon", Role::CommitteeMember),
        ];
        let mut story = given(cleo(), vec![]);
        let mut drafters = std::collections::BTreeSet::new();
        for (command, who) in attempts {
            let (who, role) = people[who];
            story = story.by(who, role);
            let Some(events) = story.attempt(&command) else { continue };
            for event in events {
                match event {
                    E::Drafted(_) | E::Restated(_) => {
                        drafters.insert(who);
                    }
                    E::VoteCast(_) => prop_assert!(!drafters.contains(who)),
                    E::Endorsed(it) => {
                        let votes = [it.votes_for, it.votes_against, it.abstentions];
                        prop_assert!(votes.into_iter().map(u32::from).sum::<u32>() >= it.quorum.into());
                        prop_assert!(it.votes_for > it.votes_against);
                    }
                    E::Published(it) => {
                        let endorsed = it.endorsed.map(|it| it.digest);
                        prop_assert_eq!(endorsed, Some(it.report.digest));
                    }
                }
            }
        }
    }
}
