//! `doctor`: what would keep the stage from working, each with the line that mends it. Nothing is changed or started.

use std::fmt::Write as _;
use std::time::Duration;

use cloudcart_deploy::build::environment::Environment;
use cloudcart_deploy::build::toolchain::Toolchain;
use cloudcart_deploy::build::{self, Purpose};
use cloudcart_deploy::doctor::{self, Area, Check, Needs, Project, Question, State, SystemClock, Wanted};
use cloudcart_deploy::elf::Machine;
use cloudcart_deploy::http::ca_bundle_from_env;
use cloudcart_deploy::target::TargetOptions;
use serde_json::json;

use crate::args::Doctor;
use crate::config::{Origin, Settings};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::printer::{JSON_VERSION, Printer, Tone};
use crate::session::Session;
use crate::table::{render, size};

/// With less room nothing can be written.
const NO_ROOM: u64 = 100 << 20;
/// A first build of the handlers takes about this much.
const LITTLE_ROOM: u64 = 2 << 30;

pub(crate) async fn run(session: &Session<'_>, args: &Doctor) -> Result<Exit, Failure> {
    let printer = &session.printer;
    session.if_interrupted("nothing was changed");
    printer.busy("looking");
    let deadline = Duration::from_secs(args.timeout);
    let ((build, project), target) = tokio::join!(building(session), targets(session, deadline));
    let mut checks = settings(session);
    checks.extend(build);
    checks.extend(folders(&session.settings, project.as_ref()));
    checks.extend(target);
    printer.clear();
    let exit = exit(&checks);
    if printer.is_json() {
        // Which stage was meant is not known where the settings cannot be read.
        let settings = Some(&session.settings).filter(|_| session.broken.is_none());
        printer.json(&json!({
            "version": JSON_VERSION,
            "stage": settings.map(|settings| &settings.stage),
            "stack": settings.map(|settings| &settings.stack_name),
            "exit": exit.code(),
            "checks": checks,
        }))?;
    } else {
        printer.out(&text(&checks, printer))?;
    }
    printer.note(&verdict(&checks));
    Ok(exit)
}

/// The configuration file, and what follows from it.
fn settings(session: &Session<'_>) -> Vec<Check> {
    const AREA: Area = Area::Configuration;
    let settings = &session.settings;
    if let Some(failure) = &session.broken {
        let place = failure.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
        let hint =
            failure.hint.clone().unwrap_or_else(|| "correct that line, or name another file with --config".into());
        let found = format!("{failure}{place}");
        return vec![Check::fail(AREA, "configuration", found, hint), Check::skipped(AREA, "settings", SETTINGS)];
    }
    let origins = &settings.origins;
    let file = match &origins.file {
        Some(path) => path.display().to_string(),
        None => format!("no {}; the defaults are in force", crate::project::CONFIG_FILE),
    };
    let mut parts = vec![
        format!("stage {} ({})", settings.stage, origins.stage),
        format!("stack {} ({})", settings.stack_name, origins.stack_name),
    ];
    for (name, value, origin) in [
        ("region", &settings.region, &origins.region),
        ("profile", &settings.profile, &origins.profile),
        ("endpoint", &settings.endpoint_url, &origins.endpoint_url),
    ] {
        parts.extend(value.as_ref().map(|value| format!("{name} {value} ({origin})")));
    }
    vec![Check::ok(AREA, "configuration", file), Check::ok(AREA, "settings", parts.join(", "))]
}

/// What the target's checks want when the settings cannot be had.
const SETTINGS: &str = "settings that can be read";

/// The project and what builds its functions.
async fn building(session: &Session<'_>) -> (Vec<Check>, Option<Project>) {
    let settings = &session.settings;
    let (root, package) = (settings.root.clone(), session.app.handlers_package);
    let functions: Vec<&'static str> = session.app.functions.iter().map(|function| function.name).collect();
    let own = settings.cargo_profile.as_deref();
    let purpose = if settings.is_local() { Purpose::Local } else { Purpose::Lambda };
    let profile = own.filter(|_| !settings.is_local()).unwrap_or(purpose.profile()).to_owned();
    let looked = tokio::task::spawn_blocking(move || {
        doctor::project(&Wanted { root: &root, package, functions, profile: &profile })
    });
    let (looked, facts) = tokio::join!(looked, tools(settings));
    let (mut checks, project) = match looked {
        Ok(found) => found,
        Err(error) => {
            let found = format!("it cannot be looked at: {error}");
            (vec![Check::fail(Area::Build, "workspace", found, "run the command again with -v")], None)
        }
    };
    let rust_version = project.as_ref().and_then(|project| project.rust_version.as_deref());
    let too_new = project.as_ref().is_some_and(|project| build::is_too_new(&project.target_folder, &facts));
    let needs = Needs { rust_version, lambda: !settings.is_local(), builder: settings.builder, too_new };
    checks.extend(doctor::toolchain(&facts, &needs));
    (checks, project)
}

/// What there is to build with for the stage. The local cloud runs functions on this machine, whatever that is.
async fn tools(settings: &Settings) -> Toolchain {
    let environment = Environment::of_process();
    let machine = settings.machine.filter(|_| !settings.is_local()).or(Machine::host()).unwrap_or(Machine::X86_64);
    let facts = Toolchain::gather(&settings.root, machine.rust_target(), &environment).await;
    match &facts.rustc {
        Ok(rustc) if settings.is_local() && rustc.host != facts.target => {
            Toolchain::gather(&settings.root, &rustc.host, &environment).await
        }
        _ => facts,
    }
}

/// Where the project keeps what can be made again, and where there is the least room for that.
fn folders(settings: &Settings, project: Option<&Project>) -> Vec<Check> {
    const AREA: Area = Area::Configuration;
    let facts = doctor::folder(settings.dot_folder());
    let path = facts.path.display();
    let folder = match &facts.refused {
        Some(reason) => Check::fail(
            AREA,
            "folder",
            format!("{path} cannot be written: {}: {reason}", facts.nearest.display()),
            format!("make {} writable for you, or choose another with --folder", facts.nearest.display()),
        ),
        None if facts.nearest == facts.path => Check::ok(AREA, "folder", format!("{path} can be written")),
        None => Check::ok(AREA, "folder", format!("{path} can be made")),
    };
    let target = project.map(|project| doctor::folder(&project.target_folder));
    let tightest = [Some(&facts), target.as_ref()].into_iter().flatten().min_by_key(|facts| facts.free);
    let free = tightest.and_then(|facts| Some((facts.free?, facts.path.display())));
    let disk = match free {
        None => Check::skipped(AREA, "disk", "a system that tells how much room there is"),
        Some((free, path)) => {
            let found = format!("{} free at {path}", size(free));
            let hint = "make room, for example with `cargo clean`, or choose another --folder and CARGO_TARGET_DIR";
            if free < NO_ROOM {
                Check::fail(AREA, "disk", found, hint)
            } else if free < LITTLE_ROOM {
                Check::warn(AREA, "disk", found, format!("a first build may not fit: {hint}"))
            } else {
                Check::ok(AREA, "disk", found)
            }
        }
    };
    vec![folder, disk]
}

/// The stage's target: the local cloud of this project, or what the settings name.
async fn targets(session: &Session<'_>, deadline: Duration) -> Vec<Check> {
    let settings = &session.settings;
    if session.broken.is_some() {
        return skipped(SETTINGS);
    }
    if settings.is_local() {
        return local_target(session, deadline).await;
    }
    let place = settings.endpoint_url.clone().or_else(|| std::env::var("AWS_ENDPOINT_URL").ok());
    session.printer.note(&format!("target: {} (stage {})", place.as_deref().unwrap_or("AWS"), settings.stage));
    let region_from = Some(&settings.origins.region).filter(|origin| **origin != Origin::Default);
    let question = Question {
        options: TargetOptions {
            profile: settings.profile.clone(),
            region: settings.region.clone(),
            endpoint_url: settings.endpoint_url.clone(),
            credentials: None,
            ca_bundle: ca_bundle_from_env(),
        },
        region_from: region_from.map(ToString::to_string),
        credentials_from: None,
        stack: settings.stack_name.clone(),
        deadline,
    };
    doctor::examine(&question, &SystemClock).await
}

/// Everything about a target, for want of something.
fn skipped(want: &str) -> Vec<Check> {
    doctor::NAMES.map(|name| Check::skipped(Area::Endpoint, name, want)).into()
}

#[cfg(not(feature = "local"))]
#[allow(clippy::unused_async, reason = "the same shape with and without the local cloud")]
async fn local_target(_session: &Session<'_>, _deadline: Duration) -> Vec<Check> {
    let found = "this build of the command has no local cloud";
    let hint = "pass --stage dev and an endpoint or a profile";
    let mut checks = vec![Check::fail(Area::Configuration, "local cloud", found, hint)];
    checks.extend(skipped("a local cloud"));
    checks
}

#[cfg(feature = "local")]
async fn local_target(session: &Session<'_>, deadline: Duration) -> Vec<Check> {
    use cloudcart_deploy::http::is_here;

    use crate::local;
    const AREA: Area = Area::Configuration;
    let settings = &session.settings;
    let state = local::state_dir(settings);
    let region_from = match &settings.origins.region {
        Origin::Default => "the local cloud's".to_owned(),
        given => given.to_string(),
    };
    let Some(document) = local::alive(&state).await else {
        let here = if local::read(&state).is_some() {
            let hint =
                format!("{} may say why; the next command that needs it starts it", local::log_file(&state).display());
            Check::warn(AREA, "local cloud", "it ended without saying so", hint)
        } else {
            Check::ok(AREA, "local cloud", "it is not running; a command that needs it starts it")
        };
        let region = settings.region.as_deref().unwrap_or(crate::config::LOCAL_REGION);
        let mut checks = vec![here, ports(settings).await, doctor::region(Some(region), &region_from, true)];
        checks.extend(skipped("a running local cloud").into_iter().skip(1));
        return checks;
    };
    session.printer.note(&format!("target: local cloud at {}", document.endpoint));
    let runs = format!("it runs at {} (pid {})", document.endpoint, document.pid);
    let here = if is_here(&document.endpoint) {
        Check::ok(AREA, "local cloud", runs)
    } else {
        let hint = "stop it with `cloudcart local stop`: who reaches that address reaches your data";
        Check::fail(AREA, "local cloud", format!("{runs}, which is not this machine alone"), hint)
    };
    let question = Question {
        options: local::options(&document),
        region_from: Some(region_from),
        credentials_from: Some("the local cloud's own keys".to_owned()),
        stack: settings.stack_name.clone(),
        deadline,
    };
    let mut checks = vec![here, Check::ok(AREA, "ports", "the local cloud has them")];
    checks.extend(doctor::examine(&question, &SystemClock).await);
    checks
}

/// Whether a local cloud could listen where it would.
#[cfg(feature = "local")]
async fn ports(settings: &Settings) -> Check {
    const AREA: Area = Area::Configuration;
    let (port, api_port) = crate::local::ports(settings, crate::args::Ports::default());
    let mut taken = Vec::new();
    for (name, port) in [("the AWS endpoint's", port), ("the HTTP API's", api_port)] {
        if let Err(error) = std::net::TcpListener::bind(("127.0.0.1", port)) {
            let who = match error.kind() {
                std::io::ErrorKind::AddrInUse => holder(port).await,
                _ => error.to_string(),
            };
            taken.push(format!("{port}, {name}: {who}"));
        }
    }
    if taken.is_empty() {
        let fixed: Vec<String> = [port, api_port].iter().filter(|port| **port != 0).map(ToString::to_string).collect();
        let found = match &fixed[..] {
            [] => "free ones will be taken".to_owned(),
            [one] => format!("{one} is free, and another free one will be taken"),
            both => format!("{} are free", both.join(" and ")),
        };
        return Check::ok(AREA, "ports", found);
    }
    let hint = "end what has it, or choose others: `port` and `api_port` under [local] in cloudcart.toml, or the variables \
                CLOUDCART_LOCAL_PORT and CLOUDCART_LOCAL_API_PORT; 0 takes a free one";
    Check::fail(AREA, "ports", taken.join("; "), hint)
}

/// Who has a port: another project's local cloud says so.
#[cfg(feature = "local")]
async fn holder(port: u16) -> String {
    let other = async {
        let http = cloudcart_deploy::http::Http::new(None, Duration::from_secs(2)).ok()?;
        let url = format!("http://127.0.0.1:{port}/_cloudcart/status");
        let answer = http.send("GET", &url, &[], None);
        let answer = tokio::time::timeout(Duration::from_secs(2), answer).await.ok()?.ok()?;
        let said: serde_json::Value = serde_json::from_slice(&answer.body).ok()?;
        said["pid"].as_u64()
    };
    match other.await {
        Some(pid) => format!("another project's local cloud has it (pid {pid})"),
        None => "in use".to_owned(),
    }
}

/// What the first failure means, as for any other command.
fn exit(checks: &[Check]) -> Exit {
    let first = checks.iter().find(|check| check.state == State::Fail);
    first.map_or(Exit::Done, |check| match check.area {
        Area::Build => Exit::Build,
        Area::Credentials => Exit::Access,
        _ => Exit::Usage,
    })
}

fn tone(state: State) -> Tone {
    match state {
        State::Ok => Tone::Good,
        State::Warn => Tone::Hint,
        State::Fail => Tone::Bad,
        State::Skipped => Tone::Dim,
    }
}

/// A table, and under each row that is not well what mends it.
fn text(checks: &[Check], printer: &Printer) -> String {
    let rows: Vec<Vec<String>> = checks
        .iter()
        .map(|check| vec![check.name.to_owned(), check.state.as_str().to_owned(), check.found.clone()])
        .collect();
    let plain = render(&["CHECK", "STATE", "FOUND"], &rows, &[]);
    let mut lines = plain.lines();
    let heading = lines.next().unwrap_or_default();
    let state_at = heading.find("STATE").unwrap_or_default();
    let found_at = heading.find("FOUND").unwrap_or_default();
    let mut text = format!("{heading}\n");
    for (line, check) in lines.zip(checks) {
        let word = check.state.as_str();
        // Names and states are ASCII, so columns are bytes.
        let (before, after) = (&line[..state_at], &line[state_at + word.len()..]);
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{before}{}{after}", printer.paint_out(tone(check.state), word));
        if let Some(hint) = &check.hint {
            let _ = writeln!(text, "{:found_at$}{} {hint}", "", printer.paint_out(Tone::Hint, "hint:"));
        }
    }
    text
}

fn verdict(checks: &[Check]) -> String {
    let count = |state| checks.iter().filter(|check| check.state == state).count();
    let (fail, warn, skipped) = (count(State::Fail), count(State::Warn), count(State::Skipped));
    let first = match fail {
        0 => "nothing fails".to_owned(),
        1 => "1 check fails".to_owned(),
        many => format!("{many} checks fail"),
    };
    format!("{first}; {warn} with a warning, {skipped} skipped, {} well", count(State::Ok))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_decides_how_it_ends() {
        let fail = |area| Check::fail(area, "x", "f", "h");
        let warn = Check::warn(Area::Build, "x", "f", "h");
        assert_eq!(exit(&[warn.clone(), Check::skipped(Area::Build, "x", "w")]), Exit::Done);
        assert_eq!(exit(&[warn, fail(Area::Credentials), fail(Area::Build)]), Exit::Access);
        assert_eq!(exit(&[fail(Area::Build), fail(Area::Credentials)]), Exit::Build);
        assert_eq!(exit(&[fail(Area::Endpoint)]), Exit::Usage);
        assert_eq!(exit(&[fail(Area::Configuration)]), Exit::Usage);
    }

    #[test]
    fn hints_stand_under_what_they_mend() {
        let checks = [
            Check::ok(Area::Build, "cargo", "1.95.0"),
            Check::fail(Area::Credentials, "credentials", "none", "sign in"),
            Check::skipped(Area::Endpoint, "s3", "credentials"),
        ];
        assert_eq!(
            text(&checks, &Printer::plain(crate::args::Color::Never)),
            "CHECK        STATE    FOUND\n\
             cargo        ok       1.95.0\n\
             credentials  fail     none\n                      hint: sign in\n\
             s3           skipped  for want of credentials\n"
        );
        assert_eq!(verdict(&checks), "1 check fails; 0 with a warning, 1 skipped, 1 well");
    }
}
