//! Writes down one complaint's life, step by step, keeping its time.

use complaint_domain::{actor::Actor, complaint::ComplaintCommand, sealed::PersonalField};
use complaint_service::named_stream;
use event_log::StreamId;
use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, Weekday},
    tz::TimeZone,
};
use rand::{Rng, RngExt};
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;

use super::beside::{BesideStep, Deed};

/// The year that the demo tells. Fixed, so that the same seed always tells the same year.
#[derive(Debug, Clone, Copy)]
pub struct Year {
    /// Its first moment.
    pub start: Timestamp,
    /// The first moment after it.
    pub end: Timestamp,
}

impl Year {
    /// A calendar year, in UTC.
    ///
    /// # Panics
    ///
    /// When the calendar does not have the year and the next one.
    pub fn of(year: i16) -> Self {
        let first = |year| {
            let day = Date::new(year, 1, 1).expect("every year has a first of January");
            day.to_zoned_datetime(TimeZone::UTC).expect("UTC has no gaps").timestamp()
        };
        Self { start: first(year), end: first(year + 1) }
    }

    /// Its first day.
    pub fn first_day(self) -> Date {
        self.start.to_zoned_datetime(TimeZone::UTC).date()
    }

    /// The first moment of one of its days.
    ///
    /// # Panics
    ///
    /// When it has no such day.
    pub fn moment(self, month: i8, day: i8) -> Timestamp {
        let day = Date::new(self.first_day().year(), month, day).expect("a day of the year");
        day.to_zoned_datetime(TimeZone::UTC).expect("UTC has no gaps").timestamp()
    }
}

/// A command as somebody of the demo sends it.
#[derive(Clone)]
pub struct Step {
    /// When it is entered: the order in which steps are sent.
    pub entered_at: Timestamp,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Who enters it.
    pub actor: Actor,
    /// The id of the command.
    pub command_id: Uuid,
    /// The command.
    pub command: ComplaintCommand,
    /// Its personal fields.
    pub personal: Vec<(PersonalField, String)>,
}

impl std::fmt::Debug for Step {
    /// Personal fields by name only, as everywhere.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Step")
            .field("entered_at", &self.entered_at)
            .field("occurred_at", &self.occurred_at)
            .field("actor", &self.actor)
            .field("command_id", &self.command_id)
            .field("command", &self.command)
            .field("personal", &self.personal.iter().map(|(field, _)| field).collect::<Vec<_>>())
            .finish()
    }
}

/// Writes down steps. Its time only moves forward.
#[derive(Debug)]
pub(super) struct Author {
    /// Every choice of this life comes from here.
    pub(super) rng: ChaCha8Rng,
    /// The time in the world.
    now: Timestamp,
    steps: Vec<Step>,
}

impl Author {
    /// A life that begins at a moment.
    pub(super) fn new(rng: ChaCha8Rng, now: Timestamp) -> Self {
        Self { rng, now, steps: Vec::with_capacity(16) }
    }

    /// The day in the world.
    pub(super) fn today(&self) -> Date {
        self.now.to_zoned_datetime(TimeZone::UTC).date()
    }

    /// Whether something happens that does so with this probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.rng.random_bool(probability)
    }

    /// The stream version that the next step's event will have: each step causes one event.
    pub(super) fn version(&self) -> u64 {
        self.steps.len() as u64
    }

    /// Some minutes pass.
    pub(super) fn minutes(&mut self, least: i64, most: i64) {
        let milliseconds = self.rng.random_range(least * 60_000..=most * 60_000);
        self.now += SignedDuration::from_millis(milliseconds);
    }

    /// Some days pass; it is office hours of a weekday.
    pub(super) fn days(&mut self, least: i64, most: i64) {
        let days = self.rng.random_range(least..=most);
        self.office_hours_after(self.today().saturating_add(days.days()));
    }

    /// It is office hours, today or on a coming day, later than now.
    pub(super) fn office_hours(&mut self) {
        self.office_hours_after(self.today());
    }

    /// Nothing happens until a day is over.
    pub(super) fn until_after(&mut self, day: Date) {
        self.office_hours_after(day.max(self.today()).saturating_add(1.day()));
    }

    fn office_hours_after(&mut self, mut day: Date) {
        let minute = self.rng.random_range(8 * 60 + 30..17 * 60 + 30);
        let within = self.rng.random_range(0..60_000);
        loop {
            if !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
                let midnight =
                    day.to_zoned_datetime(TimeZone::UTC).expect("UTC has no gaps").timestamp();
                let at = midnight + SignedDuration::from_millis(minute * 60_000 + within);
                if at > self.now {
                    self.now = at;
                    return;
                }
            }
            day = day.saturating_add(1.day());
        }
    }

    /// Something happens now and is entered at once.
    pub(super) fn step(
        &mut self,
        actor: Actor,
        command: ComplaintCommand,
        personal: Vec<(PersonalField, String)>,
    ) {
        self.push(self.now, actor, command, personal);
    }

    /// Something happens now but is entered only days later, from paper or memory.
    pub(super) fn late_step(
        &mut self,
        actor: Actor,
        command: ComplaintCommand,
        personal: Vec<(PersonalField, String)>,
    ) {
        let occurred_at = self.now;
        self.days(1, 6);
        self.push(occurred_at, actor, command, personal);
    }

    fn push(
        &mut self,
        occurred_at: Timestamp,
        actor: Actor,
        command: ComplaintCommand,
        personal: Vec<(PersonalField, String)>,
    ) {
        let entered_at = self.now;
        let command_id = self.new_id();
        self.steps.push(Step { entered_at, occurred_at, actor, command_id, command, personal });
    }

    /// A new id: the time and random bits.
    fn new_id(&mut self) -> Uuid {
        let milliseconds = u64::try_from(self.now.as_millisecond()).unwrap_or_default();
        let mut random = [0; 10];
        self.rng.fill_bytes(&mut random);
        uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid()
    }

    /// The life, up to the end of the year.
    pub(super) fn finish(self, year: Year) -> Vec<Step> {
        self.steps.into_iter().take_while(|step| step.entered_at < year.end).collect()
    }
}

/// Writes down what happens beside the complaints, in one stream. Its time only moves forward.
#[derive(Debug)]
pub(super) struct Diary {
    author: Author,
    deeds: Vec<BesideStep>,
}

impl Diary {
    /// A diary that begins at a moment.
    pub(super) fn new(rng: ChaCha8Rng, now: Timestamp) -> Self {
        Self { author: Author::new(rng, now), deeds: Vec::new() }
    }

    /// Every choice comes from here.
    pub(super) fn rng(&mut self) -> &mut ChaCha8Rng {
        &mut self.author.rng
    }

    /// The day in the world.
    pub(super) fn today(&self) -> Date {
        self.author.today()
    }

    /// Some minutes pass.
    pub(super) fn minutes(&mut self, least: i64, most: i64) {
        self.author.minutes(least, most);
    }

    /// Some days pass; it is office hours of a weekday.
    pub(super) fn days(&mut self, least: i64, most: i64) {
        self.author.days(least, most);
    }

    /// Nothing happens until a day is over.
    pub(super) fn until_after(&mut self, day: Date) {
        self.author.until_after(day);
    }

    /// A new stream of a kind.
    pub(super) fn new_stream(&mut self, kind: &str) -> StreamId {
        named_stream(kind, self.author.new_id())
    }

    /// Something is done now.
    pub(super) fn deed(&mut self, actor: Actor, deed: Deed) {
        let command_id = self.author.new_id();
        self.deeds.push(BesideStep { at: self.author.now, actor, command_id, deed });
    }

    /// All of it, as of one stream.
    pub(super) fn finish(self, stream: &StreamId) -> Vec<(StreamId, BesideStep)> {
        self.deeds.into_iter().map(|deed| (stream.clone(), deed)).collect()
    }
}
