use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use event_log::StreamId;

use super::{
    Index,
    build::Builder,
    entry::{BLOCK_BYTES, Entry, POSITIONS_MAX},
    file::{Entries, FOOTER, IndexFile},
    span::{FANOUT, SPAN, Span},
};
use crate::disk::{Disk, Fault, Faults, NoFaults, Step};

fn disk() -> Disk {
    Disk::new(Arc::new(NoFaults))
}

/// Many short streams and one long one, as they come, mixed.
fn stream(position: u64) -> StreamId {
    let name = match position % 4 {
        0 => "the-long-one".to_owned(),
        _ => format!("complaint-{:026}", position / 8 * 7 + position % 4),
    };
    name.parse().unwrap()
}

/// An index of so many spans, and each stream's positions as they should be.
fn filled(dir: &Path, spans: u64) -> (Index, Vec<(StreamId, Vec<u64>)>) {
    let (index, lacking) = Index::open(dir, disk(), 0);
    assert_eq!(lacking.len(), 0);
    let mut model: Vec<(StreamId, Vec<u64>)> = Vec::new();
    for first in (0..spans * SPAN).step_by(128) {
        let mut entries: Vec<Entry> = Vec::new();
        for position in first..first + 128 {
            let stream = stream(position);
            let place = model.iter().rposition(|(name, _)| *name == stream);
            let place = place.unwrap_or_else(|| {
                model.push((stream.clone(), Vec::new()));
                model.len() - 1
            });
            let version = u64::try_from(model[place].1.len()).unwrap();
            model[place].1.push(position);
            match entries.iter_mut().find(|entry| entry.stream == stream) {
                Some(entry) => entry.positions.push(position),
                None => entries.push(Entry { stream, version, positions: vec![position] }),
            }
        }
        index.add(entries, first + 128).unwrap();
    }
    (index, model)
}

fn assert_lists(index: &Index, model: &[(StreamId, Vec<u64>)]) {
    for (stream, expected) in model {
        let mut found = Vec::new();
        while found.len() < expected.len() {
            let from = u64::try_from(found.len()).unwrap();
            let more = index.positions(stream, from).unwrap();
            assert!(!more.is_empty(), "{stream} from {from}");
            found.extend(more);
        }
        assert_eq!(found, *expected, "{stream}");
        let count = u64::try_from(expected.len()).unwrap();
        assert_eq!(index.next_version(stream).unwrap(), count, "{stream}");
        assert_eq!(index.positions(stream, count).unwrap(), Vec::<u64>::new());
    }
    // All of them at once, by name.
    let mut listed: Vec<(StreamId, Vec<u64>)> = Vec::new();
    for entry in index.entries() {
        let Entry { stream, version, positions } = entry.unwrap();
        match listed.last_mut().filter(|(last, _)| *last == stream) {
            Some((_, known)) => {
                assert_eq!(u64::try_from(known.len()).unwrap(), version, "{stream}");
                known.extend(positions);
            }
            None => listed.push((stream, positions)),
        }
    }
    let mut expected = model.to_vec();
    expected.sort();
    assert!(listed == expected, "{} streams listed, {} there", listed.len(), expected.len());
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn files_are_merged_as_digits_carry_and_list_the_same_before_and_after() {
    let dir = tempfile::tempdir().unwrap();
    let spans = FANOUT * FANOUT + FANOUT + 2;
    let (index, model) = filled(dir.path(), spans);
    assert_lists(&index, &model);
    index.merge().unwrap();
    assert_lists(&index, &model);
    let expected: Vec<_> = [
        format!("0-{:012}", FANOUT * FANOUT + FANOUT),
        format!("0-{:012}", FANOUT * FANOUT + FANOUT + 1),
        format!("1-{FANOUT:012}"),
        format!("2-{:012}", 0),
    ]
    .into();
    assert_eq!(names(dir.path()), expected);
    let (index, lacking) = Index::open(dir.path(), disk(), spans * SPAN);
    assert_eq!(lacking.len(), 0);
    assert_lists(&index, &model);
}

#[test]
fn what_a_crash_leaves_behind_is_not_read_and_tidied_away() {
    let dir = tempfile::tempdir().unwrap();
    let (index, model) = filled(dir.path(), FANOUT);
    let parts = names(dir.path());
    let copies: Vec<_> =
        parts.iter().map(|part| fs::read(dir.path().join(part)).unwrap()).collect();
    index.merge().unwrap();
    // The merged file had its name, and the parts were not removed; another was being written, and
    // one is of records that the store does not have.
    for (part, bytes) in parts.iter().zip(copies) {
        fs::write(dir.path().join(part), bytes).unwrap();
    }
    fs::write(dir.path().join("1-000000000007.tmp"), "half").unwrap();
    fs::write(dir.path().join("0-000000000099"), "later").unwrap();
    let (index, lacking) = Index::open(dir.path(), disk(), FANOUT * SPAN);
    assert_eq!(lacking.len(), 0);
    assert_lists(&index, &model);
    index.tidy().unwrap();
    assert_eq!(names(dir.path()), [format!("1-{:012}", 0)]);
    assert_lists(&index, &model);
}

/// The file it was, with one byte turned over.
fn flipped(path: &PathBuf, at: usize) -> Vec<u8> {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1;
    bytes
}

#[test]
fn a_flipped_byte_anywhere_in_a_file_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let (index, _) = filled(dir.path(), FANOUT);
    index.merge().unwrap();
    drop(index);
    let path = dir.path().join(format!("1-{:012}", 0));
    let whole = fs::read(&path).unwrap();
    assert!(whole.len() > 2 * BLOCK_BYTES);
    // Each byte of the footer, and of the blocks so many that every place in a block has its turn.
    let footer = whole.len() - FOOTER;
    for at in (0..footer).step_by(61).chain(footer..whole.len()) {
        fs::write(&path, flipped(&path, at)).unwrap();
        let (index, lacking) = Index::open(dir.path(), disk(), FANOUT * SPAN);
        let found = !lacking.is_empty() || index.entries().any(|entry| entry.is_err());
        assert!(found, "byte {at} of {}", whole.len());
        fs::write(&path, &whole).unwrap();
    }
}

#[test]
fn a_lost_file_is_named_and_made_again_byte_for_byte() {
    let dir = tempfile::tempdir().unwrap();
    let (index, model) = filled(dir.path(), FANOUT);
    index.merge().unwrap();
    drop(index);
    let path = dir.path().join(format!("1-{:012}", 0));
    let whole = fs::read(&path).unwrap();
    fs::remove_file(&path).unwrap();
    let (index, lacking) = Index::open(dir.path(), disk(), FANOUT * SPAN);
    assert_eq!(lacking.len(), usize::try_from(FANOUT).unwrap());
    for (span, _) in &lacking {
        let records = (span.first()..span.end()).map(|position| {
            let stream = stream(position);
            let (_, positions) = model.iter().find(|(name, _)| *name == stream).unwrap();
            let version = positions.iter().position(|at| *at == position).unwrap();
            event_log::RecordedEvent {
                position: event_log::Position(position),
                stream,
                version: event_log::StreamVersion(u64::try_from(version).unwrap()),
                bytes: bytes::Bytes::new(),
            }
        });
        index.make_again(*span, &records.collect::<Vec<_>>()).unwrap();
    }
    index.merge().unwrap();
    assert_eq!(fs::read(&path).unwrap(), whole);
    assert_lists(&index, &model);
}

/// A disk that fails one step, or has no room.
#[derive(Debug)]
struct Failing(Step, Fault, Option<u64>);

impl Faults for Failing {
    fn at(&self, step: Step) -> Fault {
        if step == self.0 { self.1 } else { Fault::None }
    }

    fn room(&self) -> Option<u64> {
        self.2
    }
}

#[test]
fn merging_that_fails_or_has_no_room_leaves_the_parts_as_they_were() {
    let steps = [Step::IndexWrite, Step::IndexSync, Step::IndexRename];
    let failing = steps.iter().flat_map(|step| {
        [Fault::FailedNotStored, Fault::FailedButStored].map(|fault| Failing(*step, fault, None))
    });
    let full = [(Fault::None, Some(1024)), (Fault::NoRoom, None)];
    let full = full.map(|(fault, room)| Failing(Step::IndexWrite, fault, room));
    for faults in failing.chain(full) {
        let dir = tempfile::tempdir().unwrap();
        let (index, model) = filled(dir.path(), FANOUT);
        drop(index);
        let case = format!("{faults:?}");
        let is_full = faults.2.is_some() || faults.1 == Fault::NoRoom;
        let (index, _) = Index::open(dir.path(), Disk::new(Arc::new(faults)), FANOUT * SPAN);
        assert_eq!(index.merge().is_ok(), is_full, "{case}");
        let is_temporary = |name: &String| Path::new(name).extension().is_some();
        let left = names(dir.path()).into_iter().find(is_temporary);
        assert_eq!(left, None, "{case}: it keeps the disk full");
        assert_lists(&index, &model);
        drop(index);
        let (index, lacking) = Index::open(dir.path(), disk(), FANOUT * SPAN);
        assert_eq!(lacking.len(), 0, "{case}");
        assert_lists(&index, &model);
    }
}

/// What the golden file lists: names that share a beginning, a stream with more records than one
/// entry has, one that began in an earlier file, and numbers of one byte and of two.
fn golden_entries(span: Span) -> Vec<Entry> {
    let entry = |name: &str, version, places: Vec<u64>| Entry {
        stream: name.parse().unwrap(),
        version,
        positions: places.into_iter().map(|place| span.first() + place).collect(),
    };
    let (full, rest) = ((100..356).collect(), (356..360).collect());
    vec![
        entry("complaint-01JMY8ZQ5T0000000000000001", 0, vec![0, 1, 2, 130]),
        entry("complaint-01JMY8ZQ5T0000000000000002", 300, vec![3, 400]),
        entry("import-01JMY8ZQ5T0000000000000003", 0, full),
        entry("import-01JMY8ZQ5T0000000000000003", 256, rest),
        entry("ledger-00000000000000000000000004", 7, vec![5]),
    ]
}

#[test]
fn an_index_file_has_the_bytes_it_always_had() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/index-0-000000000001");
    let dir = tempfile::tempdir().unwrap();
    let span = Span { level: 0, number: 1 };
    let disk = disk();
    let mut builder = Builder::new(&disk, dir.path(), span, 4).unwrap();
    let entries = golden_entries(span);
    assert_eq!(entries[2].positions.len(), POSITIONS_MAX);
    for entry in &entries {
        builder.push(entry.clone()).unwrap();
    }
    builder.finish().unwrap();
    let made = dir.path().join(span.to_string());
    assert!(fs::read(&made).unwrap() == fs::read(&golden).unwrap(), "other bytes than the golden");
    fs::copy(golden, &made).unwrap();
    let file = Arc::new(IndexFile::open(dir.path(), span).unwrap());
    assert_eq!(Entries::new(file).map(Result::unwrap).collect::<Vec<_>>(), entries);
}
