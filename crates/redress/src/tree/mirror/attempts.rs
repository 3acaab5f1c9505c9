//! Reading a tree again where it does not hold, to tell whose copy is at fault.
//!
//! A mirror reads its own bundles again rather than fetch them. Those under its checkpoint held once; those after it
//! were left by a run that ended before all of it held, and may be anything.

use std::{fs, path::Path};

use checkpoint_signer::KeyChain;
use merkle_log::{Checkpoint, SignedNote, TileId, TileKind, VerifierKey, tile::TILE_WIDTH};

use super::{Source, bundle, fault::Fault, lists, replay::Replay, withheld};
use crate::{console::Bar, error::CommandError};

/// A tree that is to be mirrored.
#[derive(Debug)]
pub(super) struct Attempts<'a> {
    pub(super) source: &'a Source,
    pub(super) out: &'a Path,
    pub(super) key: VerifierKey,
    pub(super) checkpoint: &'a Checkpoint,
    /// What the mirror holds already.
    pub(super) held: Option<(SignedNote, Checkpoint)>,
    pub(super) bar: &'a Bar,
}

/// What one reading of the tree came to, beside its end.
#[derive(Debug, Default)]
struct Read {
    /// The bundles that were the mirror's own.
    own: Vec<TileId>,
    /// The bundles that the source has otherwise than the mirror, when all are read from the source.
    differing: Vec<TileId>,
}

impl Attempts<'_> {
    /// How many records the mirror holds already.
    pub(super) fn held_size(&self) -> u64 {
        self.held.as_ref().map_or(0, |(_, held)| held.size())
    }

    /// Reads the tree and writes the mirror.
    ///
    /// # Errors
    ///
    /// [`CommandError`] that says whether the source or the mirror is at fault.
    pub(super) fn replay(&self) -> Result<Replay<'_>, CommandError> {
        let mut read = Read::default();
        let fault = match self.read(u64::MAX, Some(self.out), &mut read) {
            Ok(replay) => return Ok(replay),
            Err(Fault::Other(error)) => return Err(error),
            Err(fault) => fault,
        };
        let is_held = |tile: &TileId| end_of(*tile) <= self.held_size();
        if read.own.iter().all(is_held) {
            return self.blame(fault, &read);
        }
        // Without what an earlier run left.
        let mut read = Read::default();
        match self.read(self.held_size(), Some(self.out), &mut read) {
            Ok(replay) => Ok(replay),
            Err(Fault::Other(error)) => Err(error),
            Err(fault) => self.blame(fault, &read),
        }
    }

    /// Whose fault it is: read from the source alone, the tree holds or it does not.
    fn blame(&self, fault: Fault, read: &Read) -> Result<Replay<'_>, CommandError> {
        let (source, held) = (self.source.name(), self.held.as_ref());
        let of_source = |fault: Fault| fault.of_source(&source, self.out, self.checkpoint, held);
        if read.own.is_empty() {
            return Err(of_source(fault));
        }
        let mut read = Read::default();
        Err(match self.read(0, None, &mut read) {
            Ok(_) => fault.of_mirror(self.out, self.checkpoint, &read.differing),
            Err(Fault::Other(why)) => fault.of_either(&source, self.out, self.checkpoint, &why),
            Err(fault) => of_source(fault),
        })
    }

    /// Reads all records, with the mirror's own full bundles of the first `own_until`.
    fn read<'a>(
        &'a self,
        own_until: u64,
        out: Option<&'a Path>,
        read: &mut Read,
    ) -> Result<Replay<'a>, Fault> {
        let held = self.held.as_ref().map(|(_, held)| held);
        let (scratch, chain) = (lists::scratch(self.out), KeyChain::new(self.key.clone()));
        let mut replay = Replay::new(out, &scratch, chain, held);
        let size = self.checkpoint.size();
        for index in 0..size.div_ceil(TILE_WIDTH.into()) {
            let tile = TileId::in_tree(TileKind::Entries, index, size);
            let tile = tile.ok_or_else(|| withheld("a bundle"))?;
            let path = self.out.join(tile.to_string());
            let has_own = !tile.is_partial() && path.exists();
            let own = || fs::read(&path).map_err(CommandError::file("read", &path));
            let bytes = if has_own && end_of(tile) <= own_until {
                read.own.push(tile);
                own()?
            } else {
                let bytes = bundle(self.source, tile)?;
                if has_own && out.is_none() && own()? != bytes {
                    read.differing.push(tile);
                }
                bytes
            };
            replay.bundle(tile, &bytes)?;
            self.bar.set_of(replay.size(), size);
        }
        replay.finish(self.checkpoint)?;
        Ok(replay)
    }
}

/// How many records there are up to the end of a full bundle.
fn end_of(tile: TileId) -> u64 {
    tile.index().saturating_add(1).saturating_mul(TILE_WIDTH.into())
}
