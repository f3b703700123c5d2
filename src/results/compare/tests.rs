use super::*;

fn trial(size: &str, policy: &str, seed: u64, figure: Option<f64>) -> Trial {
    Trial {
        point: 0,
        at: [("size".to_owned(), Value::from(size))].into(),
        policy: policy.to_owned(),
        seed,
        word: Word::Pass,
        scenario_hash: String::new(),
        digest: String::new(),
        figures: [("x".to_owned(), figure.and_then(Number::from_f64))].into(),
        curves: BTreeMap::new(),
    }
}

/// Policy `b` is one above `a` in every pair of the small size, and three in those of the large one.
fn set() -> Vec<Trial> {
    let mut set = Vec::new();
    for (size, above) in [("small", 1.0), ("large", 3.0)] {
        for (seed, base) in (0..).zip([10.0, 20.0, 40.0]) {
            set.push(trial(size, "a", seed, Some(base)));
            set.push(trial(size, "b", seed, Some(base + above)));
        }
    }
    set
}

#[test]
fn policies_are_paired_by_point_and_seed() {
    let pairing = Pairing::of_policies(&set(), "a", &["b".to_owned()]).expect("both are there");
    assert_eq!((pairing.len(), pairing.failed, pairing.alone.len()), (6, 0, 0));
    let lines = pairing.lines("x");
    let told: Vec<_> = lines
        .iter()
        .map(|line| {
            let size = line.at.as_ref().map(|at| plain(&at["size"]));
            (size, line.pairs, line.difference, line.half_width, line.above)
        })
        .collect();
    let size = |name: &str| Some(name.to_owned());
    // Over all points a seed counts once: its mean difference is two, whatever the base.
    let wanted = [
        (size("small"), 3, Some(1.0), Some(0.0), 3),
        (size("large"), 3, Some(3.0), Some(0.0), 3),
        (None, 3, Some(2.0), Some(0.0), 3),
    ];
    assert_eq!(told, wanted);
    let unknown = Pairing::of_policies(&set(), "a", &["c".to_owned()]).expect_err("no such");
    assert_eq!(unknown, "no row is of policy \"c\"; there are: a, b");
}

#[test]
fn what_has_no_partner_is_named() {
    let (first, mut second) = (set(), set());
    second.retain(|trial| !(trial.seed == 1 && trial.policy == "b" && trial.point == 0));
    second.push(trial("huge", "a", 0, Some(1.0)));
    let failing = second.iter_mut().find(|trial| trial.seed == 2).expect("it is there");
    failing.word = Word::Fail;
    let nameless = second.iter_mut().find(|trial| trial.seed == 0).expect("it is there");
    nameless.figures.insert("x".to_owned(), None);
    let pairing = Pairing::of_sets(first, second).expect("no doubles");
    let alone = [
        "1 run of the first set only: point (size = small), b, seeds 1",
        "1 run of the first set only: point (size = large), b, seeds 1",
        "1 run of the second set only: point (size = huge), a, seeds 0",
    ];
    assert_eq!(pairing.alone, alone);
    assert_eq!((pairing.len(), pairing.failed), (9, 1));
    let lines = pairing.lines("x");
    let first = &lines[0];
    assert_eq!((first.policy.as_str(), first.pairs, first.without), ("a", 1, 1));
    assert_eq!((first.difference, first.half_width), (Some(0.0), None), "a single pair");
}

#[test]
fn a_run_stands_once_in_a_set() {
    let mut double = set();
    double.push(trial("small", "a", 1, None));
    let refused = Pairing::of_sets(double, set()).expect_err("which one is meant?");
    assert_eq!(refused, "the first set has point (size = small), a, seed 1 twice");
}

#[test]
fn the_floor_is_that_of_the_same_point_and_seed() {
    let amplified = |policy: &str, seed, value: f64| {
        let mut trial = trial("small", policy, seed, None);
        trial.figures.insert(AMPLIFICATION.to_owned(), Number::from_f64(value));
        trial
    };
    let mut set = vec![
        amplified(FLOOR, 0, 1.25),
        amplified("a", 0, 2.0),
        amplified(FLOOR, 1, 1.5),
        amplified("a", 1, 1.75),
        amplified("a", 2, 9.0),
    ];
    add_floor(&mut set);
    let above: Vec<_> = set.iter().map(|trial| trial.figure(ABOVE_FLOOR)).collect();
    assert_eq!(above, [Some(0.0), Some(0.75), Some(0.0), Some(0.25), None]);
}
