//! What is said of a trace that was read: its form, what was left out, what is bad.

use super::super::Context;
use crate::report::text::{bytes, count};
use crate::trace::{Form, Import, Tally};

/// Says on standard error what a trace was read as, what was left out of it and which lines are bad;
/// of our own form there is nothing to say.
pub(in crate::cli) fn tell(import: &Import, name: &str, context: &Context) {
    if import.form == Form::MirrorsimCsv {
        return;
    }
    context.remark(&format!("{name}: {}", read_as(import)));
    let Tally { bad, first_bad, .. } = &import.tally;
    first_bad.iter().for_each(|words| context.remark(&format!("  {words}")));
    let more = bad.saturating_sub(first_bad.len() as u64);
    if more > 0 {
        context.remark(&format!("  and {} more", count(more)));
    }
}

/// The same, as comments of the canonical form.
pub(super) fn comments(import: &Import) -> Vec<String> {
    if import.form == Form::MirrorsimCsv {
        return Vec::new();
    }
    vec![read_as(import)]
}

fn read_as(import: &Import) -> String {
    let Tally { items, writes, bytes_written, flushes, left_out, bad, .. } = &import.tally;
    let mut parts = vec![
        format!("{} writes ({})", count(*writes), bytes(*bytes_written)),
        format!("{} flushes", count(*flushes)),
    ];
    for (what, (number, sum)) in left_out {
        let sum = if *sum > 0 { format!(" ({})", bytes(*sum)) } else { String::new() };
        parts.push(format!("{} {what}{sum} left out", count(*number)));
    }
    if *bad > 0 {
        parts.push(format!("{} of {} lines bad", count(*bad), count(*items)));
    }
    let form = import.form;
    format!("read as {form} ({}): {}", form.meaning(), parts.join(", "))
}
