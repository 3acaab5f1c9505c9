//! Files of a folder that may come from anybody: plain ones, inside it, and no longer than can be read.
//!
//! A link leads to what nobody published, a pipe keeps its reader waiting, and a device never ends. Each part of a name
//! is opened in the folder before it, so that nothing can be put in its place between a look and the opening.

use std::{
    fs::File,
    io::{self, Read},
    path::{Component, Path},
};

use rustix::{
    fd::OwnedFd,
    fs::{Mode, OFlags},
    io::Errno,
};

/// Opens a file below a folder, to be read to its end, if it is no longer than so many bytes.
pub(super) fn open(folder: &Path, name: &str, max: u64) -> io::Result<impl Read> {
    let to_look = OFlags::RDONLY | OFlags::CLOEXEC;
    let mut place = rustix::fs::open(folder, to_look | OFlags::DIRECTORY, Mode::empty())?;
    let mut parts = Path::new(name).components().peekable();
    while let Some(part) = parts.next() {
        let Component::Normal(part) = part else { break };
        let how = if parts.peek().is_some() {
            OFlags::DIRECTORY
        } else {
            OFlags::NONBLOCK | OFlags::NOCTTY
        };
        place = inside(&place, Path::new(part), to_look | how)?;
    }
    let file = File::from(place);
    let found = file.metadata()?;
    if !found.is_file() {
        return Err(other("expected a plain file, found something else".to_owned()));
    }
    if found.len() > max {
        return Err(other(format!("expected at most {max} bytes, found {}", found.len())));
    }
    // Whatever is written to it since is not read.
    Ok(file.take(found.len()))
}

fn inside(folder: &OwnedFd, name: &Path, how: OFlags) -> io::Result<OwnedFd> {
    rustix::fs::openat(folder, name, how | OFlags::NOFOLLOW, Mode::empty()).map_err(|error| {
        match error {
            Errno::LOOP => other("expected a plain file, found a link".to_owned()),
            Errno::NOTDIR => other("expected a folder, found a link or a file".to_owned()),
            error => error.into(),
        }
    })
}

/// The bytes of such a file.
pub(super) fn whole(folder: &Path, name: &str, max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(folder, name, max)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn other(why: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why)
}
