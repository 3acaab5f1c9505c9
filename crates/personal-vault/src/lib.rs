//! Personal fields under seal: commitments, data keys, erasable blobs.
//!
//! A record in the log is for ever, and personal data must not be. So a record carries only a salted
//! commitment to each personal field, the digest of its ciphertext, and random references; the
//! ciphertext lies here, under a data key that lies here too. Once blob, key and salt are erased, what
//! the record carries opens to nothing, and every proof over the record still holds.
//!
//! Three places, each with its own rules for backups ([`VaultPaths`]):
//!
//! - the directory of blobs: slots in segment files, each of which can be overwritten in place
//! - the key file: one data key per person and complaint, wrapped, in slots of 128 bytes
//! - the key-encryption key: one small file outside both; without it all the rest is noise
//!
//! Life of a field: [`Vault::seal`] commits to it and encrypts it in memory and gives out the slot it
//! will have; the rules decide whether the command is accepted; [`Vault::store`] makes blob and key
//! durable, many callers with one sync; only then is the record appended that names them. A crash in
//! between leaves a blob that nothing names, which is harmless; the other way round cannot happen.
//! [`Vault::open_field`] checks digest, seal and commitment each time.
//!
//! What is absent: no plaintext ever reaches a file; no secret is ever printed; no index grows in memory
//! with the history, because an id says, to the holder of the key file only, where its slot is.
//!
//! - [`vault`]: the vault itself
//! - [`field`]: what goes in, what the record carries, what comes out
//! - [`sealing`]: fields sealed and not yet stored
//! - [`error`]: what can go wrong
//! - [`rotation`]: another key-encryption key, and the end of every copy from before
//! - [`entropy`]: where random bytes come from
//! - `seal`: commitment and cipher · `kek`, `keys`: wrapping, the key file · `segment`: the slots of blobs
//! - `erased`: what was erased, and stays so in every copy
//! - `place`: ids that say where · `slots`: which slots are taken · `writer`: group commit

pub mod entropy;
mod erased;
pub mod error;
pub mod field;
mod files;
mod frame;
mod kek;
mod keys;
mod place;
pub mod rotation;
mod seal;
pub mod sealing;
mod segment;
mod slots;
mod syncing;
pub mod vault;
mod writer;

pub use entropy::{Entropy, SystemEntropy};
pub use error::{CreateVaultError, OpenError, OpenVaultError, RotateError, SealError, StoreError};
pub use field::{FIELD_BYTES_MAX, Opening, PlainField, SealedRef, SubjectKey};
pub use frame::Reference;
pub use rotation::{Rotated, Unreadable, rotate_key};
pub use sealing::Sealing;
pub use vault::{Vault, VaultPaths, VaultStatus};
