//! The kinds of letters, and a letter as blocks of text.

use std::{fmt, str::FromStr};

use complaint_domain::complaint::{ComplaintEvent, ResponseKind};
use serde::{Deserialize, Serialize};

use crate::wording::LetterLocale;

/// Which letter it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LetterKind {
    /// The complaint was received.
    Acknowledgement,
    /// Something is needed from the complainant.
    InformationRequest,
    /// How the matter stands.
    Progress,
    /// Why the answer is late, and when it can be expected.
    Holding,
    /// The complainant has said that the matter is settled.
    SummaryResolution,
    /// The answer.
    FinalResponse,
    /// The complaint is closed.
    Closing,
}

impl LetterKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::Acknowledgement,
        Self::InformationRequest,
        Self::Progress,
        Self::Holding,
        Self::SummaryResolution,
        Self::FinalResponse,
        Self::Closing,
    ];

    /// Its name in files, on the command line and in wording.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Acknowledgement => "acknowledgement",
            Self::InformationRequest => "information-request",
            Self::Progress => "progress",
            Self::Holding => "holding",
            Self::SummaryResolution => "summary-resolution",
            Self::FinalResponse => "final-response",
            Self::Closing => "closing",
        }
    }

    /// The letter by which a response goes to the complainant.
    pub const fn of_response(kind: ResponseKind) -> Self {
        match kind {
            ResponseKind::Interim => Self::Progress,
            ResponseKind::Holding => Self::Holding,
            ResponseKind::Final => Self::FinalResponse,
        }
    }

    /// The letter that goes with an event, if one does: what the event says was told to the
    /// complainant is told by it.
    pub fn of_event(event: &ComplaintEvent) -> Option<Self> {
        if let ComplaintEvent::Acknowledged(_) = event {
            return Some(Self::Acknowledgement);
        }
        if let ComplaintEvent::ResponseIssued(response) = event {
            // What a platform reports was told by the platform.
            return response.platform.is_none().then(|| Self::of_response(response.kind));
        }
        None
    }
}

impl fmt::Display for LetterKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The text names no letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {}", LetterKind::ALL.iter().map(|kind| kind.code()).collect::<Vec<_>>().join(", "))]
pub struct ParseLetterKindError;

impl FromStr for LetterKind {
    type Err = ParseLetterKindError;

    fn from_str(input: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|kind| kind.code() == input).ok_or(ParseLetterKindError)
    }
}

/// A part of a letter.
#[derive(Clone, PartialEq, Eq)]
pub enum Block {
    /// Lines that belong together, such as an address.
    Lines(Vec<String>),
    /// What the letter is about.
    Subject(String),
    /// A paragraph.
    Paragraph(String),
    /// Points of a list.
    Points(Vec<String>),
}

/// A letter. Its `Debug` shows sizes only: it names a person.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// Which letter it is.
    pub kind: LetterKind,
    /// In which language.
    pub locale: LetterLocale,
    /// The complaint it is about.
    pub complaint: String,
    /// What it is about, in one line.
    pub subject: String,
    /// The letter, from the sender's name to the signature.
    pub blocks: Vec<Block>,
    /// The codes of the statements that a rule made it contain, in order.
    pub stated: Vec<String>,
    /// What stands at the foot of each page; `{page}` and `{pages}` stand for numbers.
    pub footer: String,
}

impl Letter {
    /// The letter as text, lines as they come; for e-mail.
    pub fn plain_text(&self) -> String {
        let mut text = String::new();
        for block in &self.blocks {
            if !text.is_empty() {
                text.push('\n');
            }
            match block {
                Block::Lines(lines) => {
                    for line in lines {
                        text.push_str(line);
                        text.push('\n');
                    }
                }
                Block::Subject(line) | Block::Paragraph(line) => {
                    text.push_str(line);
                    text.push('\n');
                }
                Block::Points(points) => {
                    for point in points {
                        text.push_str("- ");
                        text.push_str(point);
                        text.push('\n');
                    }
                }
            }
        }
        text
    }
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter")
            .field("kind", &self.kind)
            .field("locale", &self.locale)
            .field("complaint", &self.complaint)
            .field("blocks", &self.blocks.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, count) = match self {
            Self::Lines(lines) => ("Lines", lines.len()),
            Self::Subject(text) => ("Subject", text.len()),
            Self::Paragraph(text) => ("Paragraph", text.len()),
            Self::Points(points) => ("Points", points.len()),
        };
        write!(f, "{name}({count})")
    }
}
