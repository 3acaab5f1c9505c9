//! The body of a command as programs write it: JSON, in which nothing is overlooked.

use complaint_domain::complaint::ComplaintCommand;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

mod place;

/// Why a body is not that of the command. Change the body.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// No command has this name.
    #[error("expected one of {}, found another command", ComplaintCommand::NAMES.join(", "))]
    UnknownCommand,
    /// The body is not of the command's shape.
    #[error("expected the body of `{command}`{}: {reason}", under(place.as_ref()))]
    Shape {
        /// The name of the command.
        command: &'static str,
        /// The key under which something else is, with those above it, and the kind of value that
        /// is there; nothing where it is the body itself.
        place: Option<(String, &'static str)>,
        /// What does not fit. What was found in its place is not repeated: it may be personal.
        reason: String,
    },
    /// The body says something that the command does not know, perhaps misspelt.
    #[error("expected nothing but the body of `{command}`, found the key `{key}` besides")]
    UnknownKey {
        /// The name of the command.
        command: &'static str,
        /// The key, with those above it.
        key: String,
    },
}

fn under(place: Option<&(String, &'static str)>) -> String {
    place.map_or(String::new(), |(key, kind)| format!(", found {kind} under `{key}`"))
}

/// The kind of a value in words, which tells nothing of what it says.
pub const fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Reads the body of the complaint command with this name.
///
/// Records keep keys that a version does not know; a command must not bring any, or a misspelt
/// `needed_by` would silently be no day at all.
///
/// ```
/// use complaint_service::body::complaint_command;
/// use serde_json::json;
///
/// let command = complaint_command("assign", &json!({"handler": "ana"}))?;
/// assert_eq!(command.name(), "assign");
/// assert!(complaint_command("assign", &json!({"handler": "ana", "handlr": "ben"})).is_err());
/// # Ok::<(), complaint_service::body::BodyError>(())
/// ```
///
/// # Errors
///
/// [`BodyError`]: no such command, another shape, a key too many.
pub fn complaint_command(name: &str, body: &Value) -> Result<ComplaintCommand, BodyError> {
    use ComplaintCommand as C;
    Ok(match name {
        "register" => C::Register(read("register", body)?),
        "acknowledge" => C::Acknowledge(read("acknowledge", body)?),
        "assess" => C::Assess(read("assess", body)?),
        "classify" => C::Classify(read("classify", body)?),
        "assign" => C::Assign(read("assign", body)?),
        "reassign" => C::Reassign(read("reassign", body)?),
        "record-communication" => C::RecordCommunication(read("record-communication", body)?),
        "propose-remedy" => C::ProposeRemedy(read("propose-remedy", body)?),
        "approve-remedy" => C::ApproveRemedy(read("approve-remedy", body)?),
        "issue-response" => C::IssueResponse(read("issue-response", body)?),
        "record-answer" => C::RecordAnswer(read("record-answer", body)?),
        "fulfil-remedy" => C::FulfilRemedy(read("fulfil-remedy", body)?),
        "identify-root-cause" => C::IdentifyRootCause(read("identify-root-cause", body)?),
        "close" => C::Close(read("close", body)?),
        "reopen" => C::Reopen(read("reopen", body)?),
        "withdraw" => C::Withdraw(read("withdraw", body)?),
        "correct" => C::Correct(read("correct", body)?),
        other => return beside(other, body),
    })
}

/// The commands beside the way to the answer.
fn beside(name: &str, body: &Value) -> Result<ComplaintCommand, BodyError> {
    use ComplaintCommand as C;
    Ok(match name {
        "recuse" => C::Recuse(read("recuse", body)?),
        "withdraw-recusal" => C::WithdrawRecusal(read("withdraw-recusal", body)?),
        "request-information" => C::RequestInformation(read("request-information", body)?),
        "add-evidence" => C::AddEvidence(read("add-evidence", body)?),
        "authorise-representative" => {
            C::AuthoriseRepresentative(read("authorise-representative", body)?)
        }
        "flag-vulnerability" => C::FlagVulnerability(read("flag-vulnerability", body)?),
        "pause-clock" => C::PauseClock(read("pause-clock", body)?),
        "resume-clock" => C::ResumeClock(read("resume-clock", body)?),
        "extend-deadline" => C::ExtendDeadline(read("extend-deadline", body)?),
        "warn-of-clock" => C::WarnOfClock(read("warn-of-clock", body)?),
        "note-missed-clock" => C::NoteMissedClock(read("note-missed-clock", body)?),
        "link-duplicate" => C::LinkDuplicate(read("link-duplicate", body)?),
        "unlink-duplicate" => C::UnlinkDuplicate(read("unlink-duplicate", body)?),
        "transfer" => C::Transfer(read("transfer", body)?),
        "escalate" => C::Escalate(read("escalate", body)?),
        "withdraw-escalation" => C::WithdrawEscalation(read("withdraw-escalation", body)?),
        "propose-outcome" => C::ProposeOutcome(read("propose-outcome", body)?),
        "note-review" => C::NoteReview(read("note-review", body)?),
        "refer-externally" => C::ReferExternally(read("refer-externally", body)?),
        "record-external-decision" => {
            C::RecordExternalDecision(read("record-external-decision", body)?)
        }
        "report-suspected-violation" => {
            C::ReportSuspectedViolation(read("report-suspected-violation", body)?)
        }
        "request-survey" => C::RequestSurvey(read("request-survey", body)?),
        "record-survey-answer" => C::RecordSurveyAnswer(read("record-survey-answer", body)?),
        "take-step" => C::TakeStep(read("take-step", body)?),
        _ => return Err(BodyError::UnknownCommand),
    })
}

/// Reads a body, and holds that it says nothing that is not read.
///
/// # Errors
///
/// [`BodyError::Shape`] or [`BodyError::UnknownKey`].
pub fn read<T: DeserializeOwned + Serialize>(
    command: &'static str,
    body: &Value,
) -> Result<T, BodyError> {
    let shape = |error: serde_json::Error| {
        let message = error.to_string();
        let told = |body: &Value| T::deserialize(body).err().map(|error| error.to_string());
        let place = place::of(body, &message, &told);
        let reason = without_values(message, body);
        BodyError::Shape { command, place, reason }
    };
    let read: T = T::deserialize(body).map_err(shape)?;
    let understood = serde_json::to_value(&read).map_err(shape)?;
    match unread(body, &understood) {
        Some(key) => Err(BodyError::UnknownKey { command, key }),
        None => Ok(read),
    }
}

/// The message about a body, with none of the body's texts in it. A reader quotes what it did not expect.
fn without_values(message: String, body: &Value) -> String {
    match body {
        Value::String(text) => {
            let quoted = [format!("`{text}`"), format!("{text:?}")];
            quoted.iter().fold(message, |message, quoted| message.replacen(quoted, "`…`", 1))
        }
        Value::Array(items) => items.iter().fold(message, without_values),
        Value::Object(entries) => entries.values().fold(message, without_values),
        Value::Null | Value::Bool(_) | Value::Number(_) => message,
    }
}

/// The first key of the body that was not understood. What says nothing (`null`, an empty list)
/// needs no understanding.
fn unread(said: &Value, understood: &Value) -> Option<String> {
    match (said, understood) {
        (Value::Object(said), Value::Object(understood)) => unread_key(said, understood),
        (Value::Array(said), Value::Array(understood)) => {
            said.iter().zip(understood).find_map(|(said, understood)| unread(said, understood))
        }
        _ => None,
    }
}

fn unread_key(said: &Map<String, Value>, understood: &Map<String, Value>) -> Option<String> {
    said.iter().find_map(|(key, value)| match understood.get(key) {
        Some(inner) => unread(value, inner).map(|rest| format!("{key}.{rest}")),
        None if value.is_null() || value.as_array().is_some_and(Vec::is_empty) => None,
        None => Some(key.clone()),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{BodyError, complaint_command};

    #[test]
    fn a_misspelt_key_is_named_with_those_above_it() {
        let body = json!({
            "channel": "web", "source": {"kind": "direct"},
            "matter": {"taxonomy": "t", "product": "p", "isue": "i"},
        });
        match complaint_command("register", &body) {
            Err(BodyError::UnknownKey { key, .. }) => assert_eq!(key, "matter.isue"),
            other => panic!("expected an unknown key, found {other:?}"),
        }
    }

    #[test]
    fn no_text_of_a_body_is_repeated_wherever_it_stands() {
        let bodies = [
            json!({"channel": "Jo \"Doe\" web", "source": {"kind": "direct"}}),
            json!({"channel": "web", "source": {"kind": "Jo \"Doe\""}}),
            json!({"channel": "web", "source": "Jo \"Doe\""}),
            json!({"channel": "web", "source": {"kind": "direct"}, "tags": "Jo \"Doe\""}),
            json!({
                "channel": "web", "source": {"kind": "direct"}, "remedies_requested": ["Jo \"Doe\""],
            }),
        ];
        for body in bodies {
            let told = complaint_command("register", &body).unwrap_err().to_string();
            assert!(!told.contains("Doe"), "{told}");
            assert!(told.contains("`…`") && told.contains("expected"), "{told}");
        }
    }

    /// Each key would cost a reading of the whole: a body of some hundred kilobytes took minutes to refuse.
    #[test]
    fn a_body_of_very_many_values_is_refused_without_a_search() {
        let mut wide = json!({"channel": 7, "source": {"kind": "direct"}});
        let entries = wide.as_object_mut().unwrap();
        entries.extend((0..40_000).map(|number| (format!("k{number}"), json!(1))));
        let lists = json!({"channel": "web", "tags": vec![json!({"a": 1}); 40_000]});
        for body in [wide, lists] {
            match complaint_command("register", &body) {
                Err(BodyError::Shape { place, .. }) => assert_eq!(place, None),
                other => panic!("expected another shape, found {other:?}"),
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_named_by_its_key_and_the_kind_of_value_there() {
        let whole = || {
            json!({
                "channel": "web", "source": {"kind": "direct"}, "tags": ["a"],
                "matter": {"taxonomy": "t", "product": "p"},
            })
        };
        let changed = |pointer: &str, value: serde_json::Value| {
            let mut body = whole();
            *body.pointer_mut(pointer).unwrap() = value;
            body
        };
        let without = |pointer: &str, key: &str| {
            let mut body = whole();
            body.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(key);
            body
        };
        let cases = [
            (changed("/channel", json!("wep")), "a text under `channel`: unknown variant `…`"),
            (changed("/channel", json!(7)), "a number under `channel`: "),
            (changed("/source/kind", json!("dirct")), "a text under `source.kind`: "),
            (changed("/source", json!([])), "a list under `source`: "),
            (changed("/tags/0", json!(7)), "a number under `tags.0`: "),
            (changed("/tags", json!("a")), "a text under `tags`: "),
            (changed("/matter/product", json!("")), "a text under `matter.product`: "),
            (without("/matter", "product"), "an object under `matter`: missing field `product`"),
            (without("/source", "kind"), "an object under `source`: missing field `kind`"),
            (without("", "channel"), "expected the body of `register`: missing field `channel`"),
        ];
        for (body, expected) in cases {
            let told = complaint_command("register", &body).unwrap_err().to_string();
            assert!(told.contains(expected), "expected {expected} in: {told}");
        }
    }

    #[test]
    fn what_says_nothing_is_taken() {
        let body =
            json!({"channel": "web", "source": {"kind": "direct"}, "tags": [], "region": null});
        assert!(complaint_command("register", &body).is_ok());
    }

    #[test]
    fn a_set_may_be_written_in_any_order() {
        let body = json!({"drivers": ["life-events", "health"], "is_subject": false});
        assert!(complaint_command("flag-vulnerability", &body).is_ok());
    }
}
