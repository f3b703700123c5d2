//! An audit as a page of tables, and as JSON lines.

use super::rows::{FORMAT, Life, Row};
use serde::Serialize;
use std::fmt::Write as _;

/// Digits after the point of a percentage: a state may last a microsecond of hours.
const DIGITS: usize = 7;

/// The tables for people: properties, faults, states, branches; a dead row says so.
#[must_use]
pub fn page(rows: &[Row]) -> String {
    let mut text = String::new();
    let mut section = "";
    for row in rows {
        let (head, line) = match row {
            Row::Property { name, caught, .. } => (PROPERTY, property(name, caught.iter())),
            Row::Digests { name, repeated, differing, told_apart, .. } => {
                let same = repeated - differing;
                let words = format!(
                    "{same} of {repeated} runs were the same again, \
                     seeds differ in {told_apart} scenarios"
                );
                (PROPERTY, format!("{name:<32}{:>12}  {words}", repeated + told_apart))
            }
            Row::Fault { name, delivered, noticed, .. } => {
                (FAULT, format!("{name:<32}{delivered:>12}{noticed:>12}"))
            }
            Row::State { name, entered, ns, of_ns, .. } => {
                let share = percentage(*ns, *of_ns);
                (STATE, format!("{name:<32}{entered:>12}  {share:>12} %"))
            }
            Row::Branch { name, runs, times, .. } => {
                (BRANCH, format!("{name:<32}{runs:>12}{times:>12}"))
            }
        };
        if head != section {
            let gap = if section.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}{head}");
            section = head;
        }
        let mark = match row.life() {
            Life::Alive => "",
            Life::Dead => "  DEAD",
        };
        let _ = writeln!(text, "{}{mark}", line.trim_end());
    }
    text
}

const PROPERTY: &str = "property                                caught  by";
const FAULT: &str = "fault                              delivered     noticed";
const STATE: &str = "state                                entered         share";
const BRANCH: &str = "branch                                  runs       times";

fn property<'a>(
    name: &str,
    caught: impl Iterator<Item = (&'a &'static str, &'a u64)> + Clone,
) -> String {
    let runs: u64 = caught.clone().map(|(_, runs)| runs).sum();
    let by: Vec<_> = caught.map(|(wrong, runs)| format!("{wrong}:{runs}")).collect();
    format!("{name:<32}{runs:>12}  {}", by.join(" "))
}

/// A share as a percentage; nothing of nothing is none of it.
fn percentage(part: u64, whole: u64) -> String {
    let unit = 10_u128.pow(u32::try_from(DIGITS).expect("a few"));
    let share = u128::from(part) * 100 * unit / u128::from(whole.max(1));
    format!("{}.{:0DIGITS$}", share / unit, share % unit)
}

/// A row as a JSON line.
#[derive(Serialize)]
struct Line<'a> {
    format: &'static str,
    #[serde(flatten)]
    row: &'a Row,
}

/// An object a line for each row.
#[must_use]
pub fn json(rows: &[Row]) -> String {
    let line = |row| serde_json::to_string(&Line { format: FORMAT, row });
    let lines = rows.iter().map(|row| line(row).expect("a row is plain JSON") + "\n");
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_keeps_the_digits_of_a_microsecond_in_an_hour() {
        assert_eq!(percentage(1, 3), "33.3333333");
        assert_eq!(percentage(10_000, 3_600_000_000_000), "0.0000002");
        assert_eq!(percentage(5, 5), "100.0000000");
        assert_eq!(percentage(0, 0), "0.0000000");
    }

    #[test]
    fn a_dead_row_says_so() {
        let fault = |life, noticed| Row::Fault { name: "clog", life, delivered: 3, noticed };
        let (alive, dead) = (page(&[fault(Life::Alive, 2)]), page(&[fault(Life::Dead, 0)]));
        assert!(alive.ends_with("3           2\n"), "{alive}");
        assert!(dead.ends_with("3           0  DEAD\n"), "{dead}");
        let line = json(&[fault(Life::Dead, 0)]);
        let expected = r#"{"format":"mirrorsim-audit/1","kind":"fault","name":"clog","life":"dead","delivered":3,"noticed":0}"#;
        assert_eq!(line.trim_end(), expected);
    }
}
