//! `cloudcart doctor`, the real command: each way in which a machine, a person's settings or an endpoint is not as it should be,
//! with what is said about it, the line that mends it, and the exit code.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[path = "credentials/cloud.rs"]
#[allow(dead_code, reason = "the tests of credentials need more of it")]
mod cloud;
#[path = "doctor/endpoint.rs"]
mod endpoint;
#[path = "doctor/project.rs"]
mod project;
#[path = "credentials/tls.rs"]
#[allow(dead_code, reason = "the tests of credentials need more of it")]
mod tls;

use cloud::Cloud;
use endpoint::{Endpoint, Mood};
use project::{Found, Project};

/// The exit codes.
const DONE: i32 = 0;
const USAGE: i32 = 2;
const ACCESS: i32 = 3;
const BUILD: i32 = 4;

const SERVICES: [&str; 6] = ["cloudformation", "s3", "lambda", "dynamodb", "sqs", "logs"];

/// Looks at stage `dev` with these variables.
fn look(project: &Project, variables: &[(&'static str, String)]) -> Found {
    let all: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    project.doctor(&[], &all)
}

/// The variables of somebody who uses a local cloud as if it were AWS.
fn settings_for(cloud: &Cloud) -> Vec<(&'static str, String)> {
    let (id, secret) = cloud.key_pair();
    let region = cloud.region().to_owned();
    let endpoint = cloud.endpoint().to_owned();
    vec![
        ("AWS_ACCESS_KEY_ID", id),
        ("AWS_SECRET_ACCESS_KEY", secret),
        ("AWS_REGION", region),
        ("CLOUDCART_ENDPOINT_URL", endpoint),
    ]
}

fn assert_skipped(found: &Found, names: &[&str], want: &str) {
    for name in names {
        assert_eq!(found.state(name), "skipped", "{name}: {}", found.found(name));
        assert_eq!(found.found(name), format!("for want of {want}"), "{name}");
        assert_eq!(found.hint(name), "", "{name}");
    }
}

#[test]
fn a_local_stage_is_well_before_its_cloud_runs_and_while_it_does_and_nothing_is_made() {
    let project = Project::new();
    let local = [("CLOUDCART_STAGE", "local")];
    let found = project.doctor(&[], &local);
    assert_eq!(found.code(), DONE, "{}", found.ran.out);
    assert_eq!(found.state("local cloud"), "ok");
    assert!(found.found("local cloud").contains("not running"), "{}", found.found("local cloud"));
    assert_eq!((found.state("ports"), found.state("region")), ("ok", "ok"));
    assert_skipped(&found, &["endpoint", "clock", "credentials", "identity"], "a running local cloud");
    assert!(!project.root().join(".cloudcart").exists(), "looking made the folder");

    let started = project.run(&["local", "start"], &local);
    assert_eq!(started.code, 0, "{}", started.err);
    let found = project.doctor(&[], &local);
    let stopped = project.run(&["local", "stop"], &local);
    assert_eq!(stopped.code, 0, "{}", stopped.err);
    assert_eq!(found.code(), DONE, "{}", found.ran.out);
    assert!(found.all("fail").is_empty() && found.all("skipped").is_empty(), "{}", found.ran.out);
    assert!(found.found("local cloud").contains("it runs at http://127.0.0.1:"), "{}", found.found("local cloud"));
    for name in ["endpoint", "clock", "credentials", "identity"].into_iter().chain(SERVICES) {
        assert_eq!(found.state(name), "ok", "{name}: {}", found.found(name));
    }
    assert!(found.found("credentials").ends_with("the local cloud's own keys"), "{}", found.found("credentials"));
    assert_eq!(found.stage(), Some("local"));
    assert!(found.ran.first().starts_with("target: local cloud at http://127.0.0.1:"), "{}", found.ran.err);
}

#[test]
fn ports_that_are_taken_are_named_with_those_who_have_them() {
    let project = Project::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let cloud = Cloud::start();
    let port = taken.local_addr().unwrap().port().to_string();
    let clouds = cloud.endpoint().rsplit(':').next().unwrap();
    let found = project.doctor(
        &[],
        &[("CLOUDCART_STAGE", "local"), ("CLOUDCART_LOCAL_PORT", clouds), ("CLOUDCART_LOCAL_API_PORT", &port)],
    );
    assert_eq!((found.code(), found.state("ports")), (USAGE, "fail"), "{}", found.ran.out);
    let told = found.found("ports");
    assert!(told.contains(clouds) && told.contains("another project's local cloud has it (pid "), "{told}");
    assert!(told.contains(&format!("{port}, the HTTP API's: in use")), "{told}");
    assert!(found.hint("ports").contains("CLOUDCART_LOCAL_PORT"), "{}", found.hint("ports"));
}

#[test]
fn a_cloud_that_was_killed_is_told_from_one_that_never_ran() {
    let project = Project::new();
    let document = serde_json::json!({
        "endpoint": "http://127.0.0.1:9", "region": "us-east-1", "pid": 1,
        "credentials": {"accessKeyId": "A", "secretAccessKey": "S"}
    });
    project.home.file("shop/.cloudcart/local/cloud.json", &document.to_string());
    let found = project.doctor(&[], &[("CLOUDCART_STAGE", "local")]);
    assert_eq!((found.code(), found.state("local cloud")), (DONE, "warn"), "{}", found.ran.out);
    assert!(found.hint("local cloud").contains("cloud.log"), "{}", found.hint("local cloud"));
}

#[test]
fn a_local_cloud_as_the_endpoint_of_another_stage_is_well() {
    let (project, cloud) = (Project::new(), Cloud::start());
    let found = look(&project, &settings_for(&cloud));
    assert_eq!(found.code(), DONE, "{}", found.ran.out);
    assert!(found.all("fail").is_empty() && found.all("skipped").is_empty(), "{}", found.ran.out);
    assert!(found.found("settings").contains("(CLOUDCART_ENDPOINT_URL)"), "{}", found.found("settings"));
    assert!(found.found("credentials").contains("AWS_ACCESS_KEY_ID"), "{}", found.found("credentials"));
    assert!(found.found("identity").contains(cloud.account()), "{}", found.found("identity"));
    assert_eq!(found.found("region"), format!("{} (AWS_REGION)", cloud.region()));
}

#[test]
fn without_credentials_the_endpoint_and_its_clock_are_looked_at_all_the_same() {
    let (project, endpoint) = (Project::new(), Endpoint::start(Mood::Well, 0));
    let variables = [("AWS_REGION", "eu-west-1".to_owned()), ("AWS_ENDPOINT_URL", endpoint.url())];
    let found = look(&project, &variables);
    assert_eq!((found.code(), found.state("credentials")), (ACCESS, "fail"), "{}", found.ran.out);
    assert!(found.hint("credentials").contains("AWS_ACCESS_KEY_ID"), "{}", found.hint("credentials"));
    assert!(
        found.found("credentials").contains("none are found in the environment, the profile,"),
        "{}",
        found.ran.out
    );
    assert_eq!((found.state("endpoint"), found.state("clock"), found.state("region")), ("ok", "ok", "ok"));
    assert_skipped(&found, &["identity"], "credentials");
    assert_skipped(&found, &SERVICES, "credentials");
}

#[test]
fn a_profile_that_is_not_there_is_named_beside_those_that_are() {
    let (project, endpoint) = (Project::new(), Endpoint::start(Mood::Well, 0));
    project.home.config("[profile work]\nregion = eu-west-1\n");
    let variables = [
        ("AWS_PROFILE", "wrok".to_owned()),
        ("AWS_REGION", "eu-west-1".to_owned()),
        ("AWS_ENDPOINT_URL", endpoint.url()),
    ];
    let found = look(&project, &variables);
    assert_eq!((found.code(), found.state("credentials")), (ACCESS, "fail"), "{}", found.ran.out);
    assert!(found.found("credentials").contains("`wrok`"), "{}", found.found("credentials"));
    assert!(found.hint("credentials").contains("there are: work"), "{}", found.hint("credentials"));
    assert_eq!((found.state("endpoint"), found.state("clock")), ("ok", "ok"), "{}", found.ran.out);
}

#[test]
fn a_session_that_is_over_says_how_to_sign_in_again() {
    let project = Project::new();
    // By the service's word.
    let endpoint = Endpoint::start(Mood::Expired, 0);
    let found = look(&project, &endpoint.settings());
    assert_eq!((found.code(), found.state("identity")), (ACCESS, "fail"), "{}", found.ran.out);
    assert!(found.hint("identity").contains("aws sso login"), "{}", found.hint("identity"));
    assert_eq!((found.state("credentials"), found.state("endpoint")), ("ok", "ok"), "{}", found.ran.out);
    assert_skipped(&found, &SERVICES, "credentials that are accepted");

    // By what was exported beside the keys.
    let endpoint = Endpoint::start(Mood::Well, 0);
    let mut variables = endpoint.settings();
    variables.push(("AWS_CREDENTIAL_EXPIRATION", "2020-01-01T00:00:00Z".to_owned()));
    let found = look(&project, &variables);
    assert_eq!((found.code(), found.state("credentials")), (ACCESS, "fail"), "{}", found.ran.out);
    assert!(found.found("credentials").contains("at 2020-01-01T00:00:00Z"), "{}", found.found("credentials"));

    // By the sign-in that the portal's tool left behind.
    project.home.config(&format!(
        "[profile dev]\nsso_session = work\nsso_account_id = 123456789012\nsso_role_name = Deployer\nregion = eu-west-1\n\
         endpoint_url = {}\n[sso-session work]\nsso_region = eu-west-1\nsso_start_url = https://work.awsapps.com/start\n",
        endpoint.url()
    ));
    project.home.sign_in("work", "token-of-yesterday", "2020-01-01T00:00:00Z");
    let found = look(&project, &[("AWS_PROFILE", "dev".to_owned())]);
    assert_eq!((found.code(), found.state("credentials")), (ACCESS, "fail"), "{}", found.ran.out);
    assert_eq!(found.hint("credentials"), "sign in: aws sso login --profile dev");
    assert_eq!(found.found("region"), "eu-west-1 (profile `dev`)");
}

#[test]
fn a_zone_in_the_place_of_a_region_is_told_its_region_and_no_region_how_to_name_one() {
    let project = Project::new();
    let keys = [("AWS_ACCESS_KEY_ID", "AKIATEST".to_owned()), ("AWS_SECRET_ACCESS_KEY", "test".to_owned())];
    for (region, words) in [("eu-west-1a", "its region is `eu-west-1`"), ("Ireland", "looks like `eu-west-1`")] {
        let mut variables = keys.to_vec();
        variables.push(("CLOUDCART_REGION", region.to_owned()));
        let found = look(&project, &variables);
        assert_eq!((found.code(), found.state("region")), (USAGE, "fail"), "{}", found.ran.out);
        assert!(
            found.found("region").starts_with(&format!("{region} (CLOUDCART_REGION)")),
            "{}",
            found.found("region")
        );
        assert!(found.hint("region").contains(words), "{}", found.hint("region"));
        assert_skipped(&found, &["endpoint", "clock", "identity"], "a region");
        assert_skipped(&found, &SERVICES, "a region");
        assert_eq!(found.state("credentials"), "ok");
    }
    let found = look(&project, &keys);
    assert_eq!((found.code(), found.found("region")), (USAGE, "none is set"), "{}", found.ran.out);
    assert!(found.hint("region").contains("AWS_REGION"), "{}", found.hint("region"));
}

#[test]
fn an_endpoint_that_refuses_connections_is_one_failure_and_not_nine() {
    let project = Project::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let mut variables = Endpoint::start(Mood::Well, 0).settings();
    variables.pop();
    variables.push(("CLOUDCART_ENDPOINT_URL", url.clone()));
    let found = look(&project, &variables);
    assert_eq!((found.code(), found.all("fail")), (USAGE, vec!["endpoint"]), "{}", found.ran.out);
    assert!(found.found("endpoint").starts_with(&url), "{}", found.found("endpoint"));
    assert!(found.hint("endpoint").contains("start what should listen there"), "{}", found.hint("endpoint"));
    assert_skipped(&found, &["clock", "identity"], "an endpoint that answers");
    assert_skipped(&found, &SERVICES, "an endpoint that answers");
    assert_eq!((found.state("region"), found.state("credentials")), ("ok", "ok"));
}

#[test]
fn an_endpoint_that_says_nothing_is_given_up_in_time() {
    let (project, endpoint) = (Project::new(), Endpoint::start(Mood::Silent, 0));
    let variables = endpoint.settings();
    let all: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let started = std::time::Instant::now();
    let found = project.doctor(&["--timeout", "1"], &all);
    assert!(started.elapsed() < std::time::Duration::from_secs(30), "it took {:?}", started.elapsed());
    assert_eq!((found.code(), found.all("fail")), (USAGE, vec!["endpoint"]), "{}", found.ran.out);
    assert_skipped(&found, &["clock", "identity"], "an endpoint that answers");
}

#[test]
fn a_certificate_of_an_unknown_authority_is_told_with_the_bundle_that_mends_it() {
    let (project, cloud) = (Project::new(), Cloud::start());
    let authority = tls::Authority::new();
    let bundle = project.home.file("ca.pem", &authority.certificate());
    let front = tls::Front::start(&cloud, &authority, "localhost");
    let mut variables = settings_for(&cloud);
    variables.pop();
    variables.push(("AWS_ENDPOINT_URL", format!("https://localhost:{}", front.port())));
    let found = look(&project, &variables);
    assert_eq!((found.code(), found.all("fail")), (USAGE, vec!["endpoint"]), "{}", found.ran.out);
    assert!(found.hint("endpoint").contains("AWS_CA_BUNDLE="), "{}", found.hint("endpoint"));

    variables.push(("AWS_CA_BUNDLE", bundle.display().to_string()));
    let found = look(&project, &variables);
    assert_eq!(found.code(), DONE, "{}", found.ran.out);
    assert!(found.found("endpoint").contains("with AWS_CA_BUNDLE"), "{}", found.found("endpoint"));

    variables.pop();
    variables.push(("AWS_CA_BUNDLE", project.home.path().join("absent.pem").display().to_string()));
    let found = look(&project, &variables);
    assert_eq!((found.code(), found.all("fail")), (USAGE, vec!["endpoint"]), "{}", found.ran.out);
    assert!(found.found("endpoint").contains("absent.pem"), "{}", found.found("endpoint"));
    assert_eq!(found.hint("endpoint"), "correct or unset AWS_CA_BUNDLE");
}

#[test]
fn the_proxy_on_the_way_is_named_without_its_password_and_blamed_when_it_is_dead() {
    let (project, cloud) = (Project::new(), Cloud::start());
    let authority = tls::Authority::new();
    let bundle = project.home.file("ca.pem", &authority.certificate()).display().to_string();
    let front = tls::Front::far(&cloud, &authority, "aws.shop.test");
    let proxy = tls::Proxy::start(&cloud, front.port());
    let look = |proxy: &str| {
        let variables = [
            ("AWS_ACCESS_KEY_ID", "AKIATEST"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_ENDPOINT_URL", "https://aws.shop.test"),
            ("AWS_CA_BUNDLE", bundle.as_str()),
            ("HTTPS_PROXY", proxy),
        ];
        project.doctor(&["--timeout", "3"], &variables)
    };
    let with_password = proxy.url().replace("http://", "http://me:secret@");
    let found = look(&with_password);
    assert_eq!((found.state("endpoint"), found.state("identity")), ("ok", "ok"), "{}", found.ran.out);
    let told = found.found("endpoint");
    assert!(told.contains(&format!("through the proxy {} (HTTPS_PROXY)", proxy.url())), "{told}");
    assert!(!found.ran.out.contains("secret"), "{}", found.ran.out);
    assert_eq!(proxy.tunnels().first().map(String::as_str), Some("aws.shop.test:443"));
    assert_skipped(&found, &["clock"], "a Date in the endpoint's answer");
    // What this cloud does not answer ends in time, each by itself.
    assert_eq!(found.found("lambda"), "no answer within 3 s");

    let found = look("http://127.0.0.1:9");
    assert_eq!((found.code(), found.all("fail")), (USAGE, vec!["endpoint"]), "{}", found.ran.out);
    assert!(found.hint("endpoint").contains("NO_PROXY"), "{}", found.hint("endpoint"));
}

#[test]
fn a_clock_that_is_ten_minutes_off_fails_and_one_of_two_minutes_is_worth_a_word() {
    let project = Project::new();
    for (moved, state, code, words) in [
        (600, "fail", ACCESS, "behind the endpoint's"),
        (-600, "fail", ACCESS, "ahead of the endpoint's"),
        (120, "warn", DONE, "behind the endpoint's"),
        (0, "ok", DONE, "agrees"),
    ] {
        let endpoint = Endpoint::start(Mood::Well, moved);
        let found = look(&project, &endpoint.settings());
        assert_eq!((found.code(), found.state("clock")), (code, state), "{moved}: {}", found.ran.out);
        assert!(found.found("clock").contains(words), "{moved}: {}", found.found("clock"));
        assert_eq!(found.hint("clock").contains("set-ntp") || cfg!(not(target_os = "linux")), state != "ok");
        // It hides nothing else.
        assert_eq!(found.state("identity"), "ok", "{moved}: {}", found.ran.out);
        for name in SERVICES {
            assert_eq!(found.state(name), "ok", "{name}: {}", found.found(name));
        }
    }
}

#[test]
fn a_wrong_clock_that_the_sdk_corrects_for_is_told_and_one_that_it_may_not_is_named_at_the_refusal() {
    let (project, endpoint) = (Project::new(), Endpoint::start(Mood::Strict, 600));
    let mut variables = endpoint.settings();
    let found = look(&project, &variables);
    assert_eq!((found.code(), found.all("fail")), (ACCESS, vec!["clock"]), "{}", found.ran.out);
    variables.push(("AWS_DISABLE_CLOCK_SKEW_CORRECTION", "true".to_owned()));
    let found = look(&project, &variables);
    assert_eq!((found.code(), found.all("fail")), (ACCESS, vec!["clock", "identity"]), "{}", found.ran.out);
    assert!(found.hint("identity").contains("set the clock"), "{}", found.hint("identity"));
    assert_skipped(&found, &SERVICES, "credentials that are accepted");
}

#[test]
fn what_an_endpoint_does_not_offer_fails_where_deployments_need_it() {
    let (project, endpoint) = (Project::new(), Endpoint::start(Mood::NotOffered, 0));
    let found = look(&project, &endpoint.settings());
    assert_eq!(found.code(), USAGE, "{}", found.ran.out);
    assert_eq!(found.all("fail"), ["identity", "cloudformation", "lambda"], "{}", found.ran.out);
    assert_eq!(found.all("warn"), ["dynamodb", "sqs", "logs"], "{}", found.ran.out);
    for name in ["identity", "cloudformation", "lambda", "dynamodb", "sqs", "logs"] {
        assert!(found.found(name).contains("this endpoint does not offer that"), "{name}: {}", found.found(name));
        assert!(found.hint(name).contains("--endpoint-url"), "{name}: {}", found.hint(name));
    }
    assert!(found.hint("logs").contains("`cloudcart logs` needs it"), "{}", found.hint("logs"));
    assert_eq!(found.state("s3"), "skipped", "its bucket is named after the account");
}

#[test]
fn rights_that_are_missing_are_warnings_that_name_the_action() {
    let (project, endpoint) = (Project::new(), Endpoint::start(Mood::Denied, 0));
    let found = look(&project, &endpoint.settings());
    assert_eq!((found.code(), found.all("warn")), (DONE, SERVICES.to_vec()), "{}", found.ran.out);
    for (name, action) in SERVICES.into_iter().zip([
        "cloudformation:DescribeStacks",
        "s3:ListBucket",
        "lambda:GetFunctionConfiguration",
        "dynamodb:DescribeTable",
        "sqs:GetQueueUrl",
        "logs:DescribeLogGroups",
    ]) {
        assert!(found.found(name).contains(action), "{name}: {}", found.found(name));
        assert!(found.hint(name).contains("deployer-policy"), "{name}: {}", found.hint(name));
    }
}

#[test]
fn a_configuration_that_cannot_be_read_is_one_of_the_things_that_are_told() {
    let project = Project::new();
    project.home.file("shop/cloudcart.toml", "stage = \"dev\"\nregoin = \"eu-west-1\"\n");
    let found = project.doctor(&[], &[]);
    assert_eq!((found.code(), found.state("configuration")), (USAGE, "fail"), "{}", found.ran.out);
    let told = found.found("configuration");
    assert!(told.contains("regoin") && told.contains("cloudcart.toml:2"), "{told}");
    assert!(!found.hint("configuration").is_empty());
    assert_eq!(found.stage(), None, "nobody can tell which was meant");
    assert_eq!(found.state("folder"), "ok");
    assert_skipped(&found, &["settings", "region", "credentials", "s3"], "settings that can be read");

    project.home.file("shop/cloudcart.toml", "[stages.dev]\nregion = \"eu-west-1a\"\n");
    let found = project.doctor(&[], &[]);
    assert!(found.found("configuration").ends_with("cloudcart.toml"), "{}", found.found("configuration"));
    assert!(found.found("settings").contains("stage dev (CLOUDCART_STAGE)"), "{}", found.found("settings"));
    assert!(found.found("region").contains("(cloudcart.toml [stages.dev])"), "{}", found.found("region"));
}

/// A compiler that says it is of that version, and is the real one otherwise.
#[cfg(unix)]
fn compiler(project: &Project, version: &str) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    let script = format!(
        "#!/bin/sh\ncase \"$1\" in -vV) rustc -vV | sed 's/^release: .*/release: {version}/' ;; *) exec rustc \"$@\" ;; esac\n"
    );
    let path = project.home.file("bin/rustc-of-yore", &script);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

#[cfg(unix)]
#[test]
fn a_compiler_that_is_too_old_for_the_workspace_is_told_with_both_versions() {
    let (project, endpoint) = (Project::new(), Endpoint::start(Mood::Well, 0));
    let mut variables = endpoint.settings();
    variables.push(("RUSTC", compiler(&project, "1.60.0")));
    let found = look(&project, &variables);
    assert_eq!((found.code(), found.all("fail")), (BUILD, vec!["rustc"]), "{}", found.ran.out);
    assert!(found.found("rustc").starts_with("1.60.0 at "), "{}", found.found("rustc"));
    assert!(found.found("rustc").ends_with("the functions need 1.70.0"), "{}", found.found("rustc"));
    assert!(found.hint("rustc").contains("rust"), "{}", found.hint("rustc"));
    // The same compiler will do for a package that asks for less.
    project.package("1.56");
    assert_eq!(look(&project, &variables).code(), DONE);
}

#[test]
fn without_cargo_and_rustc_everything_else_is_looked_at_all_the_same() {
    let (project, endpoint) = (Project::new(), Endpoint::start(Mood::Well, 0));
    let mut variables = endpoint.settings();
    let nowhere = project.home.path().join("nowhere").display().to_string();
    variables.extend([
        ("PATH", nowhere.clone()),
        ("CARGO_HOME", nowhere.clone()),
        ("CARGO", format!("{nowhere}/cargo")),
    ]);
    let found = look(&project, &variables);
    assert_eq!(
        (found.code(), found.state("cargo"), found.state("rustc")),
        (BUILD, "fail", "fail"),
        "{}",
        found.ran.out
    );
    assert!(found.hint("cargo").contains("https://rustup.rs"), "{}", found.hint("cargo"));
    assert!(found.hint("rustc").contains("https://rustup.rs"), "{}", found.hint("rustc"));
    assert_skipped(&found, &["workspace", "profile"], "cargo");
    assert_skipped(&found, &["target", "linker"], "rustc");
    assert_skipped(&found, &["builder"], "cargo and rustc");
    for name in ["folder", "endpoint", "clock", "credentials", "identity"].into_iter().chain(SERVICES) {
        assert_eq!(found.state(name), "ok", "{name}: {}", found.found(name));
    }
}

#[test]
fn a_workspace_without_a_binary_or_a_profile_of_the_stack_is_told_what_to_add() {
    let (project, endpoint) = (Project::new(), Endpoint::start(Mood::Well, 0));
    std::fs::remove_file(project.root().join("cloudcart-handlers/src/bin/desk.rs")).unwrap();
    project.home.file("shop/cloudcart.toml", "[build]\nprofile = \"tiny\"\n");
    let found = look(&project, &endpoint.settings());
    assert_eq!((found.code(), found.all("fail")), (BUILD, vec!["workspace", "profile"]), "{}", found.ran.out);
    assert!(found.found("workspace").contains("no binary desk"), "{}", found.found("workspace"));
    assert!(found.hint("workspace").contains("src/bin/desk.rs"), "{}", found.hint("workspace"));
    assert!(found.hint("profile").contains("[profile.tiny]"), "{}", found.hint("profile"));
}

#[test]
fn code_for_this_processor_is_refused_for_lambda_and_fine_here() {
    let (project, endpoint) = (Project::new(), Endpoint::start(Mood::Well, 0));
    let mut variables = endpoint.settings();
    variables.push(("RUSTFLAGS", "-C target-cpu=native".to_owned()));
    let found = look(&project, &variables);
    assert_eq!((found.code(), found.all("fail")), (BUILD, vec!["target-cpu"]), "{}", found.ran.out);
    assert!(found.hint("target-cpu").contains("RUSTFLAGS"), "{}", found.hint("target-cpu"));
    assert!(found.found("builder").starts_with("cargo"), "{}", found.found("builder"));
    let here = project.doctor(&[], &[("CLOUDCART_STAGE", "local"), ("RUSTFLAGS", "-C target-cpu=native")]);
    assert_eq!((here.code(), here.state("target-cpu")), (DONE, "ok"), "{}", here.ran.out);
    assert_eq!(here.found("builder"), "cargo, for this machine");
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let project = Project::new();
    project.home.file("shop/file", "");
    let found = project.doctor(&["--folder", "file/below"], &[("CLOUDCART_STAGE", "local")]);
    assert_eq!((found.code(), found.state("folder")), (USAGE, "fail"), "{}", found.ran.out);
    assert!(found.hint("folder").contains("--folder"), "{}", found.hint("folder"));
}

#[test]
fn for_people_it_is_a_table_with_the_remedy_under_what_it_mends() {
    let project = Project::new();
    let ran = project.run(&["doctor"], &[("CLOUDCART_REGION", "eu-west-1a")]);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert!(lines[0].starts_with("CHECK") && lines[0].contains("STATE"), "{}", ran.out);
    let at = lines.iter().position(|line| line.starts_with("region ")).unwrap();
    assert!(lines[at].contains(" fail "), "{}", lines[at]);
    assert!(lines[at + 1].trim_start().starts_with("hint: `eu-west-1a` is an availability zone"), "{}", lines[at + 1]);
    assert!(!ran.out.contains('\u{1b}'), "colour off a terminal: {}", ran.out);
    assert!(ran.err.lines().last().is_some_and(|line| line.contains("checks fail")), "{}", ran.err);
    let painted = project.run(&["--color", "always", "doctor"], &[("CLOUDCART_REGION", "eu-west-1a")]);
    assert!(painted.out.contains("\u{1b}[1;31mfail\u{1b}[0m"), "{}", painted.out);
}
