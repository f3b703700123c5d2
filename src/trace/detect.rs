//! Which form a file has, told from its first lines or records.

use super::error::{TraceError, shortened};
use super::form::Form;
use super::forms::canonical::HEADER;
use super::items::{Framing, Items};
use super::parse::Requests;

/// Bytes at the beginning of a file that are looked at.
pub(super) const HEAD: u64 = 1 << 16;

/// Lines or records that are tried.
const TRIED: u64 = 64;

/// The one form that fits the beginning of a file; `whole`: the file is no longer.
///
/// # Errors
/// That nothing is there, that no form fits, or which ones do.
pub(super) fn form(head: &[u8], whole: bool) -> Result<Form, TraceError> {
    if head.is_empty() {
        return Err(TraceError::Empty);
    }
    if is_ours(head) {
        return Ok(Form::MirrorsimCsv);
    }
    match fitting(head, whole)[..] {
        [form] => Ok(form),
        [] => {
            let line = head.split(|&byte| byte == b'\n').find(|line| !line.trim_ascii().is_empty());
            Err(TraceError::UnknownForm { found: format!("{:?}", shortened(line.unwrap_or(head))) })
        }
        ref forms => Err(TraceError::Ambiguous { forms: forms.to_vec() }),
    }
}

/// Whether it begins with our own header: then it is to be of our form, and what is wrong with it is
/// told.
fn is_ours(head: &[u8]) -> bool {
    let mut items = Items::new(head, Framing::Lines);
    while let Ok(Some(item)) = items.next() {
        match item {
            Ok(line) if super::import::says_nothing(line) => {}
            Ok(line) => return line == HEADER.as_bytes(),
            Err(_) => return false,
        }
    }
    false
}

/// The forms that fit best: those with the fewest bad lines, of which headers of other forms are one.
fn fitting(head: &[u8], whole: bool) -> Vec<Form> {
    let bad = Form::ALL.map(|form| bad_items(form, head, whole));
    let least = bad.iter().flatten().min();
    let forms = Form::ALL.into_iter().zip(&bad);
    let mut forms: Vec<_> =
        forms.filter(|(_, bad)| bad.as_ref() == least).map(|(form, _)| form).collect();
    if least.is_none() {
        forms.clear();
    }
    // A process whose name is a number makes the first five words of FIU those of DiskSim.
    if forms.contains(&Form::Fiu) {
        forms.retain(|form| !matches!(form, Form::DiskSim | Form::MqSim));
    }
    // The columns of the two are the same; even decimals of a time do not tell their unit for sure.
    if let [Form::DiskSim | Form::MqSim] = forms[..] {
        forms = vec![Form::DiskSim, Form::MqSim];
    }
    forms
}

/// How many of the first lines or records are bad, if they are of this form at all: one is of it, and
/// of the others few are bad. One may always be: a header, or a last line that is cut off.
fn bad_items(form: Form, head: &[u8], whole: bool) -> Option<u64> {
    let head = if whole { head } else { without_a_part(form.framing(), head) };
    let (mut items, mut parser) = (Items::new(head, form.framing()), form.parser());
    let mut scratch = Requests::new(usize::MAX, None);
    let (mut good, mut bad) = (0, 0);
    while good + bad < TRIED
        && let Ok(Some(item)) = items.next()
    {
        let read = match item {
            Ok(item) if form.framing() == Framing::Lines && super::import::says_nothing(item) => {
                continue;
            }
            Ok(item) => parser.item(item, &mut scratch),
            Err(fault) => Err(fault),
        };
        match read {
            Ok(()) => good += 1,
            Err(_) => bad += 1,
        }
    }
    let most = if form.is_strict() { 0 } else { ((good + bad) / 10).max(1) };
    let early = scratch.earliest().is_some_and(|time| time < form.since());
    (good > 0 && bad <= most && !early).then_some(bad)
}

/// The head without its last line or record, of which a part may be missing.
fn without_a_part(framing: Framing, head: &[u8]) -> &[u8] {
    match framing {
        Framing::Records(size) => &head[..head.len() / size * size],
        Framing::Lines => {
            let end = head.iter().rposition(|&byte| byte == b'\n').map_or(head.len(), |at| at + 1);
            &head[..end]
        }
    }
}

#[cfg(test)]
mod tests;
