//! Signing what a log has come to, and never two histories.
//!
//! A log's key signs checkpoints for strangers to hold it to. The key lies in a file of its own,
//! sealed by a passphrase if its owner wants that. Beside it, outside the log's directory, lies the
//! *register*: the last checkpoint that was signed. The signer shows with a consistency proof that
//! the next tree begins with all of that one, writes the register, syncs it, and only then lets the
//! signature out. So a log that was restored from an old backup cannot sign a second history, unless
//! somebody takes the register back with it; then only a witness can tell.
//!
//! - [`key_file`]: a secret key in a file
//! - [`register`]: the last checkpoint that was signed
//! - [`signer`]: key and register together
//! - [`rotation`]: one key hands over to the next · [`chain`]: which key held when
//! - `file`: files that are there whole or not at all

pub mod chain;
mod file;
pub mod key_file;
pub mod register;
pub mod rotation;
pub mod signer;

pub use chain::KeyChain;
pub use file::make_private_dir;
pub use key_file::{KeyFile, Passphrase};
pub use register::Register;
pub use rotation::Rotation;
pub use signer::{CheckpointSigner, SignError};
