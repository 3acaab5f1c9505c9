//! What is carried out beside what, and what after what.
//!
//! Work on complaints is short, and one command of it after the other. What takes long, or waits for others, must not
//! hold it up, and has a lane of its own; what would write to the same place or take the same care of the vault shares
//! one.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// So many may wait in one lane; whoever comes then is told to try again.
pub(super) const WAITING_MAX: usize = 64;
/// So many listings are made at once, and so many readers have all of a log printed to them.
const SIDE_BY_SIDE: usize = 4;

/// Where a command is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// Short, and appends.
    Desk,
    /// Only tells what stands; may have to bring the read models up first.
    Looking,
    /// Prints as much as the log holds, and waits for whoever reads it.
    Reading,
    /// Makes files or goes through the whole log.
    Making,
    /// Many commands, such as a file that is taken in.
    Many,
    /// Waits for a server of somebody else's: mail, and authorities of time.
    Outside,
    /// Destroys what a backup would copy meanwhile, and what a command might seal, by whichever lane it comes.
    Erasing,
}

impl Lane {
    /// Whether it may be left at any point when nobody waits for it or the process is to end: it leaves nothing
    /// half-done that the next such command does not find.
    pub(super) const fn may_be_cut_short(self) -> bool {
        match self {
            Self::Looking | Self::Reading | Self::Making | Self::Many => true,
            Self::Desk | Self::Outside | Self::Erasing => false,
        }
    }
}

/// The lanes of one process.
#[derive(Debug)]
pub(super) struct Lanes {
    desk: Turns,
    looking: Turns,
    reading: Turns,
    making: Turns,
    many: Turns,
    outside: Turns,
}

#[derive(Debug, Clone)]
struct Turns {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

/// A place in a lane, before it is its turn.
#[derive(Debug)]
pub(super) struct Place {
    _place: OwnedSemaphorePermit,
    /// In the order in which they are taken, the same for all.
    turns: Vec<Arc<Semaphore>>,
}

/// It is its turn until this is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    _held: Vec<OwnedSemaphorePermit>,
}

impl Lanes {
    pub(super) fn new() -> Self {
        let turns = |at_once| Turns {
            places: Arc::new(Semaphore::new(WAITING_MAX)),
            turns: Arc::new(Semaphore::new(at_once)),
        };
        Self {
            desk: turns(1),
            looking: turns(SIDE_BY_SIDE),
            reading: turns(SIDE_BY_SIDE),
            making: turns(1),
            many: turns(1),
            outside: turns(1),
        }
    }

    /// A place in this lane; none when too many wait there.
    pub(super) fn place(&self, lane: Lane) -> Option<Place> {
        let (first, behind): (_, &[_]) = match lane {
            Lane::Desk => (&self.desk, &[]),
            Lane::Looking => (&self.looking, &[]),
            Lane::Reading => (&self.reading, &[]),
            Lane::Making => (&self.making, &[]),
            Lane::Many => (&self.many, &[]),
            Lane::Outside => (&self.outside, &[]),
            // The desk last: it is not kept waiting for a backup, a file that is taken in, or a mail server.
            Lane::Erasing => (&self.making, &[&self.many, &self.outside, &self.desk]),
        };
        let place = Arc::clone(&first.places).try_acquire_owned().ok()?;
        let turns = [first].into_iter().chain(behind.iter().copied());
        Some(Place { _place: place, turns: turns.map(|it| Arc::clone(&it.turns)).collect() })
    }
}

impl Place {
    /// Waits until it is its turn. `None` never comes: nobody closes a lane.
    pub(super) async fn turn(&self) -> Option<Turn> {
        let mut held = Vec::new();
        for turns in &self.turns {
            held.push(Arc::clone(turns).acquire_owned().await.ok()?);
        }
        Some(Turn { _held: held })
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    fn turn(place: &Place) -> Option<Turn> {
        place.turn().now_or_never().flatten()
    }

    #[test]
    fn a_long_command_holds_up_no_short_one() {
        let lanes = Lanes::new();
        let place = |lane| lanes.place(lane).unwrap();
        let long = [Lane::Making, Lane::Many, Lane::Outside, Lane::Reading].map(place);
        let _long = long.each_ref().map(|place| turn(place).unwrap());
        assert!(turn(&place(Lane::Desk)).is_some());
        assert!(turn(&place(Lane::Looking)).is_some());
    }

    #[test]
    fn an_erasure_waits_for_all_that_seals_or_copies_before_it_keeps_the_desk() {
        let lanes = Lanes::new();
        let place = |lane| lanes.place(lane).unwrap();
        let erasure = place(Lane::Erasing);
        let desk = place(Lane::Desk);
        for lane in [Lane::Making, Lane::Many, Lane::Outside] {
            let other = place(lane);
            let busy = turn(&other).unwrap();
            assert!(turn(&erasure).is_none(), "beside {lane:?}");
            drop(turn(&desk).unwrap());
            drop(busy);
        }
        let erasing = turn(&erasure).unwrap();
        for lane in [Lane::Making, Lane::Many, Lane::Outside, Lane::Desk] {
            assert!(turn(&place(lane)).is_none(), "{lane:?} beside it");
        }
        assert!(turn(&place(Lane::Looking)).is_some());
        drop(erasing);
        assert!(turn(&desk).is_some());
    }

    #[test]
    fn whoever_comes_when_too_many_wait_is_told_so_and_the_other_lanes_are_not_full() {
        let lanes = Lanes::new();
        let waiting: Vec<_> = std::iter::from_fn(|| lanes.place(Lane::Making)).take(100).collect();
        assert_eq!(waiting.len(), WAITING_MAX);
        assert!(lanes.place(Lane::Erasing).is_none());
        assert!(lanes.place(Lane::Desk).is_some());
    }
}
