//! Blocks into lines, lines onto pages.

use unicode_linebreak::{BreakOpportunity, linebreaks};

use super::fonts::{Font, font_for};
use crate::letter::{Block, Letter};

/// A4, in points.
pub(super) const PAGE_WIDTH: f32 = 595.28;
/// A4, in points.
pub(super) const PAGE_HEIGHT: f32 = 841.89;
const SIDE: f32 = 71.0;
const TOP: f32 = 71.0;
const BOTTOM: f32 = 85.0;
const FOOTER_Y: f32 = 45.0;
const BODY: f32 = 10.5;
const SUBJECT: f32 = 12.5;
const FOOTER: f32 = 8.0;
const LEADING: f32 = 1.4;
const BETWEEN_BLOCKS: f32 = 9.0;
const INDENT: f32 = 14.0;

/// A character that neither font has. The text around it is not repeated: it is personal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected characters that printed letters have fonts for (Latin, Chinese, Greek, Cyrillic), \
     found U+{code:04X}; send it as text, or write that character another way"
)]
pub struct UnprintableError {
    /// Its code point.
    pub code: u32,
}

/// Characters in one font.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) font: Font,
    pub(super) bytes: Vec<u8>,
}

/// A line, with the point at which it begins, from the page's lower left corner.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) size: f32,
    pub(super) runs: Vec<Run>,
}

/// The lines of a page.
#[derive(Debug, Clone, Default)]
pub(super) struct Page {
    pub(super) lines: Vec<Line>,
}

/// How a text is set.
#[derive(Debug, Clone, Copy)]
struct Style {
    font: Font,
    size: f32,
    /// The width of a line, in points.
    room: f32,
}

impl Style {
    fn of(font: Font, size: f32, indent: f32) -> Self {
        Self { font, size, room: PAGE_WIDTH - SIDE - SIDE - indent }
    }

    fn fits(self, text: &str) -> bool {
        let width_of = |character| match font_for(character, self.font) {
            Some(font) => f32::from(font.width(character)),
            None => 1000.0,
        };
        let thousandths: f32 = text.trim_end().chars().map(width_of).sum();
        thousandths / 1000.0 * self.size <= self.room
    }
}

/// Lays a letter out.
pub(super) fn pages(letter: &Letter) -> Result<Vec<Page>, UnprintableError> {
    let mut paper = Paper { pages: vec![Page::default()], y: PAGE_HEIGHT - TOP };
    for block in &letter.blocks {
        match block {
            Block::Lines(lines) => {
                for line in lines {
                    paper.write(line, Font::Regular, BODY, 0.0)?;
                }
            }
            Block::Subject(text) => paper.write(text, Font::Bold, SUBJECT, 0.0)?,
            Block::Paragraph(text) => paper.write(text, Font::Regular, BODY, 0.0)?,
            Block::Points(points) => {
                for point in points {
                    paper.write(&format!("• {point}"), Font::Regular, BODY, INDENT)?;
                }
            }
        }
        paper.y -= BETWEEN_BLOCKS;
    }
    let count = paper.pages.len().to_string();
    for (number, page) in (1_u32..).zip(&mut paper.pages) {
        let footer =
            letter.footer.replace("{page}", &number.to_string()).replace("{pages}", &count);
        let runs = runs(&footer, Font::Regular)?;
        page.lines.push(Line { x: SIDE, y: FOOTER_Y, size: FOOTER, runs });
    }
    Ok(paper.pages)
}

struct Paper {
    pages: Vec<Page>,
    y: f32,
}

impl Paper {
    /// Writes a text from the left margin on, wrapped, going on to a new page where it must.
    fn write(
        &mut self,
        text: &str,
        font: Font,
        size: f32,
        indent: f32,
    ) -> Result<(), UnprintableError> {
        for line in wrapped(text, Style::of(font, size, indent)) {
            let runs = runs(line, font)?;
            if self.y - size * LEADING < BOTTOM {
                self.pages.push(Page::default());
                self.y = PAGE_HEIGHT - TOP;
            }
            self.y -= size * LEADING;
            let line = Line { x: SIDE + indent, y: self.y, size, runs };
            if let Some(page) = self.pages.last_mut() {
                page.lines.push(line);
            }
        }
        Ok(())
    }
}

/// Breaks a text where UAX 14 allows it, each line as full as it can be. A piece that fits on no
/// line is cut where the line ends.
fn wrapped(text: &str, style: Style) -> Vec<&str> {
    let mut lines = Vec::new();
    let (mut start, mut end) = (0, 0);
    for (at, opportunity) in linebreaks(text) {
        if end > start && !style.fits(between(text, start, at)) {
            lines.push(between(text, start, end).trim_end());
            start = end;
        }
        start = cut(text, start, at, style, &mut lines);
        end = at;
        if opportunity == BreakOpportunity::Mandatory {
            lines.push(between(text, start, at).trim_end());
            start = at;
        }
    }
    lines
}

fn between(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).unwrap_or_default()
}

/// Cuts a piece that is wider than a line, and says where the rest of it begins.
fn cut<'a>(
    text: &'a str,
    mut start: usize,
    end: usize,
    style: Style,
    lines: &mut Vec<&'a str>,
) -> usize {
    loop {
        let piece = between(text, start, end);
        if style.fits(piece) {
            return start;
        }
        let ends = piece.char_indices().map(|(at, c)| at.saturating_add(c.len_utf8()));
        let most = ends.take_while(|end| style.fits(between(piece, 0, *end))).last();
        let Some(most) = most else { return start };
        lines.push(between(piece, 0, most));
        start = start.saturating_add(most);
    }
}

/// The text in runs of one font each.
fn runs(text: &str, latin: Font) -> Result<Vec<Run>, UnprintableError> {
    let mut runs: Vec<Run> = Vec::new();
    for character in text.chars() {
        // A tab in somebody's text is a space on paper.
        let character = if character == '\t' { ' ' } else { character };
        let unprintable = UnprintableError { code: u32::from(character) };
        let font = font_for(character, latin).ok_or(unprintable)?;
        let bytes = font.encode(character).ok_or(unprintable)?;
        match runs.last_mut() {
            Some(run) if run.font == font => run.bytes.extend(bytes),
            Some(_) | None => runs.push(Run { font, bytes }),
        }
    }
    Ok(runs)
}
