//! How fast this ledger is on this machine, always beside what the machine could do at best.
//!
//! A figure without a baseline says more about the machine than about the ledger. So each command
//! here takes baselines and ledger in turns, several times, and prints both and the ratios between
//! them, round by round, with the lowest, the median and the highest.
//!
//! - [`append`], [`replay`], [`verify`], [`project`]: the four commands
//! - [`sheet`]: what was found in each round, and the ratios
//! - [`machine`]: what it was found on
//! - [`invented`]: events as a year of complaints has them, and commands
//! - [`place`]: a ledger for the time of the measurement
//! - [`bare_file`], [`sqlite`], [`tiles`]: the baselines

pub mod append;
pub mod bare_file;
pub mod invented;
pub mod machine;
pub mod place;
pub mod project;
pub mod replay;
pub mod sheet;
pub mod sqlite;
pub mod tiles;
pub mod verify;

#[cfg(test)]
mod tests;
