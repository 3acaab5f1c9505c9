//! Whoever asks for a report to be counted again from a mirror is told no when it was not.

use merkle_log::Checkpoint;

use super::*;

/// Puts other files into the folder of the restated report, with their list, and publishes them past the program; then
/// mirrors the ledger.
fn published_anyway(home: &Home, change: impl Fn(&Path)) {
    let folder = home.path().join("restated");
    change(&folder);
    let old = fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
    let mut names: Vec<_> =
        old.lines().map(|line| line.split_once("  ").unwrap().1.to_owned()).collect();
    names.extend(fs::read_dir(&folder).unwrap().filter_map(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        Path::new(&name).extension().is_some_and(|kind| kind == "html").then_some(name)
    }));
    names.sort();
    names.dedup();
    names.retain(|name| folder.join(name).exists());
    let line = |name: &String| format!("{}  {name}\n", hex(&fs::read(folder.join(name)).unwrap()));
    fs::write(folder.join("SHA256SUMS"), names.iter().map(line).collect::<String>()).unwrap();
    let digest = hex(&fs::read(folder.join("SHA256SUMS")).unwrap());
    publish_anyway(&home.path().join("ledger"), &home.report(), &digest, 0);
    home.proof_of_publication("restated/published.tlog-proof");
    mirrored(home);
}

fn counted_again(home: &Home, more: &[&str]) -> Ran {
    let with = ["restated/published.tlog-proof", "--report", "restated", "--mirror", "mirror"];
    home.check(&[&with[..], more].concat())
}

#[test]
fn figures_by_a_version_that_this_program_does_not_know_are_not_counted_again() {
    let home = Home::new();
    published_anyway(&home, |folder| {
        remade(&home, folder, "", |figures| {
            figures["projector"]["version"] = 9_999.into();
            figures["durations"] = Value::Array(Vec::new());
        });
    });
    home.check(&["restated/published.tlog-proof", "--report", "restated"]).done();
    let refused = counted_again(&home, &[]).refused(1);
    assert!(refused.stderr.contains("found version 9999: another version"), "{}", refused.stderr);
    assert!(!refused.json()["facts"].to_string().contains("counted again"));
}

#[test]
fn pages_that_say_something_else_than_the_records_are_not_passed() {
    let home = Home::new();
    published_anyway(&home, |folder| {
        let page = folder.join("report.en.html");
        fs::write(page, "<p>No complaints.</p>").unwrap();
    });
    let refused = counted_again(&home, &[]).refused(1);
    assert!(refused.stderr.contains("gives another report.en.html"), "{}", refused.stderr);
    let said = refused.json();
    let steps = said["steps"].as_array().unwrap().iter();
    let figures = steps.filter(|step| step["claim"].as_str().unwrap().contains("these figures"));
    assert_eq!(figures.count(), 1, "figures and pages are told apart: {said}");
    assert!(!said["facts"].to_string().contains("counted again"));
}

#[test]
fn a_page_too_many_and_a_page_too_few_are_no_pages_in_other_words() {
    for (change, named) in
        [(true, "they give another index.html"), (false, "they give another report.en.html")]
    {
        let home = Home::new();
        published_anyway(&home, |folder| {
            if change {
                fs::write(folder.join("index.html"), "<p>No complaints.</p>").unwrap();
            } else {
                for page in ["report.en.html", "report.zh.html"] {
                    fs::remove_file(folder.join(page)).unwrap();
                }
            }
        });
        let refused = counted_again(&home, &[]).refused(1);
        assert!(refused.stderr.contains(named), "{}", refused.stderr);
    }
}

/// The mirror of a history in which somebody else's record stands where the receipt has its own, with the same key.
#[test]
fn a_mirror_of_another_history_counts_nothing_again() {
    let home = Home::new();
    home.proof_of_publication("restated/published.tlog-proof");
    mirrored(&home);
    let receipt = ["--receipt", "mine.tlog-proof", "--nonce", "blue-horse-7"];
    let good = counted_again(&home, &receipt).done().json();
    let is_held = |claim: &str| {
        let steps = good["steps"].as_array().unwrap().iter();
        let verdicts = steps.filter(|step| step["claim"] == claim).map(|step| &step["verdict"]);
        verdicts.cloned().collect::<Vec<_>>()
    };
    for claim in [
        "the records of the mirror are those of the tree that the proof is of",
        "the record of the receipt stands in the mirror where the receipt has it",
        "receipt and report are of one history",
    ] {
        let verdicts = is_held(claim);
        assert_eq!(verdicts.len(), 1, "{claim}: {good}");
        assert!(!verdicts[0].to_string().contains("open"), "{claim}: {good}");
    }
    // The same number of records, of which one is another: a tree of its own, which the key could sign.
    forked(&home);
    for more in [&[][..], &receipt] {
        let refused = counted_again(&home, more).refused(1);
        assert!(refused.stderr.contains("they are of two histories"), "{}", refused.stderr);
    }
}

/// Changes the words of one record of the mirror, and the root of its checkpoint with it.
fn forked(home: &Home) {
    let mirror = home.path().join("mirror");
    let records: Vec<_> = {
        let replayed = home.run(&["replay", "--mirror", "mirror"]).done().stdout;
        replayed.lines().map(str::to_owned).collect()
    };
    let opens = records.iter().position(|line| line.contains("complaint.received.v1")).unwrap();
    let mut tree = CompactRange::new();
    let mut bundle = Vec::new();
    for (place, record) in records.iter().enumerate() {
        let record = if place == opens { record.replace("web", "fax") } else { record.clone() };
        bundle.extend(u16::try_from(record.len()).unwrap().to_be_bytes());
        bundle.extend(record.as_bytes());
        tree.push(leaf_hash(record.as_bytes()));
    }
    assert!(records.len() < 256, "one bundle: {}", records.len());
    let mut found = fs::read_dir(mirror.join("tile/entries")).unwrap();
    let partial = found.find_map(|entry| {
        let path = entry.unwrap().path();
        path.is_dir().then_some(path)
    });
    let partial = partial.unwrap().join(records.len().to_string());
    assert!(partial.exists(), "{}", partial.display());
    fs::write(partial, bundle).unwrap();
    let note = fs::read_to_string(mirror.join("checkpoint")).unwrap();
    let (text, signatures) = note.split_once("\n\n").unwrap();
    let old = Checkpoint::parse(&format!("{text}\n")).unwrap();
    let new = Checkpoint::new(old.origin(), old.size(), tree.root()).unwrap();
    fs::write(mirror.join("checkpoint"), format!("{new}\n{signatures}")).unwrap();
}

/// The program asks for notes of missed limits before it puts figures to the committee. Who goes past it is found out by
/// whoever has the records.
#[test]
fn figures_that_show_a_missed_limit_as_kept_do_not_hold_against_a_mirror() {
    let home = Home::new();
    let replayed = home.run(&["replay", "--data", "ledger"]).done().stdout;
    let first = replayed.lines().position(|line| line.contains("complaint.received.v1")).unwrap();
    let size = (first + 1).to_string();
    let wanted = ["--period", "2025-Q1", "--min-cell", "1", "--records", &size];
    let early = ["report", "transparency", "--data", "ledger", "--out", "early"];
    home.run(&[&early[..], &wanted].concat()).done();
    let folder = home.path().join("early");
    let figures: Value =
        serde_json::from_slice(&fs::read(folder.join("report.json")).unwrap()).unwrap();
    let digest = hex(&fs::read(folder.join("SHA256SUMS")).unwrap());
    publish_changed(&home.path().join("ledger"), &home.report(), &digest, 1, &|text, before| {
        let before = &before["data"]["report"];
        let root = before["root"].as_str().unwrap();
        text.replace(root, figures["cutoff"]["root"].as_str().unwrap())
            .replace(&format!("\"size\":{}", before["size"]), &format!("\"size\":{size}"))
    });
    home.proof_of_publication("early/published.tlog-proof");
    mirrored(&home);
    let report = ["early/published.tlog-proof", "--report", "early"];
    home.check(&report).done();
    let refused = home.check(&[&report[..], &["--mirror", "mirror"]].concat()).refused(1);
    assert!(refused.stderr.contains("the figures show them as kept"), "{}", refused.stderr);
    assert!(refused.stderr.contains(&home.complaints()[0]), "{}", refused.stderr);
    assert_eq!(refused.json()["is_good"], false);
}
