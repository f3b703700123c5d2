//! Which form a file has, told from its first lines or records.

use super::error::{TraceError, shortened};
use super::form::Form;
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
    let mut forms: Vec<_> = Form::ALL.into_iter().filter(|form| fits(*form, head, whole)).collect();
    // The columns of the two are the same; even decimals of a time do not tell their unit for sure.
    if let [Form::DiskSim | Form::MqSim] = forms[..] {
        forms = vec![Form::DiskSim, Form::MqSim];
    }
    match forms[..] {
        [form] => Ok(form),
        [] => {
            let line = head.split(|&byte| byte == b'\n').find(|line| !line.trim_ascii().is_empty());
            Err(TraceError::UnknownForm { found: format!("{:?}", shortened(line.unwrap_or(head))) })
        }
        _ => Err(TraceError::Ambiguous { forms }),
    }
}

/// Whether the first lines or records are of this form, but for a few bad ones, and at least one
/// tells something.
fn fits(form: Form, head: &[u8], whole: bool) -> bool {
    let head = if whole { head } else { without_a_part(form.framing(), head) };
    let (mut items, mut parser) = (Items::new(head, form.framing()), form.parser());
    let mut scratch = Requests::new(usize::MAX, None);
    let (mut tried, mut bad) = (0, 0);
    while tried < TRIED
        && let Ok(Some(item)) = items.next()
    {
        let Ok(item) = item else {
            bad += 1;
            tried += 1;
            continue;
        };
        if form.framing() == Framing::Lines && super::import::says_nothing(item) {
            continue;
        }
        tried += 1;
        bad += u64::from(parser.item(item, &mut scratch).is_err());
    }
    tried > 0 && bad * 10 <= tried && !(form.is_strict() && bad > 0)
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
