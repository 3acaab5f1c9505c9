//! Every generation of the file is understood; anything else is refused as a whole.

use super::*;

const EARLY: &str = "Complaint ID,Product,Sub-product,Issue,Sub-issue,State,ZIP code,Submitted via,Date received,Date sent to company,Company,Company response,Timely response?,Consumer disputed?";
const FULL: &str = "Date received,Product,Sub-product,Issue,Sub-issue,Consumer complaint narrative,Company public response,Company,State,ZIP code,Tags,Consumer consent provided?,Submitted via,Date sent to company,Company response to consumer,Timely response?,Consumer disputed?,Complaint ID";
const API: &str = "date_received,product,sub_product,issue,sub_issue,complaint_what_happened,company_public_response,company,state,zip_code,tags,submitted_via,date_sent_to_company,company_response,timely,complaint_id,has_narrative";

fn parse(line: &str) -> Result<Header, HeaderError> {
    let fields: Vec<_> = line.split(',').map(|name| name.as_bytes().to_vec()).collect();
    Header::parse(&fields)
}

#[test]
fn every_generation_is_understood_to_its_last_column() {
    for (line, fields, complaint_id, date_received) in
        [(EARLY, 14, 0, 8), (FULL, 18, 17, 0), (API, 17, 15, 0)]
    {
        let header = parse(line).unwrap();
        assert_eq!(header.shape(), Shape { fields, complaint_id, date_received });
        assert_eq!(header.ignored(), Vec::<String>::new());
    }
}

#[test]
fn an_unknown_column_is_ignored_and_named() {
    let header = parse(&format!("{EARLY},Mood")).unwrap();
    assert_eq!(header.ignored(), ["Mood"]);
    assert_eq!(header.columns().last(), Some(&None));
}

#[test]
fn a_file_without_a_required_column_is_refused() {
    for column in REQUIRED {
        let names: Vec<_> = FULL.split(',').filter(|name| *name != column.name()).collect();
        let refused = parse(&names.join(",")).unwrap_err();
        assert!(
            matches!(&refused, HeaderError::Missing { missing, .. } if missing == &[*column]),
            "{refused}"
        );
    }
}

#[test]
fn a_column_twice_is_refused() {
    let refused = parse(&format!("{EARLY},complaint_id")).unwrap_err();
    let expected = HeaderError::Twice { column: Column::ComplaintId, first: 1, second: 15 };
    assert_eq!(refused, expected);
}

#[test]
fn a_refusal_says_what_was_expected_and_what_was_found() {
    let refused = parse("Product,Price\u{7}").unwrap_err().to_string();
    assert!(refused.contains("expected the columns `Complaint ID`"), "{refused}");
    assert!(refused.contains("among `Product`, `Price`"), "{refused}");
}

#[test]
fn of_a_first_line_that_is_a_complaint_nothing_is_repeated() {
    let refused =
        parse("Jane Doe,jane.doe@example.com,My account 12345678 was emptied").unwrap_err();
    let told = refused.to_string();
    assert!(told.contains("the 3 fields of the first line, none of which"), "{told}");
    for personal in ["Jane", "jane", "12345678"] {
        assert!(!told.contains(personal), "{told}");
    }
}
