//! The files of a published report, held against the record that says what was published.

use std::path::Path;

use complaint_domain::report::Published;
use evidence_check::{Checked, Enclosure, Step, Verdict, record::RecordView};
use merkle_log::LogProof;
use projector_transparency::files::{LIST, check_list};

/// The event that says what was published.
const PUBLISHED: &str = "report.published.v1";

/// Adds to a checked proof whether it is about the report in a folder, and how that was endorsed.
///
/// What the record says is told only if the proof holds.
pub(super) fn hold(mut checked: Checked, proof: &[u8], folder: &Path) -> Checked {
    let said = published(proof);
    let claim = "the record says that a report was published".to_owned();
    let said = take(&mut checked, "extra", claim, said);
    let listed = check_list(folder).map_err(|error| error.to_string());
    let claim = format!("the files are those that {LIST} lists");
    let listed = take(&mut checked, &folder.display().to_string(), claim, listed);
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
