//! The verbs of the rulebook.

use complaint_domain::{
    cause,
    clock::shipped,
    rulebook::{HouseRules, RulebookCommand},
};
use serde_json::Value;

use super::{Filed, Noun, Verb};
use crate::lending::resolved;

/// The rules of the house.
#[derive(Debug, Clone, Copy)]
pub struct RulebookNoun;

impl Filed for RulebookNoun {
    type Aggregate = HouseRules;
    const NAME: &'static str = "rulebook";
    const COMMANDS: &'static [&'static str] = RulebookCommand::NAMES;

    /// A pack may be named by its code, or by a file; its text is what is recorded.
    fn complete(_verb: &str, mut body: Value) -> Result<Value, String> {
        let Some(rule) = body.get_mut("rule").and_then(Value::as_object_mut) else {
            return Ok(body);
        };
        let key = match rule.get("kind").and_then(Value::as_str) {
            Some("adopt-pack") => "pack",
            Some("adopt-calendar") => "calendar",
            Some("adopt-causes") => "causes",
            Some(_) | None => return Ok(body),
        };
        if rule.contains_key("file") {
            return Ok(body);
        }
        let named = rule.get(key).and_then(Value::as_str).map(str::to_owned);
        let Some(named) = named else {
            return Err(format!(
                "expected the {key}, by a code or as the path of a file, in `{key}`"
            ));
        };
        rule.remove(key);
        rule.insert("file".to_owned(), Value::String(text(key, &named)?));
        // The calendar of a pack has a key of its own, for `calendar` names another thing above.
        if let Some(calendar) = rule.remove("counted-with") {
            rule.insert("calendar".to_owned(), calendar);
        }
        Ok(body)
    }
}

/// The text of a shipped pack or tree of causes, or of a file.
fn text(what: &str, named: &str) -> Result<String, String> {
    if what == "causes" && named == cause::STANDARD {
        return Ok(cause::standard_text().to_owned());
    }
    let is_pack = what == "pack";
    if is_pack && let Some(text) = shipped::pack_text(named) {
        return Ok(text.to_owned());
    }
    let path = resolved(named);
    if !path.is_file() {
        let codes: Vec<_> = shipped::pack_codes().filter(|_| is_pack).collect();
        let codes = if is_pack { format!(" ({})", codes.join(", ")) } else { String::new() };
        return Err(format!("expected a {what}{codes} or a file with one, found `{named}`"));
    }
    std::fs::read_to_string(path).map_err(|error| format!("cannot read `{named}`: {error}"))
}

impl Noun for RulebookNoun {
    const VERBS: &'static [Verb] = &[
        Verb {
            name: "propose",
            about: "Propose a change: adopt-pack, retire-pack, adopt-calendar, adopt-causes, adopt-taxonomy, limit-approval, limit-person, require-of-handlers, require-of-committee or retain-personal-data",
            body: r#"{"change": 1, "rule": {"kind": "adopt-pack", "pack": "uk-disp", "from": "2031-01-01"}}"#,
        },
        Verb {
            name: "approve",
            about: "Let a change hold that somebody else proposed",
            body: r#"{"change": 1}"#,
        },
        Verb {
            name: "reject",
            about: "Decide against a change, or take one's own back",
            body: r#"{"change": 1, "grounds": ["too late in the year"]}"#,
        },
    ];
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::filed::read_all, Filed, RulebookNoun};

    #[test]
    fn every_example_body_is_understood() {
        read_all::<RulebookNoun>();
    }

    #[test]
    fn every_kind_of_change_can_be_written() {
        for rule in [
            json!({"kind": "adopt-pack", "pack": "uk-disp", "counted-with": "gb-sct", "zone": "Europe/London",
                "business_hours": {"opens": "09:00:00", "closes": "17:30:00"}, "from": "2031-01-01"}),
            json!({"kind": "retire-pack", "pack": "uk-disp", "from": "2031-01-01"}),
            json!({"kind": "adopt-calendar", "file": "BEGIN:VCALENDAR"}),
            json!({"kind": "limit-approval", "role": "agent", "currency": "GBP", "limit": {"up-to": "250"},
                "from": "2031-01-01"}),
            json!({"kind": "limit-approval", "role": "supervisor", "limit": "unlimited", "from": "2031-01-01"}),
            json!({"kind": "adopt-calendar", "file": "BEGIN:VCALENDAR", "from": "2031-01-01"}),
            json!({"kind": "adopt-taxonomy", "taxonomy": "house-2", "products": {"Card": ["Fee", "Fraud"]},
                "from": "2031-01-01"}),
            json!({"kind": "limit-person", "account": "sue", "currency": "GBP", "limit": {"up-to": "2500"},
                "from": "2031-01-01"}),
            json!({"kind": "retain-personal-data", "months": 36, "counted_from": "end", "from": "2031-01-01"}),
            json!({"kind": "require-of-handlers", "joined": true, "trainings": ["disp-basics"],
                "from": "2031-01-01"}),
            json!({"kind": "require-of-committee", "quorum": 5, "effect": "binding", "from": "2031-01-01"}),
        ] {
            let body =
                RulebookNoun::complete("propose", json!({"change": 1, "rule": rule})).unwrap();
            if let Err(error) = RulebookNoun::command("propose", body) {
                panic!("{rule}: {error}");
            }
        }
    }

    #[test]
    fn a_pack_that_is_neither_known_nor_a_file_is_named() {
        let rule = json!({"kind": "adopt-pack", "pack": "mars", "from": "2031-01-01"});
        let error = RulebookNoun::complete("propose", json!({"change": 1, "rule": rule}));
        assert!(error.unwrap_err().contains("mars"));
    }
}
