//! What is said of a trace that was read: its form, what was left out, what is bad.

use super::super::Remarks;
use crate::report::text::{bytes, count};
use crate::trace::{Form, Import, Tally};

/// Says on standard error what a trace was read as, what was left out of it and which lines are bad;
/// of our own form there is nothing to say.
pub(in crate::cli) fn tell(import: &Import, name: &str, remarks: Remarks) {
    if import.form == Form::MirrorsimCsv {
        return;
    }
    remarks.say(&format!("{name}: {}", read_as(import)));
    let Tally { bad, first_bad, .. } = &import.tally;
    first_bad.iter().for_each(|words| remarks.say(&format!("  {words}")));
    let more = bad.saturating_sub(first_bad.len() as u64);
    if more > 0 {
        remarks.say(&format!("  and {} more", count(more)));
    }
    import.tally.notes.iter().for_each(|words| remarks.say(&format!("  {words}")));
}

/// The same, as comments of the canonical form.
pub(super) fn comments(import: &Import) -> Vec<String> {
    if import.form == Form::MirrorsimCsv {
        return Vec::new();
    }
    std::iter::once(read_as(import)).chain(import.tally.notes.iter().cloned()).collect()
}

/// What is in it and what became of the rest; of a form that is not ours, what it was read as.
pub(super) fn counted(import: &Import) -> String {
    if import.form == Form::MirrorsimCsv { parts(import) } else { read_as(import) }
}

fn read_as(import: &Import) -> String {
    let form = import.form;
    format!("read as {form} ({}): {}", form.meaning(), parts(import))
}

fn parts(import: &Import) -> String {
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
    parts.join(", ")
}
