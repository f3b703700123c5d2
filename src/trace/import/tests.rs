//! What is common to all forms: room in memory does not matter, and each line is counted.

use super::*;
use proptest::prelude::*;

fn text(lines: &[(u8, u64)]) -> String {
    let line = |(shape, time): &(u8, u64)| match shape {
        0 => format!("{time},W,0,4096,{time}\n"),
        1 => format!("{},R,{time},512,{time}\n", time % 3),
        2 => format!("{},W,{},512,{time}\n", time % 3, time * 512),
        3 => "# a comment\n".to_owned(),
        4 => "\n".to_owned(),
        5 => "device_id,opcode,offset,length,timestamp\n".to_owned(),
        _ => format!("7,W,{time}\n"),
    };
    lines.iter().map(line).collect()
}

fn read_with(text: &str, room: usize) -> Result<(Tally, Trace), TraceError> {
    let import = import_with(text.as_bytes(), Some(Form::Alibaba), room)?;
    Ok((import.tally.clone(), import.into_trace()?))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// With room for a few records runs are merged from a file; with room for all there is none.
    #[test]
    fn any_room_gives_the_same(
        lines in proptest::collection::vec((0..12_u8, 0..50_u64), 0..120),
        room in 1..20_usize,
    ) {
        let mut lines: Vec<_> =
            lines.into_iter().map(|(shape, time)| (shape.saturating_sub(5), time)).collect();
        // As many good lines as bad ones, or it would be no trace at all.
        let bad = lines.iter().filter(|(shape, _)| *shape == 6).count();
        lines.extend(vec![(0, 7); bad]);
        let text = text(&lines);
        let (small, large) = (read_with(&text, room), read_with(&text, 1 << 12));
        let (small, large) = (small.expect("it is read"), large.expect("it is read"));
        prop_assert_eq!(&small, &large);
        let (tally, trace) = small;
        let says_something = lines.iter().filter(|(shape, _)| ![3, 4].contains(shape)).count();
        prop_assert_eq!(tally.items, says_something as u64);
        prop_assert_eq!(tally.requests() + tally.silent + tally.bad, tally.items);
        let comments = lines.iter().filter(|(shape, _)| *shape == 3).count();
        prop_assert_eq!(trace.comments.len(), comments);
    }
}

#[test]
fn each_line_is_counted_once() {
    let lines: Vec<_> = [0, 1, 2, 3, 4, 5, 6, 2, 2].into_iter().zip(10..).collect();
    let (tally, trace) = read_with(&text(&lines), 2).expect("most of it is good");
    let Tally { items, silent, writes, bad, .. } = tally;
    assert_eq!((items, silent, writes, bad), (7, 1, 4, 1));
    assert_eq!(tally.left_out["reads"], (1, 512));
    assert_eq!(
        tally.first_bad,
        ["line 7 has 3 fields, not 5 (`device_id,opcode,offset,length,timestamp`)"]
    );
    assert_eq!((trace.records.len(), trace.comments.len()), (4, 1));
}

#[test]
fn half_of_the_lines_may_be_bad_and_no_more() {
    let lines =
        |good, bad| text(&[vec![(0, 7); good], vec![(6, 7); bad], vec![(3, 0); 99]].concat());
    let (tally, _) = read_with(&lines(4, 4), 8).expect("half of it is good");
    assert_eq!((tally.bad, tally.items, tally.first_bad.len()), (4, 8, 4));
    let error = read_with(&lines(4, 5), 8).expect_err("most of it is bad").to_string();
    assert!(
        error.starts_with(
            "5 of 9 lines are bad, so this is no Alibaba block trace; the first: line 5 has 3"
        ),
        "{error}"
    );
}

#[test]
fn comments_that_are_no_text_are_bad_lines() {
    let text = [&b"# \xff\n"[..], b"# fine\n7,W,0,1,1\n7,W,0,1,2\n"].concat();
    let import = import_with(&text[..], Some(Form::Alibaba), 8).expect("the others are good");
    assert_eq!((import.tally.items, import.tally.bad), (3, 1));
    assert_eq!(import.comments, ["fine"]);
}
