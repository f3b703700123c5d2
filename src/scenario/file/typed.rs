//! From a JSON value to typed keys, and from serde's words to ours.

use super::error::{FileError, Part, shorten};
use super::locate::join;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

/// A value that its key does not take.
pub(in crate::scenario) struct Wrong {
    /// The message, with advice.
    pub error: FileError,
    /// The key it is about.
    pub path: String,
    /// Key or value.
    pub part: Part,
}

/// Types every key of a document, which messages call `noun`.
pub(in crate::scenario) fn read<Document: Serialize + DeserializeOwned>(
    value: &Value,
    noun: &str,
) -> Result<Document, Box<Wrong>> {
    let document: Document = serde_path_to_error::deserialize(value).map_err(|error| {
        let words = error.inner().to_string();
        Box::new(explain(value, error.path(), &words, noun))
    })?;
    let typed = serde_json::to_value(&document).expect("a document is plain JSON");
    match list_for_object(value, &typed, "") {
        None => Ok(document),
        Some(path) => Err(Box::new(not_an_object(path, noun))),
    }
}

/// Where the text has a list and the document an object: serde takes the items of a list for the
/// keys of an object, in order, which nobody means.
fn list_for_object(text: &Value, typed: &Value, path: &str) -> Option<String> {
    match (text, typed) {
        (Value::Array(_), Value::Object(_)) => Some(path.to_owned()),
        (Value::Array(items), Value::Array(others)) => {
            items.iter().zip(others).enumerate().find_map(|(index, (item, other))| {
                list_for_object(item, other, &format!("{path}[{index}]"))
            })
        }
        (Value::Object(items), Value::Object(others)) => items
            .iter()
            .find_map(|(key, item)| list_for_object(item, others.get(key)?, &join(path, key))),
        (_, _) => None,
    }
}

fn not_an_object(path: String, noun: &str) -> Wrong {
    let place = place(&path, noun);
    let error = FileError::whole(format!("{place} is a list: expected an object"));
    Wrong { error, path, part: Part::Value }
}

fn place(path: &str, noun: &str) -> String {
    if path.is_empty() { noun.to_owned() } else { format!("`{path}`") }
}

fn explain(root: &Value, path: &Path, words: &str, noun: &str) -> Wrong {
    let (text, value) = follow(root, path);
    let names = quoted(words);
    if words.starts_with("unknown field") {
        return unknown_key(&text, &names);
    }
    let shown = shorten(&value.map(Value::to_string).unwrap_or_default());
    let place = place(&text, noun);
    let error = if words.starts_with("unknown variant") {
        unknown_word(&place, &shown, &names)
    } else if let (true, [name, ..]) = (words.starts_with("missing field"), names.as_slice()) {
        FileError::whole(format!("{place} lacks `{name}`"))
    } else {
        FileError::whole(format!("{place} is {shown}: {}", rule(words, &shown)))
    };
    Wrong { error, path: text, part: Part::Value }
}

fn unknown_key(path: &str, names: &[&str]) -> Wrong {
    let (name, known) = names.split_first().map_or(("", &[][..]), |(name, known)| (*name, known));
    let parent = path.strip_suffix(name).unwrap_or(path).trim_end_matches('.');
    let place = if parent.is_empty() { String::new() } else { format!(" in `{parent}`") };
    let error = FileError::whole(format!("unknown key `{name}`{place}"));
    let error = error.with_help(advice(name, known, "known keys"));
    let path = if parent == path { join(path, name) } else { path.to_owned() };
    Wrong { error, path, part: Part::Key }
}

fn unknown_word(place: &str, shown: &str, names: &[&str]) -> FileError {
    let (name, known) = names.split_first().map_or(("", &[][..]), |(name, known)| (*name, known));
    FileError::whole(format!("{place} is {shown}: no such word")).with_help(advice(
        name,
        known,
        "known words",
    ))
}

/// The nearest known name, or all of them.
fn advice(name: &str, known: &[&str], what: &str) -> String {
    let plain = |text: &str| text.to_lowercase().replace(['-', ' ', '.'], "_");
    let distance = |other: &&&str| strsim::damerau_levenshtein(&plain(name), &plain(other));
    let nearest = known.iter().min_by_key(distance);
    match nearest.filter(|other| distance(other) <= (name.chars().count() / 3).max(1)) {
        Some(other) => format!("did you mean `{other}`?"),
        None => format!("{what}: {}", known.join(", ")),
    }
}

/// The path as text, and what stands there.
fn follow<'a>(root: &'a Value, path: &Path) -> (String, Option<&'a Value>) {
    let (mut text, mut value) = (String::new(), Some(root));
    for segment in path {
        match segment {
            Segment::Map { key } => {
                text = join(&text, key);
                value = value.and_then(|value| value.get(key));
            }
            Segment::Seq { index } => {
                text = format!("{text}[{index}]");
                value = value.and_then(|value| value.get(index));
            }
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    (text, value)
}

/// What stands between backticks.
fn quoted(words: &str) -> Vec<&str> {
    words.split('`').skip(1).step_by(2).collect()
}

/// What serde says, as a rule: without the value, in the words of JSON.
fn rule(words: &str, shown: &str) -> String {
    let Some((_, expected)) = words.rsplit_once(", expected ") else {
        let prefix = format!("{shown} is ");
        return words.strip_prefix(&prefix).unwrap_or(words).to_owned();
    };
    let expected = match expected {
        "a string" => "a string (a quantity is a string with its unit, \"20ms\")",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "u8" | "u32" | "u64" => "a whole number from 0 up that is not too large",
        "a map" => "an object",
        other if other.starts_with("struct ") => "an object",
        other => other,
    };
    format!("expected {expected}")
}
