use std::{collections::BTreeSet, time::Duration};

use complaint_codec::decode;
use event_log::ExpectedVersion;
use serde_json::Value;

use super::{
    invented,
    machine::Machine,
    place::Place,
    sheet::{Pace, Sheet},
};
use crate::console::Console;

fn machine() -> Machine {
    Machine::of(&std::env::temp_dir())
}

/// What a sheet prints for programs.
fn told(sheet: &Sheet) -> Value {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    sheet.print(&mut Console::new(&mut out, &mut err, true, false)).unwrap();
    serde_json::from_slice(&out).unwrap()
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

#[test]
fn ratios_are_those_of_each_round_and_not_of_the_medians() {
    let mut sheet = Sheet::new("append", 100, 3, machine());
    // The machine gets slower from round to round; the ledger always takes twice as long.
    for slow in [1.0, 10.0, 100.0] {
        sheet.take("baseline", Pace::of(100, seconds(slow)));
        sheet.take("ledger", Pace::of(100, seconds(2.0 * slow)));
    }
    sheet.compare("ledger", "baseline", Some(0.4));
    sheet.compare("ledger", "what was not measured", None);
    let told = told(&sheet);
    assert_eq!(told["ratios"].as_array().unwrap().len(), 1);
    let spread = &told["ratios"][0]["spread"];
    for value in ["least", "median", "most"] {
        assert!((spread[value].as_f64().unwrap() - 0.5).abs() < 1e-9, "{value} of {spread}");
    }
    assert_eq!(told["ratios"][0]["at_least"], 0.4);
    assert_eq!(told["rows"][0]["events_per_second"], serde_json::json!([100.0, 10.0, 1.0]));
    assert_eq!(told["rows"][0]["spread"]["least"], 1.0);
    assert_eq!(told["rows"][0]["spread"]["median"], 10.0);
    assert_eq!(told["rows"][0]["spread"]["most"], 100.0);
    assert!(told["machine"]["cores"].as_u64().unwrap() >= 1);
}

#[test]
fn the_slowest_hundredth_is_told_where_single_events_were_timed() {
    let latencies = (1..=200).map(Duration::from_millis).collect();
    let pace = Pace::of_each(latencies, seconds(2.0));
    assert_eq!(pace, Pace { rate: 100.0, p99: Some(Duration::from_millis(198)) });
    assert_eq!(Pace::of(200, seconds(2.0)).p99, None);
}

#[test]
fn no_two_clients_append_to_one_stream_and_each_stream_is_extended_in_order() {
    let clients = invented::appends(3, 40).unwrap();
    let mut seen = BTreeSet::new();
    for own in &clients {
        assert_eq!(own.len(), 40);
        let streams: BTreeSet<_> = own.iter().map(|append| append.stream.clone()).collect();
        assert!(streams.iter().all(|stream| seen.insert(stream.clone())));
        let mut last = None;
        for append in own {
            let bytes = append.record.clone().stamp(jiff::Timestamp::UNIX_EPOCH);
            let record = decode(&bytes).unwrap();
            assert_eq!(record.stream, append.stream);
            match append.expected {
                ExpectedVersion::NoStream => assert_eq!(record.version.0, 0),
                ExpectedVersion::Exact(version) => {
                    assert_eq!(last, Some((append.stream.clone(), version)));
                    assert_eq!(record.version.0, version.0 + 1);
                }
            }
            last = Some((record.stream, record.version));
        }
    }
}

#[test]
fn each_command_through_the_service_brings_one_personal_text() {
    let clients = invented::commands(2, 25);
    let ids: BTreeSet<_> = clients.iter().flatten().map(|request| request.command_id).collect();
    assert_eq!(ids.len(), 50);
    for request in clients.iter().flatten() {
        assert_eq!(request.personal.len(), 1);
        assert!(request.personal[0].text.len() > 20);
    }
}

#[test]
fn nothing_that_lies_there_is_measured_in_or_removed() {
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join("mine");
    std::fs::create_dir(&mine).unwrap();
    let refused = Place::make(Some(&mine), false).unwrap_err();
    assert!(refused.to_string().starts_with("expected nothing at "), "{refused}");
    assert!(mine.exists());

    let own = folder.path().join("own");
    for is_kept in [false, true] {
        let place = Place::make(Some(&own), is_kept).unwrap();
        assert!(own.exists());
        drop(place);
        assert_eq!(own.exists(), is_kept);
    }
}
