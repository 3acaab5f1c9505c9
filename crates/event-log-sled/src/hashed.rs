//! Names of streams with their hash: computed once for an append, where the caller has just looked at
//! the name, and not again by each of those who look it up on its way.

use std::{
    collections::HashMap,
    hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState},
};

use event_log::StreamId;

/// Hashes names with a key of its own, so that nobody can choose names that collide.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hashes(RandomState);

impl Hashes {
    pub(crate) fn of(&self, stream: &StreamId) -> u64 {
        self.0.hash_one(stream)
    }

    pub(crate) fn hashed(&self, stream: StreamId) -> HashedStream {
        HashedStream { hash: self.of(&stream), name: stream }
    }
}

/// A stream's name and its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HashedStream {
    // Compared first.
    pub(crate) hash: u64,
    pub(crate) name: StreamId,
}

impl HashedStream {
    /// The same in memory of its own.
    pub(crate) fn detached(&self) -> Self {
        Self { hash: self.hash, name: self.name.detached() }
    }
}

impl Hash for HashedStream {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// A map whose keys bring their hash with them.
pub(crate) type HashedMap<K, V> = HashMap<K, V, BuildHasherDefault<AsItIs>>;

/// Takes a number that is a hash already.
#[derive(Debug, Default)]
pub(crate) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        // Never reached by keys that are one number; any function of the bytes would be right.
        self.0 = bytes.iter().fold(self.0, |hash, byte| hash.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
