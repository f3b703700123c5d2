//! A table on paper: states as sections, events as lines, at most a hundred columns.

/// What happened on one event: its name, the state afterwards, what was wished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub event: String,
    /// Empty: the state stays as it is.
    pub after: String,
    /// Empty: nothing was wished.
    pub wishes: Vec<String>,
}

/// A state: how it is called, how it was reached, and its rows.
#[derive(Debug)]
pub struct Section {
    pub name: String,
    /// As the node itself says it.
    pub state: String,
    /// How it was reached.
    pub script: String,
    pub rows: Vec<Row>,
    /// Events that cannot come here.
    pub impossible: Vec<String>,
}

const COLUMNS: usize = 100;
const EVENT: usize = 40;

/// The table as text, under its header.
pub fn print(header: &str, sections: &[Section]) -> String {
    let mut text = String::new();
    for line in header.lines() {
        text.push_str(format!("# {line}").trim_end());
        text.push('\n');
    }
    for section in sections {
        text.push_str(&format!("\n== {}\n", section.name));
        wrapped(&mut text, "   ", &format!("is: {}", section.state));
        if !section.script.is_empty() {
            wrapped(&mut text, "   ", &format!("by: {}", section.script));
        }
        for row in &section.rows {
            line(&mut text, row);
        }
        if !section.impossible.is_empty() {
            wrapped(&mut text, "not: ", &section.impossible.join(" · "));
        }
    }
    text
}

fn line(text: &mut String, row: &Row) {
    let after = if row.after.is_empty() { String::new() } else { format!("→ {}", row.after) };
    let mut parts: Vec<_> = Some(after).into_iter().filter(|after| !after.is_empty()).collect();
    parts.extend(row.wishes.iter().cloned());
    let said = if parts.is_empty() { "–".to_owned() } else { parts.join("; ") };
    let events = fold(&row.event, COLUMNS);
    let (last, before) = events.split_last().expect("an event has a name");
    before.iter().for_each(|events| text.push_str(&format!("{events}\n")));
    let mut event = last.as_str();
    if last.chars().count() > EVENT {
        text.push_str(&format!("{last}\n"));
        event = "";
    }
    for said in fold(&said, COLUMNS - EVENT - 2) {
        text.push_str(format!("{event:<EVENT$}  {said}").trim_end());
        text.push('\n');
        event = "";
    }
}

fn wrapped(text: &mut String, lead: &str, said: &str) {
    for (place, line) in fold(said, COLUMNS - lead.chars().count()).iter().enumerate() {
        let lead = if place == 0 { lead.to_owned() } else { " ".repeat(lead.chars().count()) };
        text.push_str(&format!("{lead}{line}\n"));
    }
}

/// Lines of at most so many characters, broken between words.
fn fold(said: &str, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in said.split(' ') {
        let newest = lines.last_mut().expect("there is a line");
        if !newest.is_empty() && newest.chars().count() + 1 + word.chars().count() > most {
            lines.push(word.to_owned());
        } else {
            if !newest.is_empty() {
                newest.push(' ');
            }
            newest.push_str(word);
        }
    }
    lines
}

/// One row for what is the same under several names.
pub fn gathered(rows: Vec<Row>) -> Vec<Row> {
    let mut gathered: Vec<Row> = Vec::new();
    for row in rows {
        let same = |other: &&mut Row| other.after == row.after && other.wishes == row.wishes;
        match gathered.iter_mut().find(same) {
            Some(other) => {
                other.event.push_str(" · ");
                other.event.push_str(&row.event);
            }
            None => gathered.push(row),
        }
    }
    gathered
}
