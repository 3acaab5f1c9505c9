use bytes::Bytes;
use event_log::{Position, RecordedEvent, StreamVersion};

use super::{compress, decompress};

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
    let frame = compress(&range()).unwrap();
    assert_eq!(decompress(&frame, Position(512)).unwrap(), range());
}

#[test]
fn a_frame_in_anothers_place_is_noticed() {
    let frame = compress(&range()).unwrap();
    assert_eq!(decompress(&frame, Position(256)).unwrap_err().position, Position(256));
}

#[test]
fn a_flipped_byte_anywhere_in_a_frame_is_noticed() {
    let frame = compress(&range()).unwrap();
    for place in 0..frame.len() {
        let mut damaged = frame.clone();
        damaged[place] ^= 0x10;
        let damage = decompress(&damaged, Position(512)).unwrap_err();
        assert!((512..768).contains(&damage.position.0), "byte {place}: {damage:?}");
    }
}
