//! The time anchors of a bundle, and what they say of when its events came to be.

use jiff::{SignedDuration, Timestamp};
use merkle_log::{Checkpoint, Hash, leaf_hash, verify_consistency};

use super::{
    CHECKPOINT, Case, MANIFEST, anchor_growth_name, anchor_name, anchor_proof_name, record_name,
};
use crate::{
    anchor::{Anchored, Seen, Stamps},
    check::Steps,
    growth::GrowthProof,
};

/// The clocks of a ledger and of an authority may differ by this much.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(5);

/// An event of the case that is in the log.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dated {
    pub(super) version: u64,
    pub(super) position: u64,
    /// When the ledger says that it recorded it, if it says a time.
    pub(super) recorded_at: Option<Timestamp>,
}

/// What one good stamp says.
#[derive(Debug, Clone, Copy)]
struct Bound {
    /// The records from here on came later. Nothing is known of that while the record of the stamp is not
    /// itself under the checkpoint.
    from: Option<u64>,
    /// The records below existed.
    size: u64,
    earliest: Timestamp,
    latest: Timestamp,
}

impl Case<'_> {
    /// Checks every time anchor, and the events against those that are vouched for.
    pub(super) fn anchors(&mut self, steps: &mut Steps, stamps: Option<&dyn Stamps>) {
        let positions = self.manifest.anchors.clone();
        if !positions.is_sorted_by(|one, next| one < next) {
            let order: Result<(), &str> = Err("expected their positions in rising order");
            steps.take(MANIFEST, "each time anchor is listed once", order);
        }
        let mut bounds = Vec::new();
        for position in positions {
            bounds.extend(self.anchor(steps, position, stamps));
        }
        self.dates(steps, &bounds);
    }

    fn anchor(
        &mut self,
        steps: &mut Steps,
        position: u64,
        stamps: Option<&dyn Stamps>,
    ) -> Option<Bound> {
        let (at, growth_at) = (anchor_name(position), anchor_growth_name(position));
        let proof_at = anchor_proof_name(position);
        let mut file = |name: &str| self.files.remove(name).unwrap_or_default();
        let (bytes, growth) = (file(&at), file(&growth_at));
        let covered = self.checkpoint.as_ref().map(Checkpoint::size);
        // What is not under the checkpoint cannot be proved under it; a proof would be a stray file.
        let is_covered = covered.is_some_and(|size| position < size);
        let proof = is_covered.then(|| file(&proof_at));

        let read = Anchored::read(&bytes, position, &self.manifest.origin);
        let claim = "it holds a time stamp over a checkpoint of this log";
        let anchored = steps.take(&at, claim, read);
        let is_in_log = if let Some(proof) = proof {
            let claim = format!("the record of the stamp is at position {position} of the log");
            let proved = self.prove(position, &leaf_hash(&bytes), &proof);
            steps.take(&proof_at, claim, proved).is_some()
        } else {
            let claim = "the record of the stamp is in the log, and what follows it is younger";
            steps.open(&at, claim, "a checkpoint signed after it");
            false
        };
        let anchored = anchored?;
        let size = anchored.checkpoint.size();
        let claim = format!("the first {size} records are those that were stamped");
        let grown = self.grown(&anchored.checkpoint, &growth);
        let is_grown = steps.take(&growth_at, claim, grown).is_some();
        let seen = look(steps, &at, &anchored, stamps)?;
        let name = seen.vouched_for?;
        if !is_grown {
            return None;
        }
        let time = Timestamp::from_millisecond(seen.time).ok()?;
        let accuracy = SignedDuration::from_millis(seen.accuracy);
        steps.fact(
            "time stamp",
            format_args!(
                "{size} records existed at {time}, give or take {} ms, says {name}",
                seen.accuracy
            ),
        );
        Some(Bound {
            from: is_in_log.then(|| position.saturating_add(1)),
            size,
            earliest: time.saturating_sub(accuracy).unwrap_or(time),
            latest: time.saturating_add(accuracy).unwrap_or(time),
        })
    }

    /// That the checkpoint of the bundle extends the one that was stamped.
    fn grown(&self, stamped: &Checkpoint, proof: &[u8]) -> Result<(), String> {
        let proof = GrowthProof::parse(proof).map_err(|error| error.to_string())?;
        if proof.old_size != stamped.size() {
            let (expected, found) = (stamped.size(), proof.old_size);
            return Err(format!("line 1: expected the size {expected}, found {found}"));
        }
        if proof.checkpoint != *self.note {
            return Err(format!("expected the checkpoint of {CHECKPOINT}, found another"));
        }
        let now = self.checkpoint.as_ref().ok_or("the checkpoint is not accepted")?;
        let (old, new): (Hash, Hash) = (stamped.root(), now.root());
        verify_consistency(stamped.size(), now.size(), &old, &new, &proof.hashes)
            .map_err(|error| error.to_string())
    }

    /// Between which trusted times each event came to be, and whether its own date fits them.
    fn dates(&self, steps: &mut Steps, bounds: &[Bound]) {
        if bounds.is_empty() {
            return;
        }
        let mut windows: Vec<(u64, u64, String)> = Vec::new();
        let mut wrong = None;
        for dated in &self.dated {
            let before =
                bounds.iter().filter(|it| it.from.is_some_and(|from| dated.position >= from));
            let not_before = before.map(|it| it.earliest).max();
            let after = bounds.iter().filter(|it| dated.position < it.size);
            let not_after = after.map(|it| it.latest).min();
            if wrong.is_none() {
                wrong = misdated(dated, not_before, not_after).map(|why| (dated.position, why));
            }
            let window = in_words(not_before, not_after);
            match windows.last_mut() {
                Some((_, last, same)) if *same == window => *last = dated.version,
                Some(_) | None => windows.push((dated.version, dated.version, window)),
            }
        }
        for (first, last, window) in windows {
            let events = if first == last {
                format!("event {first}")
            } else {
                format!("events {first} to {last}")
            };
            steps.fact(&events, window);
        }
        let claim =
            "the dates of the events fit the time stamps (clocks may differ by five minutes)";
        match wrong {
            None => steps.take("anchors", claim, Ok::<(), String>(())),
            Some((position, why)) => steps.take(&record_name(position), claim, Err(why)),
        };
    }
}

/// What the stamp itself says.
fn look(
    steps: &mut Steps,
    at: &str,
    anchored: &Anchored,
    stamps: Option<&dyn Stamps>,
) -> Option<Seen> {
    let size = anchored.checkpoint.size();
    let time = &anchored.stamped_at;
    let vouched = format!("an authority you trust saw these {size} records at {time}");
    let Some(stamps) = stamps else {
        steps.open(at, vouched, "somebody to read the stamp");
        return None;
    };
    let seen = stamps.look(&anchored.token, anchored.document.as_bytes()).and_then(|seen| {
        // Compared as it is written: a time has many spellings, and readers know different ones.
        let time = Timestamp::from_millisecond(seen.time).map(|time| time.to_string());
        if time.is_ok_and(|time| time == anchored.stamped_at) {
            Ok(seen)
        } else {
            Err("the stamp states another time than its record".to_owned())
        }
    });
    match seen {
        Ok(seen) if seen.vouched_for.is_none() => {
            steps.take(at, "the stamp is over exactly this checkpoint", Ok::<(), String>(()));
            steps.open(at, vouched, "the authority's root certificate: --trust");
            Some(seen)
        }
        seen => steps.take(at, vouched, seen),
    }
}

fn misdated(
    dated: &Dated,
    not_before: Option<Timestamp>,
    not_after: Option<Timestamp>,
) -> Option<String> {
    let Some(said) = dated.recorded_at else {
        return Some("expected a time at which it was recorded, found something else".to_owned());
    };
    let plus = |time: Timestamp| time.saturating_add(CLOCKS_DIFFER).unwrap_or(time);
    if let (Some(after), Some(before)) = (not_before, not_after)
        && after > before
    {
        return Some(format!(
            "it follows a stamp of {after} and is covered by one of {before}: one of the two is wrong"
        ));
    }
    if let Some(after) = not_before
        && plus(said) < after
    {
        return Some(format!(
            "it says that it was recorded at {said}, but it follows a time stamp of {after}: it is dated back"
        ));
    }
    if let Some(before) = not_after
        && plus(before) < said
    {
        return Some(format!(
            "it says that it was recorded at {said}, but it was time-stamped at {before} already: it is dated \
             forward"
        ));
    }
    None
}

fn in_words(not_before: Option<Timestamp>, not_after: Option<Timestamp>) -> String {
    match (not_before, not_after) {
        (None, None) => "no trusted time".to_owned(),
        (Some(after), None) => format!("after {after}; no stamp covers it yet"),
        (None, Some(before)) => format!("before {before}"),
        (Some(after), Some(before)) => format!("after {after}, before {before}"),
    }
}
