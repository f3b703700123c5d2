//! Aligned columns: names to the left, figures to the right.

use std::fmt::Write as _;

/// Rows of cells; the first column is a name, the others are figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    rows: Vec<Vec<String>>,
    figures: Align,
}

/// Where the cells after the first stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Align {
    Left,
    Right,
}

impl Table {
    /// A table of figures under these heads.
    pub(super) fn new(heads: &[&str]) -> Self {
        let heads = heads.iter().map(|head| (*head).to_owned()).collect();
        Self { rows: vec![heads], figures: Align::Right }
    }

    /// Names and what is to be said of each.
    pub(super) const fn facts() -> Self {
        Self { rows: Vec::new(), figures: Align::Left }
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// The heads of the columns; none where the rows are names and what is said of each.
    #[must_use]
    pub fn heads(&self) -> &[String] {
        match self.figures {
            Align::Left => &[],
            Align::Right => &self.rows[0],
        }
    }

    /// The rows below the heads.
    #[must_use]
    pub fn rows(&self) -> &[Vec<String>] {
        match self.figures {
            Align::Left => &self.rows,
            Align::Right => &self.rows[1..],
        }
    }

    /// The table without the rows of these names.
    #[must_use]
    pub fn without(mut self, names: &[&str]) -> Self {
        self.rows.retain(|row| row.first().is_none_or(|name| !names.contains(&name.as_str())));
        self
    }

    /// The rows as lines; nothing where there are only heads.
    pub(super) fn render(&self) -> String {
        if self.figures == Align::Right && self.rows.len() < 2 {
            return String::new();
        }
        let widths = self.widths();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (place, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let padding = " ".repeat(width - cell.chars().count());
                let gap = if place > 0 { "  " } else { "" };
                let right = place > 0 && self.figures == Align::Right;
                let (before, after) =
                    if right { (padding, String::new()) } else { (String::new(), padding) };
                let _ = write!(line, "{gap}{before}{cell}{after}");
            }
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text
    }

    fn widths(&self) -> Vec<usize> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(move |row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        (0..columns).map(width).collect()
    }
}
