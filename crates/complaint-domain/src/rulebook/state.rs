//! What the rulebook says, and from when.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use jiff::{civil::Date, tz::TimeZone};

use super::{ChangeNumber, RuleChange, RulebookEvent, decide::Waiting};
use crate::{
    cause::CauseTree,
    clock::{AdoptError, Adoption, Calendar, InForce, RulePack, Rulebook, shipped},
    complaint::{ApprovalLimits, HandlerRules, Taxonomy},
    fact::Fact,
    label::Label,
    review::CommitteeRules,
    staff::TermLimits,
    subject::Retention,
};

/// The pack by which clocks run before the first adoption.
const FALLBACK: &str = "iso-10002";

/// The rules of the house.
///
/// # Invariants
///
/// Every approved change was approved by somebody else than its proposer, and holds from a day that
/// had not passed when it was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HouseRules {
    last_change: u16,
    waiting: BTreeMap<ChangeNumber, Waiting>,
    /// In the order in which they were approved.
    approved: Vec<Approved>,
}

/// A change that was approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    /// What it says.
    pub rule: RuleChange,
    /// The day of its approval, in UTC.
    pub on: Date,
}

impl HouseRules {
    /// The number of the last change that was proposed; 0 before the first.
    pub const fn last_change(&self) -> ChangeNumber {
        ChangeNumber(self.last_change)
    }

    pub(super) fn waiting(&self, change: ChangeNumber) -> Option<&Waiting> {
        self.waiting.get(&change)
    }

    /// Every change that was approved, in that order.
    pub fn approved(&self) -> &[Approved] {
        &self.approved
    }

    pub(super) fn with(mut self, rule: RuleChange, on: Date) -> Self {
        self.approved.push(Approved { rule, on });
        self
    }

    /// Whether anything was approved that clocks are counted by.
    pub fn sets_time_limits(&self) -> bool {
        self.approved.iter().any(|change| {
            matches!(change.rule, RuleChange::AdoptPack { .. } | RuleChange::AdoptCalendar { .. })
        })
    }

    /// Every pack with the days on which clocks start by it: those that were adopted, and before
    /// the first of them `iso-10002`, which comes with the program.
    ///
    /// # Errors
    ///
    /// [`AdoptError`] of a change that was not checked before it was approved, or that this program cannot read.
    pub fn time_limits(&self) -> Result<Rulebook, AdoptError> {
        let mut rulebook = Rulebook::with_shipped_calendars();
        for Approved { rule, on } in &self.approved {
            if let RuleChange::AdoptCalendar { file, from } = rule {
                let calendar = Calendar::parse(file).map_err(unreadable("calendar"))?;
                rulebook = rulebook.with_calendar_from(calendar, from.unwrap_or(*on));
            } else if let RuleChange::AdoptPack { file, .. } = rule {
                RulePack::parse(file).map_err(unreadable("rule pack"))?;
            }
        }
        let spans = self.spans();
        let first = spans.iter().filter_map(|span| span.from).min();
        let before = first.and_then(|first| first.yesterday().ok());
        if let Some(pack) = shipped::pack(FALLBACK) {
            let holds = InForce { from: None, until: before };
            rulebook = rulebook.adopt(Adoption::of(pack).holding(holds))?;
        }
        spans.into_iter().filter_map(Span::adoption).try_fold(rulebook, Rulebook::adopt)
    }

    /// Whether clocks start by the pack on the day.
    pub fn is_adopted_on(&self, pack: &Label, day: Date) -> bool {
        self.spans().iter().any(|span| span.code == *pack && span.holds().includes(day))
    }

    /// Of each pack: from when until when which version holds. One that cannot be read is left out here; whoever
    /// counts by the rules is told of it by [`time_limits`](Self::time_limits).
    fn spans(&self) -> Vec<Span<'_>> {
        let mut by_pack: BTreeMap<Label, Vec<Span<'_>>> = BTreeMap::new();
        for change in self.approved.iter().map(|approved| &approved.rule) {
            let (code, from, pack) = match change {
                RuleChange::AdoptPack { file, from, .. } => {
                    let Ok(pack) = RulePack::parse(file) else { continue };
                    (pack.code().clone(), *from, Some(pack))
                }
                RuleChange::RetirePack { pack, from } => (pack.clone(), *from, None),
                RuleChange::AdoptCalendar { .. }
                | RuleChange::AdoptCauses { .. }
                | RuleChange::AdoptTaxonomy { .. }
                | RuleChange::LimitPerson { .. }
                | RuleChange::LimitApproval { .. }
                | RuleChange::RequireOfHandlers { .. }
                | RuleChange::RequireOfCommittee { .. }
                | RuleChange::RetainPersonalData { .. }
                | RuleChange::LimitTerms { .. }
                | RuleChange::RequireOfReports { .. } => continue,
            };
            let of_pack = by_pack.entry(code.clone()).or_default();
            // Of two that hold from the same day, the one that was approved last does.
            of_pack.retain(|span| span.from != Some(from));
            of_pack.push(Span { code, from: Some(from), until: None, pack, change });
        }
        let mut spans = Vec::new();
        for mut of_pack in by_pack.into_values() {
            of_pack.sort_by_key(|span| span.from);
            let next: Vec<_> = of_pack.iter().skip(1).map(|span| span.from).collect();
            for (span, next) in of_pack.iter_mut().zip(next) {
                span.until = next.and_then(|next| next.yesterday().ok());
            }
            spans.extend(of_pack.into_iter().filter(|span| span.pack.is_some()));
        }
        spans.sort_by_key(|span| span.from);
        spans
    }

    /// What held on the day, in the order in which it came to hold.
    fn on(&self, day: Date) -> Vec<&RuleChange> {
        let mut held: Vec<_> = self
            .approved
            .iter()
            .map(|approved| &approved.rule)
            .filter(|change| change.from().is_none_or(|from| from <= day))
            .collect();
        held.sort_by_key(|change| change.from());
        held
    }

    /// How much each role could promise on the day; what nobody set is as `otherwise`.
    pub fn approval_limits_on(&self, day: Date, otherwise: ApprovalLimits) -> ApprovalLimits {
        self.on(day).into_iter().fold(otherwise, |limits, change| match change {
            RuleChange::LimitApproval { role, currency: Some(currency), limit, .. } => {
                limits.with(*role, *currency, *limit)
            }
            RuleChange::LimitApproval { role, currency: None, limit, .. } => {
                limits.with_elsewhere(*role, *limit)
            }
            RuleChange::LimitPerson { account, currency, limit, .. } => {
                limits.with_person(account.clone(), *currency, *limit)
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
            | RuleChange::RequireOfReports { .. } => limits,
        })
    }

    /// What whoever became responsible had to bring on the day; nothing before somebody set it.
    pub fn handler_rules_on(&self, day: Date) -> HandlerRules {
        let mut rules = HandlerRules::default();
        for change in self.on(day) {
            if let RuleChange::RequireOfHandlers { joined, trainings, .. } = change {
                rules = HandlerRules { joined: *joined, trainings: trainings.clone() };
            }
        }
        rules
    }

    /// How long personal data was kept at least, on the day; nothing before somebody set it.
    pub fn retention_on(&self, day: Date) -> Option<Retention> {
        let mut retention = None;
        for change in self.on(day) {
            if let RuleChange::RetainPersonalData { months, counted_from, .. } = change {
                retention = Some(Retention { months: *months, counted_from: *counted_from });
            }
        }
        retention
    }

    /// By what complaints were classified on the day; nothing before somebody adopted a taxonomy.
    pub fn taxonomy_on(&self, day: Date) -> Option<Taxonomy> {
        let mut taxonomy = None;
        for change in self.on(day) {
            if let RuleChange::AdoptTaxonomy { taxonomy: code, products, .. } = change {
                taxonomy = Some(Taxonomy { code: code.clone(), products: products.clone() });
            }
        }
        taxonomy
    }

    /// Every tree of causes with the day from which it holds, in that order. Of two from the same day
    /// the one that was approved last holds.
    ///
    /// # Errors
    ///
    /// [`AdoptError::Unreadable`]: this program cannot read one.
    pub fn cause_trees(&self) -> Result<Vec<(Date, CauseTree)>, AdoptError> {
        let mut trees = Vec::new();
        for change in self.approved.iter().map(|approved| &approved.rule) {
            let RuleChange::AdoptCauses { file, from } = change else { continue };
            trees.push((*from, CauseTree::parse(file).map_err(unreadable("tree of causes"))?));
        }
        trees.sort_by_key(|(from, _)| *from);
        Ok(trees)
    }

    /// How the committee decided on the day.
    pub fn committee_rules_on(&self, day: Date) -> CommitteeRules {
        let mut rules = CommitteeRules::default();
        for change in self.on(day) {
            if let RuleChange::RequireOfCommittee { quorum, effect, .. } = change {
                rules = CommitteeRules { quorum: *quorum, effect: *effect };
            }
        }
        rules
    }
}

impl HouseRules {
    /// How long somebody could sit on the committee by the rules of the day; nothing before
    /// somebody set it.
    pub fn term_limits_on(&self, day: Date) -> Option<TermLimits> {
        self.on(day).into_iter().rev().find_map(|change| {
            let RuleChange::LimitTerms { months, terms, .. } = change else { return None };
            Some(TermLimits { months: *months, terms: *terms })
        })
    }

    /// Whether a report was published on the day only once the committee had endorsed it: it was,
    /// unless somebody set otherwise.
    pub fn reports_need_endorsement_on(&self, day: Date) -> bool {
        let set = self.on(day).into_iter().rev().find_map(|change| {
            let RuleChange::RequireOfReports { endorsement, .. } = change else { return None };
            Some(*endorsement)
        });
        set.unwrap_or(true)
    }
}

fn unreadable<E: fmt::Display>(what: &'static str) -> impl Fn(E) -> AdoptError {
    move |error| AdoptError::Unreadable { what, reason: error.to_string() }
}

/// A version of a pack, or that there is none, from a day until before the next.
struct Span<'a> {
    code: Label,
    from: Option<Date>,
    until: Option<Date>,
    pack: Option<RulePack>,
    change: &'a RuleChange,
}

impl Span<'_> {
    const fn holds(&self) -> InForce {
        InForce { from: self.from, until: self.until }
    }

    fn adoption(self) -> Option<Adoption> {
        let holds = self.holds();
        let RuleChange::AdoptPack { calendar, zone, business_hours, tracks, .. } = self.change
        else {
            return None;
        };
        Some(Adoption {
            pack: self.pack?,
            calendar: calendar.clone(),
            zone: zone.clone(),
            business_hours: *business_hours,
            tracks: BTreeSet::clone(tracks),
            holds,
        })
    }
}

/// Applies one recorded event. It cannot fail: the event has already happened.
#[must_use]
pub fn evolve(mut state: HouseRules, fact: &Fact<RulebookEvent>) -> HouseRules {
    match &fact.event {
        RulebookEvent::ChangeProposed(proposal) => {
            state.last_change = proposal.change.0;
            let proposer = fact.actor.id.clone();
            state.waiting.insert(proposal.change, Waiting { proposal: proposal.clone(), proposer });
        }
        RulebookEvent::ChangeApproved(approval) => {
            if let Some(waiting) = state.waiting.remove(&approval.change) {
                let on = TimeZone::UTC.to_datetime(fact.occurred_at).date();
                state.approved.push(Approved { rule: waiting.proposal.rule, on });
            }
        }
        RulebookEvent::ChangeRejected(rejected) => {
            state.waiting.remove(&rejected.change);
        }
    }
    state
}
