//! Whoever opens a person's words is recorded in the ledger, durably, before they see anything.

use std::{fs, path::Path};

use complaint_domain::access::AccessPurpose;
use redress_tests::binary::{Ran, root, run_in};
use serde_json::Value;
use tempfile::TempDir;

const WORDS: &str = "My card was charged twice, and nobody answers the telephone about it.";

/// A ledger with one complaint, signed.
struct House {
    folder: TempDir,
    complaint: String,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let run = |arguments: &[&str]| run_in(folder.path(), arguments).done();
        run(&["init", "--data", "ledger", "--origin", "ledger.example/access"]);
        let body = format!(
            r#"{{"channel":"web","source":{{"kind":"direct"}},"personal":{{"narrative":"{WORDS}",
            "complainant-name":"Jo Doe","contact":"jo@customer.example","receipt-nonce":"blue horse 7"}}}}"#
        );
        fs::write(folder.path().join("body.json"), body).unwrap();
        let sender = r#"{"company":"Example Bank","address":["1 Long Street","London"],"contact":"help@bank.example","signatory":"A. Clerk"}"#;
        fs::write(folder.path().join("sender.json"), sender).unwrap();
        let register = ["complaint", "register", "--data", "ledger", "--as", "agent-1"];
        let more = ["--role", "agent", "--body", "body.json", "--json"];
        let registered = run(&[&register[..], &more].concat()).json();
        run(&["checkpoint", "--data", "ledger"]);
        let complaint = registered["complaint"].as_str().unwrap().to_owned();
        Self { folder, complaint }
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        run_in(self.folder.path(), &[arguments, &["--data", "ledger"]].concat())
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// What the ledger holds of openings: who, for what, which fields.
    fn openings(&self) -> Vec<(String, String, Vec<String>)> {
        let replayed = self.run(&["replay"]).done().stdout;
        let records = replayed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let openings = records.filter(|it| it["type"] == "access.personal-data-opened.v1");
        openings
            .map(|record| {
                assert_eq!(record["data"]["complaint"], self.complaint.as_str());
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                let fields =
                    record["data"]["fields"].as_array().unwrap().iter().map(text).collect();
                (text(&record["actor"]["id"]), text(&record["data"]["purpose"]), fields)
            })
            .collect()
    }

    /// Every way to have a complaint's personal data opened, with the purpose that is recorded; `out` is where
    /// what was opened goes.
    fn ways<'a>(&'a self, out: &'a str) -> Vec<(AccessPurpose, Vec<&'a str>)> {
        let case = self.complaint.as_str();
        let bundle =
            ["export", "bundle", "--stream", case, "--open", "narrative", "--reason", "an audit"];
        let letter =
            ["letter", case, "--kind", "acknowledgement", "--sender", "sender.json", "--pdf", out];
        vec![
            (AccessPurpose::Receipt, vec!["prove", "receipt", case, "--out", out]),
            (AccessPurpose::CaseBundle, [&bundle[..], &["--out", out]].concat()),
            (AccessPurpose::Letter, letter.to_vec()),
            (AccessPurpose::DuplicateSearch, vec!["complaint", "duplicates", case]),
            (AccessPurpose::Handling, vec!["complaint", "read", case]),
        ]
    }
}

#[test]
fn what_is_opened_is_recorded_even_when_it_then_cannot_be_handed_out() {
    let house = House::new();
    for (purpose, way) in house.ways("no/such/folder/file") {
        let before = house.openings().len();
        let auditor = ["--as", "auditor-1", "--role", "auditor"];
        let ran = house.run(&[&way[..], &auditor].concat());
        // What goes to standard output; all others have nowhere to go.
        let printed = [AccessPurpose::DuplicateSearch, AccessPurpose::Handling];
        let is_printed = printed.contains(&purpose);
        assert_eq!(ran.code, Some(i32::from(!is_printed)), "{way:?}: {}", ran.stderr);
        let after = house.openings();
        assert_eq!(after.len(), before + 1, "{way:?}");
        let (who, what, fields) = after.last().unwrap();
        assert_eq!((who.as_str(), what.as_str()), ("auditor-1", purpose.to_string().as_str()));
        assert!(!fields.is_empty(), "{way:?}");
    }
}

#[test]
fn whoever_works_on_a_complaint_reads_what_was_said_and_never_the_nonce() {
    let house = House::new();
    let read = ["complaint", "read", &house.complaint, "--as", "ana", "--role", "agent"];
    let told = house.run(&[&read[..], &["--json"]].concat()).done().json();
    let told: Vec<_> = told.as_array().unwrap().iter().collect();
    let text = |field: &str| told.iter().find(|it| it["field"] == field).map(|it| &it["text"]);
    assert_eq!(text("narrative"), Some(&Value::from(WORDS)));
    assert_eq!(text("complainant-name"), Some(&Value::from("Jo Doe")));
    assert_eq!((text("receipt-nonce"), told.len()), (None, 3));
    assert!(told.iter().all(|it| it["version"] == 0 && it["event"] == "complaint.received.v1"));
    let one = house.run(&[&read[..], &["--field", "contact"]].concat()).done().stdout;
    assert!(one.contains("jo@customer.example") && !one.contains("Jo Doe"), "{one}");
    let fields: Vec<_> = house.openings().into_iter().map(|(_, _, fields)| fields).collect();
    assert_eq!(fields, [vec!["narrative", "complainant-name", "contact"], vec!["contact"]]);
}

#[test]
fn a_picture_put_to_a_case_is_given_out_byte_for_byte_and_never_called_erased() {
    let house = House::new();
    let picture = b"%PDF-1.4\n\xff\xfe\x00".as_slice();
    fs::write(house.folder.path().join("a.pdf"), picture).unwrap();
    let body = r#"{"evidence": 1, "kind": "document", "from": "complainant", "media_type": "application/pdf"}"#;
    fs::write(house.folder.path().join("body.json"), body).unwrap();
    let by = ["--as", "ana", "--role", "agent"];
    let add = ["complaint", "add-evidence", &house.complaint, "--body", "body.json"];
    let attach = |file: &str| {
        house.run(&[&add[..], &by, &["--attach", &format!("evidence={file}")]].concat())
    };
    // Nothing is read beyond what could be taken.
    let endless = attach("/dev/zero").refused(1);
    assert!(endless.stderr.contains("at most 1048576 bytes"), "{}", endless.stderr);
    attach("a.pdf").done();
    let read = [&["complaint", "read", &house.complaint, "--field", "evidence"], &by[..]].concat();
    let shown = house.run(&read).done().stdout;
    assert!(shown.contains("a file of 12 bytes") && !shown.contains("erased"), "{shown}");
    let told = house.run(&[&read[..], &["--json"]].concat()).done().json();
    assert_eq!((&told[0]["text"], &told[0]["file_bytes"]), (&Value::Null, &Value::from(12)));
    let version = told[0]["version"].to_string();
    let out = ["--at-version", &version, "--out", "again.pdf"];
    house.run(&[&read[..], &out].concat()).done();
    assert_eq!(fs::read(house.folder.path().join("again.pdf")).unwrap(), picture);
    let none = house.run(&[&read[..], &["--at-version", "0", "--out", "none"]].concat()).refused(1);
    assert!(none.stderr.contains("expected one text or file"), "{}", none.stderr);
}

#[test]
fn who_may_not_see_personal_data_gets_none_and_leaves_no_file() {
    let house = House::new();
    for (_, way) in house.ways("out") {
        let refused = house.run(&[&way[..], &["--as", "root", "--role", "administrator"]].concat());
        let refused = refused.refused(1);
        assert!(
            refused.stderr.contains("found the role `administrator`"),
            "{way:?}: {}",
            refused.stderr
        );
        assert_eq!(refused.stdout, "", "{way:?}");
        assert!(!house.path("out").exists(), "{way:?}");
    }
    assert_eq!(house.openings(), Vec::new());
}

#[test]
fn nothing_is_handed_out_when_the_ledger_cannot_record_it() {
    let house = House::new();
    // The journal has gone: no record can be made, and none of what would be opened is seen.
    fs::rename(house.path("ledger/journal"), house.path("journal-elsewhere")).unwrap();
    for (_, way) in house.ways("out") {
        let auditor = ["--as", "auditor-1", "--role", "auditor"];
        let refused = house.run(&[&way[..], &auditor].concat()).refused(1);
        assert!(!refused.stdout.contains("Jo Doe"), "{way:?}");
        assert!(!house.path("out").exists(), "{way:?}");
    }
}

#[test]
fn the_demo_records_that_it_opened_the_nonce_of_the_receipt_that_it_writes() {
    let folder = tempfile::tempdir().unwrap();
    let demo = ["demo", "--data", "demo", "--complaints", "10", "--json"];
    let done = run_in(folder.path(), &demo).done().json();
    let opened = |text: &str| text.contains("access.personal-data-opened.v1");
    let replay = || run_in(folder.path(), &["replay", "--data", "demo"]).done().stdout;
    assert_eq!(replay().lines().filter(|line| opened(line)).count(), 1);
    assert_eq!(done["records"], replay().lines().count(), "counted with it");
    let (receipt, key) =
        (done["receipt"].as_str().unwrap(), done["verifier_key"].as_str().unwrap());
    let shown = run_in(folder.path(), &["check", receipt, "--vkey", key]).done().stdout;
    assert!(
        shown.contains("complaint.received.v1") && shown.contains("opened receipt-nonce"),
        "{shown}"
    );
    // The same demo again hands out the same receipt, and has said so before.
    run_in(folder.path(), &demo).done();
    assert_eq!(replay().lines().filter(|line| opened(line)).count(), 1);
}

/// Every file of the program that opens sealed texts, and why that is right there. Whoever adds one says here
/// who records it, or why there is nobody to whom anything is shown.
const OPENERS: [(&str, &str); 13] = [
    ("commands/export/bundle.rs", "records it as `case-bundle`"),
    ("commands/letter.rs", "records it as `letter`"),
    ("commands/mail.rs", "composes to see what is missing, and shows names of statements only"),
    ("commands/prove.rs", "records it as `receipt`"),
    ("commands/complaint.rs", "records it as `duplicate-search`"),
    ("commands/complaint/read.rs", "records it as `handling`"),
    ("commands/verify.rs", "opens each field to see that it opens; shows that, and no text"),
    ("duplicates.rs", "compares texts in memory, for `commands/complaint.rs`, which records it"),
    ("evidence.rs", "opens for those who record it"),
    ("letters.rs", "composes for `commands/letter.rs` and `mail/postman.rs`, which record it"),
    ("letters/history.rs", "opens for those who compose"),
    ("mail/intake.rs", "compares the sender's address with the one that is known; shows nothing"),
    ("mail/postman.rs", "records it as `letter` before the letter leaves"),
];

const OPENING: [&str; 10] = [
    ".open_field(",
    ".open_commitment(",
    "open_fields(",
    "open_field(",
    "open_sealed(",
    ".open_last(",
    ".open_at(",
    ".open_each(",
    "compose_letter(",
    "likely(",
];

#[test]
fn every_file_that_opens_personal_data_is_known_and_says_who_records_it() {
    let source = root().join("crates/redress/src");
    let mut found = Vec::new();
    let is_test = |path: &Path| path.to_string_lossy().contains("tests");
    for path in redress_tests::sweep::files_below(&source) {
        let text = fs::read_to_string(&path).unwrap();
        if !is_test(path.strip_prefix(&source).unwrap())
            && OPENING.iter().any(|call| text.contains(call))
        {
            found.push(path.strip_prefix(&source).unwrap().display().to_string());
        }
    }
    found.sort();
    let mut known: Vec<_> = OPENERS.iter().map(|(file, _)| (*file).to_owned()).collect();
    known.sort();
    assert_eq!(found, known, "who records what is opened there, and before it is handed out?");
}
