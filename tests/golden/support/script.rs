//! A script: comments, commands, and what was observed after each command.

use crate::command;
use crate::pair::Pair;

/// Runs the commands of a script; gives its text with the lines observed now.
pub fn run(text: &str) -> String {
    let mut pair = Pair::new(crate::settings::default());
    let mut observed = String::new();
    for line in text.lines() {
        let Some(command) = line.strip_prefix('>') else {
            // Anything but comments and blank lines was observed earlier.
            if line.is_empty() || line.starts_with('#') {
                push_line(&mut observed, line);
            }
            continue;
        };
        push_line(&mut observed, line);
        let command = command.split(" #").next().unwrap_or_default().trim();
        match command::run(command, &mut pair) {
            Ok(()) => {}
            Err(problem) => pair.say(format!("error: {problem}")),
        }
        for line in pair.take_lines() {
            push_line(&mut observed, &line);
        }
    }
    observed
}

fn push_line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}
