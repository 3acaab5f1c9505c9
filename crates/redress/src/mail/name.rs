//! Ids of letters and of messages.

use complaint_domain::reference::ComplaintId;
use complaint_letters::LetterKind;
use event_log::{StreamId, StreamVersion};
use uuid::Uuid;

/// The namespace of the ids of letters: drawn once, never changed.
const LETTERS: Uuid = Uuid::from_u128(0x6d1f_8f02_93c4_4f0e_9a61_2b7c_54d0_e8a3);

/// The id of a letter, and of the command that records its sending: a UUID of version 5 of the
/// complaint, the kind, the event it tells of, and how often a letter about it was wanted before.
pub fn letter_id(
    complaint: &StreamId,
    kind: LetterKind,
    tells: StreamVersion,
    repeat: u32,
) -> Uuid {
    let name = format!("{complaint}\n{kind}\n{}\n{repeat}", tells.0);
    Uuid::new_v5(&LETTERS, name.as_bytes())
}

/// The Message-ID of a letter: `<LETTER.COMPLAINT@HOST>`.
pub fn message_id(letter: Uuid, complaint: &StreamId, host: &str) -> String {
    format!("<{letter}.{complaint}@{host}>")
}

/// The letter and complaint that a Message-ID of ours names, whatever its host.
pub fn parse_message_id(text: &str) -> Option<(Uuid, ComplaintId)> {
    let text = text.trim().trim_start_matches('<').trim_end_matches('>');
    let (left, _host) = text.split_once('@')?;
    let (letter, complaint) = left.split_once('.')?;
    Some((Uuid::try_parse(letter).ok()?, complaint.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_id_names_letter_and_complaint() {
        let complaint: StreamId = "complaint-01KA0000000000000000000000".parse().unwrap();
        let letter = letter_id(&complaint, LetterKind::Holding, StreamVersion(4), 0);
        let text = message_id(letter, &complaint, "mail.example.com");
        let (found, of) = parse_message_id(&text).unwrap();
        assert_eq!((found, of.as_str()), (letter, complaint.as_str()));
        for other in ["", "<a@b>", "<CAF1234@mail.example.com>", "<x.complaint-1@h>"] {
            assert_eq!(parse_message_id(other), None, "{other}");
        }
    }

    #[test]
    fn a_letter_about_another_event_is_another_letter() {
        let complaint: StreamId = "complaint-01KA0000000000000000000000".parse().unwrap();
        let id =
            |kind, version, repeat| letter_id(&complaint, kind, StreamVersion(version), repeat);
        let first = id(LetterKind::Holding, 4, 0);
        assert_eq!(first, id(LetterKind::Holding, 4, 0));
        for other in [
            id(LetterKind::Progress, 4, 0),
            id(LetterKind::Holding, 5, 0),
            id(LetterKind::Holding, 4, 1),
        ] {
            assert_ne!(first, other);
        }
    }
}
