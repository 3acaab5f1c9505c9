//! The log in memory and the log on sled, asked the same and held against the model.

use std::{collections::BTreeMap, fmt::Debug, sync::Arc};

use bytes::Bytes;
use event_log::{
    AppendError, Appended, Clock, EventLog, ExpectedVersion, MemoryLog, NewRecord, Position,
    RecordStream, RecordedEvent, StreamId, StreamVersion,
    conformance::{FakeClock, fixtures},
    log::subscribe,
};
use event_log_sled::SledLog;
use futures::{
    FutureExt, StreamExt, TryStreamExt,
    future::{join, join_all},
};
use merkle_log::{CompactRange, leaf_hash};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::{
    model::{Ask, Model, stream_name},
    operations::Operation,
};

const SUBSCRIBERS: usize = 4;

type Arguments = (StreamId, ExpectedVersion, Vec<NewRecord>);
type Answer = Result<Appended, AppendError>;

/// Both logs, the model, and every record that must be in them.
#[derive(Debug)]
pub struct Logs<L> {
    model: Model,
    written: Vec<RecordedEvent>,
    places: BTreeMap<u16, Vec<usize>>,
    tree: CompactRange,
    clock: Arc<FakeClock>,
    subscribers: Vec<Subscriber>,
    memory: Arc<MemoryLog>,
    /// `None` only while it is closed.
    on_disk: Option<Arc<L>>,
    runtime: Runtime,
    dir: TempDir,
}

/// The same subscription on both logs.
struct Subscriber {
    streams: [RecordStream; 2],
    next: usize,
}

impl Debug for Subscriber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subscriber").field("next", &self.next).finish_non_exhaustive()
    }
}

/// So many 60,000ths of a length.
fn share(of: usize, part: u16) -> usize {
    of * usize::from(part) / 60_000
}

/// Polled once with the whole budget of a task, as the first poll of a fresh task is.
fn first_poll(future: impl Future<Output = Answer>) {
    drop(tokio::task::unconstrained(future).now_or_never());
}

fn shown(answer: &Answer) -> String {
    format!("{answer:?}")
}

impl Logs<SledLog> {
    /// Two empty logs that take the time from one clock.
    pub fn new(model: Model) -> Self {
        let clock = Arc::new(FakeClock::default());
        let dir = tempfile::tempdir().unwrap();
        let time: Arc<dyn Clock> = Arc::<FakeClock>::clone(&clock);
        let log = SledLog::create(&dir.path().join("ledger"), "tests", Arc::clone(&time)).unwrap();
        Self {
            model,
            written: Vec::new(),
            places: BTreeMap::new(),
            tree: CompactRange::new(),
            memory: Arc::new(MemoryLog::new(time)),
            on_disk: Some(Arc::new(log)),
            clock,
            subscribers: Vec::new(),
            runtime: tokio::runtime::Builder::new_current_thread().build().unwrap(),
            dir,
        }
    }

    fn on_disk(&self) -> &Arc<SledLog> {
        self.on_disk.as_ref().unwrap()
    }

    fn both(&self) -> [Arc<dyn EventLog>; 2] {
        [Arc::<MemoryLog>::clone(&self.memory) as _, Arc::<SledLog>::clone(self.on_disk()) as _]
    }

    /// Both heads, and the model that proptest keeps, are where this model is.
    #[track_caller]
    pub fn check_heads(&self, model: &Model) {
        assert_eq!(&self.model, model, "the two models differ: the test is wrong");
        for log in self.both() {
            assert_eq!(log.head().next_position, Position(model.next_position));
        }
    }

    /// Does it to both logs, and holds what they say against the model.
    #[track_caller]
    pub fn run(&mut self, operation: &Operation) {
        match operation {
            Operation::Append(ask) => self.append(&[*ask]),
            Operation::Burst(asks) => self.append(asks),
            Operation::HangUp(ask) => self.hang_up(*ask),
            Operation::NeverAsked(ask) => self.never_ask(*ask),
            Operation::ReadStream { stream, from } => self.read_stream(*stream, *from),
            Operation::NextVersion { stream } => {
                let (next, name) = (self.next_version(*stream), stream_name(*stream));
                for log in self.both() {
                    let asked = log.next_version(&name);
                    assert_eq!(self.runtime.block_on(asked).unwrap(), next, "{log:?}");
                }
            }
            Operation::ReadAll { from, limit, taken } => {
                self.read_all(share(self.written.len(), *from), *limit, usize::from(*taken));
            }
            Operation::Subscribe { from } => self.subscribe(*from),
            Operation::Drain { subscriber } => self.drain(*subscriber),
            Operation::MoveClock { milliseconds } => {
                self.clock.advance(i64::from(*milliseconds));
                self.model.clock += i64::from(*milliseconds);
            }
            Operation::Reopen { closed, last } => self.reopen(*closed, *last),
        }
    }

    /// What the model answers; its records go to those that must be in the logs.
    fn expect(&mut self, ask: Ask) -> (Arguments, Answer) {
        let arguments = self.model.arguments(ask);
        let answer = self.model.ask(ask);
        if let Ok(appended) = &answer {
            let time = FakeClock::default();
            time.advance(self.model.recorded_at);
            let first = appended.next_version.0 - u64::from(ask.records);
            for (version, record) in (first..).zip(&arguments.2) {
                let bytes = record.clone().stamp(time.now());
                self.tree.push(leaf_hash(&bytes));
                self.places.entry(ask.stream).or_default().push(self.written.len());
                self.written.push(RecordedEvent {
                    position: Position(u64::try_from(self.written.len()).unwrap()),
                    stream: arguments.0.clone(),
                    version: StreamVersion(version),
                    bytes: Bytes::from(bytes),
                });
            }
        }
        (arguments, answer)
    }

    fn next_version(&self, stream: u16) -> StreamVersion {
        let count = self.places.get(&stream).map_or(0, Vec::len);
        StreamVersion(u64::try_from(count).unwrap())
    }

    #[track_caller]
    fn append(&mut self, asks: &[Ask]) {
        let before: Vec<_> = asks.iter().map(|ask| self.next_version(ask.stream)).collect();
        let expected: Vec<_> = asks.iter().map(|ask| self.expect(*ask)).collect();
        for log in self.both() {
            let appends = expected
                .iter()
                .map(|((stream, belief, records), _)| log.append(stream, *belief, records.clone()));
            // Asked beside them, each stream's next version is one that it has at some time.
            let names: Vec<_> = asks.iter().map(|ask| stream_name(ask.stream)).collect();
            let asked = join_all(names.iter().map(|name| log.next_version(name)));
            let (answers, told) = self.runtime.block_on(join(join_all(appends), asked));
            for ((ask, earliest), told) in asks.iter().zip(&before).zip(told) {
                let possible = *earliest..=self.next_version(ask.stream);
                assert!(possible.contains(&told.unwrap()), "{possible:?}, {log:?}");
            }
            for ((_, expected), found) in expected.iter().zip(&answers) {
                assert_eq!(shown(found), shown(expected), "{log:?}");
            }
        }
    }

    /// Accepted is accepted: what was polled once goes in, though nobody waits for it.
    fn hang_up(&mut self, ask: Ask) {
        let ((stream, belief, records), _) = self.expect(ask);
        let end = Position(self.model.next_position);
        for log in self.both() {
            self.runtime.block_on(async {
                first_poll(log.append(&stream, belief, records.clone()));
                log.watch_head().wait_for(|head| head.next_position >= end).await.unwrap();
            });
        }
    }

    fn never_ask(&self, ask: Ask) {
        let (stream, belief, records) = self.model.arguments(ask);
        for log in self.both() {
            drop(log.append(&stream, belief, records.clone()));
        }
    }

    #[track_caller]
    fn read_stream(&self, stream: u16, from: u16) {
        let places = self.places.get(&stream).map_or(&[][..], Vec::as_slice);
        let from = share(places.len(), from);
        let expected: Vec<_> =
            places.iter().skip(from).map(|place| self.written[*place].clone()).collect();
        let version = StreamVersion(u64::try_from(from).unwrap());
        for log in self.both() {
            let read = log.read_stream(&stream_name(stream), version).try_collect::<Vec<_>>();
            assert_same(&self.runtime.block_on(read).unwrap(), &expected, &log);
        }
    }

    #[track_caller]
    fn read_all(&self, from: usize, limit: u64, taken: usize) {
        let most = usize::try_from(limit).unwrap().min(taken);
        let expected: Vec<_> = self.written.iter().skip(from).take(most).cloned().collect();
        let position = Position(u64::try_from(from).unwrap());
        for log in self.both() {
            let read = log.read_all(position, limit).take(taken).try_collect::<Vec<_>>();
            assert_same(&self.runtime.block_on(read).unwrap(), &expected, &log);
        }
    }

    fn subscribe(&mut self, from: u16) {
        let next = share(self.written.len(), from);
        let position = Position(u64::try_from(next).unwrap());
        if self.subscribers.len() == SUBSCRIBERS {
            self.subscribers.remove(0);
        }
        let streams = self.both().map(|log| subscribe(log, position));
        self.subscribers.push(Subscriber { streams, next });
    }

    /// What has become durable comes, each record once, and then nothing more.
    #[track_caller]
    fn drain(&mut self, subscriber: u8) {
        let Some(which) = usize::from(subscriber).checked_rem(self.subscribers.len()) else {
            return;
        };
        let subscriber = &mut self.subscribers[which];
        let expected = self.written.get(subscriber.next..).unwrap_or_default();
        for stream in &mut subscriber.streams {
            let read = async {
                let read: Vec<_> = stream.take(expected.len()).try_collect().await.unwrap();
                assert!(stream.next().now_or_never().is_none(), "more than was written");
                read
            };
            assert_same(&self.runtime.block_on(read), expected, &"a subscription");
        }
        subscriber.next += expected.len();
    }

    #[track_caller]
    fn reopen(&mut self, closed: bool, last: Option<Ask>) {
        self.subscribers.clear();
        if let Some(ask) = last {
            let ((stream, belief, records), _) = self.expect(ask);
            for log in self.both() {
                let append = log.append(&stream, belief, records.clone());
                self.runtime.block_on(async { first_poll(append) });
            }
        }
        let log = self.on_disk.take().unwrap();
        if closed {
            let (stream, late) = (stream_name(0), vec![fixtures::record("late")]);
            let append = log.append(&stream, ExpectedVersion::NoStream, late);
            self.runtime.block_on(log.close());
            let answer = self.runtime.block_on(append);
            assert!(matches!(answer, Err(AppendError::Unavailable { .. })), "{answer:?}");
        }
        drop(Arc::into_inner(log).expect("nobody else holds the log"));
        let clock: Arc<dyn Clock> = Arc::<FakeClock>::clone(&self.clock);
        let log = SledLog::open(&self.dir.path().join("ledger"), clock).unwrap();
        assert_eq!(log.repairs(), Vec::<String>::new(), "nothing was to be mended");
        let root = self.runtime.block_on(log.root()).unwrap();
        assert_eq!(root, (self.tree.size(), self.tree.root()), "the tree after reopening");
        self.on_disk = Some(Arc::new(log));
        self.read_all(0, u64::MAX, usize::MAX);
    }
}

/// Says where two sequences part, instead of printing both.
#[track_caller]
fn assert_same(found: &[RecordedEvent], expected: &[RecordedEvent], whose: &dyn Debug) {
    if let Some((found, expected)) = found.iter().zip(expected).find(|(a, b)| a != b) {
        let start = |event: &RecordedEvent| event.bytes.slice(..event.bytes.len().min(80));
        assert_eq!(
            (found.position, &found.stream, found.version, start(found)),
            (expected.position, &expected.stream, expected.version, start(expected)),
            "{whose:?}"
        );
        assert_eq!(found.bytes, expected.bytes, "{whose:?}");
    }
    assert_eq!(found.len(), expected.len(), "so many records from {whose:?}");
}
