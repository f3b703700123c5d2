//! Held against a table that was kept: has the simulator become weaker?
//!
//! The same code gives the same table. A change that draws other numbers gives another one, and must
//! not fail by chance; a check that was weakened must. Medians are too coarse for that: most wrong
//! protocols are caught by the first seed, and would still be if every third run missed them. So what
//! is compared is how many of all runs caught it. A search ends with the first that does; if a run
//! does so as often as before, the runs that did not are spread over both tables alike. A wrong
//! protocol is caught more rarely now if so many of them in the new table are less probable than
//! [`CHANCE`]. With 20 searches each that were caught by the first seed, 12 further runs are needed:
//! a rate of catches that falls below about 60 %. By chance no more than one table in twenty fails,
//! of fifty rows with rates in between; rows that are always caught never do.
//!
//! Weaker, too: a search that catches nothing where every one did before, and another property that is
//! to notice.

use super::Row;
use crate::statistics::{Successes, rarer};

/// How probable a difference is, at most, that is no chance.
pub const CHANCE: f64 = 0.001;

/// A row of the table that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The wrong protocol.
    pub sabotage: String,
    /// The property that notices.
    pub property: String,
    /// Searches that caught it.
    pub caught: u64,
    /// Searches.
    pub starts: u64,
    /// Runs of all searches.
    pub runs: u64,
}

/// A table that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Against(Vec<Kept>);

/// What became of a wrong protocol.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Caught about as soon.
    None,
    /// Less is caught, and why that is so.
    Weaker(String),
    /// It is caught sooner, and by how much.
    Stronger(String),
    /// It does not stand in the kept table.
    New,
}

impl Against {
    /// Reads a table, by the keys of its first line.
    ///
    /// # Errors
    /// What is wrong, with its line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut lines = text.lines().enumerate();
        let (_, head) = lines.next().ok_or("it is empty")?;
        let head: Vec<_> = head.split(',').collect();
        let place = |key: &str| {
            let found = head.iter().position(|word| *word == key);
            found.ok_or_else(|| format!("it has no column {key}"))
        };
        let places = ["sabotage", "property", "caught", "starts", "runs"].map(place);
        let [sabotage, property, caught, starts, runs] = places;
        let (sabotage, property) = (sabotage?, property?);
        let (caught, starts, runs) = (caught?, starts?, runs?);
        let row = |(number, line): (usize, &str)| {
            let words: Vec<_> = line.split(',').collect();
            let word = |place: usize| words.get(place).copied().unwrap_or_default();
            let count = |place: usize| {
                let read = word(place).parse::<u64>();
                read.map_err(|_| format!("line {}: {:?} is no number", number + 1, word(place)))
            };
            Ok(Kept {
                sabotage: word(sabotage).to_owned(),
                property: word(property).to_owned(),
                caught: count(caught)?,
                starts: count(starts)?,
                runs: count(runs)?,
            })
        };
        lines.map(row).collect::<Result<_, _>>().map(Self)
    }

    /// What became of this one, which `property` is to notice.
    #[must_use]
    pub fn compare(&self, sabotage: &str, property: &str, row: &Row) -> Change {
        let Some(kept) = self.0.iter().find(|kept| kept.sabotage == sabotage) else {
            return Change::New;
        };
        if kept.property != property {
            let was = &kept.property;
            return Change::Weaker(format!("{property} is to notice, and {was} was"));
        }
        if kept.caught == kept.starts && !row.is_caught() {
            let (caught, searches) = (row.caught(), row.searches());
            return Change::Weaker(format!("only {caught} of {searches} searches catch it"));
        }
        let (was, is) = (kept.successes(), row.successes());
        let words = || {
            let share = |it: Successes| format!("{} of {} runs", it.successes, it.trials);
            format!("{} catch it, and {} did", share(is), share(was))
        };
        if rarer(was, is) < CHANCE {
            Change::Weaker(words())
        } else if rarer(is, was) < CHANCE {
            Change::Stronger(words())
        } else {
            Change::None
        }
    }

    /// Wrong protocols of the table that are none of these.
    pub fn missing<'a>(&'a self, present: &'a [&str]) -> impl Iterator<Item = &'a str> {
        let names = self.0.iter().map(|kept| kept.sabotage.as_str());
        names.filter(|name| !present.contains(name))
    }
}

impl Kept {
    fn successes(&self) -> Successes {
        Successes { successes: self.caught, trials: self.runs }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Search;
    use super::*;
    use std::collections::BTreeMap;

    const TABLE: &str = "sabotage,runs,property,caught,starts\na,20,S5,20,20\nb,40,S2,20,20\n";

    fn row(searches: &[u64]) -> Row {
        let mut row = Row::default();
        for runs in searches {
            let search = Search {
                runs: *runs,
                caught_ns: Some(1),
                also: BTreeMap::new(),
                shrunk_writes: None,
            };
            row.add(search);
        }
        row
    }

    fn compare(sabotage: &str, property: &str, row: &Row) -> Change {
        Against::parse(TABLE).expect("a table").compare(sabotage, property, row)
    }

    #[test]
    fn what_is_caught_more_rarely_is_weaker() {
        let further = |runs: u64| row(&[&[1 + runs][..], &[1; 19]].concat());
        assert_eq!(compare("a", "S5", &further(0)), Change::None);
        assert_eq!(compare("a", "S5", &further(11)), Change::None);
        let words = "20 of 32 runs catch it, and 20 of 20 runs did".to_owned();
        assert_eq!(compare("a", "S5", &further(12)), Change::Weaker(words));
        let words = "20 of 20 runs catch it, and 20 of 40 runs did".to_owned();
        assert_eq!(compare("b", "S2", &further(0)), Change::Stronger(words));
        assert_eq!(compare("c", "S2", &further(0)), Change::New);
    }

    #[test]
    fn what_is_missed_or_noticed_by_another_is_weaker() {
        let mut missed = row(&[1; 19]);
        missed.add(Search { runs: 1, caught_ns: None, also: BTreeMap::new(), shrunk_writes: None });
        let words = "only 19 of 20 searches catch it".to_owned();
        assert_eq!(compare("a", "S5", &missed), Change::Weaker(words));
        let words = "S2 is to notice, and S5 was".to_owned();
        assert_eq!(compare("a", "S2", &row(&[1; 20])), Change::Weaker(words));
    }

    #[test]
    fn a_table_is_read_by_its_keys() {
        let table = Against::parse(TABLE).expect("a table");
        assert_eq!(table.missing(&["b"]).collect::<Vec<_>>(), ["a"]);
        for (text, part) in [
            ("", "it is empty"),
            ("sabotage,property,caught,starts\n", "no column runs"),
            (&TABLE.replace("40", "x"), "line 3: \"x\" is no number"),
        ] {
            let reason = Against::parse(text).expect_err("it is none");
            assert!(reason.contains(part), "{reason}");
        }
    }
}
