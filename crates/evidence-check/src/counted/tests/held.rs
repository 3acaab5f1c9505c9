//! What a report says of itself, held to what its record says and to what a receipt shows.

use merkle_log::{LogProof, leaf_hash};
use sha2::{Digest as _, Sha256};

use super::{super::CountedTables, report::*};
use crate::{Enclosure, test_data::RECORDED_AT, text::to_hex};

/// Places and times in a log rise together, so nobody is too late for a count that ended after them.
#[test]
fn a_complaint_that_was_there_is_not_too_late_to_be_counted() {
    let early: &Plan = &[
        ("received-by-month", "received", false, &[("2026-03", &[OTHER])]),
        ("received-by-channel", "received", false, &[("web", &[OTHER])]),
    ];
    let until = |time: &'static str| {
        let published = Published::forged(
            early,
            &Forgery {
                size: 1,
                figures: &|figures| {
                    figures["flow"]["received"] = 1.into();
                    figures["cutoff"]["recorded_at"] = time.into();
                },
                ..Forgery::default()
            },
        );
        published.look(Some(&published.receipt_of(MINE)))
    };
    assert!(until(RECORDED_AT).is_good);
    let said = failure(&until("2031-01-01T00:00:00.000Z"));
    assert!(said.contains("though it stands at position 1"), "{said}");

    // Nor does a table have whom its records cannot know.
    let known = Published::forged(
        &[
            ("received-by-month", "received", false, &[("2026-03", &[MINE])]),
            ("received-by-channel", "received", false, &[("web", &[MINE])]),
        ],
        &Forgery { size: 1, figures: &|f| f["flow"]["received"] = 1.into(), ..Forgery::default() },
    );
    let receipt = known.receipt_of(MINE);
    for found in [known.look(Some(&receipt)), checked(&known.proof_of(MINE), &receipt)] {
        let said = failure(&found);
        assert!(said.contains("is at position 1, after the 1 records"), "{said}");
    }
}

/// One record stands for one list of files, and each name in it for one file.
#[test]
fn no_list_names_a_file_twice_nor_figures_that_the_record_does_not_know() {
    let mut published = Published::new(PLAN);
    let receipt = published.receipt_of(MINE);
    let mut twice = published.proof_of(MINE);
    twice.files = twice.files.lines().flat_map(|line| [line, "\n", line, "\n"]).collect();
    let digest = to_hex(&Sha256::digest(&twice.files));
    let stated = to_hex(&Sha256::digest(&published.proof_of(MINE).files));
    let log = &mut published.log;
    log.records[6].1 = log.records[6].1.replace(&stated, &digest);
    log.tree = log.records.iter().map(|(_, record)| leaf_hash(record.as_bytes())).collect();
    let enclosed = Enclosure::of_record(log.records[6].1.clone());
    twice.proof = LogProof { extra: Some(enclosed.to_bytes()), ..log.proof(6) };
    let said = failure(&checked(&twice, &receipt));
    assert!(said.contains("each file stands in it once"), "{said}");

    let refused = |forgery: &Forgery<'_>, because: &str| {
        let published = Published::forged(PLAN, forgery);
        let receipt = published.receipt_of(MINE);
        for found in [published.look(None), checked(&published.proof_of(MINE), &receipt)] {
            let said = failure(&found);
            assert!(said.contains(because), "{because}: {said}");
        }
    };
    let figures = |figures, because: &str| {
        refused(&Forgery { figures, ..Forgery::default() }, because);
    };
    figures(
        &|f| f["period"]["last_day"] = "2026-12-31".into(),
        "found those of 2026-01-01 to 2026-12-31",
    );
    figures(&|f| f["cutoff"]["tree_size"] = 4.into(), "expected figures counted from 5 records");
    figures(&|f| f["cutoff"]["root"] = "00".into(), "expected figures counted from 5 records");
    figures(&|f| f["flow"]["received"] = 6.into(), "expected at most 5 complaints received");
    figures(&|f| f["flow"] = serde_json::json!([3]), "expected the figures of a report");
    let balance = r#","balance":{"at_start":1,"came":3,"went":3,"at_end":1}"#;
    let with =
        |figures| Published::forged(PLAN, &Forgery { balance, figures, ..Forgery::default() });
    assert!(with(&|_| ()).look(None).is_good);
    let said = failure(&with(&|f| f["flow"]["closed"] = 3.into()).look(None));
    assert!(said.contains("came to what the record says"), "{said}");
}

/// What the library says to me of a report, and by a proof the page as well.
#[track_caller]
fn refused(plan: &Plan, forgery: &Forgery<'_>, because: &str) {
    let published = Published::forged(plan, forgery);
    let receipt = published.receipt_of(MINE);
    for found in [published.look(Some(&receipt)), checked(&published.proof_of(MINE), &receipt)] {
        let said = failure(&found);
        assert!(said.contains(because), "{because}: {said}");
    }
}

/// Who has a product, a region, a company or a language from the first record on, and whoever complained to us, is in a row
/// that says so: a report without the table leaves all of them out.
#[test]
fn every_table_in_which_a_complaint_has_a_value_is_demanded() {
    let all: &[(&str, &str)] = &[
        ("received-by-product", r#"{"source":{"kind":"imported"},"matter":{"product":"Card"}}"#),
        ("received-by-region", r#"{"source":{"kind":"imported"},"region":"FL"}"#),
        ("received-by-respondent", r#"{"source":{"kind":"imported"},"respondent":"Bank"}"#),
        ("received-by-language", r#"{"source":{"kind":"imported"},"language":"zh"}"#),
        ("received-by-missed-limit", r#"{"source":{"kind":"direct"}}"#),
    ];
    for (table, mine) in all {
        let forgery = Forgery { mine, ..Forgery::default() };
        refused(&[MONTH, CHANNEL], &forgery, &format!("the report has no table {table}, though"));
        let everybody: &[Mentioned] = &[("none", &[OTHER, MINE, THIRD])];
        let is_last = ["received-by-language", "received-by-missed-limit"].contains(table);
        let more: Planned = (table, "received", *table == "received-by-missed-limit", everybody);
        let plan = match *table {
            "received-by-product" => vec![more, MONTH, CHANNEL],
            _ => vec![MONTH, CHANNEL, more],
        };
        let published = Published::forged(&plan, &forgery);
        let receipt = published.receipt_of(MINE);
        assert!(published.look(Some(&receipt)).is_good, "{table}");
        assert!(checked(&published.proof_of(MINE), &receipt).is_good, "{table}");
        // The form before had neither languages nor limits.
        let before: &dyn Fn(&mut CountedTables) =
            &|tables| tables.format = "redress-counted/1".to_owned();
        let older = Published::forged(
            &[MONTH, CHANNEL],
            &Forgery { mine, tables: before, ..Forgery::default() },
        );
        let receipt = older.receipt_of(MINE);
        let found = older.look(Some(&receipt));
        assert_eq!(found.is_good, is_last, "{table}: {found:?}");
        assert_eq!(checked(&older.proof_of(MINE), &receipt).is_good, is_last, "{table}");
    }
}

#[test]
fn an_imported_complaint_is_in_the_tables_of_those_imported_too() {
    let imported = r#"{"source":{"kind":"imported"}}"#;
    let without: Planned =
        ("platform-timely", "imported", false, &[("yes", &[OTHER]), ("no", &[])]);
    let forgery = Forgery { mine: imported, ..Forgery::default() };
    refused(&[MONTH, CHANNEL, without], &forgery, "it is not in platform-timely");
    let published = Published::new(&[MONTH, CHANNEL, without]);
    assert!(
        published.look(Some(&published.receipt_of(MINE))).is_good,
        "it is not known as imported"
    );
}

#[test]
fn a_complaint_is_told_in_the_month_of_its_receipt() {
    let of = |rows: &'static [Mentioned]| -> Vec<Planned> {
        vec![("received-by-month", "received", false, rows), CHANNEL]
    };
    let other = of(&[("2026-02", &[MINE]), ("2026-03", &[OTHER, THIRD])]);
    let because = "expected the row with 2026-03-01, found 2026-02: it is counted in another month";
    refused(&other, &Forgery::default(), because);
    let days = of(&[("2026-01-01..2026-02-28", &[MINE]), ("2026-03", &[OTHER, THIRD])]);
    refused(&days, &Forgery::default(), "found 2026-01-01..2026-02-28");
    for its in [
        of(&[("2026-01..2026-03", &[OTHER, MINE, THIRD])]),
        of(&[("2026-01-01..2026-03-01", &[OTHER, MINE, THIRD])]),
        of(&[("2026-02", &[]), ("2026-03", &[OTHER, MINE, THIRD])]),
    ] {
        let published = Published::new(&its);
        let receipt = published.receipt_of(MINE);
        assert!(published.look(Some(&receipt)).is_good, "{its:?}");
        assert!(checked(&published.proof_of(MINE), &receipt).is_good, "{its:?}");
    }
}

/// A row that is called what nothing is called is read as another by whoever reads the page.
#[test]
fn a_row_that_its_table_does_not_have_is_refused_with_what_it_can_have() {
    let channels: Planned =
        ("received-by-channel", "received", false, &[("Web", &[OTHER, MINE, THIRD])]);
    refused(&[MONTH, channels], &Forgery::default(), "for one of phone, email, web, app");
    refused(&[MONTH, channels], &Forgery::default(), "found `Web`");
    for months in [
        &[("2026-Q1", &[OTHER, MINE, THIRD] as &[u64])] as &[Mentioned],
        &[("2026-03..2026-03", &[OTHER, MINE, THIRD])],
    ] {
        let month: Planned = ("received-by-month", "received", false, months);
        refused(
            &[month, CHANNEL],
            &Forgery::default(),
            "for months or days such as 2026-03, found",
        );
    }
    let falling: Planned = (
        "received-by-month",
        "received",
        false,
        &[("2026-03", &[MINE]), ("2026-02", &[OTHER, THIRD])],
    );
    refused(
        &[falling, CHANNEL],
        &Forgery::default(),
        "for months that follow one another, found `2026-02`",
    );
    let bands: Planned = ("answered-by-band", "answered", false, &[("0-4", &[MINE])]);
    refused(
        &[MONTH, CHANNEL, bands],
        &Forgery::default(),
        "for days such as 4-5 or 61+, found `0-4`",
    );
}

#[test]
fn how_small_a_published_cell_can_be_is_told() {
    let told = |min_cell: u64| {
        let figures: &dyn Fn(&mut serde_json::Value) =
            &|figures| figures["disclosure"]["min_cell"] = min_cell.into();
        let forgery = Forgery { figures, ..Forgery::default() };
        let published = Published::forged(&[MONTH, CHANNEL], &forgery);
        let shown = checked(&published.proof_of(MINE), &published.receipt_of(MINE));
        let fact = shown.facts.iter().find(|(name, _)| name == "smallest cell");
        fact.map(|(_, value)| value.clone())
    };
    let many = "3 complaints: what has fewer is told together with others";
    assert_eq!(told(3).as_deref(), Some(many));
    assert!(told(1).unwrap().starts_with("1 complaint: nothing is told together"));
}

/// What is told of few could single one of them out, whatever the report says of how it was made.
#[test]
fn no_row_tells_of_fewer_complaints_than_the_report_says_a_row_tells() {
    let small: &dyn Fn(&mut serde_json::Value) =
        &|figures| figures["disclosure"]["min_cell"] = 3.into();
    let forgery = || Forgery { figures: small, ..Forgery::default() };
    refused(
        PLAN,
        &forgery(),
        "expected rows of received-by-product with 3 complaints at least, found one of 2",
    );
    let few: Planned =
        ("answered-by-band", "answered", false, &[("0-3", &[THIRD]), ("4+", &[MINE])]);
    refused(&[MONTH, CHANNEL, few], &forgery(), "rows of answered-by-band with 3 complaints");
    // Nobody is told of in an empty row, and where all are few there is nothing to tell them together with.
    let whole: Planned = ("answered-by-band", "answered", false, &[("0+", &[THIRD])]);
    let empty: Planned = (
        "received-by-channel",
        "received",
        false,
        &[("phone", &[]), ("web", &[OTHER, MINE, THIRD])],
    );
    let pooled: &dyn Fn(&mut serde_json::Value) = &|figures| {
        small(figures);
        figures["tables"][2]["rows"][0] = serde_json::json!({ "kind": "pooled", "count": 2 });
    };
    let ended: Planned = ("ended-by-outcome", "ended", false, &[("upheld", &[MINE, OTHER])]);
    let published = Published::forged(&[MONTH, empty, whole], &forgery());
    assert!(published.look(None).is_good, "{:?}", published.look(None));
    let receipt = published.receipt_of(MINE);
    assert!(checked(&published.proof_of(MINE), &receipt).is_good);
    let tables: &dyn Fn(&mut CountedTables) = &|tables| {
        let row = &mut tables.tables[2].rows[0];
        (row.kind, row.code) = ("pooled".to_owned(), None);
    };
    let forgery = Forgery { figures: pooled, tables, ..Forgery::default() };
    let published = Published::forged(&[MONTH, CHANNEL, ended], &forgery);
    assert!(published.look(None).is_good, "{:?}", published.look(None));
}

#[test]
fn a_complaint_is_told_under_the_channel_of_its_receipt() {
    let by_letter = || Forgery { mine: r#"{"channel":"letter"}"#, ..Forgery::default() };
    let because = "expected the row with letter, found web: it is counted under another channel";
    refused(PLAN, &by_letter(), because);
    let its: Planned = (
        "received-by-channel",
        "received",
        false,
        &[("web", &[OTHER]), ("letter", &[MINE, THIRD])],
    );
    let published = Published::forged(&[MONTH, its], &by_letter());
    let receipt = published.receipt_of(MINE);
    assert!(published.look(Some(&receipt)).is_good, "{:?}", published.look(Some(&receipt)));
    assert!(checked(&published.proof_of(MINE), &receipt).is_good);
    // Every receipt states one; told together with others it may be any.
    for (kind, is_good) in [("pooled", true), ("not-stated", false)] {
        let figures: &dyn Fn(&mut serde_json::Value) = &|figures| {
            figures["tables"][1]["rows"][0] = serde_json::json!({ "kind": kind, "count": 3 });
        };
        let tables: &dyn Fn(&mut CountedTables) = &|tables| {
            let row = &mut tables.tables[1].rows[0];
            (row.kind, row.code) = (kind.to_owned(), None);
        };
        let forgery = Forgery { figures, tables, ..by_letter() };
        let published = Published::forged(&[MONTH, CHANNEL], &forgery);
        let receipt = published.receipt_of(MINE);
        assert_eq!(published.look(Some(&receipt)).is_good, is_good, "{kind}");
        assert_eq!(checked(&published.proof_of(MINE), &receipt).is_good, is_good, "{kind}");
    }
}
