//! `redress check`: evidence, checked without a ledger and without a network.

use std::{
    fs::{self, File},
    io::Read,
    os::unix::fs::FileTypeExt as _,
    path::Path,
};

use evidence_check::{
    Checked, Kind, Step, Verdict, check,
    check::Trust,
    counted::{
        mine::Mine,
        published::{IN_ITS_MONTH, LEFT_OUT, UNDER_ITS_CHANNEL},
    },
    page, printable,
};
use merkle_log::Policy;

use self::options::Evidence;
use crate::{
    anchors::{authorities, roots::Roots},
    arguments::Check,
    commands::verify::against::{parse_key, read_policy},
    console::Console,
    error::CommandError,
    evidence::{Readers, deliver},
};

mod opened;
mod options;
mod published;
mod stamp;

/// Longer evidence is not read, in bytes: an archive may have 4 GiB, but no case has.
const EVIDENCE_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// Checks a piece of evidence and says what it shows.
///
/// # Errors
///
/// [`CommandError::Refused`] naming the first thing that does not hold; wrong usage without anybody
/// to trust.
pub async fn run(args: &Check, console: &mut Console<'_>) -> Result<(), CommandError> {
    if let Some(path) = &args.page {
        deliver(Some(path), page::empty().as_bytes(), Readers::Anybody, console)?;
        return console.line(format_args!("page: {}", path.display()));
    }
    let Some(path) = &args.file else {
        return Err(CommandError::Usage {
            problem: "expected a file to check".to_owned(),
            next: "name a receipt, a proof, a checkpoint or a bundle".to_owned(),
        });
    };
    let bytes = read(path)?;
    if stamp::is_one(&bytes) {
        options::fit(args, Evidence::TimeStamp, &bytes)?;
        return time_stamp(args, &bytes, console);
    }
    options::fit(args, Evidence::Of(Kind::of(&bytes)), &bytes)?;
    if let Some(folder) = &args.report {
        // A folder that is not there says nothing about the evidence.
        fs::read_dir(folder).map_err(CommandError::file("read", folder))?;
    }
    let policy = trusted(args)?;
    let receipt = args.receipt.as_deref().map(read).transpose()?;
    if let (Some(receipt), Some(path)) = (&receipt, &args.receipt) {
        opens(receipt, path, &policy, args)?;
    }
    let mut checked = checked(args, (path, &bytes), &policy, receipt.as_deref())?;
    if let Some(folder) = &args.report {
        let (mirror, trust) = (args.mirror.as_deref(), (&policy, receipt.as_deref()));
        published::count_again(&mut checked, (&bytes, folder), mirror, trust, console).await?;
    }
    published::answer(&mut checked);
    if console.json() {
        console.value(&checked)?;
    } else {
        let is_report = args.report.is_some();
        let what = match (is_report, receipt.is_some()) {
            (true, true) => "a complaint in a published report",
            (true, false) => "a published report",
            (false, _) => checked.kind.name(),
        };
        tell(what, &checked.facts, &checked.opened, &checked.steps, console)?;
    }
    if let Some(refused) = published::no_answer(&checked) {
        return Err(refused);
    }
    conclude(&checked.steps)?;
    let Some(dir) = &args.save_opened else { return Ok(()) };
    let saved = opened::save(&checked.contents, dir)?;
    console.say(format_args!("{saved} of what was opened are in {}", dir.display()));
    Ok(())
}

/// Refuses to look for a complaint with what is no receipt of one, or not by whom is trusted and with the nonce that
/// was chosen: that is the fault of what was brought, and says nothing of the report.
fn opens(receipt: &[u8], path: &Path, policy: &Policy, args: &Check) -> Result<(), CommandError> {
    let trust = Trust { nonce: args.nonce.as_deref(), ..Trust::policy(policy) };
    match Mine::open(receipt, &trust) {
        Ok(_) => Ok(()),
        Err(why) => Err(CommandError::Refused {
            problem: printable(&format!("{}: {why}", path.display())),
            next: "nothing was looked for, and nothing is said of the report: bring the receipt that you were given, \
                   with the nonce that you chose, and trust the key of the log that gave it"
                .to_owned(),
        }),
    }
}

/// Checks evidence of the ledger with all that was brought to it.
fn checked(
    args: &Check,
    (path, bytes): (&Path, &[u8]),
    policy: &Policy,
    receipt: Option<&[u8]>,
) -> Result<Checked, CommandError> {
    let record = args.record.as_deref().map(read).transpose()?;
    let old = args.old.as_deref().map(read).transpose()?;
    let roots = args.trust.as_deref().map(|path| authorities(path, None)).transpose()?;
    let trust = Trust {
        policy,
        record: record.as_deref().map(without_newline),
        old_checkpoint: old.as_deref(),
        stamps: Some(&Roots(roots)),
        nonce: args.nonce.as_deref(),
        receipt,
    };
    // With a receipt beside it, the nonce is the receipt's.
    let is_of_receipt = args.report.is_some() && receipt.is_some();
    let of_proof = if is_of_receipt { Trust { nonce: None, ..trust } } else { trust };
    let mut checked = check(bytes, &of_proof);
    options::say_without_stamps(&mut checked, args);
    if let Some(folder) = &args.report {
        let brought = [Some(path), args.policy.as_deref(), args.receipt.as_deref()];
        let brought: Vec<_> = brought.into_iter().flatten().collect();
        checked = published::hold(checked, bytes, folder, &brought, &trust);
    } else if checked.kind == Kind::Counted {
        checked = published::hold_record(checked, bytes);
    }
    Ok(checked)
}

/// Checks a time stamp, which needs other things to be brought along.
fn time_stamp(args: &Check, bytes: &[u8], console: &mut Console<'_>) -> Result<(), CommandError> {
    let (Some(stamped), Some(trust)) = (&args.stamped, &args.trust) else {
        return Err(CommandError::Usage {
            problem: "expected what was stamped, and whom you trust to know the time".to_owned(),
            next: "name the checkpoint with --stamped and root certificates with --trust"
                .to_owned(),
        });
    };
    let has_policy = args.policy.is_some() || args.vkey.is_some();
    let policy = has_policy.then(|| trusted(args)).transpose()?;
    let (document, authorities) = (read(stamped)?, authorities(trust, None)?);
    let checked = stamp::check(bytes, &document, &authorities, policy.as_ref());
    if console.json() {
        console.value(&checked)?;
    } else {
        tell("a time stamp", &checked.facts, &[], &checked.steps, console)?;
    }
    conclude(&checked.steps)
}

/// Refuses what does not hold, naming the first step that failed.
fn conclude(steps: &[Step]) -> Result<(), CommandError> {
    let failed = steps.iter().find_map(|step| match &step.verdict {
        Verdict::Fails(why) => Some((&step.at, &step.claim, why)),
        Verdict::Holds | Verdict::Open(_) => None,
    });
    match failed {
        None => Ok(()),
        Some((at, claim, why)) => Err(CommandError::Refused {
            problem: printable(&format!("expected that {claim}; {at}: {why}")),
            next: if [LEFT_OUT, IN_ITS_MONTH, UNDER_ITS_CHANNEL].contains(&claim.as_str()) {
                "ask whoever published it why, with this output and your receipt; then the committee or the \
                 regulator"
            } else {
                "do not rely on it; ask whoever gave it to you for another copy, and check the key \
                 or policy you trust"
            }
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

/// A pipe does not say how long it is, and a device may never end: what is longer than any evidence is not cut short in
/// silence.
fn read(path: &Path) -> Result<Vec<u8>, CommandError> {
    let failed = || CommandError::file("read", path);
    let file = File::open(path).map_err(failed())?;
    let found = file.metadata().map_err(failed())?;
    let said = if found.file_type().is_char_device() {
        Some("a device".to_owned())
    } else {
        (found.len() > EVIDENCE_BYTES_MAX).then(|| found.len().to_string())
    };
    if let Some(said) = said {
        return Err(too_long(path, &said));
    }
    let mut bytes = Vec::new();
    let longest = EVIDENCE_BYTES_MAX.saturating_add(1);
    let length = file.take(longest).read_to_end(&mut bytes).map_err(failed())?;
    if length as u64 == longest { Err(too_long(path, "more")) } else { Ok(bytes) }
}

fn too_long(path: &Path, found: &str) -> CommandError {
    CommandError::Refused {
        problem: format!(
            "expected at most {EVIDENCE_BYTES_MAX} bytes of evidence, found {found} in {}",
            path.display()
        ),
        next: "ask for the evidence of one case".to_owned(),
    }
}

fn tell(
    what: &str,
    facts: &[(String, String)],
    opened: &[(String, String)],
    steps: &[Step],
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let verdict = if conclude(steps).is_ok() { "GOOD" } else { "BAD" };
    console.line(format_args!("{verdict}: {what}"))?;
    for (name, value) in facts {
        console.line(format_args!("  {:<22} {}", printable(name), printable(value)))?;
    }
    for (field, text) in opened {
        console.line(format_args!("  opened {}:", printable(field)))?;
        for line in text.lines() {
            console.line(format_args!("    {}", printable(line)))?;
        }
    }
    for Step { at, claim, verdict } in steps {
        let said = match verdict {
            Verdict::Holds => continue,
            Verdict::Open(would) => format!("not shown: {claim}; {at}: {would}"),
            Verdict::Fails(why) => format!("FAILS: {at}: {claim}: {why}"),
        };
        console.line(format_args!("  {}", printable(&said)))?;
    }
    Ok(())
}
