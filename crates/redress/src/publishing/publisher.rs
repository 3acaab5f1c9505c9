//! Signs and publishes while others append: at most a second behind the durable head.
//!
//! What cannot be written now is told of in the traces, once, and tried again until it can: all of it is
//! derived from the log and the register. Nothing is shown meanwhile but the last that was written.

use std::{sync::Arc, time::Duration};

use checkpoint_signer::CheckpointSigner;
use event_log::EventLog;
use event_log_sled::{SledLog, nodes::LogNodes};
use merkle_log::{Checkpoint, SignedNote};
use tokio::{
    sync::watch,
    task::{JoinError, JoinSet},
    time::{sleep, timeout},
};

use super::{PublishedPlaces, witnesses::Witnesses};
use crate::{
    error::CommandError,
    signing::{self, sign},
};

/// The time from one checkpoint to the next under load: well below the second that is promised,
/// and long enough that the register's syncs cost the log little.
const PACE: Duration = Duration::from_millis(300);

/// The time until that which failed is tried again, though nothing was appended.
const AGAIN: Duration = Duration::from_millis(500);

/// Why something cannot be done at the moment, in words; `None` while all is well.
type Trouble = Option<String>;

/// A publisher at work. Stop it with [`Publisher::finish`]; dropped, it stops where it is.
#[derive(Debug)]
pub struct Publisher {
    stop: watch::Sender<bool>,
    signing: JoinSet<Result<(), CommandError>>,
    published: watch::Receiver<u64>,
    trouble: watch::Receiver<Trouble>,
    witness_trouble: watch::Receiver<Trouble>,
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
        let (stop, stopped) = watch::channel(false);
        let mut head = log.watch_head();
        head.borrow_and_update();
        let (signer, note) = signing::sign_head(signer, &log).await?;
        places.keep_signed(&note)?;
        let mut signing = JoinSet::new();
        let (told, newest) = watch::channel(size_of(&note)?);
        let (tell, trouble) = watch::channel(None);
        let (tell_of_witnesses, witness_trouble) = watch::channel(None);
        let published = newest.clone();
        if let Some(witnesses) = witnesses {
            let (log, places) = (Arc::clone(&log), places.clone());
            signing.spawn(witness(log, places, witnesses, newest, tell_of_witnesses));
        }
        signing.spawn(publish(Desk { log, places, told, tell }, signer, head, stopped));
        Ok(Self { stop, signing, published, trouble, witness_trouble })
    }

    /// How many records the newest published checkpoint covers, kept up to date.
    pub fn published(&self) -> watch::Receiver<u64> {
        self.published.clone()
    }

    /// Why the newest records cannot be published at the moment, kept up to date.
    pub fn trouble(&self) -> watch::Receiver<Option<String>> {
        self.trouble.clone()
    }

    /// Why the newest witnessed checkpoint cannot be kept at the moment, kept up to date. A witness that
    /// does not answer is no such reason.
    pub fn witness_trouble(&self) -> watch::Receiver<Option<String>> {
        self.witness_trouble.clone()
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

fn size_of(note: &SignedNote) -> Result<u64, CommandError> {
    let checkpoint =
        Checkpoint::parse(note.text()).map_err(CommandError::failed("read the checkpoint"))?;
    Ok(checkpoint.size())
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
    ) -> Result<(CheckpointSigner, Result<(), CommandError>), CommandError> {
        // In this order: the nodes then have all that the tree has.
        let tree = self.log.tree().await;
        let (nodes, places) = (self.log.nodes(), self.places.clone());
        let signing = tokio::task::spawn_blocking(move || {
            let note = tree.map_err(CommandError::from);
            let note = note.and_then(|tree| sign(&mut signer, &nodes, &tree));
            let kept = note.and_then(|note| {
                places.keep_signed(&note)?;
                size_of(&note)
            });
            (signer, kept)
        });
        let (signer, kept) = signing.await.map_err(CommandError::failed("sign"))?;
        tell(&self.tell, "publishing", kept.as_ref().err());
        let kept = kept.map(|size| {
            self.told.send_replace(size);
        });
        Ok((signer, kept))
    }
}

/// Says in the traces what is wrong when that changes, and that it is over.
fn tell(trouble: &watch::Sender<Trouble>, doing: &str, error: Option<&CommandError>) {
    let found = error.map(ToString::to_string);
    trouble.send_if_modified(|known| {
        if *known == found {
            return false;
        }
        if let Some(error) = error {
            tracing::error!(%error, "{doing} has stopped, and is tried again until it can go on");
        } else {
            tracing::warn!("{doing} goes on again");
        }
        *known = found;
        true
    });
}

/// Signs each new head, no more often than the pace allows; a last time when told to stop.
async fn publish(
    desk: Desk,
    mut signer: CheckpointSigner,
    mut head: watch::Receiver<event_log::Head>,
    mut stop: watch::Receiver<bool>,
) -> Result<(), CommandError> {
    let mut is_behind = false;
    loop {
        let is_last = tokio::select! {
            biased;
            () = told_to_stop(&mut stop) => true,
            changed = head.changed() => changed.is_err(),
            () = sleep(AGAIN), if is_behind => false,
        };
        // Marked as seen before it is signed: what is appended meanwhile wakes us again.
        head.borrow_and_update();
        let (kept, published) = desk.publish_head(signer).await.inspect_err(|error| {
            tracing::error!(%error, "publishing stopped");
        })?;
        if is_last {
            return published;
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

/// Asks the witnesses for each newest checkpoint, so that a slow one holds nobody up; once more for
/// the last, when signing has ended.
async fn witness(
    log: Arc<SledLog>,
    places: PublishedPlaces,
    mut witnesses: Witnesses,
    mut newest: watch::Receiver<u64>,
    trouble: watch::Sender<Trouble>,
) -> Result<(), CommandError> {
    loop {
        newest.borrow_and_update();
        let (nodes, places) = (log.nodes(), places.clone());
        let asking = tokio::task::spawn_blocking(move || {
            let kept = ask_for_newest(&places, &mut witnesses, &nodes);
            (witnesses, kept)
        });
        let asked = asking.await.map_err(CommandError::failed("ask the witnesses"));
        let (back, kept) = asked.inspect_err(|error| {
            tracing::error!(%error, "asking the witnesses stopped");
        })?;
        witnesses = back;
        tell(&trouble, "witnessing", kept.as_ref().err());
        let changed = tokio::select! {
            changed = newest.changed() => changed,
            () = sleep(AGAIN), if kept.as_ref().is_err_and(can_pass) => Ok(()),
        };
        if changed.is_err() {
            return kept;
        }
    }
}

/// Whether asking again may help: a file that could not be written may be, another history stays one.
fn can_pass(error: &CommandError) -> bool {
    !matches!(error, CommandError::Refused { .. })
}

/// Asks the witnesses for the newest signed checkpoint, and keeps it if enough of them have cosigned.
fn ask_for_newest(
    places: &PublishedPlaces,
    witnesses: &mut Witnesses,
    nodes: &LogNodes,
) -> Result<(), CommandError> {
    let Some(note) = super::read(&places.signed)? else { return Ok(()) };
    let asked = places.witness(witnesses, nodes, &note)?;
    for (name, error) in &asked.refused {
        tracing::warn!(witness = %name, %error, "a witness has not cosigned");
    }
    asked.refuse_fork()
}
