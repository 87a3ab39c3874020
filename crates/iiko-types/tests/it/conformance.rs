//! Every body of every operation, made up from the contract, survives decoding and encoding.
//!
//! The samples come from `contract/` itself, corrected by the overlay but not read by the generator, so that a
//! misunderstanding of the generator shows. They are seeded: a failure names its seed and comes back with it.

mod contract;
mod sample;

use std::{collections::BTreeMap, fmt};

use iiko_types::{
    decode::{self, Finding, Report},
    operations,
};
use serde_json::Value;

use self::{
    contract::Contract,
    sample::{STYLES, Sample, Style, sample},
};

/// How many samples with everything, each made up differently.
const FULL: u64 = 3;

/// How many samples there are at least: hardly less than there are, so that no style and no operation goes missing.
const FLOOR: usize = 10_600;
const FLOOR_OF_EVENTS: usize = 28;

type Read = fn(&str, &str) -> Result<Report, decode::Error>;

/// How many samples of each style survived.
#[derive(Default)]
struct Survivors(BTreeMap<&'static str, usize>);

impl Survivors {
    fn count(&self) -> usize {
        self.0.values().sum()
    }
}

impl fmt::Display for Survivors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} samples survive", self.count())?;
        self.0
            .iter()
            .try_for_each(|(style, count)| write!(f, ", {count} with {style}"))
    }
}

#[test]
fn every_body_of_every_operation_survives() {
    let contract = Contract::read();
    let mut survivors = Survivors::default();
    for operation in operations::ALL {
        let post = &contract.paths[operation.path]["post"];
        let body = |content: &Value| content["content"]["application/json"]["schema"].clone();
        let bodies: [(&str, Value, Read); 2] = [
            ("call", body(&post["requestBody"]), decode::call),
            ("answer", body(&post["responses"]["200"]), decode::answer),
        ];
        for (name, schema, read) in bodies {
            if schema.is_null() {
                continue;
            }
            let name = format!("{name} of `{}`", operation.path);
            let read = |text: &str| read(operation.path, text);
            every_style(&contract, &schema, &name, read, &mut survivors);
        }
    }
    println!("{} operations: {survivors}", operations::ALL.len());
    assert!(survivors.count() >= FLOOR, "{survivors}: few");
    assert_eq!(survivors.0.len(), STYLES, "{survivors}: a style is missing");
}

#[test]
fn every_webhook_event_survives() {
    let contract = Contract::read();
    let schema = serde_json::json!({"type": "array", "items": contract.event});
    let mut survivors = Survivors::default();
    let read = decode::webhook;
    every_style(&contract, &schema, "webhook", read, &mut survivors);
    println!("webhook events: {survivors}");
    assert!(survivors.count() >= FLOOR_OF_EVENTS, "{survivors}: few");
}

/// Checks samples of all styles, and counts them.
fn every_style(
    contract: &Contract,
    schema: &Value,
    name: &str,
    read: impl Fn(&str) -> Result<Report, decode::Error>,
    survivors: &mut Survivors,
) {
    let mut samples = vec![];
    let mut add = |style: Style, seed: u64| {
        samples.push((style.clone(), seed, sample(contract, schema, style, seed)))
    };
    for seed in 0..FULL {
        add(Style::All, seed);
        add(Style::Extras, seed);
        add(Style::UnknownWords, seed);
        add(Style::OtherKind, seed);
        add(Style::Nulls, seed);
    }
    add(Style::Required, 0);
    for (union, member) in contract.unions_below(schema) {
        add(Style::Member { union, member }, 0);
    }
    for (style, seed, sample) in &samples {
        let text = &sample.text;
        let at = || format!("{name}, {style:?}, seed {seed}: {text}");
        let report = read(text).unwrap_or_else(|error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            panic!("{error}: {} in {}", cause.unwrap_or_default(), at())
        });
        check(&report, sample, at);
        *survivors.0.entry(style.name()).or_default() += 1;
    }
}

fn check(report: &Report, sample: &Sample, at: impl Fn() -> String) {
    let count = |findings: &[Finding]| findings.iter().map(|finding| finding.count).sum::<usize>();
    assert_eq!(report.losses, vec![], "{}", at());
    let found = (count(&report.unknown_fields), count(&report.unknown_values));
    let expected = (sample.unknown_fields, sample.unknown_values);
    assert_eq!(found, expected, "{report:?}\n{}", at());
}
