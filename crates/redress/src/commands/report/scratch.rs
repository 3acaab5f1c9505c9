//! Where the long lists of a report are sorted, and what a report that was killed has left there.

use std::{
    fs::{self, File},
    io,
    path::Path,
};

use tempfile::TempDir;

/// How such a directory is called, before some letters of its own.
const PREFIX: &str = ".counted";
/// In each of them; locked as long as somebody works there. What has none is not ours.
const LOCK: &str = ".lock";

/// A directory on the disk that is to hold the files: the lists among them can be too long for the system's own.
#[derive(Debug)]
pub(super) struct Scratch {
    dir: TempDir,
    _lock: File,
}

impl Scratch {
    /// One beside the place of the files, or in the system's place for such. What was left beside it by
    /// a process that was killed is taken away first.
    pub(super) fn beside(out: &Path) -> io::Result<Self> {
        let above = out.parent().filter(|above| !above.as_os_str().is_empty());
        let dir = match above.unwrap_or(Path::new(".")) {
            above if above.is_dir() => {
                take_away_leftovers(above);
                tempfile::Builder::new().prefix(PREFIX).tempdir_in(above)?
            }
            _ => tempfile::tempdir()?,
        };
        // Under its name only once it is locked: no other process finds it free.
        let unnamed = dir.path().join(".lock.new");
        let lock = File::create(&unnamed)?;
        lock.lock()?;
        fs::rename(&unnamed, dir.path().join(LOCK))?;
        Ok(Self { dir, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        self.dir.path()
    }
}

/// What cannot be looked at or taken away hinders nobody.
fn take_away_leftovers(above: &Path) {
    let Ok(entries) = fs::read_dir(above) else { return };
    for entry in entries.filter_map(Result::ok) {
        let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) || !is_dir {
            continue;
        }
        let Ok(lock) = File::open(entry.path().join(LOCK)) else { continue };
        if lock.try_lock().is_ok() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_report_left_goes_and_what_is_at_work_or_a_strangers_stays() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        for (name, file) in [(".counted1", LOCK), (".counted2", "mine"), ("counted", LOCK)] {
            fs::create_dir(at(name)).unwrap();
            fs::write(at(name).join(file), "").unwrap();
        }
        let at_work = Scratch::beside(&at("report")).unwrap();
        assert!(!at(".counted1").exists(), "its process is gone");
        assert!(at(".counted2").exists() && at("counted").exists());
        let other = Scratch::beside(&at("other")).unwrap();
        assert!(at_work.path().exists() && other.path() != at_work.path());
        let path = at_work.path().to_owned();
        drop(at_work);
        assert!(!path.exists());
    }
}
