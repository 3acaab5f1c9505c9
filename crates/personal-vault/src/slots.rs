//! Which slots are taken, in memory.
//!
//! Slots are given out when a field is sealed, before anything is written, because the id of a blob
//! says where it lies. A slot that was given out and never written (a refused command, a crash)
//! goes back to be given out again, or stays a hole of zeroes, which harms nothing.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::segment::{BlobPlace, SlotClass};

/// Slot numbers of blobs have 40 bits in a vault id.
const BLOB_SLOTS_MAX: u64 = 1 << 40;
/// Slot numbers of keys have 48 bits in a key id.
const KEY_SLOTS_MAX: u64 = 1 << 48;

/// The next free slot of each kind, and those that came back.
#[derive(Debug)]
pub(crate) struct Slots(Mutex<Counters>);

#[derive(Debug, Default)]
struct Counters {
    keys: Line,
    half: Line,
    one: Line,
    two: Line,
    eight: Line,
    sixty_four: Line,
    thousand: Line,
}

#[derive(Debug, Default)]
struct Line {
    next: u64,
    returned: Vec<u64>,
}

impl Line {
    fn take(&mut self, limit: u64) -> Option<u64> {
        if let Some(slot) = self.returned.pop() {
            return Some(slot);
        }
        let slot = self.next;
        (slot < limit).then(|| {
            self.next = slot + 1;
            slot
        })
    }

    fn give_back(&mut self, slot: u64) {
        if slot + 1 == self.next {
            self.next = slot;
        } else {
            self.returned.push(slot);
        }
    }
}

impl Counters {
    fn blobs(&mut self, class: SlotClass) -> &mut Line {
        match class {
            SlotClass::Half => &mut self.half,
            SlotClass::One => &mut self.one,
            SlotClass::Two => &mut self.two,
            SlotClass::Eight => &mut self.eight,
            SlotClass::SixtyFour => &mut self.sixty_four,
            SlotClass::Thousand => &mut self.thousand,
        }
    }
}

impl Slots {
    /// Starts giving out slots behind those in use.
    pub(crate) fn new(keys: u64, blobs: impl IntoIterator<Item = (SlotClass, u64)>) -> Self {
        let mut counters =
            Counters { keys: Line { next: keys, ..Line::default() }, ..Counters::default() };
        for (class, next) in blobs {
            let line = counters.blobs(class);
            line.next = line.next.max(next);
        }
        Self(Mutex::new(counters))
    }

    fn lock(&self) -> MutexGuard<'_, Counters> {
        // Each change is one step, so a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn take_key(&self) -> Option<u64> {
        self.lock().keys.take(KEY_SLOTS_MAX)
    }

    pub(crate) fn give_back_key(&self, slot: u64) {
        self.lock().keys.give_back(slot);
    }

    pub(crate) fn take_blob(&self, class: SlotClass) -> Option<BlobPlace> {
        self.lock().blobs(class).take(BLOB_SLOTS_MAX).map(|slot| BlobPlace { class, slot })
    }

    pub(crate) fn give_back_blob(&self, place: BlobPlace) {
        self.lock().blobs(place.class).give_back(place.slot);
    }
}
