//! `redress mirror`: a stranger's own copy of the records, checked from the first to the last.

use super::verify::against::{parse_key, policy_key, read_policy};
use crate::{
    arguments::Mirror,
    console::Console,
    error::CommandError,
    tree::mirror::{Mirrored, Source, Trust, mirror},
};

/// Mirrors a published tree and says what was checked.
///
/// # Errors
///
/// [`CommandError`]: not as it was signed, another history than before, something withheld.
pub async fn run(args: &Mirror, console: &mut Console<'_>) -> Result<(), CommandError> {
    let trust = trust(args)?;
    let (source, out) = (Source::of(&args.from), args.out.clone());
    let bar = console.bar("records", 0);
    let mirrored = tokio::task::spawn_blocking(move || mirror(&source, &out, trust, &bar)).await;
    let mirrored = mirrored.map_err(CommandError::failed("mirror"))??;
    if console.json() { console.value(&mirrored) } else { tell(&mirrored, console) }
}

fn trust(args: &Mirror) -> Result<Trust, CommandError> {
    if let Some(key) = &args.vkey {
        return Ok(Trust { key: parse_key(key)?, policy: None });
    }
    let Some(path) = &args.policy else {
        return Err(CommandError::Usage {
            problem: "expected whom you trust, found neither --vkey nor --policy".to_owned(),
            next: "name the log's verifier key with --vkey, or a policy file with --policy"
                .to_owned(),
        });
    };
    let policy = read_policy(path)?;
    let key = policy_key(&policy, None, path)?;
    Ok(Trust { key, policy: Some(policy) })
}

fn tell(mirrored: &Mirrored, console: &mut Console<'_>) -> Result<(), CommandError> {
    console.line("whole, and as it was signed")?;
    console.line(format_args!("  log      {}", mirrored.origin))?;
    console.line(format_args!("  records  {}", mirrored.size))?;
    console.line(format_args!("  root     {}", mirrored.root))?;
    console.line(format_args!("  signed   by {}", mirrored.signed_by))?;
    for witness in &mirrored.witnesses {
        console.line(format_args!("  witness  {witness}"))?;
    }
    console.line(match mirrored.index_commitments {
        0 => "  lists    none of all streams was committed to".to_owned(),
        many => format!("  lists    {many} of all streams made anew, each as it was committed to"),
    })?;
    if mirrored.held_before > 0 {
        console.line(format_args!(
            "  extends  the {} records that this mirror held before",
            mirrored.held_before
        ))?;
    }
    Ok(())
}
