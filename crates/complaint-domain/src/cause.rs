//! Root causes: a tree of codes with names in two languages, as data.
//!
//! A code says where it lies: `process.communication.delay` lies below `process.communication`. So
//! whoever has only the code can count by family ([`family`]), also of codes that no tree of today
//! has. Codes of older ledgers part with a slash what trees part with a dot.
//!
//! # Source
//!
//! ISO 10002:2018, clause 8.2, and DISP 1.3.3R: causes that several complaints share are to be
//! found. Neither has a list; the shipped file says where its families come from.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use crate::{clock::Words, label::Label};

/// The only form of tree there is so far.
const FORMAT: u32 = 1;
/// The deepest level.
const LEVELS_MAX: usize = 5;

/// The code of the tree that comes with the program.
pub const STANDARD: &str = "standard";

const STANDARD_TEXT: &str = include_str!("../causes/standard.json");

static STANDARD_TREE: LazyLock<Option<CauseTree>> =
    LazyLock::new(|| CauseTree::parse(STANDARD_TEXT).ok());

/// The text of the tree that comes with the program, to start one's own from.
pub const fn standard_text() -> &'static str {
    STANDARD_TEXT
}

/// The tree that comes with the program.
pub fn standard() -> Option<&'static CauseTree> {
    // A test reads the file, so that one which cannot be read never leaves the house.
    STANDARD_TREE.as_ref()
}

/// The family of a cause: the first part of its code.
///
/// ```
/// use complaint_domain::cause::family;
///
/// assert_eq!(family("process.communication.delay"), "process");
/// assert_eq!(family("process/fee-notice"), "process");
/// assert_eq!(family("process"), "process");
/// ```
pub fn family(code: &str) -> &str {
    code.split(['.', '/']).next().unwrap_or(code)
}

/// The cause above another; nothing above a family.
pub fn above(code: &str) -> Option<&str> {
    code.rfind(['.', '/']).and_then(|at| code.get(..at))
}

/// A tree of causes, checked when it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CauseTree {
    code: Label,
    version: Label,
    name: Words,
    causes: BTreeMap<Label, Words>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TreeFile {
    format: u32,
    code: Label,
    version: Label,
    name: Words,
    #[serde(default, rename = "note")]
    _note: Option<Words>,
    causes: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code: Label,
    name: Words,
}

impl CauseTree {
    /// Reads and checks a tree.
    ///
    /// # Errors
    ///
    /// [`ParseCausesError`]: not JSON of the right shape, or a tree with a hole in it.
    pub fn parse(text: &str) -> Result<Self, ParseCausesError> {
        let file: TreeFile = serde_json::from_str(text)?;
        if file.format != FORMAT {
            return Err(ParseCausesError::Format { found: file.format });
        }
        let mut causes = BTreeMap::new();
        for Entry { code, name } in file.causes {
            if !is_code(code.as_str()) {
                return Err(ParseCausesError::Code { found: code });
            }
            if causes.insert(code.clone(), name).is_some() {
                return Err(ParseCausesError::Twice { code });
            }
        }
        if causes.is_empty() {
            return Err(ParseCausesError::Empty);
        }
        for code in causes.keys() {
            if let Some(above) = above(code.as_str())
                && !causes.keys().any(|known| known.as_str() == above)
            {
                let (code, above) = (code.clone(), above.to_owned());
                return Err(ParseCausesError::NothingAbove { code, above });
            }
        }
        Ok(Self { code: file.code, version: file.version, name: file.name, causes })
    }

    /// The code of the tree.
    pub const fn code(&self) -> &Label {
        &self.code
    }

    /// Its version; it changes whenever a cause in it does.
    pub const fn version(&self) -> &Label {
        &self.version
    }

    /// What it is called.
    pub const fn name(&self) -> &Words {
        &self.name
    }

    /// Whether the code is one of its causes.
    pub fn contains(&self, code: &Label) -> bool {
        self.causes.contains_key(code)
    }

    /// What a cause is called.
    pub fn name_of(&self, code: &str) -> Option<&Words> {
        let code: Label = code.parse().ok()?;
        self.causes.get(&code)
    }

    /// Every cause with its name, each after the one above it.
    pub fn causes(&self) -> impl Iterator<Item = (&Label, &Words)> {
        self.causes.iter()
    }
}

/// Whether the text is made of parts of lower-case letters, digits and hyphens.
fn is_code(text: &str) -> bool {
    let is_part = |part: &str| {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !part.is_empty() && part.chars().all(is_plain)
    };
    text.split('.').count() <= LEVELS_MAX && text.split('.').all(is_part)
}

/// The text is not a tree of causes that reports may rely on.
#[derive(Debug, thiserror::Error)]
pub enum ParseCausesError {
    /// It is not JSON, or not of the shape of a tree.
    #[error("expected a tree of causes in JSON: {0}")]
    Shape(#[from] serde_json::Error),
    /// Another form.
    #[error("expected format 1, found {found}")]
    Format {
        /// The form.
        found: u32,
    },
    /// No cause at all.
    #[error("expected at least one cause, found none")]
    Empty,
    /// A code that is none.
    #[error(
        "expected a code of at most {LEVELS_MAX} parts of lower-case letters, digits and hyphens \
         with dots between, found `{found}`"
    )]
    Code {
        /// What was given.
        found: Label,
    },
    /// A code twice.
    #[error("expected each cause once, found `{code}` twice")]
    Twice {
        /// The code.
        code: Label,
    },
    /// A cause that hangs in the air.
    #[error("expected the cause `{above}`, above `{code}`, found none")]
    NothingAbove {
        /// The cause.
        code: Label,
        /// What should be above it.
        above: String,
    },
}

#[cfg(test)]
mod tests {
    use super::{CauseTree, ParseCausesError as E, above, family, standard, standard_text};

    fn tree(causes: &[&str]) -> Result<CauseTree, E> {
        let causes: Vec<_> = causes
            .iter()
            .map(|code| format!(r#"{{"code": "{code}", "name": {{"en": "x", "zh": "x"}}}}"#))
            .collect();
        CauseTree::parse(&format!(
            r#"{{"format": 1, "code": "ours", "version": "1", "name": {{"en": "x", "zh": "x"}},
                "causes": [{}]}}"#,
            causes.join(", ")
        ))
    }

    #[test]
    fn the_shipped_tree_can_be_read_and_has_names_in_both_languages() {
        let tree = standard().expect("a tree");
        assert_eq!(tree.code().as_str(), "standard");
        let delay = tree.name_of("process.communication.delay").expect("a cause");
        assert_eq!((delay.en.as_str(), delay.zh.as_str()), ("Told too late", "告知迟延"));
        for (code, name) in tree.causes() {
            assert!(!name.en.trim().is_empty() && !name.zh.trim().is_empty(), "{code}");
            assert!(name.en != name.zh, "{code}");
        }
        assert_eq!(CauseTree::parse(standard_text()).ok().as_ref(), Some(tree));
    }

    #[test]
    fn a_cause_comes_after_the_one_above_it() {
        let mut seen = Vec::new();
        for (code, _) in standard().expect("a tree").causes() {
            assert!(above(code.as_str()).is_none_or(|above| seen.contains(&above)), "{code}");
            seen.push(code.as_str());
        }
    }

    #[test]
    fn a_tree_with_a_hole_is_refused_by_name() {
        assert!(matches!(tree(&[]), Err(E::Empty)));
        assert!(matches!(tree(&["a", "a"]), Err(E::Twice { code }) if code.as_str() == "a"));
        let hole = tree(&["a", "a.b.c"]);
        assert!(matches!(hole, Err(E::NothingAbove { above, .. }) if above == "a.b"));
        for bad in ["A", "a..b", "a/b", "", "a.b.c.d.e.f"] {
            assert!(tree(&[bad]).is_err(), "{bad}");
        }
        assert!(tree(&["a", "a.b", "b-2"]).is_ok());
        let newer = standard_text().replacen("\"format\": 1", "\"format\": 2", 1);
        assert!(matches!(CauseTree::parse(&newer), Err(E::Format { found: 2 })));
    }

    #[test]
    fn the_family_is_the_first_part_whatever_parts_it() {
        assert_eq!(family("people.knowledge.untrained"), "people");
        assert_eq!(family("process/fee"), "process");
        assert_eq!((above("a.b.c"), above("a/b"), above("a")), (Some("a.b"), Some("a"), None));
    }
}
