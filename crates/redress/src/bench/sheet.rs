//! What was found in each round, and the ratios between them.

use std::time::Duration;

use serde::Serialize;

use super::machine::Machine;
use crate::{console::Console, error::CommandError};

/// A watch; the one place of the benchmarks that reads the machine's clock.
#[derive(Debug, Clone, Copy)]
pub struct Watch(std::time::Instant);

impl Watch {
    /// Starts it.
    #[expect(clippy::disallowed_methods, reason = "measuring is reading the clock")]
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// How long it has run.
    pub fn read(self) -> Duration {
        self.0.elapsed()
    }
}

/// The lowest, the median and the highest of what the rounds found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// The lowest.
    pub least: f64,
    /// The one in the middle; of an even number, the higher of the two.
    pub median: f64,
    /// The highest.
    pub most: f64,
}

impl Spread {
    /// Of at least one value.
    fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let median = sorted.get(sorted.len() / 2)?;
        Some(Self { least: *sorted.first()?, median: *median, most: *sorted.last()? })
    }
}

/// One thing that was measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// What it is.
    pub what: String,
    /// Events in each second, in each round.
    pub events_per_second: Vec<f64>,
    /// The same, summed up.
    pub spread: Spread,
    /// How long the slowest hundredth of single events took at least, in milliseconds, in the
    /// median of the rounds; where single events were timed.
    pub p99_milliseconds: Option<f64>,
}

/// One thing against another, both of the same round.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ratio {
    /// What is measured.
    pub of: String,
    /// Against what.
    pub to: String,
    /// The quotient of their rates in each round, summed up.
    pub spread: Spread,
    /// What it is meant to be at least.
    pub at_least: Option<f64>,
}

/// How fast something was in one round.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Events in each second.
    pub rate: f64,
    /// See [`Row::p99_milliseconds`].
    pub p99: Option<Duration>,
}

impl Pace {
    /// So many events in so long.
    pub fn of(events: u64, took: Duration) -> Self {
        Self { rate: count(events) / took.as_secs_f64(), p99: None }
    }

    /// Events that were timed one by one, and how long all took side by side.
    pub fn of_each(mut latencies: Vec<Duration>, took: Duration) -> Self {
        latencies.sort_unstable();
        let last = latencies.len().saturating_sub(1);
        let p99 = latencies.get(last.saturating_mul(99) / 100).copied();
        Self { p99, ..Self::of(latencies.len() as u64, took) }
    }
}

/// A count as a number with a fraction.
#[expect(clippy::cast_precision_loss, reason = "a count of events is far below 2⁵²")]
pub fn count(events: u64) -> f64 {
    events as f64
}

#[derive(Debug)]
struct Taken {
    what: String,
    paces: Vec<Pace>,
}

/// Everything that was found, in the order in which it was first taken.
#[derive(Debug)]
pub struct Sheet {
    command: &'static str,
    events: u64,
    rounds: u32,
    machine: Machine,
    taken: Vec<Taken>,
    ratios: Vec<Ratio>,
    /// What else is worth knowing, such as how large something was.
    notes: Vec<(String, String)>,
}

/// The sheet for programs.
#[derive(Serialize)]
struct Told<'a> {
    command: &'static str,
    events: u64,
    rounds: u32,
    machine: &'a Machine,
    rows: Vec<Row>,
    ratios: &'a [Ratio],
    notes: Vec<Note<'a>>,
}

#[derive(Serialize)]
struct Note<'a> {
    what: &'a str,
    found: &'a str,
}

impl Sheet {
    /// An empty sheet.
    pub fn new(command: &'static str, events: u64, rounds: u32, machine: Machine) -> Self {
        let (taken, ratios, notes) = (Vec::new(), Vec::new(), Vec::new());
        Self { command, events, rounds, machine, taken, ratios, notes }
    }

    /// Notes what one round found.
    pub fn take(&mut self, what: &str, pace: Pace) {
        match self.taken.iter_mut().find(|taken| taken.what == what) {
            Some(taken) => taken.paces.push(pace),
            None => self.taken.push(Taken { what: what.to_owned(), paces: vec![pace] }),
        }
    }

    /// Notes something that is no rate.
    pub fn note(&mut self, what: &str, found: String) {
        self.notes.push((what.to_owned(), found));
    }

    /// Holds one row against another, round by round, and says what it is meant to be at least.
    pub fn compare(&mut self, of: &str, to: &str, at_least: Option<f64>) {
        let paces = |what: &str| self.taken.iter().find(|taken| taken.what == what);
        let (Some(upper), Some(lower)) = (paces(of), paces(to)) else { return };
        let quotients: Vec<_> =
            upper.paces.iter().zip(&lower.paces).map(|(of, to)| of.rate / to.rate).collect();
        let Some(spread) = Spread::of(&quotients) else { return };
        self.ratios.push(Ratio { of: of.to_owned(), to: to.to_owned(), spread, at_least });
    }

    fn rows(&self) -> Vec<Row> {
        let row = |taken: &Taken| {
            let rates: Vec<_> = taken.paces.iter().map(|pace| pace.rate).collect();
            let mut tails: Vec<_> = taken.paces.iter().filter_map(|pace| pace.p99).collect();
            tails.sort_unstable();
            let p99 = tails.get(tails.len() / 2).map(|p99| p99.as_secs_f64() * 1e3);
            let spread = Spread::of(&rates)?;
            let what = taken.what.clone();
            Some(Row { what, events_per_second: rates, spread, p99_milliseconds: p99 })
        };
        self.taken.iter().filter_map(row).collect()
    }

    /// Prints it.
    ///
    /// # Errors
    ///
    /// [`CommandError`] when nobody reads it.
    pub fn print(&self, console: &mut Console<'_>) -> Result<(), CommandError> {
        let Self { command, events, rounds, machine, ratios, .. } = self;
        let rows = self.rows();
        if console.json() {
            let notes = self.notes.iter().map(|(what, found)| Note { what, found }).collect();
            let (command, events, rounds) = (*command, *events, *rounds);
            return console.value(&Told { command, events, rounds, machine, rows, ratios, notes });
        }
        console
            .line(format_args!("bench {command}: {events} events, {rounds} rounds, {machine}\n"))?;
        console.line(format_args!(
            "{:<52} {:>11} {:>11} {:>11} {:>9}",
            "events per second", "least", "median", "most", "p99 ms"
        ))?;
        for Row { what, spread, p99_milliseconds, .. } in &rows {
            let p99 = p99_milliseconds.map_or(String::new(), |p99| format!("{p99:.2}"));
            let Spread { least, median, most } = spread;
            console.line(format_args!(
                "{what:<52} {least:>11.0} {median:>11.0} {most:>11.0} {p99:>9}"
            ))?;
        }
        console.line(format_args!(
            "\n{:<52} {:>11} {:>11} {:>11} {:>9}",
            "ratio", "least", "median", "most", "at least"
        ))?;
        for Ratio { of, to, spread, at_least } in ratios {
            let wanted = at_least.map_or(String::new(), |wanted| wanted.to_string());
            let Spread { least, median, most } = spread;
            console.line(format_args!(
                "{of:<52} {least:>11.2} {median:>11.2} {most:>11.2} {wanted:>9}\n  : {to}"
            ))?;
        }
        if !self.notes.is_empty() {
            console.line("")?;
        }
        for (what, found) in &self.notes {
            console.line(format_args!("{what:<52} {found}"))?;
        }
        Ok(())
    }
}
