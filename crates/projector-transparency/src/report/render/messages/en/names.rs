//! What values are called.

use super::super::Name;
use crate::report::model::Vocabulary;

pub(super) const NAMES: &[(Vocabulary, &[Name])] = &[
    (
        Vocabulary::Channel,
        &[
            ("phone", "Telephone"),
            ("email", "E-mail"),
            ("web", "Web form"),
            ("app", "App"),
            ("letter", "Letter"),
            ("fax", "Fax"),
            ("in-person", "In person"),
            ("branch", "Branch"),
            ("social-media", "Social media"),
            ("chat", "Chat"),
            ("regulator-platform", "Regulator’s platform"),
            ("referral", "Passed on by another body"),
        ],
    ),
    (
        Vocabulary::Right,
        &[
            ("safety", "Safety"),
            ("information", "To know the facts"),
            ("choice", "Free choice"),
            ("fair-dealing", "Fair dealing: quality, price, measure"),
            ("redress", "Compensation"),
            ("association", "To organise"),
            ("education", "Knowledge and education"),
            ("dignity", "Dignity and customs"),
            ("personal-information", "Protection of personal information"),
            ("supervision", "To criticise and report"),
        ],
    ),
    (
        Vocabulary::Outcome,
        &[
            ("upheld", "Upheld"),
            ("partly-upheld", "Partly upheld"),
            ("not-upheld", "Not upheld"),
            ("goodwill", "Goodwill, without saying who is right"),
            ("out-of-scope", "Not for us to decide"),
            ("withdrawn", "Withdrawn by the complainant"),
        ],
    ),
    (
        Vocabulary::PlatformResponse,
        &[
            ("closed-with-monetary-relief", "Closed with monetary relief"),
            ("closed-with-non-monetary-relief", "Closed with non-monetary relief"),
            ("closed-with-relief", "Closed with relief"),
            ("closed-without-relief", "Closed without relief"),
            ("closed-with-explanation", "Closed with explanation"),
            ("closed", "Closed"),
            ("in-progress", "In progress"),
            ("untimely-response", "Untimely response"),
        ],
    ),
    (
        Vocabulary::Volume,
        &[
            ("accounts", "Accounts"),
            ("policies", "Policies"),
            ("orders", "Orders"),
            ("customers", "Customers"),
        ],
    ),
    (Vocabulary::YesNo, &[("yes", "Yes"), ("no", "No")]),
    (Vocabulary::Limit, &[("none", "No missed limit noted")]),
    (
        Vocabulary::Vulnerability,
        &[
            ("health", "Health"),
            ("life-events", "Events in life"),
            ("resilience", "Little resilience"),
            ("capability", "Little knowledge, confidence or skill"),
        ],
    ),
    (
        Vocabulary::Link,
        &[("duplicate", "Duplicate"), ("joint", "Several people together"), ("related", "Related")],
    ),
    (
        Vocabulary::Pause,
        &[
            ("expert-examination", "An expert examines something"),
            ("recusal-decision", "Somebody’s stepping aside is being decided"),
            ("waiting-for-complainant", "Waiting for the complainant"),
            ("waiting-for-third-party", "Waiting for somebody else"),
        ],
    ),
    (
        Vocabulary::OutsideResult,
        &[
            ("settled", "Settled"),
            ("for-complainant", "For the complainant"),
            ("partly-for-complainant", "Partly for the complainant"),
            ("for-respondent", "For us"),
            ("outside-jurisdiction", "Not for that body to decide"),
            ("discontinued", "Given up there"),
        ],
    ),
];
