//! What a letter is composed from.

use std::fmt;

use complaint_domain::{
    complaint::{RemedyKind, Response},
    money::Money,
};
use jiff::civil::Date;
use serde::Deserialize;

/// Who writes. Public: it stands on every letter.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Sender {
    /// The company.
    pub company: String,
    /// Its postal address, line by line.
    #[serde(default)]
    pub address: Vec<String>,
    /// How a complainant reaches whoever writes: a telephone number, an e-mail address.
    pub contact: String,
    /// Who signs: an office such as "Complaints team", or a person.
    pub signatory: String,
}

/// A remedy as it is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfferedRemedy {
    /// What is to be done.
    pub kind: RemedyKind,
    /// How much is to be paid, when money is.
    pub amount: Option<Money>,
}

/// What a letter is composed from. Its `Debug` shows nothing personal.
#[derive(Clone, Copy)]
pub struct LetterFacts<'a> {
    /// The complaint's stream id: the reference that the letter gives.
    pub complaint: &'a str,
    /// Who writes.
    pub sender: &'a Sender,
    /// The complainant's name, when it is known.
    pub addressee: Option<&'a str>,
    /// The complainant's postal address, when it is known; line feeds part its lines.
    pub address: Option<&'a str>,
    /// The day of the letter.
    pub date: Date,
    /// The day on which the complaint came in.
    pub received_on: Date,
    /// The day by which an answer is due, for an acknowledgement that says so.
    pub due_on: Option<Date>,
    /// What the handler wrote: the text of the response or message.
    pub text: Option<&'a str>,
    /// The response that the letter carries.
    pub response: Option<&'a Response>,
    /// The remedies that the response offers.
    pub remedies: &'a [OfferedRemedy],
}

impl fmt::Debug for LetterFacts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LetterFacts")
            .field("complaint", &self.complaint)
            .field("date", &self.date)
            .finish_non_exhaustive()
    }
}
