//! Which commands are carried out by the process that serves a ledger, in which lane; and which are not, and why.

use std::path::{Path, PathBuf};

use clap::{ArgMatches, parser::ValueSource};

use crate::{control::lanes::Lane, error::CommandError};

/// What names who signs, and who cosigns.
const SIGNING: [&str; 4] = ["signing_key", "register", "passphrase_file", "witnesses"];

/// Where a command is carried out for others; nothing where it is not.
pub(super) fn lane_of(noun: &str, verb: &str, leaf: &ArgMatches) -> Option<Lane> {
    let is_written = |name: &str| is_written(leaf, name);
    Some(match (noun, verb) {
        // What is told of, and nothing changed.
        (
            "access" | "action" | "complaint" | "inspection" | "referral" | "report" | "review"
            | "rulebook" | "staff" | "subject" | "volume",
            "list" | "show",
        )
        | ("cause", _)
        | ("clock", "explain" | "recourse")
        | ("inspection", "sample")
        | ("complaint", "duplicates")
        | ("keys" | "mail" | "projections", "status") => Lane::Looking,
        // The one that is published: whoever names another key or register means to sign.
        ("checkpoint", "") if !SIGNING.iter().any(|name| is_written(name)) => Lane::Looking,
        ("replay", "") if is_written("stream") => Lane::Looking,
        ("replay", "") => Lane::Reading,

        ("subject", "carry-out") => Lane::Erasing,
        ("mail", "send" | "retry" | "take-in") | ("anchor", _) => Lane::Outside,
        ("import", _) => Lane::Many,

        // Goes through all records, or makes files.
        ("inspection", "draw")
        | ("report", _)
        | ("prove", "stream" | "absence" | "inclusion" | "consistency" | "counted")
        | ("export", "csv" | "jsonl" | "bundle" | "audit")
        | ("commit-index", "")
        | ("projections", "rebuild") => Lane::Making,
        // Mending is for whoever has the ledger alone.
        ("verify", "") if !is_written("repair") => Lane::Making,

        (
            "action" | "complaint" | "inspection" | "referral" | "review" | "rulebook" | "staff"
            | "subject" | "volume",
            _,
        )
        | ("prove", "receipt")
        | ("letter", "") => Lane::Desk,
        _ => return None,
    })
}

/// Why a command is not carried out beside a process that serves the ledger, and what to do instead.
pub fn for_itself(matches: &ArgMatches) -> Option<(&Path, CommandError)> {
    let (noun, of_noun) = matches.subcommand()?;
    let (verb, leaf) = of_noun.subcommand().unwrap_or(("", of_noun));
    let (problem, next) = reason(noun, verb, leaf)?;
    let data = leaf.try_get_one::<PathBuf>("data").ok().flatten()?;
    let error = CommandError::Refused { problem: problem.to_owned(), next: next.to_owned() };
    Some((data, error))
}

fn reason(noun: &str, verb: &str, leaf: &ArgMatches) -> Option<(&'static str, &'static str)> {
    Some(match (noun, verb) {
        ("serve", "") => (
            "another process serves this ledger, and one does at a time",
            "ask that one, or end it first",
        ),
        ("checkpoint", "") => (
            "another process serves this ledger, and signs each new head itself, with the key and register it was given",
            "leave out what names key, register and witnesses: the checkpoint that it published is then printed",
        ),
        ("export", "tiles") => (
            "another process serves this ledger, and the tree with it",
            "copy the tree from there with `redress mirror --from URL`, or end that process first",
        ),
        ("keys", "rotate-signing") => (
            "another process serves this ledger, and signs with the key that another is to take over from",
            "end that process, let the new key take over, then serve again",
        ),
        ("keys", "rotate-vault") => (
            "another process serves this ledger, and has the vault open with the key that another is to take over from",
            "end that process, let the new key take over, then serve again",
        ),
        ("verify", "") if is_written(leaf, "repair") => (
            "another process serves this ledger, and nobody mends what another is writing",
            "verify without --repair beside it, or end that process first",
        ),
        _ => return None,
    })
}

fn is_written(leaf: &ArgMatches, name: &str) -> bool {
    leaf.try_contains_id(name).unwrap_or(false)
        && leaf.value_source(name) == Some(ValueSource::CommandLine)
}
