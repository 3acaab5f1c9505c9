mod advice;
mod every_verb;
mod imports;
mod lists;
mod outputs;

use std::{ffi::OsString, fs, path::Path, process::ExitCode};

use serde_json::Value;
use tempfile::TempDir;

use crate::run;

/// What a command line came to.
struct Ran {
    code: ExitCode,
    out: String,
    err: String,
}

impl Ran {
    #[track_caller]
    fn done(self) -> String {
        assert_eq!(self.code, ExitCode::SUCCESS, "{}", self.err);
        self.out
    }

    #[track_caller]
    fn refused(self, words: &[&str]) -> String {
        self.failed(1, words)
    }

    #[track_caller]
    fn failed(self, code: u8, words: &[&str]) -> String {
        assert_eq!(self.code, ExitCode::from(code), "{}{}", self.out, self.err);
        for word in words {
            assert!(self.err.contains(word), "expected `{word}` in: {}", self.err);
        }
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self.out
    }
}

fn redress(args: &[&str]) -> Ran {
    let args = std::iter::once("redress").chain(args.iter().copied()).map(OsString::from);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = run(args, &mut std::io::empty(), &mut out, &mut err);
    let text = |bytes| String::from_utf8(bytes).expect("commands print UTF-8");
    Ran { code, out: text(out), err: text(err) }
}

/// A small demo in a directory of its own.
struct Told {
    home: TempDir,
    done: Value,
}

impl Told {
    fn year(complaints: &str) -> Self {
        let home = TempDir::new().unwrap();
        let data = home.path().join("demo");
        let data = data.to_str().unwrap();
        let out = redress(&["demo", "--data", data, "--complaints", complaints, "--json"]).done();
        Self { done: serde_json::from_str(&out).unwrap(), home }
    }

    fn data(&self) -> String {
        self.home.path().join("demo").to_str().unwrap().to_owned()
    }

    /// The first complaint of the year.
    fn complaint(&self) -> String {
        let out = self.run(&["replay"]).done();
        let mut words = out.split('"');
        words.find(|word| word.starts_with("complaint-")).unwrap().to_owned()
    }

    fn run(&self, args: &[&str]) -> Ran {
        let data = self.data();
        redress(&[args, &["--data", &data]].concat())
    }
}

#[test]
fn the_demo_can_be_replayed_verified_and_rebuilt() {
    let told = Told::year("40");
    let records = told.done["records"].as_u64().unwrap();
    assert!(records > 200, "{records}");
    for page in told.done["pages"].as_array().unwrap() {
        assert!(Path::new(page.as_str().unwrap()).is_file(), "{page}");
    }
    assert!(Path::new(told.done["audit_view"].as_str().unwrap()).is_file());

    let whole: Value =
        serde_json::from_str(&told.run(&["verify", "--vault", "--json"]).done()).unwrap();
    assert_eq!(whole["is_whole"], true);
    assert_eq!(whole["records"], records);
    assert_eq!(whole["root"], told.done["root"]);

    let lines = told.run(&["replay"]).done();
    assert_eq!(lines.lines().count() as u64, records);
    assert!(lines.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));

    let rebuilt: Value =
        serde_json::from_str(&told.run(&["projections", "rebuild", "--json"]).done()).unwrap();
    let rebuilt = rebuilt.as_array().unwrap();
    assert_eq!(rebuilt.len(), 3);
    assert!(rebuilt.iter().all(|model| model["is_same"] == true), "{rebuilt:?}");
}

#[test]
fn the_same_demo_again_adds_nothing_and_another_is_refused() {
    let told = Told::year("12");
    let again: Value =
        serde_json::from_str(&told.run(&["demo", "--complaints", "12", "--json"]).done()).unwrap();
    assert_eq!(again["carried_out"], 0);
    assert_eq!(again["root"], told.done["root"]);
    told.run(&["demo", "--complaints", "13"]).refused(&["12 complaints", "--fresh"]);
    let fresh: Value = serde_json::from_str(
        &told.run(&["demo", "--complaints", "13", "--fresh", "--json"]).done(),
    )
    .unwrap();
    assert_eq!(fresh["repeated"], 0);
}

#[test]
fn a_directory_of_somebody_else_is_left_alone_even_when_fresh() {
    let home = TempDir::new().unwrap();
    let theirs = home.path().join("theirs");
    fs::create_dir(&theirs).unwrap();
    fs::write(theirs.join("letter.txt"), "dear").unwrap();
    let data = theirs.to_str().unwrap();
    redress(&["demo", "--data", data, "--fresh"]).refused(&["letter.txt", "next:"]);
    redress(&["verify", "--data", data]).refused(&["another program"]);
    assert_eq!(fs::read_to_string(theirs.join("letter.txt")).unwrap(), "dear");
    assert_eq!(fs::read_dir(&theirs).unwrap().count(), 1);
}

#[test]
fn as_it_was_and_as_it_was_known_differ() {
    let told = Told::year("60");
    let field = |line: &str, name: &str| {
        serde_json::from_str::<Value>(line).unwrap()[name].as_str().unwrap().to_owned()
    };
    let day = |line: &str, name: &str| field(line, name)[..10].to_owned();
    let all = told.run(&["replay"]).done();
    let late = all.lines().find(|line| day(line, "occurred_at") < day(line, "recorded_at"));
    let late = late.expect("some are recorded days after they happened");
    let at = day(late, "occurred_at");
    let was = told.run(&["replay", "--as-of", &at]).done();
    let known = told.run(&["replay", "--known-at", &at]).done();
    let both = told.run(&["replay", "--as-of", &at, "--known-at", &at]).done();
    assert!(was.lines().any(|line| line == late));
    assert!(!known.lines().any(|line| line == late));
    assert_eq!(both, known, "what was recorded by then had happened by then");
    let end = format!("{at}T23:59:59.999Z");
    assert!(was.lines().all(|line| field(line, "occurred_at") <= end));
    assert!(known.lines().all(|line| field(line, "recorded_at") <= end));
}

#[test]
fn replay_prints_ranges_streams_and_tables() {
    let told = Told::year("10");
    let all = told.run(&["replay"]).done();
    let part = told.run(&["replay", "--from", "3", "--to", "7"]).done();
    assert_eq!(part.lines().collect::<Vec<_>>(), all.lines().skip(3).take(5).collect::<Vec<_>>());
    let first: Value = serde_json::from_str(all.lines().next().unwrap()).unwrap();
    let stream = first["stream"].as_str().unwrap();
    let of_stream = told.run(&["replay", "--stream", stream]).done();
    assert!(of_stream.lines().count() > 0);
    assert!(of_stream.lines().all(|line| line.contains(stream) && all.contains(line)));
    let table = told.run(&["replay", "--format", "table"]).done();
    assert_eq!(table.lines().count(), all.lines().count() + 1);

    told.run(&["replay", "--from", "7", "--to", "3"]).failed(2, &["--from", "7", "3"]);
    told.run(&["replay", "--from", "999999"]).refused(&["head"]);
    told.run(&["replay", "--stream", "complaint-NONE"]).refused(&["complaint-NONE", "next:"]);
    told.run(&["replay", "--stream", "no such"]).failed(2, &["stream id"]);
    told.run(&["replay", "--as-of", "yesterday"]).failed(2, &["yesterday", "2025-06-30"]);
}

#[test]
fn what_cannot_be_done_is_refused_in_words() {
    let told = Told::year("3");
    let out = told.home.path().join("out");
    let out = out.to_str().unwrap();
    let report = ["report", "transparency", "--out", out, "--period"];
    told.run(&[&report[..], &["2025-Q5"]].concat()).failed(2, &["Q5", "next:"]);
    told.run(&[&report[..], &["1999"]].concat()).refused(&["1999", "--period"]);
    told.run(&["projections", "rebuild", "nonsense"]).failed(2, &["audit", "nonsense"]);
    told.run(&["init", "--origin", "again.example"]).refused(&["next:"]);
    told.run(&["init", "--origin", "has a space"]).failed(2, &["--origin"]);

    let body = told.home.path().join("body.json");
    fs::write(&body, r#"{"handler": "ana"}"#).unwrap();
    let nobody = "complaint-01KA0000000000000000000000";
    let mut assign = vec!["complaint", "assign", nobody, "--role", "supervisor"];
    assign.extend(["--body", body.to_str().unwrap(), "--as"]);
    told.run(&[&assign[..], &["sue"]].concat()).refused(&[nobody, "next:"]);
    told.run(&[&assign[..], &["sue@example.com"]].concat()).failed(2, &["no `@`"]);
    let at = ["sue", "--occurred-at", "2026-01-05"];
    told.run(&[&assign[..], &at].concat()).failed(2, &["2025-06-30T17:00:00Z"]);
}

#[test]
fn a_ledger_without_its_key_still_replays_but_does_not_open_fields() {
    let told = Told::year("2");
    fs::rename(told.home.path().join("demo.keys"), told.home.path().join("elsewhere")).unwrap();
    told.run(&["replay"]).done();
    told.run(&["verify"]).done();
    told.run(&["verify", "--vault"]).refused(&["key-encryption key", "--keys"]);
    let moved = told.home.path().join("elsewhere/kek");
    told.run(&["verify", "--vault", "--keys", moved.to_str().unwrap()]).done();
}

#[test]
fn no_planted_name_is_found_outside_the_vault() {
    use crate::demo::{author::Year, lives::life};
    let told = Told::year("5");
    let texts: Vec<String> = (0..5)
        .flat_map(|number| life(2_025, number, Year::of(2_025)))
        .flat_map(|step| step.personal.into_iter().map(|(_, text)| text))
        .filter(|text| text.len() >= 6)
        .collect();
    assert!(texts.len() > 20);
    let mut files = vec![told.home.path().to_path_buf()];
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        for text in &texts {
            let found = bytes.windows(text.len()).any(|window| window == text.as_bytes());
            assert!(!found, "`{text}` in {}", path.display());
        }
    }
}

#[test]
fn completions_are_made_for_each_shell() {
    for shell in ["bash", "zsh", "fish"] {
        assert!(redress(&["completions", shell]).done().contains("redress"), "{shell}");
    }
    redress(&["completions", "csh"]).failed(2, &["csh"]);
}

/// Whoever checks evidence knows every kind of stream that this version writes, and no other.
#[test]
fn the_kinds_of_streams_are_those_that_evidence_is_checked_by() {
    use complaint_domain::{
        access::Access, action::Action, aggregate::Aggregate, complaint::Complaint, import::Import,
        inspection::Inspection, ledger::Evidence, referral::Referral, report::Report,
        review::Review, rulebook::HouseRules, staff::Staff, subject::Subject, volume::Volume,
    };
    let written = [
        Access::STREAM_KIND,
        Action::STREAM_KIND,
        Complaint::STREAM_KIND,
        Import::STREAM_KIND,
        Inspection::STREAM_KIND,
        Evidence::STREAM_KIND,
        Referral::STREAM_KIND,
        Report::STREAM_KIND,
        Review::STREAM_KIND,
        HouseRules::STREAM_KIND,
        Staff::STREAM_KIND,
        Subject::STREAM_KIND,
        Volume::STREAM_KIND,
    ];
    assert_eq!(written, evidence_check::index::STREAM_KINDS);
}

/// Key file and key are back from before a rotation that the ledger has recorded.
#[test]
fn a_rotation_of_an_old_pair_is_not_told_of_as_recorded_now() {
    let told = Told::year("30");
    let at = |name: &str| told.home.path().join(name);
    let data = at("demo");
    let both = ["demo/keys/slots", "demo.keys/kek"].map(at);
    let kept = both.each_ref().map(|file| fs::read(file).unwrap());
    let rotate = ["keys", "rotate-vault", "--data", data.to_str().unwrap(), "--json"];
    let json = |out: String| -> Value { serde_json::from_str(&out).unwrap() };
    let first = json(redress(&rotate).done());
    assert_eq!((&first["epoch"], &first["recorded_before"]), (&2.into(), &Value::Null));

    for (file, bytes) in both.iter().zip(kept) {
        fs::write(file, bytes).unwrap();
    }
    let again = json(redress(&rotate).done());
    let before = &again["recorded_before"];
    assert_eq!((&again["epoch"], &again["was_done"]), (&2.into(), &false.into()));
    assert_eq!(before["position"], first["position"]);
    let lines = redress(&["replay", "--data", data.to_str().unwrap()]).done();
    let record = lines.lines().rfind(|line| line.contains("ledger.vault-key-rotated.v1"));
    assert_eq!(before["recorded_at"], json(record.unwrap().to_owned())["recorded_at"]);

    // The next has an epoch of its own, and a record.
    let third = json(redress(&rotate).done());
    assert_eq!((&third["epoch"], &third["recorded_before"]), (&3.into(), &Value::Null));
    assert!(third["position"].as_u64() > first["position"].as_u64());
}
