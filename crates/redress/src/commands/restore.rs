//! `redress restore`: a ledger from a backup.

use serde::Serialize;

use crate::{
    arguments::{Restore, SigningAt},
    backup::restore::{Parts, restore},
    console::Console,
    error::CommandError,
    ledger::Places,
    signing::Standing,
};

#[derive(Serialize)]
struct Done<'a> {
    data: String,
    origin: &'a str,
    taken_at: String,
    records: u64,
    root: &'a str,
    sealed: u64,
    is_vault_checked: bool,
    /// Whether this copy may go on; nothing when no register tells.
    extends_what_was_signed: Option<bool>,
}

/// Restores a ledger and says what was verified.
///
/// # Errors
///
/// [`CommandError`]: no finished backup, a damaged one, a place that is taken, no key.
pub async fn run(args: &Restore, console: &mut Console<'_>) -> Result<(), CommandError> {
    let parts = if args.log_only { Parts::LogOnly } else { Parts::All };
    let signing = SigningAt { register: args.register.clone(), ..SigningAt::default() };
    let restored = restore(&args.from, &args.at, parts, &signing, console).await?;
    let (manifest, whole) = (&restored.manifest, &restored.whole);
    let data = args.at.data.display().to_string();
    if console.json() {
        return console.value(&Done {
            data,
            origin: &manifest.origin,
            taken_at: format!("{:.3}", manifest.taken_at),
            records: whole.records,
            root: &whole.root,
            sealed: whole.sealed,
            is_vault_checked: whole.is_vault_checked,
            extends_what_was_signed: restored.standing.map(|it| it == Standing::Extends),
        });
    }
    console.line(format_args!("restored {} to {data}, verified", manifest.origin))?;
    console.line(format_args!("  taken at {:.3}", manifest.taken_at))?;
    console.line(format_args!("  records  {}", whole.records))?;
    console.line(format_args!("  root     {}", whole.root))?;
    let erased = whole.erased.saturating_add(whole.erased_without_certificate);
    let vault = match (whole.is_vault_checked, erased) {
        (false, _) => "not restored".to_owned(),
        (true, 0) => "all opened".to_owned(),
        (true, erased) => format!("all opened but {erased} that were erased, here too"),
    };
    console.line(format_args!("  sealed   {} fields, {vault}", whole.sealed))?;
    let place = Places::of(&crate::arguments::LedgerAt { data: args.at.data.clone(), keys: None });
    if let Some(kek) = restored.kek.filter(|kek| *kek != place.kek) {
        console.line(format_args!(
            "the key was read at {} and not copied: name it with --keys, or put it at {}",
            kek.display(),
            place.kek.display()
        ))?;
    }
    tell_standing(restored.standing, console)?;
    console.line(format_args!(
        "what was recorded after {:.3} is not in it: let no other copy of this ledger go on",
        manifest.taken_at
    ))
}

fn tell_standing(
    standing: Option<Standing>,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    match standing {
        None => console.line(
            "no register was found: nothing will be written to it or signed on it until one tells that it \
             holds all that was signed",
        ),
        Some(standing) => console.line(standing),
    }
}
