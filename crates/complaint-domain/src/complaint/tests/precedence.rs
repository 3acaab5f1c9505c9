//! The order in which reasons win.
//!
//! Each ladder starts from a command that is wrong in several ways at once. Every rung names the
//! reason that is given, and takes away that fault alone; the last step is taken. So each reason
//! is seen to win over all that stand on the rungs above it.

mod ladders;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::harness::{Given, given, time};
use crate::{
    Fact,
    actor::Role,
    clock::Rulebook,
    complaint::{ComplaintCommand as C, ComplaintEvent as E, ComplaintRejection as R},
    story::variants,
};

/// A command that is about to be sent, with all that a fault can lie in.
pub(super) struct Attempt {
    history: Vec<Fact<E>>,
    given: Given,
    command: C,
}

impl Attempt {
    fn new(history: impl IntoIterator<Item = Fact<E>>, command: C) -> Self {
        Self { history: history.into_iter().collect(), given: given([]), command }
    }

    fn by(mut self, id: &str, role: Role) -> Self {
        self.given = self.given.by(id, role);
        self
    }

    fn without_texts(mut self) -> Self {
        self.given = self.given.without_texts();
        self
    }

    fn occurring_at(mut self, when: &str) -> Self {
        self.given.occurred_at = time(when);
        self
    }

    fn under(mut self, rulebook: Rulebook) -> Self {
        self.given.rules.time_limits = Arc::new(rulebook);
        self
    }

    fn send(&self) -> Result<Vec<E>, R> {
        self.given.clone().with(self.history.clone()).decide(&self.command)
    }
}

/// The code of the reason that is given, and what takes its fault away.
type Rung = (&'static str, fn(&mut Attempt));

/// Climbs to the last rung; every reason on the way is noted.
fn climb(ladder: (Attempt, Vec<Rung>), reached: &mut BTreeMap<&'static str, String>) {
    let (mut attempt, rungs) = ladder;
    let command = attempt.command.name();
    let mut last = None;
    for (expected, take_away) in rungs {
        let rejection = attempt.send().expect_err(expected);
        assert_eq!(rejection.code(), expected, "the reason to refuse `{command}`");
        let text = rejection.to_string();
        assert!(text.contains("expected") && text.contains("found"), "{text}");
        let rank = R::CODES.iter().position(|code| *code == expected);
        assert!(
            rank.is_some() && last < rank,
            "`{expected}` is listed before a reason it yields to"
        );
        last = rank;
        reached.entry(expected).or_insert(text);
        take_away(&mut attempt);
    }
    assert_eq!(attempt.send().map(|events| events.len()), Ok(1), "`{command}` at the top");
}

/// Climbs every ladder; gives each reason that was reached, and its words the first time.
pub(super) fn examples() -> BTreeMap<&'static str, String> {
    let mut reached = BTreeMap::new();
    for ladder in ladders::all() {
        climb(ladder, &mut reached);
    }
    reached
}

#[test]
fn reasons_win_in_the_order_of_the_list_and_every_one_is_reached() {
    let reached = examples();
    let unreached: Vec<_> = R::CODES.iter().filter(|code| !reached.contains_key(*code)).collect();
    assert!(unreached.is_empty(), "no ladder reaches {unreached:?}");
}

#[test]
fn every_command_has_a_ladder() {
    let climbed: BTreeSet<_> =
        ladders::all().iter().map(|(first, _)| first.command.name()).collect();
    assert_eq!(climbed, C::NAMES.iter().copied().collect());
}

/// The codes are kept by hand; this holds them against the enums as they are written.
#[test]
fn the_codes_stand_in_the_order_of_the_enum() {
    let source = include_str!("../rejection.rs");
    let of_committee = include_str!("../rejection/committee.rs");
    let of_causes = include_str!("../rejection/cause.rs");
    let of_links = include_str!("../rejection/linked.rs");
    let of_outcomes = include_str!("../rejection/outcome.rs");
    let of_recourse = include_str!("../rejection/recourse.rs");
    let of_answers = include_str!("../rejection/answer.rs");
    let of_approvals = include_str!("../rejection/approval.rs");
    let of_clocks = include_str!("../../clock/permission.rs");
    let of_taxonomies = include_str!("../rules.rs");
    let codes = variants(source, "pub enum ComplaintRejection {").flat_map(|code| {
        let refusals: Vec<_> = match code.as_str() {
            "clock" => variants(of_clocks, "pub enum ClockRefusal {").collect(),
            "root-cause" => variants(of_causes, "pub enum RootCauseRefusal {").collect(),
            "outcome" => variants(of_outcomes, "pub enum OutcomeRefusal {").collect(),
            "recourse" => variants(of_recourse, "pub enum RecourseRefusal {").collect(),
            "linked" => variants(of_links, "pub enum LinkedRefusal {").collect(),
            "committee" => variants(of_committee, "pub enum CommitteeRefusal {").collect(),
            "taxonomy" => variants(of_taxonomies, "pub enum TaxonomyRefusal {").collect(),
            "answer" => return variants(of_answers, "pub enum AnswerRefusal {").collect(),
            "approval" => return variants(of_approvals, "pub enum ApprovalRefusal {").collect(),
            "step" => vec!["not-called-for".to_owned()],
            _ => return vec![code],
        };
        refusals.iter().map(|refusal| format!("{code}-{refusal}")).collect()
    });
    assert_eq!(codes.collect::<Vec<_>>(), R::CODES);
}
