//! The tags of a table, one after the other: whether they are what the table says, and where one stands.

use std::ops::Range;

use merkle_log::{CompactRange, Hash};

use super::{CountedTable, entry_leaf};

/// A tag.
pub type Tag = [u8; 32];

/// The tags of a table are not what it says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// Not as many as the rows count.
    #[error("expected {expected} tags of 32 bytes, found {found} bytes")]
    Length {
        /// How many the rows come to.
        expected: u64,
        /// How many bytes there are.
        found: usize,
    },
    /// Those of a row are out of order, or one stands there twice.
    #[error("expected the tags of each row in rising order, found another at place {place}")]
    Order {
        /// The first that is not higher than the one before, counted from 0.
        place: usize,
    },
    /// One stands in two rows.
    #[error("expected each tag once, found one twice: a complaint is counted for two")]
    Twice,
    /// Another tree.
    #[error("expected the root {expected} over the tags, found {found}")]
    Root {
        /// What the table says.
        expected: Hash,
        /// What the tags give.
        found: Hash,
    },
}

/// The whole list of a table, held to it.
#[derive(Debug, Clone, Copy)]
pub struct TagList<'a> {
    table: &'a CountedTable,
    tags: &'a [Tag],
}

impl<'a> TagList<'a> {
    /// Holds the bytes of a list to its table.
    ///
    /// # Errors
    ///
    /// [`ListError`], in the order of its variants.
    pub fn read(table: &'a CountedTable, bytes: &'a [u8]) -> Result<Self, ListError> {
        let (tags, rest) = bytes.as_chunks::<32>();
        if !rest.is_empty() || u64::try_from(tags.len()) != Ok(table.mentions) {
            return Err(ListError::Length { expected: table.mentions, found: bytes.len() });
        }
        let list = Self { table, tags };
        for (_, range) in list.rows() {
            let of_row = tags.get(range.clone()).unwrap_or_default();
            let fault = of_row.array_windows().position(|[one, next]| one >= next);
            if let Some(place) = fault {
                return Err(ListError::Order {
                    place: range.start.saturating_add(place).saturating_add(1),
                });
            }
        }
        let mut sorted = tags.to_vec();
        sorted.sort_unstable();
        if sorted.array_windows().any(|[one, next]| one == next) {
            return Err(ListError::Twice);
        }
        let mut tree = CompactRange::new();
        list.leaves().for_each(|leaf| tree.push(leaf));
        let (expected, found) = (Hash(table.root), tree.root());
        if expected == found { Ok(list) } else { Err(ListError::Root { expected, found }) }
    }

    /// The places of each row.
    fn rows(&self) -> impl Iterator<Item = (u32, Range<usize>)> + use<'a> {
        let length = self.tags.len();
        let mut end = 0_usize;
        (0_u32..).zip(&self.table.rows).map(move |(number, row)| {
            let start = end;
            let count = usize::try_from(row.count).unwrap_or(usize::MAX);
            end = start.saturating_add(count).min(length);
            (number, start..end)
        })
    }

    /// The leaves of the table's tree.
    pub fn leaves(&self) -> impl Iterator<Item = Hash> + use<'a> {
        let tags = self.tags;
        self.rows().flat_map(move |(number, range)| {
            let of_row = tags.get(range).unwrap_or_default();
            of_row.iter().map(move |tag| entry_leaf(number, tag))
        })
    }

    /// The row in which a tag stands, and its place in the list.
    pub fn place_of(&self, tag: &Tag) -> Option<(u32, usize)> {
        self.rows().find_map(|(number, range)| {
            let place = self.tags.get(range.clone())?.binary_search(tag).ok()?;
            Some((number, range.start.saturating_add(place)))
        })
    }
}
