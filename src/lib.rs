//! mirrorsim runs the real state machine of synchronous storage mirroring *with references*
//! (US 7,200,726) in a deterministic discrete-event simulation, and reports two things: is the
//! mirror consistent, always; and how many bytes did the references save.
//!
//! # The flow
//!
//! Data flows one way: **scenario → simulation → facts → checker, metrics → report → plots.**
//!
//! A [`scenario`] is a run that makes sense; no other can exist. [`simulation`] is the loop and the
//! only mutable world: it takes the next event, tells a node of [`protocol`] what happened, carries
//! out what the node wishes on the [`disk`]s and the [`wan`], and writes down [`facts`]. The
//! [`checker`] and the [`metrics`] read the facts as they come; neither looks into a node. A
//! [`report`] is scenario, verdict and figures as data, and [`plots`] draw reports
//! and rows of experiments.
//!
//! # Who may import whom
//!
//! | module | imports | promises |
//! | --- | --- | --- |
//! | [`units`] | – | no unit is ever a bare number in a signature |
//! | [`random`] | units | every draw is addressed by what it is about, and can be put on a tape; floats stay inside |
//! | [`protocol`] | units | pure: no clock, no randomness, no I/O, no floats; `source` and `destination` never import each other |
//! | [`trace`] | units | formats only, over any reader |
//! | [`scenario`] | units protocol trace | `Scenario::parse` is the only way in; JSON stays in `scenario::file` |
//! | [`workload`] | units random scenario trace protocol | when clients ask, and for what |
//! | [`disk`] | units scenario protocol | how long a device takes, and what it holds |
//! | [`wan`] | units random scenario | one direction of the link |
//! | [`faults`] | units random protocol scenario | when what goes wrong begins and ends; knows nothing of the world it breaks |
//! | [`facts`] | units protocol | append-only evidence, numbered, each with its cause |
//! | [`simulation`] | all above | does not know what "correct" means |
//! | [`checker`], [`metrics`] | units protocol scenario facts | never look into nodes; memory bounded |
//! | [`timeline`] | units protocol scenario facts | for looking, not for judging; memory bounded |
//! | [`report`] | units random protocol scenario facts checker metrics | text in, text out |
//! | [`page`] | units protocol report metrics timeline | a run as one HTML file; text in, text out |
//! | [`perfetto`] | units protocol facts timeline | a timeline as a trace; text out |
//! | [`plots`] | units protocol page report results statistics | draw only what reports and rows of experiments hold |
//! | [`batch`] | scenario workload random faults simulation facts checker metrics report | runs, judged and measured while they happen; the only threads; results in the order of the jobs |
//! | [`explain`] | units random protocol scenario workload wan facts checker batch | from a violation to the rule that was broken, by evidence alone |
//! | [`results`] | units random scenario workload facts metrics report batch statistics | what is kept of runs, as data that can be written and read back, in one piece or in many |
//! | [`statistics`] | – | intervals and comparisons of samples; floats stay inside |
//! | [`mutants`] | batch shrink statistics | how soon wrong protocols are caught |
//! | [`audit`] | units protocol scenario facts checker batch | are all properties, faults, states and rare branches alive |
//! | [`shrink`] | units protocol scenario workload facts checker batch | the smallest scenario that still fails in the same way |
//! | [`cli`] | all | the only stdout, stderr, files, progress bars, wall clock |
//!
//! `tests/tidy.rs` enforces this table.
//!
//! # Reading order
//!
//! The [`specification`] first, then [`protocol`] (vocabulary), [`protocol::source`],
//! [`protocol::destination`], [`simulation`], [`checker`]. The patent's [`claims`] are cited by number
//! throughout, and each live one is pinned by a test in `tests/claims.rs`. What is promised under which
//! fault: [`promises`].
//!
//! # What is absent
//!
//! No clean-buffer cache at the source: a read of a block that is not dirty goes to disk. No TCP slow
//! start or congestion control. No contents: bytes are symbolic, so how far they compress and how many
//! are duplicates are knobs.

#![warn(missing_docs)]

pub mod audit;
pub mod batch;
pub mod checker;
pub mod cli;
pub mod disk;
pub mod explain;
pub mod facts;
pub mod faults;
pub mod metrics;
pub mod mutants;
pub mod page;
pub mod perfetto;
pub mod plots;
pub mod protocol;
pub mod random;
pub mod report;
pub mod results;
pub mod scenario;
pub mod shrink;
pub mod simulation;
pub mod statistics;
pub mod timeline;
pub mod trace;
pub mod units;
pub mod wan;
pub mod workload;

#[expect(
    clippy::doc_markdown,
    reason = "the clauses name messages and states as the patent's field does"
)]
#[doc = include_str!("specification.md")]
pub mod specification {}

#[doc = include_str!("claims.md")]
pub mod claims {}

#[doc = include_str!("promises.md")]
pub mod promises {}

#[doc = include_str!("guide.md")]
pub mod guide {
    // The pages lie in the source, their figures beside the results; as documentation they are built
    // five folders deep. The first definition of a link is the one that counts.

    #[doc = "[figure]: ../../../../../results/figures/saved-size.svg"]
    #[doc = "[heat]: ../../../../../results/figures/saved-heat.svg"]
    #[doc = ""]
    #[doc = include_str!("guide/savings.md")]
    pub mod savings {}

    #[doc = "[figure]: ../../../../../results/figures/bandwidth.svg"]
    #[doc = "[inverse]: ../../../../../results/figures/bandwidth-rpo.svg"]
    #[doc = "[load]: ../../../../../results/figures/offered-load.svg"]
    #[doc = ""]
    #[doc = include_str!("guide/link.md")]
    pub mod link {}

    #[doc = "[figure]: ../../../../../results/figures/back-to-back.svg"]
    #[doc = "[duration]: ../../../../../results/figures/cp-duration.svg"]
    #[doc = ""]
    #[doc = include_str!("guide/back_to_back.md")]
    pub mod back_to_back {}

    #[doc = "[figure]: ../../../../../results/figures/outage-length.svg"]
    #[doc = "[over-time]: ../../../../../results/figures/outage-foreground.svg"]
    #[doc = "[rpo]: ../../../../../results/figures/outage-rpo.svg"]
    #[doc = ""]
    #[doc = include_str!("guide/outage.md")]
    pub mod outage {}

    #[doc = "[figure]: ../../../../../results/figures/slow-destination.svg"]
    #[doc = ""]
    #[doc = include_str!("guide/slow_destination.md")]
    pub mod slow_destination {}

    #[doc = include_str!("guide/experiments.md")]
    pub mod experiments {}

    #[doc = include_str!("guide/recording.md")]
    pub mod recording {}
}
