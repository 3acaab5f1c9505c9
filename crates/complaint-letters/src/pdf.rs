//! A letter on paper: A4, as PDF, in the fonts that every reader has.
//!
//! Latin text is set in Helvetica, one of the fonts that PDF guarantees; Chinese in `STSong-Light`,
//! which the reader brings (ISO 32000-1, 9.7.5.2: the predefined maps for Chinese). So no font is embedded or
//! shipped. A character that neither has is refused by name, rather than printed as a blank. The
//! bytes follow from the letter alone: no time, no random number.

mod fonts;
mod layout;

use pdf_writer::{
    Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr,
    types::{CidFontType, FontFlags, SystemInfo},
};

use crate::letter::Letter;

pub use layout::UnprintableError;
use layout::{Line, PAGE_HEIGHT, PAGE_WIDTH, Page};

const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const INFO: Ref = Ref::new(3);
const REGULAR: Ref = Ref::new(4);
const BOLD: Ref = Ref::new(5);
const CHINESE: Ref = Ref::new(6);
const CHINESE_DESCENDANT: Ref = Ref::new(7);
const CHINESE_DESCRIPTOR: Ref = Ref::new(8);
const TO_UNICODE: Ref = Ref::new(9);
/// The first number that is free for pages and their contents.
const FIRST_FREE: i32 = 10;

/// Prints a letter.
///
/// # Errors
///
/// [`UnprintableError`] when a character is in neither font; it is named, with its place.
pub fn pdf(letter: &Letter) -> Result<Vec<u8>, UnprintableError> {
    let pages = layout::pages(letter)?;
    let mut pdf = Pdf::new();
    let numbers: Vec<(Ref, Ref)> = (FIRST_FREE..)
        .step_by(2)
        .zip(&pages)
        .map(|(number, _)| (Ref::new(number), Ref::new(number.saturating_add(1))))
        .collect();
    let mut catalog = pdf.catalog(CATALOG);
    catalog.pages(PAGES).lang(TextStr(letter.locale.code()));
    catalog.viewer_preferences().display_doc_title(true);
    catalog.finish();
    // The title names the complaint, never the person: it shows in window titles and lists.
    let title = format!("{} ({})", letter.subject, letter.complaint);
    pdf.document_info(INFO).title(TextStr(&title)).producer(TextStr("Redress"));
    let count = i32::try_from(numbers.len()).unwrap_or(i32::MAX);
    pdf.pages(PAGES).kids(numbers.iter().map(|(page, _)| *page)).count(count);
    write_fonts(&mut pdf);
    for ((page, content), lines) in numbers.into_iter().zip(&pages) {
        write_page(&mut pdf, page, content, lines);
    }
    Ok(pdf.finish())
}

fn write_page(pdf: &mut Pdf, number: Ref, content: Ref, page: &Page) {
    let mut writer = pdf.page(number);
    writer.media_box(Rect::new(0.0, 0.0, PAGE_WIDTH, PAGE_HEIGHT)).parent(PAGES).contents(content);
    let mut resources = writer.resources();
    let mut fonts = resources.fonts();
    for (name, font) in [(b"F1", REGULAR), (b"F2", BOLD), (b"F3", CHINESE)] {
        fonts.pair(Name(name), font);
    }
    fonts.finish();
    resources.finish();
    writer.finish();
    let mut text = Content::new();
    for line in &page.lines {
        write_line(&mut text, line);
    }
    pdf.stream(content, &text.finish());
}

fn write_line(content: &mut Content, line: &Line) {
    content.begin_text();
    content.next_line(line.x, line.y);
    for run in &line.runs {
        content.set_font(Name(run.font.name()), line.size);
        content.show(Str(&run.bytes));
    }
    content.end_text();
}

fn write_fonts(pdf: &mut Pdf) {
    for (number, name) in [(REGULAR, b"Helvetica".as_slice()), (BOLD, b"Helvetica-Bold")] {
        pdf.type1_font(number).base_font(Name(name)).encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    pdf.type0_font(CHINESE)
        .base_font(Name(b"STSong-Light-UniGB-UTF16-H"))
        .encoding_predefined(Name(b"UniGB-UTF16-H"))
        .descendant_font(CHINESE_DESCENDANT)
        .to_unicode(TO_UNICODE);
    let system_info = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"GB1"), supplement: 5 };
    pdf.cid_font(CHINESE_DESCENDANT)
        .subtype(CidFontType::Type0)
        .base_font(Name(b"STSong-Light"))
        .system_info(system_info)
        .font_descriptor(CHINESE_DESCRIPTOR)
        .default_width(1000.0);
    pdf.font_descriptor(CHINESE_DESCRIPTOR)
        .name(Name(b"STSong-Light"))
        .flags(FontFlags::SYMBOLIC | FontFlags::SERIF)
        .bbox(Rect::new(-25.0, -254.0, 1000.0, 880.0))
        .italic_angle(0.0)
        .ascent(880.0)
        .descent(-120.0)
        .cap_height(880.0)
        .stem_v(93.0);
    pdf.stream(TO_UNICODE, fonts::to_unicode().as_bytes());
}
