use event_log::{
    ExpectedVersion,
    conformance::fixtures::{record, stream},
};

use futures::FutureExt;

use super::*;
use crate::hashed::Hashes;

/// Asks for appends of one record each.
#[derive(Default)]
struct Asker {
    admission: Admission,
    hashes: Hashes,
}

impl Asker {
    fn append(&self, own: &str, expected: ExpectedVersion) -> Append {
        let stream = self.hashes.hashed(stream(own));
        Append { stream, expected, records: vec![record("x")] }
    }

    /// Asks, and looks the stream up as empty where that is needed.
    fn ask(&self, own: &str, expected: ExpectedVersion) -> Taken {
        let append = self.append(own, expected);
        let taken = self.admission.take(&append, None);
        let Taken::Unknown(turn) = taken else { return taken };
        self.admission.take(&append, Some(LookedUp { turn, next: 0 }))
    }
}

const NEW: ExpectedVersion = ExpectedVersion::NoStream;

fn after(version: u64) -> ExpectedVersion {
    ExpectedVersion::Exact(StreamVersion(version))
}

#[test]
fn what_was_looked_up_before_something_may_have_been_forgotten_is_not_believed() {
    let asker = Asker::default();
    let append = asker.append("one", NEW);
    let Taken::Unknown(turn) = asker.admission.take(&append, None) else { panic!("it was known") };
    let looked_up = Some(LookedUp { turn, next: 0 });
    // Somebody else writes to it, and what is known of that is forgotten again.
    assert!(matches!(asker.ask("one", NEW), Taken::Waits(_)));
    assert_eq!(asker.admission.undone().len(), 1);
    assert!(matches!(asker.admission.take(&append, looked_up), Taken::Unknown(new) if new != turn));
}

#[test]
fn what_was_looked_up_counts_for_less_than_what_was_written_since() {
    let asker = Asker::default();
    let append = asker.append("one", NEW);
    let Taken::Unknown(turn) = asker.admission.take(&append, None) else { panic!("it was known") };
    assert!(matches!(asker.ask("one", NEW), Taken::Waits(_)));
    let group = asker.admission.next_group(Commit::new()).unwrap();
    asker.admission.made(group.number);
    let taken = asker.admission.take(&append, Some(LookedUp { turn, next: 0 }));
    assert!(matches!(taken, Taken::Refused(AppendError::Conflict { .. })), "{taken:?}");
}

#[test]
fn a_conflict_with_what_is_not_durable_yet_is_told_when_it_is() {
    let asker = Asker::default();
    assert!(matches!(asker.ask("one", NEW), Taken::Waits(_)));
    let made = asker.admission.next_group(Commit::new()).unwrap();
    assert!(matches!(asker.ask("one", NEW), Taken::Waits(_)), "told of what may never be");
    asker.admission.made(made.number);
    let waiting = asker.admission.next_group(Commit::new()).unwrap();
    assert_eq!((waiting.answers.len(), waiting.commit.records()), (1, 0));
    assert!(matches!(asker.ask("one", NEW), Taken::Refused(AppendError::Conflict { .. })));
    assert!(matches!(asker.ask("one", after(0)), Taken::Waits(_)));
}

#[tokio::test]
async fn a_full_group_is_waited_for_and_whoever_waits_is_told_of_the_end() {
    let asker = Asker::default();
    for n in 0..GROUP_RECORDS {
        assert!(matches!(asker.ask(&format!("{n}"), NEW), Taken::Waits(_)));
    }
    assert!(matches!(asker.ask("more", NEW), Taken::Full));
    let append = asker.append("0", after(0));
    let mut waiting = Box::pin(asker.admission.take_when_emptied(&append, None));
    assert!((&mut waiting).now_or_never().is_none());
    let full = asker.admission.next_group(Commit::new()).unwrap();
    assert_eq!(full.commit.records(), GROUP_RECORDS);
    assert!(matches!(waiting.await, Taken::Waits(_)));

    for n in 1..GROUP_RECORDS {
        assert!(matches!(asker.ask(&format!("{n}"), after(0)), Taken::Waits(_)));
    }
    let mut waiting = Box::pin(asker.admission.take_when_emptied(&append, None));
    assert!((&mut waiting).now_or_never().is_none());
    asker.admission.close();
    assert!(matches!(waiting.await, Taken::Closed));
    // What was accepted is committed still, and nothing after it.
    let last = asker.admission.next_group(Commit::new()).unwrap();
    assert_eq!(last.commit.records(), GROUP_RECORDS);
    assert!(asker.admission.next_group(Commit::new()).is_none());
}
