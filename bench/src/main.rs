//! `bench`: measures handler binaries.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command prints")]

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use cloudcart_bench::figures::Figures;
use cloudcart_bench::harness::{self, Extent, Scene};
use cloudcart_bench::sample::Subject;

#[derive(Debug, Parser)]
#[command(about = "Measures Lambda handler binaries: cold starts, warm calls, memory")]
struct Cli {
    #[command(subcommand)]
    command: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Measures any handlers, turn by turn in one run
    Measure {
        /// `NAME=PROGRAM [ARGUMENT…]`; a file among the arguments counts as deployed with it
        #[arg(required = true)]
        subjects: Vec<String>,
        /// Event, expected texts, environment and tables, as JSON
        #[arg(long, default_value = "bench/fixtures/product.json")]
        scene: PathBuf,
        /// Cold starts of each kind
        #[arg(long, default_value_t = 20)]
        cold: usize,
        /// Warm calls
        #[arg(long, default_value_t = 2000)]
        warm: usize,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

fn main() -> Result<()> {
    match Cli::parse().command {
        Verb::Measure { subjects, scene, cold, warm, json } => {
            let subjects = subjects.iter().map(|text| subject(text)).collect::<Result<Vec<_>>>()?;
            let text = std::fs::read(&scene).with_context(|| format!("{} cannot be read", scene.display()))?;
            let scene: Scene = serde_json::from_slice(&text).with_context(|| scene.display().to_string())?;
            let extent = Extent { cold, warm, rounds: 4 };
            let figures = harness::measure(&subjects, &scene, extent, &mut |now| eprintln!("{now}"))?;
            print(&subjects, &figures, json)
        }
    }
}

fn subject(text: &str) -> Result<Subject> {
    let (name, command) = text.split_once('=').with_context(|| format!("`{text}` is not NAME=PROGRAM"))?;
    let command: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
    // Of an interpreted handler its code is deployed, not the interpreter.
    let deployed = if command.len() > 1 { &command[1..] } else { &command[..] };
    let files = deployed.iter().map(PathBuf::from).filter(|path| path.is_file()).collect();
    Ok(Subject { name: name.to_owned(), command, files })
}

fn print(subjects: &[Subject], figures: &[Figures], json: bool) -> Result<()> {
    if json {
        let all: serde_json::Map<String, serde_json::Value> = subjects
            .iter()
            .zip(figures)
            .map(|(subject, figures)| Ok((subject.name.clone(), serde_json::to_value(figures)?)))
            .collect::<Result<_>>()?;
        println!("{}", serde_json::to_string_pretty(&all)?);
        return Ok(());
    }
    println!(
        "{:<24} {:>7} {:>7} {:>7} {:>7} {:>8} {:>8} {:>8} {:>7} {:>7} {:>7} {:>6}",
        "", "init", "first", "cold", "cpu", "evicted", "128 MB", "512 MB", "p50 µs", "p99 µs", "cpu µs", "MB"
    );
    for (subject, f) in subjects.iter().zip(figures) {
        let some = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.1}"));
        println!(
            "{:<24} {:>7.2} {:>7.2} {:>7.2} {:>7.2} {:>8.1} {:>8} {:>8} {:>7.0} {:>7.0} {:>7.0} {:>6.1}",
            subject.name,
            f.init,
            f.first,
            f.cold,
            f.cold_cpu,
            f.evicted,
            some(f.throttled_128),
            some(f.throttled_512),
            f.warm_p50_us,
            f.warm_p99_us,
            f.warm_cpu_us,
            f.peak_mb
        );
    }
    Ok(())
}
