//! Why a command was not done: what was expected, what was found, and what to do next.

use std::{
    error::Error,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use event_log::{Position, StreamId};

mod append;
mod evidence;
mod mail;
mod parts;

/// Why a command was not done, by what its user does next.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// Nobody reads what is printed any more, as in `redress replay | head`: quietly stop.
    #[error("nobody reads the output any more")]
    OutputClosed,
    /// What was asked for makes no sense: ask differently.
    #[error("{problem}")]
    Usage {
        /// What was expected and what was found.
        problem: String,
        /// What to do next.
        next: String,
    },
    /// Something is not as the command needs it: change that, then try again.
    #[error("{problem}")]
    Refused {
        /// What was expected and what was found.
        problem: String,
        /// What to do next.
        next: String,
    },
    /// There is no such stream: look for the right name.
    #[error("expected a stream of this ledger, found none named `{stream}`")]
    UnknownStream {
        /// The name given.
        stream: StreamId,
    },
    /// The ledger is not what was written: stop using it.
    #[error("the ledger is broken at position {position}: {reason}")]
    Broken {
        /// The first position known to be bad.
        position: Position,
        /// What is wrong.
        reason: String,
    },
    /// An artifact of the ledger is not what was written, as a whole: stop using it.
    #[error("the ledger's {artifact} is damaged: {reason}")]
    ArtifactBroken {
        /// `head`, `journal`, `store` or `tree`.
        artifact: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A file could not be read or written: look at the file and its directory.
    #[error("could not {doing} {}: {source}", path.display())]
    File {
        /// What was being done, such as `write`.
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The result could not be printed.
    #[error("could not write to standard output: {0}")]
    Output(#[source] io::Error),
    /// A part of the ledger failed.
    #[error("could not {doing}: {}", with_causes(source.as_ref()))]
    Failed {
        /// What was being done.
        doing: &'static str,
        /// Why it failed.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl CommandError {
    /// What to do next.
    pub fn next(&self) -> Option<String> {
        match self {
            Self::OutputClosed => None,
            Self::Usage { next, .. } | Self::Refused { next, .. } => Some(next.clone()),
            Self::UnknownStream { stream } => Some(where_to_look(stream)),
            Self::Broken { .. } => Some(
                "stop writing to it, keep a copy of the directory as it is, then try `redress \
                 verify --repair`; what that does not mend it names, and a backup or a mirror may have it"
                    .to_owned(),
            ),
            Self::ArtifactBroken { artifact: "head", .. } => Some(
                "keep a copy of the directory as it is, put the file `log/N/head` of the newest backup in \
                 its place, then run `redress verify --repair`: it vouches for less, and the rest is held \
                 against it"
                    .to_owned(),
            ),
            Self::ArtifactBroken { .. } => Some(
                "keep a copy of the directory as it is, then try `redress verify --repair`; what \
                 that cannot mend has to come from a backup"
                    .to_owned(),
            ),
            Self::File { source, .. } => Some(next_for(source.kind()).to_owned()),
            Self::Output(_) => Some("look at where the output goes, then try again".to_owned()),
            Self::Failed { source, .. } if is_full(source.as_ref()) => {
                Some(next_for(ErrorKind::StorageFull).to_owned())
            }
            Self::Failed { .. } => Some(
                "run it again with --log debug to see more; nothing is half-written".to_owned(),
            ),
        }
    }

    /// The exit code: 0 done, 1 refused or broken, 2 wrong usage.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::OutputClosed => 0,
            Self::Usage { .. } => 2,
            Self::Refused { .. }
            | Self::UnknownStream { .. }
            | Self::Broken { .. }
            | Self::ArtifactBroken { .. }
            | Self::File { .. }
            | Self::Output(_)
            | Self::Failed { .. } => 1,
        }
    }

    /// Standard output failed, or nobody reads it.
    pub fn output(error: io::Error) -> Self {
        if error.kind() == ErrorKind::BrokenPipe { Self::OutputClosed } else { Self::Output(error) }
    }

    /// A file or directory failed.
    pub fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::File { doing, path, source }
    }

    /// A part of the ledger failed.
    pub fn failed<E: Into<Box<dyn Error + Send + Sync>>>(
        doing: &'static str,
    ) -> impl FnOnce(E) -> Self {
        move |source| Self::Failed { doing, source: source.into() }
    }
}

/// Where the names of streams stand that are of the kind that was asked for.
fn where_to_look(stream: &StreamId) -> String {
    let kind = stream.as_str().split_once('-').map(|(kind, _)| kind);
    let is_listed = |kind: &&str| {
        matches!(
            *kind,
            "action"
                | "complaint"
                | "inspection"
                | "referral"
                | "report"
                | "review"
                | "staff"
                | "subject"
                | "volume"
        )
    };
    match kind.filter(is_listed) {
        Some("complaint") => "the names of those that are open stand in `redress complaint list`, of all in \
                              `redress replay --format table`"
            .to_owned(),
        Some(noun) => format!("the whole names stand in `redress {noun} list --all`"),
        None => "list what there is with `redress replay --format table`; a stream's whole name stands in its column"
            .to_owned(),
    }
}

/// What to do about a file that fails.
fn next_for(kind: ErrorKind) -> &'static str {
    if matches!(kind, ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) {
        "use a directory that you may write to, or change its permissions"
    } else if kind == ErrorKind::StorageFull {
        "make room on the disk, then try again"
    } else {
        "look at the path, then try again"
    }
}

/// Whether it comes of a disk without room.
fn is_full(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let is_system =
            error.downcast_ref::<io::Error>().is_some_and(|it| it.kind() == ErrorKind::StorageFull);
        let is_sqlite = error
            .downcast_ref::<rusqlite::Error>()
            .is_some_and(|it| it.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull));
        if is_system || is_sqlite {
            return true;
        }
        cause = error.source();
    }
    false
}

/// An error and what lies behind it, in one line, leaving out what was said already.
fn with_causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text
}
