//! `redress status`: how far a ledger is published, and how old its last cosigned checkpoint and its newest time
//! stamp are. Works beside a process that has the ledger open, and asks it, if it serves, how publishing goes.

use std::{fs, path::Path, time::Duration};

use event_log::{Clock, clock::SystemClock};
use event_log_sled::{backup::vouched, ledger_file};
use jiff::Timestamp;
use merkle_log::{Checkpoint, Policy, SignedNote, checkpoint::cosignatures};
use serde::Serialize;
use tokio::time::timeout;

use crate::{
    anchors::newest::Newest,
    arguments::Status,
    commands::verify::against::read_policy,
    console::Console,
    control::{self, Request},
    error::CommandError,
    ledger::Places,
    publishing::{self, PublishedPlaces, publisher::Progress},
    signing::{self, SigningPlaces},
};

#[derive(Serialize)]
struct Told {
    origin: String,
    /// How many records the head file vouches for; a running process may be further.
    records_at_least: Option<u64>,
    signed: Option<Signed>,
    witnessed: Option<Witnessed>,
    stamped: Option<Anchored>,
    /// Whether a policy names witnesses at all.
    has_policy: bool,
    serving: Serving,
}

/// What the process that serves the ledger says. In JSON the three that are no answer are words: whoever looks for
/// a trouble in them finds no null, which would say that all is well.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Serving {
    /// No process serves it.
    None,
    /// One does, and has not answered in time.
    Busy,
    /// It does not say, for a reason that was said to whoever asked.
    Silent,
    /// How publishing goes there.
    #[serde(untagged)]
    Answered(Progress),
}

/// It is asked for no longer: this is answered beside whatever else is carried out.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Serialize)]
struct Signed {
    size: u64,
    root: String,
}

#[derive(Serialize)]
struct Witnessed {
    size: u64,
    root: String,
    witnesses: Vec<Cosigned>,
    /// Seconds since the oldest of these cosignatures.
    age_seconds: i64,
}

#[derive(Serialize)]
struct Anchored {
    position: u64,
    size: u64,
    stamped_at: String,
    authority: String,
    /// Seconds since the time that the authority states.
    age_seconds: i64,
}

#[derive(Serialize)]
struct Cosigned {
    witness: String,
    at: String,
}

/// Says how a ledger stands.
///
/// # Errors
///
/// [`CommandError`]: no ledger there, a file that cannot be read.
pub async fn run(args: &Status, console: &mut Console<'_>) -> Result<(), CommandError> {
    let places = Places::of(&args.at);
    let origin = origin_of(&places.data)?;
    let signing = SigningPlaces::of(&places, &args.signing);
    let policy = signing::policy_path(&places, &args.signing);
    let policy = policy.map(|path| read_policy(&path)).transpose()?;
    let published = PublishedPlaces::of(&places.data);
    let signed = if signing.register.exists() {
        Some(signing::last_signed(&signing, &origin)?)
    } else {
        None
    };
    let signed = signed.as_ref().map(checkpoint_of).transpose()?;
    let witnessed = match (&policy, publishing::read(&published.witnessed)?) {
        (Some(policy), Some(note)) => Some(witnessed(policy, &note, SystemClock.now())?),
        (Some(_) | None, Some(_) | None) => None,
    };
    let told = Told {
        origin,
        records_at_least: vouched(&places.data),
        signed: signed.map(|it| Signed { size: it.size(), root: it.root().to_string() }),
        witnessed,
        stamped: Newest::read(&places.data)?.map(|newest| stamped(newest, SystemClock.now())),
        has_policy: policy.is_some(),
        serving: serving(&places.data, console).await,
    };
    if console.json() { console.value(&told) } else { tell(&told, console) }
}

/// Asks the process that serves the ledger. What it does not say is no reason to say nothing of the rest.
async fn serving(data: &Path, console: &mut Console<'_>) -> Serving {
    match timeout(PATIENCE, control::ask_quietly(data, &Request::Publishing)).await {
        Ok(Ok(progress)) => progress.map_or(Serving::None, Serving::Answered),
        Ok(Err(error)) => {
            console.say(format_args!(
                "the process that serves this ledger does not say how publishing goes: {error}"
            ));
            Serving::Silent
        }
        Err(_) => {
            console.say(
                "the process that serves this ledger is busy, and does not say how publishing goes",
            );
            Serving::Busy
        }
    }
}

fn tell(told: &Told, console: &mut Console<'_>) -> Result<(), CommandError> {
    console.line(format_args!("ledger     {}", told.origin))?;
    if let Some(records) = told.records_at_least {
        console.line(format_args!("records    {records} or more"))?;
    }
    match &told.signed {
        Some(signed) => {
            console
                .line(format_args!("signed     {} records, root {}", signed.size, signed.root))?;
        }
        None => console.line("signed     nothing: no register was found")?,
    }
    match &told.witnessed {
        Some(witnessed) => {
            console.line(format_args!(
                "witnessed  {} records, {} ago",
                witnessed.size,
                age(witnessed.age_seconds)
            ))?;
            for cosigned in &witnessed.witnesses {
                console
                    .line(format_args!("           by {} at {}", cosigned.witness, cosigned.at))?;
            }
        }
        None if told.has_policy => console.line("witnessed  never: no quorum was reached yet")?,
        None => console.line(
            "witnessed  never: no policy names witnesses, so whoever controls this machine and its \
             register can rewrite the ledger unseen",
        )?,
    }
    tell_serving(&told.serving, console)?;
    match &told.stamped {
        Some(stamped) => console.line(format_args!(
            "stamped    {} records, {} ago, says {}",
            stamped.size,
            age(stamped.age_seconds),
            stamped.authority
        )),
        None => console.line(
            "stamped    never, as far as is known here: `redress anchor list` looks into the ledger",
        ),
    }
}

fn tell_serving(serving: &Serving, console: &mut Console<'_>) -> Result<(), CommandError> {
    let progress = match serving {
        Serving::None => return console.line("serving    no: no process serves it"),
        Serving::Busy => return console.line("serving    busy: ask again"),
        Serving::Silent => return console.line("serving    silent: it does not say how it goes"),
        Serving::Answered(progress) => progress,
    };
    console.line(format_args!("serving    {} records are published", progress.published))?;
    if let Some(trouble) = &progress.trouble {
        console.line(format_args!("           no more are, for {trouble}"))?;
    }
    if let Some(trouble) = &progress.witness_trouble {
        console
            .line(format_args!("           nothing is well with its witnesses, for {trouble}"))?;
    }
    Ok(())
}

fn stamped(newest: Newest, now: Timestamp) -> Anchored {
    let Newest { position, size, stamped_at, authority } = newest;
    let age_seconds = now.as_second().saturating_sub(stamped_at.as_second());
    Anchored { position, size, stamped_at: stamped_at.to_string(), authority, age_seconds }
}

fn witnessed(
    policy: &Policy,
    note: &SignedNote,
    now: Timestamp,
) -> Result<Witnessed, CommandError> {
    let checkpoint = checkpoint_of(note)?;
    let keys: Vec<_> = policy.witnesses().iter().map(|witness| witness.key.clone()).collect();
    let found = cosignatures(note, &keys).unwrap_or_default();
    let times: Vec<_> = found.iter().filter_map(|it| Some((it.key.name(), it.time?))).collect();
    let oldest = times.iter().map(|(_, time)| *time).min().unwrap_or_default();
    let oldest = i64::try_from(oldest).unwrap_or(i64::MAX);
    Ok(Witnessed {
        size: checkpoint.size(),
        root: checkpoint.root().to_string(),
        witnesses: times
            .iter()
            .map(|(name, time)| Cosigned { witness: (*name).to_owned(), at: at(*time) })
            .collect(),
        age_seconds: now.as_second().saturating_sub(oldest),
    })
}

fn at(seconds: u64) -> String {
    let time = i64::try_from(seconds).ok().and_then(|it| Timestamp::from_second(it).ok());
    time.map_or_else(|| format!("{seconds} s"), |time| time.to_string())
}

/// An age as people say it.
fn age(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

fn checkpoint_of(note: &SignedNote) -> Result<Checkpoint, CommandError> {
    Checkpoint::parse(note.text()).map_err(CommandError::failed("read a checkpoint"))
}

/// The origin of a ledger, read without holding it.
fn origin_of(data: &Path) -> Result<String, CommandError> {
    #[derive(serde::Deserialize)]
    struct Mark {
        origin: String,
    }
    let path = data.join(ledger_file::FILE);
    let text = fs::read(&path).map_err(|error| CommandError::Refused {
        problem: format!("expected a ledger at {}: {error}", data.display()),
        next: "name the directory of a ledger with --data".to_owned(),
    })?;
    let mark: Mark = serde_json::from_slice(&text).map_err(|error| CommandError::Refused {
        problem: format!("expected the mark of a ledger at {}: {error}", path.display()),
        next: "put its ledger.json back from a backup".to_owned(),
    })?;
    Ok(mark.origin)
}
