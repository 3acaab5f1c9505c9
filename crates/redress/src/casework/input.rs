//! What a user brings with a command: the body, and personal texts beside it.

use std::{fs, io::Read, path::Path};

use complaint_domain::sealed::PersonalField;
use complaint_service::{PersonalText, body::kind_of};
use personal_vault::FIELD_BYTES_MAX;
use serde_json::Value;

use super::once::Once;
use crate::{arguments::SendArgs, error::CommandError};

/// The most a body may have, in bytes: 4 MiB, some personal fields of the largest size.
pub const BODY_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// A body, and the personal fields that came with it.
#[derive(Debug, Default)]
pub struct Input {
    /// What the command says.
    pub body: Value,
    /// What is to be sealed.
    pub personal: Vec<PersonalText>,
}

/// The input is not one. Never repeats a personal text.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// Not JSON. The text is not repeated: it may be anybody's.
    #[error("expected a JSON object, found something else at line {line}, column {column}")]
    NotJson {
        /// Where it stops being JSON.
        line: usize,
        /// Where in that line.
        column: usize,
    },
    /// A key that stands twice in one object: one of its values would be lost.
    #[error("expected each key once, found one again at line {line}, column {column}")]
    KeyTwice {
        /// Where it stands again.
        line: usize,
        /// Where in that line.
        column: usize,
    },
    /// JSON, but no object.
    #[error("expected a JSON object, found {found}")]
    NotAnObject {
        /// The kind of value.
        found: &'static str,
    },
    /// `personal` is not an object of texts by field.
    #[error(
        "expected under `personal` each text by the name of its field ({}), found {found}",
        fields()
    )]
    NotPersonal {
        /// A key that is no field, or the kind of a value that is no text.
        found: String,
    },
}

fn fields() -> String {
    PersonalField::ALL.iter().map(|field| field.code()).collect::<Vec<_>>().join(", ")
}

/// Refuses a body that stands on the command line itself, and repeats nothing of it: it may say what somebody said.
///
/// # Errors
///
/// [`CommandError::Usage`].
pub fn is_a_file_name(body: &Path) -> Result<(), CommandError> {
    if body.as_os_str().as_encoded_bytes().trim_ascii_start().first() != Some(&b'{') {
        return Ok(());
    }
    Err(CommandError::Usage {
        problem: "expected the name of a file for --body, found a body itself".to_owned(),
        next: "write it to a file and name that, or pipe it in with `--body -`: what stands on a command line every \
               user of the machine may see"
            .to_owned(),
    })
}

fn not_personal<T>(found: String) -> Result<T, InputError> {
    Err(InputError::NotPersonal { found })
}

/// A key as it may be printed. What is longer than any field's name is no misspelt one, and may be
/// what somebody said.
fn shown(key: &str) -> &str {
    let is_name =
        key.len() <= 40 && key.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    if is_name { key } else { "…" }
}

impl Input {
    /// Reads the body that the arguments name, and the files that are to be sealed.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: a file that cannot be read, something that is no body.
    pub fn of(args: &SendArgs, stdin: &mut (dyn Read + Send)) -> Result<Self, CommandError> {
        let wrong = |problem: String| CommandError::Usage {
            problem,
            next: "see the body of a command with its `--help`".to_owned(),
        };
        let mut bytes = Vec::new();
        match args.body.as_deref() {
            None => bytes.extend_from_slice(b"{}"),
            Some(path) if path == Path::new("-") => {
                stdin
                    .take(BODY_BYTES_MAX)
                    .read_to_end(&mut bytes)
                    .map_err(CommandError::failed("read standard input"))?;
            }
            Some(path) => {
                is_a_file_name(path)?;
                let file = fs::File::open(path).map_err(CommandError::file("read", path))?;
                file.take(BODY_BYTES_MAX)
                    .read_to_end(&mut bytes)
                    .map_err(CommandError::file("read", path))?;
            }
        }
        let from = args.body.as_deref().map_or(String::new(), |path| match path.to_str() {
            Some("-") => ", from standard input".to_owned(),
            _ => format!(", in {}", path.display()),
        });
        let mut input = Self::parse(&bytes).map_err(|error| wrong(format!("{error}{from}")))?;
        for attachment in &args.attachments {
            let (field, path) = attachment
                .split_once('=')
                .ok_or_else(|| wrong("expected --attach FIELD=FILE, found no `=`".to_owned()))?;
            let field: PersonalField =
                field.parse().map_err(|error| wrong(format!("--attach: {error}")))?;
            // One byte more than fits is enough to be refused for.
            let mut bytes = Vec::new();
            fs::File::open(path)
                .and_then(|file| file.take(FIELD_BYTES_MAX as u64 + 1).read_to_end(&mut bytes))
                .map_err(CommandError::file("read", Path::new(path)))?;
            if bytes.len() > FIELD_BYTES_MAX {
                let code = field.code();
                return Err(CommandError::Refused {
                    problem: format!(
                        "expected a file of at most {FIELD_BYTES_MAX} bytes for --attach {code}, found more"
                    ),
                    next: "bring less of it, or in parts".to_owned(),
                });
            }
            input.personal.push(PersonalText::file(field, bytes));
        }
        Ok(input)
    }

    /// Reads a body with its personal texts.
    ///
    /// # Errors
    ///
    /// [`InputError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, InputError> {
        let Once(value) = serde_json::from_slice(bytes).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            // Nothing but a key that comes again is wrong with what is JSON.
            if error.is_data() {
                InputError::KeyTwice { line, column }
            } else {
                InputError::NotJson { line, column }
            }
        })?;
        let Value::Object(mut body) = value else {
            return Err(InputError::NotAnObject { found: kind_of(&value) });
        };
        let personal = match body.remove("personal") {
            None => Vec::new(),
            Some(Value::Object(texts)) => texts
                .into_iter()
                .map(|(key, text)| match (key.parse::<PersonalField>(), text) {
                    (Ok(field), Value::String(text)) => Ok(PersonalText::new(field, text)),
                    (Ok(_), other) => not_personal(format!("{} under `{key}`", kind_of(&other))),
                    (Err(_), _) => not_personal(format!("the key `{}`", shown(&key))),
                })
                .collect::<Result<_, _>>()?,
            Some(other) => return not_personal(kind_of(&other).to_owned()),
        };
        Ok(Self { body: Value::Object(body), personal })
    }
}

#[cfg(test)]
mod tests {
    use super::{Input, InputError};

    #[test]
    fn a_key_that_stands_twice_is_refused_however_deep() {
        for bytes in [
            br#"{"channel": "web", "channel": "email"}"#.as_slice(),
            br#"{"matter": {"issue": "Fee", "issue": "Fees"}}"#,
            br#"{"remedies": [{"kind": "refund", "kind": "apology"}]}"#,
            br#"{"personal": {"narrative": "Jo Doe", "narrative": "Jo"}}"#,
        ] {
            let error = Input::parse(bytes).expect_err("one of them would be lost");
            assert!(matches!(error, InputError::KeyTwice { line: 1, .. }), "{error:?}");
        }
        let whole = br#"{"a": [1, -2, 0.5, true, null, "x", {"a": {"a": []}}]}"#;
        let input = Input::parse(whole).expect("the same key at several depths");
        let plain: serde_json::Value = serde_json::from_slice(whole).expect("JSON");
        assert_eq!(input.body, plain);
    }

    #[test]
    fn personal_texts_are_kept_apart_from_the_body() {
        let input = Input::parse(br#"{"channel": "web", "personal": {"narrative": "Jo Doe"}}"#)
            .expect("a body");
        assert_eq!(input.body, serde_json::json!({"channel": "web"}));
        assert_eq!(input.personal.len(), 1);
        assert!(!format!("{input:?}").contains("Doe"));
    }

    #[test]
    fn what_is_no_personal_text_is_named_by_its_key_and_kind() {
        for (bytes, expected) in [
            (br#"{"personal": {"narative": "Jo"}}"#.as_slice(), "found the key `narative`"),
            (br#"{"personal": {"Jo Doe said": "so"}}"#, "found the key `…`"),
            (br#"{"personal": {"narrative": ["Jo"]}}"#, "found a list under `narrative`"),
            (br#"{"personal": "Jo"}"#, "found a text"),
            (br#"["Jo"]"#, "expected a JSON object, found a list"),
        ] {
            let told = Input::parse(bytes).expect_err("no body").to_string();
            assert!(told.ends_with(expected), "{told}");
        }
    }

    #[test]
    fn what_is_wrong_is_never_repeated() {
        for bytes in [
            br#"{"personal": {"narative": "Jo Doe"}}"#.as_slice(),
            br#"{"personal": "Jo Doe"}"#,
            br#"{"personal": {"narrative": ["Jo Doe"]}}"#,
            b"Jo Doe",
            br#"["Jo Doe"]"#,
        ] {
            let error: InputError = Input::parse(bytes).expect_err("no body");
            assert!(!error.to_string().contains("Doe"), "{error}");
            assert!(error.to_string().contains("expected"), "{error}");
        }
    }
}
