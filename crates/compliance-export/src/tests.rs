//! An export can be checked by whoever holds it.
