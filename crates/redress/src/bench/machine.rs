//! What the figures were found on.

use std::{fmt, fs, num::NonZero, path::Path, thread};

use serde::Serialize;

/// The machine, as far as it says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// How many threads run at once.
    pub cores: usize,
    /// The processor's own name.
    pub processor: Option<String>,
    /// How many threads wanted to run in the last minute, on average, before anything was measured:
    /// where that is more than next to nothing, the figures are a busy machine's.
    pub load: Option<String>,
    /// The kind of file system the ledger lies on. On one in memory a sync costs nothing.
    pub file_system: Option<String>,
    /// Whether the program was built with optimisations.
    pub is_optimised: bool,
}

impl Machine {
    /// This machine, and the file system of a directory.
    pub fn of(directory: &Path) -> Self {
        Self {
            cores: thread::available_parallelism().map_or(1, NonZero::get),
            processor: line_of("/proc/cpuinfo", "model name"),
            load: fs::read_to_string("/proc/loadavg")
                .ok()
                .and_then(|text| text.split(' ').next().map(str::to_owned)),
            file_system: file_system(directory),
            is_optimised: !cfg!(debug_assertions),
        }
    }
}

fn line_of(file: &str, key: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(key))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}

/// The type of the mount that a directory lies under.
fn file_system(directory: &Path) -> Option<String> {
    let directory = fs::canonicalize(directory).ok()?;
    let mounts = fs::read_to_string("/proc/self/mounts").ok()?;
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?, words.next()?))
    });
    // The last of the longest that fits hides those before it.
    mounts
        .filter(|(place, _)| directory.starts_with(place))
        .max_by_key(|(place, _)| place.len())
        .map(|(_, kind)| kind.to_owned())
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cores", self.cores)?;
        let facts = [
            ("", &self.processor),
            ("load before ", &self.load),
            ("file system ", &self.file_system),
        ];
        for (label, fact) in facts {
            if let Some(fact) = fact {
                write!(f, ", {label}{fact}")?;
            }
        }
        if !self.is_optimised {
            write!(f, ", built WITHOUT optimisations")?;
        }
        Ok(())
    }
}
