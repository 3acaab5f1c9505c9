//! The texts, by language. Fluent, so that a translator needs no Rust.

use std::{borrow::Cow, fmt, str::FromStr};

use fluent_bundle::{FluentArgs, FluentBundle, FluentError, FluentResource};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use unic_langid::langid;

/// The language of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LetterLocale {
    /// English.
    En,
    /// Chinese, simplified.
    Zh,
}

impl LetterLocale {
    /// Every language.
    pub const ALL: &'static [Self] = &[Self::En, Self::Zh];

    /// Its BCP 47 tag.
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// Whether somebody who writes in this one has letters in their own language.
    pub fn is_of(tag: &str) -> bool {
        let language = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.iter().any(|locale| language.eq_ignore_ascii_case(locale.code()))
    }

    /// The language to write in to somebody who writes in this one; English when we have none nearer.
    pub fn nearest(tag: &str) -> Self {
        let language = tag.split(['-', '_']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("zh") { Self::Zh } else { Self::En }
    }

    const fn shipped(self) -> &'static str {
        match self {
            Self::En => include_str!("../wording/en.ftl"),
            Self::Zh => include_str!("../wording/zh.ftl"),
        }
    }
}

impl fmt::Display for LetterLocale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for LetterLocale {
    type Err = WordingError;

    fn from_str(input: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().copied().find(|locale| locale.code() == input);
        found.ok_or(WordingError::Locale)
    }
}

/// Why a wording cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordingError {
    /// A language we have no letters in.
    #[error("expected one of en, zh")]
    Locale,
    /// Not a Fluent file.
    #[error("expected a Fluent file, found an error in it at byte {at}: {reason}")]
    Syntax {
        /// Where, in bytes from 0.
        at: usize,
        /// What is wrong there.
        reason: String,
    },
    /// A company's own wording may only replace messages that begin with `letter-`.
    #[error(
        "expected messages whose names begin with `letter-`, found `{name}`: what a rule makes a \
         letter say is not for a company to reword"
    )]
    NotReplaceable {
        /// The message.
        name: String,
    },
    /// A company's own wording may only replace what there is.
    #[error("expected a message that letters use, found `{name}`")]
    Unknown {
        /// The message.
        name: String,
    },
    /// A company's own wording dropped something that the shipped one says, or asks for more.
    #[error("expected `{name}` to use {expected}, as the shipped wording does, found {found}")]
    Variables {
        /// The message.
        name: String,
        /// The variables of the shipped message.
        expected: String,
        /// The variables of the replacement.
        found: String,
    },
    /// A message is missing, or a variable of it.
    #[error("expected the wording `{name}` with all its variables, found {found}")]
    Message {
        /// The message.
        name: String,
        /// What is missing.
        found: String,
    },
}

/// The wording of one language, with a company's own replacements.
pub struct Wording {
    locale: LetterLocale,
    bundle: FluentBundle<FluentResource>,
}

impl fmt::Debug for Wording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wording").field("locale", &self.locale).finish_non_exhaustive()
    }
}

impl Wording {
    /// The wording that comes with the program.
    ///
    /// # Errors
    ///
    /// None in practice: a test parses each shipped file.
    pub fn shipped(locale: LetterLocale) -> Result<Self, WordingError> {
        let language = match locale {
            LetterLocale::En => langid!("en"),
            LetterLocale::Zh => langid!("zh"),
        };
        let mut bundle = FluentBundle::new(vec![language]);
        // Letters are plain text in one script; direction marks would end up in them.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(parse(locale.shipped())?);
        Ok(Self { locale, bundle })
    }

    /// The shipped wording with a company's own messages in place of those of the same name.
    ///
    /// Only messages that begin with `letter-` can be replaced, each by one with the same variables.
    ///
    /// ```
    /// use complaint_letters::wording::{LetterLocale, Wording};
    ///
    /// assert!(Wording::with_own(LetterLocale::En, "letter-close = Kind regards,\n").is_ok());
    /// assert!(Wording::with_own(LetterLocale::En, "uk-disp-refer = Forget it.\n").is_err());
    /// # Ok::<(), complaint_letters::wording::WordingError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`WordingError`]: not a Fluent file, a message that cannot be replaced, other variables.
    pub fn with_own(locale: LetterLocale, own: &str) -> Result<Self, WordingError> {
        let mut wording = Self::shipped(locale)?;
        let (shipped, replacing) = (variables(locale.shipped()), variables(own));
        for (name, found) in &replacing {
            let name = name.clone();
            if !name.starts_with("letter-") {
                return Err(WordingError::NotReplaceable { name });
            }
            let Some((_, expected)) = shipped.iter().find(|(shipped, _)| *shipped == name) else {
                return Err(WordingError::Unknown { name });
            };
            if expected != found {
                let (expected, found) = (listed(expected), listed(found));
                return Err(WordingError::Variables { name, expected, found });
            }
        }
        wording.bundle.add_resource_overriding(parse(own)?);
        Ok(wording)
    }

    /// The language.
    pub const fn locale(&self) -> LetterLocale {
        self.locale
    }

    /// A message with its variables filled in.
    ///
    /// # Errors
    ///
    /// [`WordingError::Message`] when there is none of that name, or a variable is missing.
    pub fn say(&self, name: &str, values: &[(&str, Cow<'_, str>)]) -> Result<String, WordingError> {
        let missing = |found: String| WordingError::Message { name: name.to_owned(), found };
        let pattern = self
            .bundle
            .get_message(name)
            .and_then(|message| message.value())
            .ok_or_else(|| missing("no such message".to_owned()))?;
        let mut arguments = FluentArgs::new();
        for (key, value) in values {
            arguments.set(*key, value.as_ref());
        }
        let mut errors: Vec<FluentError> = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&arguments), &mut errors);
        match errors.first() {
            None => Ok(text.into_owned()),
            Some(error) => Err(missing(error.to_string())),
        }
    }

    /// The names of the variables that a message uses, in order of their names.
    pub fn variables_of(&self, name: &str) -> Vec<String> {
        let all = variables(self.locale.shipped());
        all.into_iter().find(|(found, _)| found == name).map(|(_, used)| used).unwrap_or_default()
    }

    /// A day, as letters of this language write it.
    ///
    /// # Errors
    ///
    /// None in practice: a test writes each month.
    pub fn date(&self, date: Date) -> Result<String, WordingError> {
        let month = self.say(&format!("month-{}", date.month()), &[])?;
        let (day, year) = (date.day().to_string(), date.year().to_string());
        self.say("date", &[("day", day.into()), ("month", month.into()), ("year", year.into())])
    }
}

fn parse(text: &str) -> Result<FluentResource, WordingError> {
    FluentResource::try_new(text.to_owned()).map_err(|(_, errors)| match errors.first() {
        Some(error) => WordingError::Syntax { at: error.pos.start, reason: error.kind.to_string() },
        None => WordingError::Syntax { at: 0, reason: "unknown".to_owned() },
    })
}

fn listed(variables: &[String]) -> String {
    if variables.is_empty() { "no variable".to_owned() } else { variables.join(", ") }
}

/// The messages of a file that parses, in order, each with the variables it uses. A message ends
/// where the next begins at the start of a line; our own files and a company's are simple that way.
pub(crate) fn variables(text: &str) -> Vec<(String, Vec<String>)> {
    let mut messages: Vec<(String, Vec<String>)> = Vec::new();
    for line in text.lines() {
        let begins = line.starts_with(|c: char| c.is_ascii_alphabetic());
        if let (true, Some((name, _))) = (begins, line.split_once('=')) {
            messages.push((name.trim().to_owned(), Vec::new()));
        }
        let Some((_, used)) = messages.last_mut() else { continue };
        if line.starts_with('#') {
            continue;
        }
        for after in line.split('$').skip(1) {
            let is_of_name = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            let variable: String = after.chars().take_while(is_of_name).collect();
            if !variable.is_empty() && !used.contains(&variable) {
                used.push(variable);
            }
        }
        used.sort();
    }
    messages
}
