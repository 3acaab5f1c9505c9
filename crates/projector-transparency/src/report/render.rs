//! A report as one page, as JSON and as CSV.

mod chart;
mod files;
mod messages;
mod page;
mod section;

pub use files::{WriteError, json, write, write_with};
pub use messages::{Locale, ParseLocaleError};

/// What a figure counts, in the words of `report.json`, which has one language.
pub(super) fn definition(id: &str) -> &'static str {
    Locale::En.messages().about(id).definition
}
