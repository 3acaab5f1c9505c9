//! The verbs of what stands beside the complaints: reviews, actions, referrals.

use complaint_domain::{
    action::{Action, ActionCommand},
    referral::{Referral, ReferralCommand},
    review::{Review, ReviewCommand},
};

use super::{Filed, Listed, Noun, Standing, Verb};

/// Cases before the committee.
#[derive(Debug, Clone, Copy)]
pub struct ReviewNoun;

impl Filed for ReviewNoun {
    type Aggregate = Review;
    const NAME: &'static str = "review";
    const COMMANDS: &'static [&'static str] = ReviewCommand::NAMES;
}

impl Listed for ReviewNoun {
    fn standing(review: &Review) -> Option<Standing> {
        let Review::Opened(docket) = review else { return None };
        let mut facts = vec![
            ("complaint", docket.complaint().to_string()),
            ("opened-by", docket.way().to_string()),
            ("members", joined(docket.members())),
        ];
        if let Some(decision) = docket.decision() {
            facts.push(("outcome", decision.outcome.to_string()));
            facts.push(("effect", decision.effect.to_string()));
            facts.push((
                "votes",
                format!(
                    "{} for, {} against, {} abstained; quorum {}",
                    decision.votes_for,
                    decision.votes_against,
                    decision.abstentions,
                    decision.quorum
                ),
            ));
        }
        if docket.decision().is_some() {
            facts.push(("measures-open", joined(docket.outstanding_measures())));
            facts.push(("withdrawn", joined(docket.withdrawn_measures())));
        }
        Some(Standing { stage: docket.stage().code(), is_over: docket.stage().is_over(), facts })
    }
}

impl Noun for ReviewNoun {
    const VERBS: &'static [Verb] = &[
        Verb {
            name: "open",
            about: "Put an escalated complaint on the committee's docket",
            body: r#"{"complaint": "complaint-01KA0000000000000000000000"}"#,
        },
        Verb {
            name: "seat-member",
            about: "Let a member sit on the case",
            body: r#"{"member": "eve", "seat": "chair"}"#,
        },
        Verb {
            name: "disclose-interest",
            about: "Name an interest of a member in the case",
            body: r#"{"member": "eve", "ground": "kinship"}"#,
        },
        Verb {
            name: "rule-on-interest",
            about: "Say whether a member may stay all the same",
            body: r#"{"member": "eve", "may_stay": false}"#,
        },
        Verb {
            name: "recuse-member",
            about: "Note that a member steps aside, for good",
            body: r#"{"member": "eve", "ground": "kinship"}"#,
        },
        Verb {
            name: "hear-party",
            about: "Note that a side was heard, or did not wish to be",
            body: r#"{"side": "complainant", "manner": "written"}"#,
        },
        Verb {
            name: "take-evidence",
            about: "Note that a piece of the complaint's evidence was looked at",
            body: r#"{"evidence": 1}"#,
        },
        Verb {
            name: "propose-decision",
            about: "Put a decision to the vote",
            body: r#"{"outcome": "upheld", "grounds": ["PRIN 2A"], "measures": [{"measure": 1, "what": "pay back the fee", "owner": "ben", "due": "2031-03-31"}]}"#,
        },
        Verb { name: "cast-vote", about: "Vote, oneself", body: r#"{"choice": "for"}"# },
        Verb {
            name: "record-dissent",
            about: "Say why one voted against",
            body: r#"{"grounds": ["fee-was-told"]}"#,
        },
        Verb {
            name: "adjourn",
            about: "Note that too few were there to decide",
            body: r#"{"present": ["eve", "fay"]}"#,
        },
        Verb { name: "decide", about: "Count the votes", body: "{}" },
        Verb {
            name: "reply",
            about: "Note what the company says to the decision",
            body: r#"{"reply": "accepted"}"#,
        },
        Verb {
            name: "complete-measure",
            about: "Note that a measure was carried out",
            body: r#"{"measure": 1}"#,
        },
        Verb {
            name: "withdraw-measure",
            about: "Agree, of the committee, that a measure is no longer to be done; it takes more than half of a quorum",
            body: r#"{"measure": 1, "grounds": ["supplier-insolvent"]}"#,
        },
        Verb {
            name: "discontinue",
            about: "End it without a decision",
            body: r#"{"reason": "settled"}"#,
        },
        Verb { name: "close", about: "End it after its follow-up", body: "{}" },
    ];
}

/// What is done against causes.
#[derive(Debug, Clone, Copy)]
pub struct ActionNoun;

impl Filed for ActionNoun {
    type Aggregate = Action;
    const NAME: &'static str = "action";
    const COMMANDS: &'static [&'static str] = ActionCommand::NAMES;
}

impl Listed for ActionNoun {
    fn standing(action: &Action) -> Option<Standing> {
        let Action::Proposed(plan) = action else { return None };
        let proposal = plan.proposal();
        let mut facts = vec![
            ("title", proposal.title.to_string()),
            ("causes", joined(&proposal.causes)),
            ("owner", proposal.owner.to_string()),
            ("due", plan.due().to_string()),
        ];
        if let Some(check) = plan.last_check() {
            facts.push((
                "effect",
                format!(
                    "{} complaints from {} to {}, {} in as many days before: {}",
                    check.after,
                    check.from,
                    check.until,
                    check.before,
                    check.verdict()
                ),
            ));
        }
        if let Some(result) = plan.result() {
            facts.push(("result", result.to_string()));
        }
        Some(Standing { stage: plan.stage().code(), is_over: plan.stage().is_over(), facts })
    }
}

impl Noun for ActionNoun {
    const VERBS: &'static [Verb] = &[
        Verb {
            name: "propose",
            about: "Propose what is to be done against causes",
            body: r#"{"title": "check fee notices before they go out", "kind": "corrective", "origin": "recurring-cause", "causes": ["process/fee-notice"], "product": "Card", "owner": "ben", "due": "2031-03-31"}"#,
        },
        Verb { name: "approve", about: "Let somebody else's proposal go ahead", body: "{}" },
        Verb {
            name: "reject",
            about: "Do not let it go ahead",
            body: r#"{"grounds": ["done elsewhere"]}"#,
        },
        Verb {
            name: "reschedule",
            about: "Move the day by which it is due",
            body: r#"{"due": "2031-04-30", "grounds": ["supplier late"]}"#,
        },
        Verb { name: "complete", about: "Note that one carried it out", body: "{}" },
        Verb {
            name: "check-effect",
            about: "Note what later complaints show; `redress cause effect` counts them",
            body: r#"{"from": "2031-04-01", "until": "2031-06-30", "before": 12, "after": 3, "counted_up_to": 5000}"#,
        },
        Verb {
            name: "remediate",
            about: "Note what was done for customers who never complained",
            body: r#"{"affected": 400, "reached": 391, "paid": {"amount": "9775.00", "currency": "GBP"}}"#,
        },
        Verb { name: "close", about: "End it", body: r#"{"result": "effective"}"# },
    ];
}

/// Suspected violations before a regulator.
#[derive(Debug, Clone, Copy)]
pub struct ReferralNoun;

impl Filed for ReferralNoun {
    type Aggregate = Referral;
    const NAME: &'static str = "referral";
    const COMMANDS: &'static [&'static str] = ReferralCommand::NAMES;
}

impl Listed for ReferralNoun {
    fn standing(referral: &Referral) -> Option<Standing> {
        let Referral::Submitted(matter) = referral else { return None };
        let submission = matter.submission();
        let mut facts = vec![
            ("complaint", submission.complaint.to_string()),
            ("authority", submission.authority.to_string()),
            ("rule", submission.rule.to_string()),
            ("inquiries-open", joined(matter.unanswered_inquiries())),
        ];
        if let Some(finding) = matter.finding() {
            facts.push(("finding", finding.to_string()));
        }
        Some(Standing { stage: matter.stage().code(), is_over: matter.stage().is_over(), facts })
    }
}

impl Noun for ReferralNoun {
    const VERBS: &'static [Verb] = &[
        Verb {
            name: "submit",
            about: "Note that a violation that a complaint reports was sent to the authority",
            body: r#"{"referral": "referral-01KA0000000000000000000000", "complaint": "complaint-01KA0000000000000000000000", "authority": "FCA", "rule": "PRIN 2A"}"#,
        },
        Verb {
            name: "acknowledge",
            about: "Note that the authority has it",
            body: r#"{"reference": "2031-117"}"#,
        },
        Verb {
            name: "record-inquiry",
            about: "Note what the authority asks",
            body: r#"{"inquiry": 1, "subject": "price records", "due": "2031-03-31"}"#,
        },
        Verb {
            name: "answer-inquiry",
            about: "Note that it was answered",
            body: r#"{"inquiry": 1}"#,
        },
        Verb {
            name: "record-outcome",
            about: "Note what the authority came to",
            body: r#"{"finding": "violation"}"#,
        },
        Verb {
            name: "record-penalty",
            about: "Note a penalty",
            body: r#"{"kind": "fine", "amount": {"amount": "50000", "currency": "GBP"}}"#,
        },
        Verb { name: "close", about: "End it", body: "{}" },
    ];
}

pub(super) fn joined(items: impl IntoIterator<Item = impl std::fmt::Display>) -> String {
    let items: Vec<_> = items.into_iter().map(|item| item.to_string()).collect();
    if items.is_empty() { "-".to_owned() } else { items.join(", ") }
}
