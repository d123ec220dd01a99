//! Measures our local cloud beside others in one run, turn by turn: the same function, the same shop, the same requests.

pub mod aws;
pub mod clouds;
pub mod figures;
pub mod function;
pub mod measure;
pub mod place;
pub mod report;
pub mod wire;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::json;

use self::clouds::{Cloud, Kind, beside};
use self::figures::{METRICS, Samples, quantile};
use self::measure::{Amount, Subject};
use self::report::{Column, Report};
use self::wire::{load, plain, same};
use crate::machine::Machine;
use crate::pack;
use crate::sample::{self, Start, Surroundings};

/// What is needed for a run.
#[derive(Debug, Clone)]
pub struct Options {
    /// This program: it is the function, and the server that does nothing, and beside it are the shop's functions.
    pub program: PathBuf,
    /// `cloudcart`.
    pub cloudcart: PathBuf,
    /// The shop's template, as YAML.
    pub template: PathBuf,
    /// The `bin` folder of a Python environment with MiniStack. Without it ours is measured alone.
    pub rival: Option<PathBuf>,
    /// How much.
    pub amount: Amount,
    /// Names of [`STEPS`]; all when empty.
    pub only: Vec<String>,
}

/// What is measured round by round, and the flood at the end.
pub const STEPS: [&str; 9] = ["calls", "cold", "at-once", "rates", "services", "polls", "worker", "orders", "flood"];

/// The variable that makes this program the server that does nothing.
pub const TRIVIAL: &str = "CLOUDCART_BENCH_TRIVIAL";

/// Measures. `progress` is told what is measured now.
pub fn run(options: &Options, progress: &mut dyn FnMut(&str)) -> Result<Report> {
    let folder = tempfile::tempdir()?;
    let amount = options.amount;
    let mut kinds = vec![Kind::Ours];
    if let Some(bin) = &options.rival {
        kinds.push(Kind::MiniStack);
        kinds.extend(bin.join("moto_server").exists().then_some(Kind::Moto));
    }
    let begin = |kind: Kind, folder: &Path| match (kind, &options.rival) {
        (Kind::MiniStack, Some(bin)) => Cloud::ministack(bin, folder),
        (Kind::Moto, Some(bin)) => Cloud::moto(bin, folder),
        _ => Cloud::ours(&options.cloudcart, folder),
    };
    let mut before: Vec<Samples> = kinds.iter().map(|_| Samples::default()).collect();
    for turn in 0..amount.starts {
        progress(&format!("starts, {} of {}", turn + 1, amount.starts));
        for (kind, samples) in kinds.iter().zip(&mut before) {
            let at = folder.path().join(format!("start-{}-{turn}", kind.name()));
            let cloud = begin(*kind, &at)?;
            samples.add("start", millis(cloud.started.unwrap_or_default()));
            // What it does once after its start is over.
            std::thread::sleep(Duration::from_millis(500));
            samples.add("idle_empty", measure::mb(cloud.memory()?.0));
        }
    }
    let ceiling = ceiling(&options.program, amount)?;
    let init = init(&options.program)?;
    let packages = packages(&options.program)?;
    let template = std::fs::read_to_string(&options.template);
    let template = template.with_context(|| options.template.display().to_string())?;
    let mut subjects = Vec::new();
    for (kind, samples) in kinds.iter().zip(before) {
        progress(&format!("deploying to {}", kind.name()));
        let at = folder.path().join(kind.name());
        let mut subject = deployed(begin(*kind, &at)?, &at, &packages, &template)?;
        subject.samples.extend(samples);
        subjects.push((subject, at));
    }
    let columns = measured(&mut subjects, amount, &options.only, init, progress)?;
    Ok(Report {
        version: report::VERSION,
        date: jiff::Timestamp::now().strftime("%Y-%m-%d").to_string(),
        machine: machine(options),
        amount,
        ceiling,
        init_ms: millis(init),
        clouds: columns,
    })
}

/// A cloud with everything in it.
pub fn deployed(cloud: Cloud, folder: &Path, packages: &[(String, Vec<u8>)], template: &str) -> Result<Subject> {
    place::packages(&cloud, packages)?;
    let arrivals = folder.join("arrivals");
    let own = place::own(&cloud, "measured.zip", &arrivals)?;
    let whole = cloud.kind.runs_functions()
        && place::FUNCTIONS.iter().all(|name| packages.iter().any(|(key, _)| *key == format!("{name}.zip")));
    let shop = if whole { Some(place::shop(&cloud, template)?) } else { None };
    let took = shop.as_ref().map(|(_, took)| *took);
    let mut subject = Subject::new(cloud, own, shop.map(|(front, _)| front), arrivals);
    if let Some(took) = took {
        subject.samples.add("create_stack", millis(took));
    }
    Ok(subject)
}

/// Measures clouds with everything in them; the folder beside each has its state.
pub fn measured(
    subjects: &mut [(Subject, PathBuf)],
    amount: Amount,
    only: &[String],
    init: Duration,
    progress: &mut dyn FnMut(&str),
) -> Result<Vec<Column>> {
    let mut cannot: Vec<BTreeMap<String, String>> = subjects.iter().map(|_| BTreeMap::new()).collect();
    type Step = Box<dyn Fn(&mut Subject) -> Result<()>>;
    let all: [Step; 8] = [
        Box::new(move |subject| subject.calls(amount)),
        Box::new(move |subject| subject.cold(amount, init)),
        Box::new(Subject::naps),
        Box::new(move |subject| subject.rates(amount)),
        Box::new(move |subject| subject.services(amount)),
        Box::new(move |subject| subject.wake(amount)),
        Box::new(move |subject| subject.worker(amount)),
        Box::new(move |subject| subject.orders(amount)),
    ];
    // What has no functions has little of what follows.
    let whole = |subject: &&mut (Subject, PathBuf)| subject.0.cloud.kind.runs_functions();
    let wanted = |name: &str| only.is_empty() || only.iter().any(|only| only == name);
    let steps: Vec<(&str, Step)> = STEPS.into_iter().zip(all).filter(|(name, _)| wanted(name)).collect();
    for ((subject, _), cannot) in subjects.iter_mut().zip(&mut cannot) {
        note(subject, "functions", subject.invoke(), cannot)?;
    }
    for (subject, _) in subjects.iter_mut().filter(whole) {
        std::thread::sleep(Duration::from_secs(1));
        subject.memory("idle", None)?;
    }
    let functions: Vec<bool> = subjects.iter().map(|(subject, _)| subject.cloud.kind.runs_functions()).collect();
    for at in (0..subjects.len()).filter(|at| functions[*at]) {
        turn_to(subjects, at);
        let subject = &mut subjects[at].0;
        progress(&format!("warming up {}", subject.cloud.kind.name()));
        let warmed = subject.warm_up(amount);
        note(subject, "warming up", warmed, &mut cannot[at])?;
    }
    for round in 0..amount.rounds {
        for (name, step) in &steps {
            progress(&format!("round {} of {}: {name}", round + 1, amount.rounds));
            for at in (0..subjects.len()).filter(|at| *name == "services" || functions[*at]) {
                turn_to(subjects, at);
                let subject = &mut subjects[at].0;
                let done = step(subject);
                note(subject, name, done, &mut cannot[at])?;
            }
        }
    }
    for at in (0..subjects.len()).filter(|at| wanted("flood") && functions[*at]) {
        turn_to(subjects, at);
        let subject = &mut subjects[at].0;
        progress(&format!("{} messages through {}", amount.flood, subject.cloud.kind.name()));
        let ours = subject.cloud.kind == Kind::Ours;
        let done = subject.flood(amount.flood, (!ours).then(|| Duration::from_secs(amount.rival_flood_s)));
        note(subject, "flood", done, &mut cannot[at])?;
    }
    let mut columns = Vec::new();
    for ((subject, folder), cannot) in subjects.iter_mut().zip(cannot) {
        if subject.cloud.kind.runs_functions() {
            subject.memory("loaded", Some("loaded_tree"))?;
            subject.samples.add("disk", measure::mb(size(&folder.join(".cloudcart"))));
        }
        columns.push(Column {
            name: subject.cloud.kind.name().to_owned(),
            figures: subject.samples.medians(),
            curve: subject.curve.clone(),
            cannot,
        });
    }
    Ok(columns)
}

/// Pauses all but one. What that one left undone while it was paused, it does before it is measured.
fn turn_to(subjects: &[(Subject, PathBuf)], at: usize) {
    for (other, (subject, _)) in subjects.iter().enumerate() {
        if other != at {
            subject.cloud.pause();
        }
    }
    subjects[at].0.cloud.resume();
    if subjects.len() > 1 {
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Ours must do everything. What a rival cannot is kept with its reason.
fn note(subject: &Subject, name: &str, done: Result<()>, cannot: &mut BTreeMap<String, String>) -> Result<()> {
    match done {
        Err(error) if subject.cloud.kind == Kind::Ours => Err(error.context(name.to_owned())),
        Err(error) => {
            cannot.entry(name.to_owned()).or_insert_with(|| format!("{error:#}").chars().take(300).collect());
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// The zips: this program as the measured function, and the shop's functions that are beside it.
pub fn packages(program: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let read = |path: &Path| std::fs::read(path).with_context(|| path.display().to_string());
    let mut packages = vec![("measured.zip".to_owned(), pack::quickly(&read(program)?)?)];
    for name in place::FUNCTIONS {
        let path = beside(program, name);
        if path.exists() {
            packages.push((format!("{name}.zip"), pack::quickly(&read(&path)?)?));
        }
    }
    Ok(packages)
}

/// What the load can do at most: requests a second to a server that does nothing.
fn ceiling(program: &Path, amount: Amount) -> Result<BTreeMap<usize, f64>> {
    struct Server(Child);
    impl Drop for Server {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
    let child = Command::new(program).env(TRIVIAL, "1").stdout(Stdio::piped()).spawn();
    let mut server = Server(child.with_context(|| program.display().to_string())?);
    let mut line = String::new();
    BufReader::new(server.0.stdout.take().context("a server without output")?).read_line(&mut line)?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, line.trim().parse().context("the server named no port")?));
    let request = plain("GET", &address.to_string(), "/hello", &[], b"");
    let time = Duration::from_millis(amount.load_ms);
    [1, 8, 64]
        .into_iter()
        .map(|connections| Ok((connections, load(address, connections, time, |_| same(&request, "hello"))?.rate())))
        .collect()
}

/// What the measured function takes by itself from the start of its process until it asks for its first event.
fn init(program: &Path) -> Result<Duration> {
    let command = vec![program.to_string_lossy().into_owned()];
    let subject = sample::Subject { name: "the measured function".to_owned(), command, files: Vec::new() };
    let event = serde_json::to_vec(&json!({"rawPath": "/hello"}))?;
    let around = Surroundings { env: Vec::new(), event, expected: vec!["own_ns".to_owned()] };
    let mut all = Vec::new();
    for _ in 0..10 {
        all.push(sample::cold(&subject, &around, Start::Cached)?.init.as_secs_f64());
    }
    Ok(Duration::from_secs_f64(quantile(&all, 0.5).unwrap_or_default()))
}

fn machine(options: &Options) -> Machine {
    let mut machine = Machine::this(Path::new("."));
    // Of the others nothing was run here.
    machine.versions.retain(|name, _| name == "rustc");
    let said = |program: &Path| {
        let output = Command::new(program).arg("--version").output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).split_whitespace().nth(1)?.to_owned())
    };
    machine.versions.extend(said(&options.cloudcart).map(|version| ("cloudcart".to_owned(), version)));
    if let Some(bin) = &options.rival {
        machine.versions.extend(said(&bin.join("python")).map(|version| ("Python".to_owned(), version)));
        for kind in [Kind::MiniStack, Kind::Moto] {
            machine.versions.extend(installed(bin, kind.name()).map(|version| (kind.title().to_owned(), version)));
        }
    }
    machine
}

/// The version of a package in a Python environment, from the name of the folder that tells of it.
fn installed(bin: &Path, package: &str) -> Option<String> {
    let libraries = std::fs::read_dir(bin.parent()?.join("lib")).ok()?.flatten();
    let packages =
        libraries.filter_map(|library| std::fs::read_dir(library.path().join("site-packages")).ok()).flatten();
    packages.flatten().find_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        Some(name.strip_prefix(package)?.strip_prefix('-')?.strip_suffix(".dist-info")?.to_owned())
    })
}

/// Bytes of all files in a folder.
fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.metadata().map_or(0, |data| if data.is_dir() { size(&entry.path()) } else { data.len() }))
        .sum()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The keys of all figures, for whoever looks whether any is missing.
pub fn keys() -> impl Iterator<Item = &'static str> {
    METRICS.iter().map(|metric| metric.id)
}
