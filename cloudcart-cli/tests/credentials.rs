//! Who one is, and where: profiles, roles, sign-ins, endpoints, certificates and proxies, as the command meets them. Each test
//! has a home folder of its own and a cloud of its own on loopback.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[path = "credentials/cloud.rs"]
mod cloud;
#[path = "credentials/tls.rs"]
mod tls;

use std::collections::BTreeMap;

use cloud::{Cloud, Home};
use cloudcart_deploy::stack::{self, DeployRequest, OnFailure, Prepared};
use cloudcart_deploy::{Silent, Target};

/// Without a stack, `outputs` ends with 2 after the target has let us in.
const LET_IN: i32 = 2;

/// A role that may do those actions, which the account's own keys may take on.
fn role(cloud: &Cloud, name: &str, actions: &str) -> String {
    let template = format!(
        r#"{{"Resources":{{"Role":{{"Type":"AWS::IAM::Role","Properties":{{"RoleName":"{name}",
        "AssumeRolePolicyDocument":{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{account}:root"}},"Action":"sts:AssumeRole"}}]}},
        "Policies":[{{"PolicyName":"p","PolicyDocument":{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":{actions},"Resource":"*"}}]}}}}]}}}}}}}}"#,
        account = cloud.account(),
    );
    let request = DeployRequest {
        stack: format!("role-{name}"),
        template,
        bucket: String::new(),
        parameters: BTreeMap::new(),
        tags: BTreeMap::new(),
        on_failure: OnFailure::Rollback,
        express: false,
        change_set: "first".to_owned(),
    };
    cloud.runtime().block_on(async {
        let target = Target::connect(&cloud.options()).await.unwrap();
        let Prepared::Ready(ready) = stack::prepare(&target, &request, &Silent).await.unwrap() else { panic!() };
        stack::execute(&target, &ready, &Silent).await.unwrap();
    });
    format!("arn:aws:iam::{}:role/{name}", cloud.account())
}

#[test]
fn a_profile_of_the_usual_files_is_taken_by_flag_and_by_variable() {
    let (cloud, home) = (Cloud::start(), Home::new());
    home.credentials(&format!("[shop]\n{}", cloud.keys()));
    home.config(&format!("[profile shop]\nregion = {}\nendpoint_url = {}\n", cloud.region(), cloud.endpoint()));
    for (args, variables) in [
        (&["--profile", "shop", "outputs"][..], &[][..]),
        (&["outputs"], &[("AWS_PROFILE", "shop")]),
        (&["outputs"], &[("CLOUDCART_PROFILE", "shop")]),
    ] {
        let ran = home.run(args, variables);
        assert_eq!(ran.code, LET_IN, "{args:?}: {}", ran.err);
        assert_eq!(ran.first(), cloud.named(), "{args:?}");
    }
    // The flag beats the variable, and keys that happen to be set.
    let other = [("AWS_PROFILE", "nobody"), ("AWS_ACCESS_KEY_ID", "AKIAOTHER"), ("AWS_SECRET_ACCESS_KEY", "other")];
    let ran = home.run(&["--profile", "shop", "outputs"], &other);
    assert_eq!(ran.code, LET_IN, "{}", ran.err);
}

#[test]
fn a_profile_that_is_not_there_is_named_beside_those_that_are() {
    let home = Home::new();
    home.config("[profile shop]\nregion = eu-west-1\n[profile other]\nregion = eu-west-1\n");
    for (args, variables) in
        [(&["--profile", "ship", "outputs"][..], &[][..]), (&["outputs"], &[("AWS_PROFILE", "ship")])]
    {
        let ran = home.run(args, variables);
        assert_eq!(ran.code, 3, "{}", ran.err);
        assert!(ran.err.contains("`ship`") && ran.err.contains("other, shop"), "{}", ran.err);
        assert!(ran.err.contains("hint:"), "{}", ran.err);
    }
}

#[test]
fn a_profile_without_keys_says_what_to_do() {
    let home = Home::new();
    home.config("[profile shop]\nregion = eu-west-1\n");
    let ran = home.run(&["--profile", "shop", "outputs"], &[]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("hint:") && ran.err.contains("shop"), "{}", ran.err);
}

#[test]
fn a_role_is_taken_on_through_its_source_profile() {
    let (cloud, home) = (Cloud::start(), Home::new());
    let arn = role(&cloud, "deployer", r#"["cloudformation:DescribeStacks"]"#);
    home.credentials(&format!("[base]\n{}", cloud.keys()));
    let endpoint = format!("endpoint_url = {}", cloud.endpoint());
    home.config(&format!(
        "[profile ci]\nrole_arn = {arn}\nsource_profile = base\nrole_session_name = ci-17\nregion = {region}\n{endpoint}\n\
         [profile base]\nregion = {region}\n{endpoint}\n",
        region = cloud.region()
    ));
    let ran = home.run(&["--profile", "ci", "outputs"], &[]);
    assert_eq!((ran.code, ran.first()), (LET_IN, cloud.named().as_str()), "{}", ran.err);
    // The same role, with keys of the environment for its source.
    home.config(&format!(
        "[profile ci]\nrole_arn = {arn}\ncredential_source = Environment\nrole_session_name = ci-17\nregion = {}\n{endpoint}\n",
        cloud.region()
    ));
    let (id, secret) = cloud.key_pair();
    let keys = [("AWS_ACCESS_KEY_ID", id.as_str()), ("AWS_SECRET_ACCESS_KEY", &secret)];
    let ran = home.run(&["--profile", "ci", "outputs"], &keys);
    assert_eq!((ran.code, ran.first()), (LET_IN, cloud.named().as_str()), "{}", ran.err);
    // What the role may not do is refused to us, by name.
    let ran = home.run(&["--profile", "ci", "routes"], &keys);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("cloudformation:ListStackResources"), "{}", ran.err);
    assert!(ran.err.contains("assumed-role/deployer/ci-17"), "{}", ran.err);
}

#[test]
fn a_role_that_does_not_trust_us_is_named() {
    let (cloud, home) = (Cloud::start(), Home::new());
    home.credentials(&format!("[base]\n{}", cloud.keys()));
    home.config(&format!(
        "[profile ci]\nrole_arn = arn:aws:iam::{}:role/nobody\nsource_profile = base\nregion = {}\nendpoint_url = {}\n",
        cloud.account(),
        cloud.region(),
        cloud.endpoint()
    ));
    let ran = home.run(&["--profile", "ci", "outputs"], &[]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("sts:AssumeRole") && ran.err.contains("role/nobody"), "{}", ran.err);
    assert!(ran.err.contains("hint:") && ran.err.contains("source_profile"), "{}", ran.err);
}

#[test]
fn a_profile_that_asks_for_a_code_says_how_to_get_a_session_first() {
    let (cloud, home) = (Cloud::start(), Home::new());
    home.credentials(&format!("[base]\n{}", cloud.keys()));
    home.config(&format!(
        "[profile ci]\nrole_arn = arn:aws:iam::{account}:role/careful\nsource_profile = base\n\
         mfa_serial = arn:aws:iam::{account}:mfa/somebody\nregion = {}\nendpoint_url = {}\n",
        cloud.region(),
        cloud.endpoint(),
        account = cloud.account(),
    ));
    let ran = home.run(&["--profile", "ci", "outputs"], &[]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("mfa_serial"), "{}", ran.err);
    assert!(ran.err.contains("aws configure export-credentials --profile ci"), "{}", ran.err);
}

#[test]
fn a_credential_process_gives_keys_and_its_failure_is_told() {
    let (cloud, home) = (Cloud::start(), Home::new());
    let (id, secret) = cloud.key_pair();
    let script = home.file(
        "keys.sh",
        &format!("#!/bin/sh\necho '{{\"Version\":1,\"AccessKeyId\":\"{id}\",\"SecretAccessKey\":\"{secret}\"}}'\n"),
    );
    let broken = home.file("broken.sh", "#!/bin/sh\necho 'the vault is locked' >&2\nexit 7\n");
    let profile = |name: &str, script: &std::path::Path| {
        let (region, endpoint) = (cloud.region(), cloud.endpoint());
        let script = script.display();
        format!("[profile {name}]\ncredential_process = sh {script}\nregion = {region}\nendpoint_url = {endpoint}\n")
    };
    home.config(&(profile("vault", &script) + &profile("locked", &broken)));
    let ran = home.run(&["--profile", "vault", "outputs"], &[]);
    assert_eq!((ran.code, ran.first()), (LET_IN, cloud.named().as_str()), "{}", ran.err);
    let ran = home.run(&["--profile", "locked", "outputs"], &[]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("hint:") && ran.err.contains("credential_process"), "{}", ran.err);
}

#[test]
fn a_sign_in_of_the_portal_is_used_while_it_holds_and_named_when_it_is_over() {
    let (cloud, home) = (Cloud::start(), Home::new());
    let portal = cloud::Portal::start(cloud.key_pair());
    home.config(&format!(
        "[profile dev]\nsso_session = work\nsso_account_id = {account}\nsso_role_name = Deployer\nregion = {region}\n\
         services = here\n[sso-session work]\nsso_region = {region}\nsso_start_url = https://work.awsapps.com/start\n\
         [services here]\nsso =\n  endpoint_url = {portal}\nsts =\n  endpoint_url = {endpoint}\n\
         cloudformation =\n  endpoint_url = {endpoint}\n",
        account = cloud.account(),
        region = cloud.region(),
        portal = portal.url(),
        endpoint = cloud.endpoint(),
    ));
    home.sign_in("work", "token-of-today", "2099-01-01T00:00:00Z");
    let ran = home.run(&["--profile", "dev", "outputs"], &[]);
    assert_eq!(ran.code, LET_IN, "{}", ran.err);
    assert!(ran.first().starts_with("target: "), "{}", ran.err);
    let asked = portal.requests();
    assert!(asked[0].contains("role_name=Deployer"), "{asked:?}");
    assert!(asked[0].contains("x-amz-sso_bearer_token: token-of-today"), "{asked:?}");

    for sign_in in [Some("2020-01-01T00:00:00Z"), None] {
        home.sign_out();
        if let Some(until) = sign_in {
            home.sign_in("work", "token-of-yesterday", until);
        }
        let ran = home.run(&["--profile", "dev", "outputs"], &[]);
        assert_eq!(ran.code, 3, "{}", ran.err);
        assert!(ran.err.contains("aws sso login --profile dev"), "{}", ran.err);
    }
    assert_eq!(portal.requests().len(), 1, "an old sign-in was used");
}

#[test]
fn an_endpoint_may_be_named_for_all_services_and_for_each() {
    let (cloud, home) = (Cloud::start(), Home::new());
    let (id, secret) = cloud.key_pair();
    let keys = [("AWS_ACCESS_KEY_ID", id.as_str()), ("AWS_SECRET_ACCESS_KEY", &secret), ("AWS_REGION", cloud.region())];
    let with = |more: &[(&'static str, &'static str)]| {
        let mut all: Vec<(&str, &str)> = keys.to_vec();
        all.extend(more.iter().copied());
        home.run(&["outputs"], &all)
    };
    let endpoint: &'static str = cloud.endpoint().to_owned().leak();
    let ran = with(&[("AWS_ENDPOINT_URL", endpoint)]);
    assert_eq!((ran.code, ran.first()), (LET_IN, cloud.named().as_str()), "{}", ran.err);
    // Service by service; where nothing listens, nothing may be asked.
    let nobody = "http://127.0.0.1:9";
    let each = [
        ("AWS_ENDPOINT_URL", nobody),
        ("AWS_ENDPOINT_URL_STS", endpoint),
        ("AWS_ENDPOINT_URL_CLOUDFORMATION", endpoint),
    ];
    let ran = with(&each);
    assert_eq!(ran.code, LET_IN, "{}", ran.err);
    // One that is named for a service alone is no AWS either, and is named.
    let ran = with(&[("AWS_ENDPOINT_URL_STS", endpoint), ("AWS_ENDPOINT_URL_CLOUDFORMATION", endpoint)]);
    assert_eq!((ran.code, ran.first()), (LET_IN, cloud.named().as_str()), "{}", ran.err);
}

#[test]
fn an_https_endpoint_needs_the_certificates_of_its_authority() {
    let (cloud, home) = (Cloud::start(), Home::new());
    let authority = tls::Authority::new();
    let bundle = home.file("ca.pem", &authority.certificate());
    let bundle = bundle.to_str().unwrap();
    let front = tls::Front::start(&cloud, &authority, "localhost");
    let (id, secret) = cloud.key_pair();
    let url = format!("https://localhost:{}", front.port());
    let mut variables = vec![
        ("AWS_ACCESS_KEY_ID", id.as_str()),
        ("AWS_SECRET_ACCESS_KEY", secret.as_str()),
        ("AWS_REGION", cloud.region()),
        ("AWS_ENDPOINT_URL", url.as_str()),
    ];
    let ran = home.run(&["outputs"], &variables);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("certificate") && ran.err.contains("AWS_CA_BUNDLE"), "{}", ran.err);

    variables.push(("AWS_CA_BUNDLE", bundle));
    let ran = home.run(&["outputs"], &variables);
    assert_eq!(ran.code, LET_IN, "{}", ran.err);
    assert!(ran.first().starts_with(&format!("target: {url} ")), "{}", ran.err);

    let another = home.file("another.pem", &tls::Authority::new().certificate());
    variables.pop();
    variables.push(("AWS_CA_BUNDLE", another.to_str().unwrap()));
    let ran = home.run(&["outputs"], &variables);
    assert_eq!(ran.code, 3, "the wrong authority was taken: {}", ran.err);

    for (name, contents) in [("absent.pem", None), ("garbage.pem", Some("no certificate"))] {
        let path = contents.map_or_else(|| home.path().join(name), |contents| home.file(name, contents));
        variables.pop();
        let path = path.to_str().unwrap().to_owned();
        variables.push(("AWS_CA_BUNDLE", path.leak()));
        let ran = home.run(&["outputs"], &variables);
        assert_eq!(ran.code, 2, "{name}: {}", ran.err);
        assert!(ran.err.contains(name) && ran.err.contains("AWS_CA_BUNDLE"), "{name}: {}", ran.err);
    }
}

#[test]
fn the_plain_client_knows_the_same_authorities() {
    let (cloud, home) = (Cloud::start(), Home::new());
    let authority = tls::Authority::new();
    let bundle = home.file("ca.pem", &authority.certificate());
    let front = tls::Front::start(&cloud, &authority, "localhost");
    let url = format!("https://localhost:{}/_cloudcart/health", front.port());
    cloud.runtime().block_on(async {
        let wait = std::time::Duration::from_secs(5);
        let with = cloudcart_deploy::http::Http::new(Some(&bundle), wait).unwrap();
        with.send("GET", &url, &[], None).await.unwrap();
        let without = cloudcart_deploy::http::Http::new(None, wait).unwrap();
        let error = without.send("GET", &url, &[], None).await.unwrap_err();
        assert!(error.to_string().contains("certificate"), "{error}");
    });
}

#[test]
fn a_proxy_is_gone_through_to_what_is_far_and_not_to_what_is_here() {
    let (cloud, home) = (Cloud::start(), Home::new());
    let authority = tls::Authority::new();
    let bundle = home.file("ca.pem", &authority.certificate());
    let front = tls::Front::far(&cloud, &authority, "aws.shop.test");
    let proxy = tls::Proxy::start(&cloud, front.port());
    let (id, secret) = cloud.key_pair();
    let far = "https://aws.shop.test";
    let variables = |endpoint: &'static str| {
        [
            ("AWS_ACCESS_KEY_ID", id.clone()),
            ("AWS_SECRET_ACCESS_KEY", secret.clone()),
            ("AWS_REGION", cloud.region().to_owned()),
            ("AWS_CA_BUNDLE", bundle.to_str().unwrap().to_owned()),
            ("HTTPS_PROXY", proxy.url()),
            ("HTTP_PROXY", proxy.url()),
            ("AWS_ENDPOINT_URL", endpoint.to_owned()),
        ]
    };
    let run = |endpoint: &'static str, more: &[(&str, &str)]| {
        let variables = variables(endpoint);
        let mut all: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        all.extend_from_slice(more);
        home.run(&["outputs"], &all)
    };
    let ran = run(far, &[]);
    assert_eq!(ran.code, LET_IN, "{}", ran.err);
    assert_eq!(ran.first(), format!("target: {far} (account 123456789012, {})", cloud.region()));
    assert!(
        !proxy.tunnels().is_empty() && proxy.tunnels().iter().all(|to| to == "aws.shop.test:443"),
        "{:?}",
        proxy.tunnels()
    );

    let before = proxy.tunnels().len();
    let ran = run(cloud.endpoint().to_owned().leak(), &[]);
    assert_eq!(ran.code, LET_IN, "{}", ran.err);
    let ran = run(far, &[("NO_PROXY", "shop.test")]);
    assert_eq!(ran.code, 1, "there is no such host: {}", ran.err);
    assert_eq!(proxy.tunnels().len(), before, "{:?}", proxy.tunnels());
}

/// Commands that touch no target; every other one must name it before anything else.
const AT_HOME: [&str; 7] = ["build", "completions", "dev", "doctor", "help", "local", "synth"];

/// What a command needs to be run at all.
const ARGUMENTS: &[(&str, &[&str])] = &[
    ("deployer-policy", &[]),
    ("dlq", &["peek"]),
    ("logs", &["worker", "--no-follow"]),
    ("orders", &["show", "0199a3b4-0000-7000-8000-00000000000f"]),
    ("protect", &["on"]),
];

#[test]
fn account_and_region_are_named_before_anything_else_by_every_command_that_touches_a_target() {
    let (cloud, home) = (Cloud::start(), Home::new());
    let (id, secret) = cloud.key_pair();
    let variables = [
        ("AWS_ACCESS_KEY_ID", id.as_str()),
        ("AWS_SECRET_ACCESS_KEY", &secret),
        ("AWS_REGION", cloud.region()),
        ("AWS_ENDPOINT_URL", cloud.endpoint()),
    ];
    let help = home.run(&["--help"], &[]).out;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands: Vec<&str> = commands.filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).collect();
    let commands: Vec<&str> = commands.into_iter().filter(|name| !name.is_empty() && !AT_HOME.contains(name)).collect();
    assert!(commands.len() >= 9, "{commands:?}");
    for command in commands {
        let more = ARGUMENTS.iter().find(|(name, _)| *name == command).map_or(&[][..], |(_, more)| more);
        let args: Vec<&str> = ["--yes", command].into_iter().chain(more.iter().copied()).collect();
        let ran = home.run(&args, &variables);
        assert_eq!(ran.first(), cloud.named(), "{command}: {}", ran.err);
    }
}
