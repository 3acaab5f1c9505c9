//! Tests that read as stories, the same for every aggregate beside the complaint: given a history,
//! when a command comes, then these events or this refusal; ladders of reasons; pages of tables.

use std::{collections::BTreeMap, fmt::Write as _};

use jiff::Timestamp;

use crate::{
    actor::{Actor, ActorId, Role},
    aggregate::{Aggregate, Occasion},
    fact::Fact,
};

/// What a decision of one aggregate depends on, as a test sets it.
pub(crate) trait World: Clone {
    type A: Aggregate<Command: Clone, Event: PartialEq, Rejection: PartialEq> + Clone;

    /// Who sends the next command, and when.
    fn occasion(&mut self) -> &mut Occasion;

    fn decide(&self, state: &Self::A, command: &Command<Self>) -> Outcome<Self>;

    fn code(rejection: &Rejection<Self>) -> &'static str;

    fn name(command: &Command<Self>) -> &'static str;
}

/// The world of an aggregate that decides by its own stream and the occasion alone.
macro_rules! world_of_occasions {
    ($world:ident, $aggregate:ty) => {
        #[derive(Clone)]
        pub(crate) struct $world {
            occasion: $crate::aggregate::Occasion,
        }

        impl $crate::story::World for $world {
            type A = $aggregate;

            fn occasion(&mut self) -> &mut $crate::aggregate::Occasion {
                &mut self.occasion
            }

            fn decide(
                &self,
                state: &$aggregate,
                command: &$crate::story::Command<Self>,
            ) -> $crate::story::Outcome<Self> {
                $crate::aggregate::Aggregate::decide(state, command, &&self.occasion)
            }

            fn code(rejection: &$crate::story::Rejection<Self>) -> &'static str {
                rejection.code()
            }

            fn name(command: &$crate::story::Command<Self>) -> &'static str {
                command.name()
            }
        }
    };
}
pub(crate) use world_of_occasions;

/// The world of an aggregate that decides by its own stream, the occasion, and facts of other streams.
macro_rules! world_of_facts {
    ($(#[$doc:meta])* $world:ident, $aggregate:ty, $facts:ty, $circumstances:ident) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub(crate) struct $world {
            pub(super) occasion: $crate::aggregate::Occasion,
            pub(super) facts: $facts,
        }

        impl $crate::story::World for $world {
            type A = $aggregate;

            fn occasion(&mut self) -> &mut $crate::aggregate::Occasion {
                &mut self.occasion
            }

            fn decide(
                &self,
                state: &$aggregate,
                command: &$crate::story::Command<Self>,
            ) -> $crate::story::Outcome<Self> {
                let Self { occasion, facts } = self;
                $crate::aggregate::Aggregate::decide(
                    state,
                    command,
                    &$circumstances { occasion, facts },
                )
            }

            fn code(rejection: &$crate::story::Rejection<Self>) -> &'static str {
                rejection.code()
            }

            fn name(command: &$crate::story::Command<Self>) -> &'static str {
                command.name()
            }
        }
    };
}
pub(crate) use world_of_facts;

pub(crate) type Command<W> = <<W as World>::A as Aggregate>::Command;
pub(crate) type Event<W> = <<W as World>::A as Aggregate>::Event;
pub(crate) type Rejection<W> = <<W as World>::A as Aggregate>::Rejection;
pub(crate) type Outcome<W> = Result<Vec<Event<W>>, Rejection<W>>;

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn person(id: &str) -> ActorId {
    ActorId(id.parse().unwrap())
}

pub(crate) fn actor(id: &str, role: Role) -> Actor {
    Actor { id: person(id), role }
}

/// An occasion on which everything is told as it happens.
pub(crate) fn occasion(actor: &Actor, when: &str) -> Occasion {
    Occasion { actor: actor.clone(), occurred_at: time(when), now: time(when) }
}

/// Something that happened, by somebody.
pub(crate) fn past<E>(event: E, who: &str, role: Role, when: &str) -> Fact<E> {
    let at = time(when);
    Fact { event, actor: actor(who, role), occurred_at: at, recorded_at: at }
}

pub(crate) fn replay<A: Aggregate>(history: impl IntoIterator<Item = Fact<A::Event>>) -> A {
    history.into_iter().fold(A::default(), |state, fact| state.evolve(&fact))
}

/// A history and the world in which the next command comes.
#[derive(Clone)]
#[must_use = "a history alone tests nothing: call `when`"]
pub(crate) struct Given<W: World> {
    pub(crate) state: W::A,
    pub(crate) world: W,
}

/// The history a test starts from.
pub(crate) fn given<W: World>(world: W, history: Vec<Fact<Event<W>>>) -> Given<W> {
    Given { state: replay(history), world }
}

impl<W: World> Given<W> {
    /// Somebody else acts from here on.
    pub(crate) fn by(mut self, id: &str, role: Role) -> Self {
        self.world.occasion().actor = actor(id, role);
        self
    }

    /// It is another time from here on.
    pub(crate) fn at(mut self, when: &str) -> Self {
        *self.world.occasion() = occasion(&self.world.occasion().actor.clone(), when);
        self
    }

    /// The world is otherwise from here on.
    pub(crate) fn where_(mut self, change: impl FnOnce(&mut W)) -> Self {
        change(&mut self.world);
        self
    }

    /// Sends a command that must be taken, and goes on from what it caused.
    #[track_caller]
    pub(crate) fn after(mut self, command: &Command<W>) -> Self {
        let name = W::name(command);
        match self.world.decide(&self.state, command) {
            Ok(events) => {
                for event in events {
                    self.record(event);
                }
            }
            Err(rejection) => panic!("`{name}` was refused: {rejection}"),
        }
        self
    }

    /// Sends a command, and goes on from what it caused, if anything.
    pub(crate) fn attempt(&mut self, command: &Command<W>) -> Option<Vec<Event<W>>> {
        let events = self.world.decide(&self.state, command).ok()?;
        for event in &events {
            self.record(event.clone());
        }
        Some(events)
    }

    fn record(&mut self, event: Event<W>) {
        let Occasion { actor, occurred_at, now } = self.world.occasion().clone();
        let fact = Fact { event, actor, occurred_at, recorded_at: now };
        self.state = std::mem::take(&mut self.state).evolve(&fact);
    }

    /// Sends the one command under test.
    pub(crate) fn when(self, command: &Command<W>) -> Then<W> {
        Then(self.world.decide(&self.state, command))
    }
}

#[must_use = "nothing is checked yet: call a `then` method"]
pub(crate) struct Then<W: World>(Outcome<W>);

impl<W: World> Then<W> {
    /// Expects exactly this event.
    #[track_caller]
    pub(crate) fn then(self, expected: Event<W>) {
        assert_eq!(self.0, Ok(vec![expected]));
    }

    /// Expects this refusal and no other.
    #[track_caller]
    pub(crate) fn then_rejected(self, expected: Rejection<W>) {
        assert_eq!(self.0, Err(expected));
    }
}

/// A command that is about to be sent, with all that a fault can lie in.
pub(crate) struct Attempt<W: World> {
    pub(crate) history: Vec<Fact<Event<W>>>,
    pub(crate) world: W,
    pub(crate) command: Command<W>,
}

impl<W: World> Attempt<W> {
    pub(crate) fn new(world: W, history: Vec<Fact<Event<W>>>, command: Command<W>) -> Self {
        Self { history, world, command }
    }

    /// The same, by somebody else.
    pub(crate) fn by(mut self, id: &str, role: Role) -> Self {
        self.world.occasion().actor = actor(id, role);
        self
    }

    /// Takes events out of the history.
    pub(crate) fn drop(&mut self, which: fn(&Event<W>) -> bool) {
        self.history.retain(|fact| !which(&fact.event));
    }

    fn send(&self) -> Outcome<W> {
        self.world.decide(&replay(self.history.iter().cloned()), &self.command)
    }
}

/// The code of the reason that is given, and what takes its fault away.
pub(crate) type Rung<W> = (&'static str, fn(&mut Attempt<W>));
/// A command that is wrong in several ways at once, and one rung for each of them.
pub(crate) type Ladder<W> = (Attempt<W>, Vec<Rung<W>>);

/// Climbs every ladder to the last rung, where the command is taken; gives each reason that was
/// reached, and its words the first time. Reasons must come in the order of `codes`.
pub(crate) fn climb<W: World>(
    ladders: Vec<Ladder<W>>,
    codes: &[&str],
) -> BTreeMap<&'static str, String> {
    let mut reached = BTreeMap::new();
    for (mut attempt, rungs) in ladders {
        let command = W::name(&attempt.command);
        let mut last = None;
        for (expected, take_away) in rungs {
            let rejection = match attempt.send() {
                Err(rejection) => rejection,
                Ok(events) => panic!("`{command}`: expected {expected}, found {events:?}"),
            };
            assert_eq!(W::code(&rejection), expected, "the reason to refuse `{command}`");
            let text = rejection.to_string();
            assert!(text.contains("expected") && text.contains("found"), "{text}");
            let rank = codes.iter().position(|code| *code == expected);
            assert!(
                rank.is_some() && last < rank,
                "`{expected}` is listed before a reason it yields to"
            );
            last = rank;
            reached.entry(expected).or_insert(text);
            take_away(&mut attempt);
        }
        match attempt.send() {
            Ok(events) => assert_eq!(events.len(), 1, "`{command}` at the top"),
            Err(rejection) => panic!("`{command}` at the top: {rejection}"),
        }
    }
    reached
}

/// Holds that the ladders reach every reason.
pub(crate) fn reaches_all(reached: &BTreeMap<&'static str, String>, codes: &[&str]) {
    let unreached: Vec<_> = codes.iter().filter(|code| !reached.contains_key(*code)).collect();
    assert!(unreached.is_empty(), "no ladder reaches {unreached:?}");
}

/// The names of an enum's variants, in kebab case, as its source has them.
pub(crate) fn variants<'a>(source: &'a str, of: &str) -> impl Iterator<Item = String> + 'a {
    let (_, list) = source.split_once(of).expect("the enum");
    let (list, _) = list.split_once("\n}").expect("its end");
    list.lines().filter_map(|line| {
        let is_variant = line.ends_with('{') || line.ends_with(',');
        let line = line.split_once('(').map_or(line, |(name, _)| name);
        let name = line.strip_prefix("    ")?.trim_end_matches([' ', '{', ',']);
        let is_name =
            name.starts_with(char::is_uppercase) && name.chars().all(char::is_alphanumeric);
        (is_variant && is_name).then(|| kebab(name))
    })
}

fn kebab(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

/// A chapter of docs/process.md: what each command does in each state, and every reason.
pub(crate) struct Chapter<W: World> {
    pub(crate) title: &'static str,
    pub(crate) about: &'static str,
    pub(crate) states: Vec<(&'static str, Vec<Fact<Event<W>>>)>,
    /// One of each command, with a world in which its sender may send it.
    pub(crate) commands: Vec<(W, Command<W>)>,
    pub(crate) codes: &'static [&'static str],
    pub(crate) examples: BTreeMap<&'static str, String>,
}

impl<W: World> Chapter<W> {
    pub(crate) fn text(&self) -> String {
        let mut text = format!("\n# {}\n\n{}\n\n", self.title, self.about);
        let names: Vec<_> = self.states.iter().map(|(name, _)| *name).collect();
        let _ = writeln!(text, "| command | {} |", names.join(" | "));
        let _ = writeln!(text, "|---|{}", "---|".repeat(names.len()));
        for (world, command) in &self.commands {
            let cells: Vec<_> = self
                .states
                .iter()
                .map(|(_, history)| cell::<W>(&world.decide(&replay(history.clone()), command)))
                .collect();
            let _ = writeln!(text, "| `{}` | {} |", W::name(command), cells.join(" | "));
        }
        text.push_str("\n| | code | such as |\n|---|---|---|\n");
        for (number, code) in (1..).zip(self.codes) {
            let words = self.examples.get(code).map_or("", String::as_str).replace('|', "\\|");
            let _ = writeln!(text, "| {number} | `{code}` | {words} |");
        }
        text
    }

    /// The commands that are taken in none of the states.
    pub(crate) fn silent(&self) -> Vec<&'static str> {
        let taken = |world: &W, command| {
            self.states
                .iter()
                .any(|(_, history)| world.decide(&replay(history.clone()), command).is_ok())
        };
        self.commands
            .iter()
            .filter(|(world, command)| !taken(world, command))
            .map(|(_, command)| W::name(command))
            .collect()
    }
}

fn cell<W: World>(outcome: &Outcome<W>) -> String {
    match outcome {
        Ok(events) => {
            let name = |event| {
                let debug = format!("{event:?}");
                format!("**{}**", debug.split('(').next().unwrap_or_default())
            };
            events.iter().map(name).collect::<Vec<_>>().join(", ")
        }
        Err(rejection) => W::code(rejection).to_owned(),
    }
}
