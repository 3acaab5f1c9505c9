//! Nouns whose commands bring nothing personal: what they have in common.

use std::path::PathBuf;

use complaint_domain::{
    actor::ActorId,
    review::Seat,
    staff::{Staff, StaffCommand},
};
use complaint_service::{
    Unsealed,
    body::{BodyError, read},
    staff_stream_of,
};
use event_log::StreamId;
use projector_transparency::files;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{Noun, Verb};

/// The files of a report that is put forward, as they were read.
#[derive(Debug)]
pub struct Figures {
    /// Where they lie.
    pub folder: PathBuf,
    /// All of them, as their list says.
    pub listed: files::Listed,
}

/// A kind of thing whose commands bring nothing personal.
pub trait Filed: Noun {
    /// What decides.
    type Aggregate: Unsealed<
            Command: Serialize + DeserializeOwned,
            Rejection: Into<complaint_service::HandleError>,
        >;
    /// What it is called on the command line.
    const NAME: &'static str;
    /// The names of its commands, as the domain has them.
    const COMMANDS: &'static [&'static str];

    /// The stream that a word on the command line means.
    ///
    /// # Errors
    ///
    /// What was expected instead.
    fn stream(word: &str) -> Result<StreamId, String> {
        word.parse().map_err(|error| format!("{error}"))
    }

    /// Puts into a body what its user may leave to the program.
    ///
    /// # Errors
    ///
    /// What was expected instead.
    fn complete(_verb: &str, body: Value) -> Result<Value, String> {
        Ok(body)
    }

    /// The figures that the command puts forward: they are counted again first. Their files are read here, once: what
    /// goes into the command, what is counted again and what is held against the records are of one reading.
    ///
    /// # Errors
    ///
    /// The folder does not hold the files of its list.
    fn figures(_verb: &str, _body: &Value) -> Result<Option<Figures>, String> {
        Ok(None)
    }

    /// As [`complete`](Self::complete), with the figures that the command puts forward.
    ///
    /// # Errors
    ///
    /// What was expected instead.
    fn complete_with(verb: &str, body: Value, _figures: Option<&Figures>) -> Result<Value, String> {
        Self::complete(verb, body)
    }

    /// The command with this name and body.
    ///
    /// # Errors
    ///
    /// [`BodyError`]: no such command, another shape, a key too many.
    fn command(
        name: &str,
        body: Value,
    ) -> Result<<Self::Aggregate as complaint_domain::aggregate::Aggregate>::Command, BodyError>
    {
        let verb = Self::VERBS.iter().find(|verb| verb.name == name);
        let verb = verb.ok_or(BodyError::UnknownCommand)?.name;
        let whole = Value::Object(Map::from_iter([(verb.to_owned(), body)]));
        read(verb, &whole).map_err(|error| match error {
            // The name of the command stands above every key; it is said already.
            BodyError::UnknownKey { command, key } => {
                let inner = key.split_once('.').map(|(_, inner)| inner.to_owned());
                BodyError::UnknownKey { command, key: inner.unwrap_or(key) }
            }
            BodyError::Shape { command, place, reason } => {
                let inner = place.and_then(|(key, kind)| {
                    key.split_once('.').map(|(_, inner)| (inner.to_owned(), kind))
                });
                BodyError::Shape { command, place: inner, reason }
            }
            other @ BodyError::UnknownCommand => other,
        })
    }
}

/// How something stands, in a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// How far it has come.
    pub stage: &'static str,
    /// Whether nothing more is expected of it.
    pub is_over: bool,
    /// What there is to know, by name.
    pub facts: Vec<(&'static str, String)>,
}

/// A kind of thing that can be shown and listed.
pub trait Listed: Filed {
    /// How one stands; nothing before its first event.
    fn standing(state: &Self::Aggregate) -> Option<Standing>;
}

/// People who work here.
#[derive(Debug, Clone, Copy)]
pub struct StaffNoun;

impl Filed for StaffNoun {
    type Aggregate = Staff;
    const NAME: &'static str = "staff";
    const COMMANDS: &'static [&'static str] = StaffCommand::NAMES;

    /// An account name, or the name of its stream.
    fn stream(word: &str) -> Result<StreamId, String> {
        if word.starts_with("staff-") && word.len() == "staff-".len() + 26 {
            return word.parse().map_err(|error| format!("{error}"));
        }
        word.parse().map(|name| staff_stream_of(&ActorId(name))).map_err(|error| format!("{error}"))
    }
}

impl Listed for StaffNoun {
    fn standing(staff: &Staff) -> Option<Standing> {
        let Staff::Known(person) = staff else { return None };
        let roles: Vec<_> = person.roles().iter().map(ToString::to_string).collect();
        let mut facts =
            vec![("account", person.account().to_string()), ("roles", roles.join(", "))];
        facts.extend(person.team().map(|team| ("team", team.to_string())));
        facts.extend(person.term().map(|term| {
            let seat = match term.seat {
                Seat::Chair => "chair",
                Seat::Member => "member",
            };
            ("committee", format!("{seat}, {} to {}", term.from, term.until))
        }));
        let interests: Vec<_> =
            person.interests().map(|conflict| conflict.interest.to_string()).collect();
        if !interests.is_empty() {
            facts.push(("interests", interests.join(", ")));
        }
        let is_over = staff.has_left();
        Some(Standing { stage: if is_over { "left" } else { "works-here" }, is_over, facts })
    }
}

impl Noun for StaffNoun {
    const VERBS: &'static [Verb] = &[
        Verb {
            name: "join",
            about: "Take somebody on, by account name",
            body: r#"{"account": "ana", "roles": ["agent"], "team": "cards"}"#,
        },
        Verb {
            name: "grant-role",
            about: "Let them act in a role more",
            body: r#"{"role": "supervisor"}"#,
        },
        Verb {
            name: "revoke-role",
            about: "Let them act in a role no more",
            body: r#"{"role": "supervisor"}"#,
        },
        Verb { name: "move-team", about: "Another team", body: r#"{"team": "loans"}"# },
        Verb {
            name: "start-absence",
            about: "Note that they are away",
            body: r#"{"from": "2031-03-03", "until": "2031-03-07", "reason": "leave", "deputy": "ben"}"#,
        },
        Verb {
            name: "end-absence",
            about: "Note that they are back",
            body: r#"{"back_on": "2031-03-06"}"#,
        },
        Verb {
            name: "declare-interest",
            about: "Declare an interest in a respondent, a product, a complaint or a colleague",
            body: r#"{"interest": {"kind": "respondent", "respondent": "Bank A"}, "ground": "kinship"}"#,
        },
        Verb {
            name: "withdraw-interest",
            about: "Note that an interest is gone",
            body: r#"{"interest": {"kind": "respondent", "respondent": "Bank A"}}"#,
        },
        Verb {
            name: "start-term",
            about: "Appoint them to the committee",
            body: r#"{"seat": "member", "from": "2031-01-01", "until": "2032-12-31"}"#,
        },
        Verb {
            name: "end-term",
            about: "End their time on the committee before its last day",
            body: r#"{"on": "2031-06-30", "reason": "resigned"}"#,
        },
        Verb {
            name: "complete-training",
            about: "Note a training they completed",
            body: r#"{"course": "disp-basics", "on": "2031-03-01", "valid_until": "2032-02-29"}"#,
        },
        Verb {
            name: "leave",
            about: "Note that they work here no more",
            body: r#"{"on": "2031-12-31", "reason": "employment-ended"}"#,
        },
    ];
}

/// Every verb with its example body is read as a user's would be.
#[cfg(test)]
pub(crate) fn read_all<N: Filed>() {
    let verbs: Vec<_> = N::VERBS.iter().map(|verb| verb.name).collect();
    assert_eq!(verbs, N::COMMANDS);
    for verb in N::VERBS {
        let body = serde_json::from_str(verb.body).unwrap();
        let body = N::complete(verb.name, body).unwrap();
        if let Err(error) = N::command(verb.name, body) {
            panic!("{}: {error}", verb.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BodyError, Filed, StaffNoun, read_all};
    use crate::casework::{ActionNoun, InspectionNoun, ReferralNoun, ReviewNoun};

    #[test]
    fn every_example_body_is_understood() {
        read_all::<StaffNoun>();
        read_all::<ReviewNoun>();
        read_all::<ActionNoun>();
        read_all::<ReferralNoun>();
        read_all::<InspectionNoun>();
    }

    #[test]
    fn a_value_that_does_not_fit_is_named_by_its_key() {
        let told = |body| StaffNoun::command("declare-interest", body).unwrap_err().to_string();
        let interest =
            |product: serde_json::Value| serde_json::json!({"kind": "product", "product": product});
        let body = serde_json::json!({"interest": interest("".into()), "ground": "kinship"});
        assert!(told(body).contains("found an object under `interest`"), "the product");
        let body = serde_json::json!({"interest": interest("Card".into()), "ground": 7});
        assert!(told(body).contains("found a number under `ground`"), "the ground");
        let body = serde_json::json!({"interest": interest("Card".into())});
        assert_eq!(told(body), "expected the body of `declare-interest`: missing field `ground`");
    }

    #[test]
    fn a_misspelt_key_is_named() {
        let body = serde_json::json!({"interest": {"kind": "product", "prodct": "Card"}});
        assert!(StaffNoun::command("withdraw-interest", body).is_err());
        let body = serde_json::json!({"role": "agent", "rolle": 1});
        match StaffNoun::command("grant-role", body) {
            Err(BodyError::UnknownKey { key, .. }) => assert_eq!(key, "rolle"),
            other => panic!("expected an unknown key, found {other:?}"),
        }
    }
}
