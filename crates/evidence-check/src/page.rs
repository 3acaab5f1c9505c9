//! The page that checks a bundle in a browser, without a network.
//!
//! One file: markup, style, script and, in a slot of its own, the evidence as base64. It is the same
//! for every bundle but for that slot. A page that comes with evidence is itself evidence from
//! the same hand: whoever is in earnest takes the page from a copy of redress they trust
//! (`redress check --page FILE`) and opens the bundle with it.

use sha2::{Digest, Sha256};

use crate::text::{to_base64, to_hex};

const TEMPLATE: &str = include_str!("../page/page.html");
/// One module in two files, so that each can be read in one sitting.
const SCRIPT: &str =
    concat!(include_str!("../page/check.mjs"), include_str!("../page/counted.mjs"));
const SCRIPT_SLOT: &str = "/*@check.mjs@*/";
const EVIDENCE_SLOT: &str = "@evidence@";

/// SHA-256 of every page that a version of redress has written, without evidence. A changed page
/// is added at the end; none is ever taken away, for bundles with it are in people's hands.
pub const KNOWN_PAGES: &str = include_str!("../page/known-pages.txt");

/// The page of this version, without evidence: it asks for a file.
pub fn empty() -> String {
    with_evidence(&[])
}

/// The page with an archive in it.
pub fn with_evidence(archive: &[u8]) -> String {
    let page = TEMPLATE.replacen(SCRIPT_SLOT, SCRIPT, 1);
    page.replacen(EVIDENCE_SLOT, &to_base64(archive), 1)
}

/// Whether a page is one that redress writes, with exactly this archive in it.
///
/// # Errors
///
/// What is not so, in words.
pub fn check(page: &[u8], archive: &[u8]) -> Result<(), &'static str> {
    let page = std::str::from_utf8(page).map_err(|_| "the page is not UTF-8")?;
    let evidence = to_base64(archive);
    // Base64 of an archive begins with its magic, and stands in no other place.
    let (before, after) =
        page.split_once(&evidence).ok_or("the page holds other evidence than these files")?;
    let mut digest = Sha256::new();
    digest.update(before);
    digest.update(after);
    let found = to_hex(&digest.finalize());
    if KNOWN_PAGES.lines().any(|page| page == found) {
        Ok(())
    } else {
        Err("the page is none that redress has written: do not open it; look at the files with a \
             page of your own")
    }
}

#[cfg(test)]
pub(crate) mod tests;
