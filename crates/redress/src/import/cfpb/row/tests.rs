//! What a row says, and what is wrong with one that says it badly.

use jiff::civil::date;

use super::*;

const NAMES: &[&str] = &[
    "Complaint ID",
    "Product",
    "Sub-product",
    "Issue",
    "State",
    "ZIP code",
    "Tags",
    "Submitted via",
    "Date received",
    "Date sent to company",
    "Company",
    "Company response to consumer",
    "Timely response?",
    "Consumer disputed?",
    "Consumer complaint narrative",
];
const GOOD: &[&str] = &[
    "1114245",
    "Debt collection",
    "Medical",
    "Disclosure",
    "FL",
    "32219",
    "Older American, Servicemember",
    "Postal mail",
    "11/13/2014",
    "2014-11-14",
    "Choice Recovery",
    "Closed with explanation",
    "Yes",
    "No",
    "They called\nmy mother.",
];

fn parse(change: &[(&str, &[u8])]) -> Result<Row, RowProblem> {
    let header: Vec<_> = NAMES.iter().map(|name| name.as_bytes().to_vec()).collect();
    let header = Header::parse(&header).unwrap();
    let mut fields: Vec<_> = GOOD.iter().map(|field| field.as_bytes().to_vec()).collect();
    for (name, value) in change {
        let at = NAMES.iter().position(|known| known == name).unwrap();
        fields[at] = value.to_vec();
    }
    let place = Place { line: 2, last_line: 3, byte: 100 };
    Row::parse(&header, &RawRecord { place, fields })
}

#[test]
fn a_good_row_says_all_it_says() {
    let row = parse(&[]).unwrap();
    assert_eq!(row.complaint_id, 1_114_245);
    assert_eq!(row.received_at.to_string(), "2014-11-13T00:00:00Z");
    assert_eq!(row.sent_at.unwrap().to_string(), "2014-11-14T00:00:00Z");
    assert_eq!(row.channel, Channel::Letter);
    assert_eq!(row.response, Some(PlatformCategory::ClosedWithExplanation));
    assert_eq!((row.timely, row.disputed), (Some(true), Some(false)));
    assert_eq!(row.tags.len(), 2);
    assert_eq!(row.narrative.as_deref().map(String::as_str), Some("They called\nmy mother."));
}

#[test]
fn what_a_row_leaves_open_stays_open() {
    for nothing in ["", " ", "N/A", "None"] {
        let nothing = nothing.as_bytes();
        let row = parse(&[
            ("Issue", nothing),
            ("State", nothing),
            ("ZIP code", nothing),
            ("Tags", nothing),
            ("Date sent to company", nothing),
            ("Company response to consumer", nothing),
            ("Timely response?", nothing),
            ("Consumer disputed?", nothing),
            ("Consumer complaint narrative", nothing),
        ])
        .unwrap();
        assert!(row.issue.is_none() && row.state.is_none() && row.postcode.is_none());
        assert!(row.tags.is_empty() && row.sent_at.is_none() && row.response.is_none());
        assert!(row.timely.is_none() && row.disputed.is_none() && row.narrative.is_none());
    }
}

#[test]
fn dates_are_read_as_each_generation_writes_them() {
    for (text, expected) in [
        ("2014-11-13", Some(date(2014, 11, 13))),
        ("2014-11-13T12:00:00-05:00", Some(date(2014, 11, 13))),
        ("11/13/2014", Some(date(2014, 11, 13))),
        ("7/29/2013", Some(date(2013, 7, 29))),
        ("13/11/2014", None),
        ("2014-02-30", None),
        ("2014-1-3", None),
        ("7/29/13", None),
        ("11/13/0014", None),
        ("11/13/2014/1", None),
        ("+1/13/2014", None),
        ("yesterday", None),
        ("", None),
    ] {
        assert_eq!(parse_date(text), expected, "{text}");
    }
}

#[test]
fn what_is_wrong_is_said_by_column_and_reason() {
    let long = "x".repeat(201);
    let cases: &[(&str, &[u8], &str)] = &[
        ("Complaint ID", b"", "bad-complaint-id"),
        ("Complaint ID", b"0123", "bad-complaint-id"),
        ("Complaint ID", b"1234567890123456789", "bad-complaint-id"),
        ("Date received", b"13/13/2014", "bad-date"),
        ("Date sent to company", b"soon", "bad-date"),
        ("Date sent to company", b"11/12/2014", "sent-before-received"),
        ("Product", b"", "empty"),
        ("Product", long.as_bytes(), "too-long"),
        ("Company", b"Bell\x07 Bank", "control-character"),
        ("Submitted via", b"Pigeon", "unknown-value"),
        ("Submitted via", b"", "unknown-value"),
        ("Company response to consumer", b"Closed with cake", "unknown-value"),
        ("Timely response?", b"perhaps", "unknown-value"),
        ("Consumer disputed?", b"1", "unknown-value"),
        ("State", b"F\xff", "invalid-utf-8"),
        ("Consumer complaint narrative", b"They \xe9t\xe9", "invalid-utf-8"),
    ];
    for (column, value, reason) in cases {
        let problem = parse(&[(column, value)]).unwrap_err();
        assert_eq!((problem.column.name(), problem.reason), (*column, *reason), "{problem:?}");
    }
}

#[test]
fn a_dispute_needs_an_answer() {
    let disputed = [
        ("Company response to consumer", &b"Untimely response"[..]),
        ("Consumer disputed?", b"Yes"),
    ];
    assert_eq!(parse(&disputed).unwrap_err().reason, "disputed-without-answer");
    parse(&[disputed[0], ("Consumer disputed?", b"No")]).unwrap();
}

#[test]
fn a_problem_never_repeats_what_it_found() {
    for column in ["Date received", "Submitted via", "Timely response?", "Complaint ID"] {
        for text in ["Jane Roe", "my name is Jane Roe of 12 Elm Street"] {
            let problem = parse(&[(column, text.as_bytes())]).unwrap_err();
            let said = format!("{problem:?}");
            assert!(!said.contains("Jane") && !said.contains("Roe"), "{said}");
        }
    }
    assert!(!format!("{:?}", parse(&[]).unwrap()).contains("mother"));
}
