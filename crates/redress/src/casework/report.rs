//! The verbs of reports. The files of a report speak for themselves: a body names their folder.

use std::path::Path;

use complaint_domain::report::{Balance, Report, ReportCommand, ReportDraft, ReportKind};
use projector_transparency::files::{Listed, check_list};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Figures, Filed, Listed as Shown, Noun, Standing, Verb, oversight::joined};
use crate::lending::resolved;

/// Reports to the public.
#[derive(Debug, Clone, Copy)]
pub struct ReportNoun;

/// What both kinds of report say of themselves in their JSON.
#[derive(Deserialize)]
struct Head {
    period: Period,
    cutoff: Cutoff,
}

#[derive(Deserialize)]
struct Period {
    first_day: String,
    last_day: String,
}

#[derive(Deserialize)]
struct Cutoff {
    tree_size: u64,
    root: String,
}

/// The balance of complaints.
#[derive(Deserialize)]
struct Complaints {
    flow: Flow,
}

#[derive(Deserialize)]
struct Flow {
    outstanding_at_start: u64,
    received: u64,
    reopened: u64,
    closed: u64,
    withdrawn: u64,
    outstanding_at_end: u64,
}

/// The balance of the committee's cases.
#[derive(Deserialize)]
struct Cases {
    docket: Docket,
}

#[derive(Deserialize)]
struct Docket {
    at_start: u64,
    opened: u64,
    decided: u64,
    discontinued: u64,
    at_end: u64,
}

/// The commands by which figures are put forward: nobody says them without the files that they stand in.
const PUTS_FORWARD: [&str; 3] = ["draft", "publish", "restate"];

impl Filed for ReportNoun {
    type Aggregate = Report;
    const NAME: &'static str = "report";
    const COMMANDS: &'static [&'static str] = ReportCommand::NAMES;

    fn complete(verb: &str, body: Value) -> Result<Value, String> {
        let figures = Self::figures(verb, &body)?;
        Self::complete_with(verb, body, figures.as_ref())
    }

    fn figures(verb: &str, body: &Value) -> Result<Option<Figures>, String> {
        let folder = PUTS_FORWARD.contains(&verb).then(|| body.get("folder")).flatten();
        let Some(folder) = folder.and_then(Value::as_str).map(resolved) else { return Ok(None) };
        let listed = check_list(&folder).map_err(|error| error.to_string())?;
        Ok(Some(Figures { folder, listed }))
    }

    /// A body that names a folder says what its files say.
    fn complete_with(
        verb: &str,
        mut body: Value,
        figures: Option<&Figures>,
    ) -> Result<Value, String> {
        let Some(named) = body.as_object_mut() else { return Ok(body) };
        let folder = match named.remove("folder") {
            // What is put forward or published is counted again first, which takes its files.
            None if PUTS_FORWARD.contains(&verb) => {
                return Err(format!(
                    "expected the folder of the report's files in `folder` for `{verb}`, found none: they are counted \
                     again"
                ));
            }
            None => return Ok(body),
            Some(Value::String(folder)) => folder,
            Some(_) => return Err("expected the path of a folder in `folder`".to_owned()),
        };
        match (verb, figures) {
            ("draft", Some(_)) if !named.is_empty() => {
                return Err("expected nothing beside `folder`, found more".to_owned());
            }
            ("draft", Some(Figures { folder, listed })) => return draft(folder, listed),
            ("restate", Some(Figures { folder, listed })) => {
                named.insert("report".to_owned(), draft(folder, listed)?);
            }
            ("publish", Some(Figures { listed, .. })) => {
                named.insert("digest".to_owned(), json!(listed.digest.to_string()));
            }
            ("cast-vote", _) => {
                let listed = check_list(&resolved(folder)).map_err(|error| error.to_string())?;
                named.insert("digest".to_owned(), json!(listed.digest.to_string()));
            }
            _ => return Err(format!("expected no `folder` for `{verb}`, found one")),
        }
        Ok(body)
    }
}

impl ReportNoun {
    /// What the files of a folder say of themselves, as a record has it.
    ///
    /// # Errors
    ///
    /// They are not those of one report, or cannot be read.
    pub fn draft_of(folder: &Path, listed: &Listed) -> Result<ReportDraft, String> {
        serde_json::from_value(draft(folder, listed)?).map_err(|error| error.to_string())
    }
}

/// What the files of a folder say of themselves.
fn draft(folder: &Path, listed: &Listed) -> Result<Value, String> {
    let has = |name: &str| listed.names.iter().any(|known| known == name);
    let (kind, file) = match (has("report.json"), has("committee.json")) {
        (true, false) => (ReportKind::Transparency, "report.json"),
        (false, true) => (ReportKind::Committee, "committee.json"),
        (true, true) | (false, false) => {
            return Err(format!(
                "expected the files of one report in {}, found those of {}",
                folder.display(),
                if has("report.json") { "two" } else { "none" }
            ));
        }
    };
    let text = listed.read(folder, file).map_err(|error| error.to_string())?;
    let path = folder.join(file);
    let unknown = |error: serde_json::Error| format!("{}: {error}", path.display());
    let head: Head = serde_json::from_slice(&text).map_err(unknown)?;
    let balance = match kind {
        ReportKind::Transparency => {
            let Flow {
                outstanding_at_start,
                received,
                reopened,
                closed,
                withdrawn,
                outstanding_at_end,
            } = serde_json::from_slice::<Complaints>(&text).map_err(unknown)?.flow;
            Balance {
                at_start: outstanding_at_start,
                came: received.saturating_add(reopened),
                went: closed.saturating_add(withdrawn),
                at_end: outstanding_at_end,
            }
        }
        ReportKind::Committee => {
            let Docket { at_start, opened, decided, discontinued, at_end } =
                serde_json::from_slice::<Cases>(&text).map_err(unknown)?.docket;
            Balance { at_start, came: opened, went: decided.saturating_add(discontinued), at_end }
        }
    };
    Ok(json!({
        "kind": kind,
        "first_day": head.period.first_day,
        "last_day": head.period.last_day,
        "size": head.cutoff.tree_size,
        "root": head.cutoff.root,
        "balance": balance,
        "digest": listed.digest,
    }))
}

impl Shown for ReportNoun {
    fn standing(report: &Report) -> Option<Standing> {
        let Report::Drafted(issue) = report else { return None };
        let draft = issue.draft();
        let mut facts = vec![
            ("kind", draft.kind.to_string()),
            ("days", format!("{} to {}", draft.first_day, draft.last_day)),
            ("records", draft.size.to_string()),
            ("root", draft.root.to_string()),
            ("digest", draft.digest.to_string()),
        ];
        if let Some(reason) = issue.restated_for() {
            facts.push(("restated-for", reason.to_string()));
        }
        if let Some(endorsed) = issue.endorsed() {
            facts.push((
                "endorsed",
                format!(
                    "{} for, {} against, {} abstained; quorum {}",
                    endorsed.votes_for,
                    endorsed.votes_against,
                    endorsed.abstentions,
                    endorsed.quorum
                ),
            ));
            facts.push(("reservations", joined(&endorsed.reservations)));
        }
        if let Some(published) = issue.published() {
            facts.push(("published", published.report.digest.to_string()));
        }
        Some(Standing { stage: issue.stage().code(), is_over: issue.stage().is_over(), facts })
    }
}

impl Noun for ReportNoun {
    const VERBS: &'static [Verb] = &[
        Verb {
            name: "draft",
            about: "Draft what is to be published: the files of a folder, as they stand",
            body: r#"{"folder": "./report"}"#,
        },
        Verb {
            name: "cast-vote",
            about: "Vote on it, oneself, as a member who did not draft it; the folder holds the files one has read",
            body: r#"{"folder": "./report", "choice": "for", "reservations": ["few surveys answered"]}"#,
        },
        Verb {
            name: "endorse",
            about: "Count the votes",
            body: r#"{"statement": "read with the report of last year"}"#,
        },
        Verb {
            name: "publish",
            about: "Note that it is published: the files of a folder, as they were endorsed",
            body: r#"{"folder": "./report", "place": "complaints.example/reports/2031-q1"}"#,
        },
        Verb {
            name: "restate",
            about: "Draft what is to replace what was published (counting-error, late-records, corrections, disclosure)",
            body: r#"{"folder": "./restated", "reason": "late-records", "grounds": ["12 complaints of March"], "replaces": "0707070707070707070707070707070707070707070707070707070707070707"}"#,
        },
    ];
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Filed as _, Noun as _, ReportCommand, ReportNoun};

    fn whole(digest: &str) -> serde_json::Value {
        json!({
            "kind": "transparency", "first_day": "2031-01-01", "last_day": "2031-03-31", "size": 4,
            "root": "09".repeat(32), "digest": digest,
            "balance": {"at_start": 1, "came": 2, "went": 2, "at_end": 1},
        })
    }

    #[test]
    fn no_figures_are_put_forward_without_the_files_they_stand_in() {
        let verbs: Vec<_> = ReportNoun::VERBS.iter().map(|verb| verb.name).collect();
        assert_eq!(verbs, ReportCommand::NAMES);
        let digest = "07".repeat(32);
        for (verb, body) in
            [("cast-vote", json!({"digest": digest, "choice": "against"})), ("endorse", json!({}))]
        {
            let body = ReportNoun::complete(verb, body).unwrap();
            if let Err(error) = ReportNoun::command(verb, body) {
                panic!("{verb}: {error}");
            }
        }
        // What nobody can count again is neither drafted nor published.
        for (verb, body) in [
            ("draft", whole(&digest)),
            ("publish", json!({"digest": digest})),
            (
                "restate",
                json!({"reason": "counting-error", "grounds": ["x"], "replaces": digest,
                "report": whole(&"08".repeat(32))}),
            ),
        ] {
            let error = ReportNoun::complete(verb, body).unwrap_err();
            assert!(error.contains(&format!("in `folder` for `{verb}`, found none")), "{error}");
        }
    }

    /// The files of a report of no complaint, made by hand.
    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let text = json!({
            "period": {"first_day": "2031-01-01", "last_day": "2031-03-31"},
            "cutoff": {"tree_size": 4, "root": "09".repeat(32)},
            "flow": {"outstanding_at_start": 1, "received": 2, "reopened": 0, "closed": 1,
                "withdrawn": 1, "outstanding_at_end": 1},
        });
        std::fs::write(folder.path().join("report.json"), text.to_string()).unwrap();
        let digest = complaint_domain::sealed::Hex::<32>(
            <sha2::Sha256 as sha2::Digest>::digest(text.to_string()).into(),
        );
        std::fs::write(folder.path().join("SHA256SUMS"), format!("{digest}  report.json\n"))
            .unwrap();
        folder
    }

    #[test]
    fn a_folder_says_what_its_files_say() {
        let folder = folder();
        let body = |more: serde_json::Value| {
            let mut body = json!({"folder": folder.path()});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body
        };
        let drafted = ReportNoun::complete("draft", body(json!({}))).unwrap();
        let digest = drafted["digest"].as_str().unwrap().to_owned();
        assert_eq!(drafted, whole(&digest));
        let vote = ReportNoun::complete("cast-vote", body(json!({"choice": "for"}))).unwrap();
        assert_eq!(vote, json!({"choice": "for", "digest": digest}));
        for (verb, more) in [("endorse", json!({})), ("draft", json!({"size": 5}))] {
            assert!(ReportNoun::complete(verb, body(more)).is_err(), "{verb}");
        }
        std::fs::write(folder.path().join("report.json"), "{}").unwrap();
        let error = ReportNoun::complete("publish", body(json!({}))).unwrap_err();
        assert!(error.contains("report.json"), "{error}");
        for verb in ["draft", "publish", "restate"] {
            assert!(ReportNoun::figures(verb, &body(json!({}))).is_err(), "{verb} reads them");
        }
        assert!(ReportNoun::figures("cast-vote", &body(json!({}))).unwrap().is_none());
    }

    /// Files that are written anew after they were read are no part of what is put forward.
    #[test]
    fn what_is_put_forward_is_what_was_read() {
        let folder = folder();
        let body = json!({"folder": folder.path()});
        let read = ReportNoun::figures("draft", &body).unwrap().unwrap();
        assert_eq!(read.folder, folder.path(), "it is counted again");
        let digest = read.listed.digest.to_string();
        let drafted = ReportNoun::complete_with("draft", body.clone(), Some(&read)).unwrap();
        assert_eq!(drafted, whole(&digest));
        let list = std::fs::read_to_string(folder.path().join("SHA256SUMS")).unwrap();
        std::fs::write(folder.path().join("x.csv"), "").unwrap();
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        std::fs::write(folder.path().join("SHA256SUMS"), format!("{list}{empty}  x.csv\n"))
            .unwrap();
        let again = ReportNoun::complete_with("publish", body.clone(), Some(&read)).unwrap();
        assert_eq!(again, json!({"digest": digest}));
        std::fs::write(folder.path().join("report.json"), "{}").unwrap();
        let error = ReportNoun::complete_with("draft", body, Some(&read)).unwrap_err();
        assert!(error.contains("report.json: expected the SHA-256"), "{error}");
    }
}
