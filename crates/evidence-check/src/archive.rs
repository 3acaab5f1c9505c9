//! The one kind of zip file that a bundle is.
//!
//! A zip file says everything twice, in front of each file and in a list at the end, and readers
//! differ in which they believe. Evidence must read the same everywhere, so this is the narrowest
//! zip there is: files are stored, not compressed, one after the other without gaps, listed in
//! the order in which they stand, without comments, extra fields, attributes or times (each says
//! 1 January 1980). What is read is written again and refused unless every byte is the same. Any zip
//! program opens it.

use std::collections::BTreeMap;

/// The most files an archive may have.
pub const FILES_MAX: usize = 60_000;

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
/// Version 2.0 of the format is needed to unpack: directories in names.
const VERSION: u16 = 20;
/// Names are UTF-8.
const UTF8_FLAG: u16 = 0x0800;
/// 1 January 1980, the first day that the format can say.
const DATE: u16 = 0x0021;
const LOCAL_BYTES: usize = 30;

/// Files by name, in the order of their names.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Why files do not make an archive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteArchiveError {
    /// A name that could lead out of the folder it is unpacked in, or is read differently elsewhere.
    #[error("`{name}` cannot be the name of a file in an archive")]
    Name {
        /// The name.
        name: String,
    },
    /// Beyond what the format can hold without extensions.
    #[error("an archive holds at most {FILES_MAX} files and 4 GiB")]
    TooLarge,
}

/// Why bytes are not an archive of this kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadArchiveError {
    /// The bytes at this place are not what would be written.
    #[error("byte {at}: expected {expected}")]
    Byte {
        /// The place, from 0.
        at: usize,
        /// What should be there.
        expected: &'static str,
    },
    /// A file's checksum does not fit.
    #[error("{name}: the checksum does not fit its bytes")]
    Checksum {
        /// The file.
        name: String,
    },
    /// Files are not in the order of their names, or a name is there twice.
    #[error("{name}: out of order, or there twice")]
    Order {
        /// The file.
        name: String,
    },
}

/// Whether a name is plain: parts of lower-case letters, digits, dots and hyphens, none of which
/// begins with a dot; `README.txt` may keep its capitals.
fn is_plain(name: &str) -> bool {
    let is_fit = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    name.len() <= 200
        && name
            .split('/')
            .all(|part| !part.is_empty() && !part.starts_with('.') && part.chars().all(is_fit))
}

/// The bytes of an archive of these files. The same files give the same bytes, always.
///
/// # Errors
///
/// [`WriteArchiveError`]: a name that is not plain, or too much.
pub fn write_archive(files: &Files) -> Result<Vec<u8>, WriteArchiveError> {
    let too_large = |_| WriteArchiveError::TooLarge;
    let (mut bytes, mut list) = (Vec::new(), Vec::new());
    if files.len() > FILES_MAX {
        return Err(WriteArchiveError::TooLarge);
    }
    for (name, content) in files {
        if !is_plain(name) {
            return Err(WriteArchiveError::Name { name: name.clone() });
        }
        let offset = u32::try_from(bytes.len()).map_err(too_large)?;
        let length = u32::try_from(content.len()).map_err(too_large)?;
        let head = header(name, length, crc32fast::hash(content));
        put32(&mut bytes, LOCAL);
        bytes.extend_from_slice(&head);
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(content);
        put32(&mut list, CENTRAL);
        put16(&mut list, VERSION); // made by: no system's attributes
        list.extend_from_slice(&head);
        // Length of comment, disk, internal and external attributes: none.
        list.extend_from_slice(&[0; 10]);
        put32(&mut list, offset);
        list.extend_from_slice(name.as_bytes());
    }
    let count = u16::try_from(files.len()).map_err(too_large)?;
    let offset = u32::try_from(bytes.len()).map_err(too_large)?;
    let list_length = u32::try_from(list.len()).map_err(too_large)?;
    bytes.append(&mut list);
    put32(&mut bytes, END);
    put32(&mut bytes, 0); // one disk, and it is this one
    put16(&mut bytes, count);
    put16(&mut bytes, count);
    put32(&mut bytes, list_length);
    put32(&mut bytes, offset);
    put16(&mut bytes, 0); // no comment
    Ok(bytes)
}

/// What stands in front of a file and, the same, in its entry of the list.
fn header(name: &str, length: u32, crc: u32) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(26);
    put16(&mut bytes, VERSION);
    put16(&mut bytes, UTF8_FLAG);
    put16(&mut bytes, 0); // stored
    put16(&mut bytes, 0); // midnight
    put16(&mut bytes, DATE);
    put32(&mut bytes, crc);
    put32(&mut bytes, length); // as stored
    put32(&mut bytes, length); // as unpacked
    put16(&mut bytes, u16::try_from(name.len()).unwrap_or(u16::MAX));
    put16(&mut bytes, 0); // no extra fields
    bytes
}

/// The files of an archive.
///
/// # Errors
///
/// [`ReadArchiveError`] unless the bytes are exactly those that [`write_archive`] would write.
pub fn read_archive(bytes: &[u8]) -> Result<Files, ReadArchiveError> {
    let mut files = Files::new();
    let mut at = 0_usize;
    while le32(bytes, at) == Some(LOCAL) {
        let wrong = |expected| ReadArchiveError::Byte { at, expected };
        let head = bytes.get(at..).and_then(|rest| rest.split_at_checked(LOCAL_BYTES));
        let (head, rest) = head.ok_or(wrong("the header of a file"))?;
        let length = le32(head, 22).and_then(|length| usize::try_from(length).ok());
        let name_length = le16(head, 26).map(usize::from);
        let split = name_length.and_then(|length| rest.split_at_checked(length));
        let (name, rest) = split.ok_or(wrong("the name of a file"))?;
        let name = std::str::from_utf8(name).ok().filter(|name| is_plain(name));
        let name = name.ok_or(wrong("a plain name of a file"))?;
        let content = length.and_then(|length| rest.get(..length));
        let content = content.ok_or_else(|| wrong("a file, the archive ends inside it"))?;
        if le32(head, 14) != Some(crc32fast::hash(content)) {
            return Err(ReadArchiveError::Checksum { name: name.to_owned() });
        }
        let is_next = files.last_key_value().is_none_or(|(last, _)| last.as_str() < name);
        if !is_next || files.len() == FILES_MAX {
            return Err(ReadArchiveError::Order { name: name.to_owned() });
        }
        at =
            at.saturating_add(LOCAL_BYTES).saturating_add(name.len()).saturating_add(content.len());
        files.insert(name.to_owned(), content.to_vec());
    }
    let written = write_archive(&files)
        .map_err(|_| ReadArchiveError::Byte { at: 0, expected: "less than 4 GiB" })?;
    if written == bytes {
        return Ok(files);
    }
    let differs = written.iter().zip(bytes).position(|(expected, found)| expected != found);
    let at = differs.unwrap_or(written.len().min(bytes.len()));
    let expected = if differs.is_some() {
        "the byte that redress writes there"
    } else {
        "the end of the archive exactly where its list ends"
    };
    Err(ReadArchiveError::Byte { at, expected })
}

fn put16(bytes: &mut Vec<u8>, number: u16) {
    bytes.extend_from_slice(&number.to_le_bytes());
}

fn put32(bytes: &mut Vec<u8>, number: u32) {
    bytes.extend_from_slice(&number.to_le_bytes());
}

fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests;
