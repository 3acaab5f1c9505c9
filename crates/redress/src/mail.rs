//! Letters by e-mail: an outbox without personal data, the way from it to a mail server, and what comes in.
//!
//! A letter is named before it is sent: its id follows from the complaint, the kind, and the event it
//! tells of. The same id is the command id under which the sending is recorded, and stands in the
//! Message-ID. So a letter is recorded once whatever crashes, and whoever gets it twice can see that
//! it is the same (docs/decisions, "Letters are sent at least once").
//!
//! - [`intake`]: e-mail that comes in
//! - [`name`]: ids of letters and of messages
//! - [`outbox`]: what is to be sent, and what became of it
//! - [`smtp`]: one message to one server
//! - [`postman`]: takes letters from the outbox to the server and into the ledger

pub mod intake;
pub mod name;
pub mod outbox;
pub mod postman;
pub mod smtp;

#[cfg(test)]
mod tests;
