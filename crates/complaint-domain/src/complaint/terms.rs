//! The bodies of commands and events: what each of them says.
//!
//! These are the stored schema. A change here that alters bytes needs a new event version in
//! `complaint-codec` and leaves the golden files of the old one untouched.

mod clock;
mod committee;
mod correction;
mod elsewhere;
mod ending;
mod handling;
mod intake;
mod links;
mod material;
mod remedy;
mod response;
mod steps;
mod survey;

pub use clock::*;
pub use committee::*;
pub use correction::*;
pub use elsewhere::*;
pub use ending::*;
pub use handling::*;
pub use intake::*;
pub use links::*;
pub use material::*;
pub use remedy::*;
pub use response::*;
pub use steps::*;
pub use survey::*;
