//! The lines in which two texts differ.

/// Lines shown before and after a change.
const CONTEXT: usize = 2;

/// The changed lines with their neighbours; `None` if the texts are equal.
pub fn between(expected: &str, observed: &str) -> Option<String> {
    if expected == observed {
        return None;
    }
    let (old, new): (Vec<_>, Vec<_>) = (expected.lines().collect(), observed.lines().collect());
    let marked = mark(&old, &new);
    let changed = |place: usize| marked.get(place).is_some_and(|(mark, _)| *mark != ' ');
    let shown = |place: usize| (place.saturating_sub(CONTEXT)..=place + CONTEXT).any(changed);
    let mut lines = String::new();
    for (place, (mark, line)) in marked.iter().enumerate() {
        if shown(place) {
            lines.push_str(&format!("  {mark} {line}\n"));
        } else if place > 0 && shown(place - 1) {
            lines.push_str("    …\n");
        }
    }
    Some(lines)
}

/// Every line of both texts once, marked as removed, added or kept: the longest common
/// subsequence is kept.
fn mark<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(char, &'a str)> {
    let mut kept = vec![vec![0_u32; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            kept[i][j] = if old[i] == new[j] {
                kept[i + 1][j + 1] + 1
            } else {
                kept[i + 1][j].max(kept[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut marked = Vec::new();
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            marked.push((' ', old[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && kept[i + 1][j] >= kept[i][j + 1]) {
            marked.push(('-', old[i]));
            i += 1;
        } else {
            marked.push(('+', new[j]));
            j += 1;
        }
    }
    marked
}
