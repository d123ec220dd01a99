//! The command as a program: help, usage errors, configuration errors, and what goes where.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The command in an empty folder, with none of this machine's settings.
fn cloudcart(folder: &Path, args: &[&str]) -> Output {
    command(folder).args(args).output().unwrap()
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloudcart"));
    command.current_dir(folder).stdin(Stdio::null());
    for (name, _) in std::env::vars() {
        if name.starts_with("CLOUDCART_") || name.starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    // No profile, and no metadata service to ask.
    command
        .env("AWS_CONFIG_FILE", folder.join("no-config"))
        .env("AWS_SHARED_CREDENTIALS_FILE", folder.join("no-credentials"))
        .env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn help_and_version_go_to_standard_output() {
    let folder = folder();
    let help = cloudcart(folder.path(), &["--help"]);
    assert_eq!(help.status.code(), Some(0));
    for verb in ["dev", "local", "build", "synth", "deploy", "seed", "smoke-test", "logs", "outputs", "destroy"] {
        assert!(out(&help).contains(&format!("  {verb} ")), "{verb} is not in:\n{}", out(&help));
    }
    let local = cloudcart(folder.path(), &["local", "--help"]);
    assert!(out(&local).contains("  status ") && !out(&local).contains("  serve "), "{}", out(&local));
    assert!(help.stderr.is_empty());
    let version = cloudcart(folder.path(), &["--version"]);
    assert_eq!(out(&version), format!("cloudcart {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn wrong_usage_is_2_and_says_so_on_standard_error() {
    let folder = folder();
    for args in [
        &["no-such-verb"][..],
        &[],
        &["deploy", "--no-such-flag"],
        &["-q", "-v", "outputs"],
        &["seed", "f.csv", "--count", "3"],
        &["seed", "--count", "0"],
        &["--format", "xml", "outputs"],
        &["--format", "yaml", "outputs"],
        &["--stage", "Not-A-Stage", "outputs"],
        &["--stage", "dev", "--endpoint-url", "nonsense", "outputs"],
        &["--endpoint-url", "http://127.0.0.1:1", "outputs"],
        &["logs", "nobody"],
        &["logs", "worker", "--since", "yesterday"],
        &["build", "nobody"],
        &["--stage", "dev", "dev"],
    ] {
        let output = cloudcart(folder.path(), args);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", err(&output));
        assert!(output.stdout.is_empty(), "{args:?}");
        assert!(!output.stderr.is_empty(), "{args:?}");
    }
}

#[test]
fn a_broken_configuration_file_is_2_with_file_line_and_reason() {
    let folder = folder();
    std::fs::write(folder.path().join("cloudcart.toml"), "stage = \"dev\"\nregoin = \"eu-west-1\"\n").unwrap();
    let output = cloudcart(folder.path(), &["outputs"]);
    assert_eq!(output.status.code(), Some(2));
    let text = err(&output);
    assert!(text.contains("error: ") && text.contains("regoin") && text.contains("cloudcart.toml:2"), "{text}");
    let output = cloudcart(folder.path(), &["--config", "absent.toml", "outputs"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("absent.toml"));
}

#[test]
fn a_file_above_is_found_and_an_environment_variable_beats_it() {
    let folder = folder();
    let deep = folder.path().join("a/b");
    std::fs::create_dir_all(&deep).unwrap();
    std::fs::write(folder.path().join("cloudcart.toml"), "stage = \"prod\"\n[shop]\nidentity = \"demo\"\n").unwrap();
    let refused = cloudcart(&deep, &["deploy", "--yes"]);
    assert_eq!(refused.status.code(), Some(9), "{}", err(&refused));
    assert!(err(&refused).contains("prod"));
    let bad = command(&deep).env("CLOUDCART_STAGE", "NO").arg("outputs").output().unwrap();
    assert_eq!(bad.status.code(), Some(2));
    assert!(err(&bad).contains("`NO` is no stage"));
}

#[test]
fn a_deployment_without_consent_is_9_and_names_the_flag() {
    let folder = folder();
    let output = cloudcart(folder.path(), &["--stage", "dev", "deploy"]);
    assert_eq!(output.status.code(), Some(9), "{}", err(&output));
    assert!(err(&output).contains("--yes"));
}

#[test]
fn without_credentials_it_is_3_and_without_a_region_2() {
    let folder = folder();
    let endpoint = ["--stage", "dev", "--endpoint-url", "http://127.0.0.1:9"];
    let output = cloudcart(folder.path(), &[&endpoint[..], &["--region", "eu-west-1", "outputs"]].concat());
    assert_eq!(output.status.code(), Some(3), "{}", err(&output));
    assert!(err(&output).contains("hint: "), "{}", err(&output));
    let output = cloudcart(folder.path(), &[&endpoint[..], &["outputs"]].concat());
    assert_eq!(output.status.code(), Some(2), "{}", err(&output));
    assert!(err(&output).contains("region"), "{}", err(&output));
}

#[test]
fn an_endpoint_that_nobody_serves_is_named() {
    let folder = folder();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let output = command(folder.path())
        .args(["--stage", "dev", "--region", "eu-west-1", "--endpoint-url", &url, "outputs"])
        .env("AWS_ACCESS_KEY_ID", "x")
        .env("AWS_SECRET_ACCESS_KEY", "y")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    assert!(err(&output).contains("cannot be reached"), "{}", err(&output));
}

#[test]
fn errors_are_json_when_json_is_asked_for() {
    let folder = folder();
    let output = cloudcart(folder.path(), &["--format", "json", "--stage", "dev", "deploy"]);
    let error: serde_json::Value = serde_json::from_str(err(&output).trim()).unwrap();
    assert_eq!((error["code"].as_str(), error["exit"].as_u64()), (Some("ERROR"), Some(9)));
    assert!(output.stdout.is_empty());
}

#[test]
fn a_malformed_catalogue_is_refused_before_anything_is_contacted() {
    let folder = folder();
    std::fs::write(folder.path().join("c.csv"), "id,name,price,category\n1,A,1.00,x\n2,,x,\n").unwrap();
    let output = cloudcart(folder.path(), &["seed", "c.csv"]);
    assert_eq!(output.status.code(), Some(2), "{}", err(&output));
    assert!(err(&output).contains("line 3"), "{}", err(&output));
    assert!(!folder.path().join(".cloudcart").exists(), "a cloud was started");
}

#[test]
fn synth_prints_the_template_alone() {
    let folder = folder();
    let json = cloudcart(folder.path(), &["synth", "--format", "json"]);
    assert_eq!(json.status.code(), Some(0), "{}", err(&json));
    let template: serde_json::Value = serde_json::from_str(&out(&json)).unwrap();
    assert_eq!(template["Resources"]["WorkerFunction"]["Type"], "AWS::Lambda::Function");
    assert!(err(&json).contains("resources: "));
    let yaml = cloudcart(folder.path(), &["-q", "synth"]);
    assert!(out(&yaml).contains("WorkerFunction:"));
    assert!(yaml.stderr.is_empty(), "{}", err(&yaml));
}

#[test]
fn stale_templates_are_5_and_written_ones_are_not_stale() {
    let folder = folder();
    let stale = cloudcart(folder.path(), &["synth", "--check", "--out", "t"]);
    assert_eq!(stale.status.code(), Some(5), "{}", err(&stale));
    assert_eq!(cloudcart(folder.path(), &["synth", "--out", "t"]).status.code(), Some(0));
    let fresh = cloudcart(folder.path(), &["synth", "--check", "--out", "t"]);
    assert_eq!(fresh.status.code(), Some(0), "{}", err(&fresh));
}

#[test]
fn completions_come_for_every_shell() {
    let folder = folder();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = cloudcart(folder.path(), &["completions", shell]);
        assert_eq!(output.status.code(), Some(0), "{shell}");
        assert!(out(&output).contains("smoke-test"), "{shell}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = folder();
    let mut child = command(folder.path())
        .args(["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{}", err(&output));
}

#[cfg(feature = "local")]
#[test]
fn without_a_local_cloud_status_is_1_stop_is_fine_and_reset_asks() {
    let folder = folder();
    let status = cloudcart(folder.path(), &["local", "status"]);
    assert_eq!(status.status.code(), Some(1));
    assert!(err(&status).contains("cloudcart local start"));
    assert_eq!(cloudcart(folder.path(), &["local", "stop"]).status.code(), Some(0));
    let reset = cloudcart(folder.path(), &["local", "reset"]);
    assert_eq!(reset.status.code(), Some(9));
    assert!(err(&reset).contains("--yes"));
    assert_eq!(cloudcart(folder.path(), &["local", "reset", "--yes"]).status.code(), Some(0));
}

#[cfg(feature = "local")]
#[test]
fn the_local_cloud_starts_once_tells_where_it_is_stops_and_starts_again() {
    let folder = folder();
    std::fs::write(folder.path().join("cloudcart.toml"), "[local]\nport = 0\napi_port = 0\n").unwrap();
    let first = cloudcart(folder.path(), &["local", "start", "--format", "json"]);
    assert_eq!(first.status.code(), Some(0), "{}", err(&first));
    let stop = Stop(folder.path());
    let first: serde_json::Value = serde_json::from_str(&out(&first)).unwrap();
    assert!(first["endpoint"].as_str().unwrap().starts_with("http://127.0.0.1:"));
    assert!(first["credentials"]["secretAccessKey"].is_string());

    let again = cloudcart(folder.path(), &["local", "start"]);
    assert!(err(&again).contains("already running"), "{}", err(&again));
    let status = cloudcart(folder.path(), &["local", "status", "--format", "json"]);
    let status: serde_json::Value = serde_json::from_str(&out(&status)).unwrap();
    assert_eq!(status["pid"], first["pid"]);
    let wiped = cloudcart(folder.path(), &["dev", "--fresh", "--once"]);
    assert_eq!(wiped.status.code(), Some(9), "{}", err(&wiped));

    drop(stop);
    assert_eq!(cloudcart(folder.path(), &["local", "status"]).status.code(), Some(1));
    assert!(folder.path().join(".cloudcart/local").is_dir(), "the state is gone");
    assert_eq!(cloudcart(folder.path(), &["local", "start"]).status.code(), Some(0));
    drop(Stop(folder.path()));
}

#[cfg(feature = "local")]
#[test]
fn the_local_cloud_is_less_strict_where_it_is_asked_to_be() {
    let folder = folder();
    std::fs::write(folder.path().join("cloudcart.toml"), "[local]\nport = 0\napi_port = 0\n").unwrap();
    for (flags, iam, freeze) in [(&[][..], "enforce", true), (&["--no-freeze", "--iam", "warn"], "warn", false)] {
        let started = cloudcart(folder.path(), &[&["local", "start", "--format", "json"], flags].concat());
        let stop = Stop(folder.path());
        let document: serde_json::Value = serde_json::from_str(&out(&started)).unwrap();
        assert_eq!((&document["iam"], &document["freeze"]), (&iam.into(), &freeze.into()), "{document}");
        let again = cloudcart(folder.path(), &["local", "start", "--iam", "off"]);
        assert!(err(&again).contains("`cloudcart local stop` first"), "{}", err(&again));
        drop(stop);
    }
}

#[cfg(feature = "local")]
#[test]
fn the_clock_is_told_moved_forward_only_and_kept_until_a_reset() {
    let folder = folder();
    std::fs::write(folder.path().join("cloudcart.toml"), "[local]\nport = 0\napi_port = 0\n").unwrap();
    let clock = |args: &[&str]| cloudcart(folder.path(), &[&["local", "clock"], args].concat());
    let idle = clock(&[]);
    assert_eq!(idle.status.code(), Some(1));
    assert!(err(&idle).contains("cloudcart local start"), "{}", err(&idle));
    assert_eq!(cloudcart(folder.path(), &["local", "start"]).status.code(), Some(0));
    let stop = Stop(folder.path());

    assert!(err(&clock(&[])).contains("has this machine's time"));
    let moved = clock(&["+15m"]);
    assert_eq!(moved.status.code(), Some(0), "{}", err(&moved));
    let time: jiff::Timestamp = out(&moved).trim_end().parse().unwrap();
    let ahead = time.as_second() - jiff::Timestamp::now().as_second();
    assert!((840..=900).contains(&ahead), "{ahead}");
    assert!(err(&moved).contains("15m ahead of this machine"), "{}", err(&moved));
    let status = out(&cloudcart(folder.path(), &["local", "status"]));
    assert!(status.lines().any(|line| line.starts_with("clock") && line.contains("15m ahead")), "{status}");
    for back in ["-15m", "reset"] {
        let refused = clock(&[back]);
        assert_eq!(refused.status.code(), Some(2));
        assert!(err(&refused).contains("never goes back"), "{}", err(&refused));
        assert!(err(&refused).contains("cloudcart local reset"), "{}", err(&refused));
    }
    assert_eq!(clock(&["15m"]).status.code(), Some(2));
    let far = clock(&["+40000d"]);
    assert!(far.status.code() != Some(0) && err(&far).contains("36525 days"), "{}", err(&far));

    drop(stop);
    assert_eq!(cloudcart(folder.path(), &["local", "start"]).status.code(), Some(0));
    let stop = Stop(folder.path());
    let json: serde_json::Value = serde_json::from_str(&out(&clock(&["--format", "json"]))).unwrap();
    assert_eq!(json["aheadMs"], 900_000, "a restart keeps it: {json}");
    assert!(json["time"].is_string() && json["machineTime"].is_string());
    drop(stop);
    assert_eq!(cloudcart(folder.path(), &["local", "reset", "--yes"]).status.code(), Some(0));
    assert_eq!(cloudcart(folder.path(), &["local", "start"]).status.code(), Some(0));
    let _stop = Stop(folder.path());
    let json: serde_json::Value = serde_json::from_str(&out(&clock(&["--format", "json"]))).unwrap();
    assert_eq!(json["aheadMs"], 0);
}

#[cfg(feature = "local")]
#[test]
fn a_port_in_use_shows_the_reason_and_the_way_out() {
    let folder = folder();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for args in [&["local", "start", "--port", &port, "--api-port", "0"][..], &["dev", "--once", "--port", &port]] {
        let output = cloudcart(folder.path(), args);
        assert_eq!(output.status.code(), Some(1), "{}", err(&output));
        let text = err(&output);
        assert!(text.contains(&format!("port {port} on 127.0.0.1 is in use")) && text.contains("hint: "), "{text}");
    }
}

/// Stops the cloud of a folder when a test ends, however it ends.
#[cfg(feature = "local")]
struct Stop<'a>(&'a Path);

#[cfg(feature = "local")]
impl Drop for Stop<'_> {
    fn drop(&mut self) {
        let output = cloudcart(self.0, &["local", "stop"]);
        assert!(output.status.success() || std::thread::panicking(), "{}", err(&output));
    }
}
