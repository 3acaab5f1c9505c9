//! Damage stays where it is.

use std::{fmt::Write as _, io::Cursor};

use proptest::prelude::*;

use super::*;

const SHAPE: Shape = Shape { fields: 4, complaint_id: 0, date_received: 1 };
/// The number and the date lie last and second to last.
const SHAPE_ENDING: Shape = Shape { fields: 4, complaint_id: 3, date_received: 2 };

fn read_as(shape: Shape, text: &[u8]) -> Vec<Next> {
    let mut reader = Reader::new(Cursor::new(text));
    reader.expect(shape);
    let mut all = Vec::new();
    while let Some(next) = reader.advance().unwrap() {
        all.push(next);
    }
    assert_eq!(reader.bytes_read(), text.len() as u64);
    assert_eq!(reader.digest(), <[u8; 32]>::from(Sha256::digest(text)));
    all
}

fn read(text: &str) -> Vec<Next> {
    read_as(SHAPE, text.as_bytes())
}

fn sound(all: &[Next]) -> Vec<Vec<String>> {
    let text = |field: &Vec<u8>| String::from_utf8(field.clone()).unwrap();
    let record = |next: &Next| match next {
        Next::Record(record) => Some(record.fields.iter().map(text).collect()),
        Next::Damaged(_) => None,
    };
    all.iter().filter_map(record).collect()
}

/// The first field of every sound record.
fn ids(all: &[Next]) -> Vec<String> {
    sound(all).into_iter().map(|mut fields| fields.swap_remove(0)).collect()
}

fn damaged(all: &[Next]) -> Vec<(u64, u64, Option<usize>, Damage)> {
    let damage = |next: &Next| match next {
        Next::Record(_) => None,
        Next::Damaged(it) => Some((it.place.line, it.place.last_line, it.column, it.damage)),
    };
    all.iter().filter_map(damage).collect()
}

#[test]
fn sound_records_are_read_whatever_their_line_ends() {
    let all = read(
        "1,2014-01-01,a,b\r\n\r\n2,2014-01-01,\"c, d\",\"\"\n\n3,2014-01-01,\"say \"\"e\"\"\",f",
    );
    assert_eq!(damaged(&all), []);
    assert_eq!(
        sound(&all),
        [
            ["1", "2014-01-01", "a", "b"],
            ["2", "2014-01-01", "c, d", ""],
            ["3", "2014-01-01", "say \"e\"", "f"],
        ]
    );
}

#[test]
fn a_line_end_inside_quotes_is_text() {
    let all = read("1,2014-01-01,\"one\n\ntwo\r\nthree\",b\n2,2014-01-01,c,d\n");
    assert_eq!(damaged(&all), []);
    assert_eq!(sound(&all)[0][2], "one\n\ntwo\r\nthree");
    assert_eq!(ids(&all), ["1", "2"]);
    let Next::Record(second) = &all[1] else { panic!("expected a record") };
    assert_eq!(second.place, Place { line: 5, last_line: 5, byte: 33 });
}

#[test]
fn a_byte_order_mark_is_no_text() {
    let mut reader = Reader::new(Cursor::new("\u{feff}Complaint ID,Product\n"));
    let Some(Next::Record(header)) = reader.header().unwrap() else { panic!("expected a header") };
    assert_eq!(header.fields[0], b"Complaint ID");
}

#[test]
fn a_stray_quote_costs_its_own_row_only() {
    let text = "1,2014-01-01,\"a,b\n2,2014-01-01,c,d\n3,2014-01-01,\"e, f\",g\n4,2014-01-01,h,i\n";
    let all = read(text);
    assert_eq!(damaged(&all), [(1, 1, Some(2), Damage::StrayQuote)]);
    assert_eq!(ids(&all), ["2", "3", "4"]);
}

#[test]
fn a_stray_quote_that_nothing_ends_costs_its_own_row_only() {
    let mut text = String::from("1,2014-01-01,\"a,b\n");
    for id in 2..5_000 {
        writeln!(text, "{id},2014-01-01,c,d").unwrap();
    }
    let all = read(&text);
    assert_eq!(damaged(&all), [(1, 1, Some(2), Damage::UnclosedQuote)]);
    assert_eq!(ids(&all).len(), 4_998);
}

#[test]
fn a_stray_quote_before_more_than_a_field_can_hold_costs_its_own_row_only() {
    let mut text = String::from("1,2014-01-01,\"a,b\n");
    let rows = FIELD_BYTES_MAX / 10;
    for id in 0..rows {
        writeln!(text, "{},2014-01-01,c,d", id + 2).unwrap();
    }
    let all = read(&text);
    assert_eq!(damaged(&all), [(1, 1, Some(2), Damage::TooLong)]);
    assert_eq!(ids(&all).len(), rows);
}

#[test]
fn quotes_inside_a_field_are_flaws() {
    let text = "1,2014-01-01,a\"b,c\n2,2014-01-01,\"a \"big\" one\",c\n3,2014-01-01,d,e\n";
    let all = read(text);
    assert_eq!(
        damaged(&all),
        [(1, 1, Some(2), Damage::StrayQuote), (2, 2, Some(2), Damage::StrayQuote)]
    );
    assert_eq!(ids(&all), ["3"]);
}

#[test]
fn the_lines_of_a_damaged_narrative_are_one_damaged_row() {
    let text = "1,2014-01-01,\"my \"bank\n2014 was bad\n\nand so on\",b\n2,2014-01-01,c,d\n";
    let all = read(text);
    assert_eq!(damaged(&all), [(1, 4, Some(2), Damage::StrayQuote)]);
    assert_eq!(ids(&all), ["2"]);
}

#[test]
fn two_stray_quotes_do_not_hide_the_rows_between_them() {
    let text = "1,2014-01-01,\"a,b\n2,2014-01-01,c,d\n3,2014-01-01,e\",f\n4,2014-01-01,g,h\n";
    let all = read(text);
    assert_eq!(ids(&all), ["2", "4"]);
    assert_eq!(
        damaged(&all),
        [(1, 1, Some(2), Damage::SwallowedRecord), (3, 3, Some(2), Damage::StrayQuote)]
    );
}

#[test]
fn a_row_with_a_field_too_few_or_too_many_is_named() {
    let all = read("1,2014-01-01,a\n2,2014-01-01,a,b,c\n3,2014-01-01,\"a\nb\"\n4,2014-01-01,d,e\n");
    assert_eq!(
        damaged(&all),
        [
            (1, 1, None, Damage::FieldCount { found: 3 }),
            (2, 2, None, Damage::FieldCount { found: 5 }),
            (3, 4, None, Damage::FieldCount { found: 3 }),
        ]
    );
    assert_eq!(ids(&all), ["4"]);
}

#[test]
fn a_field_of_two_megabytes_is_refused_and_the_next_row_read() {
    for quote in ["", "\""] {
        let long = "x".repeat(2 * 1024 * 1024);
        let text = format!("1,2014-01-01,{quote}{long}{quote},b\n2,2014-01-01,c,d\n");
        let all = read(&text);
        assert_eq!(damaged(&all), [(1, 1, Some(2), Damage::TooLong)]);
        assert_eq!(ids(&all), ["2"]);
    }
}

#[test]
fn the_way_back_is_found_when_number_and_date_lie_last() {
    let text =
        b"a,\"b,2014-01-01,1\nc,d,2014-01-01,2\ne,\"f\nnot a row\",2014-01-01,3\ng,h,2014-01-01,4";
    let all = read_as(SHAPE_ENDING, text);
    assert_eq!(damaged(&all).len(), 1);
    let last: Vec<_> = sound(&all).into_iter().map(|fields| fields[3].clone()).collect();
    assert_eq!(last, ["2", "3", "4"]);
}

#[test]
fn a_real_narrative_with_line_ends_is_read_as_it_is() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/cfpb-narratives.csv");
    let Ok(file) = std::fs::File::open(path) else { return };
    let mut theirs = csv::Reader::from_reader(&file);
    let expected: Vec<Vec<Vec<u8>>> = theirs
        .byte_records()
        .map(|record| record.unwrap().iter().map(<[u8]>::to_vec).collect())
        .collect();
    let mut ours = Reader::new(std::fs::File::open(path).unwrap());
    ours.header().unwrap();
    // Two columns, neither of them a number or a date: nothing in a narrative looks like a row.
    ours.expect(Shape { fields: 2, complaint_id: 0, date_received: 1 });
    let mut found = Vec::new();
    while let Some(next) = ours.advance().unwrap() {
        let Next::Record(record) = next else { panic!("expected a record, found {next:?}") };
        found.push(record.fields);
    }
    assert_eq!(found, expected);
}

fn any_field() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z ]{0,8}", "[a-z\",\n\r]{0,12}", Just("2014-01-01".to_owned())]
}

fn any_rows() -> impl Strategy<Value = Vec<Vec<String>>> {
    let row = (1_u64..1_000_000, any_field(), any_field())
        .prop_map(|(id, a, b)| vec![id.to_string(), "2014-11-13".to_owned(), a, b]);
    prop::collection::vec(row, 0..30)
}

fn written(rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).unwrap();
    }
    writer.into_inner().unwrap()
}

proptest! {
    /// What a well-kept library writes, this reader reads.
    #[test]
    fn whatever_is_written_well_is_read_as_it_was(rows in any_rows()) {
        let all = read_as(SHAPE, &written(&rows));
        prop_assert_eq!(damaged(&all), []);
        prop_assert_eq!(sound(&all), rows);
    }

    /// Any bytes come to an end, and places only ever go forward.
    #[test]
    fn any_bytes_are_read_to_their_end(
        text in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..400),
            "[0-9,\"\n\r a-]{0,400}".prop_map(String::into_bytes),
        ],
        shape in prop_oneof![Just(SHAPE), Just(SHAPE_ENDING)],
    ) {
        let mut last = None;
        for next in read_as(shape, &text) {
            let place = match next {
                Next::Record(record) => record.place,
                Next::Damaged(record) => record.place,
            };
            prop_assert!(place.line <= place.last_line);
            prop_assert!(Some(place.byte) > last || last.is_none());
            last = Some(place.byte);
        }
    }

    /// One quote too many in a file of rows on one line each costs at most the row it is in.
    #[test]
    fn one_stray_quote_costs_at_most_its_row(
        rows in prop::collection::vec("[a-z]{1,6}", 2..40),
        quoted in any::<bool>(),
        at in any::<prop::sample::Index>(),
    ) {
        let line = |(number, text): (usize, &String)| {
            let text = if quoted { format!("\"{text}, {text}\"") } else { text.clone() };
            format!("{},2014-11-13,{text},end\n", number + 1)
        };
        let mut text: String = rows.iter().enumerate().map(line).collect();
        text.insert(at.index(text.len()), '"');
        let all = read(&text);
        let lost = rows.len() - ids(&all).len();
        // At a line's very beginning or end the quote may also pair with the neighbouring row's.
        prop_assert!(lost <= 2, "{} rows lost of\n{}", lost, text);
        prop_assert!(damaged(&all).iter().all(|(first, last, ..)| last - first <= 1));
    }
}
