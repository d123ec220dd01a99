//! A run's results: kept as JSON, and shown as the tables of a document.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use super::clouds::Kind;
use super::figures::{METRICS, Metric};
use super::measure::Amount;
use crate::machine::Machine;
use crate::tables::{Side, Table, thousands, whole};

/// What this program writes and reads.
pub const VERSION: u32 = 1;

/// One run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The version of this form.
    pub version: u32,
    /// The day, as ISO 8601 writes it.
    pub date: String,
    /// What it was made on.
    pub machine: Machine,
    /// How much was done.
    pub amount: Amount,
    /// Requests a second of the load to a server that does nothing, by connections.
    pub ceiling: BTreeMap<usize, f64>,
    /// Milliseconds that the measured function takes by itself before it asks for its first event.
    pub init_ms: f64,
    /// One for each cloud; the first is ours.
    pub clouds: Vec<Column>,
}

/// What was measured of a cloud.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Column {
    /// The cloud's name.
    pub name: String,
    /// Medians over the rounds, by the names of [`METRICS`].
    pub figures: BTreeMap<String, f64>,
    /// Memory in MB over the flood, evenly spaced in time.
    pub curve: Vec<f64>,
    /// What it could not do, and why.
    pub cannot: BTreeMap<String, String>,
}

/// The names that a document may ask for.
pub const NAMES: [&str; 7] = ["run", "calls", "rates", "queue", "size", "curve", "cannot"];

impl Report {
    /// Reads what [`Self::write`] wrote.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let report: Self =
            serde_json::from_slice(&text).with_context(|| format!("{} is no file of results", path.display()))?;
        let version = report.version;
        ensure!(version == VERSION, "{} is of version {version}; this program reads {VERSION}", path.display());
        Ok(report)
    }

    /// Writes a file.
    pub fn write(&self, path: &Path) -> Result<()> {
        let text = format!("{}\n", serde_json::to_string_pretty(self)?);
        std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
    }

    fn column(&self, kind: Kind) -> Option<&Column> {
        self.clouds.iter().find(|column| column.name == kind.name())
    }

    /// The table of that name.
    pub fn table(&self, name: &str) -> Result<String> {
        Ok(match name {
            "run" => self.run(),
            "calls" | "rates" | "queue" | "size" => self.figures(name),
            "curve" => self.curve(),
            "cannot" => self.cannot(),
            _ => bail!("there is no table `{name}`; there are: {}", NAMES.join(", ")),
        })
    }

    fn run(&self) -> String {
        let machine = &self.machine;
        let versions: Vec<String> =
            machine.versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
        let amount = self.amount;
        let ceiling: Vec<String> =
            self.ceiling.iter().map(|(connections, rate)| format!("{} ({connections})", whole(*rate))).collect();
        let rows = [
            ("date", self.date.clone()),
            ("machine", format!("{} cores of {}, {} MiB", machine.cores, machine.cpu, thousands(machine.memory))),
            ("system", format!("{}, Linux {}", machine.system, machine.kernel)),
            ("versions", versions.join(", ")),
            (
                "extent",
                format!(
                    "{} rounds, {} ms each load, {} times each single thing a round",
                    amount.rounds, amount.load_ms, amount.times
                ),
            ),
            (
                "the function by itself",
                format!("{:.1} ms from the start of its process to its first question", self.init_ms),
            ),
            (
                "the load by itself",
                format!("{} requests a second (connections) to a server that does nothing", ceiling.join(", ")),
            ),
        ];
        let mut table = Table::new(&[("", Side::Left), ("", Side::Left)]);
        for (name, value) in rows {
            table.row([name.to_owned(), value]);
        }
        table.finish()
    }

    fn figures(&self, name: &str) -> String {
        let metrics: Vec<&Metric> = METRICS.iter().filter(|metric| metric.table == name).collect();
        let of = |kind, metric: &Metric| self.column(kind).and_then(|column| column.figures.get(metric.id)).copied();
        // It has something in few of the tables.
        let moto = metrics.iter().any(|metric| of(Kind::Moto, metric).is_some());
        let mut heads = vec![("", Side::Left), ("ours", Side::Right), ("MiniStack", Side::Right)];
        heads.extend([("times better", Side::Right), ("target", Side::Left), ("held", Side::Left)]);
        heads.extend(moto.then_some(("moto", Side::Right)));
        let mut table = Table::new(&heads);
        for metric in metrics {
            let (ours, rival) = (of(Kind::Ours, metric), of(Kind::MiniStack, metric));
            let show = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), shown);
            let ratio = ours.zip(rival).and_then(|(ours, rival)| metric.ratio(ours, rival));
            let ratio = ratio.filter(|_| metric.times.is_some() || metric.most.is_some());
            let ratio_text = ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.1}×"));
            let held = match held(metric, ours, rival) {
                Some(true) => "yes",
                Some(false) => "**no**",
                None => "–",
            };
            let mut row = vec![metric.title.to_owned(), show(ours), show(rival)];
            row.extend([ratio_text, target(metric), held.to_owned()]);
            row.extend(moto.then(|| show(of(Kind::Moto, metric))));
            table.row(row);
        }
        table.finish()
    }

    fn curve(&self) -> String {
        let mut table = Table::new(&[("", Side::Left), ("MB, from the first message to the last", Side::Left)]);
        for column in self.clouds.iter().filter(|column| !column.curve.is_empty()) {
            let points: Vec<String> = column.curve.iter().map(|mb| format!("{mb:.1}")).collect();
            let count = column.figures.get("flood_count").copied().unwrap_or_default();
            table.row([format!("{}, {} messages", titled(&column.name), whole(count)), points.join(", ")]);
        }
        table.finish()
    }

    fn cannot(&self) -> String {
        let mut table = Table::new(&[("", Side::Left), ("what", Side::Left), ("why", Side::Left)]);
        let mut none = true;
        for column in &self.clouds {
            for (what, why) in &column.cannot {
                none = false;
                table.row([titled(&column.name).to_owned(), what.clone(), why.replace('\n', " ")]);
            }
        }
        if none { "Nothing failed in this run.\n".to_owned() } else { table.finish() }
    }

    /// What ours missed, each as a line.
    pub fn missed(&self) -> Vec<String> {
        let of = |kind, metric: &Metric| self.column(kind).and_then(|column| column.figures.get(metric.id)).copied();
        let missed = METRICS
            .iter()
            .filter(|metric| held(metric, of(Kind::Ours, metric), of(Kind::MiniStack, metric)) == Some(false));
        missed.map(|metric| format!("{}: target {}", metric.title, target(metric))).collect()
    }
}

fn titled(name: &str) -> &str {
    let kinds = [Kind::Ours, Kind::MiniStack, Kind::Moto];
    kinds.into_iter().find(|kind| kind.name() == name).map_or(name, |kind| kind.title())
}

/// Whether ours reached all that is aimed at; none where there is nothing to tell by.
fn held(metric: &Metric, ours: Option<f64>, rival: Option<f64>) -> Option<bool> {
    let ours = ours?;
    let limit = metric.most.map(|most| ours <= most);
    let times = metric.times.zip(rival).and_then(|(times, rival)| Some(metric.ratio(ours, rival)? >= times));
    match (limit, times) {
        (None, None) => None,
        (limit, times) => Some(limit.unwrap_or(true) && times.unwrap_or(true)),
    }
}

fn target(metric: &Metric) -> String {
    let most = metric.most.map(|most| format!("at most {}", whole(most)));
    let times = metric.times.map(|times| format!("{times:.0}×"));
    let all: Vec<String> = most.into_iter().chain(times).collect();
    if all.is_empty() { "–".to_owned() } else { all.join(", ") }
}

/// Three digits that count, or a whole number.
fn shown(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => whole(value),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn report() -> Report {
        let column = |name: &str, figures: &[(&str, f64)]| Column {
            name: name.to_owned(),
            figures: figures.iter().map(|(id, value)| ((*id).to_owned(), *value)).collect(),
            curve: vec![30.0, 31.25],
            cannot: BTreeMap::new(),
        };
        let mut rival = column("ministack", &[("warm_over_p50", 50.0), ("hello_8", 150.0), ("wake", 1.0)]);
        rival.cannot.insert("orders".to_owned(), "no | order".to_owned());
        let amount =
            Amount { rounds: 3, load_ms: 1, starts: 1, times: 1, connections: 64, flood: 50_000, rival_flood_s: 1 };
        Report {
            version: VERSION,
            date: "2026-01-02".to_owned(),
            machine: Machine::default(),
            amount,
            ceiling: BTreeMap::from([(1, 20_000.0)]),
            init_ms: 1.5,
            clouds: vec![
                column(
                    "ours",
                    &[("warm_over_p50", 0.5), ("hello_8", 1500.0), ("wake", 2.5), ("naps_cold", 449.0), ("order", 7.0)],
                ),
                rival,
            ],
        }
    }

    #[test]
    fn each_target_is_judged_by_its_limit_and_by_the_rival() {
        let report = report();
        let calls = report.table("calls").unwrap();
        assert!(calls.contains("p50, ms | 0.50 | 50.0 | 100.0× | at most 1, 10× | yes |"), "{calls}");
        assert!(calls.contains("all cold, ms | 449 | – | – | at most 450 | yes |"), "{calls}");
        let rates = report.table("rates").unwrap();
        assert!(rates.contains("8 connections | 1,500 | 150 | 10.0× | 20× | **no** |"), "{rates}");
        let queue = report.table("queue").unwrap();
        assert!(queue.contains("began, ms | 2.50 | 1.00 | 0.4× | at most 2, 10× | **no** |"), "{queue}");
        // Without a rival's figure nothing is claimed.
        assert!(queue.contains("confirmed, ms | 7.00 | – | – | 10× | – |"), "{queue}");
        assert_eq!(report.missed().len(), 2);
    }

    #[test]
    fn moto_has_a_column_where_it_has_a_figure_and_decides_nothing() {
        let mut report = report();
        let missed = report.missed();
        let figures = BTreeMap::from([("hello_8".to_owned(), 5000.0)]);
        report.clouds.push(Column { name: "moto".to_owned(), figures, curve: Vec::new(), cannot: BTreeMap::new() });
        let rates = report.table("rates").unwrap();
        assert!(rates.contains("8 connections | 1,500 | 150 | 10.0× | 20× | **no** | 5,000 |"), "{rates}");
        assert!(!report.table("calls").unwrap().contains("moto"));
        assert_eq!(report.missed(), missed);
    }

    #[test]
    fn what_a_rival_cannot_do_is_said() {
        let mut report = report();
        assert!(report.table("cannot").unwrap().contains("| MiniStack | orders | no \\| order |"));
        report.clouds[1].cannot.clear();
        assert_eq!(report.table("cannot").unwrap(), "Nothing failed in this run.\n");
    }

    #[test]
    fn results_read_back_as_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.json");
        report().write(&path).unwrap();
        assert_eq!(Report::read(&path).unwrap(), report());
        for name in NAMES {
            assert!(!report().table(name).unwrap().is_empty());
        }
        assert!(report().table("else").is_err());
    }
}
