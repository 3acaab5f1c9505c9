use std::{
    os::fd::AsRawFd,
    sync::{Barrier, Mutex},
};

use super::*;

/// Notes what it syncs, and does to each file what it is told to.
#[derive(Debug)]
struct Scripted {
    synced: Mutex<Vec<i32>>,
    /// All of so many must be under way before one returns.
    together: Barrier,
    fails: Option<i32>,
    panics: Option<i32>,
}

impl Scripted {
    fn with(together: usize, fails: Option<i32>, panics: Option<i32>) -> Arc<Self> {
        let (synced, together) = (Mutex::default(), Barrier::new(together));
        Arc::new(Self { synced, together, fails, panics })
    }
}

impl Syncer for Scripted {
    fn sync(&self, file: &File) -> io::Result<()> {
        self.together.wait();
        let file = file.as_raw_fd();
        assert_ne!(self.panics, Some(file), "as it was told to");
        self.synced.lock().unwrap().push(file);
        if self.fails == Some(file) { Err(io::Error::other("as told")) } else { Ok(()) }
    }
}

fn files(count: usize) -> Vec<Arc<File>> {
    (0..count).map(|_| Arc::new(tempfile::tempfile().unwrap())).collect()
}

fn names(files: &[Arc<File>]) -> Vec<i32> {
    files.iter().map(AsRawFd::as_raw_fd).collect()
}

#[test]
fn all_files_are_synced_at_the_same_time_and_let_go() {
    let files = files(3);
    let syncer = Scripted::with(3, None, None);
    let mut syncing = Syncing::new(Arc::clone(&syncer) as Arc<dyn Syncer>);
    for _ in 0..2 {
        syncing.sync_all(&files).unwrap();
        let mut noted = std::mem::take(&mut *syncer.synced.lock().unwrap());
        noted.sort_unstable();
        assert_eq!(noted, names(&files));
        assert!(files.iter().all(|file| Arc::strong_count(file) == 1));
    }
    assert_eq!(syncing.helpers.len(), 2, "the threads of the first time are used again");
    syncing.sync_all(&[]).unwrap();
}

#[test]
fn a_sync_that_fails_or_panics_is_told_of_wherever_it_was_and_the_others_are_still_waited_for() {
    for broken in 0..3 {
        let files = files(3);
        let name = files[broken].as_raw_fd();
        let syncer = Scripted::with(3, Some(name), None);
        let mut syncing = Syncing::new(Arc::clone(&syncer) as Arc<dyn Syncer>);
        assert_eq!(syncing.sync_all(&files).unwrap_err().to_string(), "as told");
        assert_eq!(syncer.synced.lock().unwrap().len(), 3);
    }
    for broken in 1..3 {
        let files = files(3);
        let name = files[broken].as_raw_fd();
        let syncer = Scripted::with(3, None, Some(name));
        let mut syncing = Syncing::new(Arc::clone(&syncer) as Arc<dyn Syncer>);
        let told = syncing.sync_all(&files).unwrap_err().to_string();
        assert_eq!(told, "the thread that syncs has panicked");
        assert_eq!(syncer.synced.lock().unwrap().len(), 2);
    }
}
