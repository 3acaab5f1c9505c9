//! Which other complaints may be the same: a suggestion, by personal texts, without keeping any.
//!
//! Records say nothing by which two people could be told apart or together, on purpose (docs/decisions,
//! "Evidence is proved by its commitment"). So the texts of one complaint are opened and held, in memory,
//! against those of each other, one after the other; what is found are names of streams and
//! reasons. Nothing is linked by this: that is for somebody to decide, and to take back.

use std::collections::{BTreeMap, BTreeSet};

use complaint_codec::decode;
use complaint_domain::{
    complaint::ComplaintEvent,
    sealed::{PersonalField, SealedField},
};
use event_log::{EventLog, Position, StreamId};
use futures::TryStreamExt;
use personal_vault::Vault;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::{
    error::CommandError,
    ledger::Ledger,
    letters::{
        History,
        history::{closed, open_sealed},
    },
    mail::postman::address_in,
};

/// How many records are read at once.
const PAGE: u64 = 1024;
/// The fewest characters of a narrative that are no coincidence.
const WORDS_MIN: usize = 40;
/// The fewest digits of a telephone number.
const DIGITS_MIN: usize = 7;

/// The personal texts that are compared.
const COMPARED: [PersonalField; 5] = [
    PersonalField::Contact,
    PersonalField::AccountNumber,
    PersonalField::ComplainantName,
    PersonalField::Postcode,
    PersonalField::Narrative,
];

/// What two complaints have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sign {
    /// The e-mail address or telephone number.
    Contact,
    /// The account, policy or order number.
    AccountNumber,
    /// The name; by itself no sign, for many share one.
    Name,
    /// The post code; by itself no sign.
    Postcode,
    /// The words of the narrative, all of them.
    Narrative,
}

impl Sign {
    /// Its name in output.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::AccountNumber => "account-number",
            Self::Name => "name",
            Self::Postcode => "postcode",
            Self::Narrative => "narrative",
        }
    }
}

/// A complaint that may be the same, or of the same person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Likely {
    /// Its stream.
    pub complaint: String,
    /// What they have in common.
    pub signs: Vec<Sign>,
    /// Whether the one that was asked about says that it belongs to it.
    pub is_linked: bool,
}

/// Looks through the whole log for complaints that may be the same as one. Reads as many records as
/// there are, holds none of them.
///
/// # Errors
///
/// [`CommandError`]: the log or the vault does not answer.
pub async fn likely(ledger: &mut Ledger, history: History) -> Result<Vec<Likely>, CommandError> {
    let vault = ledger.vault()?;
    let end = ledger.log.head().next_position;
    let own = history.stream().clone();
    let links = links(&history);
    let looked_for = of_own(history, &vault).await?;
    let mut found: BTreeMap<StreamId, Vec<Sign>> = BTreeMap::new();
    let mut from = Position(0);
    while from < end {
        let mut page = Vec::new();
        let mut records = ledger.log.read_all(from, PAGE);
        while let Some(recorded) = records.try_next().await? {
            from = Position(recorded.position.0.saturating_add(1));
            if recorded.stream == own || !recorded.stream.as_str().starts_with("complaint-") {
                continue;
            }
            let position = recorded.position;
            let record = decode(&recorded.bytes)
                .map_err(|error| CommandError::Broken { position, reason: error.to_string() })?;
            let mut sealed =
                record.sealed.into_iter().filter(|one| COMPARED.contains(&one.field)).peekable();
            if sealed.peek().is_none()
                || closed(ledger.log.as_ref(), &recorded.stream).await?.is_some()
            {
                continue;
            }
            page.extend(sealed.map(|sealed| (recorded.stream.clone(), sealed)));
        }
        let (vault, of) = (std::sync::Arc::clone(&vault), looked_for.clone());
        let compared = tokio::task::spawn_blocking(move || compare(&page, &of, &vault));
        for (stream, sign) in compared.await.map_err(CommandError::failed("open the vault"))?? {
            let signs = found.entry(stream).or_default();
            if !signs.contains(&sign) {
                signs.push(sign);
            }
        }
    }
    Ok(found.into_iter().filter_map(|(stream, signs)| suggestion(&stream, signs, &links)).collect())
}

/// The personal fields of a complaint that are opened to look for others.
pub fn compared(history: &History) -> BTreeSet<PersonalField> {
    history.sealed_fields().filter(|field| COMPARED.contains(field)).collect()
}

/// A name or a post code alone is no sign.
fn suggestion(stream: &StreamId, mut signs: Vec<Sign>, links: &[String]) -> Option<Likely> {
    let has = |sign| signs.contains(&sign);
    let is_likely = has(Sign::Contact)
        || has(Sign::AccountNumber)
        || has(Sign::Narrative)
        || (has(Sign::Name) && has(Sign::Postcode));
    signs.sort_unstable();
    let complaint = stream.as_str().to_owned();
    let is_linked = links.contains(&complaint);
    is_likely.then_some(Likely { complaint, signs, is_linked })
}

fn links(history: &History) -> Vec<String> {
    let mut links: Vec<String> = Vec::new();
    for event in history.events() {
        if let ComplaintEvent::DuplicateLinked(link) = event {
            links.push(link.of.as_str().to_owned());
        } else if let ComplaintEvent::DuplicateUnlinked(unlink) = event {
            links.retain(|of| of != unlink.of.as_str());
        }
    }
    links
}

type LookedFor = Vec<(Sign, Zeroizing<String>)>;

async fn of_own(
    history: History,
    vault: &std::sync::Arc<Vault>,
) -> Result<LookedFor, CommandError> {
    let vault = std::sync::Arc::clone(vault);
    let opened = tokio::task::spawn_blocking(move || {
        let mut all = LookedFor::new();
        for field in COMPARED {
            if let Some(text) = history.open_last(&vault, field)? {
                all.extend(plain(field, text.text()));
            }
        }
        Ok(all)
    });
    opened.await.map_err(CommandError::failed("open the vault"))?
}

fn compare(
    page: &[(StreamId, SealedField)],
    looked_for: &LookedFor,
    vault: &Vault,
) -> Result<Vec<(StreamId, Sign)>, CommandError> {
    let mut found = Vec::new();
    for (stream, sealed) in page {
        let Some(text) = open_sealed(vault, stream, sealed)? else { continue };
        let Some(theirs) = plain(sealed.field, text.text()) else { continue };
        if looked_for.contains(&theirs) {
            found.push((stream.clone(), theirs.0));
        }
    }
    Ok(found)
}

/// A text without what people write now so and now otherwise; nothing when too little is left to tell
/// people apart.
fn plain(field: PersonalField, text: &str) -> Option<(Sign, Zeroizing<String>)> {
    let letters = || -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
    };
    let words = || text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let (sign, plain) = match field {
        PersonalField::Contact => {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            let address = address_in(text).map(|address| address.to_string().to_lowercase());
            (Sign::Contact, address.or((digits.len() >= DIGITS_MIN).then_some(digits))?)
        }
        PersonalField::AccountNumber => (Sign::AccountNumber, letters()),
        PersonalField::ComplainantName => (Sign::Name, words()),
        PersonalField::Postcode => (Sign::Postcode, letters()),
        PersonalField::Narrative => {
            let words = words();
            (Sign::Narrative, (words.chars().count() >= WORDS_MIN).then_some(words)?)
        }
        PersonalField::Address
        | PersonalField::Message
        | PersonalField::Note
        | PersonalField::ResponseText
        | PersonalField::PaymentReference
        | PersonalField::ReceiptNonce
        | PersonalField::Evidence
        | PersonalField::RepresentativeName
        | PersonalField::RepresentativeContact => return None,
    };
    (!plain.is_empty()).then(|| (sign, Zeroizing::new(plain)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(field: PersonalField, one: &str, other: &str) -> bool {
        let one = plain(field, one);
        one.is_some() && one == plain(field, other)
    }

    #[test]
    fn the_same_is_recognised_however_it_is_written() {
        use PersonalField as F;
        assert!(same(F::Contact, "Jo <JO@customer.example>", "jo@customer.example"));
        assert!(same(F::Contact, "+44 20 7946 0000", "0044 20 79460000".trim_start_matches("00")));
        assert!(same(F::AccountNumber, "ab 12-34", "AB1234"));
        assert!(same(F::ComplainantName, "Jo  Doe", "jo doe"));
        assert!(same(F::Postcode, "ex1 2ab", "EX12AB"));
        assert!(!same(F::Contact, "call me", "call me"), "too little to tell people apart");
        assert!(!same(F::Narrative, "It broke.", "It broke."), "many say that");
        assert!(!same(F::Message, "the same", "the same"));
    }

    #[test]
    fn a_name_or_a_post_code_alone_suggests_nothing() {
        let stream: StreamId = "complaint-01KA0000000000000000000000".parse().unwrap();
        for signs in [vec![Sign::Name], vec![Sign::Postcode]] {
            assert_eq!(suggestion(&stream, signs, &[]), None);
        }
        let both = suggestion(&stream, vec![Sign::Postcode, Sign::Name], &[]).unwrap();
        assert_eq!(both.signs, [Sign::Name, Sign::Postcode]);
        let linked = vec![stream.as_str().to_owned()];
        assert!(suggestion(&stream, vec![Sign::Contact], &linked).unwrap().is_linked);
    }
}
