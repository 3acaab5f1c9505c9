//! What the commands that hand out evidence have in common.

use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions, Permissions},
    io::Write,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

use complaint_domain::{
    access::{Access, AccessCommand, AccessPurpose, Disclosure},
    actor::Actor,
    sealed::PersonalField,
    subject::Closed,
};
use complaint_service::{UnsealedRequest, ledger_stream_of};
use event_log::{EventLog, Position, RecordedEvent, StreamId, StreamVersion};
use event_log_sled::nodes::LogNodes;
use evidence_check::{
    IndexProof, Opening,
    index::{CommitmentView, INDEX_COMMITTED},
    record::RecordView,
};
use evidence_issue::{
    IndexList, Prover,
    case::{open_field, sealed_fields},
};
use futures::TryStreamExt;
use merkle_log::{LogProof, SignedNote};
use uuid::Uuid;

use crate::{
    arguments::{OpenedBy, ProofOf, SigningAt},
    commands::{complaint::new_command_id, verify::against},
    console::Console,
    error::CommandError,
    ledger::Ledger,
    letters::history::closed,
    publishing::PublishedPlaces,
    signing::{self, SigningPlaces},
};

/// Records which fields of a complaint are opened, by whom and for what: before they are handed out,
/// so that nothing is that was not recorded.
///
/// # Errors
///
/// [`CommandError`]: a role that may not see them, a ledger that does not answer.
pub async fn record_opening(
    ledger: &Ledger,
    by: &OpenedBy,
    stream: &str,
    opened: &[String],
    purpose: AccessPurpose,
) -> Result<(), CommandError> {
    let fields = opened.iter().filter_map(|name| name.parse::<PersonalField>().ok()).collect();
    let actor = Actor { id: by.actor.clone(), role: by.role };
    record_disclosure(ledger, actor, stream, fields, purpose, new_command_id()).await
}

/// As [`record_opening`], under a command id of the caller's: the same id again, with the same fields, is
/// recorded once.
///
/// # Errors
///
/// As [`record_opening`].
pub async fn record_disclosure(
    ledger: &Ledger,
    actor: Actor,
    stream: &str,
    fields: BTreeSet<PersonalField>,
    purpose: AccessPurpose,
    command_id: Uuid,
) -> Result<(), CommandError> {
    if fields.is_empty() {
        return Ok(());
    }
    let complaint = stream.parse().map_err(CommandError::failed("record what is opened"))?;
    let request = UnsealedRequest {
        command_id,
        stream: None,
        actor,
        occurred_at: None,
        command: AccessCommand::Record(Disclosure { complaint, fields, purpose }),
    };
    ledger.unsealed()?.handle::<Access>(&request).await?;
    Ok(())
}

/// A ledger that hands out evidence under one checkpoint.
#[derive(Debug)]
pub struct Issuer<'a> {
    /// The ledger.
    pub ledger: &'a mut Ledger,
    note: SignedNote,
}

impl<'a> Issuer<'a> {
    /// An open ledger, and the checkpoint that the arguments name; else the newest that enough witnesses
    /// have cosigned, for what is handed out must convince whoever demands them; else the last one that
    /// was signed.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: no checkpoint was signed yet, or it cannot be read.
    pub fn new(ledger: &'a mut Ledger, of: &ProofOf) -> Result<Self, CommandError> {
        let note = if let Some(path) = &of.checkpoint {
            against::read_note(path)?
        } else if let Some(note) = witnessed(ledger)?.filter(|_| of.register.is_none()) {
            note
        } else {
            let at = SigningAt { register: of.register.clone(), ..SigningAt::default() };
            let places = SigningPlaces::of(&ledger.places, &at);
            signing::last_signed(&places, ledger.origin())?
        };
        Ok(Self::under(ledger, note))
    }

    /// An open ledger, under this checkpoint.
    pub fn under(ledger: &'a mut Ledger, note: SignedNote) -> Self {
        Self { ledger, note }
    }

    /// The checkpoint under which evidence is handed out.
    pub fn note(&self) -> &SignedNote {
        &self.note
    }

    /// Does something with a prover, off the async threads: it reads tiles.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: the checkpoint is not of this ledger, or what is done fails.
    pub async fn prove<T: Send + 'static, E: Send + 'static + Into<CommandError>>(
        &self,
        doing: impl FnOnce(&Prover<LogNodes>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, CommandError> {
        let (nodes, note) = (self.ledger.log.nodes(), self.note.clone());
        let size = nodes.size();
        let done = tokio::task::spawn_blocking(move || {
            let prover = Prover::new(nodes, size, note)?;
            doing(&prover).map_err(Into::into)
        });
        done.await.map_err(CommandError::failed("prove it"))?
    }

    /// How many records the checkpoint covers.
    ///
    /// # Errors
    ///
    /// As [`Issuer::prove`].
    pub async fn covered(&self) -> Result<u64, CommandError> {
        self.prove(|prover| Ok::<_, CommandError>(prover.checkpoint().size())).await
    }

    /// The record at a position.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: there is none, or the log cannot be read.
    pub async fn record(&self, position: u64) -> Result<RecordedEvent, CommandError> {
        let mut records = self.ledger.log.read_all(Position(position), 1);
        records.try_next().await?.ok_or_else(|| CommandError::Refused {
            problem: format!(
                "expected a position below {}, found {position}",
                self.ledger.log.head().next_position
            ),
            next: "look for the position with `redress replay --format table`".to_owned(),
        })
    }

    /// What the ledger's newest commitment under the checkpoint shows of a stream; nothing when
    /// there is no commitment under it.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: the ledger committed to another list than its records give, or cannot be read.
    pub async fn index_proof(
        &self,
        stream: &StreamId,
        console: &Console<'_>,
    ) -> Result<Option<IndexProof>, CommandError> {
        let covered = self.covered().await?;
        let mut commitments = commitments(self.ledger, Position(covered)).await?;
        let Some((commitment, view)) = commitments.pop() else { return Ok(None) };
        let list = list(self.ledger, view.size, stream.as_str(), console).await?;
        let position = commitment.position.0;
        let proof: LogProof = self.prove(move |prover| prover.inclusion(position)).await?;
        let shown = tokio::task::spawn_blocking(move || list.prove(&commitment, proof)).await;
        Ok(Some(shown.map_err(CommandError::failed("prove it"))??))
    }
}

/// The newest checkpoint that the witnesses of the ledger's policy have cosigned, as the policy is now.
/// None while there is no policy, or too few have.
fn witnessed(ledger: &Ledger) -> Result<Option<SignedNote>, CommandError> {
    let Some(path) = signing::policy_path(&ledger.places, &SigningAt::default()) else {
        return Ok(None);
    };
    let policy = against::read_policy(&path)?;
    let kept = PublishedPlaces::of(&ledger.places.data).shown(true)?;
    Ok(kept.filter(|note| policy.cosigned(note).is_ok()))
}

/// The ledger's index commitments below a position, oldest first.
///
/// # Errors
///
/// [`CommandError`]: the log cannot be read, or a commitment is one of a newer version.
pub async fn commitments(
    ledger: &Ledger,
    end: Position,
) -> Result<Vec<(RecordedEvent, CommitmentView)>, CommandError> {
    let stream = ledger_stream_of(ledger.origin());
    let mut records = ledger.log.read_stream(&stream, StreamVersion::default());
    let mut found = Vec::new();
    while let Some(record) = records.try_next().await? {
        if record.position >= end {
            break;
        }
        let position = record.position;
        let broken = |reason: String| CommandError::Broken { position, reason };
        let view = RecordView::parse(&record.bytes).map_err(|error| broken(error.to_string()))?;
        if view.r#type == INDEX_COMMITTED {
            let view = CommitmentView::of(&view).map_err(|error| broken(error.to_string()))?;
            found.push((record, view));
        }
    }
    Ok(found)
}

/// The list of all streams over the first `size` records.
///
/// # Errors
///
/// [`CommandError`]: the log cannot be read, or the disk has no room to sort it.
pub async fn list(
    ledger: &Ledger,
    size: u64,
    stream: &str,
    console: &Console<'_>,
) -> Result<IndexList, CommandError> {
    let bar = console.bar("streams", size);
    let mut told = |position: Position| bar.set(position.0);
    let data = ledger.places.data.clone();
    Ok(IndexList::build(ledger.log.as_ref(), size, stream, &data, &mut told).await?)
}

/// Opens these fields of a record, where it has them: personal data, for whoever may see it.
///
/// # Errors
///
/// [`CommandError`]: no key, or a field that does not open.
pub async fn open_fields(
    ledger: &mut Ledger,
    record: &RecordedEvent,
    fields: &[PersonalField],
) -> Result<Vec<Opening>, CommandError> {
    let sealed = sealed_fields(record)?;
    let wanted: Vec<_> = sealed.into_iter().filter(|s| fields.contains(&s.field)).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    if let Some(closed) = closed(ledger.log.as_ref(), &record.stream).await? {
        return Err(may_not_be_opened(closed, &record.stream));
    }
    let (vault, record) = (ledger.vault()?, record.clone());
    let opened = tokio::task::spawn_blocking(move || {
        wanted.iter().map(|sealed| open_field(&vault, &record, sealed)).collect::<Result<_, _>>()
    });
    Ok(opened.await.map_err(CommandError::failed("open the vault"))??)
}

/// The refusal of whatever would open personal data that is closed.
pub(crate) fn may_not_be_opened(closed: Closed, stream: &StreamId) -> CommandError {
    CommandError::Refused {
        problem: format!("{closed}, for {stream}"),
        next: format!(
            "see why with `redress subject show {stream}`; proofs, and bundles that open \
             nothing, can still be had"
        ),
    }
}

/// Whose eyes a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Its owner's alone: it opens personal data, or holds a secret.
    Owner,
    /// Whoever the system lets read a new file, by the umask: there is nothing in it that is not published, or to be
    /// handed to strangers, and a web server of another account must be able to show it.
    Anybody,
}

/// Prints evidence, or puts it in a file for these readers.
///
/// # Errors
///
/// [`CommandError`]: nobody reads, the file cannot be written, or JSON is wanted where the evidence
/// itself would be printed.
pub fn deliver(
    out: Option<&Path>,
    bytes: &[u8],
    readers: Readers,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    match out {
        Some(path) => put_for(readers, path, bytes),
        None if console.json() => Err(CommandError::Usage {
            problem: "expected --out with --json, found none: evidence is printed as it is"
                .to_owned(),
            next: "name a file with --out, or leave --json out".to_owned(),
        }),
        None => console.raw(bytes),
    }
}

/// Puts something in a file that only its owner may read.
///
/// # Errors
///
/// [`CommandError`]: the file cannot be written.
pub fn put(path: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    put_for(Readers::Owner, path, bytes)
}

/// Puts something in a file for these readers: temporary file, sync, rename.
///
/// # Errors
///
/// [`CommandError`]: the file cannot be written.
pub fn put_for(readers: Readers, path: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    let temporary = path.with_added_extension("tmp");
    let write = || {
        let mode = match readers {
            Readers::Owner => 0o600,
            Readers::Anybody => 0o666,
        };
        let mut options = OpenOptions::new();
        let mut file =
            options.write(true).create(true).truncate(true).mode(mode).open(&temporary)?;
        if readers == Readers::Owner {
            // What a try that was cut short has left keeps its own mode when it is opened again.
            file.set_permissions(Permissions::from_mode(mode))?;
        }
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
    };
    write().map_err(CommandError::file("write", path))
}

/// A stream's name as somebody typed it.
///
/// # Errors
///
/// [`CommandError::Usage`].
pub fn stream_id(text: &str) -> Result<StreamId, CommandError> {
    text.parse().map_err(|error| CommandError::Usage {
        problem: format!("{error}"),
        next: "a stream's whole name stands in `redress replay --format table`".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_opens_a_person_is_its_owners_alone_and_what_is_public_is_as_any_new_file() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("any"), "as the umask says").unwrap();
        put_for(Readers::Anybody, &at("proof"), b"a proof").unwrap();
        assert_eq!(mode(&at("proof")), mode(&at("any")));
        // Also where a try that was cut short has left a file for anybody.
        fs::write(at("receipt.tmp"), "half of it").unwrap();
        fs::set_permissions(at("receipt.tmp"), Permissions::from_mode(0o644)).unwrap();
        put_for(Readers::Owner, &at("receipt"), b"their words").unwrap();
        assert_eq!(mode(&at("receipt")), 0o600);
        assert_eq!(fs::read(at("receipt")).unwrap(), b"their words");
    }
}
