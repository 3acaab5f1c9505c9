use super::Chunk;

#[test]
fn a_chunk_lists_what_was_pushed_also_after_it_was_stored() {
    let pushed = [0, 1, 2, 130, 131, 20_000, 20_001, 9_000_000_000, u64::MAX];
    let mut chunk = Chunk::default();
    for position in pushed {
        chunk = Chunk::from_bytes(&chunk.to_bytes()).unwrap();
        chunk.push(position);
    }
    assert_eq!(chunk.count(), 9);
    assert_eq!(chunk.positions().unwrap(), pushed);
}

#[test]
fn a_stream_written_in_one_go_costs_a_byte_a_record() {
    let mut chunk = Chunk::default();
    for position in 1_000_000..1_000_256 {
        chunk.push(position);
    }
    assert!(chunk.to_bytes().len() < 270, "{}", chunk.to_bytes().len());
}

#[test]
fn a_chunk_cut_short_is_noticed() {
    let mut chunk = Chunk::default();
    for position in [5, 900, 70_000] {
        chunk.push(position);
    }
    let bytes = chunk.to_bytes();
    for length in 0..bytes.len() {
        let cut = Chunk::from_bytes(&bytes[..length]);
        assert_eq!(cut.and_then(|cut| cut.positions()), None, "{length} bytes");
    }
}
