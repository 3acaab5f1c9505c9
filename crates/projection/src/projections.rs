//! Several read models side by side.
//!
//! One that stops stops alone: the others go on, and the status of each says how it stands.

use std::{path::Path, sync::Mutex};

use event_log::{EventLog, Position};
use futures::{FutureExt, future};

use crate::{
    file::path_of,
    owner::chain,
    projection::{CatchUpError, Follower, Projection, WaitError},
    projector::Projector,
    rebuild::{RebuildReport, open_or_rebuild},
    status::{Failure, Status},
};

/// What is told while read models catch up: which one, and how far it is.
pub type Progress<'a> = dyn FnMut(&'static str, Position) + Send + 'a;

#[derive(Debug)]
enum Member {
    Open { projection: Projection, failure: Option<Failure> },
    Refused { name: &'static str, schema_version: u32, failure: Failure },
}

/// Several read models, each on a thread of its own.
#[derive(Debug)]
pub struct Projections {
    members: Vec<Member>,
    rebuilt: Vec<RebuildReport>,
}

impl Projections {
    /// Opens the read models in a directory, builds those that are missing or of an older schema
    /// version, side by side. One that cannot be opened is told of in [`status`](Self::status).
    pub async fn open(
        read_models: &Path,
        origin: &str,
        projectors: Vec<Box<dyn Projector>>,
        log: &dyn EventLog,
        progress: &mut Progress<'_>,
    ) -> Self {
        let progress = Mutex::new(progress);
        let opened = future::join_all(projectors.into_iter().map(|projector| {
            let progress = &progress;
            async move {
                let (name, schema_version) = (projector.name(), projector.schema_version());
                let path = path_of(read_models, name);
                let mut told = |position| tell(progress, name, position);
                match open_or_rebuild(&path, origin, projector, log, &mut told).await {
                    Ok((projection, report)) => {
                        (Member::Open { projection, failure: None }, report)
                    }
                    Err(error) => {
                        let reason = chain(&error);
                        tracing::error!(projector = name, reason, "a read model was not opened");
                        let failure = Failure { position: Position(0), reason };
                        (Member::Refused { name, schema_version, failure }, None)
                    }
                }
            }
        }))
        .await;
        let mut members = Vec::with_capacity(opened.len());
        let mut rebuilt = Vec::new();
        for (member, report) in opened {
            members.push(member);
            rebuilt.extend(report);
        }
        Self { members, rebuilt }
    }

    /// What was built anew while opening.
    pub fn rebuilt(&self) -> &[RebuildReport] {
        &self.rebuilt
    }

    /// How each of them stands, in the order they were given.
    pub fn status(&self) -> Vec<Status> {
        self.members.iter().map(Member::status).collect()
    }

    /// Brings each of them up to `up_to`; says afterwards how each stands.
    pub async fn catch_up(
        &mut self,
        log: &dyn EventLog,
        up_to: Position,
        progress: &mut Progress<'_>,
    ) -> Vec<Status> {
        let progress = Mutex::new(progress);
        future::join_all(self.members.iter_mut().filter_map(Member::running).map(
            |(projection, failure)| {
                let progress = &progress;
                async move {
                    let name = projection.name();
                    let mut told = |position| tell(progress, name, position);
                    let result = projection.catch_up(log, up_to, &mut told).await;
                    note(projection, failure, result);
                }
            },
        ))
        .await;
        self.status()
    }

    /// Lets each of them follow the log until `until` is done; says afterwards how each stands.
    /// Returns early only when all have stopped.
    pub async fn follow(
        &mut self,
        log: &dyn EventLog,
        until: impl Future<Output = ()> + Send,
    ) -> Vec<Status> {
        let until = until.shared();
        future::join_all(self.members.iter_mut().filter_map(Member::running).map(
            |(projection, failure)| {
                let until = until.clone();
                async move {
                    let result = projection.follow(log, until).await;
                    note(projection, failure, result);
                }
            },
        ))
        .await;
        self.status()
    }

    /// Something that can wait for the read model of that name; `None` when it is not open.
    pub fn follower(&self, name: &str) -> Option<Follower> {
        self.members.iter().find_map(|member| match member {
            Member::Open { projection, .. } if projection.name() == name => {
                Some(projection.follower())
            }
            Member::Open { .. } | Member::Refused { .. } => None,
        })
    }

    /// Waits until every open read model has taken in the record at `position`.
    ///
    /// # Errors
    ///
    /// [`WaitError`] of the first that stopped or was closed before.
    pub async fn wait_for(&self, position: Position) -> Result<(), WaitError> {
        for member in &self.members {
            if let Member::Open { projection, .. } = member {
                projection.follower().wait_for(position).await?;
            }
        }
        Ok(())
    }

    /// Closes all files once what was handed over is written.
    pub async fn close(self) {
        future::join_all(self.members.into_iter().map(|member| async move {
            if let Member::Open { projection, .. } = member {
                projection.close().await;
            }
        }))
        .await;
    }
}

impl Member {
    fn status(&self) -> Status {
        match self {
            Self::Open { projection, failure } => {
                let status = projection.status();
                Status { failure: status.failure.clone().or_else(|| failure.clone()), ..status }
            }
            Self::Refused { name, schema_version, failure } => Status {
                projector: (*name).to_owned(),
                schema_version: *schema_version,
                next_position: failure.position,
                failure: Some(failure.clone()),
            },
        }
    }

    fn running(&mut self) -> Option<(&mut Projection, &mut Option<Failure>)> {
        match self {
            Self::Open { projection, failure } => Some((projection, failure)),
            Self::Refused { .. } => None,
        }
    }
}

/// A result becomes part of the status; an earlier failure is forgotten once it goes on.
fn note(projection: &Projection, failure: &mut Option<Failure>, result: Result<(), CatchUpError>) {
    *failure = result.err().map(|error| {
        let position = error.position().unwrap_or_else(|| projection.next_position());
        let reason = chain(&error);
        tracing::error!(projector = projection.name(), reason, "a read model does not follow");
        Failure { position, reason }
    });
}

fn tell(progress: &Mutex<&mut Progress<'_>>, name: &'static str, position: Position) {
    if let Ok(mut progress) = progress.lock() {
        progress(name, position);
    }
}
