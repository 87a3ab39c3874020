//! `iiko-base sync KIND`: one run, watched.
//!
//! On a terminal a bar moves; elsewhere each step is a line. The result is a table on the standard output, or, with
//! `--json`, the body that REST would have answered.

use std::time::Duration;

use clap::Args;
use hub_api::sync_answer::SyncAnswerView;
use hub_engine::sync::{
    self, PartResult, RunStatus, SyncAnswer, SyncKind, SyncProgress, SyncRefusal, SyncRequest,
    SyncRun,
};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::watch;

use crate::cli::{Outcome, Program, UsageError};
use crate::console;
use crate::open_hub::{OpenHub, Standing};

#[derive(Debug, Args)]
pub(crate) struct SyncArgs {
    /// full, menu, categories, products, modifiers, prices, stoplist, terminals or payments
    #[arg(value_name = "KIND", value_parser = parse_kind)]
    kind: SyncKind,
    /// Number of the connection
    #[arg(long = "setting", value_name = "ID", default_value_t = 1)]
    setting_id: i32,
    /// Only this organization of the connection
    #[arg(long = "organization", value_name = "ID")]
    organization_id: Option<String>,
    /// Apply a menu that has lost more than the connection allows
    #[arg(long)]
    force: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(program: Program, arguments: SyncArgs) -> anyhow::Result<Outcome> {
    let Program {
        config,
        data_directory,
        mut interrupt,
    } = program;
    let open = OpenHub::open(&config, &data_directory, Standing::Guest).await?;
    let outcome = tokio::select! {
        outcome = sync_and_show(&open, &arguments) => outcome,
        () = interrupt.wait() => {
            console::say("interrupted");
            Ok(Outcome::Failed)
        }
    };
    open.close().await?;
    outcome
}

async fn sync_and_show(open: &OpenHub, arguments: &SyncArgs) -> anyhow::Result<Outcome> {
    let request = SyncRequest {
        setting_id: arguments.setting_id,
        kind: arguments.kind,
        organization_id: arguments.organization_id.clone(),
        force: arguments.force,
    };
    let run = sync::start(&open.hub, request).await.map_err(refused)?;
    let answer = watch(run).await;
    let outcome = outcome_of(&answer);
    if arguments.json {
        console::json(&SyncAnswerView::from(answer))?;
    } else {
        show(&answer);
    }
    Ok(outcome)
}

fn parse_kind(text: &str) -> Result<SyncKind, String> {
    text.parse().map_err(|_| {
        let known: Vec<&str> = SyncKind::ALL.iter().map(|kind| kind.as_str()).collect();
        format!("known are {}", known.join(", "))
    })
}

/// What the caller got wrong is a mistake in the call; the rest is a failure.
fn refused(refusal: SyncRefusal) -> anyhow::Error {
    let is_usage = match &refusal {
        SyncRefusal::UnknownSetting { .. }
        | SyncRefusal::NoOrganization
        | SyncRefusal::OrganizationNotEnabled { .. }
        | SyncRefusal::Inactive { .. }
        | SyncRefusal::Incomplete { .. } => true,
        SyncRefusal::SecretKey(_) | SyncRefusal::Database(_) => false,
    };
    if is_usage {
        UsageError(refusal.to_string()).into()
    } else {
        refusal.into()
    }
}

fn outcome_of(answer: &SyncAnswer) -> Outcome {
    match answer.status {
        RunStatus::Success => Outcome::Success,
        RunStatus::Partial => Outcome::Partial,
        RunStatus::Failed | RunStatus::Running => Outcome::Failed,
    }
}

/// Shows how the run goes on until it has ended.
async fn watch(run: SyncRun) -> SyncAnswer {
    let progress = run.progress();
    let bar = if console::is_watched() {
        ProgressBar::new(0).with_style(
            ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} {msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar()),
        )
    } else {
        ProgressBar::hidden()
    };
    bar.enable_steady_tick(Duration::from_millis(200));
    let answer = tokio::select! {
        answer = run.finished() => answer,
        never = follow(progress, &bar) => match never {},
    };
    bar.finish_and_clear();
    answer
}

/// Reports every step, forever: when the run has ended nothing more comes.
async fn follow(
    mut progress: watch::Receiver<SyncProgress>,
    bar: &ProgressBar,
) -> std::convert::Infallible {
    let mut last = String::new();
    while progress.changed().await.is_ok() {
        let now = progress.borrow_and_update().clone();
        let line = if now.organization_id.is_empty() {
            now.step.to_owned()
        } else {
            format!("{}: {}", now.organization_id, now.step)
        };
        bar.set_length(now.all_parts as u64);
        bar.set_position(now.done_parts as u64);
        bar.set_message(line.clone());
        if bar.is_hidden() && line != last {
            console::say(&line);
        }
        last = line;
    }
    std::future::pending().await
}

fn show(answer: &SyncAnswer) {
    let mut table = console::table(&["part", "status", "rows", "ms", "problem"]);
    for part in &answer.parts {
        table.add_row(row(part));
    }
    console::data(table);
    if answer.organizations.len() > 1 {
        let mut table = console::table(&["organization", "status", "rows", "ms", "problem"]);
        for organization in &answer.organizations {
            table.add_row([
                organization.organization_id.clone(),
                organization.status.as_str().to_owned(),
                organization.items_synced.to_string(),
                organization.duration_ms.to_string(),
                problem(organization.failure.as_ref()),
            ]);
        }
        console::data(table);
    }
    console::data(format_args!(
        "{} {} in {} ms (run {})",
        answer.kind.as_str(),
        answer.status.as_str(),
        answer.duration_ms,
        answer.run_id
    ));
}

fn row(part: &PartResult) -> [String; 5] {
    [
        part.part.as_str().to_owned(),
        part.status.as_str().to_owned(),
        part.synced.to_string(),
        part.duration_ms.to_string(),
        problem(part.failure.as_ref()),
    ]
}

fn problem(failure: Option<&sync::Failure>) -> String {
    let Some(failure) = failure else {
        return String::new();
    };
    match &failure.correlation_id {
        Some(correlation_id) => format!("{} (correlationId {correlation_id})", failure.detail),
        None => failure.detail.clone(),
    }
}
