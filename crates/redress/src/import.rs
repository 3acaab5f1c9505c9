//! Taking in complaints from files that other bodies published.
//!
//! A file is read row by row; each row becomes the commands that the row attests, sent through the
//! same service as any other command. What a row does not say is not made up.
//!
//! - [`cfpb`]: the public complaint database of the US Consumer Financial Protection Bureau

pub mod cfpb;
