//! Asks the witnesses for each newest checkpoint beside those that sign, so that a slow one holds nobody up.
//!
//! A witness that did not cosign is asked again for the same checkpoint until it does or there is a newer one. What
//! was given is held until it is written: no witness is asked twice because a file could not be.

use std::sync::Arc;

use checkpoint_witness::AskError;
use event_log_sled::{SledLog, nodes::LogNodes};
use merkle_log::SignedNote;
use tokio::{sync::watch, time::sleep};

use super::{
    PublishedPlaces,
    publisher::{Trouble, Waits, tell},
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
    /// What was given is written, as far as it is enough.
    is_kept: bool,
    /// What each witness refused with last: said once.
    said: Vec<(String, AskError)>,
}

impl Witnessing {
    pub(super) fn new(places: PublishedPlaces, witnesses: Witnesses) -> Self {
        let (newest, said) = (None, Vec::new());
        Self { places, witnesses, newest, is_due: true, is_kept: true, said }
    }

    /// Asks for each newest checkpoint; once more for the last, when signing has ended.
    pub(super) async fn run(
        mut self,
        log: Arc<SledLog>,
        mut newest: watch::Receiver<u64>,
        trouble: watch::Sender<Trouble>,
        waits: Waits,
    ) -> Result<(), CommandError> {
        loop {
            newest.borrow_and_update();
            let nodes = log.nodes();
            let asking = tokio::task::spawn_blocking(move || {
                let kept = self.ask_and_keep(&nodes);
                (self, kept)
            });
            let asked = asking.await.map_err(CommandError::failed("ask the witnesses"));
            let (back, kept) = asked.inspect_err(|error| {
                tracing::error!(%error, "asking the witnesses stopped");
            })?;
            self = back;
            tell(&trouble, "witnessing", kept.as_ref().err());
            tokio::select! {
                changed = newest.changed() => match changed {
                    Ok(()) => self.is_due = true,
                    Err(_) => return kept,
                },
                () = sleep(waits.again), if kept.as_ref().is_err_and(can_pass) => {}
                () = sleep(waits.witnesses), if self.is_lacking() => self.is_due = true,
            }
        }
    }

    fn ask_and_keep(&mut self, nodes: &LogNodes) -> Result<(), CommandError> {
        if self.is_due {
            self.ask(nodes)?;
            self.is_due = false;
        }
        let Some((_, asked)) = &self.newest else { return Ok(()) };
        if !self.is_kept {
            self.places.keep_witnessed(asked)?;
            self.is_kept = true;
        }
        asked.refuse_fork()
    }

    /// Asks for the newest signed checkpoint: all witnesses, or those that lack where it is the one that they were
    /// asked for before.
    fn ask(&mut self, nodes: &LogNodes) -> Result<(), CommandError> {
        let Some(note) = super::read(&self.places.signed)? else { return Ok(()) };
        let before = self.newest.take().filter(|(signed, _)| *signed == note);
        let given = before.as_ref().map(|(_, before)| before.note.clone());
        let asked = match before {
            Some((_, before)) => self.witnesses.ask_lacking(nodes, &note, before),
            None => self.witnesses.ask(nodes, &note),
        };
        self.is_kept &= given.as_ref() == Some(&asked.note);
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

/// Whether trying again may help: a file that could not be written may be, another history stays one.
fn can_pass(error: &CommandError) -> bool {
    !matches!(error, CommandError::Refused { .. })
}
