//! A control chart as a picture: the body of an `svg` element, in whole pixels, without scripts.
//!
//! Told apart by shape and not by colour, so that it reads in grey: points are discs on a line, the
//! centre is dashed, the limit is dotted, and a signal is a square around its point with the number
//! of its rule above. The table beside it has the figures.

use std::fmt::Write as _;

use super::{Chart, Signal, Week};

/// How wide a picture is.
pub const WIDTH: u32 = 860;
/// How high a picture is.
pub const HEIGHT: u32 = 270;

const LEFT: u64 = 58;
const RIGHT: u64 = 844;
const TOP: u64 = 40;
const BOTTOM: u64 = 226;
const INK: &str = "#2A333C";
const MUTED: &str = "#5B6773";
const GRID: &str = "#DDE2E7";
const SIGNAL: &str = "#B4531F";
/// A share of everything, in hundredths of a percent.
const WHOLE: u64 = 10_000;

/// The words in a picture.
#[derive(Debug, Clone, Copy)]
pub struct PictureWords<'a> {
    /// What the points are: the share of complaints with the cause.
    pub share: &'a str,
    /// What the dashed line is.
    pub centre: &'a str,
    /// What the dotted line is.
    pub limit: &'a str,
    /// What a square is.
    pub signal: &'a str,
    /// The first day.
    pub first_day: &'a str,
    /// The last day.
    pub last_day: &'a str,
}

impl Chart {
    /// The chart as the body of an `svg` element of [`WIDTH`] times [`HEIGHT`]. A week that must not
    /// be told has no point, and no limit either, for how high that is tells how many complaints there
    /// were. Lines end before such a week and before one without complaints: what runs through it
    /// would be read as its share.
    pub fn picture(&self, words: &PictureWords<'_>, is_told: impl Fn(Week) -> bool) -> String {
        let is_drawn = |(_, week): &(usize, Week)| week.received > 0 && is_told(*week);
        let weeks: Vec<_> = self.weeks.iter().copied().enumerate().collect();
        let runs: Vec<&[(usize, Week)]> =
            weeks.split(|week| !is_drawn(week)).filter(|run| !run.is_empty()).collect();
        let drawn = runs.iter().flat_map(|run| run.iter());
        let most = drawn
            .map(|(_, week)| share_of(*week).max(self.limit_of(*week)))
            .max()
            .unwrap_or(0)
            .max(share_of(self.total));
        let scale = Scale { weeks: self.weeks.len(), most: round_up(most) };
        let mut body = String::new();
        scale.grid(&mut body);
        legend(&mut body, words);
        let centre = scale.y(share_of(self.total));
        path(&mut body, &[(LEFT, centre), (RIGHT, centre)], MUTED, "7 4", 1);
        for run in &runs {
            self.limits(run, &scale, &mut body);
        }
        for run in &runs {
            shares(run, &scale, &mut body);
        }
        for Signal { week, rule } in self.signals() {
            let Some(of) = self.weeks.get(week).filter(|of| is_told(**of)) else { continue };
            let number = super::SignalRule::ALL.iter().take_while(|known| **known != rule).count();
            mark(&mut body, scale.x(week), scale.y(share_of(*of)), number.saturating_add(1));
        }
        text(&mut body, (LEFT, 258), "start", MUTED, words.first_day);
        text(&mut body, (RIGHT, 258), "end", MUTED, words.last_day);
        body
    }

    /// The limit of weeks that follow each other: a step for each.
    fn limits(&self, run: &[(usize, Week)], scale: &Scale, body: &mut String) {
        let steps = run.iter().flat_map(|(week, of)| {
            let y = scale.y(self.limit_of(*of));
            [(scale.edge(*week), y), (scale.edge(week.saturating_add(1)), y)]
        });
        path(body, &steps.collect::<Vec<_>>(), MUTED, "1 4", 2);
    }

    /// Three standard deviations above the centre for a week of so many complaints, in hundredths of
    /// a percent; at most all of them.
    pub fn limit_of(&self, week: Week) -> u64 {
        let centre = share_of(self.total);
        let spread = centre.saturating_mul(WHOLE.saturating_sub(centre));
        let deviation = spread.saturating_mul(9).checked_div(week.received).unwrap_or(0).isqrt();
        centre.saturating_add(deviation).min(WHOLE)
    }
}

/// The complaints with the cause, in hundredths of a percent of all.
pub fn share_of(week: Week) -> u64 {
    let of = week.with_cause.saturating_mul(WHOLE).saturating_add(week.received / 2);
    of.checked_div(week.received).unwrap_or(0)
}

/// The next share that four lines divide into whole tenths of a percent.
fn round_up(most: u64) -> u64 {
    let steps = [40, 100, 200, 400, 800, 1_000, 1_200, 2_000, 3_000, 4_000, 5_000, 6_000, 8_000];
    steps.into_iter().find(|step| *step >= most).unwrap_or(WHOLE)
}

struct Scale {
    weeks: usize,
    most: u64,
}

impl Scale {
    fn edge(&self, week: usize) -> u64 {
        let [week, weeks] = [week, self.weeks].map(|n| u64::try_from(n).unwrap_or(u64::MAX));
        let along = RIGHT.saturating_sub(LEFT).saturating_mul(week);
        LEFT.saturating_add(along.checked_div(weeks).unwrap_or(0))
    }

    fn x(&self, week: usize) -> u64 {
        self.edge(week).midpoint(self.edge(week.saturating_add(1)))
    }

    fn y(&self, share: u64) -> u64 {
        let up = BOTTOM.saturating_sub(TOP).saturating_mul(share.min(self.most));
        BOTTOM.saturating_sub(up.checked_div(self.most).unwrap_or(0))
    }

    fn grid(&self, body: &mut String) {
        for quarter in 0..=4_u64 {
            let share = self.most.saturating_mul(quarter) / 4;
            let y = self.y(share);
            path(body, &[(LEFT, y), (RIGHT, y)], GRID, "none", 1);
            let label = format!("{}.{}%", share / 100, share % 100 / 10);
            text(body, (LEFT.saturating_sub(8), y.saturating_add(4)), "end", MUTED, &label);
        }
    }
}

/// The shares of weeks that follow each other: a line, and a disc for each.
fn shares(run: &[(usize, Week)], scale: &Scale, body: &mut String) {
    let places = run.iter().map(|(week, of)| (scale.x(*week), scale.y(share_of(*of))));
    let places: Vec<_> = places.collect();
    path(body, &places, INK, "none", 2);
    for (x, y) in &places {
        let _ = write!(body, r#"<circle cx="{x}" cy="{y}" r="3" fill="{INK}"/>"#);
    }
}

fn legend(body: &mut String, words: &PictureWords<'_>) {
    let mut x = LEFT;
    for (word, stroke, dashes, width) in [
        (words.share, INK, "none", 2),
        (words.centre, MUTED, "7 4", 1),
        (words.limit, MUTED, "1 4", 2),
    ] {
        path(body, &[(x, 14), (x.saturating_add(26), 14)], stroke, dashes, width);
        text(body, (x.saturating_add(33), 18), "start", INK, word);
        x = x.saturating_add(58).saturating_add(width_of(word));
    }
    let _ = write!(
        body,
        r#"<rect x="{x}" y="8" width="12" height="12" fill="none" stroke="{SIGNAL}" stroke-width="2"/>"#
    );
    text(body, (x.saturating_add(19), 18), "start", INK, words.signal);
}

/// About how wide a text is: a Chinese character takes two places.
fn width_of(text: &str) -> u64 {
    let places = text.chars().map(|c| if u32::from(c) >= 0x2e80 { 13 } else { 7 });
    places.fold(0, u64::saturating_add)
}

fn mark(body: &mut String, x: u64, y: u64, number: usize) {
    let (left, top) = (x.saturating_sub(7), y.saturating_sub(7));
    let _ = write!(
        body,
        r#"<rect x="{left}" y="{top}" width="14" height="14" fill="none" stroke="{SIGNAL}" stroke-width="2"/>"#
    );
    text(body, (x, y.saturating_sub(12)), "middle", INK, &number.to_string());
}

fn path(body: &mut String, points: &[(u64, u64)], stroke: &str, dashes: &str, width: u64) {
    let points: Vec<_> = points.iter().map(|(x, y)| format!("{x},{y}")).collect();
    let _ = write!(
        body,
        r#"<polyline points="{}" fill="none" stroke="{stroke}" stroke-width="{width}" stroke-dasharray="{dashes}"/>"#,
        points.join(" ")
    );
}

fn text(body: &mut String, (x, y): (u64, u64), anchor: &str, fill: &str, words: &str) {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    let _ = write!(
        body,
        r#"<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="12.5" fill="{fill}">{words}</text>"#
    );
}

#[cfg(test)]
mod tests {
    use super::{PictureWords, share_of};
    use crate::recurrence::{Chart, Week};

    const WORDS: PictureWords<'static> = PictureWords {
        share: "share",
        centre: "centre",
        limit: "limit <3>",
        signal: "signal",
        first_day: "1 June",
        last_day: "31 August",
    };

    fn chart() -> Chart {
        let mut weeks = vec![Week { received: 40, with_cause: 4 }; 12];
        weeks.push(Week { received: 40, with_cause: 14 });
        weeks.push(Week::default());
        Chart::of(weeks)
    }

    #[test]
    fn a_signal_has_a_square_and_the_number_of_its_rule() {
        let picture = chart().picture(&WORDS, |_| true);
        assert_eq!(picture.matches("<circle").count(), 13, "no point for a week without any");
        assert_eq!(picture.matches("<rect").count(), 2, "in the legend, and around one point");
        assert!(picture.contains(">1</text>") && picture.contains("limit &lt;3>"), "{picture}");
        assert!(!picture.contains("<script") && !picture.contains("style="));
    }

    #[test]
    fn what_must_not_be_told_has_no_point() {
        let picture = chart().picture(&WORDS, |week| week.with_cause >= 10);
        assert_eq!(picture.matches("<circle").count(), 1);
        assert_eq!(picture.matches("<rect").count(), 2);
        let nothing = chart().picture(&WORDS, |_| false);
        assert_eq!((nothing.matches("<circle").count(), nothing.matches("<rect").count()), (0, 1));
    }

    #[test]
    fn lines_end_before_what_must_not_be_told_and_before_a_week_without_complaints() {
        let weeks = [20, 20, 3, 20, 0, 20].map(|received| Week { received, with_cause: 2 });
        let picture = |is_told: fn(Week) -> bool| {
            let picture = Chart::of(weeks.to_vec()).picture(&WORDS, is_told);
            let lines = |dashes: &str| picture.matches(dashes).count();
            // Beside the grid's five and one of each in the legend.
            (lines(r#"width="2" stroke-dasharray="none"/>"#) - 1, lines(r#""1 4"/>"#) - 1)
        };
        assert_eq!(picture(|_| true), (2, 2));
        assert_eq!(picture(|week| week.received >= 10), (3, 3), "nor its limit, which tells of 3");
        assert_eq!(picture(|_| false), (0, 0));
    }

    #[test]
    fn the_limit_is_three_deviations_above_the_centre() {
        let chart = chart();
        // 62 of 520: 11.92 %; the deviation of a share of 40 is 5.12 %.
        assert_eq!(share_of(chart.total()), 1_192);
        assert_eq!(chart.limit_of(Week { received: 40, with_cause: 0 }), 1_192 + 1_536);
    }
}
