//! Where in a body something is that its reader does not take.
//!
//! The reader tells what it expected, not under which key. What changes its complaint when it is taken
//! out of the body is what it complains of.

use serde_json::{Map, Value};

use super::kind_of;

/// What the reader says of a body; nothing when it takes it.
type Told<'a> = &'a dyn Fn(&Value) -> Option<String>;

/// The keys down to a value; the items of a list by number.
type Path = Vec<String>;

/// Bodies of more values than this are not searched: each value costs a reading of the whole body, and no command
/// that people write has as many.
const VALUES_MAX: usize = 256;

/// The key under which the thing is that this message is about, and the kind of value there. Nothing
/// where it is the body itself, or the body is too large to be searched.
pub(super) fn of(body: &Value, message: &str, told: Told<'_>) -> Option<(String, &'static str)> {
    let mut left = VALUES_MAX;
    if !has_at_most(body, &mut left) {
        return None;
    }
    let missing = message.strip_prefix("missing field `").and_then(|rest| rest.split_once('`'));
    let lacking = missing.and_then(|(field, _)| lacking(body, field, message, told));
    let path = lacking.or_else(|| at_fault(body, message, told))?;
    let kind = kind_of(at(body, &path)?);
    (!path.is_empty()).then(|| (path.join("."), kind))
}

/// The object that lacks the field: the message is another one once the field stands there.
fn lacking(body: &Value, field: &str, message: &str, told: Told<'_>) -> Option<Path> {
    let mut objects = paths(body);
    objects.insert(0, Path::new());
    objects.into_iter().find(|path| {
        let mut changed = body.clone();
        let object = at_mut(&mut changed, path).and_then(Value::as_object_mut);
        object.is_some_and(|object| object.insert(field.to_owned(), Value::Null).is_none())
            && told(&changed).as_deref() != Some(message)
    })
}

/// The deepest value without which the message is another one; of several in one object the object,
/// for a key that says what the others mean cannot be told from the one that does not fit.
fn at_fault(body: &Value, message: &str, told: Told<'_>) -> Option<Path> {
    let mut path = Path::new();
    loop {
        let inner: Vec<_> = keys(at(body, &path)?)
            .into_iter()
            .map(|key| path.iter().cloned().chain([key]).collect::<Path>())
            .filter(|inner| told(&without(body, inner)).as_deref() != Some(message))
            .collect();
        let [only] = inner.as_slice() else { return Some(path) };
        path.clone_from(only);
    }
}

/// Whether a body has no more values than are left, which it uses up.
fn has_at_most(value: &Value, left: &mut usize) -> bool {
    let Some(fewer) = left.checked_sub(1) else { return false };
    *left = fewer;
    match value {
        Value::Object(entries) => entries.values().all(|inner| has_at_most(inner, left)),
        Value::Array(items) => items.iter().all(|inner| has_at_most(inner, left)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

fn keys(value: &Value) -> Path {
    match value {
        Value::Object(entries) => entries.keys().cloned().collect(),
        Value::Array(items) => (0..items.len()).map(|number| number.to_string()).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Path::new(),
    }
}

/// Every path of a body, those above before those below.
fn paths(body: &Value) -> Vec<Path> {
    let mut all: Vec<Path> = keys(body).into_iter().map(|key| vec![key]).collect();
    let mut next = 0;
    while let Some(path) = all.get(next).cloned() {
        let inner = at(body, &path).map(keys).unwrap_or_default();
        all.extend(inner.into_iter().map(|key| path.iter().cloned().chain([key]).collect()));
        next += 1;
    }
    all
}

fn at<'a>(body: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter().try_fold(body, |value, key| match value {
        Value::Array(items) => items.get(key.parse::<usize>().ok()?),
        Value::Object(entries) => entries.get(key),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    })
}

fn at_mut<'a>(body: &'a mut Value, path: &[String]) -> Option<&'a mut Value> {
    path.iter().try_fold(body, |value, key| match value {
        Value::Array(items) => items.get_mut(key.parse::<usize>().ok()?),
        Value::Object(entries) => entries.get_mut(key),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    })
}

/// The body without what stands at the end of the path. An item of a list leaves no gap.
fn without(body: &Value, path: &[String]) -> Value {
    let mut changed = body.clone();
    let Some((key, above)) = path.split_last() else { return Value::Object(Map::new()) };
    match at_mut(&mut changed, above) {
        Some(Value::Object(entries)) => {
            entries.remove(key);
        }
        Some(Value::Array(items)) => {
            if let Some(number) = key.parse().ok().filter(|number| *number < items.len()) {
                items.remove(number);
            }
        }
        Some(_) | None => {}
    }
    changed
}
