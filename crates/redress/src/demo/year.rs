//! Sends a year's commands in order of simulated time.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use complaint_service::{CommandRequest, ComplaintService, HandleError, PersonalText, stream_of};
use event_log::{Clock, StreamId};
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;

use super::{
    author::{Step, Year},
    lives::life,
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

/// A step, and the complaint it belongs to.
type Numbered = (StreamId, Step);

/// Every step of every life of a year, in the order in which they are entered.
pub fn steps_of(seed: u64, complaints: u64, year: Year) -> Vec<Numbered> {
    let mut steps: Vec<Numbered> = (0..complaints)
        .flat_map(|number| {
            let life = life(seed, number, year);
            let stream = life.first().map(|first| stream_of(first.command_id));
            life.into_iter().filter_map(move |step| Some((stream.clone()?, step)))
        })
        .collect();
    // Stable, so that two steps of one complaint at the same millisecond keep their order.
    steps.sort_by_key(|(_, step)| step.entered_at);
    steps
}

/// Sends the steps to the service as the clock goes through the year.
///
/// Commands to different complaints within a sitting go side by side, as those of different people
/// would; commands to one complaint go one after the other. A run that was cut short can be sent
/// again from the beginning: what was carried out is answered, not repeated.
///
/// # Errors
///
/// The first [`HandleError`]; the commands in flight are still carried out or refused.
pub async fn send(
    service: &Arc<ComplaintService>,
    clock: &YearClock,
    steps: Vec<Numbered>,
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<Sent, HandleError> {
    let mut sent = Sent::default();
    let mut steps = steps.into_iter().peekable();
    while let Some(first) = steps.next() {
        let until = first.1.entered_at + SITTING;
        let mut last = first.1.entered_at;
        let mut sitting = BTreeMap::from([(first.0, vec![first.1])]);
        let mut commands = 1;
        while commands < SITTING_COMMANDS_MAX
            && let Some((stream, step)) = steps.next_if(|(_, step)| step.entered_at < until)
        {
            last = step.entered_at;
            sitting.entry(stream).or_insert_with(Vec::new).push(step);
            commands += 1;
        }
        clock.set(last);
        let done = sit(service, sitting).await?;
        sent.carried_out += done.carried_out;
        sent.repeated += done.repeated;
        progress(sent.carried_out + sent.repeated);
    }
    Ok(sent)
}

async fn sit(
    service: &Arc<ComplaintService>,
    sitting: BTreeMap<StreamId, Vec<Step>>,
) -> Result<Sent, HandleError> {
    let mut people = JoinSet::new();
    for (stream, steps) in sitting {
        let service = Arc::clone(service);
        people.spawn(async move {
            let mut sent = Sent::default();
            for step in steps {
                let answered = service.handle(request(stream.clone(), step)).await?;
                if answered.repeated {
                    sent.repeated += 1;
                } else {
                    sent.carried_out += 1;
                }
            }
            Ok::<_, HandleError>(sent)
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
