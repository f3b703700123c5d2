//! `--set a.b=c`: keys overridden from outside the file.

use super::error::{FileError, shorten};
use super::locate::join;
use serde_json::{Map, Value};

/// Steps of a key at most; no key of a scenario has nearly as many.
const DEEPEST: usize = 64;

/// An override that was applied.
#[derive(Debug)]
pub(super) struct Applied {
    /// The path as errors write it: `clients[0].name`.
    pub path: String,
    /// As it was given: `clients.0.name=pg`.
    pub words: String,
}

/// Sets `key` to `value`: JSON if it reads as JSON, else a string. Items of lists go by number;
/// objects that are missing on the way are made. Everything after `expect.` is one key, since the
/// keys of `expect` are paths themselves.
pub(super) fn apply(root: &mut Value, key: &str, value: &str) -> Result<Applied, FileError> {
    let words = shorten(&format!("{key}={value}"));
    let fail = |message: String| Err(FileError::whole(message).in_override(&words));
    if key.split('.').any(str::is_empty) || key.split('.').count() > DEEPEST {
        return fail(format!("{:?} is not a key: write it as `wan.bandwidth`", shorten(key)));
    }
    let mut path = String::new();
    let mut at = root;
    for step in steps(key) {
        at = match at {
            Value::Object(map) => {
                path = join(&path, step);
                map.entry(step).or_insert_with(|| Value::Object(Map::new()))
            }
            Value::Array(items) => {
                let length = items.len();
                let found = step.parse::<usize>().ok().and_then(|index| items.get_mut(index));
                let Some(item) = found else {
                    return fail(format!(
                        "`{path}` is a list of {length}: it has no item `{step}`"
                    ));
                };
                path = format!("{path}[{step}]");
                item
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                return fail(format!("`{path}` is {at}: it has no key `{step}`"));
            }
        };
    }
    *at = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
    Ok(Applied { path, words })
}

fn steps(key: &str) -> Vec<&str> {
    match key.strip_prefix("expect.") {
        Some(rest) => vec!["expect", rest],
        None => key.split('.').collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn set(mut root: Value, key: &str, value: &str) -> Result<Value, String> {
        apply(&mut root, key, value).map(|_| root).map_err(|error| error.to_string())
    }

    #[test]
    fn values_are_json_where_they_read_as_json() {
        let set = |value| set(json!({}), "a", value).map(|root| root["a"].clone());
        assert_eq!(set("5"), Ok(json!(5)));
        assert_eq!(set("null"), Ok(json!(null)));
        assert_eq!(set("40ms"), Ok(json!("40ms")));
        assert_eq!(set("{\"b\": [1]}"), Ok(json!({"b": [1]})));
        assert_eq!(set(""), Ok(json!("")));
    }

    #[test]
    fn paths_lead_through_objects_and_lists() {
        let root = json!({"clients": [{"name": "a"}], "loss": "0%"});
        let at = |key| set(root.clone(), key, "7");
        assert_eq!(
            at("wan.mtu"),
            Ok(json!({"clients": [{"name": "a"}], "loss": "0%", "wan": {"mtu": 7}}))
        );
        assert_eq!(at("clients.0.name"), Ok(json!({"clients": [{"name": 7}], "loss": "0%"})));
        assert_eq!(
            at("expect.saved.of_wan").map(|r| r["expect"]["saved.of_wan"].clone()),
            Ok(json!(7))
        );
        assert_eq!(
            at("clients.1.name"),
            Err("`clients` is a list of 1: it has no item `1`".into())
        );
        assert_eq!(at("clients.x"), Err("`clients` is a list of 1: it has no item `x`".into()));
        assert_eq!(at("loss.x"), Err("`loss` is \"0%\": it has no key `x`".into()));
        assert_eq!(
            at("wan..x"),
            Err("\"wan..x\" is not a key: write it as `wan.bandwidth`".into())
        );
    }
}
