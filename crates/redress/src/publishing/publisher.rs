//! Signs and publishes while others append: at most a second behind the durable head.

use std::{sync::Arc, time::Duration};

use checkpoint_signer::CheckpointSigner;
use event_log::EventLog;
use event_log_sled::SledLog;
use merkle_log::{Checkpoint, SignedNote};
use tokio::{
    sync::watch,
    task::{JoinError, JoinSet},
    time::sleep,
};

use super::{PublishedPlaces, witnesses::Witnesses};
use crate::{error::CommandError, signing};

/// The time from one checkpoint to the next under load: well below the second that is promised,
/// and long enough that the register's syncs cost the log little.
const PACE: Duration = Duration::from_millis(300);

/// A publisher at work. Stop it with [`Publisher::finish`]; dropped, it stops where it is.
#[derive(Debug)]
pub struct Publisher {
    stop: watch::Sender<bool>,
    signing: JoinSet<Result<(), CommandError>>,
    published: watch::Receiver<u64>,
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
        let published = newest.clone();
        if let Some(witnesses) = witnesses {
            let (log, places) = (Arc::clone(&log), places.clone());
            signing.spawn(witness(log, places, witnesses, newest));
        }
        signing.spawn(publish(log, signer, places, head, stopped, told));
        Ok(Self { stop, signing, published })
    }

    /// How many records the newest published checkpoint covers, kept up to date.
    pub fn published(&self) -> watch::Receiver<u64> {
        self.published.clone()
    }

    /// Publishes what was appended last, and stops.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: why publishing stopped before it was asked to.
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

/// Signs each new head, no more often than the pace allows; a last time when told to stop.
async fn publish(
    log: Arc<SledLog>,
    mut signer: CheckpointSigner,
    places: PublishedPlaces,
    mut head: watch::Receiver<event_log::Head>,
    mut stop: watch::Receiver<bool>,
    told: watch::Sender<u64>,
) -> Result<(), CommandError> {
    loop {
        let is_last = tokio::select! {
            changed = head.changed() => changed.is_err(),
            _ = stop.changed() => true,
        };
        // Marked as seen before it is signed: what is appended meanwhile wakes us again.
        head.borrow_and_update();
        let (kept, note) = signing::sign_head(signer, &log).await.inspect_err(|error| {
            tracing::error!(%error, "publishing stopped");
        })?;
        signer = kept;
        places.keep_signed(&note)?;
        told.send_replace(size_of(&note)?);
        if is_last {
            return Ok(());
        }
        tokio::select! {
            () = sleep(PACE) => {}
            _ = stop.changed() => {
                // What was appended during the pause is signed before the end.
                let (_, note) = signing::sign_head(signer, &log).await?;
                places.keep_signed(&note)?;
                told.send_replace(size_of(&note)?);
                return Ok(());
            }
        }
    }
}

/// Asks the witnesses for each newest checkpoint, so that a slow one holds nobody up; once more for
/// the last, when signing has ended.
async fn witness(
    log: Arc<SledLog>,
    places: PublishedPlaces,
    mut witnesses: Witnesses,
    mut newest: watch::Receiver<u64>,
) -> Result<(), CommandError> {
    loop {
        newest.borrow_and_update();
        if let Some(note) = super::read(&places.signed)? {
            let (nodes, places) = (log.nodes(), places.clone());
            let asked = tokio::task::spawn_blocking(move || {
                let asked = places.witness(&mut witnesses, &nodes, &note);
                (witnesses, asked)
            });
            let (kept, asked) = asked.await.map_err(CommandError::failed("ask the witnesses"))?;
            witnesses = kept;
            let asked = asked?;
            for (name, error) in &asked.refused {
                tracing::warn!(witness = %name, %error, "a witness has not cosigned");
            }
        }
        if newest.changed().await.is_err() {
            return Ok(());
        }
    }
}
