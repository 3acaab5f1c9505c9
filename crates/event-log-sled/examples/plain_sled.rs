//! The control of the power-cut test: sled as its documentation says, batch and `flush()`.
//!
//! No journal, no head, no sync of our own. `tests/power_cut.py --control sled-flush` cuts the power
//! under it and counts what is lost; that it loses is why [`event_log_sled`] has all of these.
//!
//! - `plain_sled write DIR`: batches of 50 values of 1 KB, a line for each that was flushed
//! - `plain_sled check DIR LINES`: what is left, against those lines
#![expect(clippy::print_stdout, reason = "a program that reports")]

use std::{error::Error, io::Write, panic::catch_unwind, path::Path};

const BATCH: u64 = 50;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["write", dir, ..] => write(Path::new(dir)),
        ["check", dir, lines] => check(Path::new(dir), &std::fs::read_to_string(lines)?),
        _ => Err("usage: plain_sled write DIR | plain_sled check DIR LINES".into()),
    }
}

fn write(dir: &Path) -> Result<(), Box<dyn Error>> {
    let keyspace = sled::Config::new().path(dir).open()?;
    let value = vec![b'x'; 1_024];
    for first in (0_u64..).step_by(usize::try_from(BATCH)?) {
        let end = first.saturating_add(BATCH);
        let mut batch = sled::Batch::default();
        for position in first..end {
            batch.insert(&position.to_be_bytes(), value.as_slice());
        }
        keyspace.apply_batch(batch)?;
        keyspace.flush()?;
        std::io::stdout().write_all(format!("flushed {end}\n").as_bytes())?;
    }
    Ok(())
}

fn check(dir: &Path, lines: &str) -> Result<(), Box<dyn Error>> {
    let mut whole = lines.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
    let last = whole.next_back().and_then(|line| line.strip_prefix("flushed "));
    let promised: u64 = last.map_or(Ok(0), str::parse)?;
    let dir = dir.to_owned();
    let opened = catch_unwind(|| {
        let keyspace = sled::Config::new().path(dir).open()?;
        let there = |position: &u64| keyspace.contains_key(position.to_be_bytes());
        let found = (0..promised).take_while(|position| there(position).unwrap_or(false)).count();
        Ok::<_, sled::Error>((found, keyspace.was_recovered()))
    });
    let (found, recovered) = match opened {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => return Err(format!("of {promised}, none: {error}").into()),
        Err(_) => return Err(format!("of {promised}, none: it panicked on opening").into()),
    };
    if u64::try_from(found)? < promised {
        let says = if recovered { "recovered" } else { "new" };
        return Err(
            format!("of {promised}, {found} are left; it opened as {says}, no error").into()
        );
    }
    println!("all {promised} are left");
    Ok(())
}
