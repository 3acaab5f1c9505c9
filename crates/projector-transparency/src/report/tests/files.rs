//! The files of a report.

use complaint_domain::volume::VolumeUnit;

use super::*;
use crate::report::render::Locale;

/// A small ledger with a bit of everything.
fn small() -> Ledger {
    let mut ledger = Ledger::new();
    for (index, product) in
        ["Card", "Card", "Loan <b>&", "Card", "Loan <b>&", "保险"].into_iter().enumerate()
    {
        let id = format!("c{index}");
        ledger.happens(&id, "2025-01-02T00:00:00Z", direct(product));
        ledger.happens(&id, "2025-01-02T01:00:00Z", classified(product, &[Right::Redress]));
    }
    ledger.happens("c0", "2025-01-07T00:00:00Z", responded(Outcome::Upheld));
    for event in paid("12.50", "GBP") {
        ledger.happens("c0", "2025-01-08T00:00:00Z", event);
    }
    ledger.happens("c0", "2025-01-09T00:00:00Z", answered(Answer::Accepted));
    ledger.happens("c0", "2025-01-09T00:00:00Z", closed());
    ledger.happens("c1", "2025-02-09T00:00:00Z", withdrawn());
    ledger.happens("p0", "2025-02-10T00:00:00Z", from_platform("Card"));
    let explained = platform(PlatformCategory::ClosedWithExplanation, Some(true));
    ledger.happens("p0", "2025-02-10T00:00:00Z", explained);
    for product in [None, Some("保险")] {
        let quarter = "2025-01-01..2025-03-31";
        let count = volumes::counted(VolumeUnit::Policies, product, quarter, 1_234);
        volumes::record(&mut ledger, "2025-04-01T00:00:00Z", count);
    }
    ledger
}

fn read(folder: &std::path::Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

#[test]
fn the_figures_of_a_small_ledger_are_those_of_the_golden_file() {
    let report = small().exact("2025-Q1");
    let json = serde_json::to_string_pretty(&report).expect("JSON") + "\n";
    let golden = include_str!("../../../golden/report.json");
    assert!(json == golden, "expected the golden file, found:\n{json}");
}

#[test]
fn the_same_records_give_the_same_bytes() {
    let folders = [tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder")];
    for locale in Locale::ALL {
        let paths = folders.each_ref().map(|folder| {
            write(&small().exact("2025-Q1"), folder.path(), &[locale]).expect("files")
        });
        assert_eq!(paths[0].len(), paths[1].len());
        for (one, other) in paths[0].iter().zip(&paths[1]) {
            assert_eq!(
                std::fs::read(one).expect("a file"),
                std::fs::read(other).expect("a file"),
                "{}",
                one.display()
            );
        }
    }
}

#[test]
fn the_page_needs_nothing_from_elsewhere_and_runs_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    for locale in Locale::ALL {
        write(&small().exact("2025-Q1"), folder.path(), &[locale]).expect("files");
        let page = read(folder.path(), &format!("report.{}.html", locale.code()));
        for forbidden in ["<script", "<link", "<img", "<iframe", "@import", "url(", "src="] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
        let elsewhere = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!elsewhere.contains("http://") && !elsewhere.contains("https://"));
        assert!(page.contains("Loan &#60;b&#62;&#38;"), "names are escaped");
        assert!(!page.contains("Loan <b>"), "names are escaped, in charts too");
        assert!(page.contains("role=\"img\"") && page.contains("<desc"));
        assert!(!page.contains('{'.to_string().repeat(2).as_str()), "no place is left open");
    }
}

#[test]
fn every_place_in_a_sentence_is_filled() {
    let folder = tempfile::tempdir().expect("a folder");
    for locale in Locale::ALL {
        write(&small().exact("2025-Q1"), folder.path(), &[locale]).expect("files");
        let page = read(folder.path(), &format!("report.{}.html", locale.code()));
        let (_, body) = page.split_once("</style>").expect("a style sheet");
        assert!(!body.contains('{') && !body.contains('}'), "{locale:?}");
    }
}

#[test]
fn every_table_has_a_file_and_a_definition() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = small().exact("2025-Q1");
    write(&report, folder.path(), &[Locale::En]).expect("files");
    for table in &report.tables {
        assert!(!table.definition.is_empty(), "{}", table.id);
        let csv = read(folder.path(), &format!("tables/{}.csv", table.id));
        assert_eq!(csv.lines().count(), table.rows.len() + 1);
    }
    let rates = report.rates.iter().chain(&report.quality.missing);
    assert!(rates.into_iter().all(|rate| !rate.definition.is_empty()));
    assert!(!report.durations.definition.is_empty());
    let figures = read(folder.path(), "figures.csv");
    assert!(figures.contains("\nreceived-by-product,,value,Card,count,4,"), "{figures}");
    assert!(figures.contains("\nreceived-per-1000,policies,value,保险,numerator,1,"), "{figures}");
    assert!(!report.volumes.definition.is_empty());
    let per_1000 = read(folder.path(), "tables/received-per-1000.csv");
    assert!(per_1000.contains("\ntotal,,policies,7,1234,567,20,21\n"), "{per_1000}");
    let page = read(folder.path(), "report.en.html");
    assert!(page.contains("7 complaints stand against 1,234 policies: 5.67 per 1,000."));
    assert!(page.contains("no volume recorded"), "of cards and loans");
    let beside = std::fs::read_dir(folder.path()).expect("a folder").filter_map(Result::ok);
    assert!(beside.into_iter().all(|e| !e.file_name().to_string_lossy().ends_with(".partial")));
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("taken");
    std::fs::write(&file, "").expect("a file");
    let error = write(&small().exact("2025-Q1"), &file, &[Locale::En]).expect_err("refused");
    assert!(error.to_string().contains("taken"), "{error}");
}

#[test]
fn the_pages_tell_limits_outside_bodies_and_who_needs_support() {
    let mut ledger = small();
    ledger.happens("c2", "2025-03-01T00:00:00Z", limits::missed("iso-10002/response"));
    ledger.happens("c0", "2025-03-02T00:00:00Z", handling::referred("Ombudsman <b>"));
    let decided = complaint_domain::complaint::ExternalResult::ForRespondent;
    ledger.happens("c0", "2025-03-03T00:00:00Z", handling::decided("Ombudsman <b>", decided));
    let drivers = complaint_domain::complaint::VulnerabilityDriver::ALL;
    ledger.happens("c3", "2025-03-04T00:00:00Z", handling::flagged(drivers, true));
    let folder = tempfile::tempdir().expect("a folder");
    write(&ledger.exact("2025-Q1"), folder.path(), &Locale::ALL).expect("files");
    let page = read(folder.path(), "report.en.html");
    for expected in [
        "Whether time limits were kept",
        "· iso-10002/response</th><td>6</td><td>7</td><td>85.7%</td><td>75.0%</td>",
        "No missed limit noted",
        "What outside bodies said",
        "Ombudsman &#60;b&#62;",
        "People who need support",
        "Events in life",
    ] {
        assert!(page.contains(expected), "{expected}");
    }
    let limits = read(folder.path(), "tables/limits.csv");
    assert!(limits.contains("\niso-10002/response,limit-kept,6,7,8571,"), "{limits}");
    let figures = read(folder.path(), "figures.csv");
    let line = "\nlimit-kept,,value,iso-10002/response,numerator,6,";
    assert!(figures.contains(line), "{figures}");
}

#[test]
fn a_share_of_the_few_of_which_something_is_known_says_of_how_many_it_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut ledger = small();
    write(&ledger.exact("2025-Q1"), folder.path(), &[Locale::En]).expect("files");
    let page = read(folder.path(), "report.en.html");
    let row = "Final response refused</th><td>0</td><td>1 known, 6 not known</td>";
    assert!(page.contains(&format!("{row}<td>not known of most</td>")), "of seven one is known");
    for id in ["c2", "c3", "c4"] {
        ledger.happens(id, "2025-03-01T00:00:00Z", responded(Outcome::NotUpheld));
        ledger.happens(id, "2025-03-02T00:00:00Z", answered(Answer::Refused));
    }
    write(&ledger.exact("2025-Q1"), folder.path(), &[Locale::En]).expect("files");
    let page = read(folder.path(), "report.en.html");
    let row = "Final response refused</th><td>3</td><td>4 known, 3 not known</td><td>75.0%</td>";
    assert!(page.contains(row), "of seven four are known");
}
