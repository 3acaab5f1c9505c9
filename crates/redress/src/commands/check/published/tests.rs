use std::os::unix::fs::symlink;

use super::*;

const LISTED: [&str; 2] = ["report.en.html", "tables/months.csv"];

/// A folder with the files of a report, their list and the proof of the publication.
fn report() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("tables")).unwrap();
    for name in [LISTED[0], LISTED[1], LIST, "published.tlog-proof"] {
        fs::write(folder.path().join(name), name).unwrap();
    }
    folder
}

fn found_in(folder: &Path) -> Result<(), String> {
    let listed = LISTED.map(str::to_owned);
    alone(folder, &listed, &[&folder.join("published.tlog-proof")])
}

#[test]
fn the_files_of_a_report_and_the_proof_that_is_checked_lie_alone() {
    let folder = report();
    assert_eq!(found_in(folder.path()), Ok(()));
    // The same folder by another name, as with `--report .`.
    let nested = folder.path().join("tables/..");
    assert_eq!(found_in(&nested), Ok(()));
    fs::create_dir(folder.path().join("empty")).unwrap();
    assert_eq!(found_in(folder.path()), Ok(()), "a folder without files shows nothing");
}

#[test]
fn a_file_that_nobody_published_is_named_wherever_it_lies() {
    let folder = report();
    fs::create_dir_all(folder.path().join("tables/sub")).unwrap();
    fs::write(folder.path().join("report.fr.html"), "a forgery").unwrap();
    fs::write(folder.path().join("tables/sub/x.csv"), "a forgery").unwrap();
    let said = found_in(folder.path()).unwrap_err();
    assert!(said.contains("found report.fr.html, tables/sub/x.csv: nobody"), "{said}");
    for name in ["a", "b", "c"] {
        fs::write(folder.path().join(name), "more").unwrap();
    }
    let said = found_in(folder.path()).unwrap_err();
    assert!(said.contains("found a, b, c and more: nobody"), "{said}");
}

#[test]
fn a_link_and_another_proof_are_strangers_too() {
    let folder = report();
    let elsewhere = report();
    symlink(elsewhere.path(), folder.path().join("more")).unwrap();
    assert!(found_in(folder.path()).unwrap_err().contains("found more: nobody"));
    fs::remove_file(folder.path().join("more")).unwrap();
    fs::write(folder.path().join("other.tlog-proof"), "another").unwrap();
    assert!(found_in(folder.path()).unwrap_err().contains("found other.tlog-proof: nobody"));
}
