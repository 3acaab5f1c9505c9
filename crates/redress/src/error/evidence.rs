//! What the makers of evidence say went wrong, as a command tells it.

use evidence_issue::{
    AuditError, IndexListError, IssueError, OpenFieldError, bundle::BundleError,
    list::ProveStreamError, receipt::NotTextError, receipt_key::ReceiptKeyError,
};

use super::{CommandError, parts::refused};

impl From<IssueError> for CommandError {
    fn from(error: IssueError) -> Self {
        let next = match &error {
            IssueError::NotCovered { .. } => "run `redress checkpoint`, then try again",
            // Whoever kept the checkpoint of a new ledger gives the size that it says.
            IssueError::NoSuchGrowth { found: 0, .. } => {
                return Self::Refused {
                    problem:
                        "expected a size of 1 or more, found 0: every log extends the empty one, \
                              so there is nothing to prove"
                            .to_owned(),
                    next: "for a proof keep a checkpoint that covers a record, and give its size"
                        .to_owned(),
                };
            }
            // The checkpoint of a new ledger, while the ledger went on.
            IssueError::NoSuchGrowth { found, size: 0 } => {
                return Self::Refused {
                    problem: format!(
                        "expected a checkpoint of size {found} or more, found one of size 0: nothing had \
                         been recorded when it was signed"
                    ),
                    next: "run `redress checkpoint`, or name a newer one with --checkpoint"
                        .to_owned(),
                };
            }
            IssueError::NoSuchGrowth { .. } => {
                "give the size that the second line of the checkpoint you kept says"
            }
            IssueError::Checkpoint(_) => "name a signed checkpoint of this ledger",
            IssueError::Ahead { .. } | IssueError::OtherHistory { .. } => {
                "this is not the ledger that was signed: perhaps an old backup; find the one that \
                 went on"
            }
            IssueError::Nodes(_) => "verify the ledger with `redress verify`",
        };
        refused(&error, next)
    }
}

impl From<BundleError> for CommandError {
    fn from(error: BundleError) -> Self {
        match error {
            BundleError::Issue(error) => error.into(),
            BundleError::Archive(_) => refused(&error, "export the events as JSON Lines instead"),
        }
    }
}

impl From<IndexListError> for CommandError {
    fn from(error: IndexListError) -> Self {
        match error {
            IndexListError::Read(error) => error.into(),
            IndexListError::Disk(_) => {
                refused(&error, "make room on the disk of the data directory, then try again")
            }
            IndexListError::Short { .. }
            | IndexListError::Versions { .. }
            | IndexListError::Positions { .. } => {
                refused(&error, "verify the ledger with `redress verify`")
            }
        }
    }
}

impl From<AuditError> for CommandError {
    fn from(error: AuditError) -> Self {
        match error {
            AuditError::List(error) => error.into(),
            AuditError::False { position, why } => {
                Self::Broken { position: event_log::Position(position), reason: why.to_string() }
            }
        }
    }
}

impl From<ProveStreamError> for CommandError {
    fn from(error: ProveStreamError) -> Self {
        match error {
            ProveStreamError::OtherList { position } => {
                Self::Broken { position: event_log::Position(position), reason: error.to_string() }
            }
            ProveStreamError::NotACommitment => {
                refused(&error, "verify the ledger with `redress verify`")
            }
            ProveStreamError::Disk(_) => Self::Failed { doing: "prove it", source: error.into() },
        }
    }
}

impl From<OpenFieldError> for CommandError {
    fn from(error: OpenFieldError) -> Self {
        match error {
            OpenFieldError::Undecodable { position, .. } => {
                Self::Broken { position, reason: error.to_string() }
            }
            OpenFieldError::Vault { .. } => refused(
                &error,
                "leave the field out; whether the vault is whole says `redress verify --vault`",
            ),
        }
    }
}

impl From<NotTextError> for CommandError {
    fn from(error: NotTextError) -> Self {
        refused(&error, "leave the field out; `redress export bundle --open` can hand it out")
    }
}

impl From<ReceiptKeyError> for CommandError {
    fn from(error: ReceiptKeyError) -> Self {
        let next = match &error {
            ReceiptKeyError::Missing { .. } => {
                "bring it back from its custodian; only a ledger that was made before there were \
                 receipts gets one with --make-key"
            }
            ReceiptKeyError::AlreadyThere { .. } => "use the one that is there",
            ReceiptKeyError::Damaged { .. } => "bring it back from its custodian",
            ReceiptKeyError::OtherLedger { .. } => "bring back the one of this ledger",
            ReceiptKeyError::Io { .. } => "look at the path and its permissions, then try again",
        };
        refused(&error, next)
    }
}
