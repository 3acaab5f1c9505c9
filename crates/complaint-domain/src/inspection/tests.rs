mod ladders;
mod sampling;
mod stories;

use std::collections::BTreeMap;

use super::{
    Abandonment, Assessment, CRITERIA, Criterion, Dimension, DrawOrder, Drawn, FollowUp,
    Inspection, InspectionCircumstances, InspectionClosure, InspectionCommand as C,
    InspectionEvent as E, InspectionFacts, InspectionFinding, InspectionPlan,
    InspectionRejection as R, Population, Stratum, sample,
};
use crate::{
    Fact,
    action::ActionOrigin,
    actor::Role,
    codes::tests::agrees,
    complaint::{Channel, Outcome},
    label::Label,
    reference::ComplaintId,
    sealed::Hex,
    story::{self, Chapter, actor},
};

const NOW: &str = "2024-09-02T09:00:00Z";

story::world_of_facts!(House, Inspection, InspectionFacts, InspectionCircumstances);

pub(super) fn label(text: &str) -> Label {
    text.parse().unwrap()
}

/// A complaint by the last of its 26 letters and digits.
pub(super) fn complaint(last: char) -> ComplaintId {
    format!("complaint-01KA000000000000000000000{last}").parse().unwrap()
}

pub(super) fn stratum(product: &str, outcome: Outcome) -> Stratum {
    let (product, channel) = (Some(label(product)), Some(Channel::Web));
    Stratum { product, outcome: Some(outcome), channel }
}

/// Three about cards, upheld, and one about a loan, not upheld.
pub(super) fn population() -> Population {
    let cards = ['1', '2', '3'].map(|last| (complaint(last), stratum("Card", Outcome::Upheld)));
    let loan = (complaint('4'), stratum("Loan", Outcome::NotUpheld));
    Population {
        size: 400,
        root: Hex([7; 32]),
        complaints: cards.into_iter().chain([loan]).collect(),
    }
}

pub(super) fn house(who: &str, role: Role) -> House {
    House {
        occasion: story::occasion(&actor(who, role), NOW),
        facts: InspectionFacts {
            population: Some(population()),
            action: Some(ActionOrigin::Inspection),
            ..InspectionFacts::default()
        },
    }
}

pub(super) fn cleo() -> House {
    house("cleo", Role::ComplianceOfficer)
}

pub(super) fn criterion(name: &str, points: u8) -> Criterion {
    Criterion { criterion: label(name), points }
}

/// Two complaints, one of each kind at least.
pub(super) fn plan() -> InspectionPlan {
    InspectionPlan {
        from: "2024-06-01".parse().unwrap(),
        until: "2024-08-31".parse().unwrap(),
        strata: [Dimension::Product, Dimension::Outcome].into(),
        size: 2,
        at_least: 1,
        criteria: vec![criterion("letter-clear", 2), criterion("remedy-carried-out", 3)],
    }
}

pub(super) fn drawn() -> Drawn {
    let Population { size, root, complaints } = population();
    let strata = sample::draw(&root, &complaints, &plan().strata, 2, 1);
    Drawn { size, seed: root, population: 4, strata }
}

/// The card that is drawn.
pub(super) fn card() -> ComplaintId {
    drawn().strata[0].sample[0].clone()
}

pub(super) fn loan() -> ComplaintId {
    complaint('4')
}

pub(super) fn assessment(of: ComplaintId, letter: Option<u8>, remedy: Option<u8>) -> Assessment {
    let scores = [("letter-clear", letter), ("remedy-carried-out", remedy)];
    Assessment {
        complaint: of,
        scores: scores.into_iter().map(|(name, points)| (label(name), points)).collect(),
        findings: Vec::new(),
    }
}

/// The letter got no point, and why.
pub(super) fn unclear(of: ComplaintId) -> Assessment {
    let finding = InspectionFinding { criterion: label("letter-clear"), finding: label("jargon") };
    Assessment { findings: vec![finding], ..assessment(of, Some(0), None) }
}

pub(super) fn action_for(name: &str) -> FollowUp {
    let action = "action-01KA0000000000000000000000".parse().unwrap();
    FollowUp::Action { criterion: label(name), action }
}

pub(super) fn by(event: E) -> Fact<E> {
    story::past(event, "cleo", Role::ComplianceOfficer, "2024-09-01T09:00:00Z")
}

pub(super) fn history(events: impl IntoIterator<Item = E>) -> Vec<Fact<E>> {
    events.into_iter().map(by).collect()
}

pub(super) fn planned() -> Vec<Fact<E>> {
    history([E::Planned(plan())])
}

pub(super) fn sampled() -> Vec<Fact<E>> {
    history([E::Planned(plan()), E::Drawn(drawn())])
}

/// Both are scored; the letter about the card is not clear.
pub(super) fn scored() -> Vec<Fact<E>> {
    let mut all = sampled();
    all.push(by(E::Scored(unclear(card()))));
    all.push(by(E::Scored(assessment(loan(), Some(2), Some(3)))));
    all
}

pub(super) fn followed_up() -> Vec<Fact<E>> {
    let mut all = scored();
    all.push(by(E::FollowedUp(action_for("letter-clear"))));
    all
}

pub(super) fn abandon() -> C {
    C::Abandon(Abandonment { grounds: vec![label("planned twice")] })
}

/// The inspection's chapter of docs/process.md.
pub(crate) fn chapter() -> Chapter<House> {
    let mut closed = followed_up();
    let result = super::InspectionResult { complaints: 2, points: 5, possible: 7, findings: 1 };
    closed.push(by(E::Closed(result)));
    Chapter {
        title: "Inspections",
        about: "`cleo`, the compliance officer, acts. Of two complaints in the sample the table scores the one\n\
                about a loan; in *scored* the letter of the other was not clear.",
        states: vec![
            ("unknown", vec![]),
            ("planned", planned()),
            ("drawn", sampled()),
            ("scored", scored()),
            ("followed up", followed_up()),
            ("closed", closed),
        ],
        commands: vec![
            (cleo(), C::Plan(plan())),
            (cleo(), C::Draw(DrawOrder {})),
            (cleo(), C::Score(assessment(loan(), Some(2), Some(3)))),
            (cleo(), C::FollowUp(action_for("letter-clear"))),
            (cleo(), C::Close(InspectionClosure {})),
            (cleo(), abandon()),
        ],
        codes: R::CODES,
        examples: ladders::examples(),
    }
}

#[test]
fn the_code_of_every_value_is_its_stored_name() {
    agrees(Dimension::ALL, Dimension::code);
}

#[test]
fn the_codes_stand_in_the_order_of_the_enum() {
    let of_enum = story::variants(include_str!("rejection.rs"), "pub enum InspectionRejection {");
    assert_eq!(of_enum.collect::<Vec<_>>(), R::CODES);
}

#[test]
fn every_command_is_taken_somewhere_in_the_table() {
    let chapter = chapter();
    let names: Vec<_> = chapter.commands.iter().map(|(_, command)| command.name()).collect();
    assert_eq!(names, C::NAMES);
    assert!(chapter.silent().is_empty());
}

#[test]
fn the_criteria_that_come_with_the_program_make_a_plan() {
    let criteria = CRITERIA.iter().map(|(name, points)| criterion(name, *points)).collect();
    let plan = InspectionPlan { criteria, ..plan() };
    story::given(cleo(), vec![]).when(&C::Plan(plan.clone())).then(E::Planned(plan));
}

/// The points of a complaint by the names of the criteria, as JSON has them.
#[test]
fn a_score_is_written_as_points_or_null() {
    let text = serde_json::to_string(&unclear(loan())).unwrap();
    let back: Assessment = serde_json::from_str(&text).unwrap();
    assert_eq!(back, unclear(loan()));
    assert!(text.contains(r#""scores":{"letter-clear":0,"remedy-carried-out":null}"#), "{text}");
    let none: BTreeMap<Label, Option<u8>> = serde_json::from_str("{}").unwrap();
    assert!(none.is_empty());
}
