//! Rule packs: the clocks of one rule, as data with citations.

mod check;

use std::{collections::BTreeSet, num::NonZeroU32};

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use super::{EscalationOrder, Milestone, words::Words, zone::Zone};
use crate::{
    actor::Role,
    complaint::{ExtensionReason, PauseGround},
    label::Label,
};

/// In what a time limit is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Hours of sixty minutes, whatever the clocks on the wall do.
    Hours,
    /// Every day.
    CalendarDays,
    /// Days that the pack's calendar works on, in the word most rules use.
    BusinessDays,
    /// The same, in the word that China's rules and the European Union's use.
    WorkingDays,
    /// Seven days each.
    Weeks,
    /// To the same day of a later month, or to its last day if it is too short.
    Months,
}

/// How much time there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Length {
    /// How many.
    pub count: NonZeroU32,
    /// Of what.
    pub unit: Unit,
}

/// Whether the day on which a clock starts is its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DayZero {
    /// The next day is day 1.
    NotCounted,
    /// It is day 1 itself.
    Counted,
}

/// When on the last day the time is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DueAt {
    /// With the last instant of the local day.
    EndOfDay,
    /// When business closes; that instant is still in time.
    CloseOfBusiness,
    /// At the very moment; for limits in hours.
    ToTheMoment,
}

/// What becomes of a start outside business hours.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum AfterHours {
    /// It counts from the day it happened.
    #[default]
    AsReceived,
    /// On a day off, or after the close, it counts from the next business day.
    NextBusinessDay,
}

/// What becomes of a last day on which nobody works.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum LastDay {
    /// It stays the last day.
    #[default]
    AsItFalls,
    /// The next working day is the last day.
    NextWorkingDay,
}

/// Whether a clock is somebody's duty or somebody's chance.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Nature {
    /// To let it run out is a breach.
    #[default]
    Duty,
    /// A way that is open until it runs out; nobody breaches anything.
    Option,
}

/// How well a rule is known. Printed with every reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleStatus {
    /// The rule's own text was read.
    Verified,
    /// Somebody else's account of the rule was read.
    Secondary,
    /// Nobody has checked it; a lead, to be checked before anybody relies on it.
    Unverified,
    /// A promise of the company's own; there is nothing to verify.
    Own,
}

/// Where a rule stands and how well it is known.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    /// The passage.
    pub citation: String,
    /// How well it is known.
    pub status: RuleStatus,
    /// The day it was last looked at; none for a company's own promise.
    #[serde(default)]
    pub read_on: Option<Date>,
}

/// A ground on which the clock may stand still.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllowedPause {
    /// The ground.
    pub ground: PauseGround,
    /// Where that is said.
    pub basis: Basis,
}

/// How the time may be extended.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtensionRule {
    /// The most time there may be in all, from the same start and counted the same way.
    pub total: Length,
    /// How often it may be extended.
    pub times: u8,
    /// Who may approve.
    pub approvers: BTreeSet<Role>,
    /// What each extension in turn may reach, and for which reasons; the total for any reason, where a
    /// rule makes no steps.
    #[serde(default)]
    pub stages: Vec<ExtensionStage>,
    /// Where that is said.
    pub basis: Basis,
}

/// One step of an extension that a rule gives in steps.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtensionStage {
    /// The most time there may be by then, from the same start and counted the same way.
    pub total: Length,
    /// The reasons that allow it.
    pub reasons: BTreeSet<ExtensionReason>,
}

impl ExtensionRule {
    /// The step that comes after so many extensions, where the rule makes steps.
    pub(super) fn stage(&self, times: u8) -> Option<&ExtensionStage> {
        self.stages.get(usize::from(times))
    }
}

/// What stops a clock only in its last days, such as the word that it will not be kept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LateStops {
    /// What does.
    pub stops: BTreeSet<Milestone>,
    /// In how many of its last days; later, too.
    pub within: Length,
    /// Where that is said.
    pub basis: Basis,
}

/// From when to when something holds; both days included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InForce {
    /// The first day, if it is known to have one.
    #[serde(default)]
    pub from: Option<Date>,
    /// The last day, if it has one.
    #[serde(default)]
    pub until: Option<Date>,
}

impl InForce {
    /// Whether the day is one of them.
    pub fn includes(self, date: Date) -> bool {
        self.from.is_none_or(|from| from <= date) && self.until.is_none_or(|until| date <= until)
    }

    /// Whether there is a day that both include.
    pub fn overlaps(self, other: Self) -> bool {
        let begins_by_end = |one: Self, other: Self| match (one.from, other.until) {
            (Some(from), Some(until)) => from <= until,
            (None, _) | (_, None) => true,
        };
        begins_by_end(self, other) && begins_by_end(other, self)
    }
}

/// When business opens and closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BusinessHours {
    /// The first moment.
    pub opens: Time,
    /// The last moment.
    pub closes: Time,
}

/// One clock of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockRule {
    /// Its code within the pack.
    pub code: Label,
    /// What it is called.
    pub name: Words,
    /// Whether it is a duty or an option.
    #[serde(default)]
    pub nature: Nature,
    /// Whether its last day is the one until which the complainant may turn elsewhere, which a final
    /// response states; for an option that starts with it.
    #[serde(default)]
    pub recourse: bool,
    /// Only for complaints on this track; a company says which tracks its complaints are on.
    #[serde(default)]
    pub track: Option<Label>,
    /// The clock that it takes the place of on its track.
    #[serde(default)]
    pub replaces: Option<Label>,
    /// What starts it.
    pub starts: Milestone,
    /// Whether every such start starts it anew, and not only the first.
    #[serde(default)]
    pub each: bool,
    /// What stops it: whichever comes first.
    pub stops: BTreeSet<Milestone>,
    /// What of that stops it only near its end; all of it at any time unless the rule says so.
    #[serde(default)]
    pub only_late: Option<LateStops>,
    /// What ends it without anybody having met or missed it.
    #[serde(default)]
    pub lapses: BTreeSet<Milestone>,
    /// How much time there is.
    pub length: Length,
    /// Whether the day of the start counts.
    pub day_zero: DayZero,
    /// When on the last day the time is up.
    pub due_at: DueAt,
    /// What becomes of a start outside business hours.
    #[serde(default)]
    pub after_hours: AfterHours,
    /// What becomes of a last day on which nobody works.
    #[serde(default)]
    pub last_day: LastDay,
    /// The grounds on which it may stand still; none unless the rule says so.
    #[serde(default)]
    pub pauses: Vec<AllowedPause>,
    /// How it may be extended; not at all unless the rule says so.
    #[serde(default)]
    pub extension: Option<ExtensionRule>,
    /// How long before the time is up somebody is warned; hours or calendar days.
    pub warn: Length,
    /// Where it stands and how well it is known.
    pub basis: Basis,
    /// What a reader should know besides.
    #[serde(default)]
    pub note: Option<Words>,
    /// From when to when it holds, within the days of the pack.
    #[serde(default)]
    pub in_force: InForce,
}

/// A set of clocks that belong together, checked when it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulePack(PackFile);

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct PackFile {
    format: u32,
    code: Label,
    version: Label,
    name: Words,
    #[serde(default)]
    note: Option<Words>,
    zone: Zone,
    #[serde(default)]
    calendars: Vec<Label>,
    #[serde(default)]
    business_hours: Option<BusinessHours>,
    #[serde(default)]
    in_force: InForce,
    clocks: Vec<ClockRule>,
    #[serde(default)]
    escalation: Option<EscalationOrder>,
}

impl RulePack {
    /// Reads and checks a pack.
    ///
    /// The shipped file `template.json` shows every key. Unknown keys are refused, so that a
    /// misspelt pause ground or extension is noticed here and not on the day it was needed.
    ///
    /// # Errors
    ///
    /// [`ParsePackError`]: not JSON of the right shape, or a rule that contradicts itself.
    pub fn parse(text: &str) -> Result<Self, ParsePackError> {
        let file: PackFile = serde_json::from_str(text)?;
        check::check(&file)?;
        Ok(Self(file))
    }

    /// The code of the pack, such as `uk-disp`.
    pub const fn code(&self) -> &Label {
        &self.0.code
    }

    /// Its version; it changes whenever a rule in it does.
    pub const fn version(&self) -> &Label {
        &self.0.version
    }

    /// What the pack is called.
    pub const fn name(&self) -> &Words {
        &self.0.name
    }

    /// What a reader should know of the whole pack.
    pub const fn note(&self) -> Option<&Words> {
        self.0.note.as_ref()
    }

    /// The zone whose local dates count.
    pub const fn zone(&self) -> &Zone {
        &self.0.zone
    }

    /// The codes of the calendars it may be counted with; the first unless the company chooses.
    pub fn calendars(&self) -> &[Label] {
        &self.0.calendars
    }

    /// When business opens and closes, unless the company says otherwise.
    pub const fn business_hours(&self) -> Option<BusinessHours> {
        self.0.business_hours
    }

    /// From when to when the pack holds.
    pub const fn in_force(&self) -> InForce {
        self.0.in_force
    }

    /// Its clocks, in the order of the file.
    pub fn clocks(&self) -> &[ClockRule] {
        &self.0.clocks
    }

    /// What must go before the committee without being asked; nothing unless the rule says so.
    pub const fn escalation(&self) -> Option<&EscalationOrder> {
        self.0.escalation.as_ref()
    }

    /// Whether the clock may start on the local day.
    pub fn holds(&self, rule: &ClockRule, date: Date) -> bool {
        self.in_force().includes(date) && rule.in_force.includes(date)
    }
}

/// The text is not a rule pack that deadlines may depend on.
#[derive(Debug, thiserror::Error)]
pub enum ParsePackError {
    /// It is not JSON, or not of the shape of a pack.
    #[error("expected a rule pack in JSON")]
    Shape(#[from] serde_json::Error),
    /// The pack contradicts itself.
    #[error("pack `{pack}`: expected {expected}")]
    Pack {
        /// The pack.
        pack: Label,
        /// What was expected.
        expected: &'static str,
    },
    /// One of its clocks contradicts itself.
    #[error("pack `{pack}`, clock `{clock}`: expected {expected}")]
    Clock {
        /// The pack.
        pack: Label,
        /// The clock.
        clock: Label,
        /// What was expected.
        expected: &'static str,
    },
}
