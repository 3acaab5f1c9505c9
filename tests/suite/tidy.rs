//! Small rules that keep the house liveable.

use std::{
    fs,
    path::{Path, PathBuf},
};

const SOURCE_LINES_MAX: usize = 600;
const README_LINES_MAX: usize = 150;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn files_below(dir: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "target" && !name.starts_with('.') {
                files_below(&path, ending, found);
            }
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
}

fn files(ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for folder in ["crates", "tests", "docs"] {
        files_below(&root().join(folder).canonicalize().expect("a folder"), ending, &mut found);
    }
    found.sort();
    found
        .into_iter()
        .map(|path| (path.display().to_string(), fs::read_to_string(&path).expect("UTF-8")))
        .collect()
}

#[test]
fn every_source_file_can_be_read_in_one_sitting() {
    let long: Vec<_> = files(".rs")
        .into_iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > SOURCE_LINES_MAX)
        .collect();
    assert_eq!(long, Vec::new(), "longer than {SOURCE_LINES_MAX} lines");
}

#[test]
fn every_source_file_says_what_it_is_for() {
    let silent: Vec<_> = files(".rs")
        .into_iter()
        // A module's tests say it in their names.
        .filter(|(path, _)| !path.ends_with("/tests.rs") && !path.contains("/tests/"))
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(silent, Vec::<String>::new(), "these start without a `//!` line");
}

#[test]
fn nothing_is_left_for_later_in_the_code() {
    let words = ["TO\u{44}O", "FIX\u{4d}E", "X\u{58}X", "todo\u{21}(", "#[ign\u{6f}re"];
    let mut left = Vec::new();
    for (path, text) in files(".rs") {
        // The texts of the sample complaints are masked the way their publisher masks them.
        for word in words.iter().filter(|word| text.contains(**word)) {
            if *word != "X\u{58}X" || !path.contains("suite") {
                left.push(format!("{path}: {word}"));
            }
        }
    }
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn the_readme_is_short() {
    let readme = fs::read_to_string(root().join("README.md")).expect("the README");
    let lines = readme.lines().count();
    assert!(lines <= README_LINES_MAX, "expected at most {README_LINES_MAX} lines, found {lines}");
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut documents = files(".md");
    let readme = root().join("README.md");
    documents
        .push((readme.display().to_string(), fs::read_to_string(&readme).expect("the README")));
    let mut broken = Vec::new();
    for (path, text) in documents {
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().expect("a first part");
            if file.is_empty() || file.contains("://") {
                continue;
            }
            let folder = Path::new(&path).parent().expect("a folder");
            if !folder.join(file).exists() {
                broken.push(format!("{path}: {target}"));
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn decisions_are_numbered_from_one_on_without_a_gap_or_a_number_twice() {
    let folder = root().join("docs/decisions");
    let mut numbers = Vec::new();
    for entry in fs::read_dir(folder).expect("the decisions") {
        let path = entry.expect("a readable entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let number = name.split_once('-').and_then(|(number, _)| number.parse::<usize>().ok());
        let number = number.filter(|_| name.as_bytes().get(4) == Some(&b'-'));
        let number = number.unwrap_or_else(|| panic!("expected NNNN-words.md, found {name}"));
        let text = fs::read_to_string(&path).expect("UTF-8");
        assert!(
            text.starts_with(&format!("# {number}. ")),
            "{name} says another number in its title"
        );
        numbers.push(number);
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>(), "take the next free number");
}
