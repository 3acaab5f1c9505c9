//! What is asked after the answer: how it was to complain here.

use serde::{Deserialize, Serialize};

use super::Channel;

/// The complainant was asked how it was.
///
/// # Source
///
/// ISO 10002:2018, clause 8.3: satisfaction with the process; ISO 10004.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyRequest {
    /// By which way.
    pub channel: Channel,
}

/// How satisfied the complainant is, from 1 (not at all) to 5 (entirely): once with the way it was
/// handled and once with what came of it, for the two are not the same. Words are sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyAnswer {
    /// With the way it was handled.
    pub process: u8,
    /// With what came of it.
    pub outcome: u8,
}

impl SurveyAnswer {
    /// The lowest and the highest score.
    pub const SCORES: std::ops::RangeInclusive<u8> = 1..=5;
}
