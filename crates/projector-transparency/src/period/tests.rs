//! Which texts name a period, and which days it has.

use super::*;

#[test]
fn every_form_names_its_first_and_last_day() {
    let table = [
        ("2014", "2014-01-01", "2014-12-31", 365),
        ("2016", "2016-01-01", "2016-12-31", 366),
        ("2014-H1", "2014-01-01", "2014-06-30", 181),
        ("2014-h2", "2014-07-01", "2014-12-31", 184),
        ("2014-Q1", "2014-01-01", "2014-03-31", 90),
        ("2014-Q4", "2014-10-01", "2014-12-31", 92),
        ("2014-10", "2014-10-01", "2014-10-31", 31),
        ("2016-02", "2016-02-01", "2016-02-29", 29),
        ("2014-10-05", "2014-10-05", "2014-10-05", 1),
        ("2014-01-01..2014-06-30", "2014-01-01", "2014-06-30", 181),
        ("1969-12", "1969-12-01", "1969-12-31", 31),
    ];
    for (text, first, last, days) in table {
        let period: Period = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(period.first().to_string(), first, "{text}");
        assert_eq!(period.last().to_string(), last, "{text}");
        assert_eq!(period.days(), days, "{text}");
        assert_eq!(date_of(period.first_day()), period.first(), "{text}");
    }
}

#[test]
fn what_is_no_period_is_refused_with_what_was_expected() {
    let table = [
        ("", "expected a period such as"),
        ("last year", "expected a period such as"),
        ("14-Q1", "expected a period such as"),
        ("２０１４", "expected a period such as"),
        ("2014-Q5", "expected a quarter from Q1 to Q4, found \"Q5\""),
        ("2014-Q", "expected a quarter from Q1 to Q4, found \"Q\""),
        ("2014-H3", "expected a half-year, H1 or H2, found \"H3\""),
        ("2014-13", "expected a month from 01 to 12, found \"13\""),
        ("2014-00", "expected a month from 01 to 12, found \"00\""),
        ("2014-02-30", "expected a day that exists"),
        ("2014-01-01..", "expected a day that exists"),
        ("2014-01-01..2014-06-31", "expected a day that exists"),
        ("2014-06-30..2014-01-01", "expected the last day on or after the first"),
    ];
    for (text, expected) in table {
        let error = text.parse::<Period>().expect_err(text).to_string();
        assert!(error.starts_with(expected), "{text}: {error}");
    }
}

#[test]
fn a_moment_belongs_to_its_day_in_utc() {
    let late: Timestamp = "2014-12-31T23:59:59.999Z".parse().expect("a time");
    let next: Timestamp = "2015-01-01T00:00:00Z".parse().expect("a time");
    let year: Period = "2014".parse().expect("a period");
    assert_eq!(day_of(late), year.last_day());
    assert_eq!(day_of(next), year.last_day() + 1);
    let before_1970: Timestamp = "1969-12-31T12:00:00Z".parse().expect("a time");
    assert_eq!(day_of(before_1970), -1);
}
