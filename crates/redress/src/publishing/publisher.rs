//! Signs and publishes while others append: at most a second behind the durable head.
//!
//! What cannot be written now is told of in the traces, once, and tried again until it can: all of it is
//! derived from the log and the register. Nothing is shown meanwhile but the last that was written. A log that is
//! not the one that was signed is not tried again: it stays another, and nothing more of it is signed.

use std::{sync::Arc, time::Duration};

use checkpoint_signer::CheckpointSigner;
use event_log::EventLog;
use event_log_sled::SledLog;
use serde::{Deserialize, Serialize};
use tokio::{
    sync::watch,
    task::{JoinError, JoinSet},
    time::{sleep, timeout},
};

use super::{PublishedPlaces, size_of, witnesses::Witnesses, witnessing::Witnessing};
use crate::{
    error::CommandError,
    signing::{self, NotSigned, sign},
};

/// The time from one checkpoint to the next under load: well below the second that is promised,
/// and long enough that the register's syncs cost the log little.
const PACE: Duration = Duration::from_millis(300);

/// How long it is waited where nothing is appended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waits {
    /// Until that which failed is tried again.
    pub(super) again: Duration,
    /// Until a witness that has not cosigned is asked again.
    pub(super) witnesses: Duration,
}

const WAITS: Waits = Waits { again: Duration::from_millis(500), witnesses: Duration::from_mins(1) };

/// Why something cannot be done at the moment, in words; `None` while all is well.
pub(super) type Trouble = Option<String>;

/// How publishing goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// How many records the newest published checkpoint covers.
    pub published: u64,
    /// Why the newest records cannot be published at the moment.
    pub trouble: Option<String>,
    /// Why the newest witnessed checkpoint cannot be kept at the moment, or that nothing is well with it. A
    /// witness that does not answer is no such reason.
    pub witness_trouble: Option<String>,
}

/// Tells how publishing goes to whoever asks while it is under way.
#[derive(Debug, Clone)]
pub struct Watched {
    pub(super) published: watch::Receiver<u64>,
    pub(super) trouble: watch::Receiver<Trouble>,
    /// `None` where no policy names witnesses: nobody is there to tell.
    pub(super) witness_trouble: Option<watch::Receiver<Trouble>>,
}

impl Watched {
    /// How it goes now.
    pub fn progress(&self) -> Progress {
        Progress {
            published: *self.published.borrow(),
            trouble: trouble_of("publishing", &self.trouble),
            witness_trouble: self
                .witness_trouble
                .as_ref()
                .and_then(|told| trouble_of("asking the witnesses", told)),
        }
    }
}

/// What is wrong by what a task told last, or that the task has died: it tells of nothing any more, and may have told
/// last that all was well.
fn trouble_of(doing: &str, told: &watch::Receiver<Trouble>) -> Trouble {
    let last = told.borrow().clone();
    if told.has_changed().is_ok() {
        return last;
    }
    let before = last.map_or_else(String::new, |last| format!("; before that: {last}"));
    Some(format!(
        "{doing} has ended, and goes on only when this process is started again: the traces say why{before}"
    ))
}

/// A publisher at work. Stop it with [`Publisher::finish`]; dropped, it stops where it is.
#[derive(Debug)]
pub struct Publisher {
    stop: watch::Sender<bool>,
    signing: JoinSet<Result<(), CommandError>>,
    watched: Watched,
}

impl Publisher {
    /// Signs the head, and then each head that follows. When this returns, the first checkpoint is
    /// published: a ledger that does not extend what was signed before is refused here.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: the head must not be signed, or cannot be published.
    pub async fn start(
        log: Arc<SledLog>,
        signer: CheckpointSigner,
        places: PublishedPlaces,
        witnesses: Option<Witnesses>,
    ) -> Result<Self, CommandError> {
        let mut head = log.watch_head();
        head.borrow_and_update();
        let (signer, note) = signing::sign_head(signer, &log).await?;
        places.keep_signed(&note)?;
        let begun = Begun { log, places, head, published: size_of(&note)? };
        Ok(Self::at_work(begun, signer, witnesses, WAITS))
    }

    /// Goes on from what was published.
    pub(super) fn at_work(
        begun: Begun,
        signer: CheckpointSigner,
        witnesses: Option<Witnesses>,
        waits: Waits,
    ) -> Self {
        let Begun { log, places, head, published } = begun;
        let (stop, stopped) = watch::channel(false);
        let mut signing = JoinSet::new();
        let (told, published) = watch::channel(published);
        let (tell, trouble) = watch::channel(None);
        let witness_trouble = witnesses.map(|witnesses| {
            let (tell, trouble) = watch::channel(None);
            let (log, newest) = (Arc::clone(&log), published.clone());
            let witnessing = Witnessing::new(places.clone(), witnesses);
            signing.spawn(witnessing.run(log, newest, tell, waits));
            trouble
        });
        signing.spawn(publish(Desk { log, places, told, tell }, signer, head, stopped, waits));
        let watched = Watched { published, trouble, witness_trouble };
        Self { stop, signing, watched }
    }

    /// What tells how it goes.
    pub fn watched(&self) -> Watched {
        self.watched.clone()
    }

    /// Publishes what was appended last, and stops.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: why what was appended last could not be published.
    pub async fn finish(mut self) -> Result<(), CommandError> {
        let _ = self.stop.send(true);
        let mut result = Ok(());
        while let Some(ended) = self.signing.join_next().await {
            let ended: Result<Result<(), CommandError>, JoinError> = ended;
            result = result.and(ended.map_err(CommandError::failed("publish")).flatten());
        }
        result
    }
}

/// What was published when a publisher begins.
#[derive(Debug)]
pub(super) struct Begun {
    pub(super) log: Arc<SledLog>,
    pub(super) places: PublishedPlaces,
    /// The heads since.
    pub(super) head: watch::Receiver<event_log::Head>,
    /// How many records the checkpoint covers.
    pub(super) published: u64,
}

/// What a publisher works with.
struct Desk {
    log: Arc<SledLog>,
    places: PublishedPlaces,
    told: watch::Sender<u64>,
    tell: watch::Sender<Trouble>,
}

impl Desk {
    /// Signs the head and keeps the checkpoint. The signer comes back also where that failed, so that it
    /// can be tried again.
    ///
    /// # Errors
    ///
    /// The outer one: there is no signer any more.
    async fn publish_head(
        &self,
        mut signer: CheckpointSigner,
    ) -> Result<(CheckpointSigner, Result<(), NotSigned>), CommandError> {
        // In this order: the nodes then have all that the tree has.
        let tree = self.log.tree().await;
        let (nodes, places) = (self.log.nodes(), self.places.clone());
        let signing = tokio::task::spawn_blocking(move || {
            let note = tree.map_err(|error| NotSigned::Now(error.into()));
            let note = note.and_then(|tree| sign(&mut signer, &nodes, &tree));
            let kept = note.and_then(|note| {
                places.keep_signed(&note).map_err(NotSigned::Now)?;
                size_of(&note).map_err(NotSigned::Now)
            });
            (signer, kept)
        });
        let (signer, kept) = signing.await.map_err(CommandError::failed("sign"))?;
        let kept = kept.map(|size| {
            self.told.send_replace(size);
        });
        match &kept {
            Err(NotSigned::Ever(error)) => {
                tracing::error!(%error, "publishing has stopped for good: nothing more of this ledger is signed");
                self.tell.send_replace(Some(error.to_string()));
            }
            Err(NotSigned::Now(error)) => tell(&self.tell, "publishing", &[Found::Tried(error)]),
            Ok(()) => tell(&self.tell, "publishing", &[]),
        }
        Ok((signer, kept))
    }
}

/// What is wrong, by what is done about it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found<'a> {
    /// It is tried again until it can be done.
    Tried(&'a CommandError),
    /// Trying again does not help.
    Stays(&'a CommandError),
}

impl Found<'_> {
    const fn error(&self) -> &CommandError {
        match self {
            Self::Tried(error) | Self::Stays(error) => error,
        }
    }
}

/// Says in the traces what is wrong when that changes, and that it is over.
pub(super) fn tell(trouble: &watch::Sender<Trouble>, doing: &str, found: &[Found<'_>]) {
    let told: Vec<_> = found.iter().map(|found| found.error().to_string()).collect();
    let told = (!told.is_empty()).then(|| told.join("; "));
    trouble.send_if_modified(|known| {
        if *known == told {
            return false;
        }
        for found in found {
            match found {
                Found::Tried(error) => {
                    tracing::error!(%error, "{doing} has stopped, and is tried again until it can go on");
                }
                Found::Stays(error) => {
                    tracing::error!(%error, "{doing} has found what does not pass by trying again");
                }
            }
        }
        if found.is_empty() {
            tracing::warn!("{doing} goes on again");
        }
        *known = told;
        true
    });
}

/// Signs each new head, no more often than the pace allows; a last time when told to stop.
async fn publish(
    desk: Desk,
    mut signer: CheckpointSigner,
    mut head: watch::Receiver<event_log::Head>,
    mut stop: watch::Receiver<bool>,
    waits: Waits,
) -> Result<(), CommandError> {
    let mut is_behind = false;
    loop {
        let is_last = tokio::select! {
            biased;
            () = told_to_stop(&mut stop) => true,
            changed = head.changed() => changed.is_err(),
            () = sleep(waits.again), if is_behind => false,
        };
        // Marked as seen before it is signed: what is appended meanwhile wakes us again.
        head.borrow_and_update();
        let (kept, published) = desk.publish_head(signer).await.inspect_err(|error| {
            tracing::error!(%error, "publishing stopped");
        })?;
        if is_last {
            return published.map_err(CommandError::from);
        }
        if let Err(NotSigned::Ever(error)) = published {
            // Whoever ends it is told once more.
            told_to_stop(&mut stop).await;
            return Err(error);
        }
        signer = kept;
        is_behind = published.is_err();
        // What was appended during the pause is signed before the end.
        let _ = timeout(PACE, told_to_stop(&mut stop)).await;
    }
}

/// Also where nobody is left who could say so.
async fn told_to_stop(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|is_told| *is_told).await;
}
