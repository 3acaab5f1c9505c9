//! The strict reader of the iCalendar subset.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Calendar, DayName, Expected, ParseCalendarError, Special, is_weekend};
use crate::label::Label;

type Parsed<T> = Result<T, ParseCalendarError>;

/// A content line, unfolded: `NAME;PARAMETERS:VALUE`.
struct Line {
    number: usize,
    name: String,
    parameters: String,
    value: String,
}

impl Line {
    fn wrong(&self, expected: &'static str) -> ParseCalendarError {
        ParseCalendarError { line: self.number, expected: Expected(expected) }
    }

    fn label(&self) -> Parsed<Label> {
        self.text().parse().map_err(|_| self.wrong("a label of 1 to 200 bytes"))
    }

    /// The value with the escapes of RFC 5545, section 3.3.11, undone.
    fn text(&self) -> String {
        let mut text = String::new();
        let mut escaped = false;
        for character in self.value.chars() {
            match (escaped, character) {
                (false, '\\') => {
                    escaped = true;
                    continue;
                }
                (true, 'n' | 'N') => text.push('\n'),
                _ => text.push(character),
            }
            escaped = false;
        }
        text
    }

    fn date(&self) -> Parsed<Date> {
        if self.parameters != "VALUE=DATE" || self.value.len() != 8 {
            return Err(self.wrong("a whole day, as in DTSTART;VALUE=DATE:20260101"));
        }
        let part =
            |range: std::ops::Range<usize>| self.value.get(range).and_then(|s| s.parse().ok());
        let year = self.value.get(..4).and_then(|s| s.parse().ok());
        match (year, part(4..6), part(6..8)) {
            (Some(year), Some(month), Some(day)) => Date::new(year, month, day).ok(),
            _ => None,
        }
        .ok_or_else(|| self.wrong("a day that exists"))
    }
}

/// Joins folded lines and splits each at its name (RFC 5545, section 3.1).
fn lines(text: &str) -> Parsed<Vec<Line>> {
    let mut whole: Vec<(usize, String)> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        match (line.strip_prefix([' ', '\t']), whole.last_mut()) {
            (Some(rest), Some((_, before))) => before.push_str(rest),
            _ if line.is_empty() => {}
            _ => whole.push((number, line.to_owned())),
        }
    }
    whole.into_iter().map(|(number, line)| split(number, &line)).collect()
}

fn split(number: usize, line: &str) -> Parsed<Line> {
    let (head, value) = line.split_once(':').ok_or(ParseCalendarError {
        line: number,
        expected: Expected("a line such as NAME:VALUE"),
    })?;
    let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
    Ok(Line {
        number,
        name: name.to_owned(),
        parameters: parameters.to_owned(),
        value: value.to_owned(),
    })
}

#[derive(Default)]
struct Event {
    line: usize,
    date: Option<Date>,
    end: Option<Date>,
    name: Option<String>,
    zh: Option<String>,
    special: Option<Special>,
}

#[derive(Default)]
struct Draft {
    code: Option<Label>,
    version: Option<Label>,
    name: Option<String>,
    source: Option<String>,
    years: Option<(i16, i16)>,
    days: BTreeMap<Date, (Special, DayName)>,
}

pub(super) fn parse(text: &str) -> Parsed<Calendar> {
    let lines = lines(text)?;
    let wrong = |line, expected| ParseCalendarError { line, expected: Expected(expected) };
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
        return Err(wrong(1, "BEGIN:VCALENDAR"));
    };
    if first.name != "BEGIN" || first.value != "VCALENDAR" {
        return Err(first.wrong("BEGIN:VCALENDAR"));
    }
    if last.name != "END" || last.value != "VCALENDAR" {
        return Err(last.wrong("END:VCALENDAR, with nothing after it"));
    }
    let mut draft = Draft::default();
    let mut event: Option<Event> = None;
    let inner = lines.len().saturating_sub(1);
    for line in lines.iter().take(inner).skip(1) {
        event = match event {
            Some(open) => in_event(open, line, &mut draft)?,
            None if line.name == "BEGIN" && line.value == "VEVENT" => {
                Some(Event { line: line.number, ..Event::default() })
            }
            None => {
                in_calendar(line, &mut draft)?;
                None
            }
        };
    }
    if event.is_some() {
        return Err(last.wrong("END:VEVENT before it"));
    }
    finish(draft, last)
}

fn in_calendar(line: &Line, draft: &mut Draft) -> Parsed<()> {
    match line.name.as_str() {
        "X-REDRESS-CODE" => draft.code = Some(line.label()?),
        "X-REDRESS-VERSION" => draft.version = Some(line.label()?),
        "X-WR-CALNAME" => draft.name = Some(line.text()),
        "X-REDRESS-SOURCE" => draft.source = Some(line.text()),
        "X-REDRESS-COVERS" => draft.years = Some(years(line)?),
        "VERSION" if line.value == "2.0" => {}
        "PRODID" | "CALSCALE" | "METHOD" => {}
        other if other.starts_with("X-") => {}
        _ => return Err(line.wrong("a property of the calendar or BEGIN:VEVENT")),
    }
    Ok(())
}

fn years(line: &Line) -> Parsed<(i16, i16)> {
    line.value
        .split_once('/')
        .and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)))
        .filter(|(first, last)| first <= last)
        .ok_or_else(|| line.wrong("the first and last year covered, such as 2024/2026"))
}

/// Takes one line of an open event; gives the event back while it stays open.
fn in_event(mut event: Event, line: &Line, draft: &mut Draft) -> Parsed<Option<Event>> {
    match line.name.as_str() {
        "DTSTART" => event.date = Some(line.date()?),
        "DTEND" => event.end = Some(line.date()?),
        "SUMMARY" => event.name = Some(line.text()),
        "X-REDRESS-SUMMARY-ZH" => event.zh = Some(line.text()),
        "CATEGORIES" => {
            event.special = Some(match line.value.as_str() {
                "HOLIDAY" => Special::DayOff,
                "WORKING-DAY" => Special::WorkingDay,
                _ => return Err(line.wrong("the category HOLIDAY or WORKING-DAY")),
            });
        }
        "END" if line.value == "VEVENT" => {
            let (date, day) = close(event)?;
            if draft.days.insert(date, day).is_some() {
                return Err(line.wrong("each day once"));
            }
            return Ok(None);
        }
        "UID" | "DTSTAMP" | "TRANSP" | "DESCRIPTION" | "CLASS" | "SEQUENCE" => {}
        other if other.starts_with("X-") => {}
        _ => return Err(line.wrong("DTSTART, SUMMARY, CATEGORIES or END:VEVENT; no recurrence")),
    }
    Ok(Some(event))
}

fn close(event: Event) -> Parsed<(Date, (Special, DayName))> {
    let Event { line, date, end, name, zh, special } = event;
    let wrong = |expected| ParseCalendarError { line, expected: Expected(expected) };
    let date = date.ok_or(wrong("an event with a DTSTART"))?;
    if end.is_some_and(|end| date.tomorrow().ok() != Some(end)) {
        return Err(wrong("an event of one day; write one event for each day off"));
    }
    let en = name.filter(|name| !name.is_empty()).ok_or(wrong("an event with a SUMMARY"))?;
    let special = special.ok_or(wrong("an event with CATEGORIES:HOLIDAY or :WORKING-DAY"))?;
    if special == Special::WorkingDay && !is_weekend(date) {
        return Err(wrong("an adjusted working day on a Saturday or Sunday"));
    }
    Ok((date, (special, DayName { en, zh })))
}

fn finish(draft: Draft, last: &Line) -> Parsed<Calendar> {
    let Draft { code, version, name, source, years, days } = draft;
    let (first_year, last_year) = years.ok_or_else(|| last.wrong("X-REDRESS-COVERS before it"))?;
    if days.keys().any(|date| date.year() < first_year || date.year() > last_year) {
        return Err(last.wrong("only days of the years that X-REDRESS-COVERS names"));
    }
    for year in first_year..=last_year {
        if !days.keys().any(|date| date.year() == year) {
            return Err(last.wrong("at least one day for each year that X-REDRESS-COVERS names"));
        }
    }
    Ok(Calendar {
        code: code.ok_or_else(|| last.wrong("X-REDRESS-CODE before it"))?,
        version: version.ok_or_else(|| last.wrong("X-REDRESS-VERSION before it"))?,
        name: name.ok_or_else(|| last.wrong("X-WR-CALNAME before it"))?,
        source: source.ok_or_else(|| last.wrong("X-REDRESS-SOURCE before it"))?,
        first_year,
        last_year,
        days,
    })
}
