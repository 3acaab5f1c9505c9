//! What is wrong with a tree, whose tree it is, and what whoever mirrors it does then.

use std::path::Path;

use checkpoint_signer::{KeyChain, chain::OpenError};
use merkle_log::{Checkpoint, Hash, SignedNote, TileId, TileKind, tile::TILE_WIDTH};

use crate::error::CommandError;

/// Why a tree was not taken over.
#[derive(Debug)]
pub(super) enum Fault {
    /// A record is not as it was written.
    Record {
        /// The first position known to be bad.
        position: u64,
        /// What is wrong.
        reason: String,
    },
    /// The records are those under the checkpoint that is published, and not those under the one that the mirror
    /// holds.
    HeldRoot {
        /// The root that they give over the records that the mirror holds.
        found: Hash,
        /// The keys of the log.
        chain: Box<KeyChain>,
    },
    /// The records are not those under the checkpoint that is published.
    PublishedRoot {
        /// The root that they give.
        found: Hash,
    },
    /// Something else than the records: a file that is withheld, the network, the disk.
    Other(CommandError),
}

impl From<CommandError> for Fault {
    fn from(error: CommandError) -> Self {
        Self::Other(error)
    }
}

impl Fault {
    /// What is wrong, of a tree that is named.
    fn of(&self, tree: &str, published: &Checkpoint) -> String {
        match self {
            Self::Record { position, reason } => {
                let width = u64::from(TILE_WIDTH);
                let tile = TileId::in_tree(TileKind::Entries, position / width, published.size());
                let tile = tile.map_or_else(String::new, |tile| format!(", in {tile}"));
                format!("{tree} is broken at position {position}{tile}: {reason}")
            }
            Self::HeldRoot { found, .. } | Self::PublishedRoot { found } => format!(
                "expected root {} over the {} records that are published, as the checkpoint states, \
                 found {found} from the records of {tree}",
                published.root(),
                published.size(),
            ),
            Self::Other(error) => error.to_string(),
        }
    }

    /// The source has it: its tree is not what the log has signed, or not what it signed before.
    pub(super) fn of_source(
        self,
        source: &str,
        out: &Path,
        published: &Checkpoint,
        held: Option<&(SignedNote, Checkpoint)>,
    ) -> CommandError {
        let problem = self.of(&format!("the tree at {source}"), published);
        match (self, held) {
            (Self::Other(error), _) => error,
            (Self::HeldRoot { found, chain }, Some((note, held))) => match chain.open(note) {
                Err(error @ (OpenError::Text(_) | OpenError::NotByHolder { .. })) => {
                    own_checkpoint(out, &error)
                }
                Ok(_) | Err(OpenError::BeforeTrust { .. }) => other_history(&format!(
                    "this mirror holds root {} over the first {} records, and the log now has root \
                     {found}",
                    held.root(),
                    held.size(),
                )),
            },
            (Self::PublishedRoot { .. } | Self::HeldRoot { .. }, _) => CommandError::Refused {
                problem,
                next: "keep the checkpoint and these files: together they show that the log publishes \
                       other records than it signed"
                    .to_owned(),
            },
            (Self::Record { .. }, _) => CommandError::Refused {
                problem,
                next: format!(
                    "this is the copy that is published, not yours: ask whoever publishes it to put it \
                     right, then run it again; {} took no checkpoint of it over",
                    out.display()
                ),
            },
        }
    }

    /// The mirror itself has it: what the source publishes holds.
    pub(super) fn of_mirror(
        &self,
        out: &Path,
        published: &Checkpoint,
        differing: &[TileId],
    ) -> CommandError {
        let files = differing.iter().map(|tile| out.join(tile.to_string()).display().to_string());
        let files = files.collect::<Vec<_>>().join(", ");
        let what = match self {
            Self::Record { .. } => self.of("it", published),
            Self::HeldRoot { .. } | Self::PublishedRoot { .. } | Self::Other(_) => {
                "its records are not those that were signed".to_owned()
            }
        };
        CommandError::Refused {
            problem: format!(
                "your own mirror at {} is damaged, and what is published is whole: {what}",
                out.display()
            ),
            next: format!(
                "remove {files} and run it again: what is fetched anew must give the root that your \
                 checkpoint states, so leave {} where it is",
                out.join(super::CHECKPOINT).display()
            ),
        }
    }

    /// The source does not give all that is needed to tell whose it is.
    pub(super) fn of_either(
        &self,
        source: &str,
        out: &Path,
        published: &Checkpoint,
        why: &CommandError,
    ) -> CommandError {
        let trees = format!("the tree at {source} or your own mirror at {}", out.display());
        CommandError::Refused {
            problem: format!("{}; which of the two cannot be told: {why}", self.of(&trees, published)),
            next: "mirror into another directory with --out, from a source that has all files; if that \
                   succeeds, your mirror is damaged, and its checkpoint still holds"
                .to_owned(),
        }
    }
}

/// The checkpoint of the mirror is not what it took over once.
pub(super) fn own_checkpoint(out: &Path, error: &dyn std::error::Error) -> CommandError {
    let path = out.join(super::CHECKPOINT);
    CommandError::Refused {
        problem: format!("the checkpoint of your own mirror, {}, is damaged: {error}", path.display()),
        next: "put it back from a copy you kept; without one, mirror into another directory with --out: \
               that shows what is signed now, and nothing of how it was before"
            .to_owned(),
    }
}

/// The log has signed two histories.
pub(super) fn other_history(what: &str) -> CommandError {
    CommandError::Refused {
        problem: format!("the log has another history than it had: {what}"),
        next:
            "keep this mirror as it is: its checkpoint and the new one together prove that the log \
               signed two histories"
                .to_owned(),
    }
}
