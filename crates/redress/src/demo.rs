//! The demo: a believable year of invented complaints, sent as people would send them.
//!
//! Everything in it is invented, and all of it follows from a seed.
//!
//! - [`lives`]: one complaint's life, as the commands that people send
//! - [`author`]: writes a life down, keeping its time
//! - [`beside`]: the committee, the regulator, and what is done against causes
//! - [`looking_back`]: when the year is over: an inspection, and reports that are endorsed
//! - [`volumes`]: how much business there was
//! - [`year`]: sends all lives of a year, in order of simulated time
//! - [`people`]: those who complain, and the accounts of those who handle complaints
//! - [`matters`]: what the invented company sells, and what goes wrong with it
//! - [`texts`]: what people write, in English and in Chinese

pub mod author;
pub mod beside;
pub mod lives;
pub mod looking_back;
pub mod matters;
pub mod people;
pub mod texts;
pub mod volumes;
pub mod year;

#[cfg(test)]
mod tests;
