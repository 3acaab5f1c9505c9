//! The read model of the published figures, and the transparency report made from it.
//!
//! [`TransparencyProjector`] turns the log into rows: one for each complaint, one for each time a
//! complaint was open, one for each coming and going. The rows depend on nothing but the log, so
//! whoever holds the log can make them again. [`report::build`] counts a period from them,
//! [`report::write()`] prints it: a page for people, JSON and CSV for programs.
//!
//! What is absent: personal data (records hold none), clocks, floating-point sums, and any reading
//! of the log beyond the position a report states.
//!
//! - [`committee`]: the committee's own report
//! - [`files`]: the files of a report, and the list that stands for them
//! - [`period`]: the days a report is about
//! - [`projector`]: records to rows
//! - [`report`]: rows to figures to files

pub mod committee;
pub mod files;
mod fold;
pub mod period;
pub mod projector;
pub mod report;
mod schema;

pub use period::Period;
pub use projector::TransparencyProjector;
