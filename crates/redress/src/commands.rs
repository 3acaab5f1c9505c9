//! One module for each command.
//!
//! - [`access`]: `redress access`
//! - [`anchor`]: `redress anchor`
//! - [`backup`]: `redress backup`
//! - [`bench`](mod@bench): `redress bench`
//! - [`checkpoint`]: `redress checkpoint`
//! - [`cause`]: `redress cause`
//! - [`check`]: `redress check`
//! - [`clock`]: `redress clock`
//! - [`commit_index`]: `redress commit-index`
//! - [`complaint`]: `redress complaint`
//! - [`completions`]: `redress completions`
//! - [`demo`]: `redress demo`
//! - [`export`]: `redress export`
//! - [`filed`]: `redress staff`, `redress rulebook` and their like
//! - [`import`]: `redress import`
//! - [`init`]: `redress init`
//! - [`inspection`]: `redress inspection`
//! - [`keys`]: `redress keys`
//! - [`letter`]: `redress letter`
//! - [`mail`]: `redress mail`
//! - [`mirror`]: `redress mirror`
//! - [`projections`]: `redress projections`
//! - [`prove`]: `redress prove`
//! - [`replay`]: `redress replay`
//! - [`report`]: `redress report`
//! - [`restore`]: `redress restore`
//! - [`rulebook`]: `redress rulebook`
//! - [`serve`]: `redress serve`
//! - [`status`]: `redress status`
//! - [`subject`]: `redress subject`
//! - [`verify`]: `redress verify`
//! - [`witness`]: `redress witness`

pub mod access;
pub mod anchor;
pub mod backup;
pub mod bench;
pub mod cause;
pub mod check;
pub mod checkpoint;
pub mod clock;
pub mod commit_index;
pub mod complaint;
pub mod completions;
pub mod demo;
pub mod export;
pub mod filed;
pub mod import;
pub mod init;
pub mod inspection;
pub mod keys;
pub mod letter;
pub mod mail;
pub mod mirror;
pub mod projections;
pub mod prove;
pub mod replay;
pub mod report;
pub mod restore;
pub mod rulebook;
pub mod serve;
pub mod status;
pub mod subject;
pub mod verify;
pub mod witness;
