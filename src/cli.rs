//! The command line: the only place with files, standard streams, progress and wall clock.
//!
//! Data goes to standard output, remarks and progress to standard error. Every failure names what
//! is wrong and prints the whole line that reproduces it; [`Exit`] lists what the process answers.

mod arguments;
mod audit;
mod check;
mod colour;
mod compare;
mod completions;
mod coverage;
mod engine;
mod exit;
mod explain;
mod folder;
mod init;
mod input;
mod interrupt;
mod man;
mod merge;
mod mutants;
mod output;
mod plot;
mod progress;
mod run;
mod schema;
mod shard;
mod shelf;
mod shrink;
mod slurm;
mod sweep;
mod trace;
mod way;

pub use arguments::command;
pub use exit::Exit;

use arguments::{Arguments, Command};
use clap::{CommandFactory, FromArgMatches};
use colour::Colour;
use exit::Failure;
use std::ffi::OsString;
use std::io::Write as _;

/// What every command is given beside its own arguments.
struct Context {
    /// The whole line, quoted for a shell.
    line: String,
    colour: Colour,
    progress: progress::Mode,
    remarks: Remarks,
}

/// Whether remarks are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Remarks {
    Shown,
    Hidden,
}

impl Context {
    /// Says something on standard error, if that is wanted.
    fn remark(&self, words: &str) {
        self.remarks.say(words);
    }
}

impl Remarks {
    /// Says something on standard error, if that is wanted.
    fn say(self, words: &str) {
        match self {
            Self::Shown => progress::remark(&printable(words)),
            Self::Hidden => {}
        }
    }
}

/// Runs the command that `words` ask for; the first word is the program's name.
pub fn run(words: impl IntoIterator<Item = OsString>) -> Exit {
    let words: Vec<_> = words.into_iter().collect();
    let parsed = Arguments::command()
        .try_get_matches_from(&words)
        .and_then(|matches| Arguments::from_arg_matches(&matches));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => {
            return misused(&error, &words);
        }
    };
    let context = Context {
        line: quote(&words),
        colour: Colour::choose(arguments.color),
        progress: arguments.progress_mode(),
        remarks: arguments.remarks(),
    };
    match carry_out(arguments.command, &context) {
        Ok(exit) => exit,
        Err(failure) => {
            complain(&failure, &context);
            failure.exit
        }
    }
}

/// Says what is wrong with the words, or gives the help or version they ask for.
fn misused(error: &clap::Error, words: &[OsString]) -> Exit {
    // A closed pipe is no reason to complain.
    let _ = error.print();
    if !error.use_stderr() {
        return Exit::Expected;
    }
    if words.len() > 1 {
        let _ = writeln!(std::io::stderr(), "reproduce: {}", quote(words));
    }
    Exit::Usage
}

fn carry_out(command: Command, context: &Context) -> Result<Exit, Failure> {
    match command {
        Command::Run(arguments) => run::run(&arguments, context),
        Command::Check(arguments) => check::run(&arguments, context),
        Command::Sweep(arguments) => sweep::run(&arguments, context),
        Command::Compare(arguments) => compare::run(&arguments, context),
        Command::Coverage(arguments) => coverage::run(&arguments, context),
        Command::Merge(arguments) => merge::run(&arguments, context),
        Command::Mutants(arguments) => mutants::run(&arguments, context),
        Command::Explain(arguments) => explain::run(&arguments, context),
        Command::Audit(arguments) => audit::run(&arguments, context),
        Command::Shrink(arguments) => shrink::run(&arguments, context),
        Command::Plot(arguments) => plot::run(&arguments, context),
        Command::Init(arguments) => init::run(&arguments),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Trace(arguments) => trace::run(&arguments, context),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Man(arguments) => man::run(&arguments),
    }
}

fn complain(failure: &Failure, context: &Context) {
    let head = context.colour.bad("error:");
    let message = printable(&format!("{}\nreproduce: {}", failure.message, context.line));
    let text = format!("{head} {message}\n");
    // There is nobody left to tell.
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// The words without what would steer a terminal.
fn printable(words: &str) -> String {
    let steers = |c: char| c.is_control() && c != '\n';
    words.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect()
}

/// The words as a shell reads them back.
fn quote(words: &[OsString]) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
    let quoted = words.iter().enumerate().map(|(place, word)| {
        let word = word.to_string_lossy();
        if place == 0 {
            "mirrorsim".to_owned()
        } else if !word.is_empty() && word.chars().all(plain) {
            word.into_owned()
        } else {
            format!("'{}'", word.replace('\'', r"'\''"))
        }
    });
    quoted.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_quoted_for_a_shell() {
        let words = ["/x/mirrorsim", "run", "a b.json", "--set", "name=it's", ""];
        let words: Vec<_> = words.iter().map(OsString::from).collect();
        assert_eq!(quote(&words), r"mirrorsim run 'a b.json' --set 'name=it'\''s' ''");
    }

    #[test]
    fn the_arguments_are_consistent() {
        command().debug_assert();
    }
}
