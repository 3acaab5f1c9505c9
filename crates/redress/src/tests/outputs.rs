//! What a command may write over.

use std::{fs, path::Path};

use super::{Told, redress};

const THEIRS: &str = "my own notes\n";

#[test]
fn nothing_but_an_earlier_result_of_the_same_kind_is_written_over() {
    let told = Told::year("4");
    let data = told.data();
    let place = |name: &str| told.home.path().join(name).to_str().unwrap().to_owned();
    let complaint = &*told.complaint();
    let sender = place("sender.json");
    let who = r#"{"company": "A", "address": ["B"], "contact": "C", "signatory": "D"}"#;
    fs::write(&sender, who).unwrap();
    let by = ["--as", "cleo", "--role", "compliance-officer"];
    let of = ["--data", &data];
    let made = [
        ("inclusion", [&["prove", "inclusion", "0"][..], &of].concat(), "--out"),
        ("consistency", [&["prove", "consistency", "1"][..], &of].concat(), "--out"),
        ("receipt", [&["prove", "receipt", complaint][..], &of, &by].concat(), "--out"),
        ("bundle", [&["export", "bundle", "--stream", complaint][..], &of].concat(), "--out"),
        ("audit", [&["export", "audit"][..], &of].concat(), "--out"),
    ];
    for (name, words, flag) in &made {
        let path = place(name);
        redress(&[&words[..], &[flag, &path]].concat()).done();
        redress(&[&words[..], &[flag, &path]].concat()).done();
    }
    let records = || redress(&["replay", "--data", &data]).done().lines().count();
    let before = records();
    let notes = place("notes.txt");
    fs::write(&notes, THEIRS).unwrap();
    for (name, words, flag) in &made {
        let others = made.iter().map(|(other, ..)| place(other)).filter(|it| *it != place(name));
        for other in others.chain([sender.clone(), notes.clone()]) {
            let was = fs::read(&other).unwrap();
            redress(&[&words[..], &[flag, &other]].concat()).refused(&["it stays", "next: name"]);
            assert_eq!(fs::read(&other).unwrap(), was, "{name} over {other}");
            assert!(!Path::new(&format!("{other}.tmp")).exists());
        }
    }
    let letter = ["letter", complaint, "--kind", "acknowledgement", "--sender", &sender];
    for there in [&sender, &notes] {
        let ran = redress(&[&letter[..], &of, &by, &["--pdf", there]].concat());
        ran.refused(&["expected no file at", "it stays"]);
    }
    assert_eq!(fs::read_to_string(&notes).unwrap(), THEIRS);
    assert_eq!(records(), before, "nothing was recorded as opened that was not handed out");
}

#[test]
fn an_export_is_replaced_by_one_in_the_same_format_only() {
    let told = Told::year("2");
    let (data, out) = (told.data(), told.home.path().join("out"));
    let to = ["--data", &data, "--out", out.to_str().unwrap()];
    redress(&[&["export", "csv"][..], &to].concat()).done();
    redress(&[&["export", "csv"][..], &to].concat()).done();
    redress(&[&["export", "jsonl"][..], &to].concat()).refused(&["found one as csv: it stays"]);
    assert!(out.join("events.csv").exists());
}
