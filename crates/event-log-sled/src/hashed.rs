//! Names of streams with their hash: computed once for an append, where the caller has just looked at
//! the name, and not again by each of those who look it up on its way.

use std::{
    collections::HashMap,
    hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState},
};

use event_log::StreamId;

/// Hashes names with keys of its own, so that nobody can choose names that collide.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hashes {
    first: RandomState,
    second: RandomState,
}

impl Hashes {
    pub(crate) fn of(&self, stream: &StreamId) -> u64 {
        self.first.hash_one(stream)
    }

    pub(crate) fn hashed(&self, stream: StreamId) -> HashedStream {
        let key = NameKey { hash: self.of(&stream), more: self.second.hash_one(&stream) };
        HashedStream { key, name: stream }
    }
}

/// Two hashes of a name, which stand for it where comparing would fetch the name from memory. That two
/// names in a map of 131,072 share both has a chance of one in 2⁹⁵, and nobody can bring it about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NameKey {
    pub(crate) hash: u64,
    more: u64,
}

impl Hash for NameKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// A stream's name and its hashes.
#[derive(Debug, Clone)]
pub(crate) struct HashedStream {
    pub(crate) key: NameKey,
    pub(crate) name: StreamId,
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
