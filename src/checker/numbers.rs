//! S4: CP numbers rise, by 1 within a session in sync, and the sides differ by at most 1 (Spec 5.6).

use super::Findings;
use super::model::Model;
use crate::facts::{Fact, Role, What};
use crate::protocol::CpId;

/// Looks at every commit.
pub fn check(fact: &Fact, model: &Model, findings: &mut Findings) {
    let What::Committed(role, cp, _) = &fact.what else { return };
    let before = model.committed_by(*role);
    if *cp != before.next() {
        let message = format!("{cp} was committed after {before}");
        findings.add(fact, "S4", *role, "not_the_next", message);
    }
    let other = match role {
        Role::Source => Role::Destination,
        Role::Destination => Role::Source,
    };
    let CpId { number, .. } = model.committed_by(other);
    if cp.number.0.abs_diff(number.0) > 1 {
        let message = format!("{cp} was committed while the other side is at CP {number}");
        findings.add(fact, "S4", *role, "skew", message);
    }
}
