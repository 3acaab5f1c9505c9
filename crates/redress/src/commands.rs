//! One module for each command.
//!
//! - [`backup`]: `redress backup`
//! - [`checkpoint`]: `redress checkpoint`
//! - [`clock`]: `redress clock`
//! - [`completions`]: `redress completions`
//! - [`demo`]: `redress demo`
//! - [`export`]: `redress export`
//! - [`import`]: `redress import`
//! - [`init`]: `redress init`
//! - [`keys`]: `redress keys`
//! - [`projections`]: `redress projections`
//! - [`replay`]: `redress replay`
//! - [`report`]: `redress report`
//! - [`restore`]: `redress restore`
//! - [`verify`]: `redress verify`

pub mod backup;
pub mod checkpoint;
pub mod clock;
pub mod completions;
pub mod demo;
pub mod export;
pub mod import;
pub mod init;
pub mod keys;
pub mod projections;
pub mod replay;
pub mod report;
pub mod restore;
pub mod verify;
