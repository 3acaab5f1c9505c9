//! The steps that lives are made of.

use complaint_domain::{
    actor::Role,
    complaint::{
        Answer, Assignment, Channel, Communication, ComplaintCommand as C, ComplaintRules,
        CorrectedFact, Correction, CorrectionReason, Direction, ExternalDecision, ExternalMethod,
        ExternalReferral, ExternalResult, Matter, Outcome, Party, Purpose, RemedyApproval,
        RemedyFulfilment, RemedyId, RemedyKind, RemedyProposal, RemedyResult, ReopenReason,
        Reopening, Response, ResponseKind, Withdrawal, WithdrawalReason,
    },
    label::Label,
    money::Money,
    sealed::PersonalField as Field,
};
use rand::{Rng, RngExt};
use rust_decimal::Decimal;

use super::Case;
use crate::demo::{
    matters::TAXONOMY,
    people,
    texts::{self, Language},
};

impl Case {
    /// The remedies that an outcome calls for, approved where they must be.
    pub(super) fn propose(&mut self, outcome: Outcome) -> Vec<RemedyProposal> {
        let per_cent = match outcome {
            Outcome::Upheld => 100,
            Outcome::PartlyUpheld => self.author.rng.random_range(30..70),
            Outcome::Goodwill | Outcome::NotUpheld | Outcome::OutOfScope => {
                self.author.rng.random_range(10..30)
            }
        };
        let kind =
            if outcome == Outcome::Goodwill { RemedyKind::Goodwill } else { self.issue.remedy };
        let mut kinds = vec![kind];
        if !is_money(kind) && self.author.chance(0.25) {
            kinds.push(RemedyKind::Goodwill);
        }
        if outcome != Outcome::Goodwill && self.author.chance(0.3) {
            kinds.push(RemedyKind::Apology);
        }
        kinds.into_iter().map(|kind| self.propose_one(kind, per_cent)).collect()
    }

    fn propose_one(&mut self, kind: RemedyKind, per_cent: i64) -> RemedyProposal {
        self.remedies += 1;
        let limits = ComplaintRules::default().approval_limits;
        let limit = |role| limits.of(role, self.stake.currency);
        let share = (self.stake.amount * Decimal::new(per_cent, 2)).round_dp(2);
        // Who was given much already, and comes again, is told that we are sorry.
        let is_too_much = !limit(Role::Supervisor).allows(self.promised + share);
        let kind = if is_money(kind) && is_too_much { RemedyKind::Apology } else { kind };
        let amount = is_money(kind).then_some(Money { amount: share, ..self.stake });
        let needs_approval = !limit(Role::Agent).allows(self.promised + share);
        let proposal = RemedyProposal { remedy: RemedyId(self.remedies), kind, amount };
        let personal = if self.author.chance(0.2) {
            vec![(Field::Note, texts::note(self.language(), &mut self.author.rng).to_owned())]
        } else {
            Vec::new()
        };
        self.author.minutes(3, 60);
        let handler = self.handler.clone();
        self.author.step(handler, C::ProposeRemedy(proposal.clone()), personal);
        self.promised += amount.map_or(Decimal::ZERO, |amount| amount.amount);
        if amount.is_some() && needs_approval {
            self.author.days(0, 3);
            let approval = RemedyApproval { remedy: proposal.remedy };
            self.author.step(self.supervisor.clone(), C::ApproveRemedy(approval), Vec::new());
        }
        proposal
    }

    /// A remedy comes to its end.
    pub(super) fn fulfil(&mut self, proposal: &RemedyProposal, answer: Answer) {
        self.author.days(0, 6);
        let result = match answer {
            Answer::Accepted | Answer::Silent | Answer::NotDisputed => RemedyResult::CarriedOut,
            Answer::Refused => RemedyResult::Declined,
        };
        let paid = proposal.amount.filter(|_| result == RemedyResult::CarriedOut);
        if result == RemedyResult::Declined {
            self.promised -= proposal.amount.map_or(Decimal::ZERO, |amount| amount.amount);
        }
        let personal = if paid.is_some() {
            let reference =
                format!("PAY-{:010}", self.author.rng.random_range(0..10_000_000_000_u64));
            vec![(Field::PaymentReference, reference)]
        } else {
            Vec::new()
        };
        let fulfilment = RemedyFulfilment { remedy: proposal.remedy, result, paid };
        // That something approved is no longer wanted is not for whoever owes it to say.
        let by = if result == RemedyResult::Declined { &self.supervisor } else { &self.handler };
        self.author.step(by.clone(), C::FulfilRemedy(fulfilment), personal);
    }

    /// The body that the response named takes the complaint up. Most often it sees it as we do.
    pub(super) fn goes_to_an_outside_body(&mut self) {
        let body = label(self.language().recourse_body());
        self.author.days(3, 10);
        let method = ExternalMethod::Determinative;
        let referral = ExternalReferral { body: body.clone(), method, reference: None };
        self.author.step(self.handler.clone(), C::ReferExternally(referral), Vec::new());
        self.author.days(20, 45);
        let result = weighted(
            &[
                (ExternalResult::ForRespondent, 62),
                (ExternalResult::PartlyForComplainant, 16),
                (ExternalResult::ForComplainant, 12),
                (ExternalResult::Settled, 10),
            ],
            &mut self.author.rng,
        );
        let decision = ExternalDecision { body, result, is_binding: false, award: None };
        self.author.step(self.handler.clone(), C::RecordExternalDecision(decision), Vec::new());
    }

    /// It is taken up again by somebody else, and answered anew.
    pub(super) fn reopen(&mut self) {
        self.author.days(4, 40);
        let reason = weighted(
            &[
                (ReopenReason::NewEvidence, 35),
                (ReopenReason::ComplainantRequest, 30),
                (ReopenReason::RemedyNotDelivered, 20),
                (ReopenReason::ExternalDecision, 10),
                (ReopenReason::ClosedInError, 5),
            ],
            &mut self.author.rng,
        );
        let reopening = C::Reopen(Reopening { reason });
        self.author.step(self.supervisor.clone(), reopening, Vec::new());
        self.author.minutes(10, 120);
        self.handler = people::agent(self.first_agent + 5);
        let assignment = C::Assign(Assignment { handler: self.handler.id.clone() });
        self.author.step(self.supervisor.clone(), assignment, Vec::new());
        self.author.days(1, 5);
        self.communicate(Direction::Incoming, Purpose::Information);
        self.author.days(3, 15);
        let better = match self.outcome {
            Outcome::NotUpheld | Outcome::OutOfScope => Outcome::PartlyUpheld,
            Outcome::PartlyUpheld | Outcome::Upheld | Outcome::Goodwill => Outcome::Upheld,
        };
        self.resolve(better);
    }

    /// The complainant withdraws it; it is entered by whoever takes the message.
    pub(super) fn withdraw(&mut self) {
        self.author.days(1, 12);
        let reason = weighted(
            &[
                (WithdrawalReason::SettledOtherwise, 50),
                (WithdrawalReason::NotPursued, 30),
                (WithdrawalReason::NotStated, 20),
            ],
            &mut self.author.rng,
        );
        let withdrawal = C::Withdraw(Withdrawal { reason });
        self.author.step(self.handler.clone(), withdrawal, Vec::new());
    }

    /// An earlier entry is put right; it stays.
    pub(super) fn correct(
        &mut self,
        corrects: u64,
        fact: CorrectedFact,
        reason: CorrectionReason,
        personal: Vec<(Field, String)>,
    ) {
        let correction = C::Correct(Correction { corrects, fact, reason });
        self.author.step(self.handler.clone(), correction, personal);
    }

    /// A message to or from the complainant; some calls are noted days later.
    pub(super) fn communicate(&mut self, direction: Direction, purpose: Purpose) {
        let outgoing = direction == Direction::Outgoing;
        let channel = self.reply_channel();
        let communication = C::RecordCommunication(Communication {
            direction,
            party: Party::Complainant,
            channel,
            purpose,
        });
        let message = texts::message(self.language(), outgoing, &mut self.author.rng);
        let personal = vec![(Field::Message, message.to_owned())];
        let handler = self.handler.clone();
        if channel == Channel::Phone && self.author.chance(0.15) {
            self.author.late_step(handler, communication, personal);
        } else {
            self.author.step(handler, communication, personal);
        }
    }

    /// The bare frame of a response.
    pub(super) fn response(&self, kind: ResponseKind) -> Response {
        Response {
            kind,
            channel: self.reply_channel(),
            outcome: None,
            findings: Vec::new(),
            remedies: Vec::new(),
            recourse: None,
            expected_by: None,
            platform: None,
        }
    }

    /// What it is about.
    pub(super) fn matter(&self) -> Matter {
        Matter {
            taxonomy: label(TAXONOMY),
            product: label(self.product.name),
            sub_product: Some(label(self.sub_product)),
            issue: Some(label(self.issue.name)),
            sub_issue: None,
        }
    }

    /// What it is not about: the product is right, the issue is another of its issues.
    pub(super) fn wrong_matter(&self) -> Matter {
        let other = self.product.issues.iter().find(|other| other.name != self.issue.name);
        Matter { issue: other.map(|other| label(other.name)), ..self.matter() }
    }

    /// How the company writes back.
    pub(super) const fn reply_channel(&self) -> Channel {
        match self.channel {
            Channel::Letter | Channel::Fax | Channel::Referral => Channel::Letter,
            Channel::Phone => Channel::Phone,
            Channel::App => Channel::App,
            Channel::Chat => Channel::Chat,
            Channel::RegulatorPlatform => Channel::RegulatorPlatform,
            Channel::Email
            | Channel::Web
            | Channel::InPerson
            | Channel::Branch
            | Channel::SocialMedia => Channel::Email,
        }
    }

    /// For how many days the complainant may turn elsewhere.
    pub(super) const fn recourse_days(&self) -> i64 {
        match self.language() {
            Language::English => 90,
            Language::Chinese => 60,
        }
    }

    /// What the complainant speaks.
    pub(super) const fn language(&self) -> Language {
        self.person.language
    }
}

/// One of a list, by weight.
pub(super) fn weighted<T: Copy>(list: &[(T, u32)], rng: &mut impl Rng) -> T {
    let total = list.iter().map(|(_, weight)| weight).sum();
    let mut ticket: u32 = rng.random_range(0..total);
    let chosen = list.iter().find(|(_, weight)| match ticket.checked_sub(*weight) {
        Some(rest) => {
            ticket = rest;
            false
        }
        None => true,
    });
    chosen.expect("the ticket is less than the sum of the weights").0
}

/// A text of the demo as a label.
pub(in crate::demo) fn label(text: &str) -> Label {
    text.parse().expect("the demo's own texts are labels; a test says so for all of them")
}

/// Whether a remedy is paid.
const fn is_money(kind: RemedyKind) -> bool {
    match kind {
        RemedyKind::Refund | RemedyKind::Compensation | RemedyKind::Goodwill => true,
        RemedyKind::Repair
        | RemedyKind::Replacement
        | RemedyKind::Correction
        | RemedyKind::Apology
        | RemedyKind::Explanation => false,
    }
}
