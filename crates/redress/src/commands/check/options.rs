//! Which options go with which evidence: one that was passed over in silence would be believed.

use evidence_check::{Checked, Enclosure, Kind, Step, Verdict};
use merkle_log::{LogProof, SignedNote};

use crate::{arguments::Check, error::CommandError};

/// What a file is: evidence that the library tells apart, or a time stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Evidence {
    /// Evidence of the ledger.
    Of(Kind),
    /// A time stamp of an authority.
    TimeStamp,
}

impl Evidence {
    const fn name(self) -> &'static str {
        match self {
            Self::Of(kind) => kind.name(),
            Self::TimeStamp => "a time stamp",
        }
    }
}

/// An option, the evidence that it is for, and what to do with other evidence.
struct Rule {
    name: &'static str,
    is_given: fn(&Check) -> bool,
    with: &'static [Evidence],
    in_words: &'static str,
    next: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        name: "--old",
        is_given: |args| args.old.is_some(),
        with: &[Evidence::Of(Kind::Growth)],
        in_words: "a proof that one checkpoint extends another",
        next: "leave --old out: this alone does not show that the log only grew. To see that, ask for \
               the proof that `redress prove consistency SIZE` makes, where SIZE is the second line of \
               the checkpoint you kept, and check that proof with --old",
    },
    Rule {
        name: "--record",
        is_given: |args| args.record.is_some(),
        with: &[Evidence::Of(Kind::RecordProof)],
        in_words: "a proof that a record is in the log",
        next: "leave --record out: it is not held against a record. To see that a record is in the log, \
               ask for the proof that `redress prove inclusion POSITION` makes",
    },
    Rule {
        name: "--nonce",
        is_given: |args| args.nonce.is_some(),
        with: &[Evidence::Of(Kind::RecordProof), Evidence::Of(Kind::Counted)],
        in_words: "a receipt",
        next: "leave --nonce out",
    },
    Rule {
        name: "--save-opened",
        is_given: |args| args.save_opened.is_some(),
        with: &[Evidence::Of(Kind::RecordProof), Evidence::Of(Kind::Bundle)],
        in_words: "a receipt or a bundle",
        next: "leave --save-opened out: nothing is opened in it",
    },
    Rule {
        name: "--report",
        is_given: |args| args.report.is_some(),
        with: &[Evidence::Of(Kind::RecordProof)],
        in_words: "the proof that a report was published",
        next: "leave --report out, or name the proof that `redress report proof` makes",
    },
    Rule {
        name: "--receipt",
        is_given: |args| args.receipt.is_some(),
        with: &[Evidence::Of(Kind::RecordProof), Evidence::Of(Kind::Counted)],
        in_words: "the proof that a report was published, or of where it counts a complaint",
        next: "leave --receipt out, and check the receipt by itself",
    },
    Rule {
        name: "--stamped",
        is_given: |args| args.stamped.is_some(),
        with: &[Evidence::TimeStamp],
        in_words: "a time stamp",
        next: "leave --stamped out",
    },
    Rule {
        name: "--trust",
        is_given: |args| args.trust.is_some(),
        with: &[Evidence::Of(Kind::Bundle), Evidence::TimeStamp],
        in_words: "a bundle or a time stamp",
        next: "leave --trust out: there is no time stamp in it",
    },
];

/// Refuses an option that is for other evidence than this.
///
/// # Errors
///
/// [`CommandError::Usage`] naming the option, what it is for, and what to do instead.
pub(super) fn fit(args: &Check, evidence: Evidence, bytes: &[u8]) -> Result<(), CommandError> {
    // What is no evidence, or no checkpoint though it looks like one, fails as that, whatever is brought to it.
    let fails = match evidence {
        Evidence::Of(Kind::Unknown) => true,
        Evidence::Of(Kind::Checkpoint) => SignedNote::parse(bytes).is_err(),
        Evidence::Of(_) | Evidence::TimeStamp => false,
    };
    if fails {
        return Ok(());
    }
    let usage =
        |problem: String, next: &str| Err(CommandError::Usage { problem, next: next.to_owned() });
    let misfit = |rule: &&Rule| (rule.is_given)(args) && !rule.with.contains(&evidence);
    if let Some(Rule { name, in_words, next, .. }) = RULES.iter().find(misfit) {
        return usage(format!("expected {name} with {in_words}, found {}", evidence.name()), next);
    }
    if args.record.is_some() && args.nonce.is_some() {
        return usage(
            "expected --nonce with a receipt, which encloses its record, found --record with it"
                .to_owned(),
            "leave --record out to check a receipt",
        );
    }
    if let Some((problem, next)) = of_report(args, evidence, bytes) {
        return usage(problem.to_owned(), next);
    }
    if evidence == Evidence::Of(Kind::Growth) && args.old.is_none() {
        return usage(
            "expected the checkpoint you kept, for this shows that the log grew from it".to_owned(),
            "name its file with --old",
        );
    }
    Ok(())
}

/// What is wrong with the options around a published report, and what to do instead.
fn of_report(
    args: &Check,
    evidence: Evidence,
    bytes: &[u8],
) -> Option<(&'static str, &'static str)> {
    if evidence == Evidence::Of(Kind::Counted) && args.receipt.is_none() {
        return Some((
            "expected your receipt, for this does not say whose complaint it is about",
            "name its file with --receipt",
        ));
    }
    if evidence != Evidence::Of(Kind::RecordProof) {
        return None;
    }
    if args.report.is_none() {
        return args.receipt.is_some().then_some((
            "expected the folder of a report, to find your complaint in it, found only --receipt",
            "name it with --report, and with it the proof that `redress report proof` makes; to check a \
             receipt by itself, name its file alone",
        ));
    }
    if is_receipt(bytes) {
        return Some((
            "expected with --report the proof that the report was published, found a receipt",
            "name the proof, published.tlog-proof beside the report, and the receipt with --receipt",
        ));
    }
    (args.nonce.is_some() && args.receipt.is_none()).then_some((
        "expected --nonce with a receipt, found the proof that a report was published",
        "name your receipt with --receipt, or leave --nonce out",
    ))
}

/// Whether a log proof is a receipt.
fn is_receipt(bytes: &[u8]) -> bool {
    let proof = LogProof::parse(bytes).ok().and_then(|proof| proof.extra);
    let enclosure = proof.and_then(|extra| Enclosure::parse(&extra).ok());
    enclosure.is_some_and(|enclosure| enclosure.receipt.is_some())
}

/// Says when root certificates were brought to a bundle in which there is no time stamp.
pub(super) fn say_without_stamps(checked: &mut Checked, args: &Check) {
    let has_stamps = || checked.steps.iter().any(|step| step.at.starts_with("anchors"));
    if args.trust.is_none() || checked.kind != Kind::Bundle || has_stamps() {
        return;
    }
    checked.steps.push(Step {
        at: "anchors".to_owned(),
        claim: "an authority you trust saw these records".to_owned(),
        verdict: Verdict::Open(
            "a bundle with time stamps: this one brings none, so --trust vouched for nothing"
                .to_owned(),
        ),
    });
}
