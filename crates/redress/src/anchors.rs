//! Trusted times of a ledger: taken in after they were verified, and read again from the log.
//!
//! - [`held`]: every time anchor against the records, and the records against the times
//! - [`newest`]: the newest, kept for `redress status`
//! - [`roots`]: whose stamps are believed when evidence is checked

use std::{fs, path::Path};

use base64::{Engine, engine::general_purpose::STANDARD};
use complaint_domain::{
    ledger::{EvidenceCommand, TimeAnchor, TimeToken},
    sealed::Hex,
};
use event_log::Position;
use jiff::Timestamp;
use merkle_log::{Checkpoint, SignedNote, tree_root};
use serde::Serialize;
use sha2::{Digest, Sha256};
use time_anchor::{Authorities, Request, Stamp, StampError, Token};
use uuid::Uuid;

use self::newest::Newest;
use crate::{error::CommandError, evidence::Issuer, ledger::Ledger};

pub mod held;
pub mod newest;
pub mod roots;

/// Longer files of certificates, requests or answers are not read, in bytes.
const BYTES_MAX: u64 = 1024 * 1024;

/// A trusted time that was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// Where it was recorded.
    pub position: u64,
    /// How many records existed at that time.
    pub size: u64,
    /// The time that the authority states.
    pub stamped_at: String,
    /// What the authority is called.
    pub authority: String,
    /// Whether it was not there already.
    pub is_new: bool,
}

/// Reads the roots that somebody trusts to know the time.
///
/// # Errors
///
/// [`CommandError`]: no certificates there, or a policy that is none.
pub fn authorities(path: &Path, policy: Option<&str>) -> Result<Authorities, CommandError> {
    let refused = |error: time_anchor::authority::AuthoritiesError| CommandError::Refused {
        problem: format!("{}: {error}", path.display()),
        next: "get the root certificate of the authority, in PEM, from its publisher".to_owned(),
    };
    let roots = Authorities::from_pem(&read(path)?).map_err(refused)?;
    policy.map_or(Ok(roots.clone()), |policy| roots.under_policy(policy)).map_err(refused)
}

/// A file that is not long.
///
/// # Errors
///
/// [`CommandError`]: it cannot be read, or is long.
pub fn read(path: &Path) -> Result<Vec<u8>, CommandError> {
    let length = fs::metadata(path).map_err(CommandError::file("read", path))?.len();
    if length > BYTES_MAX {
        return Err(CommandError::Refused {
            problem: format!(
                "expected at most {BYTES_MAX} bytes in {}, found {length}",
                path.display()
            ),
            next: "name the right file".to_owned(),
        });
    }
    fs::read(path).map_err(CommandError::file("read", path))
}

/// What is said of an answer that does not hold.
pub fn not_stamped(error: &StampError) -> CommandError {
    CommandError::Refused {
        problem: format!("the time stamp does not hold: {error}"),
        next: "nothing was recorded; ask the authority again, and check whose root you trust"
            .to_owned(),
    }
}

/// Verifies an answer to a request over a checkpoint of this ledger, and records it. The same answer again
/// changes nothing.
///
/// # Errors
///
/// [`CommandError`]: the stamp does not hold, the checkpoint is not of this ledger, the log.
pub async fn keep(
    ledger: &mut Ledger,
    note: &SignedNote,
    request: &Request,
    answer: &[u8],
    trusted: &Authorities,
) -> Result<Kept, CommandError> {
    let stamped = note.to_string();
    let token = Token::parse(answer).map_err(|error| not_stamped(&error))?;
    token.answers(request).map_err(|error| not_stamped(&error))?;
    let stamp = token.verify(stamped.as_bytes(), trusted).map_err(|error| not_stamped(&error))?;
    let origin = ledger.origin().to_owned();
    let checkpoint = Issuer::under(ledger, note.clone())
        .prove(|prover| Ok::<_, CommandError>(prover.checkpoint().clone()))
        .await?;
    if checkpoint.origin() != origin {
        return Err(CommandError::Refused {
            problem: format!(
                "expected a checkpoint of {origin}, found one of {}",
                checkpoint.origin()
            ),
            next: "name the checkpoint that the request was made over".to_owned(),
        });
    }
    let anchor = anchor(&checkpoint, &stamped, &token, &stamp)?;
    let service = ledger.evidence()?;
    // The same token gives the same command, so that a retry after a crash finds what was recorded.
    let name = format!("{origin}/anchor/{}", Hex(Sha256::digest(token.der()).into()));
    let id = Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes());
    let kept = (anchor.size, anchor.stamped_at.to_string(), anchor.authority.to_string());
    let appended = service.record(&EvidenceCommand::AnchorTime(anchor), id).await?;
    let (size, stamped_at, authority) = kept;
    let (position, is_new) = (appended.position.0, !appended.repeated);
    let data = &ledger.places.data;
    // What cannot be read is written anew.
    if Newest::read(data).ok().flatten().is_none_or(|newest| newest.position < position) {
        Newest::keep(Some(&newest(position, size, &stamp, &authority)), data)?;
    }
    Ok(Kept { position, size, stamped_at, authority, is_new })
}

fn newest(position: u64, size: u64, stamp: &Stamp, authority: &str) -> Newest {
    let stamped_at = Timestamp::from_millisecond(stamp.time).unwrap_or_default();
    Newest { position, size, stamped_at, authority: authority.to_owned() }
}

fn anchor(
    checkpoint: &Checkpoint,
    stamped: &str,
    token: &Token,
    stamp: &Stamp,
) -> Result<TimeAnchor, CommandError> {
    let too_large = |_| CommandError::Refused {
        problem: format!(
            "expected a token that fits in a record, found one of {} bytes",
            token.der().len()
        ),
        next: "ask the authority for answers without revocation lists".to_owned(),
    };
    // The name is for people; what counts is in the token.
    let plain: String = stamp.authority.chars().filter(|c| !c.is_control()).take(50).collect();
    let authority = plain.trim().parse().or_else(|_| "unnamed authority".parse());
    let stamped_at = Timestamp::from_millisecond(stamp.time);
    Ok(TimeAnchor {
        size: checkpoint.size(),
        root: Hex(checkpoint.root().0),
        checkpoint: stamped.parse().map_err(too_large)?,
        imprint: Hex(*token.imprint()).to_string().parse().map_err(too_large)?,
        algorithm: "sha-256".parse().map_err(CommandError::failed("name the digest"))?,
        authority: authority.map_err(CommandError::failed("name the authority"))?,
        stamped_at: stamped_at.map_err(CommandError::failed("read the stamp's time"))?,
        token: TimeToken::Inline(STANDARD.encode(token.der()).parse().map_err(too_large)?),
    })
}

/// Whether an anchor is what it says, and of these records: token, digest, checkpoint, and the root over
/// the records that it covers. With somebody to trust, also whether they vouch for the stamp; then what it
/// states is given. Reads tiles, so not for an async thread.
///
/// # Errors
///
/// What does not fit, in words.
pub fn check(
    position: Position,
    anchor: &TimeAnchor,
    nodes: &event_log_sled::nodes::LogNodes,
    trusted: Option<&Authorities>,
) -> Result<Option<Stamp>, String> {
    let stamped = anchor.checkpoint.as_str();
    let note = SignedNote::parse(stamped.as_bytes()).map_err(|error| error.to_string())?;
    let checkpoint = Checkpoint::parse(note.text()).map_err(|error| error.to_string())?;
    if (checkpoint.size(), checkpoint.root().0) != (anchor.size, anchor.root.0) {
        return Err("it names another tree than the checkpoint that was stamped".to_owned());
    }
    if checkpoint.size() > position.0 {
        return Err(format!("it covers {} records, and stands among them", checkpoint.size()));
    }
    let found = tree_root(nodes, checkpoint.size()).map_err(|error| error.to_string())?;
    if found != checkpoint.root() {
        return Err(format!(
            "the first {} records had root {} at {}, and have root {found} now: at least one of them is \
             not what it was, or was put there later",
            checkpoint.size(),
            checkpoint.root(),
            anchor.stamped_at
        ));
    }
    let TimeToken::Inline(token) = &anchor.token else { return Ok(None) };
    let token = STANDARD.decode(token.as_str()).map_err(|error| error.to_string())?;
    let token = Token::parse(&token).map_err(|error| error.to_string())?;
    if token.claimed_time() != anchor.stamped_at.as_millisecond() {
        return Err("the token states another time than the record".to_owned());
    }
    let imprint: [u8; 32] = Sha256::digest(stamped).into();
    if *token.imprint() != imprint {
        return Err("the token is about something else than the checkpoint".to_owned());
    }
    let Some(trusted) = trusted else { return Ok(None) };
    token.verify(stamped.as_bytes(), trusted).map(Some).map_err(|error| error.to_string())
}
