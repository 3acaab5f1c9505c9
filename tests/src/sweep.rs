//! Every byte of a small ledger's files, flipped one at a time.
//!
//! Each flip must be found by the check that reads the file, and the first bad position named; or the byte is
//! on the list of those that no check covers, which is held to be as short as it can be: a listed byte whose
//! change *is* found is an error too. Two small ledgers are swept: one with all that a user's ledger has, and
//! one whose log is long enough to have sealed tiles.
//!
//! - [`homes`]: the two ledgers
//! - [`checks`]: which check reads which file
//! - [`journal`]: what stands where in a segment, read as docs/format.md has it
//! - [`not_covered`]: the list, which docs/auditing.md shows

use std::{
    collections::BTreeMap,
    fmt,
    fs::{self, File},
    iter,
    ops::Range,
    path::{Path, PathBuf},
    sync::Mutex,
    thread,
};

use tempfile::TempDir;

pub mod checks;
pub mod homes;
pub mod journal;
pub mod not_covered;

use checks::{How, Prepared, Verdict};
use homes::Home;
use not_covered::{Listed, Tried};

/// So many bytes are tried in one copy of a ledger.
const CHUNK: usize = 2_000;
/// So many zeros of a store are changed at once.
const STRETCH: usize = 512;
/// Faults are collected up to this many; more say nothing new.
const FAULTS_MAX: usize = 40;
/// What the rest of a journal segment is called: zeros up to its 8 MiB.
const REST: &str = "rest of a journal segment";

/// What was done with the bytes of one kind of file.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Bytes that there are.
    pub bytes: u64,
    /// Bytes that were changed one at a time, and the change was found.
    pub found: u64,
    /// Bytes that were changed together with others, and the change was found.
    pub found_together: u64,
    /// Bytes that were changed one at a time, unnoticed, and are on the list.
    pub listed: u64,
    /// Bytes that were changed together with others, unnoticed, and are on the list.
    pub listed_together: u64,
}

impl Counts {
    /// Bytes that have an answer.
    pub const fn answered(&self) -> u64 {
        self.found + self.found_together + self.listed + self.listed_together
    }

    fn add(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.found += other.found;
        self.found_together += other.found_together;
        self.listed += other.listed;
        self.listed_together += other.listed_together;
    }
}

/// What a sweep came to.
#[derive(Debug, Default)]
pub struct Tally {
    /// By kind of file.
    pub kinds: BTreeMap<&'static str, Counts>,
    /// What should not be: unnoticed flips, positions that are wrong, bytes on the list that are covered.
    pub faults: Vec<String>,
}

impl Tally {
    /// All kinds together.
    pub fn total(&self) -> Counts {
        let mut total = Counts::default();
        self.kinds.values().for_each(|counts| total.add(*counts));
        total
    }

    fn of(&mut self, file: &str) -> &mut Counts {
        self.kinds.entry(kind(file)).or_default()
    }

    fn add(&mut self, other: Self) {
        for (kind, counts) in other.kinds {
            self.kinds.entry(kind).or_default().add(counts);
        }
        self.faults.extend(other.faults);
        self.faults.truncate(FAULTS_MAX);
    }

    fn fault(&mut self, file: &str, at: usize, what: &str) {
        self.faults.push(format!("{file} byte {at}: {what}"));
        self.faults.truncate(FAULTS_MAX);
    }
}

/// As docs/auditing.md shows it: a row for each kind of file.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |f: &mut fmt::Formatter<'_>, kind: &str, counts: &Counts| {
            let Counts { bytes, found, found_together, listed, listed_together } = counts;
            writeln!(
                f,
                "| {kind} | {bytes} | {found} | {found_together} | {listed} | {listed_together} |"
            )
        };
        self.kinds.iter().try_for_each(|(kind, counts)| row(f, kind, counts))?;
        row(f, "all", &self.total())
    }
}

/// The kind of a file, by its name within a home.
fn kind(file: &str) -> &'static str {
    const KINDS: [(&str, &str); 12] = [
        (REST, REST),
        ("ledger/journal/", "journal"),
        ("ledger/tiles/", "tiles"),
        ("ledger/store/", "store"),
        ("ledger/vault/", "vault"),
        ("ledger/keys/", "data keys"),
        ("ledger.keys/", "keys and register"),
        ("ledger/read-models/", "read models"),
        ("ledger/lock", "lock"),
        ("evidence/", "receipt and proof"),
        ("tree/", "exported tree"),
        ("ledger/", "mark, head, checkpoint, time anchor"),
    ];
    let known = KINDS.iter().find(|(beginning, _)| file.starts_with(beginning));
    known.unwrap_or_else(|| panic!("what kind of file is {file}?")).1
}

/// One piece of work: bytes of one file.
#[derive(Debug)]
struct Job<'a> {
    home: &'a Home,
    file: String,
    places: Places,
}

#[derive(Debug)]
enum Places {
    /// Each of these must be found.
    Each(Vec<usize>),
    /// Each of these is listed, and goes unnoticed.
    EachUnnoticed(Vec<usize>),
    /// All of these at once change nothing.
    AllAtOnce(Range<usize>),
    /// Each of these has a bit that can be flipped unnoticed.
    SomeBit(Vec<usize>),
    /// Each stretch is found, or changes nothing of what is served.
    Harmless(Vec<Range<usize>>),
    /// The zeros that a segment had before it was shortened: page by page, all bytes of one at once.
    RestOfSegment(Vec<usize>),
}

/// Sweeps both ledgers, trying every `step`th byte. Ledgers are made and copied in `room`: best a file
/// system in memory. With step 1 every byte has an answer, or that is a fault.
pub fn sweep(room: &Path, step: usize) -> Tally {
    let homes = [homes::whole(room), homes::sealed(room)];
    let mut all = Tally::default();
    let mut jobs: Vec<Job<'_>> = homes.iter().flat_map(|home| jobs(home, step, &mut all)).collect();
    // What takes longest comes first, so that the threads end together.
    jobs.sort_by_key(|job| matches!(job.places, Places::Each(_) | Places::Harmless(_)));
    let (jobs, tally) = (Mutex::new(jobs), Mutex::new(all));
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let job = jobs.lock().unwrap().pop();
                    let Some(job) = job else { return };
                    let done = work(room, &job);
                    tally.lock().unwrap().add(done);
                }
            });
        }
    });
    let mut tally = tally.into_inner().unwrap();
    let total = tally.total();
    if step == 1 && tally.faults.is_empty() && total.answered() != total.bytes {
        tally.faults.push(format!("{} of {} bytes have an answer", total.answered(), total.bytes));
    }
    tally
}

fn jobs<'a>(home: &'a Home, step: usize, tally: &mut Tally) -> Vec<Job<'a>> {
    let mut jobs = Vec::new();
    for file in home.files() {
        let bytes = fs::read(home.path().join(&file)).unwrap();
        tally.of(&file).bytes += bytes.len() as u64;
        let job = |places| Job { home, file: file.clone(), places };
        let chunks = |places: &mut dyn Iterator<Item = usize>, of: fn(Vec<usize>) -> Places| {
            let places: Vec<_> = places.step_by(step).collect();
            places.chunks(CHUNK).map(|part| job(of(part.to_vec()))).collect::<Vec<_>>()
        };
        if checks::how(&file) == How::Store {
            let stretches = not_covered::stretches(&bytes, STRETCH);
            let stretches: Vec<_> = stretches.into_iter().step_by(step).collect();
            jobs.extend(stretches.chunks(200).map(|part| job(Places::Harmless(part.to_vec()))));
            continue;
        }
        let listed = not_covered::ranges(&file, &bytes);
        let is_listed = |at: &usize| listed.iter().any(|it| it.range.contains(at));
        jobs.extend(chunks(&mut (0..bytes.len()).filter(|at| !is_listed(at)), Places::Each));
        for Listed { range, tried } in listed {
            match tried {
                Tried::AllAtOnce => jobs.push(job(Places::AllAtOnce(range))),
                Tried::SomeBit => {
                    jobs.push(job(Places::SomeBit(range.step_by(step.min(3)).collect())));
                }
                Tried::OneByOne => jobs.extend(chunks(&mut range.clone(), Places::EachUnnoticed)),
            }
        }
        if file.starts_with("ledger/journal/") {
            let rest = bytes.len()..journal::SEGMENT;
            tally.of(REST).bytes += rest.len() as u64;
            let pages: Vec<_> = rest.step_by(journal::PAGE).step_by(step).collect();
            jobs.extend(pages.chunks(300).map(|part| job(Places::RestOfSegment(part.to_vec()))));
        }
    }
    jobs
}

fn work(room: &Path, job: &Job<'_>) -> Tally {
    let folder = TempDir::new_in(room).unwrap();
    copy(job.home.path(), folder.path());
    let place = folder.path().join(&job.file);
    if matches!(job.places, Places::RestOfSegment(_)) {
        // Zeros to its end: as it was before it was shortened.
        File::options().write(true).open(&place).unwrap().set_len(journal::SEGMENT as u64).unwrap();
    }
    let whole = fs::read(&place).unwrap();
    let prepared = Prepared::new(job.home, folder.path(), &job.file);
    let mut tally = Tally::default();
    let file = job.file.as_str();
    match &job.places {
        Places::Each(places) => {
            for at in places {
                each(&mut tally, &prepared, &whole, *at);
            }
        }
        Places::EachUnnoticed(places) => {
            for at in places {
                unnoticed(&mut tally, &prepared, &whole, file, *at..at + 1);
                tally.of(file).listed += 1;
            }
        }
        Places::AllAtOnce(range) => {
            unnoticed(&mut tally, &prepared, &whole, file, range.clone());
            tally.of(file).listed_together += range.len() as u64;
        }
        Places::RestOfSegment(pages) => {
            for page in pages {
                let range = *page..page + journal::PAGE;
                unnoticed(&mut tally, &prepared, &whole, file, range.clone());
                tally.of(REST).listed_together += range.len() as u64;
            }
        }
        Places::SomeBit(places) => {
            for at in places {
                tally.of(file).listed += 1;
                let unnoticed = (0..8)
                    .any(|bit| prepared.changed(&whole, &[(*at, 1 << bit)]) == Verdict::Whole);
                if !unnoticed {
                    tally.fault(file, *at, "listed as not covered, and each bit of it is");
                }
            }
        }
        Places::Harmless(stretches) => {
            for range in stretches {
                harmless(&mut tally, &prepared, &whole, file, range.clone());
            }
        }
    }
    tally
}

/// A byte that must be found, and the first bad position named.
fn each(tally: &mut Tally, prepared: &Prepared<'_>, whole: &[u8], at: usize) {
    let file = prepared.file();
    match prepared.changed(whole, &[(at, 1 << (at % 8))]) {
        Verdict::Found(position) => {
            tally.of(file).found += 1;
            if let Err(what) = prepared.is_first_bad(at, position) {
                tally.fault(file, at, &what);
            }
        }
        Verdict::Whole => tally.fault(file, at, "a flip goes unnoticed"),
        Verdict::Wrong(what) => tally.fault(file, at, &what),
    }
}

/// Bytes on the list, changed at once.
fn unnoticed(
    tally: &mut Tally,
    prepared: &Prepared<'_>,
    whole: &[u8],
    file: &str,
    range: Range<usize>,
) {
    let changes: Vec<_> = range.clone().map(|at| (at, 1 << (at % 8))).collect();
    let verdict = prepared.changed(whole, &changes);
    if verdict != Verdict::Whole {
        let what = format!("listed up to byte {} as not covered, and {verdict:?}", range.end);
        tally.fault(file, range.start, &what);
    }
}

/// Bytes of a store, changed at once: found, or nothing that it serves has changed.
fn harmless(
    tally: &mut Tally,
    prepared: &Prepared<'_>,
    whole: &[u8],
    file: &str,
    range: Range<usize>,
) {
    let changes: Vec<_> = range.clone().map(|at| (at, 1 << (at % 8))).collect();
    let verdict = prepared.changed(whole, &changes);
    let (is_alone, length) = (range.len() == 1, range.len() as u64);
    let counts = tally.of(file);
    match verdict {
        Verdict::Found(_) if is_alone => counts.found += 1,
        Verdict::Found(_) => counts.found_together += length,
        Verdict::Whole if is_alone => counts.listed += 1,
        Verdict::Whole => counts.listed_together += length,
        Verdict::Wrong(what) => tally.fault(file, range.start, &what),
    }
}

/// Every file below a folder, in the order of their names.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// Copies a folder with all below it.
pub fn copy(from: &Path, to: &Path) {
    for file in files_below(from) {
        let place = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::copy(&file, &place).unwrap();
    }
}

/// The bytes with some bits flipped.
fn flipped(whole: &[u8], changes: &[(usize, u8)]) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for (at, bits) in changes {
        bytes[*at] ^= bits;
    }
    bytes
}

/// Stretches between these places, up to `end`.
fn between(starts: &[usize], end: usize) -> impl Iterator<Item = Range<usize>> {
    let ends = starts.iter().copied().skip(1).chain(iter::once(end));
    starts.iter().copied().zip(ends).map(|(start, end)| start..end)
}
