//! JSON as people write it: what fits on a line stays on a line.

/// Columns of a line.
const WIDTH: usize = 100;

/// Lays out compact JSON over lines of at most [`WIDTH`] columns where that is possible.
pub(super) fn lay_out(compact: &str) -> String {
    let mut printer = Printer { input: compact, at: 0, out: String::new() };
    printer.value(0, Width::Any);
    printer.out.push('\n');
    printer.out
}

/// How a value may be written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Width {
    /// It fits the line that is being written.
    OneLine,
    /// To be found out.
    Any,
}

struct Printer<'a> {
    input: &'a str,
    at: usize,
    out: String,
}

impl Printer<'_> {
    fn value(&mut self, depth: usize, width: Width) {
        match self.peek() {
            b'{' => self.group(depth, width, '}'),
            b'[' => self.group(depth, width, ']'),
            _ => self.copy(self.scalar_length()),
        }
    }

    fn group(&mut self, depth: usize, width: Width, close: char) {
        let length = self.group_length();
        let column = self.out.len() - self.out.rfind('\n').map_or(0, |at| at + 1);
        let spacing = self.input[self.at..self.at + length].matches([',', ':']).count() + 2;
        let fits = depth > 0 && column + length + spacing < WIDTH;
        let width = if fits || length == 2 { Width::OneLine } else { width };
        self.copy(1);
        let mut first = true;
        while self.peek() != close as u8 {
            if !first {
                self.copy(1);
            }
            self.gap(depth + 1, width, if first && close == ']' { "" } else { " " });
            first = false;
            if close == '}' {
                self.copy(self.scalar_length());
                self.copy(1);
                self.out.push(' ');
            }
            self.value(depth + 1, width);
        }
        if !first {
            self.gap(depth, width, if close == ']' { "" } else { " " });
        }
        self.copy(1);
    }

    /// What stands between two values.
    fn gap(&mut self, depth: usize, width: Width, blank: &str) {
        match width {
            Width::OneLine => self.out.push_str(blank),
            Width::Any => {
                self.out.push('\n');
                self.out.push_str(&"  ".repeat(depth));
            }
        }
    }

    fn peek(&self) -> u8 {
        self.input.as_bytes()[self.at]
    }

    fn copy(&mut self, length: usize) {
        self.out.push_str(&self.input[self.at..self.at + length]);
        self.at += length;
    }

    /// Bytes of the string, number or word that starts here.
    fn scalar_length(&self) -> usize {
        let rest = &self.input[self.at..];
        if !rest.starts_with('"') {
            return rest.find([',', '}', ']']).unwrap_or(rest.len());
        }
        let mut escaped = false;
        let close = rest.bytes().skip(1).position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        });
        close.map_or(rest.len(), |at| at + 2)
    }

    /// Bytes of the object or list that starts here.
    fn group_length(&self) -> usize {
        let (mut depth, mut quoted, mut escaped) = (0, false, false);
        let end = self.input.bytes().skip(self.at).position(|byte| {
            match byte {
                b'"' if !escaped => quoted = !quoted,
                b'{' | b'[' if !quoted => depth += 1,
                b'}' | b']' if !quoted => depth -= 1,
                _ => {}
            }
            escaped = byte == b'\\' && !escaped;
            depth == 0
        });
        end.map_or(self.input.len() - self.at, |at| at + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn what_fits_a_line_stays_on_it() {
        let text = lay_out(r#"{"a":{"b":1,"c":[1,2]},"d":[],"e":{},"f":"x:\",{"}"#);
        let expected = "{\n  \"a\": { \"b\": 1, \"c\": [1, 2] },\n  \"d\": [],\n  \"e\": {},\n  \"f\": \"x:\\\",{\"\n}\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn what_does_not_fit_is_broken_and_reads_back() {
        let items: Vec<_> = (0..40).map(|i| json!({"at": format!("{i}s"), "write": [i]})).collect();
        let value = json!({"operations": items, "s": "\\\"]}", "empty": [[], {}]});
        let text = lay_out(&value.to_string());
        assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
        assert!(text.lines().count() > 40);
        assert_eq!(serde_json::from_str::<Value>(&text).ok(), Some(value));
    }
}
