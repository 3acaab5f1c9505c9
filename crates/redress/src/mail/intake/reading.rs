//! Bytes into what a mail says. What comes in is a stranger's: every limit is checked here.

use std::fmt;

use complaint_domain::{complaint::EvidenceKind, label::Label, reference::ComplaintId};
use jiff::Timestamp;
use mail_parser::{ContentType, HeaderName, HeaderValue, Message, MessageParser, MimeHeaders};
use personal_vault::FIELD_BYTES_MAX;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::mail::name::parse_message_id;

/// The most bytes that a mail may have: 32 MiB, more than most servers take.
pub const MAIL_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// The most files that may come with a mail: with the mail itself they share one append.
pub const FILES_MAX: usize = 60;
/// The most references that are looked at, the last first: each may cost a look into the log.
const ANSWERS_MAX: usize = 20;

/// A file that came with a mail.
pub struct File {
    /// What it is, by its media type.
    pub kind: EvidenceKind,
    /// Its media type as the mail says, or `application/octet-stream`.
    pub media_type: Label,
    /// Its bytes.
    pub bytes: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.media_type, self.bytes.len())
    }
}

/// A mail that somebody wrote. Its `Debug` shows sizes only.
pub struct Incoming {
    /// Its Message-ID; the digest of its bytes when it has none.
    pub id: String,
    /// The address it came from.
    pub from: String,
    /// The name beside the address.
    pub name: Option<String>,
    /// Subject and text.
    pub text: Zeroizing<String>,
    /// The Message-IDs that it answers, the nearest first.
    pub answers: Vec<String>,
    /// The complaints that its subject names.
    pub named: Vec<ComplaintId>,
    /// When our own mail server received it, if it says so.
    pub received_at: Option<Timestamp>,
    /// The files that came with it.
    pub files: Vec<File>,
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming")
            .field("bytes", &self.text.len())
            .field("files", &self.files.len())
            .finish_non_exhaustive()
    }
}

/// What a mail is.
#[derive(Debug)]
pub enum Reading {
    /// Somebody wrote it.
    Written(Box<Incoming>),
    /// A program sent it (RFC 3834, RFC 3464).
    Automatic {
        /// The letters of ours that it says could not be delivered.
        returned: Vec<Uuid>,
    },
}

/// Why a mail cannot be taken in. Repeats nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableMail {
    /// Too long.
    #[error("expected a mail of at most {MAIL_BYTES_MAX} bytes, found {found}")]
    TooLarge {
        /// How long it is.
        found: u64,
    },
    /// No mail.
    #[error("expected a mail with headers, found something else")]
    NotMail,
    /// Nobody sent it.
    #[error("expected a From address, found none")]
    NoSender,
    /// It says nothing.
    #[error("expected a text or a subject, found neither")]
    Empty,
    /// The text is too long to be sealed.
    #[error("expected a text of at most {FIELD_BYTES_MAX} bytes, found {found}")]
    TextTooLong {
        /// How long it is.
        found: usize,
    },
    /// A file is too large to be sealed.
    #[error("expected files of at most {FIELD_BYTES_MAX} bytes, found {found} in file {number}")]
    FileTooLarge {
        /// Which of them, from 1.
        number: usize,
        /// How large it is.
        found: usize,
    },
    /// Too many files.
    #[error("expected at most {FILES_MAX} files, found {found}")]
    TooManyFiles {
        /// How many there are.
        found: usize,
    },
}

/// Reads a mail.
///
/// # Errors
///
/// [`UnreadableMail`]: no mail, or more than is taken in.
pub fn read(bytes: &[u8]) -> Result<Reading, UnreadableMail> {
    let found = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if found > MAIL_BYTES_MAX {
        return Err(UnreadableMail::TooLarge { found });
    }
    let message = MessageParser::default().parse(bytes).ok_or(UnreadableMail::NotMail)?;
    if message.headers().is_empty() {
        return Err(UnreadableMail::NotMail);
    }
    if is_automatic(&message) {
        return Ok(Reading::Automatic { returned: returned(&message, bytes) });
    }
    let sender = message.from().and_then(|from| from.first()).ok_or(UnreadableMail::NoSender)?;
    let from =
        sender.address().filter(|from| from.contains('@')).ok_or(UnreadableMail::NoSender)?;
    let subject = message.subject().map(str::trim).unwrap_or_default();
    let text = text(&message, subject)?;
    let id = message.message_id().map_or_else(|| digest(bytes), str::to_owned);
    Ok(Reading::Written(Box::new(Incoming {
        id,
        from: from.to_owned(),
        name: sender.name().map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned),
        text,
        answers: answers(&message),
        named: named(subject),
        received_at: received_at(&message),
        files: files(&message)?,
    })))
}

/// When our own mail server received it: each server puts its note above those of the servers before, and
/// what stands further down a sender can make up.
fn received_at(message: &Message<'_>) -> Option<Timestamp> {
    let nearest = message.header_values(HeaderName::Received).next()?;
    let date = nearest.as_received()?.date()?;
    Timestamp::from_second(date.to_timestamp()).ok()
}

fn digest(bytes: &[u8]) -> String {
    complaint_domain::sealed::Hex::<32>(Sha256::digest(bytes).into()).to_string()
}

/// Whether a program sent it: RFC 3834 says so in a header, a report of RFC 3464 by its type, and a
/// bounce by having no one to return to. Mailing lists are programs too.
fn is_automatic(message: &Message<'_>) -> bool {
    let says = |name: &'static str| message.header_raw(name).map(str::trim);
    let submitted = says("Auto-Submitted").and_then(|value| value.split(';').next());
    let precedence = says("Precedence").map(str::to_ascii_lowercase);
    submitted.is_some_and(|value| !value.trim().eq_ignore_ascii_case("no"))
        || says("Return-Path") == Some("<>")
        || says("List-Id").is_some()
        || precedence.is_some_and(|value| matches!(value.as_str(), "bulk" | "junk" | "list"))
        || message.is_content_type("multipart", "report")
}

/// The letters of ours that a report says could not be delivered. A report that delivery is only
/// delayed names none.
fn returned(message: &Message<'_>, bytes: &[u8]) -> Vec<Uuid> {
    let text = String::from_utf8_lossy(bytes);
    let is_final = text.lines().any(|line| {
        let line = line.to_ascii_lowercase();
        line.strip_prefix("action:").is_some_and(|action| action.trim() == "failed")
    });
    if !message.is_content_type("multipart", "report") || !is_final {
        return Vec::new();
    }
    let ids = text.split('<').skip(1).filter_map(|rest| rest.split('>').next());
    let mut letters: Vec<_> = ids.filter_map(parse_message_id).map(|(letter, _)| letter).collect();
    letters.sort_unstable();
    letters.dedup();
    letters
}

/// Subject and text, as one: people begin a sentence in the one and end it in the other.
fn text(message: &Message<'_>, subject: &str) -> Result<Zeroizing<String>, UnreadableMail> {
    let mut text = Zeroizing::new(subject.to_owned());
    for part in 0..message.text_body_count() {
        let Some(body) = message.body_text(part) else { continue };
        if !body.trim().is_empty() {
            if !text.is_empty() {
                text.push_str("\n\n");
            }
            text.push_str(body.trim());
        }
    }
    match text.len() {
        0 => Err(UnreadableMail::Empty),
        found if found > FIELD_BYTES_MAX => Err(UnreadableMail::TextTooLong { found }),
        _ => Ok(text),
    }
}

fn answers(message: &Message<'_>) -> Vec<String> {
    let ids = |value: &HeaderValue<'_>| -> Vec<String> {
        // Of several ids `as_text` would give the last only.
        let ids = value.as_text_list().unwrap_or_default();
        ids.iter().map(|id| id.clone().into_owned()).collect()
    };
    let mut found = ids(message.in_reply_to());
    found.extend(ids(message.references()).into_iter().rev());
    found.truncate(ANSWERS_MAX);
    found
}

fn named(subject: &str) -> Vec<ComplaintId> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let words = subject.split(|c: char| !is_of_name(c));
    words.filter_map(|word| word.parse().ok()).take(ANSWERS_MAX).collect()
}

fn files(message: &Message<'_>) -> Result<Vec<File>, UnreadableMail> {
    let found = message.attachment_count();
    if found > FILES_MAX {
        return Err(UnreadableMail::TooManyFiles { found });
    }
    let mut files = Vec::with_capacity(found);
    for (number, part) in (1..).zip(message.attachments()) {
        let bytes = part.contents();
        if bytes.len() > FIELD_BYTES_MAX {
            return Err(UnreadableMail::FileTooLarge { number, found: bytes.len() });
        }
        // An empty file proves nothing, and cannot be sealed.
        if bytes.is_empty() {
            continue;
        }
        let media_type = media_type(part.content_type());
        files.push(File {
            kind: kind(media_type.as_str()),
            media_type,
            bytes: Zeroizing::new(bytes.to_vec()),
        });
    }
    Ok(files)
}

fn media_type(declared: Option<&ContentType<'_>>) -> Label {
    let named = declared.and_then(|declared| {
        let (kind, part) = (declared.ctype(), declared.subtype()?);
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c);
        let is_name =
            |word: &str| !word.is_empty() && word.len() <= 64 && word.chars().all(is_plain);
        let named = format!("{kind}/{part}").to_ascii_lowercase();
        (is_name(kind) && is_name(part)).then_some(named)?.parse().ok()
    });
    #[expect(clippy::expect_used, reason = "a constant that is a label")]
    named.unwrap_or_else(|| "application/octet-stream".parse().expect("a label"))
}

fn kind(media_type: &str) -> EvidenceKind {
    match media_type.split('/').next().unwrap_or_default() {
        "image" | "video" => EvidenceKind::Image,
        "audio" => EvidenceKind::Recording,
        "message" => EvidenceKind::Correspondence,
        _ => EvidenceKind::Document,
    }
}
