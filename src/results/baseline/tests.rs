//! Files that read back, changes, what is new and what is gone.

use super::*;
use crate::batch::{Job, Repeat};
use crate::results::Word;
use crate::scenario::Scenario;
use std::sync::Arc;

fn run(file: &str, seed: u64) -> Run {
    let text = r#"{ "clients": [ { "workload": { "count": 9, "reads": "30%" } } ] }"#;
    let scenario = Arc::new(Scenario::parse(text, &[]).expect("it makes sense"));
    let job = Job { scenario, traces: Arc::default(), seed, repeat: Repeat::Once };
    let finding = Finding::Judged(Row::of(job.run().expect("it runs")));
    Run { file: file.to_owned(), seed, finding, reproduce: String::new(), why: Vec::new() }
}

fn row(run: &mut Run) -> &mut Row {
    match &mut run.finding {
        Finding::Judged(row) => row,
        Finding::Lost { .. } => panic!("it has a report"),
    }
}

fn baseline(runs: &[Run]) -> Baseline {
    let mut baseline = Baseline::default();
    for run in runs {
        baseline.add(run);
    }
    baseline
}

#[test]
fn a_file_has_a_line_for_each_run_and_reads_back() {
    let kept = baseline(&[run("b.json", 10), run("./a.json", 2), run("b.json", 9)]);
    let text = kept.render();
    let lines: Vec<_> = text.lines().skip(5).take(3).collect();
    for (line, begin) in
        lines.iter().zip(["a.json\",\"seed\":2", "b.json\",\"seed\":9", "b.json\",\"seed\":10"])
    {
        assert!(
            line.starts_with(&format!("{{\"scenario\":\"{begin},\"scenario_hash\":\"")),
            "{text}"
        );
    }
    assert_eq!(Baseline::parse(&text), Ok(kept));
    assert_eq!(Baseline::parse(&Baseline::default().render()), Ok(Baseline::default()));
    for (wrong, part) in [
        (text.replace(FORMAT, "x/2"), "the format is \"x/2\""),
        (text.replace("\"digest\"", "\"digits\""), "missing field `digest`"),
    ] {
        let reason = Baseline::parse(&wrong).expect_err("it is none");
        assert!(reason.contains(part), "{reason}");
    }
    let other = Baseline::parse(&text.replace(GENERATOR, "x/3")).expect("it reads");
    assert!(other.foreign().is_some_and(|reason| reason.contains("the generator of x/3")));
    assert_eq!(baseline(&[]).foreign(), None);
}

#[test]
fn what_moved_is_told_with_its_share() {
    let (first, mut second) = (run("a.json", 2), run("a.json", 2));
    let mut comparison =
        Comparison::new(baseline(std::slice::from_ref(&first)), &["a.json".to_owned()], |_| true);
    assert_eq!(comparison.take(&first), []);
    let events = row(&mut second).figures.get("events").expect("a figure");
    let figures = serde_json::to_string(&row(&mut second).figures).expect("plain JSON");
    let figures =
        figures.replace(&format!("\"events\":{events}"), &format!("\"events\":{}", 3 * events));
    row(&mut second).figures = serde_json::from_str(&figures).expect("figures");
    row(&mut second).digest = "x".to_owned();
    let digest = row(&mut first.clone()).digest.clone();
    let sentences: Vec<_> = comparison.take(&second).iter().map(Change::sentence).collect();
    let wanted = [
        format!("digest is x, was {digest}"),
        format!("events is {}, was {events} (+200.0 %)", 3 * events),
    ];
    assert_eq!(sentences, wanted);
    row(&mut second).scenario_hash = "y".to_owned();
    let sentence = comparison.take(&second)[0].sentence();
    assert!(sentence.starts_with("scenario_hash is y, was "), "{sentence}");
    let mut named = first.clone();
    row(&mut named).scenario_hash = "y".to_owned();
    assert_eq!(comparison.take(&named), [], "it does the same under another name");
    let lost =
        Finding::Lost { word: Word::Bug, scenario_hash: String::new(), message: String::new() };
    let changes = comparison.take(&Run { finding: lost, ..second.clone() });
    assert_eq!(changes[0].sentence(), format!("digest is null, was {digest}"));
    assert_eq!(comparison.take(&Run { seed: 3, ..second }), []);
    let Tally { compared, moved, uncovered, .. } = *comparison.tally();
    assert_eq!((compared, moved, uncovered), (5, 3, 1));
    assert!(comparison.tally().differs());
}

#[test]
fn scenarios_that_are_new_or_gone_are_named() {
    let kept = baseline(&[run("a.json", 2), run("s/b.json", 2), run("c.json", 2)]);
    let files = ["a.json", "s/new.json"].map(str::to_owned);
    let comparison = Comparison::new(kept.clone(), &files, |file| file.starts_with("s/"));
    let tally = comparison.tally();
    assert_eq!(
        (&tally.new[..], &tally.gone[..]),
        (&["s/new.json".to_owned()][..], &["s/b.json".to_owned()][..])
    );
    assert!(tally.differs());
    let comparison = Comparison::new(kept, &files[..1], |_| false);
    assert!(!comparison.tally().differs(), "others were not asked for");
}

#[test]
fn shares_are_rounded_to_a_tenth() {
    for (was, is, share) in [
        (100, 120, Some("+20.0")),
        (3, 2, Some("-33.3")),
        (1000, 1001, Some("+0.1")),
        (-100, -50, Some("+50.0")),
        (0, 5, None),
        (i64::MAX, i64::MIN, Some("-200.0")),
    ] {
        assert_eq!(percent(was, is).as_deref(), share, "{was} to {is}");
    }
}
