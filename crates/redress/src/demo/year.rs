//! Sends a year's commands in order of simulated time.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use complaint_domain::{
    action::{Action, ActionCommand, EffectCheck, EffectVerdict, Plan},
    referral::Referral,
    review::Review,
    staff::Staff,
    volume::Volume,
};
use complaint_service::{
    Appended, CommandRequest, ComplaintService, CountEffectError, HandleError, PersonalText,
    Unsealed, UnsealedRequest, UnsealedService, count_effect, stream_of,
};
use event_log::{Clock, EventLog, StreamId};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use tokio::task::JoinSet;

use super::{
    author::{Step, Year},
    beside::{BesideStep, Deed, beside, result_of},
    lives::life,
    volumes::volumes,
};

/// What is entered within this time is sent at once, and gets the time of the last of it.
const SITTING: SignedDuration = SignedDuration::from_mins(60);
/// The most commands sent at once.
const SITTING_COMMANDS_MAX: usize = 512;

/// The clock of the simulated year.
#[derive(Debug)]
pub struct YearClock(AtomicI64);

impl YearClock {
    /// A clock that stands at a moment.
    pub fn at(moment: Timestamp) -> Self {
        Self(AtomicI64::new(moment.as_millisecond()))
    }

    fn set(&self, moment: Timestamp) {
        self.0.store(moment.as_millisecond(), Ordering::SeqCst);
    }
}

impl Clock for YearClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).unwrap_or(Timestamp::MIN)
    }
}

/// How much was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sent {
    /// Commands that were carried out now.
    pub carried_out: u64,
    /// Commands that an earlier run had carried out.
    pub repeated: u64,
}

/// Something that is sent.
#[derive(Debug, Clone)]
pub enum Sending {
    /// To a complaint.
    Complaint(Box<Step>),
    /// To anything else.
    Beside(BesideStep),
}

impl Sending {
    /// When it is entered.
    pub const fn entered_at(&self) -> Timestamp {
        match self {
            Self::Complaint(step) => step.entered_at,
            Self::Beside(step) => step.at,
        }
    }
}

/// Something that is sent, and the stream it is for.
type Numbered = (StreamId, Sending);

/// Every step of every life of a year, and what happens beside them, in the order in which they are
/// entered. The volumes of its last days are entered when it is over.
pub fn steps_of(seed: u64, complaints: u64, year: Year) -> Vec<Numbered> {
    let mut steps: Vec<(StreamId, Step)> = (0..complaints)
        .flat_map(|number| {
            let life = life(seed, number, year);
            let stream = life.first().map(|first| stream_of(first.command_id));
            life.into_iter().filter_map(move |step| Some((stream.clone()?, step)))
        })
        .collect();
    // Stable, so that two steps of one complaint at the same millisecond keep their order.
    steps.sort_by_key(|(_, step)| step.entered_at);
    let others = beside(seed, year, steps.iter().map(|(stream, step)| (stream, step)));
    let others = others
        .into_iter()
        .chain(volumes(seed, year))
        .map(|(stream, step)| (stream, Sending::Beside(step)));
    let steps =
        steps.into_iter().map(|(stream, step)| (stream, Sending::Complaint(Box::new(step))));
    let mut all: Vec<Numbered> = others.chain(steps).collect();
    all.sort_by_key(|(_, sending)| sending.entered_at());
    all
}

/// Those who carry out what is sent.
#[derive(Debug)]
pub struct Desks {
    /// For complaints.
    pub complaints: ComplaintService,
    /// For all else.
    pub others: UnsealedService,
    /// The log that both write to.
    pub log: Arc<dyn EventLog>,
}

/// Why the year could not be told to its end.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// A command was not carried out.
    #[error(transparent)]
    Handle(#[from] HandleError),
    /// What an action came to could not be counted.
    #[error(transparent)]
    Count(#[from] CountEffectError),
}

/// Sends the steps to the service as the clock goes through the year.
///
/// Commands to different complaints within a sitting go side by side, as those of different people
/// would; commands to one complaint go one after the other. A run that was cut short can be sent
/// again from the beginning: what was carried out is answered, not repeated.
///
/// # Errors
///
/// The first [`SendError`]; the commands in flight are still carried out or refused.
pub async fn send(
    desks: &Arc<Desks>,
    clock: &YearClock,
    steps: Vec<Numbered>,
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<Sent, SendError> {
    let mut sent = Sent::default();
    let mut steps = steps.into_iter().peekable();
    while let Some(first) = steps.next() {
        let until = first.1.entered_at() + SITTING;
        let mut last = first.1.entered_at();
        let mut sitting = BTreeMap::from([(first.0, vec![first.1])]);
        let mut commands = 1;
        while commands < SITTING_COMMANDS_MAX
            && let Some((stream, step)) = steps.next_if(|(_, step)| step.entered_at() < until)
        {
            last = step.entered_at();
            sitting.entry(stream).or_insert_with(Vec::new).push(step);
            commands += 1;
        }
        clock.set(last);
        let done = sit(desks, sitting).await?;
        sent.carried_out += done.carried_out;
        sent.repeated += done.repeated;
        progress(sent.carried_out + sent.repeated);
    }
    Ok(sent)
}

async fn sit(
    desks: &Arc<Desks>,
    sitting: BTreeMap<StreamId, Vec<Sending>>,
) -> Result<Sent, SendError> {
    let mut people = JoinSet::new();
    for (stream, steps) in sitting {
        let desks = Arc::clone(desks);
        people.spawn(async move {
            let mut sent = Sent::default();
            for step in steps {
                if desks.is_repeated(&stream, step).await? {
                    sent.repeated += 1;
                } else {
                    sent.carried_out += 1;
                }
            }
            Ok::<_, SendError>(sent)
        });
    }
    let mut sum = Sent::default();
    // All are waited for, so that nothing is in flight when an error is told.
    for result in people.join_all().await {
        let sent = result?;
        sum.carried_out += sent.carried_out;
        sum.repeated += sent.repeated;
    }
    Ok(sum)
}

fn request(stream: StreamId, step: Step) -> CommandRequest {
    CommandRequest {
        command_id: step.command_id,
        stream: Some(stream),
        actor: step.actor,
        occurred_at: Some(step.occurred_at),
        correlation_id: None,
        causation_id: None,
        command: step.command,
        personal: step
            .personal
            .into_iter()
            .map(|(field, text)| PersonalText::new(field, text))
            .collect(),
    }
}

impl Desks {
    /// Carries out what was sent, and says whether an earlier run had.
    async fn is_repeated(&self, stream: &StreamId, sending: Sending) -> Result<bool, SendError> {
        let step = match sending {
            Sending::Complaint(step) => {
                let answered = self.complaints.handle(request(stream.clone(), *step)).await?;
                return Ok(answered.repeated);
            }
            Sending::Beside(step) => step,
        };
        let BesideStep { deed, .. } = &step;
        let appended = match deed {
            Deed::Staff(command) => self.beside::<Staff>(stream, &step, command.clone()).await?,
            Deed::Review(command) => self.beside::<Review>(stream, &step, command.clone()).await?,
            Deed::Referral(command) => {
                self.beside::<Referral>(stream, &step, command.clone()).await?
            }
            Deed::Action(command) => self.beside::<Action>(stream, &step, command.clone()).await?,
            Deed::Volume(command) => self.beside::<Volume>(stream, &step, command.clone()).await?,
            Deed::CountEffect(until) => {
                let plan = self.plan(stream).await?;
                if plan.last_check().is_some() {
                    return Ok(true);
                }
                let check = count_effect(self.log.as_ref(), &plan, *until).await?;
                let command = ActionCommand::CheckEffect(check);
                self.beside::<Action>(stream, &step, command).await?
            }
            Deed::CloseAction => {
                let plan = self.plan(stream).await?;
                let verdict = plan.last_check().map(EffectCheck::verdict);
                let verdict = verdict.unwrap_or(EffectVerdict::Inconclusive);
                self.beside::<Action>(stream, &step, result_of(verdict)).await?
            }
        };
        Ok(appended.repeated)
    }

    async fn beside<A>(
        &self,
        stream: &StreamId,
        step: &BesideStep,
        command: A::Command,
    ) -> Result<Appended, HandleError>
    where
        A: Unsealed<Command: Serialize, Rejection: Into<HandleError>>,
    {
        let request = UnsealedRequest {
            command_id: step.command_id,
            stream: Some(stream.clone()),
            actor: step.actor.clone(),
            occurred_at: Some(step.at),
            command,
        };
        self.others.handle::<A>(&request).await
    }

    async fn plan(&self, stream: &StreamId) -> Result<Plan, SendError> {
        match self.others.streams().load::<Action>(stream).await? {
            Action::Proposed(plan) => Ok(*plan),
            Action::NotProposed => Err(CountEffectError::NotCompleted.into()),
        }
    }
}
