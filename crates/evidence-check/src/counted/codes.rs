//! What the rows of a table can stand for, where that is a closed list: a row under a name of the publisher's own would be
//! looked for by nobody.

use jiff::civil::Date;

use super::{BY_MONTH, CountedRow, CountedTable};

/// The upper ends of the bands of days in which answers are told, included; the last band has none.
pub const BAND_ENDS: [u32; 6] = [3, 5, 15, 30, 56, 60];

/// Tables of which every value is known, with these. What stands in the others follows from taxonomies, trees and packs.
pub const CLOSED: [(&str, &[&str]); 11] = [
    (
        "received-by-right",
        &[
            "safety",
            "information",
            "choice",
            "fair-dealing",
            "redress",
            "association",
            "education",
            "dignity",
            "personal-information",
            "supervision",
        ],
    ),
    (
        "received-by-channel",
        &[
            "phone",
            "email",
            "web",
            "app",
            "letter",
            "fax",
            "in-person",
            "branch",
            "social-media",
            "chat",
            "regulator-platform",
            "referral",
        ],
    ),
    ("disputed", YES_NO),
    (
        "platform-response",
        &[
            "closed-with-monetary-relief",
            "closed-with-non-monetary-relief",
            "closed-with-relief",
            "closed-without-relief",
            "closed-with-explanation",
            "closed",
            "in-progress",
            "untimely-response",
        ],
    ),
    ("platform-timely", YES_NO),
    (
        "ended-by-outcome",
        &["upheld", "partly-upheld", "not-upheld", "goodwill", "out-of-scope", "withdrawn"],
    ),
    ("received-by-vulnerability", &["health", "life-events", "resilience", "capability"]),
    ("received-by-link", &["duplicate", "joint", "related"]),
    (
        "answered-by-pause",
        &[
            "expert-examination",
            "recusal-decision",
            "waiting-for-complainant",
            "waiting-for-third-party",
        ],
    ),
    (
        "decided-outside-by-result",
        &[
            "settled",
            "for-complainant",
            "partly-for-complainant",
            "for-respondent",
            "outside-jurisdiction",
            "discontinued",
        ],
    ),
    ("decided-outside-by-overturned", YES_NO),
];
const YES_NO: &[&str] = &["yes", "no"];
pub(super) const BY_BAND: &str = "answered-by-band";

/// The first row that stands for nothing its table has: what is expected, and what it stands for.
pub(super) fn first_unknown(table: &CountedTable) -> Option<(String, String)> {
    let mut before = None;
    table.rows.iter().find_map(|row| {
        let found = || row.code.clone().unwrap_or_default();
        if let Some(expected) = unknown(table, row) {
            return Some((expected, found()));
        }
        let days = row.code.as_deref().filter(|_| table.id == BY_MONTH).and_then(span)?;
        let is_later = before.is_none_or(|before| days.0 > before);
        before = Some(days.1);
        (!is_later).then(|| ("months that follow one another".to_owned(), found()))
    })
}

/// What a row could stand for, where it stands for something else.
fn unknown(table: &CountedTable, row: &CountedRow) -> Option<String> {
    let code = row.code.as_deref()?;
    if table.id == BY_MONTH {
        return span(code).is_none().then(|| "months or days such as 2026-03".to_owned());
    }
    if table.id == BY_BAND {
        return (!is_band(code)).then(|| "days such as 4-5 or 61+".to_owned());
    }
    let (_, known) = CLOSED.iter().find(|(id, _)| *id == table.id)?;
    (!known.contains(&code)).then(|| format!("one of {}", known.join(", ")))
}

/// The days that a row of months stands for: `2014-10`, `2014-10..2014-12` or `2014-10-01..2014-10-17`.
pub(super) fn span(code: &str) -> Option<(Date, Date)> {
    let (first, last) = code.split_once("..").unwrap_or((code, code));
    let is_days = first.len() == 10 && last.len() == 10;
    let days = if is_days && code.contains("..") {
        (day(first)?, day(last)?)
    } else {
        (day(&format!("{first}-01"))?, day(&format!("{last}-01"))?.last_of_month())
    };
    let is_one_spelling = is_days || first < last || !code.contains("..");
    (days.0 <= days.1 && is_one_spelling).then_some(days)
}

/// A day in its one spelling.
fn day(text: &str) -> Option<Date> {
    text.parse::<Date>().ok().filter(|day| day.to_string() == text)
}

/// `0-3`, `31-60`, `61+`: bands that lie beside each other may be told together.
fn is_band(code: &str) -> bool {
    let begins = |text: &str| {
        text == "0" || BAND_ENDS.iter().any(|end| end.saturating_add(1).to_string() == text)
    };
    if let Some(first) = code.strip_suffix('+') {
        return begins(first);
    }
    let Some((first, last)) = code.split_once('-') else { return false };
    let number = |text: &str| text.parse::<u32>().ok();
    begins(first)
        && BAND_ENDS.iter().any(|end| end.to_string() == last)
        && number(first) <= number(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_and_bands_have_one_spelling() {
        for code in ["2026-03", "2026-01..2026-03", "2026-03-04..2026-03-04"] {
            assert!(span(code).is_some(), "{code}");
        }
        let (first, last) = span("2024-01..2024-02").unwrap();
        assert_eq!(
            (first.to_string(), last.to_string()),
            ("2024-01-01".into(), "2024-02-29".into())
        );
        for code in [
            "2026-13",
            "2026-3",
            "2026",
            "2026-03-01",
            "2026-04..2026-03",
            "2026-03..2026-03",
            "2026-03..2026-04-01",
            "later",
            "20260301..20260302",
        ] {
            assert_eq!(span(code), None, "{code}");
        }
        for code in ["0-3", "0-60", "31-60", "61+", "0+"] {
            assert!(is_band(code), "{code}");
        }
        for code in ["0-4", "3-5", "6-5", "61-", "1+", "+", "-3", "00-3"] {
            assert!(!is_band(code), "{code}");
        }
    }
}
