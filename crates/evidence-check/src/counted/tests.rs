//! Whoever complained looks for it in what was published: what is found, and what cannot be hidden.

mod held;
mod report;

use merkle_log::{CompactRange, LogProof, Policy, prove_inclusion};

use self::report::*;
use super::{
    list::{ListError, TagList},
    looked::{LookedFor, NotThere},
    mine::Mine,
    proof::CountedProof,
    *,
};
use crate::{
    Enclosure,
    check::{Checked, Kind, Trust, Verdict, check},
    enclosure::ReceiptSecret,
    opening::receipt_secret,
    page::tests::of_counted,
    test_data::{CASE, openings, policy, strict_policy},
    text::{from_hex, to_hex},
};

/// Eight complaints in one table of a report, computed by another program; the leaves are those of RFC 6962's own tests.
#[test]
fn tags_and_their_root_are_those_of_the_vector() {
    let leaves: Vec<Hash> = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
        "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1",
    ]
    .map(|hex| Hash(from_hex(hex).unwrap()))
    .to_vec();
    let mut entries: Vec<_> = leaves
        .iter()
        .zip([0, 1, 1, 0, 2, 1, 0, 0])
        .map(|(leaf, row)| {
            (row, tag(&receipt_secret(&KEY, leaf), "2026-H1", "by-product", 0, leaf))
        })
        .collect();
    assert_eq!(
        to_hex(&entries[4].1),
        "5ed1c8000cf6bb4558f3cce5dcf0219312447485bb48b3e272bf08950ceb76e5"
    );
    entries.sort_unstable();
    let mut tree = CompactRange::new();
    for (row, tag) in &entries {
        tree.push(entry_leaf(*row, tag));
    }
    assert_eq!(
        tree.root().to_string(),
        "bf5357a6d5ef4fa2edd300dd85c3d134e9ff70cc37a8e2effb812a2e574829d9"
    );
}

/// What is left open, by its claim.
fn open(checked: &Checked) -> Vec<&str> {
    let open = checked.steps.iter().filter(|step| matches!(step.verdict, Verdict::Open(_)));
    open.map(|step| step.claim.as_str()).collect()
}

/// What would show something that is left open.
fn would(checked: &Checked, claim: &str) -> String {
    let step = checked.steps.iter().find(|step| step.claim.contains(claim)).expect("a step");
    let Verdict::Open(would) = &step.verdict else { panic!("{step:?}") };
    would.clone()
}

#[test]
fn a_complainant_finds_theirs_in_every_row_that_counts_it() {
    let published = Published::new(PLAN);
    let found = published.look_with(Some(&published.receipt_of(MINE)), Some("blue horse 7"));
    assert!(found.is_good && open(&found).is_empty(), "{found:?}");
    assert_eq!(
        rows_in(&found),
        [
            ("received-by-product", "Card: one of 2"),
            ("received-by-month", "2026-03: one of 3"),
            ("received-by-right", "choice: one of 1"),
            ("received-by-right", "safety: one of 3"),
            ("received-by-channel", "web: one of 3"),
            ("ended-by-outcome", "upheld: one of 3"),
            ("ended-by-outcome", "upheld: one of 3"),
            ("answered-by-band", "not in it"),
        ]
    );
    assert!(found.facts.contains(&("counted".to_owned(), "in 5 of 6 tables".to_owned())));
    let counted = LookedFor::Counted { tables: 5, of: 6, is_all: true };
    assert_eq!(found.looked_for, Some(counted.clone()));
    let json = serde_json::json!({"result": "counted", "tables": 5, "of": 6, "is_all": true});
    assert_eq!(serde_json::to_value(counted).unwrap(), json);
    let whose = ("complaint".to_owned(), format!("{CASE}, received 2026-03-01"));
    assert_eq!(found.facts.first(), Some(&whose));
    // The lists say of nobody else where they are; and without a receipt only that they hold.
    let without = published.look(None);
    assert!(without.is_good && rows_in(&without).is_empty(), "{without:?}");
    assert_eq!(without.looked_for, None);
}

#[test]
fn what_the_receipt_does_not_show_is_not_shown_by_finding_it() {
    let published = Published::new(PLAN);
    let mine = published.look(Some(&published.receipt_of(MINE)));
    assert!(mine.is_good, "{mine:?}");
    assert!(would(&mine, "nobody else was given").contains("--nonce"));
    // One that was taken in without a nonce: nobody can tell.
    let other = published.look(Some(&published.receipt_of(OTHER)));
    assert!(would(&other, "nobody else was given").contains("made without one"));
    let stolen = published.look_with(Some(&published.receipt_of(MINE)), Some("green cow 1"));
    assert!(failure(&stolen).contains("it opens the nonce that you chose"));
}

#[test]
fn the_same_is_proved_in_one_file_that_says_nothing_of_whose_it_is() {
    let published = Published::new(PLAN);
    let proof = published.proof_of(MINE);
    let text = proof.to_string();
    assert_eq!(CountedProof::parse(text.as_bytes()), Ok(proof.clone()));
    let shown = checked(&proof, &published.receipt_of(MINE));
    assert!(shown.is_good, "{shown:?}");
    assert_eq!(shown.kind, Kind::Counted);
    assert_eq!(rows_in(&shown).len(), 7);
    assert_eq!(shown.looked_for, Some(LookedFor::Counted { tables: 5, of: 6, is_all: false }));
    assert!(open(&shown).contains(&"the complaint is counted nowhere else in the report"));
    assert!(!text.contains(CASE) && !text.contains(&to_hex(&KEY)));
    // Another's receipt does not fit it.
    let other = failure(&checked(&proof, &published.receipt_of(THIRD)));
    assert!(other.ends_with("none of its mentions is of the complaint of this receipt"), "{other}");
    let policy = policy();
    let nobody = check(text.as_bytes(), &Trust::policy(&policy));
    assert!(failure(&nobody).contains("bring the receipt with --receipt"), "{nobody:?}");
}

/// Without mine in the first and the third table; two were received, by what it says.
const WITHOUT: &Plan = &[
    ("received-by-product", "received", false, &[("Card", &[OTHER]), ("Loan", &[THIRD])]),
    ("received-by-month", "received", false, &[("2026-03", &[OTHER, THIRD])]),
    ("received-by-right", "received", true, &[("choice", &[MINE]), ("safety", &[THIRD, OTHER])]),
    ("received-by-channel", "received", false, &[("web", &[OTHER, THIRD])]),
];
const TWO: &dyn Fn(&mut serde_json::Value) = &|figures| figures["flow"]["received"] = 2.into();

fn without(days: [&str; 2], size: usize) -> Published {
    Published::forged(WITHOUT, &Forgery { days, size, figures: TWO, ..Forgery::default() })
}

#[test]
fn a_complaint_that_is_left_out_of_a_table_of_those_received_is_missed() {
    let published = without(["2026-01-01", "2026-03-31"], 5);
    let receipt = published.receipt_of(MINE);
    for found in [published.look(Some(&receipt)), checked(&published.proof_of(MINE), &receipt)] {
        let said = failure(&found);
        assert!(said.contains(published::LEFT_OUT), "{said}");
        assert!(said.ends_with("it is not in received-by-product"), "{said}");
    }
    // Those who are in it lack nothing; nor would another key make them found.
    assert!(published.look(Some(&published.receipt_of(OTHER))).is_good);
    let mut nowhere = published.look(Some(&published.receipt_of(OTHER)));
    assert!(nowhere.is_good, "{nowhere:?}");
    let none = without(["2026-01-01", "2026-03-31"], 5);
    let record = none.log.records[1].1.clone();
    let enclosure =
        Enclosure { record, receipt: Some(ReceiptSecret([1; 32])), openings: openings() };
    let other_key = LogProof { extra: Some(enclosure.to_bytes()), ..none.log.proof(MINE) };
    nowhere = none.look(Some(&other_key.to_string()));
    assert!(failure(&nowhere).contains("it is in none of them: it was left out, or"));
    assert_eq!(nowhere.looked_for, Some(LookedFor::Nowhere { of: 4, why: NotThere::LeftOut }));
}

#[test]
fn what_a_report_need_not_count_is_said_with_the_reason() {
    let days = ["2026-03-02", "2026-03-31"];
    let later = Published::forged(
        &[
            ("received-by-month", "received", false, &[("2026-03", &[OTHER, THIRD])]),
            ("received-by-channel", "received", false, &[("web", &[OTHER, THIRD])]),
        ],
        &Forgery { days, figures: TWO, ..Forgery::default() },
    );
    let found = later.look(Some(&later.receipt_of(MINE)));
    assert!(found.is_good, "{found:?}");
    let claim = "received from 2026-03-02 to 2026-03-31";
    assert!(would(&found, claim).contains("about another time: it was received on 2026-03-01"));
    let json = serde_json::to_value(&found).unwrap()["looked_for"].take();
    let expected = serde_json::json!({
        "result": "nowhere", "of": 2, "why": "another-time", "received": "2026-03-01",
    });
    assert_eq!(json, expected);
    assert!(found.looked_for.unwrap().answer().is_err());
    // These are its days, and it was cut off before it was recorded: that is another reason.
    let early = Published::forged(
        &[
            ("received-by-month", "received", false, &[("2026-03", &[OTHER])]),
            ("received-by-channel", "received", false, &[("web", &[OTHER])]),
        ],
        &Forgery { size: 1, figures: &|f| f["flow"]["received"] = 1.into(), ..Forgery::default() },
    );
    let found = early.look(Some(&early.receipt_of(MINE)));
    assert!(found.is_good, "{found:?}");
    let said = would(&found, "received from 2026-01-01");
    assert!(
        said.contains("recorded at position 1, after the 1 records that were counted"),
        "{said}"
    );
    let why = NotThere::RecordedLater { position: 1, records: 1 };
    assert_eq!(found.looked_for, Some(LookedFor::Nowhere { of: 2, why }));
    // By a correction of its day a complaint is counted where its first record does not say.
    let corrected = Published::forged(PLAN, &Forgery { days, ..Forgery::default() });
    let found = corrected.look_with(Some(&corrected.receipt_of(MINE)), Some("blue horse 7"));
    assert!(found.is_good, "{found:?}");
    assert!(would(&found, "received from 2026-03-02").contains("whether its day was corrected"));
}

/// `20260101` is the same day to a reader of dates, and comes before every day to a reader of letters.
#[test]
fn days_have_one_spelling() {
    for days in
        [["20260101", "20260331"], ["2026-01-01", "2026-03-32"], ["2026-01-01T00", "2026-03-31"]]
    {
        let published = without(days, 5);
        let error = published.view.as_ref().expect_err("another spelling");
        assert!(error.starts_with("expected a day such as 2026-03-31, found 20"), "{error}");
        let receipt = published.receipt_of(MINE);
        let said = failure(&checked(&published.proof_of(MINE), &receipt));
        assert!(said.contains("it says that a report was published"), "{said}");
    }
}

/// What a table counts is not left to whoever publishes it, nor which tables there are.
#[test]
fn a_table_of_those_received_cannot_be_called_otherwise() {
    let renamed: &Plan = &[
        ("received-by-product", "imported", false, &[("Card", &[OTHER]), ("Loan", &[THIRD])]),
        MONTH,
        CHANNEL,
    ];
    let published = Published::new(renamed);
    let said = failure(&published.look(Some(&published.receipt_of(MINE))));
    assert!(said.contains("found `received-by-product`"), "{said}");
    // A report that has no table which no complaint is without leaves everybody out of it, whoever looks.
    for missing in ["received-by-month", "received-by-channel"] {
        let plan: Vec<_> = PLAN.iter().filter(|(id, ..)| *id != missing).copied().collect();
        let published = Published::new(&plan);
        let said = failure(&published.look(None));
        assert!(
            said.contains(&format!("no table {missing}, which no complaint is without")),
            "{said}"
        );
    }
}

#[test]
fn nobody_is_counted_twice_where_each_is_counted_once() {
    const TWICE: &Plan = &[
        ("received-by-product", "received", false, &[("Card", &[MINE, OTHER]), ("Loan", &[MINE])]),
        MONTH,
        CHANNEL,
    ];
    let published = Published::new(TWICE);
    let receipt = published.receipt_of(MINE);
    let said = failure(&published.look(Some(&receipt)));
    assert!(said.contains("expected it once in received-by-product, found it 2 times"), "{said}");
    let said = failure(&checked(&published.proof_of(MINE), &receipt));
    assert!(said.contains("expected it once, found it 2 times"), "{said}");
}

#[test]
fn a_list_that_is_not_what_its_table_says_is_refused() {
    let published = Published::new(PLAN);
    let tables = published.tables();
    let table = tables.table("received-by-right").unwrap();
    let list = published.files[&tags_file(&table.id)].clone();
    let read = |list: &[u8]| TagList::read(table, list).map(|_| ());
    assert_eq!(read(&list), Ok(()));
    assert_eq!(read(&list[..127]), Err(ListError::Length { expected: 4, found: 127 }));
    assert_eq!(read(&list[..96]), Err(ListError::Length { expected: 4, found: 96 }));
    let mut turned = list.clone();
    turned[32..96].rotate_left(32);
    assert!(matches!(read(&turned), Err(ListError::Order { .. } | ListError::Root { .. })));
    let mut falling = list.clone();
    falling[32..].copy_from_slice(&[&list[96..], &list[64..96], &list[32..64]].concat());
    assert_eq!(read(&falling), Err(ListError::Order { place: 2 }));
    // The tag of the first row again in the second, wherever its order puts it.
    let mut rest = [&list[..32], &list[64..96], &list[96..]];
    rest.sort_unstable();
    let twice = [&list[..32], &rest.concat()].concat();
    assert_eq!(read(&twice), Err(ListError::Twice));
    let mut other = list;
    other[..32].fill(0);
    assert!(matches!(read(&other), Err(ListError::Root { .. })));
}

#[test]
fn tables_that_do_not_add_up_or_are_written_otherwise_are_refused() {
    let good = Published::new(PLAN).tables();
    let parse = |change: &dyn Fn(&mut CountedTables)| {
        let mut tables = good.clone();
        change(&mut tables);
        CountedTables::parse(&tables.to_bytes())
    };
    assert_eq!(parse(&|_| ()), Ok(good.clone()));
    let sum = parse(&|tables| tables.tables[0].rows[0].count += 1);
    let table = || "received-by-product".to_owned();
    assert_eq!(sum, Err(ParseCountedError::Sum { table: table(), expected: 3 }));
    let overflow = parse(&|tables| tables.tables[0].rows[0].count = u64::MAX);
    assert!(matches!(overflow, Err(ParseCountedError::Sum { .. })));
    for change in [
        &(|tables: &mut CountedTables| tables.tables[0].id = "../x".to_owned())
            as &dyn Fn(&mut CountedTables),
        &|tables| tables.tables.swap(0, 1),
        &|tables| tables.tables[1] = tables.tables[0].clone(),
        &|tables| tables.tables[0].is_once = false,
        &|tables| tables.tables[0].population = "answered".to_owned(),
    ] {
        assert!(matches!(parse(change), Err(ParseCountedError::Table { .. })));
    }
    for change in [
        &(|row: &mut CountedRow| row.kind = "some".to_owned()) as &dyn Fn(&mut CountedRow),
        &|row| row.code = None,
        &|row| row.kind = "not-stated".to_owned(),
        &|row| row.parent = Some(CountedName { kind: "pooled".into(), code: Some("x".into()) }),
    ] {
        let parsed = parse(&|tables| change(&mut tables.tables[0].rows[0]));
        assert_eq!(parsed, Err(ParseCountedError::Row { table: table() }));
    }
    assert_eq!(
        parse(&|tables| tables.format = "redress-counted/3".into()),
        Err(ParseCountedError::Form)
    );
    let spelled = String::from_utf8(good.to_bytes()).unwrap();
    for (other, error) in [
        (spelled.replace('\n', ""), ParseCountedError::Spelling),
        (spelled.trim_end().to_owned(), ParseCountedError::Spelling),
        (spelled.replace("\"tables\": [", "\"more\": 1, \"tables\": ["), ParseCountedError::Form),
    ] {
        assert_eq!(CountedTables::parse(other.as_bytes()), Err(error), "{other}");
    }
}

/// What was published before there were more tables stays as it was, and holds nothing that came after.
#[test]
fn a_report_in_the_form_before_is_checked_as_it_was_written() {
    let before = |tables: &mut CountedTables| tables.format = "redress-counted/1".to_owned();
    let published = Published::forged(PLAN, &Forgery { tables: &before, ..Forgery::default() });
    let receipt = published.receipt_of(MINE);
    for found in [published.look(Some(&receipt)), checked(&published.proof_of(MINE), &receipt)] {
        assert!(found.is_good, "{found:?}");
    }
    let mut newer = published.tables();
    let last = newer.tables.last_mut().unwrap();
    (last.id, last.population) = ("received-by-language".to_owned(), "received".to_owned());
    let found = "received-by-language".to_owned();
    let parsed = CountedTables::parse(&newer.to_bytes());
    assert_eq!(parsed, Err(ParseCountedError::Table { found }));
    newer.format = FORMAT.to_owned();
    assert!(CountedTables::parse(&newer.to_bytes()).is_ok());
}

/// The lists are of the figures that everybody reads: the same rows, and as many as were received.
#[test]
fn tables_beside_other_figures_are_refused() {
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
    let otherwise = "expected received-by-product as the figures have it";
    figures(&|f| f["tables"][0]["rows"][0]["code"] = "Cash".into(), otherwise);
    figures(&|f| f["tables"][0]["rows"][0]["count"] = 3.into(), otherwise);
    figures(&|f| f["tables"][0]["is_multiple"] = true.into(), otherwise);
    figures(&|f| f["tables"] = serde_json::json!([]), "expected 0 tables, found 6");
    figures(
        &|f| f["flow"]["received"] = 2.into(),
        "expected 2 complaints in received-by-product, as many as were received, found 3",
    );
    let tables: &dyn Fn(&mut CountedTables) = &|tables| tables.report.push('0');
    refused(&Forgery { tables, ..Forgery::default() }, "they are those of this report");
}

#[test]
fn files_that_are_not_there_are_named() {
    for name in [COUNTED_FILE, "report.json", "counted/answered-by-band.tags"] {
        let mut published = Published::new(PLAN);
        published.files.remove(name);
        let said = failure(&published.look(None));
        assert!(said.contains(&format!("there is no {name}")), "{said}");
    }
}

/// A receipt of one history shows nothing of a report in another, though both are signed.
#[test]
fn receipt_and_report_are_of_one_history() {
    let published = Published::new(PLAN);
    let other = without(["2026-01-01", "2026-03-31"], 5);
    let said = failure(&published.look(Some(&other.receipt_of(MINE))));
    assert!(said.contains("of one history: their roots differ"), "{said}");
    // At another size it is for whoever looks to see; a witness that has signed both is enough.
    let older = LogProof {
        checkpoint: published.log.checkpoint_of(6),
        hashes: prove_inclusion(&published.log.tree, MINE, 6).unwrap(),
        ..LogProof::parse(published.receipt_of(MINE).as_bytes()).unwrap()
    };
    let looked_at_by = |policy: &Policy| {
        let mine = Mine::open(older.to_string().as_bytes(), &Trust::policy(policy));
        let accepted = policy.accept(&published.log.checkpoint()).unwrap();
        let mut read = |name: &str| Ok(published.files[name].clone());
        folder::check((published.view.as_ref().unwrap(), &accepted), Some(mine), &mut read)
    };
    let witnessed = looked_at_by(&strict_policy());
    let claim = "receipt and report are of one history";
    assert!(witnessed.is_good && !open(&witnessed).contains(&claim), "{witnessed:?}");
    let alone = looked_at_by(&policy());
    assert!(
        alone.is_good && would(&alone, claim).contains("the one is of 6, the other of 7 records")
    );
}

#[test]
fn what_a_proof_does_not_hold_to_what_was_published_is_refused() {
    let published = Published::new(PLAN);
    let (receipt, good) = (published.receipt_of(MINE), published.proof_of(MINE));
    let refused = |change: &dyn Fn(&mut CountedProof), because: &str| {
        let mut proof = good.clone();
        change(&mut proof);
        let said = failure(&checked(&proof, &receipt));
        assert!(said.contains(because), "{because}: {said}");
    };
    refused(&|proof| proof.files.push('\n'), "expected the list with the SHA-256");
    refused(&|proof| proof.counted.push('\n'), "counted.json is one of them");
    refused(&|proof| proof.figures.push('\n'), "report.json is one of them");
    refused(&|proof| proof.mentions[0].place += 1, "counted in received-by-product");
    refused(&|proof| proof.mentions[0].place = 9, "there is no place 9 in it");
    let out = |what: &str| format!("{what} is out of place");
    refused(&|proof| proof.mentions[1].mention = 1, &out("mention 1 of received-by-month"));
    refused(&|proof| proof.mentions.swap(0, 1), &out("mention 0 of received-by-product"));
    refused(&|proof| proof.mentions.swap(2, 3), &out("mention 1 of received-by-right"));
    refused(&|proof| proof.mentions.clear(), "it has no mention");
    refused(&|proof| proof.mentions[0].table = "nowhere".to_owned(), "there is no table nowhere");
    refused(&|proof| drop(proof.mentions.remove(0)), "it is not in received-by-product");
    refused(
        &|proof| proof.mentions[0].hashes.push(Hash([1; 32])),
        "counted in received-by-product",
    );
    refused(&|proof| proof.proof.index = 5, "signed that the record is in the log");
    refused(&|proof| proof.proof.extra = None, "it encloses no record");
    let other = Enclosure::of_record(published.log.records[5].1.clone()).to_bytes();
    refused(
        &|proof| proof.proof = LogProof { extra: Some(other.clone()), ..published.log.proof(5) },
        "expected report.published.v1, found ledger.index-committed.v1",
    );
}

#[test]
fn a_proof_has_one_spelling() {
    let proof = Published::new(PLAN).proof_of(MINE);
    let text = proof.to_string();
    let line = |number: usize| text.lines().nth(number).unwrap().to_owned();
    for (found, other) in [
        (line(0), "redress/counted-proof@v2".to_owned()),
        (line(1), line(1).replace("files", "file")),
        (line(2), line(2).replace("figures ", "figures  ")),
        (line(3), line(3).replace("counted ", "counted")),
        (line(4), format!("{} ", line(4))),
        (line(4), line(4).replace("received-by-product 0", "received-by-product 00")),
        (line(4), line(4).replace("received-by-product 0", "received-by-product 4294967296")),
        (line(5), line(5).replace('=', "")),
    ] {
        assert_ne!(found, other);
        let other = text.replacen(&found, &other, 1);
        let error = CountedProof::parse(other.as_bytes()).expect_err("another spelling");
        assert!(error.to_string().starts_with("line "), "{error}");
    }
    let many = CountedProof { mentions: vec![proof.mentions[0].clone(); 1_601], ..proof };
    let error = CountedProof::parse(many.to_string().as_bytes()).expect_err("too many");
    assert!(error.to_string().contains("no complaint is mentioned so often"), "{error}");
}

#[test]
fn the_fuzzer_has_such_a_proof_among_its_seeds() {
    let seed = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/seeds/proof/counted");
    let proof = Published::new(PLAN).proof_of(MINE).to_string();
    if std::env::var_os("REDRESS_WRITE_SEEDS").is_some() {
        std::fs::write(seed, &proof).unwrap();
    }
    assert!(std::fs::read(seed).unwrap() == proof.as_bytes(), "write the seed anew");
}

#[test]
fn of_every_changed_proof_the_page_says_what_the_library_says() {
    let published = Published::new(PLAN);
    let (receipt, good) = (published.receipt_of(MINE), published.proof_of(MINE).to_string());
    let lines: Vec<_> = good.lines().collect();
    let joined = |lines: &[&str]| format!("{}\n", lines.join("\n")).into_bytes();
    let mut proofs = vec![good.clone().into_bytes()];
    for number in 0..lines.len() {
        let (mut without, mut twice) = (lines.clone(), lines.clone());
        without.remove(number);
        twice.insert(number, lines[number]);
        let mut swapped = lines.clone();
        swapped.swap(number, (number + 1) % lines.len());
        proofs.extend([without, twice, swapped].map(|lines| joined(&lines)));
    }
    for part in 0..200 {
        let mut changed = good.clone().into_bytes();
        let at = part * changed.len() / 200;
        changed[at] ^= [1, 2, 3][part % 3];
        proofs.push(changed);
    }
    let Some(said) = of_counted(&proofs, &receipt) else { return };
    for (proof, said) in proofs.iter().zip(&said) {
        let checked = checked_here(proof, &receipt);
        assert_eq!(
            checked.is_good,
            said.starts_with("good"),
            "{:?}: {said}",
            checked.first_failure()
        );
    }
    assert!(said[0].starts_with("good"), "{}", said[0]);
}

#[test]
fn the_page_reads_every_kind_of_row_and_shows_the_same() {
    let above = |kind: &str, code: Option<&str>| serde_json::json!({ "kind": kind, "code": code });
    for (kind, code, parent) in [
        ("not-stated", None, None),
        ("pooled", None, Some(above("value", Some("Cards")))),
        ("value", Some("Fees\u{e9}\u{7f}\"<\\"), Some(above("pooled", None))),
        ("value", Some("Fees"), Some(above("not-stated", None))),
        ("pooled", Some("a name"), None),
        ("other", None, None),
    ] {
        let parent = parent.map(|mut parent| {
            parent.as_object_mut().unwrap().retain(|_, value| !value.is_null());
            parent
        });
        let published = Published::forged(
            PLAN,
            &Forgery {
                figures: &|figures| {
                    let row = &mut figures["tables"][0]["rows"][0];
                    (row["kind"], row["code"]) = (kind.into(), code.into());
                    row["parent"] = parent.clone().into();
                },
                tables: &|tables| {
                    let row = &mut tables.tables[0].rows[0];
                    (row.kind, row.code) = (kind.to_owned(), code.map(str::to_owned));
                    row.parent =
                        parent.clone().map(|parent| serde_json::from_value(parent).unwrap());
                },
                ..Forgery::default()
            },
        );
        let is_row = kind != "other" && (kind == "value") == code.is_some();
        if is_row {
            let proof = published.proof_of(MINE);
            assert!(checked(&proof, &published.receipt_of(MINE)).is_good, "{kind} {code:?}");
        }
    }
}
