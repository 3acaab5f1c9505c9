//! The list of a report's files, `SHA256SUMS`, in the one way it is written.
//!
//! Who could list a name twice could show one file to one reader and the other to the next, both of them published.

use std::fmt;

/// A line for each file: 64 digits in lower-case hexadecimal, two blanks, the name. The names rise, byte by byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileList<'a> {
    lines: Vec<(&'a str, &'a str)>,
}

/// The line that is not as it should be, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadLine(usize);

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(line) = self;
        write!(
            f,
            "line {line}: expected a SHA-256, two blanks and a name that comes after the one before it"
        )
    }
}

impl<'a> FileList<'a> {
    /// Reads a list.
    ///
    /// # Errors
    ///
    /// [`BadLine`].
    pub fn parse(text: &'a str) -> Result<Self, BadLine> {
        let mut lines = Vec::<(&str, &str)>::new();
        for (line, number) in text.split_inclusive('\n').zip(1..) {
            let parts = line.strip_suffix('\n').and_then(|line| line.split_once("  "));
            let before = lines.last().map_or("", |(name, _)| name);
            match parts {
                Some((digest, name)) if is_digest(digest) && is_name(name) && name > before => {
                    lines.push((name, digest));
                }
                Some(_) | None => return Err(BadLine(number)),
            }
        }
        Ok(Self { lines })
    }

    /// The SHA-256 of a file, in hexadecimal.
    pub fn digest_of(&self, name: &str) -> Option<&'a str> {
        self.lines.iter().find(|(known, _)| *known == name).map(|(_, digest)| *digest)
    }
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

/// A name within the folder, with one spelling.
fn is_name(name: &str) -> bool {
    let is_part = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(char::is_control);
    name.split('/').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_each_name_once_and_in_order() {
        let (one, two) = ("1".repeat(64), "2".repeat(64));
        let text = format!("{one}  a.csv\n{two}  tables/b.csv\n");
        let list = FileList::parse(&text).unwrap();
        assert_eq!(list.digest_of("tables/b.csv"), Some(two.as_str()));
        assert_eq!(list.digest_of("b.csv"), None);
        assert_eq!(FileList::parse("").unwrap().digest_of("a.csv"), None);
        for (bad, line) in [
            (format!("{one}  a\n{two}  a\n"), 2),
            (format!("{one}  b\n{two}  a\n"), 2),
            (format!("{one}  a\n{two}  b"), 2),
            (format!("{one}  a\r\n"), 1),
            (format!("{one} a\n"), 1),
            (format!("{}A  a\n", &one[1..]), 1),
            (format!("{one}  a//b\n"), 1),
            (format!("{one}  ./a\n"), 1),
            (format!("{one}  ../a\n"), 1),
            (format!("{one}  \n"), 1),
        ] {
            assert_eq!(FileList::parse(&bad), Err(BadLine(line)), "{bad}");
        }
    }
}
