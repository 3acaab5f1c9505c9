//! What the parts of a ledger say went wrong, as a command tells it.

use std::error::Error;

use complaint_service::HandleError;
use compliance_export::{ExportError, directory::DirectoryError};
use event_log::ReadError;
use event_log_sled::{OpenError, verify::VerifyError};
use personal_vault::{CreateVaultError, OpenVaultError, RotateError, SealError};
use projection::{CatchUpError, RebuildError};
use projector_transparency::report::ReportError;

use super::{CommandError, append, with_causes};
use crate::import::cfpb::{ImportError, header::HeaderError};

pub(super) fn refused(error: &(dyn Error + 'static), next: &str) -> CommandError {
    CommandError::Refused { problem: with_causes(error), next: next.to_owned() }
}

impl From<ReadError> for CommandError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Corrupt { position, reason } => Self::Broken { position, reason },
            ReadError::Unavailable { .. } => {
                Self::Failed { doing: "read the log", source: Box::new(error) }
            }
        }
    }
}

impl From<OpenError> for CommandError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::NoDirectory { .. } => refused(
                &error,
                "name the directory of a ledger with --data, make one with `redress init`, or try \
                 `redress demo`",
            ),
            OpenError::NotALedger { .. } => refused(
                &error,
                "it may belong to another program, or to a newer version of this one, and was left \
                 alone; name the directory of a ledger with --data or, if this was one, put its \
                 ledger.json back from a backup",
            ),
            OpenError::NotEmpty { .. } => {
                refused(&error, "name a directory that is empty or does not exist yet")
            }
            OpenError::ReadOnly { .. } => refused(
                &error,
                "run as its owner, or change its permissions; to read a ledger on a read-only disk, copy the \
                     whole directory to one that may be written, and name that",
            ),
            OpenError::Locked { holder } => refused(
                &error,
                &holder.map_or_else(
                    || "wait until that process has ended, or stop it".to_owned(),
                    |pid| format!("wait until process {pid} has ended, or stop it"),
                ),
            ),
            OpenError::Full => refused(&error, "make room on the disk, then try again"),
            OpenError::OldStore => refused(
                &error,
                "open the ledger once, to serve or to append: its store is then made anew",
            ),
            OpenError::StoreShort { found, .. } => {
                Self::Broken { position: found, reason: error.to_string() }
            }
            OpenError::Damaged { position, reason } => Self::Broken { position, reason },
            OpenError::ArtifactDamaged { artifact, reason } => {
                Self::ArtifactBroken { artifact, reason }
            }
            OpenError::Io { .. } => Self::Failed { doing: "open the log", source: Box::new(error) },
        }
    }
}

impl From<VerifyError> for CommandError {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Damaged { position, reason } => Self::Broken { position, reason },
            VerifyError::ArtifactDamaged { artifact, reason } => {
                Self::ArtifactBroken { artifact, reason }
            }
            VerifyError::Open(error) => error.into(),
        }
    }
}

impl From<CreateVaultError> for CommandError {
    fn from(error: CreateVaultError) -> Self {
        match error {
            CreateVaultError::AlreadyThere { .. } => refused(
                &error,
                "name another place with --keys or --data, or move it away if nothing needs it",
            ),
            CreateVaultError::Open(error) => error.into(),
            error @ (CreateVaultError::Io { .. } | _) => {
                Self::Failed { doing: "make the vault", source: Box::new(error) }
            }
        }
    }
}

impl From<OpenVaultError> for CommandError {
    fn from(error: OpenVaultError) -> Self {
        match error {
            OpenVaultError::WrongKek { expected_epoch, found_epoch, .. }
                if expected_epoch < found_epoch =>
            {
                refused(
                    &error,
                    "another key has taken over since these data keys were copied \
                     (`redress keys rotate-vault`), so that nothing in the copy opens any more: use a \
                     backup from after that; of this one `redress restore --log-only` restores the \
                     records",
                )
            }
            OpenVaultError::NoKek { .. }
            | OpenVaultError::NotAKek { .. }
            | OpenVaultError::WrongKek { .. } => {
                refused(&error, "bring back the key of this ledger, or say where it is with --keys")
            }
            OpenVaultError::NoVault { .. } | OpenVaultError::Damaged { .. } => {
                refused(&error, "restore the directories `vault` and `keys` from a backup")
            }
            OpenVaultError::WrongLedger { .. } => {
                refused(&error, "put back the vault and the key that belong to this ledger")
            }
            OpenVaultError::ErasedListShort { ref applied, .. } => {
                let next = format!(
                    "bring the list back from where the key-encryption key is kept, or name that place \
                     with --keys; if it is lost for good, remove {}: then only copies of the vault from \
                     before the erasures do not learn of them",
                    applied.display()
                );
                refused(&error, &next)
            }
            OpenVaultError::InUse { .. } => {
                refused(&error, "wait until that process has ended, or stop it")
            }
            error @ (OpenVaultError::Io { .. } | _) => {
                Self::Failed { doing: "open the vault", source: Box::new(error) }
            }
        }
    }
}

impl From<RotateError> for CommandError {
    fn from(error: RotateError) -> Self {
        match error {
            RotateError::Open(error) => error.into(),
            RotateError::NewKey(error) => error.into(),
            RotateError::Unreadable { .. } => refused(
                &error,
                "`redress verify --vault` tells whether a record needs it: if one does, restore the \
                 key file from a backup first; if none does, a crash cut a write short that nobody \
                 was told of, and --keep-unreadable leaves it as it is",
            ),
            RotateError::NotWritable { .. } => refused(
                &error,
                "look at its permissions and at where it lies, then try again; nothing was done",
            ),
            RotateError::Unfinished { .. } => refused(
                &error,
                "keep both files, put right what the system says, and open the ledger again: whoever opens \
                 it next finishes the rotation",
            ),
            error @ (RotateError::NoEpochLeft | RotateError::Io { .. } | _) => {
                Self::Failed { doing: "let another key open the vault", source: Box::new(error) }
            }
        }
    }
}

impl From<HandleError> for CommandError {
    fn from(error: HandleError) -> Self {
        match error {
            HandleError::Read(error) => error.into(),
            HandleError::Append(error) => append::not_confirmed(&error),
            HandleError::Store(error) => append::not_stored(&error),
            HandleError::Undecodable { position, source } => {
                Self::Broken { position, reason: source.to_string() }
            }
            error @ HandleError::PersonalDataErased { .. } => {
                refused(&error, "nothing was written; send it without its personal texts")
            }
            error @ (HandleError::Refused(_)
            | HandleError::AggregateRefused { .. }
            | HandleError::Invalid(_)) => refused(
                &error,
                "nothing was written; ask for what the rules allow, or let somebody ask who may",
            ),
            error @ HandleError::CommandIdReused { .. } => {
                refused(&error, "nothing was written; leave --command-id out, or give a new one")
            }
            error @ HandleError::Contended { .. } => {
                refused(&error, "look how it stands now, then decide anew")
            }
            error @ HandleError::Rules(_) => refused(
                &error,
                "see what was adopted with `redress rulebook show`; use the version of redress that took \
                 it, or adopt the pack anew",
            ),
            error @ (HandleError::Encode(_) | HandleError::Seal(SealError::TooLong { .. })) => {
                refused(&error, "nothing was written; say it in fewer words, or in parts")
            }
            error @ HandleError::Open(_) => {
                refused(&error, "`redress verify --vault` says what of the vault is damaged")
            }
            error @ HandleError::Seal(_) => {
                Self::Failed { doing: "carry out a command", source: Box::new(error) }
            }
        }
    }
}

impl From<RebuildError> for CommandError {
    fn from(error: RebuildError) -> Self {
        match error {
            RebuildError::Open(error) => {
                refused(&error, "the file was left alone; look at it, move it away, and try again")
            }
            RebuildError::CatchUp(error) => error.into(),
            RebuildError::InUse { .. } => refused(&error, "close the program that reads it"),
            error @ (RebuildError::Digest(_) | RebuildError::Swap { .. }) => {
                Self::Failed { doing: "rebuild a read model", source: Box::new(error) }
            }
        }
    }
}

impl From<CatchUpError> for CommandError {
    fn from(error: CatchUpError) -> Self {
        match error {
            CatchUpError::Read(error) => error.into(),
            CatchUpError::Gap { expected, .. } | CatchUpError::EndedEarly { expected } => {
                Self::Broken { position: expected, reason: error.to_string() }
            }
            error @ (CatchUpError::AheadOfLog { .. }
            | CatchUpError::OtherHistory { .. }
            | CatchUpError::Project { .. }
            | CatchUpError::OtherOwner { .. }
            | CatchUpError::Sqlite(_)
            | CatchUpError::Stopped { .. }
            | CatchUpError::Panicked) => {
                Self::Failed { doing: "bring a read model up", source: Box::new(error) }
            }
        }
    }
}

impl From<ReportError> for CommandError {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::NoComplaints => refused(&error, "take complaints in first"),
            ReportError::OutsideLedger { .. } => refused(&error, "choose a --period within it"),
            ReportError::Unbalanced { .. }
            | ReportError::CommitteeUnbalanced { .. }
            | ReportError::MentionsDiffer { .. }
            | ReportError::CutoffDiffers { .. }
            | ReportError::Unreadable { .. } => refused(
                &error,
                "rebuild the figures with `redress projections rebuild transparency`, then try \
                 again; if it says the same again, the figures cannot be trusted",
            ),
            error @ (ReportError::AmountTooLarge { .. }
            | ReportError::Rulebook(_)
            | ReportError::Sqlite(_)) => {
                Self::Failed { doing: "count the report", source: Box::new(error) }
            }
        }
    }
}

impl From<ImportError> for CommandError {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Read { path, source } => Self::File { doing: "read", path, source },
            ImportError::Header { source: HeaderError::Separator { .. }, .. } => refused(
                &error,
                "save it again with commas, in UTF-8; spreadsheets call that `CSV UTF-8 (comma delimited)`",
            ),
            ImportError::Header { .. } => refused(
                &error,
                "export the file again from the bureau's site as CSV, with its first line",
            ),
            ImportError::Rejects(_) => {
                refused(&error, "name a file that may be written with --rejects")
            }
            ImportError::Handle { line, source } => append::stopped_at(line, *source),
            ImportError::Record(_) | ImportError::Task(_) => {
                Self::Failed { doing: "take in the file", source: Box::new(error) }
            }
        }
    }
}

impl From<ExportError> for CommandError {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Range { .. } => refused(&error, "choose positions that the log has"),
            ExportError::Directory(DirectoryError::Io { doing, path, source }) => {
                Self::File { doing, path, source }
            }
            ExportError::Directory(_) => {
                refused(&error, "name a directory with --out that does not exist yet")
            }
            ExportError::Read(error) => error.into(),
            ExportError::Short { position } => Self::Broken { position, reason: error.to_string() },
            ExportError::Undecodable { position, reason } => Self::Broken { position, reason },
            ExportError::Write { .. } => {
                Self::Failed { doing: "write the export", source: Box::new(error) }
            }
        }
    }
}
