//! What each rule makes a letter say.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::letter::LetterKind;

/// How sure it is that a rule demands a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StatementStatus {
    /// Read in the rule itself.
    Verified,
    /// Read in what others write about the rule.
    Secondary,
    /// Not read anywhere yet: have it checked before relying on it.
    Unverified,
}

/// One thing that a rule makes a letter say.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Its name, and that of its wording.
    pub code: String,
    /// The rule.
    pub citation: String,
    /// How sure that is.
    pub status: StatementStatus,
}

/// The statements of one kind of letter under one rule pack.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Demand {
    pack: String,
    letter: LetterKind,
    statements: Vec<Statement>,
}

static DEMANDS: LazyLock<Vec<Demand>> = LazyLock::new(|| {
    // A test parses the file, so an empty list is not reached.
    serde_json::from_str(include_str!("../statements/statements.json")).unwrap_or_default()
});

/// What the rule packs named make a letter say, in the order of the packs; each thing once.
///
/// A pack nobody has written statements for demands nothing.
pub fn statements(packs: &[&str], letter: LetterKind) -> Vec<&'static Statement> {
    let mut found: Vec<&'static Statement> = Vec::new();
    for pack in packs {
        let demands =
            DEMANDS.iter().filter(|demand| demand.pack == *pack && demand.letter == letter);
        for statement in demands.flat_map(|demand| &demand.statements) {
            if !found.iter().any(|earlier| earlier.code == statement.code) {
                found.push(statement);
            }
        }
    }
    found
}

#[cfg(test)]
pub(crate) fn every() -> Vec<(String, LetterKind, Statement)> {
    let demands: Vec<Demand> =
        serde_json::from_str(include_str!("../statements/statements.json")).unwrap();
    let of = |demand: Demand| {
        let (pack, letter) = (demand.pack, demand.letter);
        demand.statements.into_iter().map(move |statement| (pack.clone(), letter, statement))
    };
    demands.into_iter().flat_map(of).collect()
}
