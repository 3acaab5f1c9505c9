//! Whether the mirror from which a report is counted again is of the history that its proof and a receipt are of.
//!
//! Who holds two histories of one log shows each of them to somebody. Whoever brings both sees it here.

use std::fmt::Display;

use evidence_check::{Checked, Enclosure, Step, Verdict};
use merkle_log::{Checkpoint, Hash, LogProof, Policy, leaf_hash};

use super::{open, take};
use crate::{console::Console, error::CommandError, tree::records::MirrorLog};

/// The mirror, in what the check says.
const MIRROR: &str = "mirror";

/// What the check of a receipt leaves open where no witness has signed both trees.
const ONE_HISTORY: &str = "receipt and report are of one history";

/// Where a receipt has its record, and the leaf of it.
#[derive(Debug)]
pub(super) struct Leaf {
    position: u64,
    hash: Hash,
}

impl Leaf {
    /// That of a receipt. It was checked before; nothing where it is none.
    pub(super) fn of(receipt: &[u8]) -> Option<Self> {
        let proof = LogProof::parse(receipt).ok()?;
        let enclosure = Enclosure::parse(proof.extra.as_deref()?).ok()?;
        Some(Self { position: proof.index, hash: leaf_hash(enclosure.record.as_bytes()) })
    }
}

/// Adds to a checked report whether the records of a mirror are those of the tree that the report's proof is of, and
/// of the receipt that was brought. Gives whether it holds.
///
/// A mirror that has all records of the proof's tree is held by its root, whoever has signed the mirror's own
/// checkpoint: a log may have another key by then. One that has fewer has nothing but its signature.
///
/// # Errors
///
/// [`CommandError`]: the mirror is not what it was when it was made.
pub(super) async fn hold(
    checked: &mut Checked,
    (proof, mine): (&LogProof, Option<Leaf>),
    mirror: &MirrorLog,
    policy: &Policy,
    console: &Console<'_>,
) -> Result<bool, CommandError> {
    let tree = Checkpoint::parse(proof.checkpoint.text())
        .map_err(CommandError::failed("read the checkpoint of the proof"))?;
    let place = mine.as_ref().map(|mine| mine.position);
    let bar = console.bar("hashing", mirror.size());
    let found = mirror.outline(tree.size(), place, &bar).await?;
    let claim = "the records of the mirror are those of the tree that the proof is of";
    if let Some(root) = found.root {
        let same = same(&tree.root(), &root, "the root");
        take(checked, MIRROR, claim.to_owned(), same);
    } else {
        let accepted = policy.accept(mirror.note()).map(|_| ());
        let accepted = accepted.map_err(|error| error.to_string());
        let signed = "its checkpoint is signed as the policy demands".to_owned();
        take(checked, MIRROR, signed, accepted);
        let would = format!(
            "a mirror of as many records, {}: this one has {}; bring it up with `redress mirror`",
            tree.size(),
            mirror.size()
        );
        open(checked, MIRROR, claim, &would);
    }
    if let Some(mine) = mine {
        let claim = "the record of the receipt stands in the mirror where the receipt has it";
        if let Some(leaf) = &found.leaf {
            take(checked, MIRROR, claim.to_owned(), same(&mine.hash, leaf, "the leaf"));
            let is_in_tree = found.root.is_some() && mine.position < tree.size();
            if checked.is_good && is_in_tree {
                one_history(checked);
            }
        } else {
            let would = format!("a mirror with a record at position {}", mine.position);
            open(checked, MIRROR, claim, &would);
        }
    }
    Ok(checked.is_good)
}

fn same<T: PartialEq + Display>(expected: &T, found: &T, what: &str) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    Err(format!("expected {what} {expected}, found {found}: they are of two histories"))
}

/// The tree of the proof has the receipt's record: what a witness of both would have shown is shown.
fn one_history(checked: &mut Checked) {
    checked.steps.retain(|step| step.claim != ONE_HISTORY);
    checked.steps.push(Step {
        at: "receipt".to_owned(),
        claim: ONE_HISTORY.to_owned(),
        verdict: Verdict::Holds,
    });
}
