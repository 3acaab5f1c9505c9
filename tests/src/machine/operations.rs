//! What may be asked of a log, and how often.

use proptest::{
    collection::vec,
    prop_oneof,
    strategy::{BoxedStrategy, Just, Strategy},
};

use super::model::{Ask, Belief};

/// One thing asked of both logs.
///
/// A place in the log or in a stream is a share of its length in 60,000ths, so that it lies now and
/// then behind the end, and means much the same when other operations are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// One append, awaited.
    Append(Ask),
    /// Several appends at once, each asked for before the first is answered.
    Burst(Vec<Ask>),
    /// An append whose caller goes away after its future was polled once.
    HangUp(Ask),
    /// An append whose caller goes away before that: it must leave nothing behind.
    NeverAsked(Ask),
    /// A stream from some version on.
    ReadStream {
        /// Which.
        stream: u16,
        /// From where.
        from: u16,
    },
    /// Which version a stream's next record will get.
    NextVersion {
        /// Which.
        stream: u16,
    },
    /// A window of the log.
    ReadAll {
        /// From where.
        from: u16,
        /// At most so many records.
        limit: u64,
        /// The reader goes away after so many.
        taken: u16,
    },
    /// A subscription; the oldest of four goes.
    Subscribe {
        /// From where.
        from: u16,
    },
    /// Reads a subscription up to the head.
    Drain {
        /// Which, modulo how many there are.
        subscriber: u8,
    },
    /// Moves the clock.
    MoveClock {
        /// By how much; backwards if negative.
        milliseconds: i32,
    },
    /// Closes the log on sled, or just drops it, and opens it again.
    Reopen {
        /// Whether it is closed first.
        closed: bool,
        /// An append that nobody waits for just before.
        last: Option<Ask>,
    },
}

impl Operation {
    /// The appends it makes, in order.
    pub fn appends(&self) -> impl Iterator<Item = &Ask> {
        let asks: &[Ask] = match self {
            Self::Append(ask) | Self::HangUp(ask) | Self::Reopen { last: Some(ask), .. } => {
                std::slice::from_ref(ask)
            }
            Self::Burst(asks) => asks,
            Self::NeverAsked(_)
            | Self::ReadStream { .. }
            | Self::NextVersion { .. }
            | Self::ReadAll { .. }
            | Self::Subscribe { .. }
            | Self::Drain { .. }
            | Self::MoveClock { .. }
            | Self::Reopen { last: None, .. } => &[],
        };
        asks.iter()
    }
}

fn belief() -> impl Strategy<Value = Belief> {
    prop_oneof![
        12 => Just(Belief::Right),
        1 => Just(Belief::NoStream),
        1 => (0_u8..3).prop_map(Belief::Behind),
        1 => (0_u8..3).prop_map(Belief::Ahead),
    ]
}

/// How many records of which width: mostly few and small, now and then at a limit or over it.
fn size() -> impl Strategy<Value = (u16, u16)> {
    prop_oneof![
        200 => (1_u16..4, 0_u16..600),
        30 => Just((0, 0)),
        30 => (1_u16..40, 0_u16..300),
        4 => (100_u16..400, 0_u16..100),
        4 => (1_u16..3, 60_000_u16..65_400),
        1 => (2_040_u16..2_060, Just(0)),
        1 => (63_u16..67, 65_000_u16..65_400),
    ]
}

fn ask(streams: u16) -> impl Strategy<Value = Ask> + Clone {
    let parts = (0..streams, belief().boxed(), size().boxed());
    parts
        .prop_map(|(stream, belief, (records, width))| Ask { stream, belief, records, width })
        .boxed()
}

/// The next operation on a log with so many streams to choose from.
pub fn operations(streams: u16) -> BoxedStrategy<Operation> {
    let ask = ask(streams);
    let limit = prop_oneof![4 => 0_u64..40, 2 => 200_u64..900, 1 => Just(u64::MAX)];
    let taken = prop_oneof![1 => Just(u16::MAX), 1 => 0_u16..300];
    prop_oneof![
        40 => ask.clone().prop_map(Operation::Append),
        8 => vec(ask.clone(), 2..16).prop_map(Operation::Burst),
        4 => ask.clone().prop_map(Operation::HangUp),
        2 => ask.clone().prop_map(Operation::NeverAsked),
        16 => (0..streams, 0_u16..61_000)
            .prop_map(|(stream, from)| Operation::ReadStream { stream, from }),
        12 => (0..streams).prop_map(|stream| Operation::NextVersion { stream }),
        12 => (0_u16..61_000, limit, taken)
            .prop_map(|(from, limit, taken)| Operation::ReadAll { from, limit, taken }),
        3 => (0_u16..61_000).prop_map(|from| Operation::Subscribe { from }),
        8 => (0_u8..4).prop_map(|subscriber| Operation::Drain { subscriber }),
        6 => (-5_000_i32..10_000).prop_map(|milliseconds| Operation::MoveClock { milliseconds }),
        1 => (proptest::bool::ANY, proptest::option::of(ask))
            .prop_map(|(closed, last)| Operation::Reopen { closed, last }),
    ]
    .boxed()
}
