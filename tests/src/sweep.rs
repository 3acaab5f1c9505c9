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
    fs, iter,
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
use not_covered::Listed;

/// So many bytes are tried in one copy of a ledger.
const CHUNK: usize = 2_000;
/// Faults are collected up to this many; more say nothing new.
const FAULTS_MAX: usize = 40;

/// What a sweep came to.
#[derive(Debug, Default)]
pub struct Tally {
    /// Flips that were tried.
    pub tried: u64,
    /// Flips that a check found.
    pub found: u64,
    /// Bytes that no check covers, all of them on the list.
    pub not_covered: u64,
    /// Flips in the store that changed nothing of what it serves.
    pub harmless: u64,
    /// What should not be: unnoticed flips, positions that are wrong, bytes on the list that are covered.
    pub faults: Vec<String>,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.tried += other.tried;
        self.found += other.found;
        self.not_covered += other.not_covered;
        self.harmless += other.harmless;
        self.faults.extend(other.faults);
        self.faults.truncate(FAULTS_MAX);
    }

    fn fault(&mut self, file: &str, at: usize, what: &str) {
        self.faults.push(format!("{file} byte {at}: {what}"));
        self.faults.truncate(FAULTS_MAX);
    }
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
    /// All of these at once change nothing.
    AllAtOnce(Range<usize>),
    /// Each of these has a bit that can be flipped unnoticed.
    SomeBit(Vec<usize>),
    /// Each stretch is found, or changes nothing of what is served.
    Harmless(Vec<Range<usize>>),
}

/// Sweeps both ledgers, trying every `step`th byte of those that must be found. Ledgers are made and copied
/// in `room`: best a file system in memory.
pub fn sweep(room: &Path, step: usize) -> Tally {
    let homes = [homes::whole(room), homes::sealed(room)];
    let mut jobs: Vec<Job<'_>> = homes.iter().flat_map(|home| jobs(home, step)).collect();
    jobs.reverse();
    let (jobs, tally) = (Mutex::new(jobs), Mutex::new(Tally::default()));
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
    tally.into_inner().unwrap()
}

fn jobs(home: &Home, step: usize) -> Vec<Job<'_>> {
    let mut jobs = Vec::new();
    for file in home.files() {
        let bytes = fs::read(home.path().join(&file)).unwrap();
        let job = |places| Job { home, file: file.clone(), places };
        if checks::how(&file) == How::Store {
            let stretches = not_covered::stretches(&bytes);
            let stretches: Vec<_> = stretches.into_iter().step_by(step).collect();
            jobs.extend(stretches.chunks(200).map(|part| job(Places::Harmless(part.to_vec()))));
            continue;
        }
        let listed = not_covered::ranges(&file, &bytes);
        let must = (0..bytes.len()).filter(|at| !listed.iter().any(|it| it.range.contains(at)));
        let must: Vec<_> = must.step_by(step).collect();
        jobs.extend(must.chunks(CHUNK).map(|part| job(Places::Each(part.to_vec()))));
        for Listed { range, at_once } in listed {
            let places = if at_once {
                Places::AllAtOnce(range)
            } else {
                Places::SomeBit(range.step_by(step.min(3)).collect())
            };
            jobs.push(job(places));
        }
    }
    jobs
}

fn work(room: &Path, job: &Job<'_>) -> Tally {
    let folder = TempDir::new_in(room).unwrap();
    copy(job.home.path(), folder.path());
    let place = folder.path().join(&job.file);
    let whole = fs::read(&place).unwrap();
    let prepared = Prepared::new(job.home, folder.path(), &job.file);
    let mut tally = Tally::default();
    match &job.places {
        Places::Each(places) => {
            for at in places {
                let verdict = prepared.changed(&whole, &[(*at, 1 << (at % 8))]);
                tally.tried += 1;
                match verdict {
                    Verdict::Found(position) => {
                        tally.found += 1;
                        if let Err(what) = prepared.is_first_bad(*at, position) {
                            tally.fault(&job.file, *at, &what);
                        }
                    }
                    Verdict::Whole => tally.fault(&job.file, *at, "a flip goes unnoticed"),
                    Verdict::Wrong(what) => tally.fault(&job.file, *at, &what),
                }
            }
        }
        Places::AllAtOnce(range) => {
            let changes: Vec<_> = range.clone().map(|at| (at, 1)).collect();
            tally.tried += 1;
            tally.not_covered += range.len() as u64;
            let verdict = prepared.changed(&whole, &changes);
            if verdict != Verdict::Whole {
                let what =
                    format!("listed up to byte {} as not covered, and {verdict:?}", range.end);
                tally.fault(&job.file, range.start, &what);
            }
        }
        Places::SomeBit(places) => {
            for at in places {
                tally.not_covered += 1;
                let unnoticed = (0..8).any(|bit| {
                    tally.tried += 1;
                    prepared.changed(&whole, &[(*at, 1 << bit)]) == Verdict::Whole
                });
                if !unnoticed {
                    tally.fault(&job.file, *at, "listed as not covered, and each bit of it is");
                }
            }
        }
        Places::Harmless(stretches) => {
            for range in stretches {
                let changes: Vec<_> = range.clone().map(|at| (at, 1 << (at % 8))).collect();
                tally.tried += 1;
                match prepared.changed(&whole, &changes) {
                    Verdict::Found(_) => tally.found += 1,
                    Verdict::Whole => tally.harmless += 1,
                    Verdict::Wrong(what) => tally.fault(&job.file, range.start, &what),
                }
            }
        }
    }
    tally
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
