//! Backups: a copy of a ledger that says when it is finished, and a ledger made from one.
//!
//! | in the directory of a backup | what |
//! |---|---|
//! | `manifest.json` | what it holds; written last, replaced whole: without it there is no backup |
//! | `tiles/` | the log's sealed tiles, each copied once |
//! | `log/N/` | the rest of the log at the cut of backup number N, and `SHA256SUMS` |
//! | `personal/N/` | blobs and wrapped data keys, and `SHA256SUMS`; kept apart, for it must not be kept long |
//! | `lock` | held while a backup is taken |
//!
//! The log's position is taken first and the vault is copied after it: a blob is durable before the
//! record that names it, so whatever the copied records name has been copied. The key-encryption
//! key is never copied, for who has both has everything.
//!
//! A backup that was interrupted leaves the one before it as it was. A restore that was killed leaves
//! a directory ending in `.restoring`, which is no ledger yet and is made anew; one that fails takes it
//! away.
//!
//! - [`manifest`]: what a backup says of itself
//! - [`take`]: taking one, beside a log that is written to
//! - [`restore`]: a ledger from one, verified before it gets its name
//! - [`mark`]: a restored copy is not written to before a register has told whether it may go on
//! - [`files`]: copies with digests

pub mod files;
pub mod manifest;
pub mod mark;
pub mod restore;
pub mod take;

#[cfg(test)]
mod tests;

/// The name of the lock in a backup.
const LOCK: &str = "lock";
/// The directory of tiles.
const TILES: &str = "tiles";
/// The directory of what else the log has.
const LOG: &str = "log";
/// The directory of blobs and wrapped keys.
const PERSONAL: &str = "personal";
/// The name of a list of digests.
const SUMS: &str = "SHA256SUMS";
/// Says how long copies of personal data may be kept.
const RETENTION: &str = "RETENTION.txt";

/// The directory of backup number `generation` below another.
fn numbered(generation: u64) -> String {
    format!("{generation:06}")
}
