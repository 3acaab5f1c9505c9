//! `redress rulebook`: the rules of the house, and which of them hold on a day.

use std::{io::Read, sync::Arc};

use complaint_domain::{
    clock::Adoption,
    complaint::{ApprovalLimit, ApprovalLimits},
    rulebook::{HouseRules, RuleChange},
};
use complaint_service::rulebook_stream;
use event_log::{Clock, clock::SystemClock};
use jiff::{civil::Date, tz::Offset};
use serde_json::{Value, json};

use crate::{
    arguments::{RulebookLine, RulebookShow},
    commands::filed,
    console::Console,
    error::CommandError,
    ledger::Ledger,
};

/// Does what is asked.
///
/// # Errors
///
/// [`CommandError`]: a refusal with its reason, wrong usage, a ledger that does not answer.
pub async fn run(
    what: &RulebookLine,
    stdin: &mut (dyn Read + Send),
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    match what {
        RulebookLine::Send(sent) => filed::run(sent, stdin, console).await,
        RulebookLine::Show(args) => show(args, console).await,
    }
}

async fn show(args: &RulebookShow, console: &mut Console<'_>) -> Result<(), CommandError> {
    let day = args.on.unwrap_or_else(|| Offset::UTC.to_datetime(SystemClock.now()).date());
    let ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let loaded = ledger.streams().load::<HouseRules>(&rulebook_stream()).await;
    ledger.close().await;
    let held = Held::on(&loaded?, day)?;
    if console.json() {
        return console.value(&held.as_json());
    }
    held.tell(console)
}

/// What holds on a day: each part of the rulebook, or what the program brings.
struct Held {
    day: Date,
    packs: Vec<Adoption>,
    calendars: Vec<String>,
    taxonomy: Option<(String, usize)>,
    limits: Vec<String>,
    handlers: String,
    committee: String,
    retention: String,
    changes: usize,
}

impl Held {
    fn on(rules: &HouseRules, day: Date) -> Result<Self, CommandError> {
        let limits = rules.time_limits().map_err(CommandError::failed("apply the rulebook"))?;
        let is_held = |adoption: &&Adoption| {
            adoption.holds.includes(day) && adoption.pack.in_force().includes(day)
        };
        let packs: Vec<_> = limits.adoptions().iter().filter(is_held).cloned().collect();
        let calendars = limits.calendars_on(day).map(|calendar| {
            let (first, last) = calendar.years();
            format!("{} {}, years {first} to {last}", calendar.code(), calendar.version())
        });
        let handlers = rules.handler_rules_on(day);
        let trainings: Vec<_> = handlers.trainings.iter().map(ToString::to_string).collect();
        let joined = if handlers.joined { "who joined the staff" } else { "anybody" };
        let trained = if trainings.is_empty() {
            String::new()
        } else {
            format!(", trained in {}", trainings.join(", "))
        };
        let committee = rules.committee_rules_on(day);
        let taxonomy = rules.taxonomy_on(day);
        let retention = rules.retention_on(day).map_or_else(
            || "nothing is set; personal data is kept while the complaint is open".to_owned(),
            |kept| format!("{} months from the {}", kept.months, kept.counted_from),
        );
        Ok(Self {
            day,
            calendars: calendars.collect(),
            packs,
            taxonomy: taxonomy.map(|held| (held.code.to_string(), held.products.len())),
            limits: approval_limits(rules, day),
            handlers: format!("{joined}{trained}"),
            committee: format!("a quorum of {}, decisions {}", committee.quorum, committee.effect),
            retention,
            changes: rules.approved().len(),
        })
    }

    fn as_json(&self) -> Value {
        let packs: Vec<_> = self
            .packs
            .iter()
            .map(|adoption| {
                json!({"pack": adoption.pack.code(), "version": adoption.pack.version(),
                    "from": adoption.holds.from, "until": adoption.holds.until,
                    "tracks": adoption.tracks})
            })
            .collect();
        let taxonomy = self
            .taxonomy
            .as_ref()
            .map(|(code, products)| json!({"taxonomy": code, "products": products}));
        json!({
            "on": self.day, "approved_changes": self.changes, "packs": packs,
            "calendars": self.calendars, "taxonomy": taxonomy, "approval_limits": self.limits,
            "handlers": self.handlers, "committee": self.committee, "retention": self.retention,
        })
    }

    fn tell(&self, console: &mut Console<'_>) -> Result<(), CommandError> {
        console.line(format_args!("on {}, by {} approved changes", self.day, self.changes))?;
        for adoption in &self.packs {
            let since =
                adoption.holds.from.map_or_else(String::new, |from| format!(" since {from}"));
            let until =
                adoption.holds.until.map_or_else(String::new, |until| format!(" until {until}"));
            let (code, version) = (adoption.pack.code(), adoption.pack.version());
            console.line(format_args!("pack       {code} {version}{since}{until}"))?;
        }
        for calendar in &self.calendars {
            console.line(format_args!("calendar   {calendar}"))?;
        }
        match &self.taxonomy {
            Some((code, products)) => {
                console.line(format_args!("taxonomy   {code}, {products} products"))?;
            }
            None => console.line("taxonomy   none; complaints are classified by any")?,
        }
        for limit in &self.limits {
            console.line(format_args!("limit      {limit}"))?;
        }
        console.line(format_args!("handlers   {}", self.handlers))?;
        console.line(format_args!("committee  {}", self.committee))?;
        console.line(format_args!("retention  {}", self.retention))
    }
}

/// What the rulebook sets, in the order in which it came to hold; else what the program brings.
fn approval_limits(rules: &HouseRules, day: Date) -> Vec<String> {
    let held = rules.approved().iter().map(|approved| &approved.rule);
    let mut set: Vec<_> = held.filter(|rule| rule.from().is_some_and(|from| from <= day)).collect();
    set.sort_by_key(|rule| rule.from());
    let mut lines: Vec<_> = set.into_iter().filter_map(limit_in_words).collect();
    if rules.approval_limits_on(day, ApprovalLimits::default()) == ApprovalLimits::default() {
        lines.clear();
    }
    if lines.is_empty() {
        return vec!["nothing is set; those of the program (docs/casework.md)".to_owned()];
    }
    lines
}

fn limit_in_words(rule: &RuleChange) -> Option<String> {
    let (whom, currency, limit, from): (String, _, &ApprovalLimit, _) = match rule {
        RuleChange::LimitApproval { role, currency, limit, from } => {
            (format!("role {role}"), currency, limit, from)
        }
        RuleChange::LimitPerson { account, currency, limit, from } => {
            (format!("account {account}"), currency, limit, from)
        }
        RuleChange::AdoptPack { .. }
        | RuleChange::RetirePack { .. }
        | RuleChange::AdoptCalendar { .. }
        | RuleChange::AdoptCauses { .. }
        | RuleChange::AdoptTaxonomy { .. }
        | RuleChange::RequireOfHandlers { .. }
        | RuleChange::RequireOfCommittee { .. }
        | RuleChange::RetainPersonalData { .. }
        | RuleChange::LimitTerms { .. }
        | RuleChange::RequireOfReports { .. } => return None,
    };
    let currency = currency.map_or("any other currency".to_owned(), |c| c.code().to_owned());
    Some(format!("{whom}: {limit} in {currency}, since {from}"))
}
