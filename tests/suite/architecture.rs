//! The arrows between crates, and what may come in from outside, as tests.

use std::{collections::BTreeMap, path::PathBuf, process::Command};

use serde_json::Value;

/// Every crate of ours and the crates of ours it may use. Nothing else is allowed.
/// docs/ARCHITECTURE.md draws the same picture.
const ALLOWED: &[(&str, &[&str])] = &[
    ("complaint-domain", &[]),
    ("checkpoint-signer", &["merkle-log"]),
    ("checkpoint-witness", &["checkpoint-signer", "merkle-log"]),
    ("complaint-codec", &["complaint-domain", "event-log"]),
    ("complaint-letters", &["complaint-domain"]),
    ("event-log", &[]),
    ("event-log-sled", &["event-log", "merkle-log"]),
    ("evidence-check", &["merkle-log"]),
    (
        "evidence-issue",
        &[
            "complaint-codec",
            "complaint-domain",
            "event-log",
            "evidence-check",
            "merkle-log",
            "personal-vault",
        ],
    ),
    ("merkle-log", &[]),
    ("personal-vault", &[]),
    ("time-anchor", &[]),
    (
        "complaint-service",
        &["complaint-codec", "complaint-domain", "event-log", "merkle-log", "personal-vault"],
    ),
    ("projection", &["event-log"]),
    ("projector-casework", &["complaint-codec", "complaint-domain", "event-log", "projection"]),
    ("projector-audit", &["complaint-codec", "complaint-domain", "event-log", "projection"]),
    (
        "projector-transparency",
        &["complaint-codec", "complaint-domain", "event-log", "merkle-log", "projection"],
    ),
    (
        "compliance-export",
        &[
            "complaint-codec",
            "complaint-domain",
            "event-log",
            "merkle-log",
            "projection",
            "projector-audit",
            "projector-casework",
            "projector-transparency",
        ],
    ),
];

/// The binary puts the parts together, and the tests look at all of them.
const MAY_USE_EVERYTHING: &[&str] = &["redress", "redress-tests"];

/// Crates from outside that only one crate of ours may name, so that they can be replaced there.
const WRAPPED: &[(&str, &[&str])] = &[
    ("sled", &["event-log-sled"]),
    (
        "rusqlite",
        &[
            "projection",
            "projector-audit",
            "projector-casework",
            "projector-transparency",
            "compliance-export",
            "redress",
            "redress-tests",
        ],
    ),
    ("chacha20poly1305", &["personal-vault", "checkpoint-signer"]),
    ("clap", &["redress"]),
    ("rustls-webpki", &["time-anchor"]),
    ("x509-cert", &["time-anchor"]),
    ("axum", &["checkpoint-witness", "redress"]),
];

/// Licences a dependency may have, each compatible with Apache-2.0. A crate that offers a choice
/// passes with one of them.
const LICENCES: &[&str] = &[
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CDLA-Permissive-2.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
    "0BSD",
];

/// What cargo prints when it is asked this. The first time on a machine it has to fetch what only other
/// systems need; after that it asks nobody.
fn cargo(words: &[&str]) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let ask = |where_from: &[&str]| {
        let mut command = Command::new(env!("CARGO"));
        command.current_dir(&root).args(words).arg("--locked").args(where_from);
        command.output().expect("cargo runs")
    };
    let mut output = ask(&["--offline"]);
    if !output.status.success() {
        output = ask(&[]);
    }
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn metadata(with_dependencies: bool) -> Value {
    let mut words = vec!["metadata", "--format-version=1"];
    if !with_dependencies {
        words.push("--no-deps");
    }
    serde_json::from_str(&cargo(&words)).expect("cargo prints JSON")
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

#[test]
fn crates_depend_only_along_the_arrows() {
    let allowed: BTreeMap<_, _> = ALLOWED.iter().copied().collect();
    let metadata = metadata(false);
    for package in metadata["packages"].as_array().expect("a list") {
        let name = text(package, "name");
        if MAY_USE_EVERYTHING.contains(&name) {
            continue;
        }
        let may_use = allowed.get(name).unwrap_or_else(|| panic!("{name} is not in ALLOWED"));
        for dependency in package["dependencies"].as_array().expect("a list") {
            let used = text(dependency, "name");
            let is_ours = dependency["path"].is_string();
            let is_for_tests = text(dependency, "kind") == "dev";
            assert!(
                !is_ours || is_for_tests || may_use.contains(&used),
                "{name} must not use {used}"
            );
        }
    }
}

#[test]
fn crates_from_outside_stay_behind_their_wrappers() {
    let wrapped: BTreeMap<_, _> = WRAPPED.iter().copied().collect();
    for package in metadata(false)["packages"].as_array().expect("a list") {
        let name = text(package, "name");
        for dependency in package["dependencies"].as_array().expect("a list") {
            let used = text(dependency, "name");
            if let Some(users) = wrapped.get(used) {
                assert!(users.contains(&name), "{name} must not name {used}; {users:?} may");
            }
        }
    }
}

#[test]
fn every_dependency_has_a_licence_we_may_use_and_comes_from_the_registry() {
    let metadata = metadata(true);
    let mut refused = Vec::new();
    for package in metadata["packages"].as_array().expect("a list") {
        let licence = text(package, "license");
        let one_of = licence.split(" OR ").flat_map(|part| part.split('/'));
        let mut choices = one_of.map(|part| part.trim_matches(['(', ')', ' ']));
        let fits = choices.any(|choice| {
            choice.split(" AND ").all(|part| LICENCES.contains(&part.trim_matches(['(', ')', ' '])))
        });
        let is_ours = package["source"].is_null();
        let from_registry = text(package, "source").starts_with("registry+");
        if !fits || !(is_ours || from_registry) {
            refused.push(format!("{} {licence}", text(package, "name")));
        }
    }
    assert_eq!(refused, Vec::<String>::new());
}

#[test]
fn the_architecture_page_names_every_crate_and_no_other() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = std::fs::read_to_string(root.join("docs/ARCHITECTURE.md")).expect("the page");
    let metadata = metadata(false);
    let names: Vec<_> =
        metadata["packages"].as_array().expect("a list").iter().map(|p| text(p, "name")).collect();
    for name in &names {
        assert!(
            *name == "redress-tests" || page.contains(&format!("`{name}`")),
            "docs/ARCHITECTURE.md does not name {name}"
        );
    }
    for line in page.lines().filter_map(|line| line.strip_prefix("| `")) {
        let entry = line.split('`').next().expect("a name");
        assert!(names.contains(&entry), "docs/ARCHITECTURE.md names {entry}, which is no crate");
    }
}

#[test]
fn the_tree_and_its_proofs_need_no_standard_library() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    // The compiler holds the crate itself to this line; what it uses is held to it below.
    let table = std::fs::read_to_string(root.join("crates/merkle-log/src/lib.rs")).expect("lib.rs");
    assert!(table.lines().any(|line| line == "#![no_std]"), "merkle-log is no longer no_std");
    // As for wasm32: what a procedural macro needs runs in the compiler, not in the browser.
    let for_browsers = "--target=wasm32-unknown-unknown";
    let words = ["tree", "--package=merkle-log", "--edges=normal,features", for_browsers];
    let tree = cargo(&[words.as_slice(), &["--prefix=none"]].concat());
    assert!(tree.contains("thiserror v2"), "the list is not that of merkle-log:\n{tree}");
    let with_std: Vec<_> = tree.lines().filter(|line| line.contains("feature \"std\"")).collect();
    assert_eq!(with_std, Vec::<&str>::new());
}
