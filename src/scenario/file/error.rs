//! Errors of scenario files: what is wrong, where it stands, what was probably meant.

use super::locate::{Place, Places};
use crate::scenario::Problem;
use std::fmt;
use std::ops::Range;

/// Characters of a source line that an excerpt shows at most.
const EXCERPT: usize = 100;
/// Characters of a value that a message shows at most.
const SHOWN: usize = 60;
/// Characters of a message at most, about twice the longest that is meant.
const LONGEST: usize = 1600;

/// Why a text is no scenario. [`fmt::Display`] gives the sentence, [`FileError::render`] the
/// sentence with the place it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    message: String,
    origin: Origin,
    help: Option<String>,
}

/// Where the offending words come from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Origin {
    /// Nowhere in particular: a default, or the file as a whole.
    File,
    /// A place in the text.
    Text(Excerpt),
    /// An override of the command line: `wan.loss=2`.
    Override(String),
}

/// A line of the text with a part underlined. Lines and columns count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Excerpt {
    line: usize,
    column: usize,
    text: String,
    /// Characters before the underlined part, in `text`.
    indent: usize,
    width: usize,
}

impl FileError {
    /// An error of the file as a whole.
    pub(in crate::scenario) fn whole(message: impl Into<String>) -> Self {
        Self { message: bounded(message.into()), origin: Origin::File, help: None }
    }

    /// A rule that a resolved scenario breaks.
    pub(in crate::scenario) fn rule(problem: &Problem) -> Self {
        let Problem { key, value, rule } = problem;
        Self::whole(
            Problem { key: key.clone(), value: shorten(value), rule: rule.clone() }.to_string(),
        )
    }

    /// Points at a part of the text.
    pub(in crate::scenario) fn at(mut self, text: &str, span: Range<usize>) -> Self {
        self.origin = Origin::Text(Excerpt::of(text, span));
        self
    }

    /// Says that the words stand in an override of the command line.
    pub(in crate::scenario) fn in_override(mut self, words: &str) -> Self {
        self.origin = Origin::Override(words.to_owned());
        self
    }

    /// Adds advice.
    pub(in crate::scenario) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(bounded(help.into()));
        self
    }

    /// The line of the text that is at fault, from 1, if one is.
    #[must_use]
    pub const fn line(&self) -> Option<usize> {
        match &self.origin {
            Origin::Text(excerpt) => Some(excerpt.line),
            Origin::File | Origin::Override(_) => None,
        }
    }

    /// The message, where it stands in `file`, the line with the part underlined, and advice.
    #[must_use]
    pub fn render(&self, file: &str) -> String {
        let Self { message, origin, help } = self;
        let place = match origin {
            Origin::File => format!("\n  --> {file}"),
            Origin::Text(excerpt) => excerpt.render(file),
            Origin::Override(words) => format!("\n  --> --set {words}"),
        };
        let help = help.as_ref().map(|help| format!("\n  = help: {help}")).unwrap_or_default();
        format!("{message}{place}{help}")
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for FileError {}

impl Excerpt {
    /// The first line of `span`, cut where it is too long to show.
    fn of(text: &str, span: Range<usize>) -> Self {
        let begin = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
        let end = text[begin..].find(['\n', '\r']).map_or(text.len(), |length| begin + length);
        let before = text[begin..span.start].chars().count();
        let width =
            text[span.start..span.end.clamp(span.start, end.max(span.start))].chars().count();
        let skipped = if before + width > EXCERPT { before.saturating_sub(EXCERPT / 2) } else { 0 };
        let printable = |c: char| if c.is_control() { ' ' } else { c };
        let line = text[begin..end.max(begin)].chars().map(printable);
        Self {
            line: text[..begin].matches('\n').count() + 1,
            column: before + 1,
            text: line.skip(skipped).take(EXCERPT).collect(),
            indent: before - skipped,
            width: width.clamp(1, EXCERPT),
        }
    }

    fn render(&self, file: &str) -> String {
        let Self { line, column, text, indent, width } = self;
        let gutter = line.to_string().len();
        let text = text.trim_end();
        format!(
            "\n{:gutter$} --> {file}:{line}:{column}\n{:gutter$}  |\n{line}  | {text}\n{:gutter$}  | {:indent$}{}",
            "",
            "",
            "",
            "",
            "^".repeat(*width)
        )
    }
}

/// The beginning of a value, as a message shows it.
pub(in crate::scenario) fn shorten(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// A sentence that may repeat whatever a file holds, fit to be read: a name of 100,000 letters is cut
/// in the middle.
fn bounded(sentence: String) -> String {
    let letters = sentence.chars().count();
    if letters <= LONGEST {
        return sentence;
    }
    let begin: String = sentence.chars().take(LONGEST / 2).collect();
    let end: String = sentence.chars().skip(letters - LONGEST / 2).collect();
    format!("{begin} … {end}")
}

/// Which part of a place an error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::scenario) enum Part {
    /// The key.
    Key,
    /// The value.
    Value,
}

/// The bytes of the part of what stands at `path`.
pub(in crate::scenario) fn span_of(
    places: &Places,
    path: &str,
    part: Part,
) -> Option<Range<usize>> {
    let Place { key, value } = places.get(path)?;
    match part {
        Part::Key => key.clone().or_else(|| Some(value.clone())),
        Part::Value => Some(value.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_excerpt_underlines_the_part() {
        let text = "{\r\n\t\"é\": 17,\r\n}";
        let start = text.find("17").expect("it is there");
        let error = FileError::whole("no").at(text, start..start + 2).with_help("try 18");
        let expected =
            "no\n  --> f.json:2:7\n   |\n2  |  \"é\": 17,\n   |       ^^\n  = help: try 18";
        assert_eq!(error.render("f.json"), expected);
        assert_eq!(error.line(), Some(2));
    }

    #[test]
    fn long_lines_are_cut_around_the_part() {
        let text = format!("[{}1, 2]", "0, ".repeat(500));
        let start = text.find('1').expect("it is there");
        let rendered = FileError::whole("no").at(&text, start..start + 1).render("f");
        let lines: Vec<_> = rendered.lines().collect();
        assert_eq!(lines[3].rfind('1').map(|at| &lines[4][at..=at]), Some("^"), "{rendered}");
        assert!(lines[3].len() < 120);
    }

    #[test]
    fn messages_do_not_repeat_a_whole_file() {
        let error = FileError::whole(format!("`{}` is no key", "x".repeat(100_000)));
        let words = error.to_string();
        assert!(words.starts_with("`xxx") && words.ends_with("xxx` is no key"), "{words}");
        assert!(words.chars().count() < 2 * LONGEST, "{}", words.len());
    }

    #[test]
    fn spans_at_the_very_end_are_shown() {
        for text in ["", "{", "{\n"] {
            let _ = FileError::whole("no").at(text, text.len()..text.len()).render("f");
        }
    }
}
