//! The rules that hold, by the ledger's own rulebook. It is read anew only as far as it has moved on.

use std::sync::{Arc, Mutex, PoisonError};

use complaint_domain::{
    aggregate::Aggregate as _,
    cause::CauseTree,
    clock::Rulebook,
    complaint::{ComplaintRules, HandlerRules},
    rulebook::{HouseRules, evolve},
};
use event_log::{EventLog, StreamId, StreamVersion};
use futures::TryStreamExt;
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::{error::HandleError, ids::rulebook_stream, load::decoded};

/// The rules of a service: what it was given, and what the rulebook says above that.
#[derive(Debug)]
pub(crate) struct House {
    given: Arc<ComplaintRules>,
    /// The name of the rulebook's stream.
    stream: StreamId,
    known: Mutex<Arc<Known>>,
}

/// The rulebook as far as it was read.
#[derive(Debug, Clone)]
struct Known {
    next_version: StreamVersion,
    rules: Arc<HouseRules>,
    /// Shared, and made once for each change: it is large.
    time_limits: Arc<Rulebook>,
    /// With the day from which each holds, in that order.
    causes: Arc<[(Date, Arc<CauseTree>)]>,
    /// What that came to on the day that was asked for last: most commands are of today.
    of_day: Option<(Date, Arc<ComplaintRules>)>,
}

impl House {
    pub(crate) fn new(given: ComplaintRules) -> Self {
        let known = Known {
            next_version: StreamVersion::default(),
            rules: Arc::default(),
            time_limits: Arc::clone(&given.time_limits),
            causes: Arc::default(),
            of_day: None,
        };
        let known = Mutex::new(Arc::new(known));
        Self { given: Arc::new(given), stream: rulebook_stream(), known }
    }

    /// The rules of the day of something. Time limits are those of every day: a clock goes by the
    /// day on which it starts.
    pub(crate) async fn rules_at(
        &self,
        log: &dyn EventLog,
        at: Timestamp,
    ) -> Result<Arc<ComplaintRules>, HandleError> {
        let known = self.known(log).await?;
        if known.rules.approved().is_empty() {
            return Ok(Arc::clone(&self.given));
        }
        let day = TimeZone::UTC.to_datetime(at).date();
        if let Some((_, rules)) = known.of_day.as_ref().filter(|(of, _)| *of == day) {
            return Ok(Arc::clone(rules));
        }
        let rules = Arc::new(self.rules_on(day, &known));
        let of_day = Some((day, Arc::clone(&rules)));
        self.keep(Known { of_day, ..Known::clone(&known) });
        Ok(rules)
    }

    /// The rules of the day of something that is decided now. How much somebody may promise is the
    /// stricter of that day's and today's, and whoever becomes responsible brings what both ask for: a limit
    /// that was lowered since, or a requirement that came since, is not gone round by an entry that is dated back.
    pub(crate) async fn rules_to_decide(
        &self,
        log: &dyn EventLog,
        (occurred_at, now): (Timestamp, Timestamp),
    ) -> Result<Arc<ComplaintRules>, HandleError> {
        let day = |at| TimeZone::UTC.to_datetime(at).date();
        let then = self.rules_at(log, occurred_at).await?;
        if day(now) <= day(occurred_at) {
            return Ok(then);
        }
        let today = self.rules_at(log, now).await?;
        let asks_something_now = today.handlers != HandlerRules::default();
        if today.approval_limits == then.approval_limits && !asks_something_now {
            return Ok(then);
        }
        let mut rules = ComplaintRules::clone(&then);
        if today.approval_limits != then.approval_limits {
            rules.approval_limits = rules.approval_limits.and(today.approval_limits.clone());
        }
        rules.handlers_today.clone_from(&today.handlers);
        Ok(Arc::new(rules))
    }

    fn rules_on(&self, day: Date, known: &Known) -> ComplaintRules {
        let Known { rules, time_limits, causes, .. } = known;
        let otherwise = self.given.approval_limits.clone();
        ComplaintRules {
            approval_limits: rules.approval_limits_on(day, otherwise),
            handlers: rules.handler_rules_on(day),
            handlers_today: HandlerRules::default(),
            taxonomy: rules.taxonomy_on(day).map(Arc::new).or_else(|| self.given.taxonomy.clone()),
            time_limits: Arc::clone(time_limits),
            causes: of_day(causes, day).or_else(|| self.given.causes.clone()),
            clock_tolerance: self.given.clock_tolerance,
        }
    }

    /// Keeps what was read or made of the rulebook, unless somebody else read further meanwhile.
    fn keep(&self, known: Known) -> Arc<Known> {
        let known = Arc::new(known);
        let mut kept = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.next_version <= known.next_version {
            *kept = Arc::clone(&known);
        }
        known
    }

    async fn known(&self, log: &dyn EventLog) -> Result<Arc<Known>, HandleError> {
        let before = Arc::clone(&self.known.lock().unwrap_or_else(PoisonError::into_inner));
        if log.next_version(&self.stream).await? <= before.next_version {
            return Ok(before);
        }
        let mut known = Known { of_day: None, ..Known::clone(&before) };
        let mut records = log.read_stream(&self.stream, known.next_version);
        while let Some(recorded) = records.try_next().await? {
            known.next_version = StreamVersion(recorded.version.0.saturating_add(1));
            let fact = decoded(&recorded)?.fact();
            let Some(event) = HouseRules::from_ledger(fact.event.clone()) else { continue };
            let rules = Arc::unwrap_or_clone(known.rules);
            known.rules = Arc::new(evolve(rules, &fact.map(|_| event)));
        }
        if known.next_version <= before.next_version {
            return Ok(before);
        }
        let trees = known.rules.cause_trees()?.into_iter();
        known.causes = trees.map(|(from, tree)| (from, Arc::new(tree))).collect();
        if known.rules.sets_time_limits() {
            known.time_limits = Arc::new(known.rules.time_limits()?);
        }
        Ok(self.keep(known))
    }
}

/// The last tree that held by then.
fn of_day(trees: &[(Date, Arc<CauseTree>)], day: Date) -> Option<Arc<CauseTree>> {
    trees.iter().rev().find(|(from, _)| *from <= day).map(|(_, tree)| Arc::clone(tree))
}
