//! The bodies of commands and events: what each of them says.
//!
//! These are the stored schema. A change here that alters bytes needs a new event version in
//! `complaint-codec` and leaves the golden files of the old one untouched.

mod clock;
mod correction;
mod ending;
mod handling;
mod intake;
mod remedy;
mod response;

pub use clock::*;
pub use correction::*;
pub use ending::*;
pub use handling::*;
pub use intake::*;
pub use remedy::*;
pub use response::*;
