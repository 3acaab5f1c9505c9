//! The verbs about the person behind a complaint.

use complaint_domain::{
    reference::ComplaintId,
    subject::{Closed, Erasure, Subject, SubjectCommand},
};
use complaint_service::subject_stream_of;
use event_log::StreamId;

use super::{Filed, Listed, Noun, Standing, Verb};

/// People behind complaints, and what may be done with their data.
#[derive(Debug, Clone, Copy)]
pub struct SubjectNoun;

impl Filed for SubjectNoun {
    type Aggregate = Subject;
    const NAME: &'static str = "subject";
    const COMMANDS: &'static [&'static str] = SubjectCommand::NAMES;

    /// The name of a complaint, or of the person's own stream.
    fn stream(word: &str) -> Result<StreamId, String> {
        match word.parse::<ComplaintId>() {
            Ok(complaint) => Ok(subject_stream_of(&complaint)),
            Err(_) => word.parse().map_err(|error| format!("{error}")),
        }
    }
}

impl Listed for SubjectNoun {
    fn standing(subject: &Subject) -> Option<Standing> {
        if !subject.is_known() {
            return None;
        }
        let mut facts = Vec::new();
        if let Some(ground) = subject.restriction() {
            facts.push(("restricted", ground.to_string()));
        }
        for hold in subject.holds() {
            let until = hold.until.map_or_else(String::new, |until| format!(" until {until}"));
            facts.push(("held", format!("{} by {}{until}", hold.hold, hold.authority)));
        }
        let agreed: Vec<_> = subject.consents().iter().map(ToString::to_string).collect();
        if !agreed.is_empty() {
            facts.push(("agreed-to", agreed.join(", ")));
        }
        let may_be_opened = match subject.closed() {
            None => "yes",
            Some(Closed::Restricted(_) | Closed::BeingErased | Closed::Erased) => "no",
        };
        facts.push(("may-be-opened", may_be_opened.to_owned()));
        let is_over = *subject.erasure() == Erasure::CarriedOut;
        Some(Standing { stage: subject.erasure().code(), is_over, facts })
    }
}

impl Noun for SubjectNoun {
    const VERBS: &'static [Verb] = &[
        Verb {
            name: "give-consent",
            about: "Note that the person agrees to a use of their data: publication, survey, sharing or training",
            body: r#"{"complaint": "complaint-01KA0000000000000000000000", "purpose": "publication"}"#,
        },
        Verb {
            name: "withdraw-consent",
            about: "Note that they agree no more",
            body: r#"{"complaint": "complaint-01KA0000000000000000000000", "purpose": "publication"}"#,
        },
        Verb {
            name: "restrict",
            about: "Let nobody open the data for now",
            body: r#"{"complaint": "complaint-01KA0000000000000000000000", "ground": "accuracy-contested"}"#,
        },
        Verb {
            name: "lift-restriction",
            about: "Let it be opened again, after the person was told",
            body: r#"{"complaint": "complaint-01KA0000000000000000000000", "notified": "2026-03-01T09:00:00Z"}"#,
        },
        Verb {
            name: "hold",
            about: "Let nobody erase the data for now",
            body: r#"{"complaint": "complaint-01KA0000000000000000000000", "hold": "claim 4711", "authority": "county court", "until": "2031-12-31"}"#,
        },
        Verb {
            name: "release-hold",
            about: "Lift a hold",
            body: r#"{"complaint": "complaint-01KA0000000000000000000000", "hold": "claim 4711"}"#,
        },
        Verb {
            name: "request-erasure",
            about: "Ask that the data be erased",
            body: r#"{"complaint": "complaint-01KA0000000000000000000000", "ground": "no-longer-needed"}"#,
        },
        Verb {
            name: "decide-erasure",
            about: "Answer that: with an order, or with all that stands against it; `carry-out` then destroys",
            body: r#"{"complaint": "complaint-01KA0000000000000000000000"}"#,
        },
        Verb {
            name: "record-erasure",
            about: "Record what was destroyed; for the program that did, see `carry-out`",
            body: r#"{"complaint": "complaint-01KA0000000000000000000000", "keys": ["08080808080808080808080808080808"], "fields": {"narrative": 1}}"#,
        },
    ];
}

#[cfg(test)]
mod tests {
    use super::{super::filed::read_all, Filed, SubjectNoun};

    #[test]
    fn every_example_body_is_understood() {
        read_all::<SubjectNoun>();
    }

    #[test]
    fn a_person_is_named_by_their_complaint() {
        let named = SubjectNoun::stream("complaint-01KA0000000000000000000000").unwrap();
        assert_eq!(named.as_str(), "subject-01KA0000000000000000000000");
    }
}
