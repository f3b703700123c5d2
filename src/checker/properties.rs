//! The properties of Spec 11: what exists, one sentence each, and who judges it.

/// Who finds out whether a property holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judge {
    /// The checker, from the facts of one run.
    Facts,
    /// A comparison of the digests of runs.
    Digests,
}

/// A property of Spec 11.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Property {
    /// Its name: `S1a`.
    pub name: &'static str,
    /// What it says.
    pub sentence: &'static str,
    /// Who judges it.
    pub judge: Judge,
}

/// A property that the checker judges.
const fn kept(name: &'static str, sentence: &'static str) -> Property {
    Property { name, sentence, judge: Judge::Facts }
}

/// Every property, in the order of the specification.
pub const PROPERTIES: &[Property] = &[
    kept("S1", "No write that was acknowledged in sync is lost by a failover."),
    kept("S1a", "At each acknowledgement the copies exist that its rule promises."),
    kept("S2", "Each side's image is the original and the log up to its CP, every byte."),
    kept("S3", "A CP shows wholly or not at all."),
    kept("S4", "Numbers of CPs rise, by one while in sync, and the sides differ by one at most."),
    kept("S5", "A reference resolves to the frozen bytes."),
    kept("S6", "A reference stands only where one is allowed."),
    kept("S7", "Transfer IDs are fresh, and no message of another epoch or CP is accepted."),
    kept("S8", "Nothing is freed early."),
    kept("S9", "The image of a failover is the entries up to one cut, across volumes."),
    kept("S10", "Nothing is phantom, and each operation takes effect at most once."),
    kept("S11", "A replay can be repeated, also one that was interrupted."),
    kept("S12", "Duplicates and reordering are harmless."),
    kept("S13", "Nothing older lands over anything newer."),
    kept("S14", "Every block that differs is known to differ."),
    kept("S15", "A destination that knows itself out of sync is promoted by force only."),
    kept("S16", "After a promotion the old source is found out, and nothing diverges unnoticed."),
    kept("S17", "A strict mirror acknowledges no write while it is not in sync."),
    kept("S18", "In sync is said only where it is so."),
    kept("S19", "Damage is noticed before it is committed, referenced or served."),
    kept("S20", "Lost NVRAM is declared."),
    kept("S21", "Every bound holds."),
    kept("S22", "Reads are linearizable within a reign."),
    kept("S23", "Bytes add up, and no block goes in full that could go as a reference."),
    Property {
        name: "S24",
        sentence: "The same scenario and seed give the same facts, byte for byte.",
        judge: Judge::Digests,
    },
    kept("S25", "Metadata agrees with data."),
    kept("L1", "Every CP ends."),
    kept("L2", "Every operation is answered, or fails, in bounded time."),
    kept("L3", "The mirror is in sync again where the link carries what is written."),
    kept("L4", "Nothing waits for ever, and nothing leaves sync without a cause."),
    kept("L5", "All space is reclaimed."),
    kept("L6", "A failover takes a time that the length of the log bounds."),
    kept("L7", "Every NAK is satisfied."),
    kept("L8", "A link that comes and goes does not keep the mirror from being in sync."),
    kept("L9", "The loss of the witness alone stops nothing."),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Names at the beginnings of the items of Spec 11, in order.
    fn named(specification: &str) -> Vec<String> {
        let clause = specification.split("## 11. ").nth(1).expect("it has the clause");
        let clause = clause.split("## 12. ").next().expect("a part before the next");
        let text = clause.replace("Once faults stop:", "·").replace('\n', " · ");
        let first = |item: &str| item.split_whitespace().next().map(str::to_owned);
        let is_name = |word: &String| {
            let number = word.trim_start_matches(['S', 'L']).trim_end_matches('a');
            number.len() < word.len() && number.parse::<u32>().is_ok()
        };
        text.split('·').filter_map(first).filter(is_name).collect()
    }

    /// Spec 11: each property has a row, and there is no other.
    #[test]
    fn the_list_is_that_of_the_specification() {
        let listed: Vec<_> = PROPERTIES.iter().map(|property| property.name.to_owned()).collect();
        assert_eq!(listed, named(include_str!("../specification.md")));
        assert_eq!(listed.len(), 35);
    }

    #[test]
    fn each_property_has_a_sentence_of_its_own() {
        for (place, property) in PROPERTIES.iter().enumerate() {
            assert!(property.sentence.ends_with('.'), "{property:?}");
            let same = |other: &Property| other.sentence == property.sentence;
            assert!(!PROPERTIES[..place].iter().any(same), "{property:?}");
        }
    }
}
