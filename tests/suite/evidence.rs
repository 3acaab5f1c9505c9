//! Strangers check what a ledger hands out, with nothing but a file and a key.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, OnceLock, PoisonError},
};

use redress_tests::binary::{Ran, root, run_in, say_not_run};
use serde_json::Value;
use tempfile::TempDir;

/// A demo's ledger with an index commitment under a signed checkpoint, made once and only read.
struct Home {
    folder: TempDir,
    key: String,
    /// Names of complaints, and what the first one says.
    complaints: Vec<String>,
    words: String,
    /// A ledger is held by one process at a time, and tests run side by side.
    turn: Mutex<()>,
}

impl Home {
    fn shared() -> &'static Self {
        static HOME: OnceLock<Home> = OnceLock::new();
        HOME.get_or_init(|| {
            let home = Self::new();
            home.run(&["commit-index", "--data", "ledger"]).done();
            home.run(&["checkpoint", "--data", "ledger"]).done();
            home
        })
    }

    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let demo = ["demo", "--data", "ledger", "--complaints", "8", "--json"];
        let told = run_in(folder.path(), &demo).done().json();
        let key = told["verifier_key"].as_str().unwrap().to_owned();
        let replayed = run_in(folder.path(), &["replay", "--data", "ledger"]).done();
        let records =
            replayed.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let first = records.filter(|record| record["type"] == "complaint.received.v1");
        let complaints =
            first.map(|record| record["stream"].as_str().unwrap().to_owned()).collect();
        let home = Self { folder, key, complaints, words: String::new(), turn: Mutex::default() };
        let (first, path) = (home.complaints[0].clone(), home.path("words.tlog-proof"));
        home.prove(&["receipt", &first], &path).done();
        let shown = home.check(&path).done().json();
        let words = opened(&shown, "narrative").unwrap().to_owned();
        assert!(words.len() > 20, "{words}");
        Self { words, ..home }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        run_in(self.folder.path(), arguments)
    }

    fn prove(&self, what: &[&str], out: &Path) -> Ran {
        let mut arguments = vec!["prove"];
        arguments.extend(what);
        arguments.extend(["--data", "ledger", "--out", out.to_str().unwrap()]);
        self.run(&arguments)
    }

    fn bundle(&self, out: &str, more: &[&str]) -> Ran {
        let stream = &self.complaints[0];
        let mut arguments =
            vec!["export", "bundle", "--stream", stream, "--data", "ledger", "--out", out];
        arguments.extend(more);
        self.run(&arguments)
    }

    /// Checks evidence in a folder of its own: no ledger is there.
    fn check(&self, evidence: &Path) -> Ran {
        check_with(evidence, &["--vkey", &self.key])
    }
}

fn check_with(evidence: &Path, trust: &[&str]) -> Ran {
    let elsewhere = tempfile::tempdir().unwrap();
    fs::copy(evidence, elsewhere.path().join("evidence")).unwrap();
    let mut arguments = vec!["check", "evidence", "--json"];
    arguments.extend(trust);
    run_in(elsewhere.path(), &arguments)
}

fn fact<'a>(shown: &'a Value, name: &str) -> Option<&'a str> {
    named(&shown["facts"], name)
}

fn opened<'a>(shown: &'a Value, field: &str) -> Option<&'a str> {
    named(&shown["opened"], field)
}

fn named<'a>(pairs: &'a Value, name: &str) -> Option<&'a str> {
    let pairs = pairs.as_array().unwrap();
    pairs.iter().find(|pair| pair[0] == name).and_then(|pair| pair[1].as_str())
}

#[test]
fn a_complainant_checks_a_receipt_with_nothing_but_the_file_and_the_key() {
    let home = Home::shared();
    let receipt = home.path("mine.tlog-proof");
    home.prove(&["receipt", &home.complaints[0]], &receipt).done();
    let shown = home.check(&receipt).done().json();
    assert_eq!(shown["kind"], "receipt");
    assert_eq!(shown["is_good"], true);
    assert_eq!(fact(&shown, "stream"), Some(home.complaints[0].as_str()));
    assert_eq!(opened(&shown, "receipt-nonce").map(str::len), Some(32));
    assert_eq!(opened(&shown, "narrative"), Some(home.words.as_str()));
    // Any client of C2SP tlog-proof reads it.
    let text = fs::read_to_string(&receipt).unwrap();
    assert!(text.starts_with("c2sp.org/tlog-proof@v1\nextra "), "{text}");
    let mode = PermissionsExt::mode(&fs::metadata(&receipt).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600, "it holds a person's words");
}

#[test]
fn what_is_for_strangers_can_be_read_by_a_web_server_and_what_opens_a_person_cannot() {
    let home = Home::shared();
    let mode =
        |path: &Path| PermissionsExt::mode(&fs::metadata(path).unwrap().permissions()) & 0o777;
    let any = home.path("any.file");
    fs::write(&any, "as the umask says").unwrap();
    let [inclusion, growth, page, qr, receipt, bundle] =
        ["pub.inclusion", "pub.growth", "pub.html", "own.svg", "own.receipt", "own.zip"]
            .map(|name| home.path(name));
    home.prove(&["inclusion", "0"], &inclusion).done();
    home.prove(&["consistency", "1"], &growth).done();
    home.run(&["check", "--page", page.to_str().unwrap()]).done();
    for public in [&inclusion, &growth, &page] {
        assert_eq!(mode(public), mode(&any), "{}", public.display());
    }
    let what = ["receipt", &home.complaints[1], "--without-words", "--qr", qr.to_str().unwrap()];
    home.prove(&what, &receipt).done();
    home.bundle(bundle.to_str().unwrap(), &[]).done();
    for own in [&qr, &receipt, &bundle] {
        assert_eq!(mode(own), 0o600, "{}", own.display());
    }
}

#[test]
fn a_log_that_grew_from_nothing_needs_no_proof_of_that() {
    let home = Home::shared();
    let refused = home.prove(&["consistency", "0"], &home.path("nothing.growth")).refused(1);
    assert!(refused.stderr.contains("every log extends the empty one"), "{}", refused.stderr);
    assert!(!refused.stderr.contains("second line"), "{}", refused.stderr);
}

#[test]
fn nothing_grew_up_to_the_checkpoint_of_an_empty_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| run_in(folder.path(), arguments);
    run(&["init", "--data", "ledger", "--origin", "ledger.example/empty"]).done();
    run(&["checkpoint", "--data", "ledger"]).done();
    let refused = run(&["prove", "consistency", "1", "--data", "ledger"]).refused(1).stderr;
    assert!(refused.contains("of size 1 or more, found one of size 0"), "{refused}");
    assert!(!refused.contains("from 1 to 0") && !refused.contains("second line"), "{refused}");
}

#[test]
fn a_receipt_is_issued_again_as_it_was_and_fits_a_qr_code_at_least_without_words() {
    let home = Home::shared();
    let (first, again) = (home.path("first.tlog-proof"), home.path("again.tlog-proof"));
    let svg = home.path("code.svg");
    let what = ["receipt", &home.complaints[1], "--without-words", "--qr", svg.to_str().unwrap()];
    home.prove(&what, &first).done();
    home.prove(&what[..3], &again).done();
    assert_eq!(fs::read(&first).unwrap(), fs::read(&again).unwrap());
    assert!(fs::read_to_string(&svg).unwrap().contains("<svg"));
    let shown = home.check(&first).done().json();
    assert_eq!(shown["opened"].as_array().unwrap().len(), 1);
}

#[test]
fn what_does_not_hold_is_named_and_whom_to_trust_must_be_said() {
    let home = Home::shared();
    let (good, bad) = (home.path("good.tlog-proof"), home.path("bad.tlog-proof"));
    home.prove(&["receipt", &home.complaints[0], "--without-words"], &good).done();
    let text = fs::read_to_string(&good).unwrap();

    fs::write(&bad, text.replacen("\nindex ", "\nindex 0", 1)).unwrap();
    let refused = home.check(&bad).refused(1);
    assert!(
        refused.stderr.contains("line 3: expected `index` and a decimal number"),
        "{}",
        refused.stderr
    );
    assert_eq!(refused.json()["is_good"], false);

    let other = "ledger.example/complaints+d99cb8a9+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
    let refused = check_with(&good, &["--vkey", other]).refused(1);
    assert!(refused.stderr.contains("is not a log of the policy"), "{}", refused.stderr);

    let refused = check_with(&good, &[]).refused(2);
    assert!(refused.stderr.contains("whom do you trust?"), "{}", refused.stderr);

    // A witness that must have cosigned, and has not.
    let witness = "witness.example/auditor+09b8b633+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";
    let policy = home.path("auditors.policy");
    fs::write(&policy, format!("log {}\nwitness auditor {witness}\nquorum auditor\n", home.key))
        .unwrap();
    let refused = check_with(&good, &["--policy", policy.to_str().unwrap()]).refused(1);
    assert!(refused.stderr.contains("0 of 1 known witnesses"), "{}", refused.stderr);
}

#[test]
fn a_bundle_shows_a_case_and_opens_only_what_was_asked_for_with_a_reason() {
    let home = Home::shared();
    home.bundle("closed.zip", &[]).done();
    home.bundle("again.zip", &[]).done();
    let closed = fs::read(home.path("closed.zip")).unwrap();
    assert_eq!(closed, fs::read(home.path("again.zip")).unwrap(), "the same bytes each time");
    let shown = home.check(&home.path("closed.zip")).done().json();
    assert_eq!(shown["kind"], "bundle");
    assert!(fact(&shown, "all events").is_some());
    assert_eq!(shown["opened"].as_array().unwrap().len(), 0);
    let holds =
        |bytes: &[u8]| bytes.windows(20).any(|window| window == &home.words.as_bytes()[..20]);
    assert!(!holds(&closed), "the words are in a bundle that opens nothing");

    home.bundle("no-reason.zip", &["--open", "narrative"]).refused(2);
    assert!(!home.path("no-reason.zip").exists());
    home.bundle("open.zip", &["--open", "narrative", "--reason", "ombudsman"]).done();
    let shown = home.check(&home.path("open.zip")).done().json();
    assert_eq!(opened(&shown, "narrative"), Some(home.words.as_str()));
    let bytes = fs::read(home.path("open.zip")).unwrap();
    assert!(holds(&bytes), "the probe finds what is there");
    assert!(bytes.windows(17).any(|window| window == b"Reason: ombudsman"), "why it was opened");
}

#[test]
fn a_tampered_bundle_is_refused_and_the_file_named() {
    let home = Home::shared();
    home.bundle("whole.zip", &[]).done();
    let mut bytes = fs::read(home.path("whole.zip")).unwrap();
    let at = bytes.windows(9).position(|window| window == b"\"actor\":{").unwrap();
    bytes[at] ^= 1;
    fs::write(home.path("tampered.zip"), bytes).unwrap();
    let refused = home.check(&home.path("tampered.zip")).refused(1);
    assert!(refused.stderr.contains("records/0000000000"), "{}", refused.stderr);
}

#[test]
fn all_events_of_a_case_are_shown_and_so_is_that_there_is_no_case() {
    let home = Home::shared();
    let stream = &home.complaints[0];
    let (all, none) = (home.path("all.proof"), home.path("none.proof"));
    home.prove(&["stream", stream], &all).done();
    let shown = home.check(&all).done().json();
    let replayed = home.run(&["replay", "--data", "ledger", "--stream", stream]).done();
    assert_eq!(fact(&shown, "events"), Some(replayed.stdout.lines().count().to_string().as_str()));

    let nobody = "complaint-01KA0000000000000000000000";
    home.prove(&["absence", nobody], &none).done();
    let shown = home.check(&none).done().json();
    assert_eq!((&shown["kind"], fact(&shown, "events")), (&Value::from("absence"), None));
    let said = fact(&shown, "no such stream").unwrap();
    assert!(said.starts_with(&format!("{nobody} among the first ")), "{said}");
    // What is there cannot be denied, nor what is not there shown.
    let refused = home.prove(&["absence", stream], &home.path("lie.proof")).refused(1);
    assert!(refused.stderr.contains("expected no stream"), "{}", refused.stderr);
    home.prove(&["stream", nobody], &home.path("lie.proof")).refused(1);
    let lie = fs::read_to_string(&none).unwrap().replace(nobody, stream);
    fs::write(home.path("lie.proof"), lie).unwrap();
    let refused = home.check(&home.path("lie.proof")).refused(1);
    assert!(refused.stderr.contains("do not enclose"), "{}", refused.stderr);
}

#[test]
fn an_index_is_committed_to_once_for_what_is_new_and_can_be_made_again() {
    let home = Home::new();
    let commit = || home.run(&["commit-index", "--data", "ledger", "--json"]).done().json();
    let (first, again) = (commit(), commit());
    assert_eq!((&first["is_new"], &again["is_new"]), (&Value::Bool(true), &Value::Bool(false)));
    assert_eq!(first["position"], again["position"]);
    let checked =
        home.run(&["commit-index", "--data", "ledger", "--check", "--json"]).done().json();
    assert_eq!(checked.as_array().unwrap().len(), 1);
    assert_eq!(checked[0]["root"], first["root"]);
    home.run(&["verify", "--data", "ledger"]).done();
    // Nothing signed covers the commitment yet, and that is what is said.
    let stream = home.complaints[0].clone();
    let refused = home.prove(&["stream", &stream], &home.path("early.proof")).refused(1);
    assert!(
        refused.stderr.contains("expected an index commitment under the checkpoint"),
        "{}",
        refused.stderr
    );
}

#[test]
fn an_auditor_who_kept_a_checkpoint_sees_that_the_log_only_grew() {
    let home = Home::new();
    let kept = home.run(&["checkpoint", "--data", "ledger"]).done();
    fs::write(home.path("kept.checkpoint"), &kept.stdout).unwrap();
    let size = kept.stdout.lines().nth(1).unwrap();
    home.run(&["commit-index", "--data", "ledger"]).done();
    home.run(&["checkpoint", "--data", "ledger"]).done();
    let growth = home.path("growth.proof");
    home.prove(&["consistency", size], &growth).done();
    let old = home.path("kept.checkpoint");
    let trust = ["--vkey", &home.key, "--old", old.to_str().unwrap()];
    let shown = check_with(&growth, &trust).done().json();
    assert_eq!(shown["kind"], "growth");
    check_with(&growth, &trust[..2]).refused(2);
    let text = fs::read_to_string(&growth).unwrap();
    fs::write(&growth, text.replacen(&format!("old {size}"), "old 1", 1)).unwrap();
    check_with(&growth, &trust).refused(1);
}

#[test]
fn an_option_that_does_not_go_with_the_evidence_is_refused_and_not_passed_over() {
    let home = Home::shared();
    let stream = &home.complaints[0];
    let (kept, receipt) = (home.path("ledger/checkpoint"), home.path("options.tlog-proof"));
    let (all, none) = (home.path("options.proof"), home.path("options-none.proof"));
    home.prove(&["receipt", stream], &receipt).done();
    home.prove(&["stream", stream], &all).done();
    home.prove(&["absence", "complaint-01KA0000000000000000000000"], &none).done();
    home.bundle("options.zip", &[]).done();
    let bundle = home.path("options.zip");
    let brought = kept.to_str().unwrap();
    let refuses = |evidence: &Path, option: &str, words: &[&str]| {
        check_with(evidence, &["--vkey", &home.key]).done();
        let ran = check_with(evidence, &["--vkey", &home.key, option, brought]).refused(2);
        for word in words {
            assert!(ran.stderr.contains(word), "{option}, {}: {}", evidence.display(), ran.stderr);
        }
        assert!(ran.stderr.contains(option) && ran.stdout.is_empty(), "{}", ran.stderr);
    };
    // Whoever brings the checkpoint they kept would believe that growth was looked at.
    for evidence in [&kept, &receipt, &all, &none, &bundle] {
        refuses(evidence, "--old", &["one checkpoint extends another", "prove consistency"]);
    }
    for evidence in [&kept, &all, &none, &bundle] {
        refuses(evidence, "--record", &["a proof that a record is in the log"]);
        refuses(evidence, "--nonce", &["a receipt"]);
        refuses(evidence, "--report", &["a report was published"]);
    }
    for evidence in [&kept, &receipt, &all, &none] {
        refuses(evidence, "--trust", &["a bundle or a time stamp"]);
    }
    let recorded = |name: &str| root().join("crates/evidence-check/recorded").join(name);
    let (stamp, pem) = (recorded("stamp.tst"), recorded("root.pem"));
    let trust = ["--vkey", &home.key, "--trust", pem.to_str().unwrap()];
    let stamped = [&trust[..], &["--stamped", brought]].concat();
    let ran = check_with(&bundle, &stamped).refused(2);
    assert!(ran.stderr.contains("--stamped with a time stamp, found an evidence bundle"));
    for option in ["--old", "--record", "--nonce"] {
        let ran = check_with(&stamp, &[&stamped[..], &[option, brought]].concat()).refused(2);
        assert!(ran.stderr.contains("found a time stamp"), "{}", ran.stderr);
    }
    // Roots are for bundles, also for one without stamps, which says so; a text that is nothing is not usage.
    let shown = check_with(&bundle, &trust).done();
    assert!(shown.stdout.contains("--trust vouched for nothing"), "{}", shown.stdout);
    let nothing = home.path("options-nothing");
    fs::write(&nothing, "nothing\n").unwrap();
    check_with(&nothing, &["--vkey", &home.key, "--old", brought]).refused(1);
}

#[test]
fn a_lost_receipt_key_is_not_quietly_made_anew() {
    let home = Home::new();
    let key = home.path("ledger.keys/receipt-key");
    fs::rename(&key, home.path("elsewhere")).unwrap();
    let (complaint, out) = (home.complaints[0].clone(), home.path("r.tlog-proof"));
    let refused = home.prove(&["receipt", &complaint], &out).refused(1);
    assert!(refused.stderr.contains("--make-key") && !key.exists(), "{}", refused.stderr);
    home.prove(&["receipt", &complaint, "--make-key"], &out).done();
    assert!(key.exists());
}

/// The page as a browser shows it; nothing without a browser.
pub(crate) fn shown_in_browser(page: &Path, key: Option<&str>) -> Option<String> {
    let browser = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(|name| {
        Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success())
    })?;
    let profile = tempfile::tempdir().unwrap();
    let key = key.map(|key| format!("#key={}", key.replace('+', "%2B").replace('/', "%2F")));
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=60000"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(["--dump-dom", &format!("file://{}{}", page.display(), key.unwrap_or_default())])
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!dom.is_empty(), "the page: {}", String::from_utf8_lossy(&output.stderr));
    Some(dom)
}

/// What the page says in a browser, by the banner's class and text; nothing without a browser.
fn in_browser(page: &Path, key: Option<&str>) -> Option<(String, String)> {
    let dom = shown_in_browser(page, key)?;
    let verdict = dom.split("data-verdict=\"").nth(1).and_then(|rest| rest.split('"').next());
    let banner = dom.split("id=\"banner\"").nth(1).and_then(|rest| rest.split("</div>").next());
    let (Some(verdict), Some(banner)) = (verdict, banner) else {
        panic!("the page says nothing: {dom}");
    };
    Some((verdict.to_owned(), banner.to_owned()))
}

/// The page of a bundle, unpacked.
fn page_of(zip: &Path) -> String {
    let bytes = fs::read(zip).unwrap();
    let begin = bytes.windows(15).position(|window| window == b"<!doctype html>").unwrap();
    let end = bytes.windows(7).rposition(|window| window == b"</html>").unwrap();
    String::from_utf8(bytes[begin..end + 8].to_vec()).unwrap()
}

#[test]
fn a_browser_shows_good_evidence_green_and_tampered_evidence_red() {
    let home = Home::shared();
    home.bundle("page.zip", &[]).done();
    let page = page_of(&home.path("page.zip"));
    let (good, bad) = (home.path("good.html"), home.path("bad.html"));
    fs::write(&good, &page).unwrap();
    let Some((verdict, banner)) = in_browser(&good, Some(&home.key)) else {
        say_not_run("the page in a browser", "there is no Chromium here");
        return;
    };
    assert_eq!(verdict, "good", "{banner}");
    // Without a key from elsewhere it does not say good.
    let (verdict, banner) = in_browser(&good, None).unwrap();
    assert_eq!(verdict, "open", "{banner}");
    let other = "ledger.example/complaints+d99cb8a9+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
    let (verdict, banner) = in_browser(&good, Some(other)).unwrap();
    assert_eq!(verdict, "bad");
    assert!(banner.contains("is not a log of the policy"), "{banner}");

    // One letter of the evidence.
    let slot = page.find("id=\"evidence\">").unwrap();
    let at = slot + page[slot..].find("</script>").unwrap() / 2;
    let at = at + page[at..].find('A').unwrap();
    let mut tampered = page;
    tampered.replace_range(at..=at, "B");
    fs::write(&bad, tampered).unwrap();
    let (verdict, banner) = in_browser(&bad, Some(&home.key)).unwrap();
    assert_eq!(verdict, "bad", "{banner}");
    assert!(banner.contains("Do not rely on this"), "{banner}");
}

#[test]
fn a_file_of_a_case_is_handed_out_in_its_bundle_and_what_is_in_it_is_shown_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let run =
        |arguments: &[&str]| run_in(folder.path(), &[arguments, &["--data", "ledger"]].concat());
    let by = ["--as", "agent-1", "--role", "agent"];
    let made = run(&["init", "--origin", "ledger.example/tests", "--json"]).done().json();
    let write = |name: &str, text: &[u8]| fs::write(folder.path().join(name), text).unwrap();
    write(
        "body.json",
        br#"{"channel":"web","source":{"kind":"direct"},"personal":{"narrative":"Twice."}}"#,
    );
    let register = ["complaint", "register", "--body", "body.json", "--json"];
    let registered = run(&[&register[..], &by].concat()).done().json();
    let complaint = registered["complaint"].as_str().unwrap();
    let (picture, base64) = (b"<b>%PDF-1.4\n\xff\xfe\x00", "PGI+JVBERi0xLjQK//4A");
    write("a.pdf", picture);
    write(
        "body.json",
        br#"{"evidence":1,"kind":"document","from":"complainant","media_type":"application/pdf"}"#,
    );
    let add = ["complaint", "add-evidence", complaint, "--body", "body.json"];
    run(&[&add[..], &by, &["--attach", "evidence=a.pdf"]].concat()).done();
    run(&["checkpoint"]).done();
    let export = ["export", "bundle", "--stream", complaint, "--open", "evidence"];
    let told =
        run(&[&export[..], &["--reason", "a court", "--out", "case.zip", "--json"]].concat());
    assert_eq!(told.done().json()["opened"], serde_json::json!(["evidence at 1"]));

    let zip = folder.path().join("case.zip");
    let files = evidence_check::archive::read_archive(&fs::read(&zip).unwrap()).unwrap();
    let file = |name: &str| String::from_utf8(files[name].clone()).unwrap();
    assert!(file("bundle.json").contains("\"version\":3,"), "{}", file("bundle.json"));
    let opening = file("openings/000000000001-evidence.json");
    assert!(opening.ends_with(&format!(",\"bytes\":\"{base64}\"}}")), "{opening}");
    assert!(file("README.txt").contains("opened fields: text (or bytes in base64"));
    let key = made["verifier_key"].as_str().unwrap();
    let shown = check_with(&zip, &["--vkey", key]).done().json();
    assert_eq!(shown["opened"], serde_json::json!([]));
    let told = fact(&shown, "opened evidence").unwrap();
    assert!(told.starts_with("15 bytes that are no text, with the SHA-256 "), "{told}");

    let saved = folder.path().join("opened");
    let save = ["--vkey", key, "--save-opened", saved.to_str().unwrap()];
    let mut broken = fs::read(&zip).unwrap();
    let at = broken.windows(6).rposition(|window| window == b"\"salt\"").unwrap() + 20;
    broken[at] ^= 1;
    fs::write(folder.path().join("broken.zip"), broken).unwrap();
    check_with(&folder.path().join("broken.zip"), &save).refused(1);
    assert!(!saved.exists(), "nothing is saved of what does not hold");
    check_with(&zip, &save).done();
    let file = saved.join("000000000001-evidence.bin");
    assert_eq!(fs::read(&file).unwrap(), picture);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let again = check_with(&zip, &save).refused(1);
    assert!(again.stderr.contains("expected no file at"), "{}", again.stderr);

    let page = folder.path().join("page.html");
    fs::write(&page, page_of(&zip)).unwrap();
    let Some(dom) = shown_in_browser(&page, Some(key)) else {
        say_not_run("a file in a browser", "there is no Chromium here");
        return;
    };
    assert!(dom.contains("data-verdict=\"good\""), "{dom}");
    assert!(
        dom.contains("<button type=\"button\">Save 000000000001-evidence.bin: a file of 15 bytes")
    );
    assert!(!dom.contains("PDF-1.4"), "what is in the file");
}

#[test]
fn the_nonce_a_complainant_chose_at_registration_is_in_their_receipt() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| run_in(folder.path(), arguments).done();
    let made = run(&["init", "--data", "ledger", "--origin", "ledger.example/tests", "--json"]);
    let body = r#"{"channel":"web","source":{"kind":"direct"},
        "personal":{"narrative":"Charged twice.","receipt-nonce":"blue horse 7"}}"#;
    fs::write(folder.path().join("body.json"), body).unwrap();
    let register =
        ["complaint", "register", "--data", "ledger", "--as", "agent-1", "--role", "agent"];
    let registered = run(&[&register[..], &["--body", "body.json", "--json"]].concat()).json();
    let complaint = registered["complaint"].as_str().unwrap();

    // A receipt needs a checkpoint that covers the record.
    let receipt = ["prove", "receipt", complaint, "--data", "ledger", "--out", "mine.tlog-proof"];
    let early = run_in(folder.path(), &receipt).refused(1);
    assert!(early.stderr.contains("run `redress checkpoint`"), "{}", early.stderr);
    run(&["checkpoint", "--data", "ledger"]);
    run(&receipt);
    let mine = folder.path().join("mine.tlog-proof");
    let shown = check_with(&mine, &["--vkey", made.json()["verifier_key"].as_str().unwrap()]);
    let shown = shown.done().json();
    assert_eq!(opened(&shown, "receipt-nonce"), Some("blue horse 7"));
    assert_eq!(opened(&shown, "narrative"), Some("Charged twice."));

    let saved = folder.path().join("opened");
    let key = made.json()["verifier_key"].as_str().unwrap().to_owned();
    check_with(&mine, &["--vkey", &key, "--save-opened", saved.to_str().unwrap()]).done();
    assert_eq!(fs::read(saved.join("narrative.txt")).unwrap(), b"Charged twice.");
}
