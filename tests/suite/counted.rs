//! Whoever complained finds it in what was published, or that it is not there.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use event_log::{
    EventLog, ExpectedVersion, NewRecord, RecordedEvent, StreamVersion, clock::SystemClock,
    record::RECORDED_AT_BLANK,
};
use event_log_sled::SledLog;
use evidence_check::{
    counted::{CountedTables, entry_leaf, list::TagList, mine::Tagger, tags_file},
    opening::receipt_secret,
};
use futures::TryStreamExt;
use merkle_log::{CompactRange, leaf_hash};
use redress_tests::binary::{Ran, run_in, say_not_run};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::{evidence::shown_in_browser, inspection::script};

mod recounted;

/// What docs/reports.sh leaves: a report, published and restated, with the receipt of the one complaint in both.
struct Home {
    folder: TempDir,
    key: String,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        script(folder.path(), "docs/reports.sh").done();
        let status = run_in(folder.path(), &["--json", "keys", "status", "--data", "ledger"]);
        let key = status.done().json()["verifier_key"].as_str().unwrap().to_owned();
        Self { folder, key }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn run(&self, words: &[&str]) -> Ran {
        run_in(self.path(), words)
    }

    fn check(&self, words: &[&str]) -> Ran {
        self.run(&[&["--json", "check"], words, &["--vkey", &self.key]].concat())
    }

    fn complaints(&self) -> Vec<String> {
        let replayed = self.run(&["replay", "--data", "ledger"]).done().stdout;
        let records = replayed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let received = records.filter(|record| record["type"] == "complaint.received.v1");
        received.map(|record| record["stream"].as_str().unwrap().to_owned()).collect()
    }

    fn receipt(&self, complaint: &str, out: &str) {
        let by = ["--as", "cleo", "--role", "compliance-officer"];
        let receipt = ["prove", "receipt", complaint, "--data", "ledger", "--out", out];
        self.run(&[&receipt[..], &by].concat()).done();
    }

    fn report(&self) -> String {
        let replayed = self.run(&["replay", "--data", "ledger"]).done().stdout;
        let records = replayed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let mut published = records.filter(|record| record["type"] == "report.published.v1");
        published.next().unwrap()["stream"].as_str().unwrap().to_owned()
    }

    fn proof_of_publication(&self, out: &str) {
        self.run(&["checkpoint", "--data", "ledger"]).done();
        let report = self.report();
        self.run(&["report", "proof", &report, "--data", "ledger", "--out", out]).done();
    }
}

fn rows(checked: &Value) -> BTreeMap<String, String> {
    let facts = checked["facts"].as_array().unwrap().iter();
    let facts =
        facts.map(|fact| [&fact[0], &fact[1]].map(|text| text.as_str().unwrap().to_owned()));
    let is_row = |[_, value]: &[String; 2]| value.contains(": one of ") || value == "not in it";
    facts.filter(is_row).map(|[table, row]| (table, row)).collect()
}

#[test]
fn a_complainant_finds_theirs_in_the_folder_and_by_a_proof_alone() {
    let home = Home::new();
    let by_folder = home.check(&[
        "report/published.tlog-proof",
        "--report",
        "report",
        "--receipt",
        "mine.tlog-proof",
    ]);
    let by_folder = rows(&by_folder.done().json());
    assert_eq!(by_folder["received-by-product"], "Card: one of 1");
    assert_eq!(by_folder["received-by-channel"], "web: one of 1");
    let by_proof = home.check(&["counted.proof", "--receipt", "mine.tlog-proof"]).done().json();
    assert_eq!((&by_proof["kind"], rows(&by_proof)), (&"counted".into(), by_folder));
    let steps = by_proof["steps"].to_string();
    assert!(steps.contains("it was not restated since"), "{steps}");

    // In the restatement there are two, and each finds their own.
    home.proof_of_publication("restated/published.tlog-proof");
    let complaints = home.complaints();
    home.receipt(&complaints[1], "other.tlog-proof");
    let restated = ["restated/published.tlog-proof", "--report", "restated", "--receipt"];
    for receipt in ["mine.tlog-proof", "other.tlog-proof"] {
        let found = rows(&home.check(&[&restated[..], &[receipt]].concat()).done().json());
        assert_eq!(found["received-by-product"], "Card: one of 2", "{receipt}");
    }
    // The other was recorded after the first report was counted: nothing is wrong, and it is not there.
    let first = ["report/published.tlog-proof", "--report", "report", "--receipt"];
    let first = home.check(&[&first[..], &["other.tlog-proof"]].concat()).refused(1);
    assert!(first.stderr.contains("look into a restatement: it was recorded"), "{}", first.stderr);
    let first = first.json();
    // Exit code, last line and JSON are one answer to what was asked.
    assert_eq!(first["is_good"], false, "{first}");
    let looked_for = &first["looked_for"];
    assert_eq!(
        (&looked_for["result"], &looked_for["why"]),
        (&"nowhere".into(), &"recorded-later".into())
    );
    let words = ["check", "report/published.tlog-proof", "--report", "report", "--receipt"];
    let in_words = home.run(&[&words[..], &["other.tlog-proof", "--vkey", &home.key]].concat());
    let in_words = in_words.refused(1).stdout;
    assert!(in_words.starts_with("BAD: a complaint in a published report"), "{in_words}");
    assert!(in_words.contains("FAILS: receipt: the complaint of the receipt is counted in it"));
    assert!(rows(&first).values().all(|row| row == "not in it"), "{first}");
    assert!(first["steps"].to_string().contains("a restatement: it was recorded at position"));
    let none = ["prove", "counted", &complaints[1], "--report", "report", "--data", "ledger"];
    let none = home.run(&none).refused(1);
    assert!(none.stderr.contains("found it in none"), "{}", none.stderr);
    assert!(none.stderr.contains("a restatement counts it"), "{}", none.stderr);
    // A proof of one shows nothing to the holder of another's receipt.
    let other = home.check(&["counted.proof", "--receipt", "other.tlog-proof"]).refused(1);
    assert!(other.stderr.contains("of the complaint of this receipt"), "{}", other.stderr);
}

/// What somebody does with the mouse: the proof is chosen, and the receipt when the page asks for it.
fn chosen(page: &str, proof: &[u8], receipt: &[u8]) -> String {
    let bytes = |bytes: &[u8]| bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(",");
    let script = format!(
        "<script type=\"module\">
function choose(input, bytes) {{
  const files = new DataTransfer();
  files.items.add(new File([new Uint8Array(bytes)], \"a file\"));
  const field = document.getElementById(input);
  field.files = files.files;
  field.dispatchEvent(new Event(\"change\"));
}}
const banner = document.getElementById(\"banner\");
// The browser's clock leaps to its end as soon as nothing is to be done, and digests are made beside this thread: work
// for as long as they take.
const working = setInterval(() => {{
  if ([\"good\", \"bad\"].includes(banner.className)) clearInterval(working);
  for (let i = 0; i < 1000000; i += 1);
}}, 4);
const asked = new MutationObserver(() => {{
  if (!banner.textContent.startsWith(\"Choose your receipt\")) return;
  asked.disconnect();
  choose(\"receipt\", [{}]);
}});
asked.observe(banner, {{ childList: true, subtree: true }});
choose(\"file\", [{}]);
</script>
</body>",
        bytes(receipt),
        bytes(proof)
    );
    page.replacen("</body>", &script, 1)
}

#[test]
fn a_complainant_finds_theirs_with_a_browser_alone() {
    let home = Home::new();
    home.run(&["check", "--page", "page.html"]).done();
    let read = |name: &str| fs::read(home.path().join(name)).unwrap();
    let page = String::from_utf8(read("page.html")).unwrap();
    let path = home.path().join("chosen.html");
    let shown = |proof: Vec<u8>| {
        fs::write(&path, chosen(&page, &proof, &read("mine.tlog-proof"))).unwrap();
        shown_in_browser(&path, Some(&home.key))
    };
    let Some(dom) = shown(read("counted.proof")) else {
        say_not_run("a counted proof in a browser", "there is no Chromium here");
        return;
    };
    assert!(dom.contains("data-verdict=\"good\""), "{dom}");
    assert!(dom.contains("Good: a proof of where a published report counts a complaint"));
    assert!(dom.contains("<td>received-by-product</td><td>Card: one of 1</td>"), "{dom}");
    // The lists of both are the same but for one letter.
    let mut other = read("counted.proof");
    let at = other.windows(9).position(|line| line == b"\nmention ").unwrap();
    let number = at + 1 + other[at + 1..].iter().position(|byte| *byte == b'\n').unwrap() - 1;
    other[number] = b'7';
    let dom = shown(other).unwrap();
    assert!(dom.contains("data-verdict=\"bad\"") && dom.contains("Do not rely on this"), "{dom}");
}

#[test]
fn a_receipt_is_brought_where_it_is_looked_at_and_nowhere_else() {
    let home = Home::new();
    let published = "report/published.tlog-proof";
    let with = ["--report", "report", "--receipt", "mine.tlog-proof"];
    for (words, said) in [
        (&["counted.proof"][..], "expected your receipt"),
        (&[published, "--receipt", "mine.tlog-proof"], "expected the folder of a report"),
        (&["kept.checkpoint", "--receipt", "mine.tlog-proof"], "expected --receipt with the proof"),
        (&["mine.tlog-proof", "--report", "report"], "found a receipt"),
        (
            &[published, "--report", "report", "--nonce", "blue-horse-7"],
            "expected --nonce with a receipt",
        ),
    ] {
        let refused = home.check(words).refused(2);
        assert!(refused.stderr.contains(said), "{words:?}: {}", refused.stderr);
    }
    // What is no receipt, and the receipt that opens another nonce than one's own.
    let wrong = ["--report", "report", "--receipt", "kept.checkpoint"];
    let refused = home.check(&[&[published][..], &wrong].concat()).refused(1);
    assert!(
        refused.stderr.contains("expected a receipt, found a checkpoint"),
        "{}",
        refused.stderr
    );
    let nonce = ["--nonce", "green-cow-2"];
    for words in [
        [&[published][..], &with, &nonce].concat(),
        [&["counted.proof"][..], &with[2..], &nonce].concat(),
    ] {
        let refused = home.check(&words).refused(1);
        assert!(refused.stderr.contains("it opens the nonce that you chose"), "{}", refused.stderr);
        // That is no word on the report.
        assert!(refused.stderr.contains("nothing is said of the report"), "{}", refused.stderr);
        assert_eq!(refused.stdout, "");
    }
}

/// Who publishes without the tables answers nobody who asks with a receipt, whatever the rest of the report is worth.
#[test]
fn a_report_without_tables_is_no_answer_to_whoever_brings_a_receipt() {
    let home = Home::new();
    let folder = home.path().join("restated");
    let list = fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
    let (gone, kept): (Vec<_>, Vec<_>) =
        list.lines().partition(|line| line.split_once("  ").unwrap().1.starts_with("counted"));
    assert!(gone.len() > 2, "{list}");
    for line in gone {
        fs::remove_file(folder.join(line.split_once("  ").unwrap().1)).unwrap();
    }
    let kept = format!("{}\n", kept.join("\n"));
    fs::write(folder.join("SHA256SUMS"), &kept).unwrap();
    publish_anyway(&home.path().join("ledger"), &home.report(), &hex(kept.as_bytes()), 0);
    home.proof_of_publication("restated/published.tlog-proof");
    let report = ["restated/published.tlog-proof", "--report", "restated"];
    home.check(&report).done();
    let asked = home.check(&[&report[..], &["--receipt", "mine.tlog-proof"]].concat()).refused(1);
    assert!(asked.stderr.contains("your complaint was not looked for"), "{}", asked.stderr);
    let asked = asked.json();
    assert_eq!(
        (&asked["is_good"], &asked["looked_for"]["result"]),
        (&false.into(), &"without-tables".into())
    );
    let other = home.check(&[&report[..], &["--receipt", "kept.checkpoint"]].concat()).refused(1);
    assert!(other.stderr.contains("expected a receipt, found a checkpoint"), "{}", other.stderr);
}

/// Without the key that tags follow from a report is written all the same, and says what it lacks; one that has the tables is
/// not held to records without it.
#[test]
fn without_the_receipt_key_a_report_says_what_it_lacks() {
    let home = Home::new();
    let key = home.path().join("ledger.keys/receipt-key");
    fs::rename(&key, home.path().join("away")).unwrap();
    let period = ["--data", "ledger", "--period", "2025-Q1", "--min-cell", "1"];
    let written = ["report", "transparency", "--out", "without"];
    let written = home.run(&[&written[..], &period].concat()).done();
    assert!(written.stderr.contains("without the tables in which complainants find theirs"));
    assert!(!home.path().join("without/counted.json").exists());
    let body = home.path().join("body.json");
    fs::write(&body, r#"{"folder": "restated"}"#).unwrap();
    let draft = ["report", "draft", "--data", "ledger", "--body", "body.json"];
    let by = ["--as", "cleo", "--role", "compliance-officer"];
    let refused = home.run(&[&draft[..], &by].concat()).refused(1);
    assert!(refused.stderr.contains("expected the receipt key at"), "{}", refused.stderr);
    // With it the same records give the same files.
    fs::rename(home.path().join("away"), key).unwrap();
    let again = ["report", "transparency", "--out", "again", "--records"];
    let figures = fs::read(home.path().join("report/report.json")).unwrap();
    let figures: Value = serde_json::from_slice(&figures).unwrap();
    let size = figures["cutoff"]["tree_size"].to_string();
    home.run(&[&again[..], &[&size], &period].concat()).done();
    let list =
        |folder: &str| fs::read_to_string(home.path().join(folder).join("SHA256SUMS")).unwrap();
    assert_eq!(list("again"), list("report"));
}

/// Somebody who has no ledger: the tree, as it is published, mirrored.
fn mirrored(home: &Home) {
    home.run(&["export", "tiles", "--data", "ledger", "--out", "tree"]).done();
    home.run(&["mirror", "--from", "tree", "--out", "mirror", "--vkey", &home.key]).done();
}

#[test]
fn whoever_has_a_mirror_reads_and_counts_the_same() {
    let home = Home::new();
    home.run(&["checkpoint", "--data", "ledger"]).done();
    mirrored(&home);
    let replayed = |from: &[&str]| home.run(&[&["replay"], from].concat()).done().stdout;
    assert_eq!(replayed(&["--mirror", "mirror"]), replayed(&["--data", "ledger"]));
    let stream = ["--stream", &home.report()];
    let of_stream = |from: &[&str]| replayed(&[from, &stream].concat());
    assert_eq!(of_stream(&["--mirror", "mirror"]), of_stream(&["--data", "ledger"]));
    let some = ["--mirror", "mirror", "--from", "3", "--to", "5"];
    assert_eq!(replayed(&some), replayed(&["--data", "ledger", "--from", "3", "--to", "5"]));

    let size = {
        let figures = fs::read(home.path().join("report/report.json")).unwrap();
        let figures: Value = serde_json::from_slice(&figures).unwrap();
        figures["cutoff"]["tree_size"].to_string()
    };
    let period = ["--period", "2025-Q1", "--min-cell", "1", "--records", &size];
    let counted = ["report", "transparency", "--mirror", "mirror", "--out", "counted"];
    home.run(&[&counted[..], &period].concat()).done();
    for name in ["report.json", "figures.csv", "report.en.html", "tables/received-by-product.csv"] {
        let [mine, theirs] =
            ["counted", "report"].map(|folder| fs::read(home.path().join(folder).join(name)));
        assert_eq!(mine.unwrap(), theirs.unwrap(), "{name}");
    }
    // The same in one command, beside all else that is checked of it.
    let with = ["--report", "report", "--receipt", "mine.tlog-proof", "--mirror", "mirror"];
    let checked = home.check(&[&["report/published.tlog-proof"][..], &with].concat()).done().json();
    assert!(checked["facts"].to_string().contains("counted again"), "{checked}");

    // The mirror of another log says nothing of this report; and what was published is not written over.
    home.run(&["init", "--data", "other", "--origin", "other.example"]).done();
    fs::write(home.path().join("body.json"), r#"{"account": "eve", "roles": ["agent"]}"#).unwrap();
    let by = ["--as", "root", "--role", "administrator", "--body", "body.json"];
    home.run(&[&["staff", "join", "--data", "other"][..], &by].concat()).done();
    home.run(&["export", "tiles", "--data", "other", "--out", "other-tree"]).done();
    let keys = home.run(&["--json", "keys", "status", "--data", "other"]).done().json();
    let key = keys["verifier_key"].as_str().unwrap();
    home.run(&["mirror", "--from", "other-tree", "--out", "others", "--vkey", key]).done();
    let others = ["report/published.tlog-proof", "--report", "report", "--mirror", "others"];
    let of_another = home.check(&others).refused(1);
    let said = "expected a mirror of complaints.example/script, found that of other.example";
    assert!(of_another.stderr.contains(said), "{}", of_another.stderr);
    let over = ["report", "transparency", "--mirror", "mirror", "--out", "report"];
    let over = home.run(&[&over[..], &period].concat()).refused(1);
    assert!(over.stderr.contains("the report there was published"), "{}", over.stderr);
}

#[test]
fn a_mirror_that_is_not_what_it_was_is_neither_read_nor_counted() {
    let home = Home::new();
    mirrored(&home);
    let period = ["--period", "2025-Q1", "--min-cell", "1"];
    let counted = ["report", "transparency", "--mirror", "mirror", "--out", "counted"];
    let more =
        ["report", "transparency", "--mirror", "mirror", "--out", "more", "--period", "2025-Q1"];
    let refused = home.run(&[&more[..], &["--records", "100000"]].concat()).refused(1);
    assert!(
        refused.stderr.contains("as many as the mirror has, found 100000"),
        "{}",
        refused.stderr
    );
    let bundle = fs::read_dir(home.path().join("mirror/tile/entries")).unwrap().next().unwrap();
    let mut bundle = bundle.unwrap().path();
    if bundle.is_dir() {
        bundle = fs::read_dir(bundle).unwrap().next().unwrap().unwrap().path();
    }
    let mut changed = fs::read(&bundle).unwrap();
    changed[40] ^= 1;
    fs::write(&bundle, changed).unwrap();
    let refused = home.run(&[&counted[..], &period].concat()).refused(1);
    assert!(refused.stderr.contains("of the mirror's checkpoint, found"), "{}", refused.stderr);
    let changed = home.run(&["replay", "--mirror", "mirror"]).refused(1);
    assert!(changed.stderr.contains("of the mirror's checkpoint, found"), "{}", changed.stderr);
    assert!(changed.stdout.is_empty(), "nothing that is not as it was signed");
    fs::remove_file(&bundle).unwrap();
    let gone = home.run(&["replay", "--mirror", "mirror"]).refused(1);
    assert!(gone.stderr.contains("run `redress mirror` again"), "{}", gone.stderr);
    let ledger = home.run(&["replay", "--mirror", "ledger"]).refused(1);
    assert!(
        ledger.stderr.contains("expected a mirror at ledger, found a ledger"),
        "{}",
        ledger.stderr
    );
    let nowhere = home.run(&["replay", "--mirror", "tree/tile"]).refused(1);
    assert!(nowhere.stderr.contains("found no checkpoint"), "{}", nowhere.stderr);
    assert!(home.run(&["replay"]).refused(2).stderr.contains("--data"));
}

/// The tags of a complaint, as whoever has the key makes them.
fn tagger_of(home: &Home, complaint: &str) -> Tagger {
    let key = fs::read(home.path().join("ledger.keys/receipt-key")).unwrap();
    let replayed = home.run(&["replay", "--data", "ledger", "--stream", complaint]).done().stdout;
    let leaf = leaf_hash(replayed.lines().next().unwrap().as_bytes());
    Tagger::new(receipt_secret(key[40..72].try_into().unwrap(), &leaf), leaf)
}

/// Takes a complaint out of every figure and row that counts it.
fn leave_out(home: &Home, folder: &Path, left_out: &str) {
    remade(home, folder, left_out, |figures| {
        for figure in ["received", "outstanding_at_end"] {
            figures["flow"][figure] = (figures["flow"][figure].as_u64().unwrap() - 1).into();
        }
    });
}

/// Changes figures and takes a complaint out of every row, or none, as somebody who has every key: figures, tables and
/// lists fit one another afterwards.
fn remade(home: &Home, folder: &Path, left_out: &str, change: impl FnOnce(&mut Value)) {
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    let mut tables = CountedTables::parse(&read("counted.json")).unwrap();
    let mut figures: Value = serde_json::from_slice(&read("report.json")).unwrap();
    let (before, complaints) = (tables.report.clone(), home.complaints());
    let mut found = Vec::new();
    for table in &tables.tables {
        let bytes = read(&tags_file(&table.id));
        let list = TagList::read(table, &bytes).unwrap();
        let rows_of = |complaint: &String| {
            let places =
                tagger_of(home, complaint).mentions(&before, &table.id, |tag| list.place_of(tag));
            (complaint.clone(), places.into_iter().map(|(row, _)| row).collect::<Vec<_>>())
        };
        found.push(complaints.iter().map(rows_of).collect::<BTreeMap<_, _>>());
    }
    change(&mut figures);
    for ((number, table), found) in tables.tables.iter_mut().enumerate().zip(&found) {
        for row in found.get(left_out).into_iter().flatten() {
            let row = usize::try_from(*row).unwrap();
            table.rows[row].count -= 1;
            table.mentions -= 1;
            figures["tables"][number]["rows"][row]["count"] = table.rows[row].count.into();
            figures["tables"][number]["total"] = table.mentions.into();
        }
    }
    let figures = serde_json::to_vec_pretty(&figures).unwrap();
    let (about, _) = before.rsplit_once('/').unwrap();
    tables.report = format!("{about}/{}", hex(&figures));
    for (table, found) in tables.tables.iter_mut().zip(&found) {
        let kept = found.iter().filter(|(complaint, _)| *complaint != left_out);
        let mut tags: Vec<_> = kept
            .flat_map(|(complaint, rows)| {
                let tagger = tagger_of(home, complaint);
                let (report, id) = (tables.report.clone(), table.id.clone());
                (0..)
                    .zip(rows.clone())
                    .map(move |(again, row)| (row, tagger.tag(&report, &id, again)))
            })
            .collect();
        tags.sort_unstable();
        let mut tree = CompactRange::new();
        for (row, tag) in &tags {
            tree.push(entry_leaf(*row, tag));
        }
        table.root = tree.root().0;
        let list: Vec<u8> = tags.iter().flat_map(|(_, tag)| *tag).collect();
        fs::write(folder.join(tags_file(&table.id)), list).unwrap();
    }
    fs::write(folder.join("counted.json"), tables.to_bytes()).unwrap();
    fs::write(folder.join("report.json"), figures).unwrap();
    let list = fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
    let line = |line: &str| {
        let (_, name) = line.split_once("  ").unwrap();
        format!("{}  {name}\n", hex(&read(name)))
    };
    fs::write(folder.join("SHA256SUMS"), list.lines().map(line).collect::<String>()).unwrap();
}

fn hex(bytes: &[u8]) -> String {
    complaint_domain::sealed::Hex::<32>(Sha256::digest(bytes).into()).to_string()
}

/// Says in the ledger that these files were published, with so many complaints fewer, past the program and its rules.
fn publish_anyway(data: &Path, report: &str, digest: &str, fewer: u64) {
    publish_changed(data, report, digest, fewer, &|text, _| text);
}

/// The same, with one more change to the record, which is given as it was.
fn publish_changed(
    data: &Path,
    report: &str,
    digest: &str,
    fewer: u64,
    change: &dyn Fn(String, &Value) -> String,
) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let log = SledLog::open(data, Arc::new(SystemClock)).unwrap();
        let stream = report.parse().unwrap();
        let records: Vec<RecordedEvent> =
            log.read_stream(&stream, StreamVersion::default()).try_collect().await.unwrap();
        let last = records.last().unwrap();
        let text = String::from_utf8(last.bytes.to_vec()).unwrap();
        let found: Value = serde_json::from_str(&text).unwrap();
        let old = found["data"]["report"]["digest"].as_str().unwrap();
        let balance = &found["data"]["report"]["balance"];
        let [came, at_end] = ["came", "at_end"].map(|name| balance[name].as_u64().unwrap());
        let (version, next) = (last.version.0, last.version.0 + 1);
        let mut text = text
            .replace(old, digest)
            .replace(&format!("\"came\":{came},"), &format!("\"came\":{},", came - fewer))
            .replace(&format!("\"at_end\":{at_end}}}"), &format!("\"at_end\":{}}}", at_end - fewer))
            .replace(&format!("\"version\":{version},"), &format!("\"version\":{next},"));
        text = change(text, &found);
        let key = "\"recorded_at\":\"";
        let at = text.find(key).unwrap() + key.len();
        text.replace_range(at..at + 24, std::str::from_utf8(RECORDED_AT_BLANK).unwrap());
        let new = NewRecord::new(text.into_bytes(), at).unwrap();
        log.append(&stream, ExpectedVersion::Exact(last.version), vec![new]).await.unwrap();
        log.close().await;
    });
}

/// The operator has every key and writes every file, past the program: figures without a complaint, endorsed and published
/// as far as anybody can see. Whoever has its receipt sees it.
#[test]
fn a_complaint_that_is_left_out_of_what_is_published_is_missed_by_its_complainant() {
    let home = Home::new();
    home.proof_of_publication("restated/published.tlog-proof");
    let complaints = home.complaints();
    home.receipt(&complaints[1], "other.tlog-proof");
    let folder = home.path().join("restated");
    leave_out(&home, &folder, &complaints[0]);
    let digest = hex(&fs::read(folder.join("SHA256SUMS")).unwrap());
    publish_anyway(&home.path().join("ledger"), &home.report(), &digest, 1);
    home.proof_of_publication("restated/published.tlog-proof");

    let with = |receipt: &str| {
        let words = ["restated/published.tlog-proof", "--report", "restated", "--receipt", receipt];
        home.check(&words)
    };
    // Whoever is still counted sees nothing wrong, nor does anybody without a receipt.
    home.check(&["restated/published.tlog-proof", "--report", "restated"]).done();
    assert_eq!(
        rows(&with("other.tlog-proof").done().json())["received-by-product"],
        "Card: one of 1"
    );
    let missed = with("mine.tlog-proof").refused(1);
    assert!(missed.stderr.contains("is in every table of those received"), "{}", missed.stderr);
    assert!(missed.stderr.contains("it is in none of them: it was left out"), "{}", missed.stderr);
    assert!(missed.stderr.contains("ask whoever published it why"), "{}", missed.stderr);
    // So does whoever has the records: they give another report.
    mirrored(&home);
    let with = ["--report", "restated", "--mirror", "mirror"];
    let refused = home.check(&[&["restated/published.tlog-proof"][..], &with].concat()).refused(1);
    assert!(refused.stderr.contains("they give another report.json"), "{}", refused.stderr);
}
