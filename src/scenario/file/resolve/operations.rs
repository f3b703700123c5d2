//! Workloads that list their requests one by one.

use super::problem;
use crate::protocol::Operation;
use crate::protocol::block::{VolumeId, WriteRange};
use crate::scenario::file::model::{OperationText, RangeText, WorkloadText};
use crate::scenario::{PlannedOperation, Problem};

/// The requests that `text` lists.
pub(super) fn resolve(text: &mut WorkloadText, at: &str) -> Result<Vec<PlannedOperation>, Problem> {
    let list = text.operations.get_or_insert_default();
    if list.is_empty() {
        return Err(problem(format!("{at}.operations"), list, "at least one operation"));
    }
    let mut planned = Vec::with_capacity(list.len());
    for (index, operation) in list.iter().enumerate() {
        let number = u64::try_from(index).expect("an index fits u64") + 1;
        planned.push(one(operation, number, &format!("{at}.operations[{index}]"))?);
    }
    Ok(planned)
}

fn one(text: &OperationText, number: u64, at: &str) -> Result<PlannedOperation, Problem> {
    let operation = match (text.write, text.read, text.flush) {
        (Some(range), None, None) => Operation::Write(whole(range, &format!("{at}.write"))?),
        (None, Some(range), None) => Operation::Read(whole(range, &format!("{at}.read"))?),
        (None, None, Some(volume)) => Operation::Flush(VolumeId(volume)),
        (_, _, _) => return Err(problem(at, text, "exactly one of `write`, `read` and `flush`")),
    };
    if text.after.is_some_and(|after| after == 0 || after >= number) {
        let rule = format!("operation {number} waits for an earlier one, counted from 1");
        return Err(problem(format!("{at}.after"), &text.after, rule));
    }
    Ok(PlannedOperation { at: text.at, after: text.after, operation })
}

fn whole(text: RangeText, at: &str) -> Result<WriteRange, Problem> {
    let RangeText { volume, offset, length } = text;
    let range = WriteRange { volume: VolumeId(volume), offset: offset.get(), length: length.get() };
    if range.length == 0 {
        return Err(problem(format!("{at}.length"), &length, "at least 1B"));
    }
    if range.end().is_none() {
        let rule = format!("from {offset} on it ends beyond the last byte that 64 bits address");
        return Err(problem(format!("{at}.length"), &length, rule));
    }
    Ok(range)
}
