//! Every fixed word of the page, in each language. Words of the ledger itself (products, issues,
//! companies) are printed as they are.

mod en;
mod zh;

use complaint_domain::{
    cause,
    clock::{Language, shipped},
};

use crate::report::model::Vocabulary;

/// The language of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Locale {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

impl Locale {
    /// Every language there is.
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// Its short name, as in the name of the page's file.
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    pub(crate) const fn messages(self) -> &'static Messages {
        match self {
            Self::En => &en::MESSAGES,
            Self::Zh => &zh::MESSAGES,
        }
    }
}

impl std::str::FromStr for Locale {
    type Err = ParseLocaleError;

    fn from_str(input: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|locale| locale.code() == input).ok_or(ParseLocaleError)
    }
}

/// The text names no language of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected one of the languages en, zh")]
pub struct ParseLocaleError;

/// What is said about a table, a share or another figure.
pub(crate) struct About {
    pub(crate) id: &'static str,
    pub(crate) heading: &'static str,
    /// What is counted, of what.
    pub(crate) definition: &'static str,
}

/// A heading and the sentence under it.
pub(crate) struct SectionText {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) intro: &'static str,
}

/// A value of a closed list and its name.
pub(crate) type Name = (&'static str, &'static str);

/// The words of one language. `{name}` is a place for a figure or a word.
pub(crate) struct Messages {
    pub(crate) lang: &'static str,
    pub(crate) title: &'static str,
    /// How jiff writes a date.
    pub(crate) date: &'static str,
    pub(crate) month: &'static str,
    pub(crate) moment: &'static str,
    pub(crate) span: &'static str,
    /// What stands between two sentences, and after a name that is explained.
    pub(crate) gap: &'static str,
    pub(crate) colon: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) provenance: &'static str,
    /// The records tell of some of the days only.
    pub(crate) partly: &'static str,
    pub(crate) not_over: &'static str,
    pub(crate) contents: &'static str,
    pub(crate) key_figures: &'static str,
    pub(crate) sections: &'static [SectionText],
    pub(crate) about: &'static [About],
    // Key figures.
    pub(crate) received: &'static str,
    pub(crate) reopened: &'static str,
    pub(crate) closed: &'static str,
    pub(crate) withdrawn: &'static str,
    pub(crate) ended: &'static str,
    pub(crate) outstanding_start: &'static str,
    pub(crate) outstanding_end: &'static str,
    pub(crate) per_day: &'static str,
    pub(crate) key_closed_note: &'static str,
    pub(crate) key_open_note: &'static str,
    pub(crate) key_timely: &'static str,
    pub(crate) key_share_note: &'static str,
    pub(crate) key_median: &'static str,
    pub(crate) key_median_note: &'static str,
    pub(crate) key_upheld: &'static str,
    pub(crate) key_upheld_note: &'static str,
    pub(crate) key_redress: &'static str,
    pub(crate) key_redress_note: &'static str,
    pub(crate) days_unit: &'static str,
    // Sentences.
    pub(crate) balance_sentence: &'static str,
    pub(crate) largest_sentence: &'static str,
    pub(crate) duration_sentence: &'static str,
    pub(crate) upheld_sentence: &'static str,
    pub(crate) hidden_note: &'static str,
    pub(crate) pooled_note: &'static str,
    pub(crate) multiple_note: &'static str,
    // Tables.
    pub(crate) complaints: &'static str,
    pub(crate) mentions: &'static str,
    pub(crate) share: &'static str,
    pub(crate) total: &'static str,
    pub(crate) value: &'static str,
    pub(crate) period: &'static str,
    pub(crate) not_stated: &'static str,
    pub(crate) pooled: &'static str,
    pub(crate) hidden: &'static str,
    pub(crate) show_table: &'static str,
    pub(crate) counted: &'static str,
    pub(crate) data_file: &'static str,
    pub(crate) too_few: &'static str,
    pub(crate) nothing: &'static str,
    // Charts.
    pub(crate) none_found: &'static str,
    pub(crate) with_cause: &'static str,
    pub(crate) signal_rule: &'static str,
    /// In the order of the rules.
    pub(crate) signal_rules: &'static [&'static str; 4],
    pub(crate) signal_sentence: &'static str,
    pub(crate) signal_sentence_withheld: &'static str,
    pub(crate) chart_heading: &'static str,
    pub(crate) chart_share: &'static str,
    pub(crate) chart_centre: &'static str,
    pub(crate) chart_limit: &'static str,
    pub(crate) chart_signal: &'static str,
    pub(crate) chart_cause_text: &'static str,
    /// Of how many something is known, and of how many not.
    pub(crate) known_of: &'static str,
    /// In place of a share of the few of which something is known.
    pub(crate) mostly_unknown: &'static str,
    /// In place of a chart whose weeks with the cause are all withheld.
    pub(crate) chart_withheld: &'static str,
    pub(crate) chart_flow: &'static str,
    pub(crate) chart_flow_text: &'static str,
    pub(crate) chart_bars_text: &'static str,
    pub(crate) chart_stack_text: &'static str,
    pub(crate) axis_per_day: &'static str,
    pub(crate) axis_open: &'static str,
    pub(crate) band_days: &'static str,
    pub(crate) band_over: &'static str,
    // Shares, durations, redress, quality.
    pub(crate) figure: &'static str,
    pub(crate) numerator: &'static str,
    pub(crate) denominator: &'static str,
    pub(crate) result: &'static str,
    pub(crate) interval: &'static str,
    pub(crate) shares: &'static str,
    pub(crate) percentiles: &'static [&'static str; 5],
    pub(crate) limit: &'static str,
    pub(crate) kept: &'static str,
    /// The second way of counting: without those who still wait.
    pub(crate) kept_of_settled: &'static str,
    pub(crate) currency: &'static str,
    pub(crate) payments: &'static str,
    pub(crate) paid_total: &'static str,
    pub(crate) paid_median: &'static str,
    pub(crate) paid_p90: &'static str,
    pub(crate) quality_rows: &'static [&'static str; 9],
    /// In the order of the tallies.
    pub(crate) oversight_rows: &'static [&'static str; 14],
    /// The way it was handled, and what came of it.
    pub(crate) survey_rows: &'static [&'static str; 2],
    pub(crate) survey_sentence: &'static str,
    // In proportion to the business.
    pub(crate) product: &'static str,
    pub(crate) all_products: &'static str,
    pub(crate) volume_unit: &'static str,
    pub(crate) volume: &'static str,
    pub(crate) per_1000: &'static str,
    pub(crate) volume_records: &'static str,
    pub(crate) volume_sentence: &'static str,
    pub(crate) no_volume: &'static str,
    pub(crate) volume_not_covered: &'static str,
    pub(crate) volume_not_additive: &'static str,
    // About the report.
    pub(crate) facts: &'static [&'static str; 11],
    pub(crate) minimum_text: &'static str,
    pub(crate) minimum_none: &'static str,
    pub(crate) check_title: &'static str,
    pub(crate) check_text: &'static str,
    pub(crate) find_title: &'static str,
    pub(crate) find_text: &'static str,
    pub(crate) how_title: &'static str,
    pub(crate) how: &'static [&'static str],
    pub(crate) names: &'static [(Vocabulary, &'static [Name])],
}

impl Messages {
    /// What is said about a figure; empty for an id that nobody wrote about, which a test excludes.
    pub(crate) fn about(&self, id: &str) -> &About {
        const NONE: &About = &About { id: "", heading: "", definition: "" };
        self.about.iter().find(|about| about.id == id).unwrap_or(NONE)
    }

    pub(crate) fn section(&self, id: &str) -> &SectionText {
        const NONE: &SectionText = &SectionText { id: "", title: "", intro: "" };
        self.sections.iter().find(|section| section.id == id).unwrap_or(NONE)
    }

    /// The name of a cause with its code; the code alone where the program's tree does not have it.
    pub(crate) fn cause(&self, code: &str) -> String {
        if code == "none-found" {
            return self.none_found.to_owned();
        }
        let names = cause::standard().and_then(|tree| tree.name_of(code));
        match names {
            Some(names) => format!("{} · {code}", names.in_language(self.language())),
            None => code.to_owned(),
        }
    }

    /// The name of a time limit with its pack and clock; these alone where the program's packs do not have it.
    pub(crate) fn limit(&self, code: &str) -> String {
        let known = code.split_once('/').and_then(|(pack, clock)| {
            let pack = shipped::pack(pack)?;
            let rule = pack.clocks().iter().find(|rule| rule.code.as_str() == clock)?;
            Some(rule.name.in_language(self.language()).to_owned())
        });
        match known {
            Some(name) => format!("{name} · {code}"),
            None => self.name(Vocabulary::Limit, code).to_owned(),
        }
    }

    fn language(&self) -> Language {
        if self.lang == "en" { Language::English } else { Language::Chinese }
    }

    /// The name of a value; the value itself where the ledger's own word is the name.
    pub(crate) fn name<'a>(&self, vocabulary: Vocabulary, code: &'a str) -> &'a str
    where
        'static: 'a,
    {
        self.names
            .iter()
            .filter(|(of, _)| *of == vocabulary)
            .flat_map(|(_, names)| names.iter())
            .find(|(known, _)| *known == code)
            .map_or(code, |(_, name)| name)
    }
}

/// Puts figures and words into their places.
pub(crate) fn fill(text: &str, places: &[(&str, &str)]) -> String {
    places
        .iter()
        .fold(text.to_owned(), |text, (place, value)| text.replace(&format!("{{{place}}}"), value))
}

/// A whole number with its thousands set apart.
pub(crate) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Hundredths of a percent as a percentage with one decimal.
pub(crate) fn percent(basis_points: u64) -> String {
    let tenths = (basis_points + 5) / 10;
    format!("{}.{}%", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests;
