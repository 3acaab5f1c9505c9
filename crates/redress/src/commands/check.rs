//! `redress check`: evidence, checked without a ledger and without a network.

use std::{
    fs::{self, File},
    io::Read,
    path::Path,
};

use evidence_check::{Checked, Kind, Verdict, check, check::Trust, page};
use merkle_log::Policy;

use crate::{
    arguments::Check,
    commands::verify::against::{parse_key, read_policy},
    console::Console,
    error::CommandError,
    evidence::deliver,
};

/// Longer evidence is not read, in bytes: an archive may have 4 GiB, but no case has.
const EVIDENCE_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// Checks a piece of evidence and says what it shows.
///
/// # Errors
///
/// [`CommandError::Refused`] naming the first thing that does not hold; wrong usage without anybody
/// to trust.
pub fn run(args: &Check, console: &mut Console<'_>) -> Result<(), CommandError> {
    if let Some(path) = &args.page {
        deliver(Some(path), page::empty().as_bytes(), console)?;
        return console.line(format_args!("page: {}", path.display()));
    }
    let policy = trusted(args)?;
    let Some(path) = &args.file else {
        return Err(CommandError::Usage {
            problem: "expected a file to check".to_owned(),
            next: "name a receipt, a proof, a checkpoint or a bundle".to_owned(),
        });
    };
    let bytes = read(path)?;
    let record = args.record.as_deref().map(read).transpose()?;
    let old = args.old.as_deref().map(read).transpose()?;
    if Kind::of(&bytes) == Kind::Growth && old.is_none() {
        return Err(CommandError::Usage {
            problem: "expected the checkpoint you kept, for this shows that the log grew from it"
                .to_owned(),
            next: "name its file with --old".to_owned(),
        });
    }
    let trust = Trust {
        policy: &policy,
        record: record.as_deref().map(without_newline),
        old_checkpoint: old.as_deref(),
    };
    let checked = check(&bytes, &trust);
    if console.json() {
        console.value(&checked)?;
    } else {
        tell(&checked, console)?;
    }
    match checked.first_failure() {
        None => Ok(()),
        Some((at, claim, why)) => Err(CommandError::Refused {
            problem: format!("expected that {claim}; {at}: {why}"),
            next:
                "do not rely on it; ask whoever gave it to you for another copy, and check the key \
                   or policy you trust"
                    .to_owned(),
        }),
    }
}

/// A record that was printed as a line has a newline that is not part of it.
fn without_newline(record: &[u8]) -> &[u8] {
    record.strip_suffix(b"\n").unwrap_or(record)
}

fn trusted(args: &Check) -> Result<Policy, CommandError> {
    match (&args.policy, &args.vkey) {
        (Some(path), _) => read_policy(path),
        (None, Some(key)) => {
            let key = parse_key(key)?;
            let policy = Policy::parse(format!("log {key}\nquorum none\n").as_bytes());
            policy.map_err(|error| CommandError::Usage {
                problem: format!("expected the verifier key of a log: {}", error.fault),
                next: "give a witness's key in a file with --policy".to_owned(),
            })
        }
        (None, None) => Err(CommandError::Usage {
            problem: "expected --vkey or --policy: whom do you trust?".to_owned(),
            next:
                "get the ledger's verifier key from its publisher, or from an auditor; never from \
                   the evidence itself"
                    .to_owned(),
        }),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, CommandError> {
    let failed = || CommandError::file("read", path);
    let length = fs::metadata(path).map_err(failed())?.len();
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed())?;
    file.take(EVIDENCE_BYTES_MAX).read_to_end(&mut bytes).map_err(failed())?;
    if length > EVIDENCE_BYTES_MAX {
        return Err(CommandError::Refused {
            problem: format!(
                "expected at most {EVIDENCE_BYTES_MAX} bytes of evidence, found {length} in {}",
                path.display()
            ),
            next: "ask for the evidence of one case".to_owned(),
        });
    }
    Ok(bytes)
}

fn tell(checked: &Checked, console: &mut Console<'_>) -> Result<(), CommandError> {
    let verdict = if checked.is_good { "GOOD" } else { "BAD" };
    console.line(format_args!("{verdict}: {}", checked.kind.name()))?;
    for (name, value) in &checked.facts {
        console.line(format_args!("  {name:<22} {value}"))?;
    }
    for (field, text) in &checked.opened {
        console.line(format_args!("  opened {field}:"))?;
        for line in text.lines() {
            console.line(format_args!("    {}", printable(line)))?;
        }
    }
    for step in &checked.steps {
        match &step.verdict {
            Verdict::Holds => {}
            Verdict::Open(would) => {
                console.line(format_args!("  not shown: {}; {}: {would}", step.claim, step.at))?;
            }
            Verdict::Fails(why) => {
                let (at, claim) = (&step.at, &step.claim);
                console.line(format_args!("  FAILS: {at}: {claim}: {}", printable(why)))?;
            }
        }
    }
    Ok(())
}

/// Text from somebody else, safe for a terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
