//! Reading and writing one record: `cargo bench -p complaint-codec --bench records`.
//!
//! The record is the golden one of a registration, the longest of the frequent ones.

use complaint_codec::{Draft, decode, encode, times};
use divan::{Bencher, counter::BytesCount};

const GOLDEN: &[u8] = include_bytes!("../golden/complaint.received.v1.json");

fn main() {
    divan::main();
}

/// What decoding cannot be faster than: the same bytes as JSON of no particular form.
#[divan::bench]
fn parse_as_any_json(bencher: Bencher<'_, '_>) {
    let parse = || serde_json::from_slice::<serde_json::Value>(divan::black_box(GOLDEN));
    bencher.counter(BytesCount::new(GOLDEN.len())).bench_local(parse);
}

#[divan::bench]
fn decode_a_record(bencher: Bencher<'_, '_>) {
    let decode = || decode(divan::black_box(GOLDEN));
    bencher.counter(BytesCount::new(GOLDEN.len())).bench_local(decode);
}

#[divan::bench]
fn read_its_times(bencher: Bencher<'_, '_>) {
    let times = || times(divan::black_box(GOLDEN));
    bencher.counter(BytesCount::new(GOLDEN.len())).bench_local(times);
}

/// From a decoded record back to bytes.
#[divan::bench]
fn encode_a_record(bencher: Bencher<'_, '_>) {
    let Ok(record) = decode(GOLDEN) else { return };
    let draft = Draft {
        id: record.id,
        stream: &record.stream,
        version: record.version,
        occurred_at: record.occurred_at,
        actor: &record.actor,
        command_id: record.command_id,
        command_digest: record.command_digest,
        correlation_id: record.correlation_id,
        causation_id: record.causation_id,
        event: &record.event,
        sealed: &record.sealed,
    };
    let encode = || encode(divan::black_box(&draft));
    bencher.counter(BytesCount::new(GOLDEN.len())).bench_local(encode);
}
