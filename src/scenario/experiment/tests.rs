use super::*;
use serde_json::json;

/// Two axes, of which one sets two keys, and two policies.
const TEXT: &str = r#"{
  "name": "two axes",
  "scenario": { "clients": [ {} ], "wan": { "loss": "0%" } },
  "set": { "source.nvram_half": "1MiB" },
  "axes": [
    { "name": "size", "key": "block_size", "values": ["4KiB", "8KiB", "16KiB"] },
    { "name": "far", "values": [1, 2],
      "set": [ { "wan.propagation": "1ms" }, { "wan.propagation": "2ms", "timeout": "20s" } ] } ],
  "policies": [ "references", { "name": "late", "policy": "full-blocks", "set": { "transfer.max_delay": "1ms" } } ],
  "seeds": "0..30"
}
"#;

fn parse(text: &str) -> Result<Experiment, String> {
    Experiment::parse(text).map_err(|error| error.render("e.json"))
}

/// The text with some of it replaced.
fn with(from: &str, to: &str) -> String {
    assert!(TEXT.contains(from), "{from}");
    TEXT.replace(from, to)
}

fn own(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn points_go_with_the_last_axis_fastest() {
    let experiment = parse(TEXT).expect("it makes sense");
    assert_eq!(experiment.points(), 6);
    let words: Vec<_> = (0..6).map(|point| experiment.words(point)).collect();
    assert_eq!(
        words[..3],
        ["size = 4KiB, far = 1", "size = 4KiB, far = 2", "size = 8KiB, far = 1"]
    );
    assert_eq!(words[5], "size = 16KiB, far = 2");
    let at = [("far".to_owned(), json!(2)), ("size".to_owned(), json!("8KiB"))];
    assert_eq!(experiment.at(3), at.into());
    let set = own(&[
        ("source.nvram_half", "\"1MiB\""),
        ("block_size", "\"8KiB\""),
        ("timeout", "\"20s\""),
        ("wan.propagation", "\"2ms\""),
        ("policy", "\"full-blocks\""),
        ("transfer.max_delay", "\"1ms\""),
    ]);
    assert_eq!(experiment.overrides(3, 1), set);
    let names: Vec<_> = experiment.policies.iter().map(|choice| choice.name.as_str()).collect();
    assert_eq!(names, ["references", "late"]);
}

#[test]
fn a_list_takes_values_together() {
    let text = with("\"seeds\"", "\"design\": \"list\", \"seeds\"");
    let refused = parse(&text).expect_err("three values and two");
    assert!(refused.contains("takes the same number of values from every axis, here 3"));
    let text = text.replace(", \"16KiB\"", "");
    let experiment = parse(&text).expect("two and two");
    assert_eq!(experiment.points(), 2);
    assert_eq!(experiment.words(1), "size = 8KiB, far = 2");
    let none = r#"{ "scenario": "s.json", "policies": ["references"], "seeds": "3" }"#;
    let experiment = parse(none).expect("a single point");
    assert_eq!((experiment.points(), experiment.words(0)), (1, String::new()));
    assert_eq!(experiment.base, Base::File("s.json".to_owned()));
}

/// What is wrong in a scenario within an experiment is pointed at where it stands.
#[test]
fn a_scenario_within_keeps_its_lines() {
    let experiment = parse(TEXT).expect("it makes sense");
    let Base::Within(text) = &experiment.base else { panic!("{:?}", experiment.base) };
    let broken = text.replace("\"0%\"", "\"7%%\"");
    let error = crate::scenario::Scenario::parse(&broken, &[]).expect_err("no share");
    let place = TEXT.lines().nth(2).and_then(|line| line.find("\"0%\"")).expect("it is there");
    assert!(error.render("e.json").contains(&format!("e.json:3:{}", place + 1)), "{error:?}");
}

#[test]
fn keys_from_outside_go_where_no_axis_is() {
    let experiment = parse(TEXT).expect("it makes sense");
    let set = own(&[("wan.jitter", "1ms"), ("source.nvram_half", "2MiB")]);
    let changed = experiment.clone().with(&set).expect("nobody varies them");
    assert_eq!(changed.overrides(0, 0)[1..3], set);
    for (key, owner) in [
        ("block_size", "axis \"size\" sets this key"),
        ("wan", "axis \"far\" sets this key"),
        ("wan.propagation", "axis \"far\" sets this key"),
        ("policy", "policy \"references\" sets this key"),
        ("transfer.max_delay", "policy \"late\" sets this key"),
    ] {
        let refused = experiment.clone().with(&own(&[(key, "1")])).expect_err("it is taken");
        assert_eq!(refused.rule, owner);
    }
    let many: Seeds = "0..5000000".parse().expect("a range");
    let refused = experiment.with_seeds(many).expect_err("too many");
    assert_eq!(refused.rule, "these are 60000000 runs, more than 5000000");
}

#[test]
fn what_makes_no_sense_is_refused_where_it_stands() {
    for (from, to, sentence, line) in [
        ("\"name\": \"two", "\"nam\": \"two", "unknown key `nam`", 2),
        ("\"seeds\": \"0..30\"", "\"seeds\": \"30..0\"", "no seed is in it", 10),
        ("  \"policies\"", "  \"seeds\": \"1\", \"policies\"", "`seeds` stands twice", 10),
        (
            "{ \"clients\": [ {} ], \"wan\": { \"loss\": \"0%\" } }",
            "7",
            "expected the path of a",
            3,
        ),
        ("[\"4KiB\", \"8KiB\", \"16KiB\"]", "[]", "an axis has a value, or several", 6),
        ("\"8KiB\"", "\"4KiB\"", "this value stands before", 6),
        ("\"key\": \"block_size\", ", "", "has a `key`, or a `set` for each value", 6),
        ("\"key\": \"block_size\"", "\"key\": \"wan\"", "`axes[0]` sets this key too", 8),
        ("\"block_size\"", "\"source.nvram_half\"", "`set` sets this key too", 6),
        ("\"block_size\"", "\"source\"", "`set` sets this key too", 6),
        ("\"block_size\"", "\"policy\"", "policies stand in `policies`", 6),
        ("\"source.nvram_half\": ", "\"policy\": ", "policies stand in `policies`", 4),
        ("\"source.nvram_half\": ", "\"\": ", "a value is set for a key, such as", 4),
        ("\"block_size\"", "\"wan..loss\"", "a value is set for a key, such as", 6),
        ("\"far\"", "\"size\"", "an axis before has the same name", 7),
        ("\"far\"", "\"seed\"", "rows have a column of this name", 7),
        (
            "\"values\": [1, 2]",
            "\"values\": [1, 2, 3]",
            "there are 3 values: each has its `set`",
            8,
        ),
        ("\"values\": [1, 2]", "\"key\": \"x\", \"values\": [1, 2]", "`key` says already", 8),
        ("\"name\": \"far\", ", "", "an axis of a `set` has a name", 7),
        ("\"late\"", "\"references\"", "a policy before has the same name", 9),
        ("\"transfer.max_delay\"", "\"block_size\"", "`axes[0]` sets this key too", 9),
        ("\"full-blocks\"", "\"ful-blocks\"", "did you mean `full-blocks`?", 9),
        ("\"references\", {", "\"referenses\", {", "did you mean `references`?", 9),
        ("\"policy\": \"full-blocks\"", "\"polcy\": \"full-blocks\"", "unknown key `polcy`", 9),
        ("\"seeds\"", "\"at_most\": 9, \"seeds\"", "there is no `until`", 10),
        ("\"0..30\"", "\"0..29\", \"until\": { \"a\": 1 }", "from 30 seeds on", 10),
        ("\"0..30\"", "\"0..30\", \"until\": { \"a\": 0 }", "is a number above 0", 10),
        ("\"0..30\"", "\"0..30\", \"until\": { \"a\": 1 }, \"at_most\": 9", "has 30 already", 10),
        ("\"seeds\"", "\"every\": \"1s\", \"seeds\"", "does not ask for a `series`", 10),
        ("\"seeds\"", "\"keep\": [\"serie\"], \"seeds\"", "did you mean `series`?", 10),
        ("\"0..30\"", "\"0..999999\"", "these are 11999988 runs, more than 5000000", 5),
    ] {
        let refused = parse(&with(from, to)).expect_err(to);
        assert!(refused.contains(sentence), "{to}: {refused}");
        assert!(refused.contains(&format!("e.json:{line}:")), "{to}: {refused}");
    }
}

/// Every key of the schema says what it means.
#[test]
fn the_schema_describes_every_key() {
    let schema: Value = serde_json::from_str(&schema()).expect("it is JSON");
    let keys = schema["properties"].as_object().expect("it has keys");
    assert_eq!(keys.len(), 14);
    assert!(keys.values().all(|key| key["description"].is_string()), "{schema}");
}
