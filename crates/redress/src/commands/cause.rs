//! `redress cause`: which causes there are, which recur, and whether what was done helped.

use std::sync::Arc;

use complaint_domain::{
    action::{Action, EffectCheck},
    cause::{self, CauseTree},
    clock::Language,
    recurrence::{Chart, Signal, Week},
};
use complaint_service::{CountEffectError, count_effect};
use event_log::{Clock, clock::SystemClock};
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use projection::Projector;
use projector_casework::{CaseworkProjector, ProductWeeks, cause_weeks};
use serde_json::{Value, json};

use crate::{
    arguments::{CauseChart, CauseCommand, CauseEffect, CauseTreeFile, LocaleName},
    casework::{ActionNoun, Filed},
    console::Console,
    error::CommandError,
    ledger::Ledger,
};

/// Carries out what was asked.
///
/// # Errors
///
/// [`CommandError`]: a day to come, an action that was not carried out, a ledger that does not answer.
pub async fn run(line: &CauseCommand, console: &mut Console<'_>) -> Result<(), CommandError> {
    match line {
        CauseCommand::Chart(args) => chart(args, console).await,
        CauseCommand::Effect(args) => effect(args, console).await,
        CauseCommand::Tree(args) => tree(args, console),
    }
}

async fn chart(args: &CauseChart, console: &mut Console<'_>) -> Result<(), CommandError> {
    let today = TimeZone::UTC.to_datetime(SystemClock.now()).date();
    let until = args.until.unwrap_or_else(|| today.saturating_sub(1.day()));
    if until >= today {
        return Err(CommandError::Usage {
            problem: format!("expected a day that is over, before {today}, found {until}"),
            next: "leave --until out for yesterday".to_owned(),
        });
    }
    let ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let result = ledger.bring_read_models_up(console).await;
    let path = projection::path_of(&ledger.places.read_models(), CaseworkProjector.name());
    ledger.close().await;
    result?;
    let weeks = args.weeks;
    let asked = tokio::task::spawn_blocking(move || {
        let connection =
            projection::open_reader(&path).map_err(CommandError::failed("read the case files"))?;
        cause_weeks(&connection, until, weeks).map_err(CommandError::failed("read the case files"))
    });
    let products = asked.await.map_err(CommandError::failed("read the case files"))??;
    let mut found = Vec::new();
    for (product, of) in &products {
        for (cause, counts) in &of.by_cause {
            found.extend(signals(product, cause, of, counts, until));
        }
    }
    if console.json() {
        let all: Vec<Value> = found.iter().map(Found::as_json).collect();
        return console.value(&all);
    }
    if found.is_empty() {
        return console.line("no cause recurs more often than chance explains");
    }
    for Found { first, last, product, cause, week, total, signal } in found {
        console.line(format_args!(
            "{first} to {last}  {:<23}  {product}: {cause}, {} of {} complaints; {} of {} in {weeks} weeks",
            signal.rule.code(),
            week.with_cause,
            week.received,
            total.with_cause,
            total.received,
        ))?;
    }
    Ok(())
}

/// A point that lies too high.
struct Found<'a> {
    first: Date,
    last: Date,
    product: &'a str,
    cause: &'a str,
    week: Week,
    total: Week,
    signal: Signal,
}

fn signals<'a>(
    product: &'a str,
    cause: &'a str,
    of: &ProductWeeks,
    counts: &[u64],
    until: Date,
) -> Vec<Found<'a>> {
    let weeks: Vec<Week> = of
        .received
        .iter()
        .zip(counts)
        .map(|(received, with_cause)| Week { received: *received, with_cause: *with_cause })
        .collect();
    let chart = Chart::of(weeks.clone());
    let found = chart.signals().into_iter().filter_map(|signal| {
        let after = weeks.len().checked_sub(signal.week)?.checked_sub(1)?;
        let last = until.saturating_sub(i64::try_from(after).ok()?.weeks());
        Some(Found {
            first: last.saturating_sub(6.days()),
            last,
            product,
            cause,
            week: *weeks.get(signal.week)?,
            total: chart.total(),
            signal,
        })
    });
    found.collect()
}

impl Found<'_> {
    fn as_json(&self) -> Value {
        json!({
            "first_day": self.first.to_string(),
            "last_day": self.last.to_string(),
            "product": self.product,
            "cause": self.cause,
            "rule": self.signal.rule.code(),
            "with_cause": self.week.with_cause,
            "received": self.week.received,
            "all_with_cause": self.total.with_cause,
            "all_received": self.total.received,
            // What is left to say: what is done, by whom, by which day.
            "proposal": {
                "kind": "corrective",
                "origin": "recurring-cause",
                "causes": [self.cause],
                "product": self.product,
                "reference": format!("week to {}: {}", self.last, self.signal.rule.code()),
            },
        })
    }
}

fn tree(args: &CauseTreeFile, console: &mut Console<'_>) -> Result<(), CommandError> {
    let own = match &args.file {
        None => None,
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(CommandError::file("read", path))?;
            Some(CauseTree::parse(&text).map_err(|error| CommandError::Refused {
                problem: error.to_string(),
                next: "see the form in crates/complaint-domain/causes/README.md".to_owned(),
            })?)
        }
    };
    let Some(tree) = own.as_ref().or(cause::standard()) else { return Ok(()) };
    let language = match args.locale {
        LocaleName::En => Language::English,
        LocaleName::Zh => Language::Chinese,
    };
    if console.json() {
        let causes: Vec<_> = tree
            .causes()
            .map(|(code, name)| json!({"code": code, "name": name.in_language(language)}))
            .collect();
        let (code, version) = (tree.code(), tree.version());
        return console.value(&json!({"code": code, "version": version, "causes": causes}));
    }
    console.line(format_args!("{} {}", tree.code(), tree.version()))?;
    for (code, name) in tree.causes() {
        let depth = code.as_str().matches('.').count();
        let (indent, name) = ("  ".repeat(depth), name.in_language(language));
        console.line(format_args!("{:<44}  {name}", format!("{indent}{code}")))?;
    }
    Ok(())
}

async fn effect(args: &CauseEffect, console: &mut Console<'_>) -> Result<(), CommandError> {
    let stream = ActionNoun::stream(&args.action).map_err(|problem| CommandError::Usage {
        problem,
        next: "the whole name stands in `redress action list --all`".to_owned(),
    })?;
    let ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let counted = match ledger.streams().load::<Action>(&stream).await {
        Ok(Action::Proposed(plan)) => {
            count_effect(ledger.log.as_ref(), &plan, args.until).await.map(Some)
        }
        Ok(Action::NotProposed) => Ok(None),
        Err(error) => Err(error.into()),
    };
    ledger.close().await;
    let refused = |problem: String| CommandError::Refused {
        problem,
        next: format!("see how it stands with `redress action show {stream}`"),
    };
    let check: EffectCheck = match counted {
        Ok(Some(check)) => check,
        Ok(None) => return Err(CommandError::UnknownStream { stream }),
        Err(CountEffectError::Log(error)) => return Err(error.into()),
        Err(error @ (CountEffectError::NotCompleted | CountEffectError::NoDays { .. })) => {
            return Err(refused(error.to_string()));
        }
    };
    console.value(&check)
}
