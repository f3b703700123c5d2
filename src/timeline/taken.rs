//! Taking out of a map what is over.

use std::collections::BTreeMap;

/// Takes out what `which` says, in order.
pub(super) fn taken<K: Ord, V: Copy>(
    map: &mut BTreeMap<K, V>,
    which: impl Fn(&K, &V) -> bool,
) -> Vec<V> {
    let mut out = Vec::new();
    map.retain(|name, value| {
        let over = which(name, value);
        if over {
            out.push(*value);
        }
        !over
    });
    out
}
