//! The packs and calendars that come with the program.

use super::{Calendar, RulePack};

/// The codes of the shipped packs with their files.
const PACKS: &[(&str, &str)] = &[
    ("uk-disp", include_str!("../../packs/uk-disp.json")),
    ("au-rg271", include_str!("../../packs/au-rg271.json")),
    ("us-cfpb", include_str!("../../packs/us-cfpb.json")),
    ("cn-samr-order-20", include_str!("../../packs/cn-samr-order-20.json")),
    ("cn-samr-order-121", include_str!("../../packs/cn-samr-order-121.json")),
    ("cn-bank-insurance", include_str!("../../packs/cn-bank-insurance.json")),
    ("in-rbi", include_str!("../../packs/in-rbi.json")),
    ("eu-psd2", include_str!("../../packs/eu-psd2.json")),
    ("iso-10002", include_str!("../../packs/iso-10002.json")),
    ("template", include_str!("../../packs/template.json")),
];

/// The codes of the shipped calendars with their files.
const CALENDARS: &[(&str, &str)] = &[
    ("gb-eng", include_str!("../../calendars/gb-eng.ics")),
    ("gb-sct", include_str!("../../calendars/gb-sct.ics")),
    ("gb-nir", include_str!("../../calendars/gb-nir.ics")),
    ("us-federal", include_str!("../../calendars/us-federal.ics")),
    ("au", include_str!("../../calendars/au.ics")),
    ("au-nsw", include_str!("../../calendars/au-nsw.ics")),
    ("cn", include_str!("../../calendars/cn.ics")),
    ("in", include_str!("../../calendars/in.ics")),
    ("eu-target", include_str!("../../calendars/eu-target.ics")),
];

/// The codes of the shipped packs.
pub fn pack_codes() -> impl Iterator<Item = &'static str> {
    PACKS.iter().map(|(code, _)| *code)
}

/// The text of a shipped pack, to start one's own from.
pub fn pack_text(code: &str) -> Option<&'static str> {
    PACKS.iter().find(|(known, _)| *known == code).map(|(_, text)| *text)
}

/// A shipped pack, by its code.
pub fn pack(code: &str) -> Option<RulePack> {
    // A test reads every shipped file, so that one which cannot be read never leaves the house.
    pack_text(code).and_then(|text| RulePack::parse(text).ok())
}

/// A shipped calendar, by its code.
pub fn calendar(code: &str) -> Option<Calendar> {
    let (_, text) = CALENDARS.iter().find(|(known, _)| *known == code)?;
    Calendar::parse(text).ok()
}

/// Every shipped calendar.
pub fn calendars() -> Vec<Calendar> {
    CALENDARS.iter().filter_map(|(_, text)| Calendar::parse(text).ok()).collect()
}

/// Every shipped file under its code: the packs, then the calendars.
#[cfg(test)]
pub(super) const fn files() -> [&'static [(&'static str, &'static str)]; 2] {
    [PACKS, CALENDARS]
}
