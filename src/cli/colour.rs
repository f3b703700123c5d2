//! When words are coloured.

use super::arguments::ColorChoice;
use std::io::IsTerminal as _;

/// Whether words are coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colour {
    /// They are.
    On,
    /// They are not.
    Off,
}

impl Colour {
    /// What is asked for; else `NO_COLOR`, `CLICOLOR_FORCE`, `TERM` and whether both streams are
    /// terminals decide. An empty variable is as good as none.
    pub fn choose(choice: ColorChoice) -> Self {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        let terminal = std::io::stdout().is_terminal() && std::io::stderr().is_terminal();
        match choice {
            ColorChoice::Always => Self::On,
            ColorChoice::Never => Self::Off,
            ColorChoice::Auto if set("NO_COLOR") => Self::Off,
            ColorChoice::Auto if set("CLICOLOR_FORCE") => Self::On,
            ColorChoice::Auto if terminal && !dumb => Self::On,
            ColorChoice::Auto => Self::Off,
        }
    }

    /// A word that says all is well.
    pub fn good(self, word: &str) -> String {
        self.paint(word, "32")
    }

    /// A word that says something is wrong.
    pub fn bad(self, word: &str) -> String {
        self.paint(word, "31")
    }

    fn paint(self, word: &str, colour: &str) -> String {
        match self {
            Self::On => format!("\x1b[1;{colour}m{word}\x1b[0m"),
            Self::Off => word.to_owned(),
        }
    }
}
