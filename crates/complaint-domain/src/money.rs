//! An exact amount in one currency.

use std::fmt;

use iso_currency::Currency;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An exact amount in one currency, stored as `{"amount":"12.50","currency":"GBP"}`.
///
/// Any amount can be read, so that any entry of a log can be; `decide` takes none that could not be
/// paid: nothing, less, or a part of the smallest coin.
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

impl Money {
    /// Whether it is more than nothing.
    pub fn is_positive(self) -> bool {
        self.amount > Decimal::ZERO
    }

    /// Whether it has more digits after the point than its currency has: what cannot be paid. Also
    /// zeros count (12.500 pounds), for the digits are shown as they were given. A currency without a
    /// minor unit, such as gold, takes any.
    ///
    /// # Source
    ///
    /// The minor units of ISO 4217: 2 for most, 0 for the yen, 3 for the Kuwaiti dinar.
    pub fn is_finer_than_minor_unit(self) -> bool {
        self.amount.scale() > u32::from(self.minor_unit_digits())
    }

    /// How many digits its currency has after the point; 28, as many as an amount can have, where
    /// there is no minor unit.
    pub(crate) fn minor_unit_digits(self) -> u16 {
        self.currency.exponent().unwrap_or(28)
    }
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
