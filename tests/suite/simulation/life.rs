//! The life of one complaint in the office.

use std::collections::BTreeSet;

use complaint_domain::{
    actor::{Actor, Role},
    complaint::{
        Acknowledgement, Answer, AnswerGiven, Assessment, Assignment, Channel, Classification,
        CloseReason, Closure, Communication, ComplaintCommand as C, Complexity, Direction,
        Escalation, EscalationReason, ExternalDecision, ExternalMethod, ExternalReferral,
        ExternalResult, Finding, Impact, InformationRequest, Matter, Outcome, OutcomeProposal,
        Party, Purpose, Reassignment, ReassignmentReason, Receipt, Recourse, Recusal,
        RecusalGround, RemedyApproval, RemedyFulfilment, RemedyId, RemedyKind, RemedyProposal,
        RemedyResult, ReopenReason, Reopening, Response, ResponseKind, RootCause, Severity, Source,
        SurveyAnswer, SurveyRequest, Withdrawal, WithdrawalReason,
    },
    money::Money,
    right::Right,
    sealed::PersonalField as Field,
};
use event_log::StreamId;
use jiff::civil::Date;
use rand::{RngExt as _, seq::IndexedRandom as _};

use super::{
    FIRST,
    committee::{Committee, Regulator},
    days,
    office::{Office, actor},
    staff::Staff,
};

const PRODUCTS: &[&str] = &["Card", "Loan", "Insurance", "Account"];
const CAUSES: &[&str] =
    &["process/refund-delayed", "people/wrong-information", "system/double-charge"];

/// What is to be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Arrive,
    Acknowledge,
    TakeUp,
    Ask(u8),
    Answer,
    /// The committee looks at what it would come to.
    Review(Outcome),
    Hear,
    Conclude,
    Committee,
    External,
    Close(CloseReason),
    Survey,
    Reopen,
    Done,
}

/// One complaint.
#[derive(Debug)]
pub(super) struct Life {
    number: usize,
    stream: Option<StreamId>,
    /// When it came in, and which cause was found.
    pub(super) received: Date,
    pub(super) cause: Option<&'static str>,
    product: &'static str,
    handler: usize,
    remedies: Vec<RemedyProposal>,
    /// How many remedies came to their end before.
    ended: usize,
    /// What was paid by them, and what is promised.
    paid: u32,
    promised: u32,
    /// What the complainant was answered last.
    given: Option<Outcome>,
    /// Whether the complainant was asked how it was, since it was taken up.
    is_asked: bool,
    answer: Answer,
    recourse_until: Date,
    was_reopened: bool,
    /// How often the committee was done with it before it came there again.
    done_before: usize,
    step: Step,
    /// The first day on which the step can be taken.
    due: Date,
}

impl Life {
    pub(super) fn begin(number: usize, office: &mut Office) -> Self {
        // The first comes in January, so that every month has something to report on.
        let day = if number == 0 { 2 } else { office.rng.random_range(0..350) };
        let received = FIRST + days(day);
        Self {
            number,
            stream: None,
            received,
            cause: None,
            product: PRODUCTS[number % PRODUCTS.len()],
            handler: 0,
            remedies: Vec::new(),
            ended: 0,
            paid: 0,
            promised: 0,
            given: None,
            is_asked: false,
            answer: Answer::Silent,
            recourse_until: received,
            was_reopened: false,
            done_before: 0,
            step: Step::Arrive,
            due: received,
        }
    }

    pub(super) fn arrives_on(&self, day: Date) -> bool {
        self.step == Step::Arrive && self.due == day
    }

    fn stream(&self) -> StreamId {
        self.stream.clone().expect("it has arrived")
    }

    fn then(&mut self, step: Step, day: Date, least: i64, most: i64, office: &mut Office) {
        self.step = step;
        self.due = day + days(office.rng.random_range(least..=most));
    }

    /// Some letters are entered only two days after they came.
    pub(super) async fn arrive(&mut self, office: &mut Office, day: Date) {
        let is_late = self.number % 13 == 5;
        let receipt = Receipt {
            channel: if is_late { Channel::Letter } else { Channel::Web },
            source: Source::Direct,
            matter: None,
            respondent: None,
            region: None,
            language: Some("en".parse().unwrap()),
            tags: Vec::new(),
            remedies_requested: vec![RemedyKind::Refund],
        };
        let occurred_at = is_late.then(|| super::moment(day - days(2), 11));
        if is_late {
            office.note("entered late");
            self.received = day - days(2);
        }
        let (intake, told) = (actor("intake-1", Role::System), [Field::Narrative, Field::Contact]);
        let sent = office.try_complaint(&intake, None, occurred_at, C::Register(receipt), &told);
        self.stream = Some(sent.await.expect("a receipt"));
        if office.rng.random_bool(0.12) {
            self.then(Step::Acknowledge, day, 7, 15, office);
        } else {
            self.then(Step::Acknowledge, day, 0, 2, office);
        }
    }

    /// Takes the steps that are due and for which somebody is there.
    pub(super) async fn work(
        &mut self,
        office: &mut Office,
        staff: &Staff,
        (committee, regulator): (&mut Committee, &mut Regulator),
        day: Date,
    ) {
        if self.step == Step::Arrive || self.step == Step::Done || self.due > day {
            return;
        }
        if self.is_handled() && !self.somebody_is_there(office, staff, day).await {
            return;
        }
        let agent = staff.agent(self.handler).actor.clone();
        match self.step {
            Step::Arrive | Step::Done => {}
            Step::Acknowledge => self.acknowledge(office, staff, day).await,
            Step::TakeUp => self.take_up(office, staff, regulator, day).await,
            Step::Ask(rounds) => self.ask(rounds, office, &agent, day).await,
            Step::Answer => self.find(office, staff, &agent, committee, day).await,
            Step::Review(outcome) => {
                if committee.times_done_with(&self.stream()) > self.done_before {
                    let outcome = committee.lets_answer(&self.stream(), outcome);
                    self.give_answer(outcome, office, staff, &agent, day).await;
                }
            }
            Step::Hear => self.hear(office, &agent, day).await,
            Step::Conclude => {
                let supervisor = staff.supervisor(day).clone();
                self.conclude(office, (&agent, &supervisor), committee, day).await;
            }
            Step::Committee => {
                if committee.times_done_with(&self.stream()) > self.done_before {
                    self.follow(office, staff, (committee, &agent), day).await;
                }
            }
            Step::External => self.external_decision(office, &agent, day).await,
            Step::Close(reason) => self.close(reason, office, &agent, day).await,
            Step::Survey => self.survey(office, day).await,
            Step::Reopen => self.reopen(office, staff, day).await,
        }
    }

    /// Who has told the committee that they follow it answers so, where that is more than was answered.
    async fn follow(
        &mut self,
        office: &mut Office,
        staff: &Staff,
        (committee, agent): (&Committee, &Actor),
        day: Date,
    ) {
        let given = self.given.expect("it was answered");
        let better = committee.lets_answer(&self.stream(), given);
        if better == given {
            self.then(Step::Close(CloseReason::RecourseExhausted), day, 1, 3, office);
        } else {
            self.give_answer(better, office, staff, agent, day).await;
        }
    }

    /// Whether the step is the handler's own.
    fn is_handled(&self) -> bool {
        !matches!(
            self.step,
            Step::Acknowledge | Step::TakeUp | Step::Committee | Step::Survey | Step::Reopen
        )
    }

    /// Who is away for long gives the case to somebody else; else it waits.
    async fn somebody_is_there(&mut self, office: &mut Office, staff: &Staff, day: Date) -> bool {
        match staff.agent(self.handler).days_away(day) {
            0 => true,
            1..5 => false,
            _ => {
                let next = self.someone_else(staff, day);
                let handler = staff.agent(next).actor.id.clone();
                let reassign =
                    C::Reassign(Reassignment { handler, reason: ReassignmentReason::Absence });
                office.complaint(staff.supervisor(day), &self.stream(), reassign, &[]).await;
                self.handler = next;
                true
            }
        }
    }

    fn someone_else(&self, staff: &Staff, day: Date) -> usize {
        let next = (1..staff.agents()).map(|n| (self.handler + n) % staff.agents()).find(|n| {
            let person = staff.agent(*n);
            !person.is_away(day) && person.interest != Some(self.product)
        });
        next.expect("somebody is there")
    }

    async fn acknowledge(&mut self, office: &mut Office, staff: &Staff, day: Date) {
        let told = C::Acknowledge(Acknowledgement { channel: Channel::Email });
        office.complaint(staff.supervisor(day), &self.stream(), told, &[]).await;
        self.then(Step::TakeUp, day, 0, 4, office);
    }

    async fn take_up(
        &mut self,
        office: &mut Office,
        staff: &Staff,
        regulator: &mut Regulator,
        day: Date,
    ) {
        let supervisor = staff.supervisor(day).clone();
        let stream = self.stream();
        let assessment = Assessment {
            severity: Severity::Medium,
            safety: false,
            complexity: Complexity::Standard,
            impact: Impact::Single,
            immediate_action: false,
        };
        office.complaint(&supervisor, &stream, C::Assess(assessment), &[]).await;
        let matter = Matter {
            taxonomy: "simulation-1".parse().unwrap(),
            product: self.product.parse().unwrap(),
            sub_product: None,
            issue: Some("Charged twice".parse().unwrap()),
            sub_issue: None,
        };
        let rights = BTreeSet::from([Right::FairDealing]);
        let classification = C::Classify(Classification { matter, rights });
        office.complaint(&supervisor, &stream, classification, &[]).await;
        self.assign(office, staff, day).await;
        if self.number % 41 == 7 {
            regulator.report(office, staff, &stream, day).await;
        }
        if office.rng.random_bool(0.04) {
            let reason = WithdrawalReason::NotPursued;
            let complainant = self.complainant();
            let withdraw = C::Withdraw(Withdrawal { reason });
            office.complaint(&complainant, &stream, withdraw, &[]).await;
            self.step = Step::Done;
            return;
        }
        let rounds = office.rng.random_range(0..3);
        self.then(Step::Ask(rounds), day, 1, 6, office);
    }

    /// In turn, whoever is there. Somebody with an interest is refused, or steps aside.
    async fn assign(&mut self, office: &mut Office, staff: &Staff, day: Date) {
        let (stream, supervisor) = (self.stream(), staff.supervisor(day).clone());
        for n in (0..staff.agents()).map(|n| (self.number / 4 + n) % staff.agents()) {
            let person = staff.agent(n);
            if person.is_away(day) {
                continue;
            }
            let handler = person.actor.id.clone();
            let assign = C::Assign(Assignment { handler: handler.clone() });
            let sent = office.try_complaint(&supervisor, Some(&stream), None, assign, &[]).await;
            let has_interest = person.interest == Some(self.product);
            match sent {
                Ok(_) if has_interest => {
                    let ground = RecusalGround::DirectInterest;
                    let recuse = C::Recuse(Recusal { handler, ground });
                    office.complaint(&person.actor, &stream, recuse, &[]).await;
                    office.note("stepped aside or was refused");
                }
                Ok(_) => {
                    self.handler = n;
                    return;
                }
                Err(error) => {
                    assert!(has_interest, "{handler} was refused: {error}");
                    office.note("stepped aside or was refused");
                }
            }
        }
        panic!("nobody was there on {day}");
    }

    async fn ask(&mut self, rounds: u8, office: &mut Office, agent: &Actor, day: Date) {
        if rounds > 0 {
            let (party, channel) = (Party::Complainant, Channel::Email);
            let asked = InformationRequest { party, channel, needed_by: None };
            let asked = C::RequestInformation(asked);
            office.complaint(agent, &self.stream(), asked, &[Field::Message]).await;
            let (direction, purpose) = (Direction::Incoming, Purpose::Information);
            let told = C::RecordCommunication(Communication { direction, party, channel, purpose });
            office.complaint(&self.complainant(), &self.stream(), told, &[Field::Message]).await;
            return self.then(Step::Ask(rounds - 1), day, 2, 7, office);
        }
        match office.rng.random_range(0..100) {
            0..80 => self.then(Step::Answer, day, 1, 12, office),
            _ => self.then(Step::Answer, day, 25, 60, office),
        }
    }

    /// What it comes to; where a pack orders it, the committee hears of that first.
    async fn find(
        &mut self,
        office: &mut Office,
        staff: &Staff,
        agent: &Actor,
        committee: &Committee,
        day: Date,
    ) {
        let outcomes =
            [Outcome::Upheld, Outcome::PartlyUpheld, Outcome::NotUpheld, Outcome::NotUpheld];
        let outcome = *outcomes.choose(&mut office.rng).unwrap();
        if !super::order::is_ordered(self.received, outcome) {
            return self.give_answer(outcome, office, staff, agent, day).await;
        }
        let findings = vec![Finding { issue: "Charged twice".parse().unwrap(), outcome }];
        let propose = C::ProposeOutcome(OutcomeProposal { outcome, findings });
        office.complaint(agent, &self.stream(), propose, &[]).await;
        self.done_before = committee.times_done_with(&self.stream());
        self.then(Step::Review(outcome), day, 1, 1, office);
    }

    async fn give_answer(
        &mut self,
        outcome: Outcome,
        office: &mut Office,
        staff: &Staff,
        agent: &Actor,
        day: Date,
    ) {
        let first = self.remedies.len();
        if outcome != Outcome::NotUpheld {
            self.propose(office, staff, agent, day).await;
        }
        self.recourse_until = day + days(60);
        self.given = Some(outcome);
        let response = Response {
            kind: ResponseKind::Final,
            channel: Channel::Email,
            outcome: Some(outcome),
            findings: vec![Finding { issue: "Charged twice".parse().unwrap(), outcome }],
            remedies: self.remedies[first..].iter().map(|proposal| proposal.remedy).collect(),
            recourse: Some(Recourse {
                body: "Ombudsman".parse().unwrap(),
                until: self.recourse_until,
            }),
            expected_by: None,
            platform: None,
        };
        let respond = C::IssueResponse(response);
        office.complaint(agent, &self.stream(), respond, &[Field::ResponseText]).await;
        let answers = if outcome == Outcome::Upheld {
            [Answer::Accepted, Answer::Accepted, Answer::Silent]
        } else {
            [Answer::Accepted, Answer::Refused, Answer::Refused]
        };
        self.answer = *answers.choose(&mut office.rng).unwrap();
        if self.answer == Answer::Silent {
            self.then(Step::Hear, self.recourse_until, 1, 3, office);
        } else {
            self.then(Step::Hear, day, 2, 12, office);
        }
    }

    async fn propose(&mut self, office: &mut Office, staff: &Staff, agent: &Actor, day: Date) {
        let remedy = RemedyId(u16::try_from(self.ended + self.remedies.len() + 1).unwrap());
        let pounds = office.rng.random_range(20..600_u32);
        let amount: Money = Money { amount: pounds.into(), currency: "GBP".parse().unwrap() };
        let proposal = RemedyProposal { remedy, kind: RemedyKind::Refund, amount: Some(amount) };
        let propose = C::ProposeRemedy(proposal.clone());
        office.complaint(agent, &self.stream(), propose, &[]).await;
        self.remedies.push(proposal);
        self.promised += pounds;
        if self.paid + self.promised > 200 {
            let approve = C::ApproveRemedy(RemedyApproval { remedy });
            office.complaint(staff.supervisor(day), &self.stream(), approve, &[]).await;
        }
    }

    async fn hear(&mut self, office: &mut Office, agent: &Actor, day: Date) {
        let answer = self.answer;
        let given = C::RecordAnswer(AnswerGiven { answer });
        office.complaint(agent, &self.stream(), given, &[]).await;
        self.then(Step::Conclude, day, 0, 5, office);
    }

    /// What was promised is paid or declined, the cause is named, the complainant is asked.
    async fn conclude(
        &mut self,
        office: &mut Office,
        (agent, supervisor): (&Actor, &Actor),
        committee: &mut Committee,
        day: Date,
    ) {
        let stream = self.stream();
        self.ended += self.remedies.len();
        let promised = std::mem::take(&mut self.promised);
        self.paid += if self.answer == Answer::Refused { 0 } else { promised };
        for proposal in std::mem::take(&mut self.remedies) {
            let (result, paid, personal) = if self.answer == Answer::Refused {
                (RemedyResult::Declined, None, Vec::new())
            } else {
                (RemedyResult::CarriedOut, proposal.amount, vec![Field::PaymentReference])
            };
            let fulfilment =
                C::FulfilRemedy(RemedyFulfilment { remedy: proposal.remedy, result, paid });
            // That it is no longer wanted is not for whoever owes it to say.
            let by = if result == RemedyResult::Declined { supervisor } else { agent };
            office.complaint(by, &stream, fulfilment, &personal).await;
        }
        if self.cause.is_none() {
            let cause = *CAUSES.choose(&mut office.rng).unwrap();
            self.cause = Some(cause);
            let found = C::IdentifyRootCause(RootCause::Found { code: cause.parse().unwrap() });
            office.complaint(agent, &stream, found, &[]).await;
        }
        if !std::mem::replace(&mut self.is_asked, true) {
            let survey = C::RequestSurvey(SurveyRequest { channel: Channel::Email });
            office.complaint(agent, &stream, survey, &[]).await;
        }
        match (self.answer, office.rng.random_range(0..4)) {
            (Answer::Accepted | Answer::NotDisputed, _) => {
                self.then(Step::Close(CloseReason::Accepted), day, 0, 3, office);
            }
            (Answer::Silent, _) => {
                self.then(Step::Close(CloseReason::RecourseExpired), day, 0, 3, office);
            }
            (Answer::Refused, 0 | 1) if !self.was_reopened => {
                let reason = EscalationReason::ComplainantRequest;
                let escalate = C::Escalate(Escalation { reason });
                office.complaint(&self.complainant(), &stream, escalate, &[]).await;
                self.done_before = committee.times_done_with(&stream);
                committee.take(&stream, day);
                self.then(Step::Committee, day, 1, 1, office);
            }
            (Answer::Refused, 2) => {
                let refer = C::ReferExternally(ExternalReferral {
                    body: "Ombudsman".parse().unwrap(),
                    method: ExternalMethod::Determinative,
                    reference: None,
                });
                office.complaint(agent, &stream, refer, &[]).await;
                self.then(Step::External, day, 30, 70, office);
            }
            (Answer::Refused, _) => {
                self.then(Step::Close(CloseReason::RecourseWaived), day, 3, 9, office);
            }
        }
    }

    async fn external_decision(&mut self, office: &mut Office, agent: &Actor, day: Date) {
        let decision = C::RecordExternalDecision(ExternalDecision {
            body: "Ombudsman".parse().unwrap(),
            result: ExternalResult::ForRespondent,
            is_binding: false,
            award: None,
        });
        office.complaint(agent, &self.stream(), decision, &[]).await;
        self.then(Step::Close(CloseReason::RecourseExhausted), day, 1, 4, office);
    }

    async fn close(&mut self, reason: CloseReason, office: &mut Office, agent: &Actor, day: Date) {
        office.complaint(agent, &self.stream(), C::Close(Closure { reason }), &[]).await;
        self.then(Step::Survey, day, 2, 12, office);
    }

    async fn survey(&mut self, office: &mut Office, day: Date) {
        if office.rng.random_bool(0.55) {
            let (process, outcome) =
                (office.rng.random_range(1..=5), office.rng.random_range(1..=5));
            let answer = C::RecordSurveyAnswer(SurveyAnswer { process, outcome });
            office.complaint(&self.complainant(), &self.stream(), answer, &[]).await;
        }
        if !self.was_reopened && office.rng.random_bool(0.08) {
            self.then(Step::Reopen, day, 5, 20, office);
        } else {
            self.step = Step::Done;
        }
    }

    /// Somebody else takes it up again.
    async fn reopen(&mut self, office: &mut Office, staff: &Staff, day: Date) {
        self.was_reopened = true;
        self.is_asked = false;
        let reopen = C::Reopen(Reopening { reason: ReopenReason::NewEvidence });
        office.complaint(staff.supervisor(day), &self.stream(), reopen, &[]).await;
        self.assign(office, staff, day).await;
        self.then(Step::Answer, day, 3, 20, office);
    }

    fn complainant(&self) -> Actor {
        actor(&format!("complainant-{}", self.number), Role::Complainant)
    }
}
