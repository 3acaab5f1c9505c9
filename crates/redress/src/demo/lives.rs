//! The life of one invented complaint, as the commands that people send.
//!
//! A life depends on seed and number only, not on how many others there are.

use std::collections::BTreeSet;

use complaint_domain::{
    actor::Actor,
    complaint::{
        Acknowledgement, Answer, AnswerGiven, Assessment, Assignment, Channel, Classification,
        CloseReason, Closure, ComplaintCommand as C, Complexity, CorrectedFact, CorrectionReason,
        Direction, Finding, Impact, Outcome, Purpose, Reassignment, ReassignmentReason, Receipt,
        Recourse, RemedyProposal, Response, ResponseKind, RootCause, Severity, Source,
    },
    money::Money,
    right::Right,
    sealed::PersonalField as Field,
};
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date, tz::TimeZone};
use rand::{RngExt, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use rust_decimal::Decimal;

pub(super) use self::steps::label;
use self::steps::weighted;
use super::{
    author::{Author, Step, Year},
    matters::{Issue, PRODUCTS, Product},
    people::{self, Complainant, pick},
    texts::{self, Language},
};

mod steps;
mod voices;

/// How complaints come in, and how many of a hundred.
const CHANNELS: &[(Channel, u32)] = &[
    (Channel::Phone, 25),
    (Channel::Email, 20),
    (Channel::Web, 18),
    (Channel::App, 12),
    (Channel::Chat, 7),
    (Channel::Letter, 5),
    (Channel::Branch, 4),
    (Channel::SocialMedia, 3),
    (Channel::RegulatorPlatform, 2),
    (Channel::InPerson, 2),
    (Channel::Referral, 1),
    (Channel::Fax, 1),
];

/// What complaints come to, and how many of a hundred.
const OUTCOMES: &[(Outcome, u32)] = &[
    (Outcome::Upheld, 38),
    (Outcome::PartlyUpheld, 23),
    (Outcome::NotUpheld, 27),
    (Outcome::Goodwill, 8),
    (Outcome::OutOfScope, 4),
];

/// The life of complaint `number` of the year that `seed` tells.
pub fn life(seed: u64, number: u64, year: Year) -> Vec<Step> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(number);
    // What comes in on the last evening may be entered only after the year: then another is told.
    loop {
        let mut rng = ChaCha8Rng::from_rng(&mut rng);
        let first = moment_of(year, &mut rng);
        let mut case = Case::invent(Author::new(rng, first));
        case.tell();
        let steps = case.author.finish(year);
        if !steps.is_empty() {
            return steps;
        }
    }
}

/// Some moment of the year; weekends are quieter.
fn moment_of(year: Year, rng: &mut ChaCha8Rng) -> Timestamp {
    let length = year.end.duration_since(year.start).as_millis();
    let length = i64::try_from(length).expect("a year has few enough milliseconds");
    loop {
        let at = year.start + SignedDuration::from_millis(rng.random_range(0..length));
        let here = at.to_zoned_datetime(TimeZone::UTC);
        let weekend = here.weekday().to_monday_zero_offset() > 4;
        let night = !(7..22).contains(&here.hour());
        if !(weekend && rng.random_bool(0.6) || night && rng.random_bool(0.9)) {
            return at;
        }
    }
}

/// One complaint in the telling.
struct Case {
    author: Author,
    person: Complainant,
    product: &'static Product,
    sub_product: &'static str,
    issue: &'static Issue,
    channel: Channel,
    account: String,
    stake: Money,
    first_agent: u32,
    handler: Actor,
    supervisor: Actor,
    outcome: Outcome,
    remedies: u16,
    /// What was promised in money, in the currency of the stake, and not declined.
    promised: Decimal,
    cause: Option<RootCause>,
    /// The committee was asked: nobody ends it for want of a way onward.
    is_before_committee: bool,
}

impl Case {
    fn invent(mut author: Author) -> Self {
        let rng = &mut author.rng;
        let language = if rng.random_bool(0.35) { Language::Chinese } else { Language::English };
        let person = Complainant::invent(language, rng);
        let product = PRODUCTS.choose(rng).expect("the company sells something");
        let issue = product.issues.choose(rng).expect("something goes wrong with everything");
        let channel = weighted(CHANNELS, rng);
        let first_agent = rng.random_range(0..people::AGENTS);
        Self {
            sub_product: pick(product.sub_products, rng),
            account: format!("{}{:08}", product.account_prefix, rng.random_range(0..100_000_000)),
            stake: texts::amount(language, issue.amounts, rng),
            handler: people::agent(first_agent),
            supervisor: people::supervisor(rng.random_range(0..people::SUPERVISORS)),
            outcome: weighted(OUTCOMES, rng),
            remedies: 0,
            promised: Decimal::ZERO,
            cause: None,
            is_before_committee: false,
            person,
            product,
            issue,
            channel,
            first_agent,
            author,
        }
    }

    /// The whole life; [`Author::finish`] cuts it off at the end of the year.
    fn tell(&mut self) {
        self.receive();
        if self.author.chance(0.015) {
            return self.withdraw();
        }
        self.take_up();
        self.investigate();
        if self.author.chance(0.03) {
            return self.withdraw();
        }
        self.resolve(self.outcome);
        if self.author.chance(0.05) && !self.is_before_committee {
            self.reopen();
        }
    }

    fn receive(&mut self) {
        let by_machine = matches!(
            self.channel,
            Channel::Web | Channel::App | Channel::Email | Channel::Chat | Channel::SocialMedia
        );
        if !by_machine {
            self.author.office_hours();
        }
        let receiver = if by_machine { people::intake() } else { people::agent(self.first_agent) };
        let receipt = C::Register(Receipt {
            channel: self.channel,
            source: Source::Direct,
            matter: None,
            respondent: None,
            region: Some(label(self.person.region)),
            language: Some(label(self.person.language.tag())),
            tags: Vec::new(),
            remedies_requested: vec![self.issue.remedy],
        });
        let personal = self.told();
        let on_paper = matches!(self.channel, Channel::Phone | Channel::Letter | Channel::Branch);
        if on_paper && self.author.chance(0.15) {
            self.author.late_step(receiver.clone(), receipt, personal);
        } else {
            self.author.step(receiver.clone(), receipt, personal);
        }
        match (by_machine, self.author.chance(0.06)) {
            (_, true) => self.author.days(6, 12),
            (true, false) => self.author.minutes(1, 20),
            (false, false) => self.author.days(0, 3),
        }
        let channel = self.reply_channel();
        self.author.step(receiver, C::Acknowledge(Acknowledgement { channel }), Vec::new());
    }

    /// What the complainant tells of themselves and of what happened.
    fn told(&mut self) -> Vec<(Field, String)> {
        let days_before = self.author.rng.random_range(2..45);
        let day = self.author.today().saturating_sub(days_before.days());
        let narrative = texts::narrative(
            self.person.language,
            self.issue,
            (day, self.stake, &self.account),
            self.issue.remedy,
            &mut self.author.rng,
        );
        let mut personal = vec![
            (Field::Narrative, narrative),
            (Field::ComplainantName, self.person.name.clone()),
            (Field::Contact, self.person.contact.clone()),
            (Field::AccountNumber, self.account.clone()),
        ];
        if matches!(self.channel, Channel::Letter | Channel::Fax | Channel::Branch) {
            personal.push((Field::Address, self.person.address.clone()));
            personal.push((Field::Postcode, self.person.postcode.clone()));
        }
        personal
    }

    fn take_up(&mut self) {
        self.author.days(0, 2);
        let urgent = self.issue.rights.contains(&Right::Safety);
        let assessment = Assessment {
            severity: weighted(
                &[
                    (Severity::Low, 40),
                    (Severity::Medium, 40),
                    (Severity::High, if urgent { 40 } else { 15 }),
                    (Severity::Critical, if urgent { 20 } else { 1 }),
                ],
                &mut self.author.rng,
            ),
            safety: urgent && self.author.chance(0.5),
            complexity: weighted(
                &[(Complexity::Simple, 45), (Complexity::Standard, 40), (Complexity::Complex, 15)],
                &mut self.author.rng,
            ),
            impact: weighted(
                &[(Impact::Single, 80), (Impact::Several, 15), (Impact::Systemic, 5)],
                &mut self.author.rng,
            ),
            immediate_action: urgent && self.author.chance(0.3),
        };
        self.author.step(self.handler.clone(), C::Assess(assessment), Vec::new());
        self.author.minutes(2, 40);
        let classified_as = self.author.version();
        // Some are put under the wrong issue first and corrected later.
        let wrong = self.author.chance(0.02);
        let matter = if wrong { self.wrong_matter() } else { self.matter() };
        let rights = self.issue.rights.iter().copied().collect::<BTreeSet<_>>();
        let classification = C::Classify(Classification { matter, rights });
        self.author.step(self.handler.clone(), classification, Vec::new());
        if self.author.chance(0.14) {
            self.flag_vulnerability();
        }
        self.author.minutes(1, 90);
        let assignment = C::Assign(Assignment { handler: self.handler.id.clone() });
        self.author.step(self.supervisor.clone(), assignment, Vec::new());
        if wrong {
            self.author.days(1, 4);
            let fact = CorrectedFact::Matter { matter: self.matter() };
            self.correct(classified_as, fact, CorrectionReason::ClericalError, Vec::new());
        } else if self.author.chance(0.012) {
            self.author.days(1, 4);
            let contact = Complainant::invent(self.person.language, &mut self.author.rng).contact;
            let reason = CorrectionReason::ComplainantObjection;
            self.correct(0, CorrectedFact::Personal, reason, vec![(Field::Contact, contact)]);
        }
    }

    fn investigate(&mut self) {
        if self.author.chance(0.08) {
            self.author.days(1, 5);
            let next = self.first_agent + self.author.rng.random_range(1..people::AGENTS);
            self.handler = people::agent(next);
            let reason = weighted(
                &[
                    (ReassignmentReason::Absence, 40),
                    (ReassignmentReason::Workload, 30),
                    (ReassignmentReason::Expertise, 25),
                    (ReassignmentReason::ConflictOfInterest, 5),
                ],
                &mut self.author.rng,
            );
            let handler = self.handler.id.clone();
            let command = C::Reassign(Reassignment { handler, reason });
            self.author.step(self.supervisor.clone(), command, Vec::new());
        }
        for _ in 0..weighted(&[(0, 40), (1, 40), (2, 20)], &mut self.author.rng) {
            self.author.days(1, 4);
            self.communicate(Direction::Outgoing, Purpose::InformationRequest);
            self.author.days(1, 9);
            self.communicate(Direction::Incoming, Purpose::Information);
        }
        match self.author.rng.random_range(0..100) {
            0..68 => self.author.days(2, 12),
            68..90 => {
                self.author.days(8, 16);
                self.wait(ResponseKind::Interim);
                self.author.days(6, 18);
            }
            _ => {
                self.author.days(20, 28);
                self.wait(ResponseKind::Holding);
                self.author.days(30, 60);
            }
        }
    }

    /// An answer that is not yet the answer.
    fn wait(&mut self, kind: ResponseKind) {
        let expected_by = self.author.today().saturating_add(28.days());
        let response = Response { expected_by: Some(expected_by), ..self.response(kind) };
        let text = texts::waiting(self.person.language).to_owned();
        let personal = vec![(Field::ResponseText, text)];
        self.author.step(self.handler.clone(), C::IssueResponse(response), personal);
    }

    /// Remedies, the final response, and all that follows from it.
    fn resolve(&mut self, outcome: Outcome) {
        let remedies = match outcome {
            Outcome::Upheld | Outcome::PartlyUpheld | Outcome::Goodwill => self.propose(outcome),
            Outcome::NotUpheld | Outcome::OutOfScope => Vec::new(),
        };
        self.author.minutes(20, 300);
        let until = self.author.today().saturating_add(self.recourse_days().days());
        let response = Response {
            outcome: Some(outcome),
            findings: vec![Finding { issue: label(self.issue.name), outcome }],
            remedies: remedies.iter().map(|proposal| proposal.remedy).collect(),
            recourse: Some(Recourse { body: label(self.language().recourse_body()), until }),
            ..self.response(ResponseKind::Final)
        };
        let text = texts::answer(self.person.language, self.issue, outcome);
        let personal = vec![(Field::ResponseText, text)];
        self.author.step(self.handler.clone(), C::IssueResponse(response), personal);
        self.answer(outcome, until, &remedies);
    }

    /// What the complainant says, what is paid, and what lay behind it.
    fn answer(&mut self, outcome: Outcome, until: Date, remedies: &[RemedyProposal]) {
        let accepts = match outcome {
            Outcome::Upheld | Outcome::Goodwill => 82,
            Outcome::PartlyUpheld => 66,
            Outcome::NotUpheld | Outcome::OutOfScope => 38,
        };
        let answers = [
            (Answer::Accepted, accepts),
            (Answer::Refused, (100 - accepts) / 2),
            (Answer::Silent, 9),
        ];
        let answer = weighted(&answers, &mut self.author.rng);
        if answer == Answer::Silent {
            self.author.until_after(until);
        } else {
            self.author.days(1, 14);
        }
        let handler = self.handler.clone();
        self.author.step(handler, C::RecordAnswer(AnswerGiven { answer }), Vec::new());
        for proposal in remedies {
            self.fulfil(proposal, answer);
        }
        self.survey(outcome);
        if answer == Answer::Refused && outcome != Outcome::OutOfScope && self.author.chance(0.3) {
            self.escalate();
            self.is_before_committee = true;
        }
        if self.author.chance(0.004) {
            self.report_violation();
        }
        self.author.minutes(5, 400);
        let cause = if self.author.chance(0.8) {
            RootCause::Found { code: label(pick(self.issue.causes, &mut self.author.rng)) }
        } else {
            RootCause::NoneFound
        };
        // A complaint that was taken up again may well have the cause that was found before.
        if self.cause.as_ref() != Some(&cause) {
            self.cause = Some(cause.clone());
            self.author.step(self.handler.clone(), C::IdentifyRootCause(cause), Vec::new());
        }
        if !self.is_before_committee {
            self.close(answer, until);
        }
    }

    fn close(&mut self, answer: Answer, until: Date) {
        let reason = match answer {
            Answer::Accepted | Answer::NotDisputed => CloseReason::Accepted,
            Answer::Silent => CloseReason::RecourseExpired,
            Answer::Refused => match self.author.rng.random_range(0..10) {
                0..3 => {
                    self.author.days(3, 20);
                    self.communicate(Direction::Incoming, Purpose::Notice);
                    CloseReason::RecourseWaived
                }
                3..6 => {
                    self.goes_to_an_outside_body();
                    CloseReason::RecourseExhausted
                }
                _ => {
                    self.author.until_after(until);
                    CloseReason::RecourseExpired
                }
            },
        };
        self.author.minutes(10, 200);
        self.author.step(self.handler.clone(), C::Close(Closure { reason }), Vec::new());
    }
}
