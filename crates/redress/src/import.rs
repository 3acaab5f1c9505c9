//! Taking in complaints from files that other bodies published.
