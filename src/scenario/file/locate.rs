//! Where each key and value of a JSON text stands, so that errors can point at it.
//!
//! Runs over text that `serde_json` has accepted, so it need not judge it. Paths are written as
//! errors write them: `clients[0].workload.trace`.

use std::collections::BTreeMap;
use std::ops::Range;

/// Where a key and its value stand, in bytes of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::scenario) struct Place {
    /// The key with its quotes; an item of a list and the whole text have none.
    pub key: Option<Range<usize>>,
    /// The value.
    pub value: Range<usize>,
}

/// Every place in a text.
#[derive(Debug, Default)]
pub(in crate::scenario) struct Places {
    by_path: BTreeMap<String, Place>,
    /// The first key that stands twice in one object: its path, and where it stands again.
    pub repeated: Option<(String, Range<usize>)>,
}

impl Places {
    /// Scans `text`, which must be valid JSON.
    pub fn of(text: &str) -> Self {
        let mut scanner = Scanner { text, at: 0, places: Self::default() };
        scanner.value("", None);
        scanner.places
    }

    /// Where the value at `path` stands.
    pub fn get(&self, path: &str) -> Option<&Place> {
        self.by_path.get(path)
    }
}

/// The path of `key` within the object at `parent`.
pub(in crate::scenario) fn join(parent: &str, key: &str) -> String {
    if parent.is_empty() { key.to_owned() } else { format!("{parent}.{key}") }
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    places: Places,
}

impl Scanner<'_> {
    fn value(&mut self, path: &str, key: Option<Range<usize>>) {
        self.skip_blanks();
        let start = self.at;
        match self.peek() {
            Some(b'{') => self.object(path),
            Some(b'[') => self.list(path),
            Some(b'"') => self.string(),
            _ => self.word(),
        }
        let place = Place { key, value: start..self.at };
        self.places.by_path.insert(path.to_owned(), place);
    }

    fn object(&mut self, path: &str) {
        self.at += 1;
        while let Some(byte) = self.next_token() {
            match byte {
                b'"' => self.member(path),
                b'}' => return self.at += 1,
                _ => self.at += 1,
            }
        }
    }

    fn member(&mut self, parent: &str) {
        let start = self.at;
        self.string();
        let span = start..self.at;
        let name = serde_json::from_str::<String>(&self.text[span.clone()]).unwrap_or_default();
        let path = join(parent, &name);
        if self.places.by_path.contains_key(&path) && self.places.repeated.is_none() {
            self.places.repeated = Some((path.clone(), span.clone()));
        }
        while self.peek().is_some_and(|byte| byte != b':') {
            self.at += 1;
        }
        self.at += 1;
        self.value(&path, Some(span));
    }

    fn list(&mut self, path: &str) {
        self.at += 1;
        let mut index = 0;
        while let Some(byte) = self.next_token() {
            match byte {
                b']' => return self.at += 1,
                b',' => self.at += 1,
                _ => {
                    self.value(&format!("{path}[{index}]"), None);
                    index += 1;
                }
            }
        }
    }

    fn string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                return;
            }
        }
    }

    /// A number, `true`, `false` or `null`. Always moves on, so that no text can hold it.
    fn word(&mut self) {
        self.at += 1;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        {
            self.at += 1;
        }
        self.at = self.at.min(self.text.len());
    }

    fn next_token(&mut self) -> Option<u8> {
        self.skip_blanks();
        self.peek()
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, path: &str, key: Option<&str>, value: &str) {
        let places = Places::of(text);
        let place = places.get(path).unwrap_or_else(|| panic!("{path} was not found in {text}"));
        assert_eq!(&text[place.value.clone()], value);
        assert_eq!(place.key.clone().map(|span| &text[span]), key);
    }

    #[test]
    fn keys_and_values_are_found_at_every_depth() {
        check("{}", "", None, "{}");
        check(r#"{"a": {"b" : -1.5e3}}"#, "a.b", Some("\"b\""), "-1.5e3");
        check(r#"{"a":[1,{"b":"x\"]}"},null]}"#, "a[1].b", Some("\"b\""), r#""x\"]}""#);
        check(r#"{"a":[1,{"b":[]},null]}"#, "a[2]", None, "null");
        check("{\"a\\u0062\":\ttrue}", "ab", Some(r#""a\u0062""#), "true");
        check("{\"é\": \"ü\", \"b\": 1}", "b", Some("\"b\""), "1");
    }

    #[test]
    fn a_key_that_stands_twice_is_found_at_every_depth() {
        let repeated = |text| Places::of(text).repeated.map(|(path, span)| (path, span.start));
        assert_eq!(repeated(r#"{"a":1,"b":2}"#), None);
        assert_eq!(repeated(r#"{"a":1,"a":2}"#), Some(("a".to_owned(), 7)));
        assert_eq!(repeated(r#"[{"a":1},{"a":1}]"#), None);
        assert_eq!(repeated(r#"{"c":[{"a":{},"a":2}]}"#), Some(("c[0].a".to_owned(), 14)));
    }

    #[test]
    fn broken_text_is_survived() {
        for text in ["", "{", "[1,", "{\"a", "{\"a\":", "\"\\", "}", "{a:1}", "[[[{\"a\":[", "é"] {
            let _ = Places::of(text);
        }
    }
}
