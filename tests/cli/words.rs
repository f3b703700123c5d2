//! What the program says about itself: help, version, schema, completions, manual.

use crate::support::Place;
use serde_json::Value;

const COMMANDS: [&str; 12] = [
    "run",
    "check",
    "sweep",
    "compare",
    "merge",
    "mutants",
    "plot",
    "init",
    "schema",
    "trace",
    "completions",
    "man",
];

#[test]
fn help_shows_an_example_of_every_command() {
    let place = Place::new();
    for command in COMMANDS {
        for form in ["-h", "--help"] {
            let help = place.run(&[command, form]).expect(0).stdout;
            assert!(help.contains("Example"), "{command} {form}\n{help}");
            assert!(help.contains(&format!("mirrorsim {command}")), "{command} {form}\n{help}");
            assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
        }
    }
    let help = place.run(&["--help"]).expect(0).stdout;
    for words in COMMANDS.iter().chain(&["Exit status:", "74  a file", "mirrorsim init -o"]) {
        assert!(help.contains(words), "{words}\n{help}");
    }
    let nothing = place.run::<&str>(&[]).expect(2);
    assert!(nothing.stderr.contains("To begin: mirrorsim init"), "{}", nothing.stderr);
}

#[test]
fn the_version_names_the_generator_and_the_formats() {
    let place = Place::new();
    let version = place.run(&["--version"]).expect(0).stdout;
    let words = [
        env!("CARGO_PKG_VERSION"),
        mirrorsim::random::GENERATOR,
        mirrorsim::report::FORMAT,
        mirrorsim::facts::FORMAT,
        mirrorsim::random::tape::FORMAT,
    ];
    for word in words {
        assert!(version.contains(word), "{word}\n{version}");
    }
    assert!(place.run(&["-V"]).expect(0).stdout.starts_with("mirrorsim "));
}

/// Every property of every object has a description; references lead somewhere.
#[test]
fn the_schema_describes_every_property() {
    let place = Place::new();
    let text = place.run(&["schema"]).expect(0).stdout;
    place.run(&["schema", "-o", "schema.json"]).expect(0);
    assert_eq!(place.read("schema.json"), text);
    let schema: Value = serde_json::from_str(&text).expect("a schema is JSON");
    assert!(schema["$schema"].as_str().is_some_and(|uri| uri.contains("json-schema.org")));
    let (mut properties, mut pending) = (0, vec![&schema]);
    while let Some(value) = pending.pop() {
        for (key, property) in value["properties"].as_object().into_iter().flatten() {
            assert!(property["description"].is_string(), "{key} has no description");
            properties += 1;
        }
        if let Some(reference) = value["$ref"].as_str() {
            let pointer = reference.strip_prefix('#').expect("within the schema");
            assert!(schema.pointer(pointer).is_some(), "{reference} leads nowhere");
        }
        pending.extend(value.as_object().into_iter().flat_map(|keys| keys.values()));
        pending.extend(value.as_array().into_iter().flatten());
    }
    assert!(properties > 80, "only {properties} properties");
}

#[test]
fn shells_complete_commands_and_options() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = place.run(&["completions", shell]).expect(0).stdout;
        for word in ["mirrorsim", "dry-run", "series-every", "completions"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    place.run(&["completions", "ksh"]).expect(2);
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let place = Place::new();
    let page = place.run(&["man"]).expect(0).stdout;
    assert!(page.contains(".TH mirrorsim 1"), "{page}");
    std::fs::create_dir(place.path("man1")).expect("a directory");
    place.run(&["man", "man1"]).expect(0);
    assert_eq!(place.read("man1/mirrorsim.1"), page);
    for command in COMMANDS {
        assert!(
            place.read(&format!("man1/mirrorsim-{command}.1")).contains("Example"),
            "{command}"
        );
    }
    let refused = place.run(&["man", "no/such/place"]).expect(74);
    assert!(
        refused.stderr.contains("no/such/place cannot be written to: there is no such folder"),
        "{}",
        refused.stderr
    );
}
