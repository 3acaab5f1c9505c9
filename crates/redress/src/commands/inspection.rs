//! `redress inspection`: commands, and the sample drawn again from the records.

use std::{io::Read, sync::Arc};

use complaint_domain::{
    actor::{Actor, ActorId, Role},
    aggregate::{Aggregate as _, Occasion},
    inspection::{
        DrawOrder, Drawn, Inspection, InspectionCircumstances, InspectionCommand, InspectionEvent,
        InspectionFacts, InspectionPlan, Sheet, Stratum,
    },
};
use complaint_service::inspection::population;
use event_log::{Clock as _, StreamId, clock::SystemClock};
use serde_json::json;

use super::filed::{self, look};
use crate::{
    arguments::{InspectionLine, InspectionSample},
    casework::{Filed as _, InspectionNoun},
    console::Console,
    error::CommandError,
    ledger::Ledger,
};

/// Carries out what was asked.
///
/// # Errors
///
/// [`CommandError`]: a refusal with its reason, a sample that differs, a ledger that does not answer.
pub async fn run(
    line: &InspectionLine,
    stdin: &mut (dyn Read + Send),
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    match line {
        InspectionLine::Show(args) => look::show::<InspectionNoun>(args, console).await,
        InspectionLine::List(args) => look::list::<InspectionNoun>(args, console).await,
        InspectionLine::Sample(args) => sample(args, console).await,
        InspectionLine::Send(sent) => filed::run(sent, stdin, console).await,
    }
}

async fn sample(args: &InspectionSample, console: &mut Console<'_>) -> Result<(), CommandError> {
    let stream = InspectionNoun::stream(&args.stream).map_err(|problem| CommandError::Usage {
        problem,
        next: "the whole name stands in `redress inspection list --all`".to_owned(),
    })?;
    let ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let found = again(&ledger, &stream).await;
    ledger.close().await;
    let Again { recorded, drawn } = found?;
    if let Some(recorded) = recorded
        && recorded != drawn
    {
        return Err(CommandError::Refused {
            problem: format!(
                "expected that {stream} drew what its records give, {} complaints under the seed \
                 {}; found {} under {}",
                sampled(&drawn),
                drawn.seed,
                sampled(&recorded),
                recorded.seed
            ),
            next: "do not rely on its scores; see what was drawn with `redress inspection show`"
                .to_owned(),
        });
    }
    tell(&drawn, console)
}

/// What was drawn, and what the records give.
struct Again {
    recorded: Option<Drawn>,
    drawn: Drawn,
}

async fn again(ledger: &Ledger, stream: &StreamId) -> Result<Again, CommandError> {
    let state: Inspection = ledger.streams().load(stream).await?;
    let Inspection::Planned(sheet) = state else {
        return Err(CommandError::UnknownStream { stream: stream.clone() });
    };
    let population = population(ledger.log.as_ref(), stream).await?;
    let recorded = Sheet::drawn(&sheet).cloned();
    let facts = InspectionFacts { population, ..InspectionFacts::default() };
    Ok(Again { recorded, drawn: draw(sheet.plan(), &facts)? })
}

/// Draws as `redress inspection draw` does, by the same rules, for nobody and at no time.
fn draw(plan: &InspectionPlan, facts: &InspectionFacts) -> Result<Drawn, CommandError> {
    let now = SystemClock.now();
    let nobody = ActorId("anybody".parse().map_err(CommandError::failed("name nobody"))?);
    let actor = Actor { id: nobody, role: Role::System };
    let occasion = Occasion { actor, occurred_at: now, now };
    let planned = complaint_domain::Fact {
        event: InspectionEvent::Planned(plan.clone()),
        actor: occasion.actor.clone(),
        occurred_at: now,
        recorded_at: now,
    };
    let state = Inspection::default().evolve(&planned);
    let circumstances = InspectionCircumstances { occasion: &occasion, facts };
    let drawn = state.decide(&InspectionCommand::Draw(DrawOrder {}), &circumstances);
    let refused = |problem: String| CommandError::Refused {
        problem,
        next: "see what was planned with `redress inspection show`".to_owned(),
    };
    let events = drawn.map_err(|error| refused(error.to_string()))?;
    let mut drawn = events.into_iter().filter_map(|event| {
        let InspectionEvent::Drawn(drawn) = event else { return None };
        Some(drawn)
    });
    drawn.next().ok_or_else(|| refused("expected a sample, found none".to_owned()))
}

fn sampled(drawn: &Drawn) -> usize {
    drawn.strata.iter().map(|stratum| stratum.sample.len()).sum()
}

fn tell(drawn: &Drawn, console: &mut Console<'_>) -> Result<(), CommandError> {
    if console.json() {
        return console.value(&json!(drawn));
    }
    console.line(format_args!(
        "{} of {} complaints, drawn from the first {} records with the root {}",
        sampled(drawn),
        drawn.population,
        drawn.size,
        drawn.seed
    ))?;
    for of in &drawn.strata {
        let name = name_of(&of.stratum);
        console.line(format_args!("{} of {}  {name}", of.sample.len(), of.population))?;
        for complaint in &of.sample {
            console.line(format_args!("  {complaint}"))?;
        }
    }
    Ok(())
}

fn name_of(stratum: &Stratum) -> String {
    let words: Vec<_> = [
        stratum.product.as_ref().map(ToString::to_string),
        stratum.outcome.map(|outcome| outcome.to_string()),
        stratum.channel.map(|channel| channel.to_string()),
    ]
    .into_iter()
    .flatten()
    .collect();
    if words.is_empty() { "not told apart".to_owned() } else { words.join(", ") }
}
