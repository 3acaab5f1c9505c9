//! The verbs of inspections.

use complaint_domain::inspection::{CRITERIA, Inspection, InspectionCommand};
use serde_json::{Value, json};

use super::{Filed, Listed, Noun, Standing, Verb, oversight::joined};

/// How handled complaints are looked at again.
#[derive(Debug, Clone, Copy)]
pub struct InspectionNoun;

impl Filed for InspectionNoun {
    type Aggregate = Inspection;
    const NAME: &'static str = "inspection";
    const COMMANDS: &'static [&'static str] = InspectionCommand::NAMES;

    /// A plan that names no criteria has those that come with the program.
    fn complete(verb: &str, mut body: Value) -> Result<Value, String> {
        if let ("plan", Some(plan)) = (verb, body.as_object_mut()) {
            let own = CRITERIA
                .iter()
                .map(|(name, points)| json!({ "criterion": name, "points": points }));
            plan.entry("criteria").or_insert_with(|| own.collect());
        }
        Ok(body)
    }
}

impl Listed for InspectionNoun {
    fn standing(inspection: &Inspection) -> Option<Standing> {
        let Inspection::Planned(sheet) = inspection else { return None };
        let plan = sheet.plan();
        let mut facts = vec![
            ("days", format!("{} to {}", plan.from, plan.until)),
            ("strata", joined(&plan.strata)),
            ("size", plan.size.to_string()),
        ];
        if let Some(drawn) = sheet.drawn() {
            let result = sheet.result();
            facts.push(("population", drawn.population.to_string()));
            facts.push(("sample", sheet.sample().count().to_string()));
            facts.push(("seed", format!("{} over {} records", drawn.seed, drawn.size)));
            facts.push(("unscored", joined(sheet.unscored())));
            facts.push(("points", format!("{} of {}", result.points, result.possible)));
            facts.push(("findings", result.findings.to_string()));
            facts.push(("findings-open", joined(sheet.open_findings())));
        }
        Some(Standing { stage: sheet.stage().code(), is_over: sheet.stage().is_over(), facts })
    }
}

impl Noun for InspectionNoun {
    const VERBS: &'static [Verb] = &[
        Verb {
            name: "plan",
            about: "Say what is to be inspected; without `criteria`, by those that come with the program",
            body: r#"{"from": "2031-01-01", "until": "2031-03-31", "strata": ["product", "outcome"], "size": 40, "at_least": 2}"#,
        },
        Verb {
            name: "draw",
            about: "Draw the sample, which follows from the records up to the plan",
            body: "{}",
        },
        Verb {
            name: "score",
            about: "Score a complaint of the sample that one had no part in; null where a criterion does not apply",
            body: r#"{"complaint": "complaint-01KA0000000000000000000000", "scores": {"letter-clear": 0, "tone-respectful": 2, "remedy-carried-out": null}, "findings": [{"criterion": "letter-clear", "finding": "jargon"}]}"#,
        },
        Verb {
            name: "follow-up",
            about: "Name the action that follows from findings, or why none is needed (`none-needed`, `grounds`)",
            body: r#"{"kind": "action", "criterion": "letter-clear", "action": "action-01KA0000000000000000000000"}"#,
        },
        Verb { name: "close", about: "End it: all is scored and followed up", body: "{}" },
        Verb {
            name: "abandon",
            about: "Give it up; anybody can draw its sample all the same",
            body: r#"{"grounds": ["planned twice"]}"#,
        },
    ];
}
