//! Records as bytes and back: `cargo bench -p event-log-sled --bench frames`.
//!
//! The journal's frames are nobody's business outside the crate, so their file is compiled in here once
//! more and not made public for it. Sealed ranges are measured by `redress bench replay` and `verify`.

use bytes::Bytes;
use divan::{Bencher, counter::ItemsCount};
use event_log::{Position, RecordedEvent, StreamVersion};
use frame::{RANGE, Records, put_record, sum_record};

#[expect(dead_code, reason = "the crate uses the rest of it")]
#[rustfmt::skip]
#[path = "../src/frame.rs"]
mod frame;

fn main() {
    divan::main();
}

/// Records as long as they are on average, of forty streams.
fn range() -> Vec<RecordedEvent> {
    let record = |n: u64| {
        Some(RecordedEvent {
            position: Position(n),
            stream: format!("complaint-{:026}", n % 40).parse().ok()?,
            version: StreamVersion(n / 40),
            bytes: Bytes::from(vec![b'x'; 745]),
        })
    };
    (0..RANGE).filter_map(record).collect()
}

fn payload(records: &[RecordedEvent]) -> Vec<u8> {
    let mut payload = Vec::new();
    for record in records {
        let RecordedEvent { version, stream, bytes, .. } = record;
        let start =
            put_record(&mut payload, version.0, stream.as_bytes(), bytes.len(), |payload| {
                payload.extend_from_slice(bytes);
            });
        let end = payload.len();
        sum_record(&mut payload, start..end);
    }
    payload
}

#[divan::bench]
fn encode_a_frame(bencher: Bencher<'_, '_>) {
    let records = range();
    bencher.counter(ItemsCount::new(RANGE)).bench_local(|| payload(divan::black_box(&records)));
}

#[divan::bench]
fn decode_a_frame(bencher: Bencher<'_, '_>) {
    let payload = Bytes::from(payload(&range()));
    bencher
        .counter(ItemsCount::new(RANGE))
        .bench_local(|| Records::new(payload.clone(), Position(0)).flatten().count());
}
