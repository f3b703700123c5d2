//! `plot` of rows: what is read, what is written, what is refused.

use crate::support::Place;

/// A row of two seeds at three sizes: 10 % saved at 4 KiB, 20 % at 8, 30 % at 16.
fn rows() -> String {
    let mut text = String::new();
    for (point, size) in ["4KiB", "8KiB", "16KiB"].iter().enumerate() {
        for seed in 0..2 {
            let saved = f64::from(u32::try_from(point).expect("small") + 1) / 10.0;
            text.push_str(&format!(
                "{{\"point\":{point},\"at\":{{\"write size\":\"{size}\"}},\"policy\":\"references\",\
                 \"seed\":{seed},\"word\":\"pass\",\"scenario_hash\":\"{point}\",\"digest\":\"d\",\
                 \"figures\":{{\"saved.of_wan\":{saved}}}}}\n"
            ));
        }
    }
    text
}

/// A folder of results as `sweep` leaves it.
fn place() -> Place {
    let place = Place::new();
    std::fs::create_dir(place.path("results")).expect("a directory can be made");
    place.write("results/rows.jsonl", rows());
    place.write("results/manifest.json", "{\"experiment\": {\"name\": \"over size\"}}");
    place
}

#[test]
fn a_folder_a_file_and_standard_input_give_the_same_figure() {
    let place = place();
    place.run(&["plot", "results", "-o", "one.svg", "--data", "one.csv"]).expect(0);
    place.run(&["plot", "results/rows.jsonl", "--kind", "saved", "-o", "two.svg"]).expect(0);
    assert_eq!(place.read("one.svg"), place.read("two.svg"), "saved is the only kind that fits");
    let text = place.read("one.svg");
    for part in ["over size · references · means of 2 seeds", "experiment over size", "seeds 0..2"]
    {
        assert!(text.contains(part), "{part:?} is missing in {text}");
    }
    let csv =
        "x,y,low,high,n,series\n4096,0.1,0.1,0.1,2,\"share of WAN bytes saved by references\"\n";
    let found = place.read("one.csv");
    assert!(found.replace('"', "").starts_with(&csv.replace('"', "")), "{found}");
    let piped = place.run_with(&["plot", "-", "--kind", "saved"], rows().as_bytes()).expect(0);
    assert!(
        piped.stdout.contains("<title id=\"title\">Share of WAN bytes saved"),
        "{}",
        piped.stdout
    );
    place.run(&["plot", "results", "-o", "one.png"]).expect(0);
    let png = std::fs::read(place.path("one.png")).expect("it is there");
    assert_eq!(png[..4], [0x89, b'P', b'N', b'G']);
}

#[test]
fn a_page_holds_the_figure_its_numbers_and_where_they_come_from() {
    let place = place();
    let words = ["plot", "results", "--kind", "saved", "-o", "one.html"];
    place.run(&words).expect(0);
    let page = place.read("one.html");
    place.run(&words).expect(0);
    assert_eq!(page, place.read("one.html"), "the same bytes");
    for part in [
        "<!doctype html>\n",
        "default-src 'none'; script-src 'sha256-",
        "<h1 id=\"heading\">Share of WAN bytes saved by references over write size</h1>",
        "<th scope=\"row\">share of WAN bytes saved by references<td>8 KiB<td>20 %<td>20 %",
        "<li>experiment over size</li><li>scenarios 0 1 2</li><li>seeds 0..2</li>",
        "<code>mirrorsim plot results --kind saved -o one.html</code>",
    ] {
        assert!(page.contains(part), "{part:?} is missing in {page}");
    }
    place.run(&["run", "small.json", "-o", "report.json"]).expect(0);
    place.run(&["plot", "report.json", "-o", "two.html"]).expect(0);
    assert!(
        place
            .read("two.html")
            .contains("<th scope=\"row\">small<td>whole blocks in transfers<td>1\n")
    );
    let refused = place.run(&["plot", "results", "-o", "one.pdf"]).expect(2);
    assert!(refused.stderr.contains("one.pdf ends in none of .svg, .png and .html"));
}

#[test]
fn what_makes_no_sense_is_refused_with_a_reason() {
    let place = place();
    place.write("empty.jsonl", "\n");
    place.write("broken.jsonl", rows() + "{\"point\": 1}\n");
    place.write(
        "ragged.jsonl",
        rows().replace("}}\n", "},\"curves\":{\"c\":{\"a\":[1],\"b\":[]}}}\n"),
    );
    place.write("failed.jsonl", rows().replace("pass", "fail"));
    std::fs::create_dir_all(place.path("begun")).expect("a directory can be made");
    std::fs::create_dir_all(place.path("other")).expect("a directory can be made");
    place.write("begun/manifest.json", "{}");
    place.write("other/manifest.json", "{\"experiment\": {\"name\": \"other\"}}");
    place.write("other/rows.jsonl", rows());
    place.run(&["run", "small.json", "-o", "report.json"]).expect(0);
    for (words, code, part) in [
        (&["results", "--x", "size"][..], 2, "there is no axis \"size\""),
        (&["results", "--y", "saved.of_wam"], 2, "did you mean \"saved.of_wan\"?"),
        (&["results", "--kind", "occupancy"], 2, "say \"keep\": [\"series\"]"),
        (&["results", "--kind", "heat"], 2, "a heat map has two axes"),
        (&["results", "--kind", "pie"], 2, "invalid value 'pie'"),
        (&["results", "--where", "policy"], 2, "KEY=VALUE"),
        (&["results", "results"], 2, "is there twice"),
        (&["results", "other"], 2, "different experiments: \"over size\", \"other\""),
        (&["results", "report.json"], 2, "reports and rows of experiments do not go into one"),
        (&["report.json", "--kind", "cdf"], 2, "of reports there is one figure, wan-bytes"),
        (&["report.json", "--data", "f.csv"], 2, "of reports there is one figure, wan-bytes"),
        (&["empty.jsonl"], 4, "there are no rows"),
        (&["failed.jsonl", "--kind", "saved"], 4, "none of the 6 runs came out as expected"),
        (&["broken.jsonl"], 2, "broken.jsonl:7 is no row of an experiment: `.`: missing field"),
        (&["ragged.jsonl"], 2, "columns of curve \"c\" differ in length"),
        (&["begun"], 4, "begun has no rows.jsonl yet"),
        (&["."], 2, "it holds no results of an experiment"),
        (&["nowhere.jsonl"], 74, "nowhere.jsonl cannot be read"),
    ] {
        let ended = place.run(&[&["plot", "-o", "f.svg"], words].concat());
        assert_eq!(ended.code, Some(code), "{words:?}: {}", ended.stderr);
        assert!(ended.stderr.contains(part), "{words:?}: {part:?} is missing: {}", ended.stderr);
        assert!(ended.stderr.contains("\nreproduce: mirrorsim plot "), "{}", ended.stderr);
        assert!(!place.path("f.svg").exists(), "{words:?}");
    }
}

#[test]
fn help_lists_every_kind_with_a_line() {
    let help = Place::new().run(&["plot", "--help"]).expect(0).stdout;
    for kind in
        ["wan-bytes", "saved", "lines", "load", "rpo-bandwidth", "heat", "cdf", "foreground"]
    {
        assert!(help.contains(&format!("- {kind}:")), "{kind} is missing in {help}");
    }
}
