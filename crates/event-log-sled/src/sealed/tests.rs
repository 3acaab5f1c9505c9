use bytes::Bytes;
use event_log::{Position, RecordedEvent, StreamVersion};

use super::{first_damaged, seal, unseal};

fn range() -> Vec<RecordedEvent> {
    (0..256)
        .map(|n| RecordedEvent {
            position: Position(512 + n),
            stream: format!("stream-{}", n % 7).parse().unwrap(),
            version: StreamVersion(n / 7),
            bytes: Bytes::from(format!("{{\"note\":\"{n}\"}}")),
        })
        .collect()
}

#[test]
fn a_frame_gives_back_its_records() {
    let frame = seal(&range()).unwrap().remove(0).bytes;
    assert_eq!(unseal(&frame, Position(512)).unwrap(), range());
}

#[test]
fn a_frame_in_anothers_place_is_noticed() {
    let frame = seal(&range()).unwrap().remove(0).bytes;
    assert_eq!(unseal(&frame, Position(256)).unwrap_err().position, Position(256));
}

#[test]
fn a_flipped_byte_anywhere_in_a_frame_is_noticed() {
    let sealed = seal(&range()).unwrap().remove(0);
    let mut pinned = 0;
    for place in 0..sealed.bytes.len() {
        let mut damaged = sealed.bytes.clone();
        damaged[place] ^= 0x10;
        assert_eq!(unseal(&damaged, Position(512)).unwrap_err().position, Position(512));
        // Where it still decompresses, leaf hashes say which record is the first to differ.
        if let Some(position) = first_damaged(&damaged, Position(512), &sealed.leaves) {
            assert!((512..768).contains(&position.0), "byte {place}: {position}");
            pinned += 1;
        }
    }
    assert!(pinned > 0);
}

mod forms;
mod laws;
