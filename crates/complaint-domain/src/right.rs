//! The closed list of consumer rights a complaint can put at stake.

use serde::{Deserialize, Serialize};

use crate::codes::closed_list;

/// A consumer's right, as the Consumer Protection Law of China lists them.
///
/// # Source
///
/// 消费者权益保护法 (2013), articles 7 to 15 and 29; equivalents exist in other jurisdictions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Right {
    /// Safety of person and property (article 7).
    Safety,
    /// To know the true facts (article 8).
    Information,
    /// Free choice of operator, goods and service (article 9).
    Choice,
    /// Fair dealing: quality, reasonable price, correct measure (article 10).
    FairDealing,
    /// Compensation for injury or loss (article 11).
    Redress,
    /// To form consumer organisations (article 12).
    Association,
    /// Consumer knowledge and education (article 13).
    Education,
    /// Dignity and customs (article 14).
    Dignity,
    /// Protection of personal information (articles 14 and 29).
    PersonalInformation,
    /// To criticise, report and accuse operators and officials (article 15).
    Supervision,
}

closed_list! {
    Right {
        Safety = "safety",
        Information = "information",
        Choice = "choice",
        FairDealing = "fair-dealing",
        Redress = "redress",
        Association = "association",
        Education = "education",
        Dignity = "dignity",
        PersonalInformation = "personal-information",
        Supervision = "supervision",
    }
}
