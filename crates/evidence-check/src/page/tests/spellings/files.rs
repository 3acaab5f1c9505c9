//! Opened files that are no text, which a bundle holds from version 3 on.

use super::*;
use crate::{bundle::Contents, opening::Opening, test_data::opening, text::to_base64};

/// No UTF-8, and in base64 with letters that another alphabet writes otherwise.
const PICTURE: &[u8] = b"%PDF-1.4\n\xff\xfe\x00\xfb\xef\xbe\x00";

/// A bundle with an opened file.
fn contents_with_file() -> Contents {
    contents_with(opening("evidence", PICTURE))
}

/// The record with the commitment to an opened field.
fn sealed(record: &str, opening: &Opening) -> String {
    let (field, commitment) = (&opening.field, to_hex(&opening.commitment(ORIGIN, CASE)));
    let sealed = format!(r#""sealed":[{{"field":"{field}","commitment":"{commitment}"}}]"#);
    replaced(record, r#""sealed":[]"#, &sealed)
}

/// A bundle whose last record has one opened field.
fn contents_with(opening: Opening) -> Contents {
    let mut contents = log_with_last(|record| sealed(record, &opening)).contents();
    contents.openings.push((6, opening));
    contents
}

/// A file that was opened in a bundle, and is no text.
pub(super) fn opened() -> Vec<Spelled> {
    let name = opening_name(6, "evidence");
    let whole = bundle::write(&contents_with_file()).unwrap();
    let files = read_archive(&whole).unwrap();
    let base64 = to_base64(PICTURE);
    let of = |from: &str, to: &str| {
        let mut files = files.clone();
        let opening = String::from_utf8(files[&name].clone()).unwrap();
        files.insert(name.clone(), replaced(&opening, from, to).into_bytes());
        listed_again(files, str::to_owned)
    };
    let mut all = vec![good("an opened file", whole)];
    let bytes = format!(r#""bytes":"{base64}""#);
    let cut = base64.trim_end_matches('=');
    assert!(cut.len() < base64.len() && base64.contains('/') && base64.contains('+'), "{base64}");
    for (from, to) in [
        (bytes.as_str(), format!(r#""text":"x",{bytes}"#).as_str()),
        (&bytes, &format!(r#"{bytes},"text":"x""#)),
        (&bytes, &format!("\"text\":null,{bytes}")),
        (&bytes, &format!("{bytes},{bytes}")),
        (&bytes, r#""bytes":null"#),
        (&bytes, r#""bytes":"""#),
        (&bytes, r#""bytes":[37]"#),
        (&bytes, &format!(r#""text":"{base64}""#)),
        (&format!(",{bytes}"), ""),
        (r#""salt""#, r#""bytes":"/w==","salt""#),
        (&base64, cut),
        (&base64, &base64.replace('/', "_").replace('+', "-")),
        (&base64, &format!("{base64}\\n")),
        (&base64, &format!("{base64} ")),
        (&base64, &format!("{base64}{base64}")),
        (&base64, "/x=="),
        (&base64, "/w=="),
    ] {
        all.push(bad(format!("file {from} as {to}"), of(from, to)));
    }
    // Text in the spelling of a file: only its words tell, and they are the true ones.
    let words = bundle::write(&contents_with(opening("evidence", "a letter"))).unwrap();
    all.push(good("an opened letter", words.clone()));
    let mut files = read_archive(&words).unwrap();
    let opening = String::from_utf8(files[&name].clone()).unwrap();
    let letter = format!(r#""bytes":"{}""#, to_base64("a letter"));
    let opening = replaced(&opening, r#""text":"a letter""#, &letter);
    files.insert(name, opening.into_bytes());
    let told = String::from_utf8(files["README.txt"].clone()).unwrap();
    let told = replaced(
        &told,
        "text and salt",
        "text (or bytes in base64, of a file that is none) and salt",
    );
    files.insert("README.txt".to_owned(), told.into_bytes());
    let version = |list: &str| replaced(list, "\"version\":1", "\"version\":3");
    all.push(bad("a letter as a file", listed_again(files, version)));
    all
}

/// Versions that do not go with what is opened, and files where only text may be.
pub(super) fn elsewhere() -> Vec<Spelled> {
    let with_version = |bytes: &[u8], from: u32, to: u32| {
        let mut files = read_archive(bytes).unwrap();
        let (text, file) = ("text and", "text (or bytes in base64, of a file that is none) and");
        let told = String::from_utf8(files["README.txt"].clone()).unwrap();
        let told = if to == 3 { replaced(&told, text, file) } else { replaced(&told, file, text) };
        files.insert("README.txt".to_owned(), told.into_bytes());
        let [from, to] = [from, to].map(|version| format!("\"version\":{version},"));
        listed_again(files, |list| replaced(list, &from, &to))
    };
    let plain = bundle::write(&SmallLog::new(true).contents()).unwrap();
    let file = bundle::write(&contents_with_file()).unwrap();
    let anchored = || SmallLog::anchored(Some("2027-01-01T00:00:00.000Z"));
    let stamped = |log: &SmallLog| log.anchored_contents(log.tree.size());
    let both = {
        let (picture, mut log) = (opening("evidence", PICTURE), anchored());
        log.records[7].1 = sealed(&log.records[7].1, &picture);
        log.tree = log.records.iter().map(|(_, record)| leaf_hash(record.as_bytes())).collect();
        let mut contents = stamped(&log);
        contents.openings.push((7, picture));
        bundle::write(&contents).unwrap()
    };
    let anchored = bundle::write(&stamped(&anchored())).unwrap();
    let (record, proof) = contents_with_file().records.pop().unwrap();
    let of = |openings| {
        let extra = Enclosure { record: record.clone(), receipt: None, openings }.to_bytes();
        LogProof { extra: Some(extra), ..proof.clone() }.to_string().into_bytes()
    };
    vec![
        good("an opened file and a time stamp", both),
        bad("version 3 without a file", with_version(&plain, 1, 3)),
        bad("version 3 with a time stamp and no file", with_version(&anchored, 2, 3)),
        bad("version 1 with a file", with_version(&file, 3, 1)),
        good("a proof of the record with a file", of(Vec::new())),
        bad("a file in a proof", of(vec![opening("evidence", PICTURE)])),
    ]
}
