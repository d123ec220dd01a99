//! Results as the tables of a Markdown document.

use anyhow::{Result, bail};

use crate::figures::Figures;
use crate::results::{Results, Row};
use crate::variants::Source;

/// The handler that ours is compared with.
const RIVAL: &str = "node";
/// The same, with its connection opened while it starts, as ours does.
const RIVAL_PRIMED: &str = "node-primed";
const OURS: &str = "ours";

/// The names that a document may ask for.
pub const NAMES: [&str; 6] = ["run", "targets", "functions", "clients", "profiles", "builds"];

/// The table of that name.
pub fn table(results: &Results, name: &str) -> Result<String> {
    Ok(match name {
        "run" => run(results),
        "targets" => targets(results)?,
        "functions" => functions(results),
        "clients" => clients(results),
        "profiles" => profiles(results),
        "builds" => builds(results),
        _ => bail!("there is no table `{name}`; there are: {}", NAMES.join(", ")),
    })
}

fn run(results: &Results) -> String {
    let machine = &results.machine;
    let versions: Vec<String> = machine.versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
    let rows = [
        ("date", results.date.clone()),
        ("machine", format!("{} cores of {}, {} MiB", machine.cores, machine.cpu, thousands(machine.memory))),
        ("system", format!("{}, Linux {}", machine.system, machine.kernel)),
        ("versions", versions.join(", ")),
        ("extent", format!("{} cold starts of each kind, {} warm calls", results.cold, count(results.warm))),
    ];
    let mut table = Table::new(&[("", Side::Left), ("", Side::Left)]);
    for (name, value) in rows {
        table.row([name.to_owned(), value]);
    }
    table.finish()
}

/// A figure that is aimed at: what it is, how it is written, and how many times less than the rival's it should be.
struct Target {
    title: &'static str,
    value: fn(&Row) -> Option<f64>,
    show: fn(f64) -> String,
    times: f64,
}

const TARGETS: [Target; 5] = [
    Target { title: "cold, files evicted, ms", value: |row| Some(row.figures.evicted), show: tenths, times: 20.0 },
    Target { title: "cold, files cached, ms", value: |row| Some(row.figures.cold), show: tenths, times: 35.0 },
    Target {
        title: "cold, throttled as at 128 MB, ms",
        value: |row| row.figures.throttled_128,
        show: tenths,
        times: 120.0,
    },
    Target {
        title: "warm CPU per request on one core, µs",
        value: |row| row.figures.warm_cpu_one_core_us,
        show: whole,
        times: 8.0,
    },
    Target { title: "peak memory, MB", value: |row| Some(row.figures.peak_mb), show: tenths, times: 16.0 },
];

/// What a zip may have at most, in bytes.
const ZIP_TARGET: u64 = 2_500_000;

fn targets(results: &Results) -> Result<String> {
    let (Some(ours), Some(rival)) = (results.row(OURS), results.row(RIVAL)) else {
        bail!("the targets compare `{OURS}` with `{RIVAL}`; the results lack one of them");
    };
    let primed = results.row(RIVAL_PRIMED);
    let mut table = Table::new(&[
        ("", Side::Left),
        ("ours", Side::Right),
        ("Node 20", Side::Right),
        ("times less", Side::Right),
        ("target", Side::Right),
        ("reached", Side::Left),
        ("times less than Node connected in init", Side::Right),
    ]);
    for target in &TARGETS {
        let (ours, rival) = ((target.value)(ours), (target.value)(rival));
        let times = ratio(rival, ours);
        let primed = ratio(primed.and_then(|row| (target.value)(row)), ours);
        let reached = times.map_or(NONE, |times| if times >= target.times { "yes" } else { "no" });
        table.row([
            target.title.to_owned(),
            shown(ours, target.show),
            shown(rival, target.show),
            shown(times, multiple),
            format!("{}×", whole(target.times)),
            reached.to_owned(),
            shown(primed, multiple),
        ]);
    }
    // Node has the one function.
    let largest = ours.built.functions.iter().map(|function| function.zip_bytes).chain([ours.built.zip_bytes]).max();
    let largest = largest.unwrap_or_default();
    let reached = if largest < ZIP_TARGET { "yes" } else { "no" };
    table.row([
        "zip of the largest function, KB".to_owned(),
        thousands(largest / 1000),
        thousands(rival.built.zip_bytes / 1000),
        NONE.to_owned(),
        format!("under {}", thousands(ZIP_TARGET / 1000)),
        reached.to_owned(),
        NONE.to_owned(),
    ]);
    Ok(table.finish())
}

/// What is deployed, function by function.
fn functions(results: &Results) -> String {
    let mut table = Table::new(&[("function", Side::Left), ("binary, KB", Side::Right), ("zip, KB", Side::Right)]);
    for function in results.row(OURS).into_iter().flat_map(|row| &row.built.functions) {
        let sizes = [function.bytes, function.zip_bytes].map(|bytes| thousands(bytes / 1000));
        table.row([function.name.clone()].into_iter().chain(sizes));
    }
    table.finish()
}

/// The columns of what was measured at run time, with the sizes.
const FIGURES: [&str; 15] = [
    "init ms",
    "first ms",
    "cold ms",
    "cold CPU ms",
    "evicted ms",
    "128 MB ms",
    "512 MB ms",
    "p50 µs",
    "p99 µs",
    "CPU µs",
    "CPU, one core µs",
    "peak MB",
    "binary KiB",
    "zip KiB",
    "cold, × ours",
];

fn figures(row: &Row, ours: Option<&Row>) -> [String; 15] {
    let Figures { init, first, cold, cold_cpu, evicted, warm_p50_us, warm_p99_us, warm_cpu_us, peak_mb, .. } =
        row.figures;
    [
        tenths(init),
        tenths(first),
        tenths(cold),
        tenths(cold_cpu),
        tenths(evicted),
        shown(row.figures.throttled_128, tenths),
        shown(row.figures.throttled_512, tenths),
        whole(warm_p50_us),
        whole(warm_p99_us),
        whole(warm_cpu_us),
        shown(row.figures.warm_cpu_one_core_us, whole),
        tenths(peak_mb),
        thousands(row.built.bytes / 1024),
        thousands(row.built.zip_bytes / 1024),
        shown(ratio(Some(cold), ours.map(|row| row.figures.cold)), multiple),
    ]
}

/// Ours, in its chosen profile, beside other clients and Node.
fn clients(results: &Results) -> String {
    let heads: Vec<_> = [("variant", Side::Left)].into_iter().chain(FIGURES.map(|name| (name, Side::Right))).collect();
    let mut table = Table::new(&heads);
    for row in &results.rows {
        let other_profile = matches!(row.variant.source, Source::Ours { .. }) && row.variant.name != OURS;
        if !other_profile {
            table.row([row.variant.title()].into_iter().chain(figures(row, results.row(OURS))));
        }
    }
    table.finish()
}

/// Ours under each profile.
fn profiles(results: &Results) -> String {
    let heads: Vec<_> = PROFILE.into_iter().chain(FIGURES.map(|name| (name, Side::Right))).collect();
    let mut table = Table::new(&heads);
    for row in results.rows.iter().filter(|row| matches!(row.variant.source, Source::Ours { .. })) {
        table.row(profile(row).into_iter().chain(figures(row, results.row(OURS))));
    }
    table.finish()
}

/// What the builds took.
fn builds(results: &Results) -> String {
    let costs = ["clean CPU s", "clean wall s", "edit CPU s", "edit wall s"].map(|name| (name, Side::Right));
    let heads: Vec<_> = [("variant", Side::Left)].into_iter().chain(PROFILE).chain(costs).collect();
    let mut table = Table::new(&heads);
    for row in &results.rows {
        let (clean, edit) = (row.built.clean, row.built.incremental);
        let costs = [clean.cpu, clean.wall, edit.cpu, edit.wall].map(tenths);
        table.row([row.variant.title()].into_iter().chain(profile(row)).chain(costs));
    }
    table.finish()
}

const PROFILE: [(&str, Side); 4] =
    [("opt-level", Side::Left), ("lto", Side::Left), ("codegen-units", Side::Right), ("panic", Side::Left)];

fn profile(row: &Row) -> [String; 4] {
    row.variant.profile().map_or_else(
        || [NONE; 4].map(str::to_owned),
        |profile| {
            let bold = |text: &str| if row.variant.name == OURS { format!("**{text}**") } else { text.to_owned() };
            let units = profile.units.to_string();
            [profile.opt.as_str(), profile.lto.as_str(), &units, profile.panic.as_str()].map(bold)
        },
    )
}

/// Where there is no figure.
const NONE: &str = "–";

/// How many times `less` goes into `more`.
fn ratio(more: Option<f64>, less: Option<f64>) -> Option<f64> {
    more.zip(less).filter(|(_, less)| *less > 0.0).map(|(more, less)| more / less)
}

fn shown(value: Option<f64>, show: fn(f64) -> String) -> String {
    value.map_or_else(|| NONE.to_owned(), show)
}

fn tenths(value: f64) -> String {
    format!("{value:.1}")
}

pub(crate) fn whole(value: f64) -> String {
    let text = format!("{value:.0}");
    text.parse().map_or(text, thousands)
}

fn multiple(value: f64) -> String {
    format!("{value:.1}×")
}

fn count(value: usize) -> String {
    u64::try_from(value).map_or_else(|_| value.to_string(), thousands)
}

/// With a comma before each three digits.
pub(crate) fn thousands(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Side {
    Left,
    Right,
}

/// A table as Markdown writes it.
pub(crate) struct Table(String);

impl Table {
    pub(crate) fn new(heads: &[(&str, Side)]) -> Self {
        let mut table = Self(String::new());
        table.row(heads.iter().map(|(head, _)| (*head).to_owned()));
        table.0.push('|');
        for (_, side) in heads {
            table.0.push_str(match side {
                Side::Left => "---|",
                Side::Right => "--:|",
            });
        }
        table.0.push('\n');
        table
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.0.push('|');
        for cell in cells {
            // A bar would end the cell.
            let cell = cell.replace('|', "\\|");
            self.0.push_str(if cell.is_empty() { " |" } else { " " });
            if !cell.is_empty() {
                self.0.push_str(&cell);
                self.0.push_str(" |");
            }
        }
        self.0.push('\n');
    }

    pub(crate) fn finish(self) -> String {
        self.0
    }
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::build::{Built, Cost, Packed};
    use crate::machine::Machine;
    use crate::variants::{Breadth, matrix};

    /// Node takes 100 times what ours does, all else ten times.
    pub(crate) fn results() -> Results {
        let rows = matrix(Breadth::Usual).into_iter().map(|variant| {
            let factor = match variant.source {
                Source::Ours { .. } => 1.0,
                Source::Peer { .. } => 10.0,
                Source::Node { .. } => 100.0,
            };
            let figures = Figures {
                init: 2.0 * factor,
                first: factor,
                cold: 3.0 * factor,
                cold_cpu: 2.5 * factor,
                evicted: 5.0 * factor,
                throttled_128: Some(4.0 * factor),
                throttled_512: None,
                warm_p50_us: 123.4 * factor,
                warm_p99_us: 300.0 * factor,
                warm_cpu_us: 110.0 * factor,
                warm_cpu_one_core_us: Some(90.0 * factor),
                peak_mb: 6.0,
            };
            let cost = Cost { wall: 2.0, cpu: 3.05 };
            let packed = |name: &str, zip_bytes| Packed { name: name.to_owned(), bytes: 4_000_000, zip_bytes };
            let functions = vec![packed("cart", 2_499_999), packed("products", 2_400_000)];
            let built = Built {
                source: String::new(),
                clean: cost,
                incremental: cost,
                bytes: 3 << 20,
                zip_bytes: 2_400_000,
                functions: if variant.is_chosen() { functions } else { Vec::new() },
            };
            Row { variant, built, figures }
        });
        let versions = [("rustc".to_owned(), "1.95.0".to_owned()), ("node".to_owned(), "20.1.0".to_owned())].into();
        let machine = Machine {
            cores: 2,
            cpu: "Some | CPU".to_owned(),
            memory: 7976,
            system: "Some 12".to_owned(),
            kernel: "6.1".to_owned(),
            versions,
        };
        Results::new("2026-01-31".to_owned(), machine, 20, 2000, rows.collect())
    }

    #[test]
    fn a_target_is_reached_by_its_ratio_in_the_same_run() {
        let text = table(&results(), "targets").unwrap();
        assert!(results().rows[0].variant.is_chosen());
        let line = |start: &str| {
            text.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{start}: {text}"))
        };
        assert_eq!(
            line("| cold, files evicted"),
            "| cold, files evicted, ms | 5.0 | 500.0 | 100.0× | 20× | yes | 100.0× |"
        );
        assert_eq!(
            line("| cold, throttled"),
            "| cold, throttled as at 128 MB, ms | 4.0 | 400.0 | 100.0× | 120× | no | 100.0× |"
        );
        assert_eq!(
            line("| warm CPU"),
            "| warm CPU per request on one core, µs | 90 | 9,000 | 100.0× | 8× | yes | 100.0× |"
        );
        assert_eq!(line("| zip"), "| zip of the largest function, KB | 2,499 | 2,400 | – | under 2,500 | yes | – |");
        // It must be under it, in each of them.
        let mut large = results();
        large.rows[0].built.functions[0].zip_bytes = 2_500_000;
        let text = table(&large, "targets").unwrap();
        assert!(text.contains("KB | 2,500 | 2,400 | – | under 2,500 | no |"), "{text}");
        // Just reached, and just not.
        for (factor, reached) in [(20.0, "| 20.0× | 20× | yes |"), (19.9, "| 19.9× | 20× | no |")] {
            let mut near = results();
            for row in near.rows.iter_mut().filter(|row| row.variant.name == RIVAL) {
                row.figures.evicted = 5.0 * factor;
            }
            let text = table(&near, "targets").unwrap();
            assert!(text.contains(reached), "{text}");
        }
        let mut without = results();
        without.rows.retain(|row| row.variant.name != RIVAL_PRIMED);
        without.rows.iter_mut().for_each(|row| row.figures.throttled_128 = None);
        let text = table(&without, "targets").unwrap();
        assert!(text.contains("| cold, throttled as at 128 MB, ms | – | – | – | 120× | – | – |"), "{text}");
        without.rows.retain(|row| row.variant.name != RIVAL);
        assert!(table(&without, "targets").is_err());
    }

    #[test]
    fn each_table_has_its_rows_and_as_many_cells_in_each() {
        let results = results();
        let ours = results.rows.iter().filter(|row| row.variant.name.starts_with("ours")).count();
        let all = results.rows.len();
        for (name, rows) in [
            ("run", 5),
            ("targets", 6),
            ("functions", 2),
            ("clients", all - ours + 1),
            ("profiles", ours),
            ("builds", all),
        ] {
            let text = table(&results, name).unwrap();
            assert_eq!(text.lines().count(), rows + 2, "{name}: {text}");
            let bars: Vec<usize> = text.lines().map(|line| line.replace("\\|", "").matches('|').count()).collect();
            assert!(bars.windows(2).all(|pair| pair[0] == pair[1]), "{name}: {bars:?}\n{text}");
        }
        assert_eq!(NAMES.map(|name| table(&results, name).is_ok()), [true; 6]);
        assert!(table(&results, "nothing").unwrap_err().to_string().contains("builds"));
    }

    #[test]
    fn the_chosen_profile_stands_out_and_the_rest_is_compared_with_it() {
        let text = table(&results(), "profiles").unwrap();
        assert!(
            text.contains(
                "| **s** | **fat** | **1** | **unwind** | 2.0 | 1.0 | 3.0 | 2.5 | 5.0 | 4.0 | – | 123 | 300 | 110 | 90 | 6.0 | 3,072 | 2,343 | 1.0× |"
            ),
            "{text}"
        );
        let text = table(&results(), "clients").unwrap();
        let node = text.lines().find(|line| line.starts_with("| Node 20 |")).unwrap();
        assert!(node.ends_with("| 100.0× |"), "{node}");
        assert!(table(&results(), "builds").unwrap().contains("| Node 20 | – | – | – | – | 3.0 | 2.0 | 3.0 | 2.0 |"));
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!([0, 999, 1000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            (whole(1234.5), whole(0.4), tenths(0.25), multiple(7.04)),
            ("1,234".into(), "0".into(), "0.2".into(), "7.0×".into())
        );
        assert_eq!(ratio(Some(1.0), Some(0.0)), None);
    }
}
