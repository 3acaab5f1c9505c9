//! `redress verify`: whether all is as it was written.

use std::sync::Arc;

use complaint_codec::Record;
use complaint_domain::sealed::KeyId;
use event_log::{EventLog, Position, RecordedEvent, clock::SystemClock};
use event_log_sled::{
    mend,
    verify::{Verified, verify_with_progress},
};
use futures::TryStreamExt;
use jiff::Timestamp;
use personal_vault::{OpenError, SealedRef, Vault};
use serde::Serialize;
use time_anchor::Authorities;

use crate::{
    anchors::{authorities, held::hold},
    arguments::{SigningAt, Verify},
    console::Console,
    decoded::{Decoded, decoded},
    error::CommandError,
    ledger::{Ledger, Places},
    lending::lent,
    signing::{self, SigningPlaces, Standing},
};
use erasures::Erasures;

mod erasures;
mod read;

pub mod against;

/// What was checked and found whole.
#[derive(Debug, Serialize)]
pub struct WholeLedger {
    is_whole: bool,
    /// Whether every stored byte was looked at: beside a process that serves the ledger it is one copy of each record.
    pub are_all_copies_checked: bool,
    /// How many records there are.
    pub records: u64,
    /// The root of the RFC 6962 tree over them, in hexadecimal.
    pub root: String,
    /// How many streams they belong to.
    pub streams: u64,
    /// How many sealed fields they name.
    pub sealed: u64,
    /// How many of them were erased, as certificates in the log say; only known with the vault.
    pub erased: u64,
    /// How many are gone by the list beside the key, while the log has no certificate (yet).
    pub erased_without_certificate: u64,
    /// Whether each of the others was opened in the vault.
    pub is_vault_checked: bool,
    /// Whether it begins with all that was signed; nothing when no register lies beside the key.
    pub extends_what_was_signed: Option<bool>,
    #[serde(skip)]
    standing: Option<Standing>,
    /// The checkpoint that it extends, if one was named.
    pub extends: Option<against::Extended>,
    /// What outside authorities have stamped; nothing when none has.
    pub stamped: Option<Stamped>,
    /// What was mended first; empty when nothing was, or nobody asked.
    pub mended: Vec<String>,
}

/// The time stamps of a ledger, each of which fits the records.
#[derive(Debug, Serialize)]
pub struct Stamped {
    /// How many there are.
    pub stamps: usize,
    /// The time that the newest states.
    pub newest: String,
    /// How many records existed then.
    pub size: u64,
    /// Whether a root that was named vouches for each of them.
    pub are_vouched_for: bool,
}

#[derive(Serialize)]
struct Broken<'a> {
    is_whole: bool,
    /// The first bad position; nothing when an artifact cannot be used as a whole.
    position: Option<u64>,
    /// That artifact.
    artifact: Option<&'a str>,
    reason: &'a str,
}

/// Verifies a ledger and tells the result.
///
/// # Errors
///
/// [`CommandError::Broken`] with the first bad position; others when there is nothing to verify.
pub async fn run(args: &Verify, console: &mut Console<'_>) -> Result<(), CommandError> {
    match verify(args, console).await {
        Ok(whole) if console.json() => console.value(&whole),
        Ok(whole) => tell(&whole, console),
        Err(CommandError::Broken { position, reason }) => {
            if console.json() {
                let reason = reason.as_str();
                let position = Some(position.0);
                console.value(&Broken { is_whole: false, position, artifact: None, reason })?;
            } else {
                console.line(format_args!("BROKEN at position {position}"))?;
            }
            Err(CommandError::Broken { position, reason })
        }
        Err(CommandError::ArtifactBroken { artifact, reason }) => {
            if console.json() {
                let (artifact, reason) = (Some(artifact), reason.as_str());
                console.value(&Broken { is_whole: false, position: None, artifact, reason })?;
            } else {
                console.line(format_args!("BROKEN: its {artifact} cannot be used"))?;
            }
            Err(CommandError::ArtifactBroken { artifact, reason })
        }
        Err(error) => Err(error),
    }
}

fn tell(whole: &WholeLedger, console: &mut Console<'_>) -> Result<(), CommandError> {
    for mended in &whole.mended {
        console.line(format_args!("mended: {mended}"))?;
    }
    console.line(if whole.mended.is_empty() { "whole" } else { "whole again" })?;
    if !whole.are_all_copies_checked {
        console.say(
            "beside the process that serves this ledger each record was read and hashed as it is told; the copies that \
             nobody reads now are verified once that process has ended",
        );
    }
    console.line(format_args!("  records  {}", whole.records))?;
    console.line(format_args!("  streams  {}", whole.streams))?;
    console.line(format_args!("  root     {}", whole.root))?;
    let vault = if whole.is_vault_checked { "all opened" } else { "not checked; add --vault" };
    let is_all = whole.erased == 0 && whole.erased_without_certificate == 0;
    let vault = if is_all { vault } else { "all opened but those erased" };
    console.line(format_args!("  sealed   {} fields, {vault}", whole.sealed))?;
    if let Some(Stamped { stamps, newest, size, are_vouched_for }) = &whole.stamped {
        let vouched = if *are_vouched_for {
            "each vouched for by a root you trust"
        } else {
            "nobody vouches for them; name a root with --trust"
        };
        console.line(format_args!("  stamps   {stamps}, {vouched}"))?;
        console.line(format_args!("           the newest over {size} records at {newest}"))?;
    }
    if whole.erased > 0 {
        console.line(format_args!("  erased   {} fields, with certificates", whole.erased))?;
    }
    if whole.erased_without_certificate > 0 {
        console.line(format_args!(
            "  erased   {} fields by the list beside the key, without a certificate in these records",
            whole.erased_without_certificate
        ))?;
        console.say(
            "an erasure was cut short, or this is a copy from before it: run `redress subject \
             carry-out`, or ask for the erasure and order it again",
        );
    }
    if let Some(standing) = whole.standing {
        console.line(format_args!("  register {standing}"))?;
    }
    let Some(extended) = &whole.extends else { return Ok(()) };
    console.line(format_args!("  extends  the checkpoint over {} records", extended.size))?;
    match &extended.signed_by {
        Some(key) => console.line(format_args!("  signed   by {key}"))?,
        None => {
            console.line("  signed   not checked; name the log's key with --vkey or --policy")?;
        }
    }
    for witness in &extended.witnesses {
        console.line(format_args!("  witness  {witness}"))?;
    }
    Ok(())
}

/// Verifies a ledger: first every stored byte, then that the bytes make sense where they stand.
///
/// # Errors
///
/// As [`run`].
pub async fn verify(args: &Verify, console: &Console<'_>) -> Result<WholeLedger, CommandError> {
    let trusted = args.trust.as_deref().map(|path| authorities(path, None)).transpose()?;
    let mended = if args.repair { repair(args).await? } else { Vec::new() };
    let served = lent(&Places::of(&args.at)).is_some();
    let bytes = if served { None } else { Some(verify_bytes(args, console).await?) };
    // The bytes are those that were written; from here on the log may be asked.
    let mut ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let bytes = match bytes {
        Some(bytes) => bytes,
        None => read::verify(&ledger.log, console).await?,
    };
    let vault = if args.vault { Some(ledger.vault()?) } else { None };
    let checked = verify_records(&ledger, vault, bytes.size, console).await;
    let extends = against::check(&args.against, &ledger).await;
    // Dates are held to the stamps once it is known that the records can be read.
    let register = SigningPlaces::of(&ledger.places, &SigningAt::default()).register;
    // One that is there and cannot tell is as bad as one that tells of another history: whoever verifies asked it.
    let standing =
        if checked.is_ok() { signing::standing_by(&ledger.log, &register) } else { Ok(None) };
    let stamped = if checked.is_ok() { stamped(&ledger, trusted).await } else { Ok(None) };
    ledger.close().await;
    let checked = checked?;
    let standing = standing?;
    Ok(WholeLedger {
        is_whole: true,
        are_all_copies_checked: !served,
        records: bytes.size,
        root: bytes.root.to_string(),
        streams: bytes.streams,
        sealed: checked.sealed,
        erased: checked.erasures.certified,
        erased_without_certificate: checked.erasures.listed,
        is_vault_checked: args.vault,
        extends_what_was_signed: standing.map(|standing| standing == Standing::Extends),
        standing,
        extends: extends?,
        stamped: stamped?,
        mended,
    })
}

async fn stamped(
    ledger: &Ledger,
    trusted: Option<Authorities>,
) -> Result<Option<Stamped>, CommandError> {
    let are_vouched_for = trusted.is_some();
    let anchors = hold(ledger, trusted).await?.anchors;
    Ok(anchors.last().map(|newest| Stamped {
        stamps: anchors.len(),
        newest: newest.stamped_at.clone(),
        size: newest.size,
        are_vouched_for,
    }))
}

/// Mends what can be mended, and says what that was. What is whole nowhere is named.
async fn repair(args: &Verify) -> Result<Vec<String>, CommandError> {
    let directory = args.at.data.clone();
    let mended = tokio::task::spawn_blocking(move || mend::repair(&directory));
    Ok(mended.await.map_err(CommandError::failed("repair"))??)
}

async fn verify_bytes(args: &Verify, console: &Console<'_>) -> Result<Verified, CommandError> {
    let directory = args.at.data.clone();
    let bar = console.bar("bytes", 0);
    let verified = tokio::task::spawn_blocking(move || {
        verify_with_progress(&directory, &mut |position| bar.set(position.0))
    });
    match verified.await {
        Ok(verified) => Ok(verified?),
        Err(error) => Err(CommandError::failed("verify")(error)),
    }
}

async fn verify_records(
    ledger: &Ledger,
    vault: Option<Arc<Vault>>,
    size: u64,
    console: &Console<'_>,
) -> Result<Checked, CommandError> {
    let bar = console.bar("records", size);
    let mut checked = Checked::default();
    let mut records = decoded(ledger.log.read_all(Position(0), size));
    while let Some(Decoded { recorded, decoded }) = records.try_next().await? {
        let position = recorded.position;
        bar.set(position.0);
        let broken = |reason| CommandError::Broken { position, reason };
        checked.record(&recorded, &decoded).map_err(broken)?;
        checked.erasures.certificate(position, &decoded);
        if let Some(vault) = &vault
            && !decoded.sealed.is_empty()
        {
            let vault = Arc::clone(vault);
            let opened = tokio::task::spawn_blocking(move || open_sealed(&vault, &decoded)).await;
            let gone = opened.map_err(CommandError::failed("open the vault"))?.map_err(broken)?;
            checked.erasures.gone(position, gone);
        }
    }
    if let Some(vault) = vault {
        let erasures = std::mem::take(&mut checked.erasures);
        let settled = tokio::task::spawn_blocking(move || erasures.settle(&vault)).await;
        checked.erasures = settled.map_err(CommandError::failed("open the vault"))??;
    }
    Ok(checked)
}

/// What the records so far call for.
#[derive(Debug, Default)]
struct Checked {
    recorded_at: Option<Timestamp>,
    sealed: u64,
    erasures: Erasures,
}

impl Checked {
    /// Checks that a record can be read, stands where it says, and was made after those before it. That it
    /// follows those of its stream was checked with the bytes.
    fn record(&mut self, record: &RecordedEvent, decoded: &Record) -> Result<(), String> {
        if decoded.stream != record.stream || decoded.version != record.version {
            return Err(format!(
                "expected a record of stream {} version {}, found one that says {} version {}",
                record.stream, record.version, decoded.stream, decoded.version
            ));
        }
        if let Some(before) = self.recorded_at.replace(decoded.recorded_at)
            && decoded.recorded_at < before
        {
            return Err(format!(
                "expected a record made at or after {before}, found {}",
                decoded.recorded_at
            ));
        }
        self.sealed += decoded.sealed.len() as u64;
        Ok(())
    }
}

/// Opens every sealed field of a record, which holds it against digest, key and commitment. Gives the
/// keys of those that are gone.
fn open_sealed(vault: &Vault, record: &Record) -> Result<Vec<KeyId>, String> {
    let mut gone = Vec::new();
    for sealed in &record.sealed {
        let reference = SealedRef {
            group: sealed.field.group(),
            subject: sealed.subject.0,
            key: sealed.key.0,
            vault: sealed.vault.0,
            commitment: sealed.commitment.0,
            digest: sealed.digest.0,
        };
        let named = |error| format!("the sealed field `{:?}`: {error}", sealed.field);
        match vault.open_field(record.stream.as_str().as_bytes(), &reference) {
            Ok(_) => {}
            Err(error @ (OpenError::MissingBlob { .. } | OpenError::MissingKey { .. })) => {
                // Lawful only where the key is gone too, and something says that it was erased.
                if vault
                    .has_key(&sealed.key.0)
                    .map_err(|error| named(OpenError::Unavailable(error)))?
                {
                    return Err(named(error));
                }
                gone.push(sealed.key);
            }
            Err(error) => return Err(named(error)),
        }
    }
    Ok(gone)
}
