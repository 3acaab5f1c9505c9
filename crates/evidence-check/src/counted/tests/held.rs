//! What a report says of itself, held to what its record says and to what a receipt shows.

use merkle_log::{LogProof, leaf_hash};
use sha2::{Digest as _, Sha256};

use super::report::*;
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
