use std::process::Command;

use merkle_log::LogProof;

use self::spellings::Spelled;
use super::*;
use crate::{
    archive::{Files, write_archive},
    check::Trust,
    enclosure::{Enclosure, ReceiptSecret},
    test_data::{
        ANCHOR, CASE, Roots, STAMP, STAMPED_AT, SmallLog, anchor_data, key, openings,
        strict_policy, witness,
    },
};

fn archive() -> Vec<u8> {
    write_archive(&Files::from([("a.txt".to_owned(), b"evidence".to_vec())])).unwrap()
}

#[test]
fn the_page_of_this_version_is_known() {
    let digest = to_hex(&Sha256::digest(empty()));
    assert!(
        KNOWN_PAGES.lines().any(|known| known == digest),
        "the page has changed: add {digest} at the end of page/known-pages.txt, remove none"
    );
}

#[test]
fn the_page_knows_the_same_kinds_of_streams() {
    let kinds = format!("({})-", crate::index::STREAM_KINDS.join("|"));
    assert!(empty().contains(&kinds), "{kinds}");
}

#[test]
fn a_page_must_hold_the_evidence_it_comes_with_and_nothing_unknown() {
    let page = with_evidence(&archive());
    assert_eq!(check(page.as_bytes(), &archive()), Ok(()));
    assert!(check(page.as_bytes(), b"PK other evidence").is_err());
    let painted = page.replace("FAILS", "holds");
    assert_ne!(painted, page);
    assert!(check(painted.as_bytes(), &archive()).is_err());
}

#[test]
fn the_page_knows_the_same_fields() {
    let table = SCRIPT.split("const FIELDS = {").nth(1).unwrap().split("};").next().unwrap();
    let in_page: Vec<_> = table.split(',').map(|entry| entry.trim().replace('"', "")).collect();
    let known: Vec<_> =
        crate::opening::FIELDS.iter().map(|(name, number)| format!("{name}: {number}")).collect();
    assert_eq!(in_page[..known.len()], known);
}

#[test]
fn the_page_asks_for_nothing_from_outside() {
    let page = empty();
    assert!(page.contains("default-src 'none'"));
    // What is said of a stamp is said with its limits.
    assert!(page.contains("Not checked here: who made it."));
    for outside in ["http://", "https://", "//cdn", "import(", "fetch(", "XMLHttp", "innerHTML"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(!page.contains(SCRIPT_SLOT) && !page.contains(EVIDENCE_SLOT));
}

fn receipt_of(log: &SmallLog) -> String {
    let record = log.records[1].1.clone();
    let receipt = Some(ReceiptSecret([5; 32]));
    let enclosure = Enclosure { record, receipt, openings: openings() };
    LogProof { extra: Some(enclosure.to_bytes()), ..log.proof(1) }.to_string()
}

/// Evidence of each kind, and each of it changed in many ways.
fn evidence() -> Vec<Vec<u8>> {
    let log = SmallLog::new(true);
    let bundle = crate::bundle::write(&log.contents()).unwrap();
    let anchored = SmallLog::anchored(Some("2027-01-01T00:00:00.000Z"));
    let whole = crate::bundle::write(&anchored.anchored_contents(anchored.tree.size())).unwrap();
    let early = SmallLog::anchored(None);
    let early = crate::bundle::write(&early.anchored_contents(ANCHOR)).unwrap();
    let originals = [
        receipt_of(&log).into_bytes(),
        log.index_proof(CASE).to_string().into_bytes(),
        log.index_proof("complaint-0C000000000000000000000000").to_string().into_bytes(),
        log.checkpoint().to_string().into_bytes(),
        bundle,
        whole,
        early,
    ];
    let mut all = forged_anchors();
    for original in originals {
        // A page knows its own kind only from `redress check`; both look at all that is before it.
        let page = original.windows(11).position(|window| window == b"verify.html");
        let end = page.map_or(original.len(), |at| at - 30);
        for step in 0..60 {
            let mut changed = original.clone();
            let at = (step * 7919 + step * step) % end;
            match step % 3 {
                0 => changed[at] ^= 0x01,
                1 => drop(changed.remove(at)),
                _ => changed.insert(at, b'A'),
            }
            all.push(changed);
        }
        all.push(original);
    }
    all.extend(readmes());
    // Nothing is proved of a name that no stream can have.
    let absent = log.index_proof("complaint-0C000000000000000000000000").to_string();
    for name in [
        "complaint-C\u{1}",
        "complaint C",
        "complaint-é",
        "complaint-OC000000000000000000000000",
        "complaint-0c000000000000000000000000",
        "complaint-0",
        "8omplaint-0C000000000000000000000000",
    ] {
        let before = "stream complaint-0C000000000000000000000000";
        all.push(absent.replacen(before, &format!("stream {name}"), 1).into_bytes());
    }
    all.extend(odd_enclosures(&log));
    all
}

/// Receipts of what has none, and enclosures of which only the digest fits.
fn odd_enclosures(log: &SmallLog) -> Vec<Vec<u8>> {
    let of = |position: u64, extra: Vec<u8>| {
        LogProof { extra: Some(extra), ..log.proof(position) }.to_string().into_bytes()
    };
    let later = Enclosure {
        record: log.records[3].1.clone(),
        receipt: Some(ReceiptSecret([5; 32])),
        openings: Vec::new(),
    };
    let mut all = vec![of(3, later.to_bytes())];
    let record = serde_json::Value::from(log.records[1].1.clone());
    for odd in [
        serde_json::json!({"record": record, "openings": [null]}),
        serde_json::json!({"record": record, "openings": 7}),
        serde_json::json!({"record": record, "openings": [[]]}),
        serde_json::json!({"record": null, "openings": []}),
        serde_json::json!([]),
        serde_json::Value::Null,
    ] {
        all.push(of(1, Enclosure::framed(odd.to_string().as_bytes())));
    }
    all
}

/// Bundles whose text for people was changed, good ones among them, and the list of contents made to fit.
fn readmes() -> Vec<Vec<u8>> {
    let bytes = crate::bundle::write(&SmallLog::new(true).contents()).unwrap();
    let changes = [
        ("events 3", "events 2"),
        ("complaint-B", "complaint-A"),
        ("Reason: no reason was given\n", ""),
        ("Reason: no reason was given", "Reason: the ombudsman"),
        ("Reason: no reason was given", "Reason: the\u{1b}ombudsman"),
        ("Reason: no reason was given", "Reason: the ombudsman\r"),
        ("Reason: no", "Reason: yes\nReason: no"),
        ("narrative (position 1)", "narrative (position 2)"),
        (
            "narrative (position 1), receipt-nonce (position 1)",
            "receipt-nonce (position 1), narrative (position 1)",
        ),
        ("entered.\n", "entered.\n\n"),
        ("entered.\n", "entered."),
        ("index.proof  that these are all events", "checkpoint.txt  that these are all events"),
    ];
    // A bundle without a proof about the index and without opened fields; earlier texts named both all the same.
    let mut bare = SmallLog::new(true).contents();
    (bare.index, bare.openings) = (None, Vec::new());
    let bare = crate::bundle::write(&bare).unwrap();
    let index =
        "index.proof  that these are all events of the case, as of an earlier size of the log\n";
    let index = format!("{index}bundle.json  the");
    let opened = "openings/    opened fields: text and salt of what the record commits to\ncheckpoint.txt  the";
    let of_bare = [
        ("bundle.json  the", index.as_str()),
        ("checkpoint.txt  the", opened),
        ("bundle.json  the", "\nbundle.json  the"),
    ];
    let changes = changes.iter().map(|change| (&bytes, change));
    let changes = changes.chain(of_bare.iter().map(|change| (&bare, change)));
    let bundles = changes.map(|(bytes, (from, to))| {
        let mut files = crate::archive::read_archive(bytes).unwrap();
        files.remove("verify.html");
        let readme = String::from_utf8(files["README.txt"].clone()).unwrap();
        let other = readme.replacen(from, to, 1);
        assert_ne!(readme, other);
        let [before, after] =
            [&readme, &other].map(|text| to_hex(&Sha256::digest(text.as_bytes())));
        let list = String::from_utf8(files["bundle.json"].clone()).unwrap();
        files.insert("bundle.json".to_owned(), list.replace(&before, &after).into_bytes());
        files.insert("README.txt".to_owned(), other.into_bytes());
        let page = with_evidence(&write_archive(&files).unwrap());
        files.insert("verify.html".to_owned(), page.into_bytes());
        write_archive(&files).unwrap()
    });
    bundles.collect()
}

/// Bundles whose files of a time stamp were changed, and all else made to fit. Those in the log, and one that
/// is not yet, so that nothing but the stamp can tell.
fn forged_anchors() -> Vec<Vec<u8>> {
    let log = SmallLog::anchored(None);
    let (stamped, other) = (log.checkpoint_of(ANCHOR), log.checkpoint_of(5));
    let before = anchor_data(&stamped, STAMPED_AT, STAMP);
    let mut contents = Vec::new();
    // A byte of the digest, the time, and the shape of what the stamp states.
    let digest = Sha256::digest(stamped.to_string());
    let at = STAMP.windows(32).position(|window| window == digest.as_slice()).unwrap();
    for place in [0, 1, 4, 15, 30, at - 20, at - 10, at - 1, at, at + 31, at + 32, at + 35, at + 40]
    {
        let mut token = STAMP.to_vec();
        token[place] ^= 1;
        contents.push(anchor_data(&stamped, STAMPED_AT, &token));
    }
    contents.push(anchor_data(&stamped, "2020-01-01T00:00:00Z", STAMP));
    contents.push(anchor_data(&other, STAMPED_AT, STAMP));
    contents.push(before.replace("\"size\":6", "\"size\":7"));
    contents.push(before.replace("sha-256", "sha-512"));
    let forged = contents.iter().map(|data| {
        let mut contents = log.anchored_contents(ANCHOR);
        let record = &mut contents.anchors[0].record;
        *record = record.replace(&before, data);
        contents
    });
    let later = SmallLog::anchored(Some("2027-01-01T00:00:00.000Z"));
    let size = later.tree.size();
    let in_log = (0..6).map(|change| {
        let mut contents = later.anchored_contents(size);
        let anchor = &mut contents.anchors[0];
        match change {
            0 => anchor.growth.old_size = 5,
            1 => drop(anchor.growth.hashes.pop()),
            2 => anchor.growth.hashes[0].0[3] ^= 4,
            3 => anchor.growth.checkpoint = later.checkpoint_of(5),
            4 => anchor.proof.as_mut().unwrap().index = 5,
            _ => anchor.record = anchor.record.replace("a label", "another"),
        }
        contents
    });
    forged.chain(in_log).map(|contents| crate::bundle::write(&contents).unwrap()).collect()
}

/// What node prints for a script; nothing where there is no node, which is said.
fn node(what: &str, script: &str, arguments: &[&str]) -> Option<String> {
    if Command::new("node").arg("--version").output().is_err() {
        // Past the capture of the test harness, which keeps silent about tests that pass.
        let said = format!("not run: {what}: there is no node here\n");
        std::io::Write::write_all(&mut std::io::stderr(), said.as_bytes()).unwrap();
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.mjs");
    std::fs::write(&page, SCRIPT).unwrap();
    let output = Command::new("node")
        .args(["--input-type=module", "--eval", script, "--", page.to_str().unwrap()])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_page_shows_no_character_that_turns_text_around() {
    const ALL: &str = "
const { printable } = await import(process.argv[1]);
const unseen = [];
for (let c = 0; c < 0x10000; c += 1) {
  if (c >= 0xd800 && c < 0xe000) continue;
  if (printable(String.fromCodePoint(c)) !== String.fromCodePoint(c)) unseen.push(c);
}
console.log(unseen.join(' '));";
    let Some(in_page) = node("what the page shows of text", ALL, &[]) else { return };
    let ours = (0..0x1_0000).filter_map(char::from_u32);
    let ours = ours.filter(|c| *c != '\u{fffd}' && crate::printable(&c.to_string()) == "\u{fffd}");
    let ours: Vec<_> = ours.map(|c| u32::from(c).to_string()).collect();
    assert_eq!(in_page.trim(), ours.join(" "));
    // All that is shown goes through it, but for what the page itself says.
    for line in TEMPLATE.lines().filter(|line| line.contains("textContent = ")) {
        assert!(line.contains("printable") || line.contains("$(\"says\")"), "{line}");
    }
}

const ASK_NODE: &str = "
import { readFileSync } from 'node:fs';
const [script, folder, count, isFromPage, receipt] = process.argv.slice(1);
const { check, parsePolicy } = await import(script);
const mine = receipt ? new Uint8Array(readFileSync(receipt)) : null;
const policy = await parsePolicy(readFileSync(`${folder}/policy`, 'utf8'));
for (let i = 0; i < Number(count); i += 1) {
  const result = await check(new Uint8Array(readFileSync(`${folder}/${i}`)), policy, isFromPage === 'yes', mine);
  const bad = result.steps.find(({ verdict }) => verdict === 'fails');
  console.log(result.isGood ? (mine ? `good ${JSON.stringify(result.facts)}` : 'good') : result.elsewhere ? `elsewhere ${result.elsewhere}` : `bad ${bad.at}: ${bad.claim}: ${bad.why}`);
}";

/// What the page says of each piece of evidence under a policy; nothing where there is no node.
fn in_page(what: &str, policy: &str, all: &[Vec<u8>], is_from_page: &str) -> Option<Vec<String>> {
    in_page_with(what, policy, all, (is_from_page, b""))
}

/// The same with a receipt beside it.
fn in_page_with(
    what: &str,
    policy: &str,
    all: &[Vec<u8>],
    (is_from_page, receipt): (&str, &[u8]),
) -> Option<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("policy"), policy).unwrap();
    for (number, bytes) in all.iter().enumerate() {
        std::fs::write(folder.path().join(number.to_string()), bytes).unwrap();
    }
    let (at, count) = (folder.path().to_str().unwrap(), all.len().to_string());
    let mine = folder.path().join("receipt");
    let mine = if receipt.is_empty() {
        String::new()
    } else {
        std::fs::write(&mine, receipt).unwrap();
        mine.display().to_string()
    };
    let said = node(what, ASK_NODE, &[at, &count, is_from_page, &mine])?;
    let answers: Vec<_> = said.lines().map(str::to_owned).collect();
    assert_eq!(answers.len(), all.len());
    Some(answers)
}

const ASK_NONCE: &str = "
import { readFileSync } from 'node:fs';
const [script, receipt, policies] = process.argv.slice(1);
const { check, parsePolicy } = await import(script);
const policy = await parsePolicy(readFileSync(policies, 'utf8'));
const bytes = new Uint8Array(readFileSync(receipt));
for (const nonce of ['blue horse 7', 'green cow 1', '', null]) {
  const { isGood, steps, takesNonce } = await check(bytes, policy, false, null, nonce);
  const { claim, verdict } = steps.at(-1);
  console.log([isGood, takesNonce, claim, verdict].join('; '));
}";

#[test]
fn whoever_chose_a_nonce_asks_the_page_for_it_too() {
    let folder = tempfile::tempdir().unwrap();
    let [receipt, policy] = ["receipt", "policy"].map(|name| folder.path().join(name));
    let bytes = receipt_of(&SmallLog::new(true));
    std::fs::write(&receipt, &bytes).unwrap();
    std::fs::write(&policy, policy_text()).unwrap();
    let [receipt, at] = [&receipt, &policy].map(|path| path.to_str().unwrap());
    let Some(said) = node("the nonce in the page", ASK_NONCE, &[receipt, at]) else { return };
    let mine = "it opens the nonce that you chose";
    let nobody_else = "nobody else was given the receipt of this record";
    let expected = [
        format!("true; true; {mine}; holds"),
        format!("false; true; {mine}; fails"),
        format!("false; true; {mine}; fails"),
        format!("true; true; {nobody_else}; open"),
    ];
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
    // As the library has it.
    let policy = merkle_log::Policy::parse(policy_text().as_bytes()).unwrap();
    for (nonce, is_good) in [
        (Some("blue horse 7"), true),
        (Some("green cow 1"), false),
        (Some(""), false),
        (None, true),
    ] {
        let checked = crate::check(bytes.as_bytes(), &Trust { nonce, ..Trust::policy(&policy) });
        assert_eq!(checked.is_good, is_good, "{nonce:?}");
    }
}

/// What the page says of these proofs of where a complaint is counted, by the one log and no witness; nothing where
/// there is no node.
pub(crate) fn of_counted(proofs: &[Vec<u8>], receipt: &str) -> Option<Vec<String>> {
    let policy = format!("log {}\nquorum none\n", key().verifier());
    in_page_with("the page on what is counted", &policy, proofs, ("no", receipt.as_bytes()))
}

#[test]
fn the_page_knows_the_same_tables() {
    let table = SCRIPT.split("const COUNTED_TABLES = [").nth(1).unwrap();
    let table: String = table.split("\n];").next().unwrap().split_whitespace().collect();
    let in_page: Vec<_> =
        table.split("],[").map(|entry| entry.trim_matches(['[', ']', ','])).collect();
    let known = crate::counted::TABLES
        .iter()
        .map(|table| format!("\"{}\",\"{}\",{}", table.id, table.population, table.is_multiple));
    assert_eq!(in_page, known.collect::<Vec<_>>());
}

#[test]
fn the_page_knows_the_same_values_of_rows() {
    let codes = SCRIPT.split("const COUNTED_CODES = {").nth(1).unwrap();
    let codes: String = codes.split("\n};").next().unwrap().split_whitespace().collect();
    let codes = codes.replace("YES_NO", r#"["yes","no"]"#).replace("disputed:", r#""disputed":"#);
    let in_page: serde_json::Value =
        serde_json::from_str(&format!("{{{}}}", codes.trim_end_matches(','))).unwrap();
    let known = crate::counted::codes::CLOSED.map(|(id, codes)| (id.to_owned(), codes.into()));
    assert_eq!(in_page, serde_json::Value::Object(known.into_iter().collect()));
    let ends = crate::counted::codes::BAND_ENDS.map(|end| format!("\"{end}\"")).join(", ");
    assert!(SCRIPT.contains(&format!("const BAND_ENDS = [{ends}];")));
}

/// The policy of `strict_policy` in words.
fn policy_text() -> String {
    let (log, witness) = (key(), witness());
    let (log, witness) = (log.verifier(), witness.verifier());
    format!("log {log}\nwitness auditor {witness}\nquorum auditor\n")
}

#[test]
fn the_page_finds_nothing_wrong_with_what_only_the_program_checks_and_nothing_right() {
    let others = [b"old 3\n".to_vec(), b"redress/counted-proof@v1\n".to_vec(), b"\x89PNG".to_vec()];
    let Some(said) = in_page("the page on other evidence", &policy_text(), &others, "no") else {
        return;
    };
    assert!(said[0].starts_with("elsewhere redress check FILE --old"), "{said:?}");
    assert!(said[1].starts_with("elsewhere your receipt"), "{said:?}");
    assert!(said[2].starts_with("bad the file: it is a bundle, a receipt"), "{said:?}");
}

#[test]
fn the_page_and_the_library_take_what_earlier_versions_made() {
    let issued = [
        include_bytes!("../../../../fuzz/seeds/bundle/case.zip").to_vec(),
        include_bytes!("../../../../fuzz/seeds/proof/receipt").to_vec(),
        include_bytes!("../../../../fuzz/seeds/proof/stream").to_vec(),
    ];
    // The demo's ledger of 26 November 2026.
    let key = "demo.redress.invalid+adfe3ebf+AdIeT9l2l+dxjsjUCwErFpYqDv9bq11yR+ERK0rRLZK4";
    let text = format!("log {key}\nquorum none\n");
    let policy = merkle_log::Policy::parse(text.as_bytes()).unwrap();
    for bytes in &issued {
        let checked = crate::check(bytes, &Trust::policy(&policy));
        assert!(checked.is_good, "{:?}", checked.first_failure());
    }
    let said = in_page("the page on earlier evidence", &text, &issued, "no");
    assert!(said.iter().flatten().all(|answer| answer == "good"), "{said:?}");
}

#[test]
fn the_bundle_that_a_page_brings_itself_has_no_page_in_it() {
    let mut files = crate::archive::read_archive(
        &crate::bundle::write(&SmallLog::new(true).contents()).unwrap(),
    )
    .unwrap();
    files.remove("verify.html");
    let brought = [write_archive(&files).unwrap()];
    for (is_from_page, expected) in [("yes", "good"), ("no", "bad verify.html")] {
        let said = in_page("what a page brings", &policy_text(), &brought, is_from_page);
        assert!(said.iter().flatten().all(|answer| answer.starts_with(expected)), "{said:?}");
    }
}

#[test]
fn the_library_refuses_what_is_written_otherwise() {
    let policy = strict_policy();
    let nobody = Roots::nobody();
    let mut wrong = Vec::new();
    for Spelled { name, bytes, is_good } in spellings::all() {
        let trust = Trust { stamps: Some(&nobody), ..Trust::policy(&policy) };
        let checked = crate::check(&bytes, &trust);
        if checked.is_good != is_good {
            wrong.push(format!("{name}: {:?}", checked.first_failure()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_page_and_the_library_decide_alike() {
    let changed = evidence().into_iter().enumerate();
    let changed = changed.map(|(number, bytes)| (format!("evidence {number}"), bytes));
    let spelled = spellings::all().into_iter().map(|Spelled { name, bytes, .. }| (name, bytes));
    let (names, all): (Vec<_>, Vec<_>) = changed.chain(spelled).unzip();
    let said = in_page("the page against the library", &policy_text(), &all, "no");
    let Some(answers) = said else { return };
    let policy = strict_policy();
    let (mut good, mut wrong) = (0, Vec::new());
    for ((name, bytes), answer) in names.iter().zip(&all).zip(answers) {
        let nobody = Roots::nobody();
        let checked =
            crate::check(bytes, &Trust { stamps: Some(&nobody), ..Trust::policy(&policy) });
        let ours = checked.first_failure();
        if checked.is_good != (answer == "good") {
            wrong.push(format!("{name}: {ours:?} and {answer}"));
        }
        good += usize::from(checked.is_good);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(good >= 7, "{good} of the originals were good");
}

mod spellings;
