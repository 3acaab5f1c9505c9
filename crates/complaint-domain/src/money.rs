//! An exact amount in one currency.

use std::fmt;

use iso_currency::Currency;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An exact amount in one currency, stored as `{"amount":"12.50","currency":"GBP"}`.
///
/// Any amount can be read, so that any entry of a log can be; `decide` takes none below zero.
///
/// # Source
///
/// Currency codes: ISO 4217.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// How much, in units of the currency (pounds, not pence).
    pub amount: Decimal,
    /// Of which currency.
    #[serde(serialize_with = "currency_code", deserialize_with = "currency_from_code")]
    pub currency: Currency,
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.currency.code(), self.amount)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn currency_code<S: Serializer>(currency: &Currency, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(currency.code())
}

fn currency_from_code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Currency, D::Error> {
    let code = String::deserialize(deserializer)?;
    Currency::from_code(&code).ok_or_else(|| {
        serde::de::Error::custom(format!("expected an ISO 4217 code, found `{code}`"))
    })
}

/// A currency that may be left out, by its code.
pub(crate) mod optional_currency {
    use iso_currency::Currency;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    #[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub(crate) fn serialize<S: Serializer>(
        currency: &Option<Currency>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        currency.map(|currency| currency.code()).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Currency>, D::Error> {
        let Some(code) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
        Currency::from_code(&code).map(Some).ok_or_else(|| {
            serde::de::Error::custom(format!("expected an ISO 4217 code, found `{code}`"))
        })
    }
}
