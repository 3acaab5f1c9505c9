//! The verbs of a complaint.

use super::{Noun, Verb};

/// Complaints.
#[derive(Debug, Clone, Copy)]
pub struct Complaints;

impl Noun for Complaints {
    const TAKES_PERSONAL_TEXTS: bool = true;
    const VERBS: &'static [Verb] = &[
        Verb {
            name: "register",
            about: "Take in a new complaint",
            body: r#"{"channel": "web", "source": {"kind": "direct"}, "language": "en", "remedies_requested": ["refund"], "personal": {"narrative": "…", "complainant-name": "…", "contact": "…"}}"#,
        },
        Verb {
            name: "acknowledge",
            about: "Note that the complainant was told that it was received",
            body: r#"{"channel": "email"}"#,
        },
        Verb {
            name: "assess",
            about: "Judge severity, safety, complexity and impact",
            body: r#"{"severity": "medium", "safety": false, "complexity": "standard", "impact": "single", "immediate_action": false}"#,
        },
        Verb {
            name: "classify",
            about: "Say what it is about and which rights are at stake",
            body: r#"{"matter": {"taxonomy": "house-1", "product": "Card", "issue": "Fee"}, "rights": ["fair-dealing"]}"#,
        },
        Verb {
            name: "assign",
            about: "Make one person responsible",
            body: r#"{"handler": "ana"}"#,
        },
        Verb {
            name: "reassign",
            about: "Make another person responsible",
            body: r#"{"handler": "ben", "reason": "absence"}"#,
        },
        Verb {
            name: "record-communication",
            about: "Note a message to or from somebody",
            body: r#"{"direction": "incoming", "party": "complainant", "channel": "email", "purpose": "information", "personal": {"message": "…"}}"#,
        },
        Verb {
            name: "propose-remedy",
            about: "Propose to put it right",
            body: r#"{"remedy": 1, "kind": "refund", "amount": {"amount": "25.00", "currency": "GBP"}}"#,
        },
        Verb {
            name: "approve-remedy",
            about: "Approve a remedy that is over its proposer's limit",
            body: r#"{"remedy": 1}"#,
        },
        Verb {
            name: "issue-response",
            about: "Answer the complainant",
            body: r#"{"kind": "final", "channel": "letter", "outcome": "upheld", "findings": [{"issue": "Fee", "outcome": "upheld"}], "remedies": [1], "recourse": {"body": "Ombudsman", "until": "2031-06-30"}, "personal": {"response-text": "…"}}"#,
        },
        Verb {
            name: "record-answer",
            about: "Note what the complainant says to the final response",
            body: r#"{"answer": "accepted"}"#,
        },
        Verb {
            name: "fulfil-remedy",
            about: "Note that a remedy was carried out, or that the complainant declined it",
            body: r#"{"remedy": 1, "result": "carried-out", "paid": {"amount": "25.00", "currency": "GBP"}, "personal": {"payment-reference": "…"}}"#,
        },
        Verb {
            name: "identify-root-cause",
            about: "Note the cause, or that none was found",
            body: r#"{"kind": "found", "code": "process/fee-notice"}"#,
        },
        Verb {
            name: "close",
            about: "End it, with the reason why no further step is possible",
            body: r#"{"reason": "accepted"}"#,
        },
        Verb { name: "reopen", about: "Take it up again", body: r#"{"reason": "new-evidence"}"# },
        Verb {
            name: "withdraw",
            about: "End it at the complainant's wish",
            body: r#"{"reason": "not-pursued"}"#,
        },
        Verb {
            name: "correct",
            about: "Put an earlier entry right; the earlier entry stays",
            body: r#"{"corrects": 0, "fact": {"kind": "channel", "channel": "phone"}, "reason": "clerical-error"}"#,
        },
        Verb {
            name: "recuse",
            about: "Step aside for an interest in the case; somebody else is then assigned",
            body: r#"{"handler": "ana", "ground": "kinship", "personal": {"note": "…"}}"#,
        },
        Verb {
            name: "withdraw-recusal",
            about: "Say that a recusal was a mistake, of somebody below; of oneself only before somebody else is assigned",
            body: r#"{"handler": "ana", "ground": "wrong-complaint", "personal": {"note": "…"}}"#,
        },
        Verb {
            name: "request-information",
            about: "Ask somebody for something",
            body: r#"{"party": "complainant", "channel": "email", "needed_by": "2031-01-31", "personal": {"message": "…"}}"#,
        },
        Verb {
            name: "add-evidence",
            about: "Put a file to the case; bring it with --attach evidence=FILE",
            body: r#"{"evidence": 1, "kind": "document", "from": "complainant", "media_type": "application/pdf"}"#,
        },
        Verb {
            name: "authorise-representative",
            about: "Let somebody act for the complainant",
            body: r#"{"representative": 1, "kind": "family-or-friend", "until": "2031-12-31", "personal": {"representative-name": "…", "representative-contact": "…"}}"#,
        },
        Verb {
            name: "flag-vulnerability",
            about: "Note that the complainant is vulnerable, and by what",
            body: r#"{"drivers": ["health", "life-events"], "is_subject": false, "personal": {"note": "…"}}"#,
        },
        Verb {
            name: "pause-clock",
            about: "Let a clock stand still, on a ground that its rule allows",
            body: r#"{"clock": "template/answer", "ground": "waiting-for-complainant"}"#,
        },
        Verb {
            name: "resume-clock",
            about: "Let a clock run on",
            body: r#"{"clock": "template/answer"}"#,
        },
        Verb {
            name: "extend-deadline",
            about: "Approve more time that somebody else asked for",
            body: r#"{"clock": "template/answer", "asked_by": "ana", "until": "2031-02-28", "reason": "complex", "notified": "2031-01-15T10:00:00Z"}"#,
        },
        Verb {
            name: "warn-of-clock",
            about: "Note that a limit is near; for programs, as `redress clock run` does it",
            body: r#"{"clock": "iso-10002/response", "due": "2031-01-29T23:59:59.999999999Z"}"#,
        },
        Verb {
            name: "note-missed-clock",
            about: "Note that a limit was missed; for programs, as `redress clock run` does it",
            body: r#"{"clock": "iso-10002/response", "due": "2031-01-29T23:59:59.999999999Z"}"#,
        },
        Verb {
            name: "link-duplicate",
            about: "Say that it belongs to another complaint; both stay whole",
            body: r#"{"of": "complaint-01KA0000000000000000000000", "kind": "duplicate"}"#,
        },
        Verb {
            name: "unlink-duplicate",
            about: "Say that it does not after all",
            body: r#"{"of": "complaint-01KA0000000000000000000000", "reason": "different-complainant"}"#,
        },
        Verb {
            name: "transfer",
            about: "Hand it to another body that is responsible; close it then as transferred",
            body: r#"{"to": "Other Ltd", "reason": "other-firm-responsible", "notified": "2031-01-15T10:00:00Z"}"#,
        },
        Verb {
            name: "escalate",
            about: "Put it before the committee",
            body: r#"{"reason": "complainant-request"}"#,
        },
        Verb {
            name: "withdraw-escalation",
            about: "Take back what one put before the committee, before it took that up",
            body: r#"{"ground": "no-committee"}"#,
        },
        Verb {
            name: "propose-outcome",
            about: "Say what it would come to, before the complainant is told",
            body: r#"{"outcome": "partly-upheld", "findings": [{"issue": "Fee", "outcome": "partly-upheld"}]}"#,
        },
        Verb {
            name: "note-review",
            about: "Note what its review came to; the escalation process does so (`redress clock run`)",
            body: r#"{"review": "review-01KA0000000000000000000000"}"#,
        },
        Verb {
            name: "refer-externally",
            about: "Note that an outside body took it up",
            body: r#"{"body": "Ombudsman", "method": "determinative", "reference": "PNX-1"}"#,
        },
        Verb {
            name: "record-external-decision",
            about: "Note what an outside body came to",
            body: r#"{"body": "Ombudsman", "result": "for-complainant", "is_binding": true, "award": {"amount": "250.00", "currency": "GBP"}}"#,
        },
        Verb {
            name: "report-suspected-violation",
            about: "Send a suspected violation to a regulator, on a track of its own",
            body: r#"{"referral": "referral-01KA0000000000000000000000", "authority": "SAMR", "rule": "Consumer Protection Law, article 55"}"#,
        },
        Verb {
            name: "request-survey",
            about: "Ask the complainant how it was",
            body: r#"{"channel": "email"}"#,
        },
        Verb {
            name: "record-survey-answer",
            about: "Note how satisfied the complainant is, from 1 to 5",
            body: r#"{"process": 4, "outcome": 2, "personal": {"message": "…"}}"#,
        },
        Verb {
            name: "take-step",
            about: "Note a step that a rule names: admitted, not-admitted, mediation-ended, violation-decided or reporter-informed",
            body: r#"{"step": "admitted", "by": "Market Supervision Bureau", "reference": "2026-0412"}"#,
        },
    ];
}

#[cfg(test)]
mod tests {
    use complaint_domain::complaint::ComplaintCommand;
    use complaint_service::body::complaint_command;

    use super::{super::Input, Complaints, Noun};

    #[test]
    fn there_is_a_verb_for_each_command_in_its_order() {
        let names: Vec<_> = Complaints::VERBS.iter().map(|verb| verb.name).collect();
        assert_eq!(names, ComplaintCommand::NAMES);
    }

    #[test]
    fn every_example_body_is_understood() {
        for verb in Complaints::VERBS {
            let input = Input::parse(verb.body.as_bytes())
                .unwrap_or_else(|error| panic!("{}: {error}", verb.name));
            let command = complaint_command(verb.name, &input.body)
                .unwrap_or_else(|error| panic!("{}: {error}", verb.name));
            assert_eq!(command.name(), verb.name);
        }
    }
}
