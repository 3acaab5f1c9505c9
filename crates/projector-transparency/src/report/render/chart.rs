//! Charts as SVG, drawn by plotters in whole pixels. The table under each chart has its figures.
//!
//! Text is drawn as text: no font is measured or embedded, so the same figures give the same bytes
//! everywhere. Colours are those of the light page; the page's style sheet maps them for dark
//! screens and for paper.

use plotters::{
    coord::Shift,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

const INK: RGBColor = RGBColor(0x2a, 0x33, 0x3c);
const MUTED: RGBColor = RGBColor(0x5b, 0x67, 0x73);
const GRID: RGBColor = RGBColor(0xdd, 0xe2, 0xe7);
const TEAL: RGBColor = RGBColor(0x0f, 0x6b, 0x6b);
const RUST: RGBColor = RGBColor(0xb4, 0x53, 0x1f);
const POOLED: RGBColor = RGBColor(0x9a, 0xa6, 0xb2);
/// From quick to slow.
const BANDS: [RGBColor; 7] = [
    RGBColor(0x0b, 0x57, 0x5b),
    RGBColor(0x2c, 0x82, 0x80),
    RGBColor(0x6a, 0xae, 0xa6),
    RGBColor(0xb4, 0xd3, 0xc8),
    RGBColor(0xe8, 0xcb, 0x94),
    RGBColor(0xdb, 0x95, 0x48),
    RGBColor(0xab, 0x4a, 0x1d),
];

const WIDTH: i32 = 860;
const ROW: i32 = 28;
const BAR: i32 = 16;
/// Plotters' size of a text is that of its line: this gives letters of 12.5 pixels.
const TEXT: f64 = 15.5;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
/// Why a chart could not be drawn. Drawing into memory does not fail in practice.
pub(super) type DrawError = DrawingAreaErrorKind<std::io::Error>;
type Drawn = Result<(), DrawError>;

/// What is inside an `svg` element, and its size.
pub(super) struct Svg {
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) body: String,
}

/// A bar.
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) value: u64,
    pub(super) text: String,
    /// Whether it stands for no single value.
    pub(super) is_muted: bool,
}

/// A bar in parts, each a share of the whole.
pub(super) struct Stack {
    pub(super) label: String,
    pub(super) total: u64,
    /// `None` is hidden.
    pub(super) parts: Vec<Option<u64>>,
    pub(super) text: String,
}

/// A point of the lines over the period.
pub(super) struct FlowPoint {
    /// Days from the start of the period to the middle of the step, in thousandths.
    pub(super) at: u64,
    /// Per day, in thousandths.
    pub(super) received: u64,
    /// Closed and withdrawn, per day, in thousandths.
    pub(super) ended: u64,
    pub(super) open: u64,
}

/// The words in the chart of the flow.
pub(super) struct FlowWords<'a> {
    pub(super) per_day: &'a str,
    pub(super) open: &'a str,
    pub(super) received: &'a str,
    pub(super) ended: &'a str,
    pub(super) first_day: &'a str,
    pub(super) last_day: &'a str,
}

fn draw(height: i32, paint: impl FnOnce(&Area<'_>) -> Drawn) -> Result<Svg, DrawError> {
    let mut document = String::new();
    {
        let size = (WIDTH.unsigned_abs(), height.unsigned_abs());
        let area = SVGBackend::with_string(&mut document, size).into_drawing_area();
        paint(&area)?;
        area.present()?;
    }
    // The page writes the element itself, with a title and a description for those who listen.
    let body = document
        .split_once('>')
        .and_then(|(_, rest)| rest.rsplit_once("</svg>"))
        .map_or_else(String::new, |(body, _)| body.trim().to_owned());
    Ok(Svg { width: WIDTH, height, body })
}

fn write(area: &Area<'_>, text: &str, at: (i32, i32), side: HPos, color: RGBColor) -> Drawn {
    let style = ("sans-serif", TEXT).into_font().color(&color).pos(Pos::new(side, VPos::Center));
    area.draw(&Text::new(text.to_owned(), at, style))
}

fn fill(area: &Area<'_>, from: (i32, i32), to: (i32, i32), color: RGBColor) -> Drawn {
    area.draw(&Rectangle::new([from, to], color.filled()))
}

fn line(area: &Area<'_>, points: Vec<(i32, i32)>, color: RGBColor, width: u32) -> Drawn {
    area.draw(&PathElement::new(points, color.stroke_width(width)))
}

/// `value` of `most` as pixels of `length`.
fn scaled(value: u64, most: u64, length: i32) -> i32 {
    let pixels = u128::from(value) * u128::from(length.unsigned_abs());
    let pixels = (pixels + u128::from(most) / 2).checked_div(u128::from(most)).unwrap_or(0);
    i32::try_from(pixels).unwrap_or(length).min(length)
}

/// A row's place from the top.
fn row_top(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX / ROW).saturating_mul(ROW)
}

/// How wide a text is, about: a Chinese character takes two places.
fn places(text: &str) -> usize {
    text.chars().map(|c| if u32::from(c) >= 0x2e80 { 2 } else { 1 }).sum()
}

/// The text, cut to so many places.
fn cut(text: &str, most: usize) -> String {
    if places(text) <= most {
        return text.to_owned();
    }
    let mut short = String::new();
    for c in text.chars() {
        if places(&short) + 3 > most {
            break;
        }
        short.push(c);
    }
    short.push('…');
    short
}

const LABEL_PLACES: usize = 42;

/// The column of labels, as wide as the longest needs.
fn label_width<'a>(labels: impl Iterator<Item = &'a str>) -> i32 {
    let longest = labels.map(places).max().unwrap_or(0).min(LABEL_PLACES);
    i32::try_from(longest).unwrap_or(0) * 38 / 5 + 18
}

/// Horizontal bars, one below the other.
pub(super) fn bars(bars: &[Bar]) -> Result<Svg, DrawError> {
    let left = label_width(bars.iter().map(|bar| bar.label.as_str()));
    let length = WIDTH - left - 110;
    let most = bars.iter().map(|bar| bar.value).max().unwrap_or(0);
    draw(row_top(bars.len()) + 4, |area| {
        for (index, bar) in bars.iter().enumerate() {
            let middle = row_top(index) + ROW / 2;
            let end = left + scaled(bar.value, most, length).max(i32::from(bar.value > 0) * 2);
            let color = if bar.is_muted { POOLED } else { TEAL };
            write(area, &cut(&bar.label, LABEL_PLACES), (left - 10, middle), HPos::Right, INK)?;
            fill(area, (left, middle - BAR / 2), (end, middle + BAR / 2), color)?;
            write(area, &bar.text, (end + 8, middle), HPos::Left, MUTED)?;
        }
        line(area, vec![(left, 2), (left, row_top(bars.len()) + 2)], GRID, 1)
    })
}

/// Horizontal bars of the same length, in parts, with a legend above.
pub(super) fn stacks(legend: &[String], hidden: &str, stacks: &[Stack]) -> Result<Svg, DrawError> {
    let left = label_width(stacks.iter().map(|stack| stack.label.as_str()));
    let length = WIDTH - left - 110;
    let has_hidden = stacks.iter().any(|stack| stack.parts.contains(&None));
    let mut entries: Vec<(String, RGBColor)> = legend
        .iter()
        .enumerate()
        .map(|(index, text)| (text.clone(), band_color(index, legend.len())))
        .collect();
    if has_hidden {
        entries.push((hidden.to_owned(), POOLED));
    }
    let top = 40;
    draw(top + row_top(stacks.len()) + 4, |area| {
        let mut x = 0;
        for (text, color) in &entries {
            fill(area, (x, 8), (x + 12, 20), *color)?;
            write(area, text, (x + 18, 14), HPos::Left, INK)?;
            x += 18 + i32::try_from(places(text)).unwrap_or(0) * 7 + 22;
        }
        for (index, stack) in stacks.iter().enumerate() {
            let middle = top + row_top(index) + ROW / 2;
            write(area, &cut(&stack.label, LABEL_PLACES), (left - 10, middle), HPos::Right, INK)?;
            let mut sum = 0;
            let told: u64 = stack.parts.iter().flatten().sum();
            let rest = stack.total.saturating_sub(told);
            let parts =
                stack.parts.iter().enumerate().filter_map(|(band, part)| {
                    part.map(|part| (part, band_color(band, legend.len())))
                });
            for (part, color) in parts.chain([(rest, POOLED)]) {
                let from = left + scaled(sum, stack.total, length);
                sum += part;
                let to = left + scaled(sum, stack.total, length);
                // A pixel of the page between two parts keeps them apart without colour.
                if to - from > 1 {
                    fill(area, (from, middle - BAR / 2), (to - 1, middle + BAR / 2), color)?;
                }
            }
            write(area, &stack.text, (left + length + 8, middle), HPos::Left, MUTED)?;
        }
        Ok(())
    })
}

/// The colours of fewer bands are spread over the whole scale.
fn band_color(index: usize, bands: usize) -> RGBColor {
    let place = if bands < 2 { 0 } else { index * (BANDS.len() - 1) / (bands - 1) };
    BANDS.get(place).copied().unwrap_or(POOLED)
}

/// Two charts above each other: what came and went, and what was open.
pub(super) fn flow(
    points: &[FlowPoint],
    days: u64,
    words: &FlowWords<'_>,
) -> Result<Svg, DrawError> {
    let (left, right) = (64, WIDTH - 16);
    let width = right - left;
    let x = |at: u64| left + scaled(at, days * 1000, width);
    draw(430, |area| {
        let most = nice(points.iter().map(|p| p.received.max(p.ended)).max().unwrap_or(0), 1000);
        write(area, words.per_day, (left, 14), HPos::Left, MUTED)?;
        legend(area, right, words)?;
        grid(area, (left, right), (36, 210), most, 1000)?;
        for (color, value) in [
            (RUST, (|p: &FlowPoint| p.ended) as fn(&FlowPoint) -> u64),
            (TEAL, |p: &FlowPoint| p.received),
        ] {
            series(area, points, color, |p| (x(p.at), 210 - scaled(value(p), most, 174)))?;
        }
        let most = nice(points.iter().map(|p| p.open).max().unwrap_or(0), 1);
        write(area, words.open, (left, 248), HPos::Left, MUTED)?;
        grid(area, (left, right), (266, 396), most, 1)?;
        series(area, points, INK, |p| (x(p.at), 396 - scaled(p.open, most, 130)))?;
        write(area, words.first_day, (left, 416), HPos::Left, MUTED)?;
        write(area, words.last_day, (right, 416), HPos::Right, MUTED)
    })
}

fn legend(area: &Area<'_>, right: i32, words: &FlowWords<'_>) -> Drawn {
    let mut x = right;
    for (text, color) in [(words.ended, RUST), (words.received, TEAL)] {
        write(area, text, (x, 14), HPos::Right, INK)?;
        x -= i32::try_from(places(text)).unwrap_or(0) * 7 + 8;
        line(area, vec![(x - 22, 14), (x, 14)], color, 3)?;
        x -= 44;
    }
    Ok(())
}

fn series(
    area: &Area<'_>,
    points: &[FlowPoint],
    color: RGBColor,
    place: impl Fn(&FlowPoint) -> (i32, i32),
) -> Drawn {
    let places: Vec<(i32, i32)> = points.iter().map(place).collect();
    if places.len() <= 31 {
        for at in &places {
            // Told apart by shape too: what ended has squares.
            if color == RUST {
                let (x, y) = *at;
                fill(area, (x - 3, y - 3), (x + 3, y + 3), color)?;
            } else {
                area.draw(&Circle::new(*at, 3, color.filled()))?;
            }
        }
    }
    line(area, places, color, 2)
}

/// Four lines across and their values.
fn grid(
    area: &Area<'_>,
    (left, right): (i32, i32),
    (top, bottom): (i32, i32),
    most: u64,
    unit: u64,
) -> Drawn {
    for quarter in 0..=4_u64 {
        let y = bottom - scaled(quarter, 4, bottom - top);
        line(area, vec![(left, y), (right, y)], GRID, 1)?;
        write(area, &decimal(most * quarter / 4, unit), (left - 8, y), HPos::Right, MUTED)?;
    }
    Ok(())
}

/// The next round number that four lines divide well.
fn nice(most: u64, unit: u64) -> u64 {
    let mut step = unit.div_ceil(10).max(1);
    loop {
        for factor in [1, 2, 5] {
            if step * factor * 4 >= most {
                return step * factor * 4;
            }
        }
        step = step.saturating_mul(10);
    }
}

/// A value in so many parts of one, with one decimal where it has one.
fn decimal(value: u64, unit: u64) -> String {
    let (whole, rest) = (value / unit, value % unit * 10 / unit);
    let whole = super::messages::number(whole);
    if rest == 0 { whole } else { format!("{whole}.{rest}") }
}
