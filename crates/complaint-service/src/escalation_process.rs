//! The escalation process: puts before the committee what an adopted pack orders to go there, and
//! carries back to the complaint what the committee came to.
//!
//! It remembers nothing that the log does not say. The id of each command follows from the streams
//! and from how often the complaint was escalated, so a second run, two runs at once, a run after a
//! week of standing still, or one after a crash between two of its steps add what is missing and
//! nothing else. What is owed it reads from the complaint's own stream, and `decide` has the last
//! word.
//!
//! What a pack orders gets its review opened whoever escalated it; what people bring before the committee
//! beside that is theirs to open. An escalation has one review, whoever opens it (`docket`).
//!
//! An escalation is dated by the moment it is recorded and never back: whether that was in time is
//! for the clock of the pack to say.

use std::collections::BTreeSet;

use complaint_domain::{
    actor::{Actor, ActorId, Role},
    complaint::{
        CommitteeRefusal, Complaint, ComplaintCommand, ComplaintRejection, Escalation,
        EscalationReason, ReviewReference,
    },
    review::{Opening, Review, ReviewCommand},
};
use event_log::{Position, StreamId};
use futures::TryStreamExt;
use uuid::Uuid;

use crate::{
    error::HandleError,
    ids::{review_stream_of, step_id},
    load::load,
    request::CommandRequest,
    service::ComplaintService,
    unsealed::{UnsealedRequest, UnsealedService},
};

/// How many records are looked through at once; their streams are kept in memory meanwhile.
const PAGE: u64 = 4_096;
/// As whom it acts.
const ACTOR: &str = "escalation-process";

/// What was put before the committee, and what came back.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Escalated {
    /// How many complaints were escalated.
    pub escalated: u64,
    /// How many reviews were opened.
    pub opened: u64,
    /// How many reviews were noted in their complaint.
    pub concluded: u64,
}

/// Walks the log for what is owed to the committee, and for what the committee owes.
#[derive(Debug, Clone, Copy)]
pub struct EscalationProcess<'a> {
    complaints: &'a ComplaintService,
    reviews: &'a UnsealedService,
}

impl<'a> EscalationProcess<'a> {
    /// The process that acts through these services, both over one log.
    pub const fn new(complaints: &'a ComplaintService, reviews: &'a UnsealedService) -> Self {
        Self { complaints, reviews }
    }

    /// Looks at each complaint and review that has an event in one page of the log, and gives where
    /// the next page begins; nothing when there is none.
    ///
    /// Everything it does follows an event, so whoever remembers how far it looked misses nothing.
    ///
    /// # Errors
    ///
    /// [`HandleError`]: a log or vault that does not answer. What was done before stays done.
    pub async fn walk_page(
        self,
        from: Position,
        done: &mut Escalated,
    ) -> Result<Option<Position>, HandleError> {
        let mut records = self.complaints.log().read_all(from, PAGE);
        let (mut complaints, mut reviews) = (BTreeSet::new(), BTreeSet::new());
        let mut next = None;
        while let Some(recorded) = records.try_next().await? {
            next = Some(Position(recorded.position.0.saturating_add(1)));
            if recorded.stream.as_str().starts_with("complaint-") {
                complaints.insert(recorded.stream);
            } else if recorded.stream.as_str().starts_with("review-") {
                reviews.insert(recorded.stream);
            }
        }
        // Where no pack orders anything, no complaint needs to be loaded.
        let rules = self.complaints.rules_at(self.complaints.now()).await?;
        if rules.time_limits.orders_escalation() {
            for stream in complaints {
                self.escalate(&stream, done).await?;
            }
        }
        for stream in reviews {
            self.carry_back(&stream, done).await?;
        }
        Ok(next)
    }

    /// Puts one complaint before the committee, if that is owed, and opens its review.
    ///
    /// # Errors
    ///
    /// As [`walk_page`](Self::walk_page).
    pub async fn escalate(
        self,
        stream: &StreamId,
        done: &mut Escalated,
    ) -> Result<(), HandleError> {
        let loaded = load(self.complaints.log(), stream).await?;
        let Complaint::Received(case) = &loaded.state else { return Ok(()) };
        let rules = self.complaints.rules_at(self.complaints.now()).await?;
        let mut escalations = case.escalations();
        if case.is_owed_to_committee(&rules.time_limits) {
            escalations = escalations.saturating_add(1);
            let id = step_id(stream, "escalate", escalations);
            let reason = EscalationReason::NotFullyUpheld;
            let command = ComplaintCommand::Escalate(Escalation { reason });
            if !self.send(stream, id, command, &mut done.escalated).await? {
                return Ok(());
            }
        } else if !case.is_owed_a_review(&rules.time_limits) {
            return Ok(());
        }
        self.open(stream, escalations, done).await
    }

    /// The review of an escalation that a program made, or that a pack orders. A crash between escalation and
    /// review is made good by the next run.
    async fn open(
        self,
        stream: &StreamId,
        escalations: u32,
        done: &mut Escalated,
    ) -> Result<(), HandleError> {
        let command_id = step_id(stream, "open", escalations);
        let review = review_stream_of(stream, escalations);
        if self.reviews.streams().load::<Review>(&review).await? != Review::NotOpened {
            return Ok(());
        }
        let Ok(complaint) = stream.as_str().parse() else { return Ok(()) };
        let request = UnsealedRequest {
            command_id,
            stream: Some(review),
            actor: actor(),
            occurred_at: None,
            command: ReviewCommand::Open(Opening { complaint }),
        };
        match self.reviews.handle::<Review>(&request).await {
            Ok(appended) if appended.repeated => {}
            Ok(_) => done.opened = done.opened.saturating_add(1),
            Err(refused) if is_opened_already(&refused) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Notes in its complaint how a review ended, if it did.
    async fn carry_back(self, stream: &StreamId, done: &mut Escalated) -> Result<(), HandleError> {
        let Review::Opened(docket) = self.reviews.streams().load(stream).await? else {
            return Ok(());
        };
        let (Ok(complaint), Ok(review)) =
            (docket.complaint().as_str().parse(), stream.as_str().parse())
        else {
            return Ok(());
        };
        if docket.conclusion().is_none() {
            return Ok(());
        }
        let command = ComplaintCommand::NoteReview(ReviewReference { review });
        let id = step_id(stream, "note", 1);
        self.send(&complaint, id, command, &mut done.concluded).await.map(|_| ())
    }

    /// Sends a command; whether it is so now.
    async fn send(
        self,
        stream: &StreamId,
        command_id: Uuid,
        command: ComplaintCommand,
        count: &mut u64,
    ) -> Result<bool, HandleError> {
        let request = CommandRequest {
            command_id,
            stream: Some(stream.clone()),
            actor: actor(),
            occurred_at: None,
            correlation_id: None,
            causation_id: None,
            command,
            personal: Vec::new(),
        };
        match self.complaints.handle(request).await {
            Ok(answered) => {
                if !answered.repeated {
                    *count = count.saturating_add(1);
                }
                Ok(true)
            }
            Err(HandleError::Refused(rejection)) if is_overtaken(&rejection) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// Somebody escalated, withdrew or answered it, or another run noted it, since it was looked at.
fn is_overtaken(rejection: &ComplaintRejection) -> bool {
    matches!(
        rejection,
        ComplaintRejection::AlreadyEscalated
            | ComplaintRejection::FinalResponseMissing { .. }
            | ComplaintRejection::Committee(CommitteeRefusal::AlreadyNoted(_))
    )
}

/// Somebody opened the review, or the complaint moved on, since it was looked at; or a program from
/// before opened the review under another name.
fn is_opened_already(refused: &HandleError) -> bool {
    let is_overtaken = matches!(
        refused,
        HandleError::AggregateRefused { code: "already-opened" | "not-escalated", .. }
    );
    is_overtaken || matches!(refused, HandleError::Contended { .. })
}

#[expect(clippy::expect_used, reason = "a constant that is a label")]
fn actor() -> Actor {
    Actor { id: ActorId(ACTOR.parse().expect("a label")), role: Role::System }
}
