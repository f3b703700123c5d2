//! The `mirrorsim` command; everything it does is in [`mirrorsim::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    mirrorsim::cli::run(std::env::args_os()).into()
}
