//! `bench`: measures handler binaries.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command prints")]

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, Parser, Subcommand};
use cloudcart_bench::build::Workshop;
use cloudcart_bench::compare;
use cloudcart_bench::document;
use cloudcart_bench::figures::Figures;
use cloudcart_bench::harness::{self, Extent, Scene};
use cloudcart_bench::local::measure::Amount as LocalAmount;
use cloudcart_bench::local::report::{self, Report};
use cloudcart_bench::local::{self, function, wire};
use cloudcart_bench::results::Results;
use cloudcart_bench::sample::Subject;
use cloudcart_bench::tables;
use cloudcart_bench::variants::Breadth;

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
        #[command(flatten)]
        amount: Amount,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Builds ours and what it is compared with, measures all in one run, and writes the tables of the document
    Table(TableArgs),
    /// Measures the local cloud beside another emulator in one run, and writes the tables of its document
    Local(LocalArgs),
    /// Writes the tables of the document from the results of the last run
    Document {
        #[command(flatten)]
        files: Files,
    },
}

#[derive(Debug, Args)]
struct TableArgs {
    /// Only this variant; may be repeated. The tables are printed and not written
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// All but this variant; may be repeated
    #[arg(long, value_name = "NAME")]
    skip: Vec<String>,
    /// A few variants. The tables are printed and not written
    #[arg(long, conflicts_with = "full")]
    quick: bool,
    /// Every profile of the matrix, which takes hours to build
    #[arg(long)]
    full: bool,
    /// Write the tables and the results of a few variants too
    #[arg(long)]
    write: bool,
    /// Build what was built before
    #[arg(long)]
    rebuild: bool,
    /// Build, and do not measure
    #[arg(long)]
    build_only: bool,
    /// List the variants, and do nothing
    #[arg(long)]
    list: bool,
    #[command(flatten)]
    amount: Amount,
    #[command(flatten)]
    files: Files,
}

#[derive(Debug, Args)]
struct LocalArgs {
    /// `bin` folder of a Python environment with MiniStack; without it ours is measured alone and nothing is written
    #[arg(long, value_name = "DIR")]
    rival: Option<PathBuf>,
    /// `cloudcart`, built for release [default: beside this program]
    #[arg(long, value_name = "FILE")]
    cloudcart: Option<PathBuf>,
    /// The shop's template, as YAML
    #[arg(long, default_value = "templates/shop-demo.yaml")]
    template: PathBuf,
    /// Little of everything. The tables are printed and not written
    #[arg(long)]
    quick: bool,
    /// Measure nothing, and write the tables from the results of the last run
    #[arg(long, conflicts_with_all = ["rival", "quick"])]
    again: bool,
    /// Rounds
    #[arg(long)]
    rounds: Option<usize>,
    /// Only this; may be repeated. The tables are printed and not written
    #[arg(long, value_name = "WHAT", value_parser = local::STEPS, conflicts_with = "again")]
    only: Vec<String>,
    /// Messages through queue and function
    #[arg(long)]
    messages: Option<usize>,
    /// The document with the markers
    #[arg(long, default_value = "docs/local-speed.md")]
    document: PathBuf,
    /// The results, as JSON
    #[arg(long, default_value = "docs/local-speed.json")]
    results: PathBuf,
}

/// What is asked, and how often.
#[derive(Debug, Args)]
struct Amount {
    /// Event, expected texts, environment and tables, as JSON
    #[arg(long, default_value = "bench/fixtures/product.json")]
    scene: PathBuf,
    /// Cold starts of each kind
    #[arg(long, default_value_t = 20)]
    cold: usize,
    /// Warm calls, over three processes
    #[arg(long, default_value_t = 6000)]
    warm: usize,
}

impl Amount {
    fn extent(&self) -> Extent {
        Extent { cold: self.cold, warm: self.warm, rounds: ROUNDS }
    }
}

#[derive(Debug, Args)]
struct Files {
    /// The document with the markers
    #[arg(long, default_value = "docs/performance.md")]
    document: PathBuf,
    /// The results, as JSON
    #[arg(long, default_value = "docs/performance.json")]
    results: PathBuf,
}

/// Into how many processes the warm calls are split: enough to see one that is unlike the others, and each long-lived.
const ROUNDS: usize = 3;

fn main() -> Result<()> {
    // The clouds start this program as the function that is measured in them.
    if function::is_one() {
        return function::run();
    }
    if std::env::var_os(local::TRIVIAL).is_some() {
        return wire::trivial();
    }
    match Cli::parse().command {
        Verb::Measure { subjects, amount, json } => {
            let subjects = subjects.iter().map(|text| subject(text)).collect::<Result<Vec<_>>>()?;
            let (scene, extent) = (read_scene(&amount.scene)?, amount.extent());
            let figures = harness::measure(&subjects, &scene, extent, &mut |now| eprintln!("{now}"))?;
            print(&subjects, &figures, json)
        }
        Verb::Table(args) => table(&args),
        Verb::Local(args) => measure_local(&args),
        Verb::Document { files } => write(&Results::read(&files.results)?, &files.document),
    }
}

fn read_scene(path: &Path) -> Result<Scene> {
    let text = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    serde_json::from_slice(&text).with_context(|| path.display().to_string())
}

fn table(args: &TableArgs) -> Result<()> {
    let breadth = match (args.quick, args.full) {
        (true, _) => Breadth::Quick,
        (_, true) => Breadth::Full,
        _ => Breadth::Usual,
    };
    let variants = compare::select(breadth, &args.only, &args.skip)?;
    if args.list {
        for variant in &variants {
            println!("{}", variant.name);
        }
        return Ok(());
    }
    let mut progress = |now: &str| eprintln!("{now}");
    let scene = read_scene(&args.amount.scene)?;
    let root = Path::new(".");
    let workshop = Workshop::open(root)?;
    let built = compare::build(&workshop, &variants, args.rebuild, &mut progress)?;
    if args.build_only {
        return Ok(());
    }
    let extent = args.amount.extent();
    let results = compare::measure(root, variants, built, &scene, extent, &mut progress)?;
    if args.write || (args.only.is_empty() && !args.quick) {
        results.write(&args.files.results)?;
        return write(&results, &args.files.document);
    }
    for name in tables::NAMES {
        // Where ours or Node is left out there is nothing to compare.
        match tables::table(&results, name) {
            Ok(table) => println!("{table}"),
            Err(error) => eprintln!("no table `{name}`: {error}"),
        }
    }
    Ok(())
}

fn measure_local(args: &LocalArgs) -> Result<()> {
    if args.again {
        return write_local(&Report::read(&args.results)?, &args.document);
    }
    let program = std::env::current_exe().context("this program's own path")?;
    let cloudcart = args.cloudcart.clone().unwrap_or_else(|| program.with_file_name("cloudcart"));
    let mut amount = if args.quick { LocalAmount::QUICK } else { LocalAmount::USUAL };
    amount.rounds = args.rounds.unwrap_or(amount.rounds);
    amount.flood = args.messages.unwrap_or(amount.flood);
    let (template, rival) = (args.template.clone(), args.rival.clone());
    let options = local::Options { program, cloudcart, template, rival, amount, only: args.only.clone() };
    let report = local::run(&options, &mut |now| eprintln!("{now}"))?;
    if args.quick || args.rival.is_none() || !args.only.is_empty() {
        for name in report::NAMES {
            println!("{}", report.table(name)?);
        }
    } else {
        report.write(&args.results)?;
        write_local(&report, &args.document)?;
    }
    for missed in report.missed() {
        eprintln!("not held in this run: {missed}");
    }
    Ok(())
}

fn write_local(report: &Report, path: &Path) -> Result<()> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let filled = document::fill(&text, |name| report.table(name)).with_context(|| path.display().to_string())?;
    std::fs::write(path, filled).with_context(|| format!("{} cannot be written", path.display()))?;
    eprintln!("wrote {}", path.display());
    Ok(())
}

fn write(results: &Results, path: &Path) -> Result<()> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let filled = document::fill(&text, |name| tables::table(results, name));
    let filled = filled.with_context(|| path.display().to_string())?;
    std::fs::write(path, filled).with_context(|| format!("{} cannot be written", path.display()))?;
    eprintln!("wrote {}", path.display());
    Ok(())
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
        "{:<24} {:>7} {:>7} {:>7} {:>7} {:>8} {:>8} {:>8} {:>7} {:>7} {:>7} {:>7} {:>6}",
        "", "init", "first", "cold", "cpu", "evicted", "128 MB", "512 MB", "p50 µs", "p99 µs", "cpu µs", "1 core", "MB"
    );
    for (subject, f) in subjects.iter().zip(figures) {
        let some = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.1}"));
        println!(
            "{:<24} {:>7.2} {:>7.2} {:>7.2} {:>7.2} {:>8.1} {:>8} {:>8} {:>7.0} {:>7.0} {:>7.0} {:>7} {:>6.1}",
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
            some(f.warm_cpu_one_core_us),
            f.peak_mb
        );
    }
    Ok(())
}
