//! The auditors’ read model: every event, who and when, as it was and as it was known.
