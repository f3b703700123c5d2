//! Delta debugging: the fewest items that a test still accepts.

/// Leaves items out as long as `test` accepts what is left: all of them, then ever smaller stretches
/// from the end of the list to its beginning, then one by one until none can be spared. The order of
/// items is kept. `items` is taken to be accepted.
pub(super) fn fewest<T: Clone>(items: Vec<T>, test: impl FnMut(&[T]) -> bool) -> Vec<T> {
    fewest_by(items, 1, test)
}

/// As [`fewest`], with stretches of at least `finest` items: few tests, and not quite the fewest.
pub(super) fn fewest_by<T: Clone>(
    items: Vec<T>,
    finest: usize,
    mut test: impl FnMut(&[T]) -> bool,
) -> Vec<T> {
    if items.is_empty() || test(&[]) {
        return Vec::new();
    }
    let mut kept = items;
    let mut stretch = kept.len() / 2;
    while stretch >= finest.max(1) {
        let before = kept.len();
        kept = sweep(kept, stretch, &mut test);
        let again = stretch == 1 && kept.len() < before;
        stretch = if again { 1 } else { (stretch / 2).min(kept.len()) };
    }
    kept
}

/// Leaves out each stretch of this many items that can be spared, the last first.
fn sweep<T: Clone>(
    mut kept: Vec<T>,
    stretch: usize,
    test: &mut impl FnMut(&[T]) -> bool,
) -> Vec<T> {
    let mut end = kept.len();
    while end > 0 {
        let start = end.saturating_sub(stretch);
        let rest = [&kept[..start], &kept[end..]].concat();
        // Nothing at all was tried first.
        if !rest.is_empty() && test(&rest) {
            kept = rest;
        }
        end = start;
    }
    kept
}

/// Leaves out pairs, where neither of the two can be spared alone: first pairs of neighbours.
pub(super) fn without_pairs<T: Clone>(items: Vec<T>, mut test: impl FnMut(&[T]) -> bool) -> Vec<T> {
    let mut kept = items;
    let mut distance = 1;
    while distance < kept.len() {
        let mut first = 0;
        while first + distance < kept.len() {
            let mut rest = kept.clone();
            rest.remove(first + distance);
            rest.remove(first);
            if !rest.is_empty() && test(&rest) {
                kept = rest;
            } else {
                first += 1;
            }
        }
        distance += 1;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(wanted: &'static [u32]) -> impl FnMut(&[u32]) -> bool {
        move |kept: &[u32]| wanted.iter().all(|item| kept.contains(item))
    }

    #[test]
    fn only_what_is_needed_is_kept_in_order() {
        let items: Vec<u32> = (0..100).collect();
        for wanted in [&[][..], &[0], &[99], &[3, 4], &[0, 50, 99], &[7, 8, 9, 60]] {
            assert_eq!(fewest(items.clone(), needs(wanted)), wanted, "{wanted:?}");
        }
        assert!(fewest(Vec::new(), needs(&[])).is_empty());
    }

    /// A test that depends on how many there are is no obstacle.
    #[test]
    fn any_three_are_found() {
        let mut runs = 0;
        let kept = fewest((0..1000).collect(), |kept: &[u32]| {
            runs += 1;
            kept.len() >= 3
        });
        assert_eq!(kept.len(), 3);
        assert!(runs < 60, "{runs} runs for a thousand items");
    }

    #[test]
    fn coarse_steps_take_few_tests() {
        let mut runs = 0;
        let mut needed = needs(&[3, 700]);
        let kept = fewest_by((0..1000).collect(), 60, |kept| {
            runs += 1;
            needed(kept)
        });
        assert!(kept.len() < 200 && kept.contains(&3) && kept.contains(&700), "{kept:?}");
        assert!(runs < 30, "{runs}");
    }

    /// Two that mean something only together are spared together.
    #[test]
    fn pairs_go_together() {
        let test = |kept: &[u32]| kept.contains(&5) && kept.contains(&2) == kept.contains(&7);
        let single = fewest(vec![2, 5, 7], test);
        assert_eq!(single, [2, 5, 7]);
        assert_eq!(without_pairs(single, test), [5]);
    }
}
