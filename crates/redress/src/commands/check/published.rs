//! The files of a published report, held against the record that says what was published.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use complaint_domain::report::Published;
use evidence_check::{Checked, Enclosure, Step, Verdict, record::RecordView};
use merkle_log::LogProof;
use projector_transparency::files::{LIST, check_list};

/// The event that says what was published.
const PUBLISHED: &str = "report.published.v1";

/// So many files that do not belong to a report are named.
const STRAYS_NAMED: usize = 3;

/// Adds to a checked proof whether it is about the report in a folder, and how that was endorsed. What was
/// brought to check it may lie in the folder, and nothing else.
///
/// What the record says is told only if the proof holds.
pub(super) fn hold(
    mut checked: Checked,
    proof: &[u8],
    folder: &Path,
    brought: &[&Path],
) -> Checked {
    let said = published(proof);
    let claim = "the record says that a report was published".to_owned();
    let said = take(&mut checked, "extra", claim, said);
    let listed = check_list(folder).map_err(|error| error.to_string());
    let claim = format!("the files are those that {LIST} lists");
    let at = folder.display().to_string();
    let listed = take(&mut checked, &at, claim, listed);
    if let Some(listed) = &listed {
        let claim = "nothing else lies among them, to be taken for a part of the report".to_owned();
        take(&mut checked, &at, claim, alone(folder, &listed.names, brought));
    }
    if let (Some(said), Some(listed)) = (said, listed) {
        let (expected, found) = (said.report.digest, listed.digest);
        let same = if expected == found {
            Ok(())
        } else {
            Err(format!("expected the list with the SHA-256 {expected}, found {found}"))
        };
        let claim = "they are the files that were published".to_owned();
        take(&mut checked, LIST, claim, same);
        facts(&mut checked, &said, listed.names.len());
    }
    checked
}

/// Whether a folder holds its list, the files of it, what was brought, and nothing else.
fn alone(folder: &Path, listed: &[String], brought: &[&Path]) -> Result<(), String> {
    let mut theirs: Vec<_> = listed.iter().map(|name| folder.join(name)).collect();
    theirs.push(folder.join(LIST));
    let brought: Vec<_> = brought.iter().filter_map(|path| path.canonicalize().ok()).collect();
    let is_known = |path: &Path| {
        theirs.iter().any(|known| known == path)
            || path.canonicalize().is_ok_and(|path| brought.contains(&path))
    };
    let mut strays = Vec::new();
    strays_in(folder, &is_known, &mut strays).map_err(|error| error.to_string())?;
    if strays.is_empty() {
        return Ok(());
    }
    let names = strays.iter().take(STRAYS_NAMED);
    let names = names.map(|path| path.strip_prefix(folder).unwrap_or(path).display().to_string());
    let more = if strays.len() > STRAYS_NAMED { " and more" } else { "" };
    Err(format!(
        "expected only the files that {LIST} lists and the proof that is checked, found {}{more}: nobody \
         published that; take it out of the folder",
        names.collect::<Vec<_>>().join(", ")
    ))
}

/// Collects what is not known, in the order of names, until more than are named were found. What a link leads to
/// is not looked at: a link is known by its own name or not at all.
fn strays_in(
    folder: &Path,
    is_known: &dyn Fn(&Path) -> bool,
    strays: &mut Vec<PathBuf>,
) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        if strays.len() > STRAYS_NAMED {
            break;
        }
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            strays_in(&path, is_known, strays)?;
        } else if !is_known(&path) {
            strays.push(path);
        }
    }
    Ok(())
}

fn published(proof: &[u8]) -> Result<Published, String> {
    let proof = LogProof::parse(proof).map_err(|error| error.to_string())?;
    let extra = proof.extra.ok_or("the proof encloses no record")?;
    let enclosure = Enclosure::parse(&extra).map_err(|error| error.to_string())?;
    let record =
        RecordView::parse(enclosure.record.as_bytes()).map_err(|error| error.to_string())?;
    if record.r#type != PUBLISHED {
        return Err(format!("expected {PUBLISHED}, found {}", record.r#type));
    }
    serde_json::from_str(record.data.get()).map_err(|error| error.to_string())
}

fn take<T>(checked: &mut Checked, at: &str, claim: String, result: Result<T, String>) -> Option<T> {
    let (verdict, value) = match result {
        Ok(value) => (Verdict::Holds, Some(value)),
        Err(why) => (Verdict::Fails(why), None),
    };
    checked.is_good &= value.is_some();
    checked.steps.push(Step { at: at.to_owned(), claim, verdict });
    value
}

fn facts(checked: &mut Checked, said: &Published, files: usize) {
    if !checked.is_good {
        return;
    }
    let mut fact = |name: &str, value: String| checked.facts.push((name.to_owned(), value));
    let report = &said.report;
    fact("report", format!("{}, {} to {}", report.kind, report.first_day, report.last_day));
    fact("counted from", format!("the first {} records, root {}", report.size, report.root));
    fact("files", files.to_string());
    match &said.endorsed {
        None => fact("endorsed by", "nobody: the rulebook asked for no endorsement".to_owned()),
        Some(endorsed) => {
            fact(
                "endorsed by",
                format!(
                    "the committee: {} for, {} against, {} abstained; quorum {}",
                    endorsed.votes_for,
                    endorsed.votes_against,
                    endorsed.abstentions,
                    endorsed.quorum
                ),
            );
            if let Some(statement) = &endorsed.statement {
                fact("its statement", statement.to_string());
            }
            for reservation in &endorsed.reservations {
                fact("with reservation", reservation.to_string());
            }
        }
    }
    checked.steps.push(Step {
        at: "proof".to_owned(),
        claim: "it was not restated since".to_owned(),
        verdict: Verdict::Open(
            "a proof of all events of its stream, from `redress prove stream`".to_owned(),
        ),
    });
}

#[cfg(test)]
mod tests;
