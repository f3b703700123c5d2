//! Names that were asked for and are not there.

/// As many names as one message lists.
const MOST: usize = 24;

/// "did you mean" and the names there are; of many, those that are near.
pub(super) fn advice(name: &str, known: &[&str], what: &str) -> String {
    let plain = |text: &str| text.to_lowercase().replace(['-', ' ', '_'], ".");
    let distance = |other: &str| strsim::damerau_levenshtein(&plain(name), &plain(other));
    let mut near: Vec<_> = known.iter().map(|other| (distance(other), *other)).collect();
    near.sort_unstable();
    let close = |(distance, _): &&(usize, &str)| *distance <= (name.chars().count() / 3).max(1);
    let meant = near.first().filter(close);
    let meant = meant.map(|(_, other)| format!("did you mean {other:?}? "));
    let listed: Vec<_> = if known.len() <= MOST {
        known.to_vec()
    } else {
        near.iter().take(MOST).map(|(_, other)| *other).collect()
    };
    let of = if listed.len() < known.len() {
        format!("{what} (the nearest {} of {})", listed.len(), known.len())
    } else {
        what.to_owned()
    };
    format!("{}{of}: {}", meant.unwrap_or_default(), listed.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_meant() {
        let known = ["write size", "round trip"];
        let found = advice("writesize", &known, "axes");
        assert_eq!(found, "did you mean \"write size\"? axes: write size, round trip");
        assert_eq!(advice("depth", &known, "axes"), "axes: write size, round trip");
        let many: Vec<_> = (0..100).map(|number| format!("figure.{number}")).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        let found = advice("figure_77", &many, "figures");
        assert!(found.starts_with("did you mean \"figure.77\"? figures (the nearest 24 of 100): "));
    }
}
