//! One module for each command.
//!
//! - [`backup`]: `redress backup`
//! - [`clock`]: `redress clock`
//! - [`completions`]: `redress completions`
//! - [`demo`]: `redress demo`
//! - [`export`]: `redress export`
//! - [`import`]: `redress import`
//! - [`init`]: `redress init`
//! - [`projections`]: `redress projections`
//! - [`replay`]: `redress replay`
//! - [`report`]: `redress report`
//! - [`restore`]: `redress restore`
//! - [`verify`]: `redress verify`

pub mod backup;
pub mod clock;
pub mod completions;
pub mod demo;
pub mod export;
pub mod import;
pub mod init;
pub mod projections;
pub mod replay;
pub mod report;
pub mod restore;
pub mod verify;
