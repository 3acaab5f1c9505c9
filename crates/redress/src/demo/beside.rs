//! What happens beside the complaints of the year: people begin to work, the committee decides,
//! violations go to the regulator, causes are taken away.
//!
//! Everything follows from the complaints' own steps: a case for each that was escalated, a referral
//! for each violation that was reported, an action for each cause that complaints showed most.

use std::collections::BTreeMap;

use complaint_domain::{
    action::{
        ActionApproval, ActionClosure, ActionCommand, ActionKind, ActionOrigin, ActionProposal,
        ActionResult, Completion, EffectVerdict, Remediation,
    },
    actor::{Actor, Role},
    complaint::{ComplaintCommand, Outcome, RecusalGround, RootCause, SuspectedViolation},
    label::Label,
    money::Money,
    referral::{
        Finding, Inquiry, InquiryAnswer, InquiryId, Penalty, PenaltyKind, ReferralClosure,
        ReferralCommand, ReferralOutcome, ReferralReceipt, Submission,
    },
    review::{
        Conclusion, Dissent, Hearing, HearingManner, Measure, MeasureDone, MeasureId,
        MemberRecusal, Opening, Proposal, Reply, ReplyKind, ReviewClosure, ReviewCommand, Seat,
        Seating, Side, Vote, VoteChoice,
    },
    staff::{Joining, StaffCommand, TermStart},
    volume::VolumeCommand,
};
use complaint_service::{named_stream, review_stream_of, staff_stream_of};
use event_log::StreamId;
use jiff::{ToSpan, civil::Date};
use rand::{Rng, RngExt, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;

use super::{
    author::{Diary, Year},
    lives::label,
    people,
};

/// What is asked of anything but a complaint.
#[derive(Debug, Clone)]
pub enum Deed {
    /// Of somebody who works here.
    Staff(StaffCommand),
    /// Of a case before the committee.
    Review(ReviewCommand),
    /// Of a suspected violation before a regulator.
    Referral(ReferralCommand),
    /// Of what is done against a cause.
    Action(ActionCommand),
    /// Of how much business there was.
    Volume(VolumeCommand),
    /// Count the complaints after an action was done, up to a day, and note what that shows.
    CountEffect(Date),
    /// Close an action as what the last count shows.
    CloseAction,
}

/// A deed as somebody does it.
#[derive(Debug, Clone)]
pub struct BesideStep {
    /// When.
    pub at: jiff::Timestamp,
    /// Who.
    pub actor: Actor,
    /// The id of the command.
    pub command_id: uuid::Uuid,
    /// What.
    pub deed: Deed,
}

/// The complaints' own steps that something follows from.
pub type Followed<'a> = (&'a StreamId, &'a super::author::Step);

/// The authority that the invented company reports to.
const AUTHORITY: &str = "Market Supervision Office";
/// The deeds of the year have random numbers of their own: no complaint has such a number.
const RANDOM_STREAM: u64 = u64::MAX;
/// How many causes are taken away in a year.
const ACTIONS: usize = 4;
/// How many members sit on a case.
const SEATS: usize = 3;

/// Everything that happens beside the complaints.
pub fn beside<'a>(
    seed: u64,
    year: Year,
    complaints: impl Iterator<Item = Followed<'a>>,
) -> Vec<(StreamId, BesideStep)> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(RANDOM_STREAM);
    let mut all = people_join(year, &mut rng);
    let mut causes: BTreeMap<Label, usize> = BTreeMap::new();
    let mut escalations: BTreeMap<&StreamId, u32> = BTreeMap::new();
    for (stream, step) in complaints {
        let mut diary = || Diary::new(ChaCha8Rng::from_rng(&mut rng), step.entered_at);
        if matches!(step.command, ComplaintCommand::Escalate(_)) {
            let escalation = escalations.entry(stream).or_default();
            *escalation += 1;
            all.extend(case(diary(), stream, *escalation));
        } else if let ComplaintCommand::ReportSuspectedViolation(violation) = &step.command {
            all.extend(referral(diary(), stream, violation));
        } else if let ComplaintCommand::IdentifyRootCause(RootCause::Found { code }) = &step.command
            && step.entered_at < year.moment(5, 1)
        {
            *causes.entry(code.clone()).or_default() += 1;
        }
    }
    let mut most: Vec<_> = causes.into_iter().collect();
    most.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    for (cause, _) in most.into_iter().take(ACTIONS) {
        let diary = Diary::new(ChaCha8Rng::from_rng(&mut rng), year.moment(5, 1));
        all.extend(action(diary, cause));
    }
    all.retain(|(_, step)| step.at < year.end);
    all
}

type Deeds = Vec<(StreamId, BesideStep)>;

/// Whoever acts in the year begins to work on its first day; the committee has a term.
fn people_join(year: Year, rng: &mut ChaCha8Rng) -> Deeds {
    let mut all = Vec::new();
    let first_day = year.first_day();
    let agents = (0..people::AGENTS).map(people::agent);
    let supervisors = (0..people::SUPERVISORS).map(people::supervisor);
    let committee = (0..people::MEMBERS).map(people::member);
    for person in agents.chain(supervisors).chain(committee).chain([people::compliance()]) {
        let mut diary = Diary::new(ChaCha8Rng::from_rng(rng), year.start);
        let stream = staff_stream_of(&person.id);
        let joining =
            Joining { account: person.id.clone(), roles: [person.role].into(), team: None };
        diary.minutes(1, 4);
        diary.deed(people::administrator(), Deed::Staff(StaffCommand::Join(joining)));
        let seat = match person.role {
            Role::CommitteeChair => Some(Seat::Chair),
            Role::CommitteeMember => Some(Seat::Member),
            Role::Agent
            | Role::Supervisor
            | Role::Auditor
            | Role::ComplianceOfficer
            | Role::Regulator
            | Role::DataProtectionOfficer
            | Role::Administrator
            | Role::Complainant
            | Role::Public
            | Role::System => None,
        };
        if let Some(seat) = seat {
            let until = first_day.saturating_add(2.years()).saturating_sub(1.day());
            let term = TermStart { seat, from: first_day, until };
            diary.deed(people::administrator(), Deed::Staff(StaffCommand::StartTerm(term)));
        }
        all.extend(diary.finish(&stream));
    }
    all
}

/// A case before the committee, from the docket to the end of its follow-up.
fn case(mut diary: Diary, complaint: &StreamId, escalation: u32) -> Deeds {
    use ReviewCommand as R;
    let mut members: Vec<u32> = (1..people::MEMBERS).collect();
    let away = diary.rng().random_range(0..members.len());
    members.remove(away);
    let chair = people::member(0);
    let by_chair =
        |diary: &mut Diary, command| diary.deed(people::member(0), Deed::Review(command));
    diary.days(3, 9);
    let stream = review_stream_of(complaint, escalation);
    let complaint = complaint.as_str().parse().expect("a complaint's stream");
    by_chair(&mut diary, R::Open(Opening { complaint }));
    let mut seated = vec![chair.clone()];
    seated.extend(members.iter().take(SEATS).map(|number| people::member(*number)));
    for member in &seated {
        diary.minutes(1, 5);
        let seat = if *member == chair { Seat::Chair } else { Seat::Member };
        by_chair(&mut diary, R::SeatMember(Seating { member: member.id.clone(), seat }));
    }
    if diary.rng().random_bool(0.2) {
        let last = seated.pop().expect("four were seated");
        diary.days(1, 3);
        let recusal = MemberRecusal { member: last.id.clone(), ground: RecusalGround::Kinship };
        diary.deed(last, Deed::Review(R::RecuseMember(recusal)));
    }
    for (side, manners) in [
        (Side::Complainant, [HearingManner::Remote, HearingManner::Written]),
        (Side::Company, [HearingManner::Written, HearingManner::InPerson]),
    ] {
        diary.days(1, 6);
        let manner = *manners.choose(diary.rng()).expect("two manners");
        by_chair(&mut diary, R::HearParty(Hearing { side, manner }));
    }
    let upheld = diary.rng().random_bool(0.45);
    diary.days(1, 5);
    let due = diary.today().saturating_add(60.days());
    let measure = Measure {
        measure: MeasureId(1),
        what: label("answer the complainant anew, and put it right"),
        owner: people::supervisor(0).id,
        due,
    };
    let proposal = Proposal {
        outcome: if upheld { Outcome::PartlyUpheld } else { Outcome::NotUpheld },
        grounds: vec![label(if upheld { "terms-not-told" } else { "answer-was-right" })],
        measures: if upheld { vec![measure] } else { Vec::new() },
    };
    by_chair(&mut diary, R::ProposeDecision(proposal));
    let dissents = diary.rng().random_bool(0.3);
    for (number, member) in seated.iter().enumerate() {
        diary.minutes(5, 30);
        let choice = if dissents && number == 2 { VoteChoice::Against } else { VoteChoice::For };
        diary.deed(member.clone(), Deed::Review(R::CastVote(Vote { choice })));
    }
    if let (true, Some(member)) = (dissents, seated.get(2)) {
        diary.minutes(5, 30);
        let dissent = Dissent { grounds: vec![label("facts-weighed-otherwise")] };
        diary.deed(member.clone(), Deed::Review(R::RecordDissent(dissent)));
    }
    diary.minutes(5, 30);
    by_chair(&mut diary, R::Decide(Conclusion {}));
    follow_up(diary, &stream, upheld)
}

/// What the company says to a decision, and what it does.
fn follow_up(mut diary: Diary, stream: &StreamId, upheld: bool) -> Deeds {
    use ReviewCommand as R;
    let company = people::supervisor(0);
    let refuses = upheld && diary.rng().random_bool(0.15);
    diary.days(2, 10);
    let reply = if refuses {
        Reply { reply: ReplyKind::Refused, grounds: vec![label("contrary-to-contract")] }
    } else {
        Reply { reply: ReplyKind::Accepted, grounds: Vec::new() }
    };
    diary.deed(company.clone(), Deed::Review(R::Reply(reply)));
    if upheld && !refuses {
        diary.days(5, 30);
        let done = MeasureDone { measure: MeasureId(1) };
        diary.deed(company, Deed::Review(R::CompleteMeasure(done)));
    }
    diary.days(1, 5);
    diary.deed(people::member(0), Deed::Review(R::Close(ReviewClosure {})));
    diary.finish(stream)
}

/// A suspected violation, from its report to what the authority comes to.
fn referral(mut diary: Diary, complaint: &StreamId, violation: &SuspectedViolation) -> Deeds {
    use ReferralCommand as R;
    let officer = people::compliance();
    let deed =
        |diary: &mut Diary, command| diary.deed(people::compliance(), Deed::Referral(command));
    diary.days(1, 4);
    let submission = Submission {
        referral: violation.referral.clone(),
        complaint: complaint.as_str().parse().expect("a complaint's stream"),
        authority: violation.authority.clone(),
        rule: violation.rule.clone(),
    };
    deed(&mut diary, R::Submit(submission));
    diary.days(3, 10);
    let number = diary.rng().random_range(100..1_000);
    let reference = label(&format!("MSO-{number}"));
    deed(&mut diary, R::Acknowledge(ReferralReceipt { reference }));
    if diary.rng().random_bool(0.6) {
        diary.days(10, 25);
        let due = Some(diary.today().saturating_add(30.days()));
        let inquiry = Inquiry { inquiry: InquiryId(1), subject: label("records of notices"), due };
        deed(&mut diary, R::RecordInquiry(inquiry));
        diary.days(5, 20);
        deed(&mut diary, R::AnswerInquiry(InquiryAnswer { inquiry: InquiryId(1) }));
    }
    diary.days(30, 90);
    let finding = *[Finding::Violation, Finding::NoViolation, Finding::NotPursued]
        .choose(diary.rng())
        .expect("three findings");
    deed(&mut diary, R::RecordOutcome(ReferralOutcome { finding }));
    if finding == Finding::Violation {
        diary.minutes(1, 10);
        let penalty = Penalty { kind: PenaltyKind::Warning, amount: None };
        deed(&mut diary, R::RecordPenalty(penalty));
    }
    diary.days(5, 20);
    diary.deed(officer, Deed::Referral(R::Close(ReferralClosure {})));
    let stream = violation.referral.as_str().parse().expect("a referral's stream");
    diary.finish(&stream)
}

/// An action against a cause, from its proposal to what later complaints show.
fn action(mut diary: Diary, cause: Label) -> Deeds {
    use ActionCommand as A;
    let owner = people::agent(diary.rng().random_range(0..people::AGENTS));
    let checker = people::supervisor(1);
    diary.days(1, 5);
    let stream = diary.new_stream("action");
    let proposal = ActionProposal {
        title: label(&format!("take away the cause {}", cause.as_str())),
        kind: ActionKind::Corrective,
        origin: ActionOrigin::RecurringCause,
        causes: vec![cause],
        product: None,
        reference: None,
        owner: owner.id.clone(),
        due: diary.today().saturating_add(60.days()),
    };
    diary.deed(people::supervisor(0), Deed::Action(A::Propose(proposal)));
    diary.days(1, 4);
    diary.deed(checker.clone(), Deed::Action(A::Approve(ActionApproval {})));
    diary.days(14, 45);
    let done = diary.today();
    diary.deed(owner, Deed::Action(A::Complete(Completion {})));
    diary.days(5, 30);
    let affected = diary.rng().random_range(50..400);
    let reached = affected - diary.rng().random_range(0..10);
    let currency = iso_currency::Currency::GBP;
    let paid = Some(Money { amount: (reached * 25).into(), currency });
    diary
        .deed(checker.clone(), Deed::Action(A::Remediate(Remediation { affected, reached, paid })));
    let until = done.saturating_add(90.days());
    diary.until_after(until);
    diary.deed(checker.clone(), Deed::CountEffect(until));
    diary.days(1, 5);
    diary.deed(checker, Deed::CloseAction);
    diary.finish(&stream)
}

/// What an action comes to by what its last count shows.
pub fn result_of(verdict: EffectVerdict) -> ActionCommand {
    let result = match verdict {
        EffectVerdict::Fewer => ActionResult::Effective,
        EffectVerdict::NotFewer => ActionResult::NotEffective,
        EffectVerdict::Inconclusive => ActionResult::Inconclusive,
    };
    ActionCommand::Close(ActionClosure { result })
}

/// The violation that a complaint reports; its referral is named by chance.
///
/// # Panics
///
/// Never: its texts are labels, and a kind and a ULID name a stream.
pub fn violation(rng: &mut impl Rng) -> SuspectedViolation {
    let mut id = [0; 16];
    rng.fill_bytes(&mut id);
    let referral = named_stream("referral", uuid::Uuid::from_bytes(id));
    SuspectedViolation {
        referral: referral.as_str().parse().expect("a kind and a ULID"),
        authority: label(AUTHORITY),
        rule: label("duty to tell terms clearly"),
    }
}
