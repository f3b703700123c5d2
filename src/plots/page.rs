//! A page: title and what is said below it, then whatever a figure puts under that.

use super::font;
use super::layer::{Layer, Role};
use super::style::{Anchor, Area, Colour, Figure, Grain, Mark, SMALL, TITLE};

/// Pixels of the page.
pub(super) const WIDTH: i32 = 800;
/// Where contents begin and end.
pub(super) const LEFT: i32 = 24;
pub(super) const RIGHT: i32 = WIDTH - 24;

/// Marks, from the top down.
pub(super) struct Page {
    pub marks: Vec<Mark>,
    /// Which of them belong together.
    pub layers: Vec<Layer>,
    /// Where the next thing begins.
    pub bottom: i32,
}

/// What a figure says of itself besides its picture.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Caption {
    pub title: String,
    /// What the numbers are, in parts of a sentence.
    pub subtitle: Vec<String>,
    /// For those who do not see it.
    pub description: String,
    /// Where it comes from.
    pub metadata: String,
}

impl Page {
    /// A page with its title.
    pub fn new(caption: &Caption) -> Self {
        const FIRST: i32 = 34;
        const LINE: i32 = 20;
        const SUBTITLE_LINE: i32 = 17;
        let mut page = Self { marks: Vec::new(), layers: Vec::new(), bottom: FIRST };
        for (number, line) in wrapped(&caption.title, " ", TITLE).iter().enumerate() {
            page.bottom += if number > 0 { LINE } else { 0 };
            let at = (LEFT, page.bottom);
            page.put(Role::Title, [words(at, Anchor::Start, TITLE, Colour::INK, line)]);
        }
        page.bottom += 3;
        for line in wrapped(&caption.subtitle.join(SEPARATOR), SEPARATOR, SMALL) {
            page.bottom += SUBTITLE_LINE;
            page.write((LEFT, page.bottom), Anchor::Start, SMALL, Colour::FAINT_INK, &line);
        }
        page.bottom += 14;
        page
    }

    /// Puts words on the page.
    pub fn write(&mut self, at: (i32, i32), anchor: Anchor, size: i32, colour: Colour, text: &str) {
        self.marks.push(words(at, anchor, size, colour, text));
    }

    /// Puts marks on the page that belong together.
    pub fn put(&mut self, role: Role, marks: impl IntoIterator<Item = Mark>) {
        Layer::put((&mut self.marks, &mut self.layers), role, marks);
    }

    /// The figure, which ends below all that is on the page.
    pub fn finish(self, caption: Caption) -> Figure {
        const MARGIN: i32 = 18;
        Figure {
            grain: Grain::Fine,
            width: WIDTH,
            height: self.bottom + MARGIN,
            marks: self.marks,
            layers: self.layers,
            title: caption.title,
            description: caption.description,
            metadata: caption.metadata,
        }
    }
}

/// Between parts of a subtitle.
const SEPARATOR: &str = " · ";

/// Words as a mark.
pub(super) fn words(
    at: (i32, i32),
    anchor: Anchor,
    size: i32,
    colour: Colour,
    words: &str,
) -> Mark {
    Mark::Text { at, anchor, size, colour, words: words.to_owned() }
}

/// A line of one pixel, along an axis.
pub(super) const fn rule(left: i32, top: i32, right: i32, bottom: i32, colour: Colour) -> Mark {
    Mark::Fill { area: Area { left, top, right, bottom }, colour }
}

/// Lines that fit the page, broken between parts; a part that is too long is broken at its blanks.
fn wrapped(text: &str, separator: &str, size: i32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in text.split(separator).filter(|part| !part.is_empty()) {
        let joined = lines.last().map(|line| format!("{line}{separator}{part}"));
        match joined.filter(|line| font::width(line, size) <= RIGHT - LEFT) {
            Some(line) => {
                lines.pop();
                lines.push(line);
            }
            None if font::width(part, size) > RIGHT - LEFT && separator != " " => {
                lines.extend(wrapped(part, " ", size));
            }
            None => lines.push(font::shorten(part, size, RIGHT - LEFT)),
        }
    }
    lines
}

/// The nearest whole pixel.
pub(super) fn pixel(place: f64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "it lies within the figure")]
    let pixel = place.round() as i32;
    pixel
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_titles_and_subtitles_take_more_lines() {
        let parts = vec!["a part of a sentence that is neither short nor long".to_owned(); 4];
        let lines = wrapped(&parts.join(SEPARATOR), SEPARATOR, SMALL);
        assert_eq!(lines.len(), 2, "{lines:?}");
        let word = "word ".repeat(60);
        let lines = wrapped(&word, SEPARATOR, SMALL);
        assert!(lines.len() == 3 && lines.iter().all(|line| font::width(line, SMALL) <= 752));
        let endless = "x".repeat(500);
        let lines = wrapped(&endless, SEPARATOR, TITLE);
        assert!(lines.len() == 1 && lines[0].ends_with('…'));
        assert!(wrapped("", SEPARATOR, SMALL).is_empty());
    }
}
