//! What complainants say after the answer, and what goes beyond the dispute.

use std::collections::BTreeSet;

use complaint_domain::{
    complaint::{
        Channel, ComplaintCommand as C, Escalation, EscalationReason, Outcome, SurveyAnswer,
        SurveyRequest, Vulnerability, VulnerabilityDriver,
    },
    sealed::PersonalField as Field,
};

use super::{Case, steps::weighted};
use crate::demo::{beside, people, texts};

/// How satisfied people are with a good outcome, and how many of a hundred.
const CONTENT: &[(u8, u32)] = &[(5, 38), (4, 34), (3, 16), (2, 8), (1, 4)];
/// How satisfied people are with a bad one.
const DISCONTENT: &[(u8, u32)] = &[(5, 4), (4, 12), (3, 24), (2, 28), (1, 32)];
/// What makes people vulnerable, and how many of a hundred.
const DRIVERS: &[(VulnerabilityDriver, u32)] = &[
    (VulnerabilityDriver::Health, 38),
    (VulnerabilityDriver::LifeEvents, 28),
    (VulnerabilityDriver::Capability, 22),
    (VulnerabilityDriver::Resilience, 12),
];

impl Case {
    /// Some are asked how it was, and some of them say.
    pub(super) fn survey(&mut self, outcome: Outcome) {
        if !self.author.chance(0.55) {
            return;
        }
        self.author.minutes(1, 60);
        let request = C::RequestSurvey(SurveyRequest { channel: Channel::Email });
        self.author.step(self.handler.clone(), request, Vec::new());
        if !self.author.chance(0.38) {
            return;
        }
        self.author.days(1, 7);
        let good = matches!(outcome, Outcome::Upheld | Outcome::Goodwill | Outcome::PartlyUpheld);
        let of_outcome = if good { CONTENT } else { DISCONTENT };
        // Being heard is not the same as being right.
        let of_process = if good || self.author.chance(0.4) { CONTENT } else { DISCONTENT };
        let answer = SurveyAnswer {
            process: weighted(of_process, &mut self.author.rng),
            outcome: weighted(of_outcome, &mut self.author.rng),
        };
        let words = if self.author.chance(0.2) {
            let words = texts::message(self.language(), false, &mut self.author.rng);
            vec![(Field::Message, words.to_owned())]
        } else {
            Vec::new()
        };
        self.author.step(people::portal(), C::RecordSurveyAnswer(answer), words);
    }

    /// Whoever takes it up notices that the complainant needs support, and notes why in a word.
    pub(super) fn flag_vulnerability(&mut self) {
        self.author.minutes(1, 30);
        let driver = weighted(DRIVERS, &mut self.author.rng);
        let is_subject = self.author.chance(0.2);
        let found = Vulnerability { drivers: BTreeSet::from([driver]), is_subject };
        self.author.step(self.handler.clone(), C::FlagVulnerability(found), Vec::new());
    }

    /// The complainant asks for the committee.
    pub(super) fn escalate(&mut self) {
        self.author.days(1, 5);
        let escalation = Escalation { reason: EscalationReason::ComplainantRequest };
        self.author.step(people::portal(), C::Escalate(escalation), Vec::new());
    }

    /// A rule may have been broken; that goes to the regulator.
    pub(super) fn report_violation(&mut self) {
        self.author.minutes(10, 200);
        let violation = beside::violation(&mut self.author.rng);
        let report = C::ReportSuspectedViolation(violation);
        self.author.step(people::compliance(), report, Vec::new());
    }
}
