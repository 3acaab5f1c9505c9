//! `redress check` of a time stamp: a document existed when an authority says so.

use evidence_check::{Step, Verdict};
use jiff::Timestamp;
use merkle_log::{Policy, SignedNote};
use serde::Serialize;
use time_anchor::{Authorities, Token};

/// What checking a time stamp came to.
#[derive(Debug, Serialize)]
pub(super) struct Stamped {
    kind: &'static str,
    pub(super) is_good: bool,
    pub(super) steps: Vec<Step>,
    pub(super) facts: Vec<(String, String)>,
}

/// Whether bytes are DER: they begin with a sequence, and hold what no text of evidence may hold.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    bytes.first() == Some(&0x30) && bytes.iter().any(|byte| *byte < b' ' && *byte != b'\n')
}

/// Checks an answer of an authority, or a token alone, over a document, which is most often a signed
/// checkpoint. Who signed that is looked at where a policy says whom to trust.
pub(super) fn check(
    answer: &[u8],
    document: &[u8],
    trusted: &Authorities,
    policy: Option<&Policy>,
) -> Stamped {
    let (mut steps, mut facts) = (Vec::new(), Vec::new());
    let mut take = |at: &str, claim: &str, verdict: Verdict| {
        steps.push(Step { at: at.to_owned(), claim: claim.to_owned(), verdict });
    };
    let verdict = match Token::parse(answer).and_then(|token| token.verify(document, trusted)) {
        Ok(stamp) => {
            let time = Timestamp::from_millisecond(stamp.time);
            facts
                .push(("existed at", time.map_or_else(|_| String::new(), |time| time.to_string())));
            facts.push(("give or take", format!("{} ms", stamp.accuracy)));
            facts.push(("says", stamp.authority));
            facts.push(("under policy", stamp.policy));
            facts.push(("as number", stamp.serial));
            Verdict::Holds
        }
        Err(error) => Verdict::Fails(error.to_string()),
    };
    take("time stamp", "an authority you trust has stamped exactly this document", verdict);
    let claim = "those whom the policy names have signed the checkpoint that was stamped";
    match (SignedNote::parse(document), policy) {
        (Ok(note), Some(policy)) => match policy.accept(&note) {
            Ok(accepted) => {
                facts.push(("log", accepted.checkpoint.origin().to_owned()));
                facts.push(("tree size", accepted.checkpoint.size().to_string()));
                facts.push(("root", accepted.checkpoint.root().to_string()));
                take("checkpoint", claim, Verdict::Holds);
            }
            Err(error) => take("checkpoint", claim, Verdict::Fails(error.to_string())),
        },
        (Ok(_), None) => {
            let would = "the log's key: --vkey or --policy".to_owned();
            take("checkpoint", claim, Verdict::Open(would));
        }
        (Err(error), _) => take("checkpoint", claim, Verdict::Fails(error.to_string())),
    }
    let is_good = !steps.iter().any(|step| matches!(step.verdict, Verdict::Fails(_)));
    let facts = facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Stamped { kind: "time-stamp", is_good, steps, facts }
}
