use super::{Content, LIST, ListError, WriteError, cell, check_list, put_all};

#[test]
fn no_cell_of_a_published_table_is_a_formula() {
    for formula in ["=1+1", "+1 234", "@SUM(A1)", "-", "-1+2", "\tx", "\rx", "'x"] {
        assert_eq!(cell(formula), format!("'{formula}"));
    }
    for plain in ["", "Card", "-12", "12", "0.5", "a=b", "信用卡"] {
        assert_eq!(cell(plain), plain);
    }
}

fn files() -> Vec<(String, Content)> {
    [("report.json", "{}"), ("a.csv", "a\n"), ("tables/b.csv", "b\n")]
        .map(|(name, text)| (name.to_owned(), Content::Bytes(text.as_bytes().to_vec())))
        .into()
}

#[test]
fn a_list_names_every_file_in_order_and_its_digest_stands_for_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let paths = put_all(folder.path(), files()).expect("written");
    assert!(paths.last().expect("a path").ends_with(LIST));
    let listed = check_list(folder.path()).expect("as listed");
    assert_eq!(listed.names, ["a.csv", "report.json", "tables/b.csv"]);
    let text = std::fs::read_to_string(folder.path().join(LIST)).expect("the list");
    // SHA-256 of the two bytes `{}`, as any tool gives it.
    let known = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a  report.json";
    assert_eq!(text.lines().nth(1), Some(known));
    std::fs::write(folder.path().join("tables/b.csv"), "c\n").expect("written");
    let error = check_list(folder.path()).expect_err("another file");
    assert!(matches!(error, ListError::Differs { name, .. } if name == "tables/b.csv"));
}

#[test]
fn what_an_earlier_report_had_and_this_one_has_not_goes() {
    let folder = tempfile::tempdir().expect("a folder");
    put_all(folder.path(), files()).expect("written");
    std::fs::write(folder.path().join("notes.txt"), "mine").expect("written");
    let fewer = files().into_iter().take(2).collect();
    put_all(folder.path(), fewer).expect("written");
    assert!(!folder.path().join("tables/b.csv").exists());
    assert!(folder.path().join("notes.txt").exists(), "which no list has");
    assert_eq!(check_list(folder.path()).expect("as listed").names, ["a.csv", "report.json"]);
}

#[test]
fn nobodys_files_are_written_over_or_joined() {
    for found in ["report.json", "letter.txt", "SHA256SUMS"] {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(found), "mine").expect("written");
        let error = put_all(folder.path(), files()).expect_err("somebody else's");
        assert!(matches!(&error, WriteError::NotOurs { found: named, .. } if named == found));
        let text = std::fs::read_to_string(folder.path().join(found)).expect("still there");
        assert_eq!((text.as_str(), folder.path().read_dir().expect("it").count()), ("mine", 1));
    }
    // A file of a report's name that came into the folder since is nobody's of ours either.
    let folder = tempfile::tempdir().expect("a folder");
    put_all(folder.path(), files().into_iter().take(2).collect()).expect("written");
    std::fs::create_dir(folder.path().join("tables")).expect("made");
    std::fs::write(folder.path().join("tables/b.csv"), "mine").expect("written");
    assert!(matches!(put_all(folder.path(), files()), Err(WriteError::NotOurs { .. })));
    // What was cut short is.
    let cut = tempfile::tempdir().expect("a folder");
    std::fs::write(cut.path().join("report.json.partial"), "{").expect("written");
    // A page in a language that is not asked for again is left of it, and a folder that was begun.
    std::fs::write(cut.path().join("report.zh.html.partial"), "<").expect("written");
    std::fs::create_dir(cut.path().join("tables")).expect("made");
    std::fs::write(cut.path().join("tables/b.csv.partial"), "b").expect("written");
    put_all(cut.path(), files()).expect("written");
    assert!(!cut.path().join("report.zh.html.partial").exists());
    // Beside an earlier report only what its own files were to become is.
    std::fs::write(cut.path().join("a.csv.partial"), "a").expect("written");
    std::fs::write(cut.path().join("mine.partial"), "mine").expect("written");
    put_all(cut.path(), files().into_iter().skip(1).collect()).expect("written");
    assert!(!cut.path().join("a.csv.partial").exists());
    assert!(cut.path().join("mine.partial").exists());
}

/// Killed after any of its moves, a report is written anew where it was begun, over an earlier one or over none; and a
/// stranger's file among them stays a stranger's.
#[test]
fn a_report_that_was_cut_short_between_its_moves_is_written_anew() {
    for has_earlier in [false, true] {
        for moved in 0..=3 {
            for more in [false, true] {
                let folder = tempfile::tempdir().expect("a folder");
                cut_short(folder.path(), has_earlier, moved);
                // The same report, or one without the file in a folder of its own and with another beside.
                let mut next = files();
                if more {
                    next.truncate(2);
                    next.push(("z.csv".to_owned(), Content::Bytes(b"z\n".to_vec())));
                }
                let names = next.iter().map(|(name, _)| name.clone());
                let mut names: Vec<_> = names.collect();
                names.sort();
                put_all(folder.path(), next).expect("written anew");
                assert_eq!(check_list(folder.path()).expect("as listed").names, names);
                assert_eq!(folder.path().join("tables/b.csv").exists(), !more);
                assert!(!folder.path().join("tables/b.csv.partial").exists());
                assert!(!folder.path().join("SHA256SUMS.partial").exists());
            }
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    cut_short(folder.path(), false, 2);
    std::fs::write(folder.path().join("a.csv"), "mine\n").expect("written");
    let error = put_all(folder.path(), files()).expect_err("somebody else's");
    assert!(matches!(&error, WriteError::NotOurs { found, .. } if found == "a.csv"), "{error}");
    assert!(folder.path().join("report.json").exists(), "nothing is taken away before that");
}

/// A folder as a report leaves it that is killed after so many files were moved in.
fn cut_short(folder: &std::path::Path, has_earlier: bool, moved: usize) {
    let whole = tempfile::tempdir().expect("a folder");
    put_all(whole.path(), files()).expect("written");
    if has_earlier {
        let old = ("old.csv".to_owned(), Content::Bytes(b"old\n".to_vec()));
        put_all(folder, vec![old]).expect("written");
    }
    std::fs::create_dir_all(folder.join("tables")).expect("made");
    for (place, name) in ["report.json", "a.csv", "tables/b.csv", LIST].iter().enumerate() {
        let to = if place < moved { (*name).to_owned() } else { format!("{name}.partial") };
        std::fs::copy(whole.path().join(name), folder.join(to)).expect("copied");
    }
}

#[test]
fn a_list_names_plain_files_and_each_once() {
    let folder = tempfile::tempdir().expect("a folder");
    put_all(folder.path(), files()).expect("written");
    let list = std::fs::read_to_string(folder.path().join(LIST)).expect("the list");
    for bad in [list.repeat(2), list.replace('\n', "\r\n"), list.trim_end().to_owned()] {
        std::fs::write(folder.path().join(LIST), &bad).expect("written");
        let error = check_list(folder.path()).expect_err("written otherwise");
        assert!(matches!(error, ListError::Line { .. }), "{bad}: {error}");
    }
    std::fs::write(folder.path().join(LIST), &list).expect("written");
    check_list(folder.path()).expect("as listed");
    let page = folder.path().join("a.csv");
    std::fs::rename(&page, folder.path().join("elsewhere")).expect("moved");
    std::os::unix::fs::symlink("elsewhere", &page).expect("linked");
    let error = check_list(folder.path()).expect_err("what it leads to can change").to_string();
    assert!(error.contains("expected a plain file"), "{error}");
    std::fs::rename(folder.path().join("tables"), folder.path().join("aside")).expect("moved");
    std::os::unix::fs::symlink("aside", folder.path().join("tables")).expect("linked");
    std::fs::rename(folder.path().join("elsewhere"), &page).expect("moved back");
    let error = check_list(folder.path()).expect_err("the same of a folder").to_string();
    assert!(error.contains("expected a folder, found a link"), "{error}");
}

#[test]
fn what_never_ends_or_keeps_its_reader_waiting_is_no_file_of_a_report() {
    let folder = tempfile::tempdir().expect("a folder");
    put_all(folder.path(), files()).expect("written");
    let refused = |wanted: &str| {
        let error = check_list(folder.path()).expect_err("no such file").to_string();
        assert!(error.contains(wanted), "no `{wanted}` in {error}");
    };
    for (name, limit) in [("a.csv", super::FILE_BYTES_MAX), (LIST, super::LIST_BYTES_MAX)] {
        let path = folder.path().join(name);
        let kept = std::fs::read(&path).expect("the file");
        std::fs::remove_file(&path).expect("removed");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &path,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR,
            0,
        )
        .expect("a pipe");
        refused("expected a plain file, found something else");
        std::fs::remove_file(&path).expect("removed");
        let sparse = std::fs::File::create(&path).expect("made");
        sparse.set_len(limit + 1).expect("as long");
        refused(&format!("expected at most {limit} bytes, found {}", limit + 1));
        std::fs::write(&path, kept).expect("written");
    }
    check_list(folder.path()).expect("as listed");
}

#[test]
fn what_is_read_is_what_was_held_to_the_list() {
    let folder = tempfile::tempdir().expect("a folder");
    put_all(folder.path(), files()).expect("written");
    let listed = check_list(folder.path()).expect("as listed");
    assert_eq!(listed.read(folder.path(), "a.csv").expect("as listed"), b"a\n");
    let list = std::fs::read(folder.path().join(LIST)).expect("the list");
    assert_eq!(listed.read(folder.path(), LIST).expect("the list"), list);
    std::fs::write(folder.path().join("a.csv"), "b\n").expect("written since");
    let error = listed.read(folder.path(), "a.csv").expect_err("another");
    assert!(matches!(error, ListError::Differs { .. }), "{error}");
    std::fs::write(folder.path().join("x.csv"), "x\n").expect("written");
    let error = listed.read(folder.path(), "x.csv").expect_err("which no list has");
    assert!(matches!(error, ListError::Read { .. }), "{error}");
}

#[test]
fn a_list_leads_nowhere_else() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["../passwd", "/etc/passwd", "./../x", ""] {
        let line = format!("{}  {name}\n", "0".repeat(64));
        std::fs::write(folder.path().join(LIST), line).expect("written");
        let error = check_list(folder.path()).expect_err("elsewhere");
        assert!(matches!(error, ListError::Line { line: 1 }), "{name}: {error}");
    }
    std::fs::remove_file(folder.path().join(LIST)).expect("removed");
    assert!(matches!(check_list(folder.path()), Err(ListError::Read { .. })));
}
