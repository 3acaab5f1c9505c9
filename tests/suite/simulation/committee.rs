//! The committee at work, and the track to the regulator.

use complaint_domain::{
    actor::{Actor, Role},
    complaint::{ComplaintCommand, Outcome, SuspectedViolation},
    referral::{
        Finding, Inquiry, InquiryAnswer, InquiryId, Referral, ReferralClosure,
        ReferralCommand as R, ReferralOutcome, ReferralReceipt, Submission,
    },
    review::{
        Adjournment, Conclusion, Dissent, Hearing, HearingManner, Measure, MeasureDone, MeasureId,
        Opening, Proposal, Reply, ReplyKind, Review, ReviewClosure, ReviewCommand as C, Seat,
        Seating, Side, Vote, VoteChoice,
    },
};
use event_log::StreamId;
use jiff::civil::Date;

use super::{days, office::Office, staff::Staff};

/// Votes that must be cast, by the rules that hold until a rulebook says otherwise.
const QUORUM: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    Hear,
    Vote,
    Reply,
    FollowUp,
    Done,
}

#[derive(Debug)]
struct Sitting {
    complaint: StreamId,
    review: Option<StreamId>,
    members: Vec<Actor>,
    phase: Phase,
    due: Date,
    /// What the company follows.
    followed: Option<Outcome>,
}

/// What is before the committee.
#[derive(Debug, Default)]
pub(super) struct Committee {
    sittings: Vec<Sitting>,
}

impl Committee {
    /// A complaint was escalated.
    pub(super) fn take(&mut self, complaint: &StreamId, day: Date) {
        self.sittings.push(Sitting {
            complaint: complaint.clone(),
            review: None,
            members: Vec::new(),
            phase: Phase::Open,
            due: day + days(2),
            followed: None,
        });
    }

    /// A complaint came before it because a pack orders that.
    pub(super) fn take_opened(&mut self, review: StreamId, complaint: &StreamId, day: Date) {
        self.take(complaint, day);
        if let Some(sitting) = self.sittings.last_mut() {
            sitting.review = Some(review);
        }
    }

    /// How often it was done with a complaint.
    pub(super) fn times_done_with(&self, complaint: &StreamId) -> usize {
        let is_done = |it: &&Sitting| it.complaint == *complaint && it.phase == Phase::Done;
        self.sittings.iter().filter(is_done).count()
    }

    /// What the complainant is answered who was to be answered this: what the company has said it follows, where
    /// that is more.
    pub(super) fn lets_answer(&self, complaint: &StreamId, proposed: Outcome) -> Outcome {
        let last = self.sittings.iter().rfind(|it| it.complaint == *complaint);
        match last.and_then(|sitting| sitting.followed) {
            Some(Outcome::PartlyUpheld) if proposed == Outcome::NotUpheld => Outcome::PartlyUpheld,
            Some(_) | None => proposed,
        }
    }

    pub(super) async fn work(&mut self, office: &mut Office, staff: &Staff, day: Date) {
        for (n, sitting) in self.sittings.iter_mut().enumerate() {
            if sitting.phase != Phase::Done && sitting.due <= day {
                sitting.go_on(office, staff, n, day).await;
            }
        }
    }
}

impl Sitting {
    async fn go_on(&mut self, office: &mut Office, staff: &Staff, n: usize, day: Date) {
        match self.phase {
            Phase::Open => self.open(office, staff, day).await,
            Phase::Hear => self.hear(office, day).await,
            Phase::Vote => self.vote(office, staff, n, day).await,
            Phase::Reply => self.reply(office, staff, n, day).await,
            Phase::FollowUp => self.follow_up(office, staff, day).await,
            Phase::Done => {}
        }
    }

    fn then(&mut self, phase: Phase, day: Date, later: i64) {
        (self.phase, self.due) = (phase, day + days(later));
    }

    async fn send(&self, office: &mut Office, actor: &Actor, name: &'static str, command: C) {
        office.other::<Review>(actor, self.review.as_ref(), name, command).await;
    }

    /// The chair and whoever has no interest.
    async fn open(&mut self, office: &mut Office, staff: &Staff, day: Date) {
        let chair = staff.with_role(Role::CommitteeChair).next().unwrap().actor.clone();
        if self.review.is_none() {
            let complaint = self.complaint.as_str().parse().unwrap();
            let open = C::Open(Opening { complaint });
            self.review = Some(office.other::<Review>(&chair, None, "open", open).await);
        }
        let seat = C::SeatMember(Seating { member: chair.id.clone(), seat: Seat::Chair });
        self.send(office, &chair, "seat-member", seat).await;
        self.members.push(chair.clone());
        for person in staff.with_role(Role::CommitteeMember) {
            let member = person.actor.id.clone();
            let seat = C::SeatMember(Seating { member, seat: Seat::Member });
            let review = self.review.as_ref();
            match office.try_other::<Review>(&chair, review, "seat-member", seat).await {
                Ok(_) => self.members.push(person.actor.clone()),
                Err(error) => {
                    assert!(person.interest.is_some(), "{} was refused: {error}", person.actor.id);
                    office.note("not seated for an interest");
                }
            }
        }
        self.then(Phase::Hear, day, 7);
    }

    async fn hear(&mut self, office: &mut Office, day: Date) {
        let chair = self.members[0].clone();
        for side in [Side::Complainant, Side::Company] {
            let heard = C::HearParty(Hearing { side, manner: HearingManner::Written });
            self.send(office, &chair, "hear-party", heard).await;
        }
        self.then(Phase::Vote, day, 7);
    }

    /// Too few are there in August: the sitting is put off by two weeks.
    async fn vote(&mut self, office: &mut Office, staff: &Staff, n: usize, day: Date) {
        let chair = self.members[0].clone();
        let is_there = |member: &&Actor| {
            let mut everybody = staff.with_role(member.role);
            everybody.any(|person| person.actor.id == member.id && !person.is_away(day))
        };
        let present: Vec<_> = self.members.iter().filter(is_there).cloned().collect();
        if present.len() < QUORUM {
            let present = present.iter().map(|member| member.id.clone()).collect();
            self.send(office, &chair, "adjourn", C::Adjourn(Adjournment { present })).await;
            return self.then(Phase::Vote, day, 14);
        }
        let measure = Measure {
            measure: MeasureId(1),
            what: "Refund the second charge".parse().unwrap(),
            owner: staff.compliance().id.clone(),
            due: day + days(30),
        };
        let proposal = C::ProposeDecision(Proposal {
            outcome: recommended(n),
            grounds: vec!["rule/charge-once".parse().unwrap()],
            measures: if n.is_multiple_of(2) { vec![measure] } else { Vec::new() },
        });
        self.send(office, &chair, "propose-decision", proposal).await;
        for (seat, member) in present.iter().enumerate() {
            let against = seat == 1 && n.is_multiple_of(3);
            let choice = if against { VoteChoice::Against } else { VoteChoice::For };
            self.send(office, member, "cast-vote", C::CastVote(Vote { choice })).await;
            if against {
                let grounds = vec!["rule/customer-was-told".parse().unwrap()];
                let dissent = C::RecordDissent(Dissent { grounds });
                self.send(office, member, "record-dissent", dissent).await;
            }
        }
        self.send(office, &chair, "decide", C::Decide(Conclusion {})).await;
        self.then(Phase::Reply, day, 5);
    }

    async fn reply(&mut self, office: &mut Office, staff: &Staff, n: usize, day: Date) {
        let reply = if n % 5 == 4 {
            let grounds = vec!["rule/no-loss".parse().unwrap()];
            Reply { reply: ReplyKind::Refused, grounds }
        } else {
            self.followed = Some(recommended(n));
            Reply { reply: ReplyKind::Accepted, grounds: Vec::new() }
        };
        self.send(office, staff.compliance(), "reply", C::Reply(reply)).await;
        self.then(Phase::FollowUp, day, 10);
        if n.is_multiple_of(2) && n % 5 != 4 {
            let done = C::CompleteMeasure(MeasureDone { measure: MeasureId(1) });
            self.send(office, staff.compliance(), "complete-measure", done).await;
        }
    }

    async fn follow_up(&mut self, office: &mut Office, staff: &Staff, day: Date) {
        let chair = &staff.with_role(Role::CommitteeChair).next().unwrap().actor;
        self.send(office, chair, "close-review", C::Close(ReviewClosure {})).await;
        self.then(Phase::Done, day, 0);
    }
}

/// What the committee recommends in its n-th case.
fn recommended(n: usize) -> Outcome {
    if n.is_multiple_of(2) { Outcome::PartlyUpheld } else { Outcome::NotUpheld }
}

/// What was reported to the regulator, and how far it has come.
#[derive(Debug, Default)]
pub(super) struct Regulator {
    tracks: Vec<(StreamId, u8, Date)>,
}

impl Regulator {
    /// A suspected violation goes to the regulator, whatever becomes of the dispute.
    pub(super) async fn report(
        &mut self,
        office: &mut Office,
        staff: &Staff,
        complaint: &StreamId,
        day: Date,
    ) {
        let (officer, name) =
            (staff.compliance(), complaint.as_str().replace("complaint", "referral"));
        let referral: StreamId = name.parse().unwrap();
        let violation = SuspectedViolation {
            referral: name.parse().unwrap(),
            authority: "Regulator".parse().unwrap(),
            rule: "rule/charge-once".parse().unwrap(),
        };
        let submission = Submission {
            referral: violation.referral.clone(),
            complaint: complaint.as_str().parse().unwrap(),
            authority: violation.authority.clone(),
            rule: violation.rule.clone(),
        };
        let report = ComplaintCommand::ReportSuspectedViolation(violation);
        office.complaint(officer, complaint, report, &[]).await;
        let submit = R::Submit(submission);
        office.other::<Referral>(officer, Some(&referral), "submit", submit).await;
        self.tracks.push((referral, 0, day + days(5)));
    }

    pub(super) async fn work(&mut self, office: &mut Office, staff: &Staff, day: Date) {
        let officer = staff.compliance();
        for (referral, phase, due) in &mut self.tracks {
            if *due > day {
                continue;
            }
            let (name, command) = match *phase {
                0 => {
                    let reference = "2025/17".parse().unwrap();
                    ("acknowledge-referral", R::Acknowledge(ReferralReceipt { reference }))
                }
                1 => {
                    let subject = "How many were charged twice".parse().unwrap();
                    let due = Some(day + days(14));
                    let inquiry = Inquiry { inquiry: InquiryId(1), subject, due };
                    ("record-inquiry", R::RecordInquiry(inquiry))
                }
                2 => {
                    let answer = InquiryAnswer { inquiry: InquiryId(1) };
                    ("answer-inquiry", R::AnswerInquiry(answer))
                }
                3 => {
                    let outcome = ReferralOutcome { finding: Finding::NoViolation };
                    ("record-outcome", R::RecordOutcome(outcome))
                }
                4 => ("close-referral", R::Close(ReferralClosure {})),
                _ => continue,
            };
            office.other::<Referral>(officer, Some(referral), name, command).await;
            *phase += 1;
            *due = day + days(9);
        }
    }
}
