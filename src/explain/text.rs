//! An explanation as a dozen lines for people.

use super::words::{self, moment};
use super::{Counterfactual, Effect, Events, Explanation, Line, TakeOut};

/// Lines of an explanation, at most.
const MOST: usize = 12;

/// Events of chance that are named, at most.
const FEW: usize = 3;

/// The explanation as text: at most twelve lines, the whole chain included.
#[must_use]
pub fn render(explanation: &Explanation) -> String {
    let Explanation { violation, happened, expected, rule, causes, faults, events, .. } =
        explanation;
    let place = &violation.place;
    let state = place.state.replace('_', " ");
    let mut head = vec![
        format!("{} at {}, {}, {state}", violation.property, violation.at, words::role(place.role)),
        format!("  {}", violation.message),
    ];
    let mut tail = vec![
        format!("  happened:  {happened}"),
        format!("  should be: {expected}"),
        format!("  they part: {} (Spec {})", rule.words(), rule.clause()),
    ];
    if !causes.is_empty() {
        tail.push(format!("  causes:    {}", causes.join(" <- ")));
    }
    match explanation.taken_out {
        TakeOut::Each => {
            tail.push(format!("  faults:    {}{}", sentence(faults), chances(events)));
        }
        TakeOut::None => {}
    }
    let room = MOST - head.len() - tail.len();
    head.extend(told(&explanation.lines, room));
    head.append(&mut tail);
    head.join("\n") + "\n"
}

/// The last lines of those that led there, since the end is nearer to the place.
fn told(lines: &[Line], room: usize) -> impl Iterator<Item = String> {
    let width = lines.iter().map(|line| moment(line.at).len()).max().unwrap_or(0);
    let skipped = lines.len().saturating_sub(room);
    lines
        .iter()
        .skip(skipped)
        .map(move |line| format!("  {:>width$}  {}", moment(line.at), line.text))
}

/// Which faults the violation needs.
fn sentence(faults: &[Counterfactual]) -> String {
    let names = |wanted: fn(&Effect) -> bool| {
        let wanted = faults.iter().filter(|fault| wanted(&fault.without));
        let named = wanted.map(|Counterfactual { fault, kind, without }| match without {
            Effect::Becomes(other) => format!("{kind} (faults.{fault}: else {other})"),
            Effect::Gone | Effect::Stays | Effect::Refused => format!("{kind} (faults.{fault})"),
        });
        named.collect::<Vec<_>>().join(", ")
    };
    let needed = names(|effect| matches!(effect, Effect::Gone | Effect::Becomes(_)));
    let idle = names(|effect| matches!(effect, Effect::Stays));
    match (needed.is_empty(), idle.is_empty()) {
        (true, true) => "none came before it".to_owned(),
        (true, false) => format!("it needs none alone; the same without {idle}"),
        (false, true) => format!("it needs {needed}"),
        (false, false) => format!("it needs {needed}; the same without {idle}"),
    }
}

/// Which single events of chance it needs, or else those that have a part in it.
fn chances(events: &Events) -> String {
    let Events { found, tried, needed, moving } = events;
    let which = if tried < found { "of the last" } else { "of" };
    let which = format!("; {which} {tried} by chance");
    match (tried, needed.is_empty(), moving.is_empty()) {
        (0, ..) => String::new(),
        (_, true, true) => format!("{which} it needs none alone"),
        (_, true, false) => format!("{which} it would be elsewhere without {}", few(moving)),
        (_, false, _) => format!("{which} it needs {}", few(needed)),
    }
}

/// The last of many: they are nearest to the violation.
fn few(names: &[String]) -> String {
    let skipped = names.len().saturating_sub(FEW);
    let shown = names[skipped..].join(", ");
    if skipped == 0 { shown } else { format!("{shown} and {skipped} more") }
}
