use event_log::{Position, ReadError, RecordedEvent};
use futures::{StreamExt, TryStreamExt, stream};

use super::*;
use crate::bench::invented::complaint;

/// The records of some invented complaints, as a log would give them.
fn records(count: usize) -> Vec<RecordedEvent> {
    let appends = (0..).flat_map(|number| complaint(number).unwrap());
    let at = jiff::Timestamp::UNIX_EPOCH;
    (0..)
        .zip(appends.take(count))
        .map(|(position, append)| {
            let bytes = append.record.stamp(at);
            let version = decode(&bytes).unwrap().version;
            RecordedEvent {
                position: Position(position),
                stream: append.stream,
                version,
                bytes: bytes.into(),
            }
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn records_come_back_in_the_order_of_the_log_and_as_the_codec_reads_them() {
    for count in [0, 1, RUN - 1, RUN, RUN + 1, 5 * RUN + 7] {
        let given = records(count);
        let stream = stream::iter(given.clone().into_iter().map(Ok)).boxed();
        let found: Vec<_> = decoded(stream).try_collect().await.unwrap();
        assert_eq!(found.len(), count);
        for (found, given) in found.iter().zip(&given) {
            assert_eq!(found.recorded, *given);
            assert_eq!(found.decoded, decode(&given.bytes).unwrap());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_before_an_error_comes_first_and_nothing_after_it() {
    let mut given: Vec<_> = records(RUN + 20).into_iter().map(Ok).collect();
    let reason = "a page".to_owned();
    given[RUN + 3] = Err(ReadError::Corrupt { position: Position(259), reason });
    let found: Vec<_> = decoded(stream::iter(given).boxed()).collect().await;
    assert_eq!(found.len(), RUN + 4);
    assert!(found[..RUN + 3].iter().all(Result::is_ok));
    assert!(matches!(found[RUN + 3], Err(CommandError::Broken { position: Position(259), .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_cannot_be_read_is_named_by_its_position() {
    let mut given = records(40);
    given[17].bytes = b"{}".as_slice().into();
    let stream = stream::iter(given.into_iter().map(Ok)).boxed();
    let found: Vec<_> = decoded(stream).collect().await;
    assert_eq!(found.len(), 18);
    assert!(matches!(found[17], Err(CommandError::Broken { position: Position(17), .. })));
}
