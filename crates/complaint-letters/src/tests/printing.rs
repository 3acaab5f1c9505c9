//! Letters on paper.

use super::composing::{facts, final_response, sender};
use crate::{
    Letter, LetterFacts, LetterKind, LetterLocale, UnprintableError, Wording, compose, pdf,
};

fn letter(text: &str, locale: LetterLocale) -> Letter {
    let (sender, response) = (sender(), final_response());
    let facts = LetterFacts { text: Some(text), ..facts(&sender, Some(&response)) };
    let wording = Wording::shipped(locale).unwrap();
    compose(LetterKind::FinalResponse, &["uk-disp"], &wording, &facts).unwrap()
}

fn count(haystack: &[u8], needle: &[u8]) -> usize {
    haystack.windows(needle.len()).filter(|window| *window == needle).count()
}

fn pages(printed: &[u8]) -> usize {
    count(printed, b"/MediaBox")
}

#[test]
fn a_short_letter_is_one_page_and_the_same_bytes_each_time() {
    let letter = letter("One mistake, put right.", LetterLocale::En);
    let printed = pdf(&letter).unwrap();
    assert!(printed.starts_with(b"%PDF-1."));
    assert_eq!(pages(&printed), 1);
    assert_eq!(printed, pdf(&letter).unwrap());
}

#[test]
fn a_long_letter_goes_on_to_more_pages_and_loses_no_word() {
    let words: Vec<String> = (0..3_000).map(|number| format!("w{number}")).collect();
    let printed = pdf(&letter(&words.join(" "), LetterLocale::En)).unwrap();
    assert!(pages(&printed) > 3);
    // A line in one font is one string, so each word stands in the bytes as it is.
    let text = String::from_utf8_lossy(&printed);
    assert!(words.iter().all(|word| text.contains(word.as_str())));
}

#[test]
fn chinese_is_written_in_the_chinese_font_as_utf_16() {
    let printed = pdf(&letter("我们重复收取了费用。", LetterLocale::Zh)).unwrap();
    assert!(count(&printed, b"/STSong-Light") > 0);
    // What is not ASCII is written in hexadecimal digits (ISO 32000-1, 7.3.4.3).
    assert_eq!(("重", "复"), ("\u{91CD}", "\u{590D}"));
    assert!(count(&printed.to_ascii_uppercase(), b"91CD590D") > 0);
}

#[test]
fn a_character_that_no_font_has_is_refused_by_name_and_the_text_is_not_repeated() {
    let refused = pdf(&letter("Sorry \u{1F600} about that", LetterLocale::En)).unwrap_err();
    assert_eq!(refused, UnprintableError { code: 0x1F600 });
    assert!(refused.to_string().contains("U+1F600") && !refused.to_string().contains("Sorry"));
}

#[test]
fn a_word_longer_than_a_line_is_cut_and_kept() {
    let printed = pdf(&letter(&"q".repeat(400), LetterLocale::En)).unwrap();
    assert!(count(&printed, b"q") >= 400);
    assert!(count(&printed, "q".repeat(120).as_bytes()) == 0, "no line is that wide");
}
