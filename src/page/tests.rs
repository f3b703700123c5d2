//! What must hold of every page.

mod hostile;
mod made;
mod numbers;
mod outline;
mod size;

use super::interval;
use crate::units::{SimTime, Span};

#[test]
fn intervals_are_round_and_few_enough() {
    let cases = [
        (60_900_000_000, 240, 500_000_000),
        (60_900_000_000, 56, 2_000_000_000),
        (1, 240, 1),
        (0, 240, 1),
        (240, 240, 1),
        (241, 240, 2),
    ];
    for (simulated, most, wanted) in cases {
        let simulated = SimTime::from_nanos(simulated);
        assert_eq!(interval(simulated, most), Span::from_nanos(wanted), "{simulated:?} in {most}");
    }
    assert!(SimTime::MAX.as_nanos() / interval(SimTime::MAX, 56).as_nanos() < 56);
}
