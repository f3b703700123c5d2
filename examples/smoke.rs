use mirrorsim::*;
use std::sync::Arc;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let text = std::fs::read_to_string(&args[1]).unwrap();
    let sets: Vec<(String, String)> = args[2..]
        .iter()
        .map(|a| {
            let (k, v) = a.split_once('=').unwrap();
            (k.into(), v.into())
        })
        .collect();
    let scenario = match scenario::Scenario::parse(&text, &sets) {
        Ok(s) => s,
        Err(e) => {
            println!("{e}");
            return;
        }
    };
    let mut traces = workload::Traces::new();
    for c in &scenario.clients {
        if let scenario::Workload::Trace(t) = &c.workload {
            let f = std::io::BufReader::new(
                std::fs::File::open(
                    std::path::Path::new(&args[1]).parent().unwrap().join(&t.trace),
                )
                .unwrap(),
            );
            traces.insert(t.trace.clone(), Arc::new(trace::read(f).unwrap()));
        }
    }
    let t = std::time::Instant::now();
    let o = batch::run(&scenario, 0, &traces, None, &mut |_, _| {}).unwrap();
    println!("{:?}", t.elapsed());
    println!("{:#?}", o.finished);
    for v in o.verdict.violations.iter().take(10) {
        println!("{v:?}");
    }
    let f = &o.figures;
    println!(
        "{:?}\n{:?}\n{:?}\n{:?}\n{:?}",
        f.operations, f.synchronization, f.saved, f.peaks, f.waits
    );
    for d in 0..2 {
        for c in protocol::wire::Category::ALL {
            if f.wan[d].get(c) > 0 {
                println!("{d} {:30} {:>12}", c.title(), f.wan[d].get(c));
            }
        }
    }
    println!(
        "lat n={} p50={} p99={} max={}",
        f.write_latency.count(),
        f.write_latency.histogram.value_at_quantile(0.5),
        f.write_latency.histogram.value_at_quantile(0.99),
        f.write_latency.max_ns
    );
}
