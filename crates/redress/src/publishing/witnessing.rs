//! Asks the witnesses for each newest checkpoint beside those that sign, so that a slow one holds nobody up.
//!
//! A witness that did not cosign is asked again for the same checkpoint until it does or there is a newer one. What
//! was given is held until it is written, also when nobody cosigns the next: no witness is asked twice because a file
//! could not be. What a witness has seen of another history is held until that witness cosigns a later checkpoint.

use std::sync::Arc;

use checkpoint_witness::AskError;
use event_log_sled::{SledLog, nodes::LogNodes};
use merkle_log::SignedNote;
use tokio::{
    sync::watch,
    time::{Instant, sleep, sleep_until},
};

use super::{
    PublishedPlaces,
    publisher::{Found, Trouble, Waits, tell},
    witnesses::{Asked, Witnesses},
};
use crate::error::CommandError;

/// Who asks, and what was given so far.
#[derive(Debug)]
pub(super) struct Witnessing {
    places: PublishedPlaces,
    witnesses: Witnesses,
    /// The newest checkpoint that they were asked for, and what that came to.
    newest: Option<(SignedNote, Asked)>,
    /// The witnesses are to be asked.
    is_due: bool,
    /// The newest checkpoint that enough have cosigned, until it is written.
    pending: Option<SignedNote>,
    /// What each witness refused with last: said once.
    said: Vec<(String, AskError)>,
}

impl Witnessing {
    pub(super) fn new(places: PublishedPlaces, witnesses: Witnesses) -> Self {
        let (newest, pending, said) = (None, None, Vec::new());
        Self { places, witnesses, newest, is_due: true, pending, said }
    }

    /// Asks for each newest checkpoint; once more for the last, when signing has ended.
    pub(super) async fn run(
        mut self,
        log: Arc<SledLog>,
        mut newest: watch::Receiver<u64>,
        trouble: watch::Sender<Trouble>,
        waits: Waits,
    ) -> Result<(), CommandError> {
        let mut asked_at = Instant::now();
        loop {
            newest.borrow_and_update();
            let (is_asked, nodes) = (self.is_due, log.nodes());
            let asking = tokio::task::spawn_blocking(move || {
                let kept = self.ask_and_keep(&nodes);
                (self, kept)
            });
            let asked = asking.await.map_err(CommandError::failed("ask the witnesses"));
            let (back, kept) = asked.inspect_err(|error| {
                tracing::error!(%error, "asking the witnesses stopped");
            })?;
            self = back;
            if is_asked {
                asked_at = Instant::now();
            }
            let fork = self.refuse_fork();
            let stays = fork.as_ref().err().map(Found::Stays);
            let tried = kept.as_ref().err().map(Found::Tried);
            tell(&trouble, "witnessing", &stays.into_iter().chain(tried).collect::<Vec<_>>());
            tokio::select! {
                changed = newest.changed() => match changed {
                    Ok(()) => self.is_due = true,
                    Err(_) => return fork.and(kept),
                },
                () = sleep(waits.again), if kept.is_err() => {}
                // From when they were asked: a file that is tried again and again puts it off for nobody.
                () = sleep_until(asked_at + waits.witnesses), if self.is_lacking() => self.is_due = true,
            }
        }
    }

    fn ask_and_keep(&mut self, nodes: &LogNodes) -> Result<(), CommandError> {
        let asked = if self.is_due { self.ask(nodes) } else { Ok(()) };
        self.is_due &= asked.is_err();
        let remembered = self.witnesses.remember();
        let kept = self.keep_pending();
        asked.and(remembered).and(kept)
    }

    /// Writes what enough have cosigned. It stays pending where that fails, whatever becomes of the next head.
    fn keep_pending(&mut self) -> Result<(), CommandError> {
        if let Some(note) = &self.pending {
            self.places.keep_witnessed(note)?;
            self.pending = None;
        }
        Ok(())
    }

    /// Told of beside what cannot be written, which must not hide it.
    fn refuse_fork(&self) -> Result<(), CommandError> {
        self.newest.as_ref().map_or(Ok(()), |(_, asked)| asked.refuse_fork())
    }

    /// Asks for the newest signed checkpoint: all witnesses, or those that lack where it is the one that they were
    /// asked for before.
    fn ask(&mut self, nodes: &LogNodes) -> Result<(), CommandError> {
        let Some(note) = super::read(&self.places.signed)? else { return Ok(()) };
        let last = self.newest.take();
        let forks = last.as_ref().map_or_else(Vec::new, |(_, last)| last.forks.clone());
        let before = last.filter(|(signed, _)| *signed == note);
        let given = before.as_ref().map(|(_, before)| before.note.clone());
        let asked = match before {
            Some((_, before)) => self.witnesses.ask_lacking(nodes, &note, before),
            None => self.witnesses.ask(nodes, &note),
        };
        if asked.quorum.is_ok() && given.as_ref() != Some(&asked.note) {
            self.pending = Some(asked.note.clone());
        }
        for name in forks.iter().filter(|name| !asked.forks.contains(name)) {
            tracing::warn!(witness = %name, "a witness that had seen another history has cosigned a later checkpoint");
        }
        for refused in asked.refused.iter().filter(|refused| !self.said.contains(refused)) {
            let (name, error) = refused;
            tracing::warn!(witness = %name, %error, "a witness has not cosigned");
        }
        self.said.clone_from(&asked.refused);
        self.newest = Some((note, asked));
        Ok(())
    }

    fn is_lacking(&self) -> bool {
        self.newest.as_ref().is_some_and(|(_, asked)| asked.is_lacking())
    }
}
