//! Evidence that says what it should, but is written otherwise; and what may look so and is good. Library and page
//! must both know which is which.

use merkle_log::{Checkpoint, Hash, LogProof, SignedNote, empty_root, leaf_hash, node_hash};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    archive::{Files, read_archive, write_archive},
    bundle::{self, MANIFEST, Manifest, PAGE, opening_name},
    enclosure::{Enclosure, ReceiptSecret},
    index::ProvedEntry,
    page,
    test_data::{
        ANCHOR, CASE, ORIGIN, STAMP, STAMPED_AT, SmallLog, anchor_data, key, openings, witness,
    },
    text::to_hex,
};

/// One piece of evidence, and whether it is good.
pub(super) struct Spelled {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) is_good: bool,
}

fn good(name: impl Into<String>, bytes: Vec<u8>) -> Spelled {
    Spelled { name: name.into(), bytes, is_good: true }
}

fn bad(name: impl Into<String>, bytes: Vec<u8>) -> Spelled {
    Spelled { is_good: false, ..good(name, bytes) }
}

pub(super) fn all() -> Vec<Spelled> {
    let all = [
        records(),
        enclosures(),
        packed(),
        opened(),
        contents(),
        pages(),
        notes(),
        anchors(),
        commitments(),
        long_lists(),
        files::opened(),
        files::elsewhere(),
    ];
    all.into_iter().flatten().collect()
}

#[track_caller]
fn replaced(text: &str, from: &str, to: &str) -> String {
    let changed = text.replacen(from, to, 1);
    assert_ne!(changed, text, "{from}");
    changed
}

/// The record that stands last in the small log, changed, and the log with it.
fn log_with_last(change: impl FnOnce(&str) -> String) -> SmallLog {
    let mut log = SmallLog::new(true);
    let last = log.records.last_mut().unwrap();
    last.1 = change(&last.1);
    log.tree = log.records.iter().map(|(_, record)| leaf_hash(record.as_bytes())).collect();
    log
}

/// A proof that a changed record is in the log, with the record in it.
fn proof_of_last(change: impl FnOnce(&str) -> String) -> Vec<u8> {
    let log = log_with_last(change);
    let extra = Enclosure::of_record(log.records[6].1.clone()).to_bytes();
    LogProof { extra: Some(extra), ..log.proof(6) }.to_string().into_bytes()
}

const DATA: &str = r#""data":{}"#;

/// Bodies of a record: what no version of redress has known yet stays readable.
const GOOD_DATA: &[&str] = &[
    r"null",
    r#"{"later":[true,false,null,0,-1]}"#,
    r#"{"later":9007199254740993}"#,
    r#"{"later":18446744073709551615}"#,
    r#"{"later":-9223372036854775808}"#,
    r#"{"__proto__":1,"constructor":{"__proto__":[]}}"#,
    r#"{"10":1,"9":1,"":1}"#,
    r#"{"later":"\"\\\b\f\n\r\t\u0000\u000b\u001b\u001f/"}"#,
    "{\"later\":\"\u{7f}\u{85}\u{2028}\u{2029}\u{feff}\u{1f40e}\"}",
    r#"[{"a":1},{"a":1}]"#,
];

const BAD_DATA: &[&str] = &[
    r#"{"a":1,"a":1}"#,
    r#"{"a":{"b":1,"c":1,"b":2}}"#,
    r#"{"a":1,"\u0061":2}"#,
    r#"{"__proto__":1,"__proto__":1}"#,
    r#"{"a":1.0}"#,
    r#"{"a":1.5}"#,
    r#"{"a":1e2}"#,
    r#"{"a":1E2}"#,
    r#"{"a":-0}"#,
    r#"{"a":01}"#,
    r#"{"a":-01}"#,
    r#"{"a":+1}"#,
    r#"{"a":-}"#,
    r#"{"a":18446744073709551616}"#,
    r#"{"a":-9223372036854775809}"#,
    r#"{"a":"\ud800"}"#,
    r#"{"a":"\udc00\ud800"}"#,
    r#"{"a":"\ud83d\udc0e"}"#,
    r#"{"a":"\u0041"}"#,
    r#"{"a":"\u001B"}"#,
    r#"{"a":"\u000a"}"#,
    r#"{"a":"\u0022"}"#,
    r#"{"a":"\u007f"}"#,
    r#"{"a":"\/"}"#,
    r#"{"a":"\x41"}"#,
    "{\"a\":\"\t\"}",
    r#"{"a": 1}"#,
    r#"{ "a":1}"#,
    "{\"a\":1}\n",
    r#"{"a":1,}"#,
    r"[1,]",
    r"{a:1}",
    r"{'a':1}",
    r"nul",
    r"NaN",
    "",
];

/// Other changes of a whole record.
const BAD_RECORDS: &[(&str, &str)] = &[
    (r#""v":1,"#, r#""v":1,"v":1,"#),
    (r#""version":2"#, r#""version":2,"version":2"#),
    (r#""version":2"#, r#""version":2.0"#),
    (r#""version":2"#, r#""version":2e0"#),
    (r#""version":2"#, r#""version":02"#),
    (r#""version":2"#, r#""version":"2""#),
    (r#""version":2"#, r#""version":-2"#),
    (r#""version":2"#, r#""version":null"#),
    (r#""version":2,"#, ""),
    (r#""type":"#, r#""typ":"#),
    (r#""stream":"complaint-B""#, r#""stream":["complaint-B"]"#),
    (r#""recorded_at":"2"#, r#""recorded":"2"#),
    (r#""occurred_at":"2"#, r#""occurred":"2"#),
    (r#""occurred_at":"2026-03-01T10:00:00.000Z""#, r#""occurred_at":7"#),
    (r#""data":{},"#, ""),
    (r#""sealed":[]"#, r#""sealed":null"#),
    (r#""sealed":[]"#, r#""sealed":{}"#),
    (r#""sealed":[]"#, r#""sealed":[7]"#),
    (r#""sealed":[]"#, r#""sealed":[null]"#),
    (r#""sealed":[]"#, r#""sealed":[{"field":"note"}]"#),
    (r#""sealed":[]"#, SEALED_AS_LIST),
    (r#""sealed":[]"#, r#""sealed":[{"field":"note","commitment":"00"}]"#),
    (r#""sealed":[]}"#, r#""sealed":[]} "#),
    (r#""sealed":[]}"#, r#""sealed":[]}}"#),
    (r#"{"v":1"#, r#" {"v":1"#),
    (r#"{"v":1"#, "\u{feff}{\"v\":1"),
];

/// What serde reads as an entry, by the order of its fields.
const SEALED_AS_LIST: &str =
    r#""sealed":[["note","abababababababababababababababababababababababababababababababab"]]"#;

fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

fn records() -> Vec<Spelled> {
    let with_data = |data: &str| {
        let data = format!("\"data\":{data}");
        proof_of_last(|record| replaced(record, DATA, &data))
    };
    let mut all = vec![good("the record as it is", proof_of_last(str::to_owned))];
    all.extend(GOOD_DATA.iter().map(|data| good(format!("record data {data}"), with_data(data))));
    all.extend(BAD_DATA.iter().map(|data| bad(format!("record data {data}"), with_data(data))));
    // The record itself is the first level.
    all.push(good("63 levels of data", with_data(&nested(63))));
    all.push(bad("64 levels of data", with_data(&nested(64))));
    all.push(bad("many levels of data", with_data(&nested(200_000))));
    for (from, to) in BAD_RECORDS {
        let proof = proof_of_last(|record| replaced(record, from, to));
        all.push(bad(format!("record {from} as {to}"), proof));
    }
    let later = |record: &str| replaced(record, r#""v":1"#, r#""v":1,"later":{"any":[1]}"#);
    all.push(good("a record with a key of a later version", proof_of_last(later)));
    let in_order = |_: &str| {
        let time = "2026-03-01T10:00:00.000Z";
        format!(r#"["complaint.reopened.v1","complaint-B",2,"{time}","{time}",{{}},[]]"#)
    };
    all.push(bad("a record as a list", proof_of_last(in_order)));
    let left_out = |record: &str| replaced(record, r#","sealed":[]"#, "");
    all.push(good("a record without sealed fields", proof_of_last(left_out)));
    let in_bundle =
        |change: fn(&str) -> String| bundle::write(&log_with_last(change).contents()).unwrap();
    all.push(good(
        "a bundle with a key of a later version",
        in_bundle(|record| replaced(record, DATA, r#""data":{"later":9007199254740993}"#)),
    ));
    all.push(bad(
        "a bundle with a key twice in a record",
        in_bundle(|record| replaced(record, DATA, r#""data":{"a":1,"a":1}"#)),
    ));
    all.push(bad(
        "a bundle with a version 2.0",
        in_bundle(|record| replaced(record, r#""version":2"#, r#""version":2.0"#)),
    ));
    all
}

fn with_extra(extra: Vec<u8>) -> Vec<u8> {
    LogProof { extra: Some(extra), ..SmallLog::new(true).proof(1) }.to_string().into_bytes()
}

fn enclosed() -> Enclosure {
    let record = SmallLog::new(true).records[1].1.clone();
    Enclosure { record, receipt: Some(ReceiptSecret([0xab; 32])), openings: openings() }
}

/// Changes of the JSON that is enclosed in a receipt.
fn enclosures() -> Vec<Spelled> {
    let json = serde_json::to_string(&enclosed()).unwrap();
    let secret = "ab".repeat(32);
    let receipt = format!(r#""receipt":"{secret}","#);
    let with = |json: &str| with_extra(Enclosure::framed(json.as_bytes()));
    let mut all = vec![good("the receipt as it is", with(&json))];
    all.push(good("no receipt", with(&replaced(&json, &receipt, ""))));
    let bare = Enclosure { openings: Vec::new(), receipt: None, ..enclosed() };
    all.push(good("nothing but the record", with_extra(bare.to_bytes())));
    let swapped = replaced(&replaced(&json, &receipt, ""), "{", &format!("{{{receipt}"));
    all.push(bad("receipt before record", with(&swapped)));
    let openings = format!(",\"openings\":{}", serde_json::to_string(&openings()).unwrap());
    for (from, to) in [
        (receipt.as_str(), format!("{receipt}{receipt}").as_str()),
        (&receipt, &format!("{receipt}\"later\":1,")),
        (&receipt, "\"receipt\":null,"),
        (&receipt, "\"receipt\":\"\","),
        (&receipt, "\"receipt\":false,"),
        (&secret, &"AB".repeat(32)),
        (&secret, &"ab".repeat(31)),
        (&openings, ",\"openings\":[]"),
        (&openings, ",\"openings\":null"),
        (&openings, &format!("{openings}{openings}")),
        (r#""group":1"#, r#""group":1.0"#),
        (r#""group":1"#, r#""group":1e0"#),
        (r#""group":1"#, r#""group":01"#),
        (r#""group":1"#, r#""group":"1""#),
        (r#""group":1"#, r#""group":65537"#),
        (r#""group":1"#, r#""group":1,"group":1"#),
        (r#""group":1"#, r#""group":1,"later":null"#),
        (r#""field":"narrative","group":1"#, r#""group":1,"field":"narrative""#),
        ("My card", r"\u004dy card"),
        ("My card", r"\ud800 card"),
        ("{\"record\"", "{ \"record\""),
        ("{\"record\"", "\u{feff}{\"record\""),
    ] {
        all.push(bad(format!("enclosed {from} as {to}"), with(&replaced(&json, from, to))));
    }
    for behind in ["\n", " ", "}", "\0"] {
        all.push(bad(format!("{behind:?} behind it"), with(&format!("{json}{behind}"))));
    }
    all
}

/// What stands around the JSON of an enclosure.
fn packed() -> Vec<Spelled> {
    let framed = |packed: &[u8]| {
        let mut bytes = b"RDRSENC1".to_vec();
        bytes.extend_from_slice(packed);
        let digest = Sha256::digest(&bytes);
        bytes.extend_from_slice(&digest[..8]);
        with_extra(bytes)
    };
    let json = serde_json::to_vec(&enclosed()).unwrap();
    let stream = miniz_oxide::deflate::compress_to_vec(&json, 6);
    let behind = |junk: &[u8]| framed(&[&stream, junk].concat());
    let empty_block = [&stream[..], &miniz_oxide::deflate::compress_to_vec(b"", 6)].concat();
    let mut all = vec![
        good("packed by another level", framed(&stream)),
        bad("a byte behind the packed", behind(b"\0")),
        bad("words behind the packed", behind(b"and more")),
        bad("another stream behind the packed", framed(&empty_block)),
        bad("the packed cut short", framed(&stream[..stream.len() - 1])),
        bad("with the head of zlib", framed(&miniz_oxide::deflate::compress_to_vec_zlib(&json, 6))),
        bad("nothing packed", framed(b"")),
    ];
    // As much as may be, and one byte more.
    for more in [0, 1] {
        let log = log_with_last(|record| {
            let long = format!("{{\"later\":\"{}\"}}", "x".repeat(8 * 1024 * 1024));
            replaced(record, DATA, &format!("\"data\":{long}"))
        });
        let record = &log.records[6].1;
        let escapes = serde_json::to_string(record).unwrap().len() - record.len();
        let cut = r#"{"record":}"#.len() + escapes + record.len() - 8 * 1024 * 1024 - more;
        let log = log_with_last(|_| replaced(record, &"x".repeat(cut), ""));
        let enclosure = Enclosure::of_record(log.records[6].1.clone());
        assert_eq!(serde_json::to_vec(&enclosure).unwrap().len(), 8 * 1024 * 1024 + more);
        let proof = LogProof { extra: Some(enclosure.to_bytes()), ..log.proof(6) }.to_string();
        let name = format!("{more} bytes more than may be unpacked");
        all.push(Spelled { name, bytes: proof.into_bytes(), is_good: more == 0 });
    }
    all
}

/// A bundle of these files, its list of contents (changed once more) and its page made to agree.
fn listed_again(mut files: Files, change: impl FnOnce(&str) -> String) -> Vec<u8> {
    files.remove(PAGE);
    let mut manifest: Manifest = serde_json::from_slice(&files.remove(MANIFEST).unwrap()).unwrap();
    let digest = |bytes: &Vec<u8>| to_hex(&Sha256::digest(bytes));
    manifest.files = files.iter().map(|(name, bytes)| (name.clone(), digest(bytes))).collect();
    let manifest = change(&serde_json::to_string(&manifest).unwrap());
    files.insert(MANIFEST.to_owned(), manifest.into_bytes());
    let page = page::with_evidence(&write_archive(&files).unwrap());
    files.insert(PAGE.to_owned(), page.into_bytes());
    write_archive(&files).unwrap()
}

fn files() -> Files {
    read_archive(&bundle::write(&SmallLog::new(true).contents()).unwrap()).unwrap()
}

/// Opened fields of a bundle.
fn opened() -> Vec<Spelled> {
    let name = opening_name(1, "narrative");
    let of = |change: &dyn Fn(&str) -> String| {
        let mut files = files();
        let opening = String::from_utf8(files[&name].clone()).unwrap();
        files.insert(name.clone(), change(&opening).into_bytes());
        listed_again(files, str::to_owned)
    };
    let mut all = vec![good("the opened field as it is", of(&str::to_owned))];
    for (from, to) in [
        (r#""group":1"#, r#""group":1.0"#),
        (r#""group":1"#, r#""group":1,"group":1"#),
        (r#""group":1"#, r#""group":1,"later":1"#),
        (r#""group":1"#, r#""group": 1"#),
        (r#""field":"narrative","group":1"#, r#""group":1,"field":"narrative""#),
        ("My card", r"\u004dy card"),
        ("My card", r"\udc00 card"),
        ("Ünal.\"}", "Ünal.\"}\n"),
    ] {
        let changed = of(&|opening| replaced(opening, from, to));
        all.push(bad(format!("opened {from} as {to}"), changed));
    }
    all
}

/// The list of contents of a bundle.
fn contents() -> Vec<Spelled> {
    let of = |change: &dyn Fn(&str) -> String| listed_again(files(), change);
    let mut all = vec![good("the list as it is", of(&str::to_owned))];
    let key = format!(r#","log_key":"{}""#, key().verifier());
    for (from, to) in [
        (r#""version":1"#, r#""version":1.0"#),
        (r#""version":1"#, r#""version":1,"version":1"#),
        (r#""version":1"#, r#""version":1,"later":1"#),
        (r#""version":1"#, r#""version":3"#),
        (r#""format":"redress-bundle","version":1"#, r#""version":1,"format":"redress-bundle""#),
        ("redress-bundle", "redress\\u002dbundle"),
        (&key, ""),
        (&key, r#","log_key":7"#),
        (&key, r#","log_key":null"#),
        ("\"positions\":[1,", "\"positions\":[1.0,"),
        ("\"positions\":[1,", "\"positions\":[1e0,"),
        ("\"positions\":[1,", "\"positions\":[-1,"),
        ("\"positions\":[1,", "\"positions\":[1,9007199254740993,"),
        ("\"positions\":[1,3,6]", "\"positions\":[]"),
        ("\"files\"", "\"anchors\":[],\"files\""),
        ("\"files\"", "\"anchors\":null,\"files\""),
        ("\"files\":{", "\"files\":{\"a\":7,"),
        ("\"files\":{", "\"files\":{\"zzz\":\"00\","),
        ("\"files\":{", "\"files\":{\"__proto__\":\"00\","),
        ("{\"format\"", "{ \"format\""),
        ("{\"format\"", "\u{feff}{\"format\""),
    ] {
        all.push(bad(format!("listed {from} as {to}"), of(&|list| replaced(list, from, to))));
    }
    // The same files, in another order.
    let turned = of(&|list| {
        let (before, files) = list.split_once("\"files\":{").unwrap();
        let files: Vec<_> = files.trim_end_matches('}').split(',').rev().collect();
        format!("{before}\"files\":{{{}}}}}", files.join(","))
    });
    all.push(bad("files listed in another order", turned));
    let list = of(&|list| format!("{list}\n"));
    all.push(bad("a line feed behind the list", list));
    all
}

/// The page in a bundle: one that holds these files, and none other.
fn pages() -> Vec<Spelled> {
    let with = |page: Option<Vec<u8>>| {
        let mut files = files();
        files.remove(PAGE);
        files.extend(page.map(|page| (PAGE.to_owned(), page)));
        write_archive(&files).unwrap()
    };
    let page = files().remove(PAGE).unwrap();
    let mut torn = page.clone();
    torn[40] = 0xff;
    vec![
        good("the page as it is", with(Some(page))),
        bad("no page", with(None)),
        bad("an empty page", with(Some(Vec::new()))),
        bad("a page without evidence", with(Some(page::empty().into_bytes()))),
        bad("a page with other files", with(Some(page::with_evidence(b"PK").into_bytes()))),
        bad("a page that is not UTF-8", with(Some(torn))),
    ]
}

fn signed(size: u64, root: Hash) -> SignedNote {
    let mut note = Checkpoint::new(ORIGIN, size, root).unwrap().signed_by(&key());
    let cosignature = witness().sign(note.text(), 1_750_000_000);
    note.add(cosignature);
    note
}

fn notes() -> Vec<Spelled> {
    let note = SmallLog::new(true).checkpoint().to_string();
    let also = |name: &str| format!("{note}\u{2014} {name} AAAAAAA=\n").into_bytes();
    vec![
        good("a checkpoint of nothing", signed(0, empty_root()).to_string().into_bytes()),
        bad("nothing, with a root", signed(0, Hash([7; 32])).to_string().into_bytes()),
        good("signed also by somebody", also("somebody.example/log")),
        // No space in Unicode, though a browser may take it for one.
        good("signed also by U+FEFF", also("some\u{feff}body")),
        bad("signed also by two words", also("some\u{3000}body")),
        bad("signed also by U+0085", also("some\u{85}body")),
        bad("signed also by a sum", also("some+body")),
    ]
}

/// Records that hold a time stamp, one that is in the log nowhere yet, so that nothing but the record can tell.
fn anchors() -> Vec<Spelled> {
    let log = SmallLog::anchored(None);
    let data = anchor_data(&log.checkpoint_of(ANCHOR), STAMPED_AT, STAMP);
    let of = |changed: &str| {
        let mut contents = log.anchored_contents(ANCHOR);
        let record = &mut contents.anchors[0].record;
        *record = record.replacen(&data, changed, 1);
        bundle::write(&contents).unwrap()
    };
    let stamped = format!(r#""stamped_at":"{STAMPED_AT}""#);
    let at = |time: &str| replaced(&data, &stamped, &format!(r#""stamped_at":"{time}""#));
    let bare = STAMPED_AT.trim_end_matches('Z');
    let mut all = vec![good("the time stamp as it is", of(&data))];
    for (from, to) in [
        ("\"size\":6", "\"size\":6.0"),
        ("\"size\":6", "\"size\":6,\"size\":6"),
        ("\"size\":6", "\"size\":\"6\""),
        ("\"token\":{", "\"token\":{\"later\":1,"),
        ("\"token\":{\"inline\"", "\"token\":{\"archived\""),
    ] {
        all.push(bad(format!("stamp {from} as {to}"), of(&replaced(&data, from, to))));
    }
    for time in [
        format!("{bare}.000Z"),
        format!("{bare}.0Z"),
        format!("{bare}+00:00"),
        format!("{bare}z"),
        format!("{}Z", bare.replace('T', " ")),
        format!("{}Z", bare.replace('T', "t")),
        format!(" {STAMPED_AT}"),
    ] {
        all.push(bad(format!("stamped at {time}"), of(&at(&time))));
    }
    let mut values: Vec<String> = Vec::new();
    let object: Value = serde_json::from_str(&data).unwrap();
    for key in ["size", "root", "checkpoint", "imprint", "stamped_at", "token"] {
        values.push(object[key].to_string());
    }
    all.push(bad("a stamp as a list", of(&format!("[{}]", values.join(",")))));
    let named = replaced(&data, "\"size\":6", "\"later\":[1],\"size\":6");
    all.push(good("a stamp with a key of a later version", of(&named)));
    all
}

/// A log whose commitment to the list of all streams was changed, and all that follows from it.
fn recommitted(change: impl FnOnce(&str) -> String) -> SmallLog {
    let mut log = SmallLog::new(false);
    let record = &mut log.records[5].1;
    *record = change(record);
    log.tree = log.records.iter().map(|(_, record)| leaf_hash(record.as_bytes())).collect();
    log
}

fn commitments() -> Vec<Spelled> {
    let of = |change: &dyn Fn(&str) -> String| {
        recommitted(change).index_proof(CASE).to_string().into_bytes()
    };
    let later = |record: &str| replaced(record, "{\"size\":5", "{\"later\":[1],\"size\":5");
    let mut all = vec![
        good("the commitment as it is", of(&str::to_owned)),
        good("a commitment with a key of a later version", of(&later)),
    ];
    for (from, to) in [
        ("\"size\":5", "\"size\":5.0"),
        ("\"size\":5", "\"size\":-1"),
        ("\"size\":5", "\"size\":\"5\""),
        ("\"size\":5", "\"size\":5,\"size\":5"),
        ("\"entries\":3", "\"entries\":3e0"),
        ("\"definition\":1", "\"definition\":1.0"),
        ("\"definition\":1", "\"definition\":4294967297"),
        ("\"data\":{", "\"data\":null,\"was\":{"),
    ] {
        all.push(bad(
            format!("commitment {from} as {to}"),
            of(&|record| replaced(record, from, to)),
        ));
    }
    let as_list = of(&|record| {
        let (before, rest) = record.split_once("\"data\":{").unwrap();
        let (data, after) = rest.split_once('}').unwrap();
        let values: Vec<_> = data.split(',').map(|pair| pair.split_once(':').unwrap().1).collect();
        format!("{before}\"data\":[{}]{after}", values.join(","))
    });
    all.push(bad("a commitment as a list", as_list));
    all
}

/// Lists of very many streams: sizes stay below 2^63, in a signed 64-bit number.
fn long_lists() -> Vec<Spelled> {
    let absent = "volume-0C000000000000000000000000";
    let of = |entries: u64, hashes: Vec<Hash>| {
        let last = SmallLog::new(false).index_proof(absent).entries.remove(0).entry;
        let root = hashes.iter().fold(last.leaf(), |root, left| node_hash(left, &root));
        let log = recommitted(|record| {
            let (before, rest) = record.split_once("\"root\":\"").unwrap();
            let record = format!("{before}\"root\":\"{root}{}", &rest[64..]);
            replaced(&record, "\"entries\":3", &format!("\"entries\":{entries}"))
        });
        let mut proof = log.index_proof(absent);
        proof.entries = vec![ProvedEntry { index: entries - 1, entry: last, hashes }];
        proof.to_string().into_bytes()
    };
    vec![
        good("no stream among 2^63 - 1", of((1 << 63) - 1, vec![Hash([7; 32]); 62])),
        bad("no stream among 2^63", of(1 << 63, vec![Hash([7; 32]); 63])),
        bad("no stream among 2^63 + 1", of((1 << 63) + 1, vec![Hash([7; 32])])),
    ]
}

mod files;
