//! Settings: a flag beats its environment variable, which beats cloudcart.toml, which beats the default.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cloudcart_deploy::build::Builder;
use cloudcart_deploy::elf::Machine;
use serde::Deserialize;

use crate::args::{BuilderChoice, Color, Format, Global, LOCAL_API_PORT, LOCAL_PORT};
use crate::failure::Failure;
use crate::project;

/// The stage that runs on the local cloud.
pub(crate) const LOCAL: &str = "local";
/// The region of the local cloud, unless another is asked for.
#[cfg(feature = "local")]
pub(crate) const LOCAL_REGION: &str = "us-east-1";

/// cloudcart.toml, as it may stand. Unknown keys are refused: a misspelt one must not be ignored.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    stage: Option<String>,
    region: Option<String>,
    profile: Option<String>,
    endpoint_url: Option<String>,
    stack_name: Option<String>,
    folder: Option<PathBuf>,
    format: Option<Format>,
    quiet: Option<bool>,
    verbose: Option<bool>,
    color: Option<Color>,
    yes: Option<bool>,
    #[serde(default)]
    local: LocalSection,
    #[serde(default)]
    shop: ShopSection,
    #[serde(default)]
    build: BuildSection,
    #[serde(default)]
    stages: BTreeMap<String, StageSection>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LocalSection {
    port: Option<u16>,
    api_port: Option<u16>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShopSection {
    identity: Option<String>,
    cart: Option<String>,
    log_retention_days: Option<u32>,
    retain_data: Option<bool>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct BuildSection {
    architecture: Option<String>,
    builder: Option<BuilderChoice>,
    profile: Option<String>,
}

/// What one stage has of its own; it beats the same key at the top.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct StageSection {
    region: Option<String>,
    profile: Option<String>,
    endpoint_url: Option<String>,
    stack_name: Option<String>,
    #[serde(default)]
    shop: ShopSection,
}

/// The shop's own settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShopSettings {
    pub(crate) identity: String,
    pub(crate) cart: String,
    pub(crate) log_retention_days: u32,
    pub(crate) retain_data: bool,
}

/// Where a setting is from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Origin {
    /// The command line.
    Flag(String),
    /// An environment variable.
    Variable(String),
    /// The configuration file: at its top, or under a heading.
    File(Option<String>),
    /// Nobody said anything.
    #[default]
    Default,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag(name) | Self::Variable(name) => f.write_str(name),
            Self::File(None) => f.write_str(project::CONFIG_FILE),
            Self::File(Some(section)) => write!(f, "{} [{section}]", project::CONFIG_FILE),
            Self::Default => f.write_str("default"),
        }
    }
}

/// Where the settings are from that decide what a command works on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origins {
    /// The file that was read, if any.
    pub(crate) file: Option<PathBuf>,
    pub(crate) stage: Origin,
    pub(crate) region: Origin,
    pub(crate) profile: Origin,
    pub(crate) endpoint_url: Origin,
    pub(crate) stack_name: Origin,
}

impl Origins {
    fn of(flags: &Global, file: &File, own: &StageSection, stage: &str) -> Self {
        let section = || Some(format!("stages.{stage}"));
        let origin = |name: &'static str, flag: bool, own: bool, top: bool| {
            if flag && flags.variables.contains(&name) {
                Origin::Variable(format!("CLOUDCART_{}", name.to_uppercase()))
            } else if flag {
                Origin::Flag(format!("--{}", name.replace('_', "-")))
            } else if own {
                Origin::File(section())
            } else if top {
                Origin::File(None)
            } else {
                Origin::Default
            }
        };
        let given = |name, flag: &Option<String>, own: &Option<String>, top: &Option<String>| {
            origin(name, flag.is_some(), own.is_some(), top.is_some())
        };
        Self {
            file: None,
            stage: given("stage", &flags.stage, &None, &file.stage),
            region: given("region", &flags.region, &own.region, &file.region),
            profile: given("profile", &flags.profile, &own.profile, &file.profile),
            endpoint_url: given("endpoint_url", &flags.endpoint_url, &own.endpoint_url, &file.endpoint_url),
            stack_name: given("stack_name", &flags.stack_name, &own.stack_name, &file.stack_name),
        }
    }
}

/// Everything a command needs to know, decided.
#[derive(Debug, Clone)]
#[cfg_attr(not(feature = "local"), allow(dead_code, reason = "the ports are those of the local cloud"))]
pub(crate) struct Settings {
    pub(crate) root: PathBuf,
    /// Where the project keeps what can be made again.
    pub(crate) folder: PathBuf,
    pub(crate) stage: String,
    pub(crate) region: Option<String>,
    pub(crate) profile: Option<String>,
    pub(crate) endpoint_url: Option<String>,
    pub(crate) stack_name: String,
    pub(crate) format: Format,
    pub(crate) quiet: bool,
    pub(crate) verbose: bool,
    pub(crate) color: Color,
    pub(crate) yes: bool,
    pub(crate) local_port: Option<u16>,
    pub(crate) local_api_port: Option<u16>,
    pub(crate) shop: ShopSettings,
    pub(crate) machine: Option<Machine>,
    /// Who compiles for Lambda; without one, whoever makes a binary that Lambda runs.
    pub(crate) builder: Option<Builder>,
    /// The cargo profile, in place of `lambda`; the local stage builds with `dev`.
    pub(crate) cargo_profile: Option<String>,
    pub(crate) origins: Origins,
}

impl Settings {
    /// From the flags (and their variables, which clap has read) and the file.
    pub(crate) fn resolve(flags: &Global) -> Result<Self, Failure> {
        let start = std::env::current_dir()
            .map_err(|error| Failure::internal("cannot tell the current folder").because(error.to_string()))?;
        // A configuration file may stand anywhere; the project is where the command is run.
        let root = project::root(&start, "cloudcart-handlers");
        let default = root.join(project::CONFIG_FILE);
        let path = match &flags.config {
            Some(path) => Some(start.join(path)),
            None => Some(default).filter(|path| path.is_file()),
        };
        let file = path.as_deref().map(read).transpose()?.unwrap_or_default();
        let mut settings = Self::merge(flags, file, root)?;
        settings.origins.file = path;
        Ok(settings)
    }

    /// The defaults, with what says where and how to print: for the command that looks into settings which cannot be had.
    pub(crate) fn bare(flags: &Global) -> Self {
        let start = std::env::current_dir().unwrap_or_default();
        let root = project::root(&start, "cloudcart-handlers");
        let folder = flags.folder.as_ref().map(|folder| start.join(folder));
        Self {
            folder: folder.unwrap_or_else(|| root.join(".cloudcart")),
            root,
            stage: LOCAL.to_owned(),
            region: None,
            profile: None,
            endpoint_url: None,
            stack_name: format!("cloudcart-{LOCAL}"),
            format: flags.format.unwrap_or_default(),
            quiet: flags.quiet,
            verbose: flags.verbose,
            color: flags.color.unwrap_or_default(),
            yes: false,
            local_port: None,
            local_api_port: None,
            shop: ShopSettings {
                identity: "demo".to_owned(),
                cart: "dynamodb".to_owned(),
                log_retention_days: 7,
                retain_data: false,
            },
            machine: None,
            cargo_profile: None,
            builder: None,
            origins: Origins::default(),
        }
    }

    fn merge(flags: &Global, file: File, root: PathBuf) -> Result<Self, Failure> {
        let stage = flags.stage.clone().or(file.stage.clone()).unwrap_or_else(|| LOCAL.to_owned());
        check_stage(&stage)?;
        let own = file.stages.get(&stage).cloned().unwrap_or_default();
        let origins = Origins::of(flags, &file, &own, &stage);
        let endpoint_url = flags.endpoint_url.clone().or(own.endpoint_url).or(file.endpoint_url);
        if let Some(url) = &endpoint_url {
            if stage == LOCAL {
                return Err(Failure::usage("stage `local` always runs on the local cloud of this project")
                    .because(format!("the endpoint {url} is set as well"))
                    .hint("name another stage for that endpoint, for example --stage dev"));
            }
            check_endpoint(url)?;
        }
        let stack_name = flags.stack_name.clone().or(own.stack_name).or(file.stack_name);
        let stack_name = stack_name.unwrap_or_else(|| format!("cloudcart-{stage}"));
        check_stack_name(&stack_name)?;
        let quiet = flags.quiet || (file.quiet.unwrap_or(false) && !flags.verbose);
        let verbose = flags.verbose || (file.verbose.unwrap_or(false) && !flags.quiet);
        if quiet && verbose {
            return Err(Failure::usage("both `quiet` and `verbose` are set"));
        }
        let machine = file.build.architecture.map(|name| {
            Machine::parse(&name).ok_or_else(|| {
                Failure::usage(format!("`build.architecture` is `{name}`")).hint("it may be `x86_64` or `arm64`")
            })
        });
        Ok(Self {
            shop: shop(&stage, own.shop, file.shop)?,
            region: flags.region.clone().or(own.region).or(file.region),
            profile: flags.profile.clone().or(own.profile).or(file.profile),
            format: flags.format.or(file.format).unwrap_or_default(),
            color: flags.color.or(file.color).unwrap_or_default(),
            yes: flags.yes || file.yes.unwrap_or(false),
            local_port: port_from(LOCAL_PORT)?.or(file.local.port),
            local_api_port: port_from(LOCAL_API_PORT)?.or(file.local.api_port),
            machine: machine.transpose()?,
            builder: match flags.builder.or(file.build.builder).unwrap_or_default() {
                BuilderChoice::Auto => None,
                BuilderChoice::Cargo => Some(Builder::Cargo),
                BuilderChoice::Zigbuild => Some(Builder::Zigbuild),
            },
            cargo_profile: file.build.profile,
            // A folder given on the command line is the caller's; one in the file, or none, is the project's.
            folder: match &flags.folder {
                Some(folder) => std::path::absolute(folder).unwrap_or_else(|_| folder.clone()),
                None => root.join(file.folder.unwrap_or_else(|| PathBuf::from(".cloudcart"))),
            },
            root,
            stage,
            endpoint_url,
            stack_name,
            quiet,
            verbose,
            origins,
        })
    }

    /// Whether the stage is the local cloud.
    pub(crate) fn is_local(&self) -> bool {
        self.stage == LOCAL
    }

    /// Where this project keeps what can be made again.
    pub(crate) fn dot_folder(&self) -> &Path {
        &self.folder
    }
}

/// The port that a variable names, if it is set.
fn port_from(variable: &str) -> Result<Option<u16>, Failure> {
    match std::env::var(variable) {
        Ok(text) if !text.is_empty() => text
            .parse()
            .map(Some)
            .map_err(|_| Failure::usage(format!("{variable} is `{text}`")).hint("it may be a port, 0 to 65535")),
        _ => Ok(None),
    }
}

fn shop(stage: &str, own: ShopSection, top: ShopSection) -> Result<ShopSettings, Failure> {
    let demo = matches!(stage, LOCAL | "dev");
    let default_identity = if demo { "demo" } else { "standard" };
    let identity = own.identity.or(top.identity).unwrap_or_else(|| default_identity.to_owned());
    let cart = own.cart.or(top.cart).unwrap_or_else(|| "dynamodb".to_owned());
    if cloudcart_shop::env::Identity::parse(&identity).is_none() {
        return Err(Failure::usage(format!("`shop.identity` is `{identity}`")).hint("it may be `demo` or `standard`"));
    }
    if cloudcart_shop::env::CartStore::parse(&cart).is_none() {
        return Err(Failure::usage(format!("`shop.cart` is `{cart}`")).hint("it may be `dynamodb` or `memory`"));
    }
    Ok(ShopSettings {
        identity,
        cart,
        log_retention_days: own.log_retention_days.or(top.log_retention_days).unwrap_or(if demo { 7 } else { 30 }),
        retain_data: own.retain_data.or(top.retain_data).unwrap_or(!demo),
    })
}

fn read(path: &Path) -> Result<File, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("cannot read {}", path.display())).because(error.to_string()))?;
    parse(&text, path)
}

fn parse(text: &str, path: &Path) -> Result<File, Failure> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        let place = line.map_or_else(|| path.display().to_string(), |line| format!("{}:{line}", path.display()));
        Failure::usage("the configuration file is not valid").because(error.message().to_owned()).at(place)
    })
}

fn check_stage(stage: &str) -> Result<(), Failure> {
    let good = stage.len() <= 32
        && stage.starts_with(|c: char| c.is_ascii_lowercase())
        && stage.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if good {
        return Ok(());
    }
    Err(Failure::usage(format!("`{stage}` is no stage"))
        .hint("a stage is 1 to 32 lower-case letters, digits and hyphens, and starts with a letter"))
}

fn check_stack_name(name: &str) -> Result<(), Failure> {
    let good = name.len() <= 128
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if good {
        return Ok(());
    }
    Err(Failure::usage(format!("`{name}` is no stack name"))
        .hint("a stack name is 1 to 128 letters, digits and hyphens, and starts with a letter"))
}

fn check_endpoint(url: &str) -> Result<(), Failure> {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    if rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && !rest.contains(char::is_whitespace)) {
        return Ok(());
    }
    Err(Failure::usage(format!("`{url}` is no endpoint")).hint("an endpoint looks like http://127.0.0.1:4566"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn settle(flags: &Global, text: &str) -> Result<Settings, Failure> {
        Settings::merge(flags, parse(text, Path::new("cloudcart.toml"))?, PathBuf::from("."))
    }

    #[test]
    fn a_flag_beats_the_stage_section_which_beats_the_top_which_beats_the_default() {
        let text = "stage = \"dev\"\nregion = \"eu-west-1\"\n[stages.dev]\nregion = \"eu-west-2\"\n[stages.prod]\n\
                    stack_name = \"shop\"\n";
        let none = Global::default();
        assert_eq!(settle(&none, text).unwrap().region.as_deref(), Some("eu-west-2"));
        assert_eq!(settle(&none, text).unwrap().stack_name, "cloudcart-dev");
        let prod = Global { stage: Some("prod".to_owned()), ..Global::default() };
        assert_eq!(settle(&prod, text).unwrap().region.as_deref(), Some("eu-west-1"));
        assert_eq!(settle(&prod, text).unwrap().stack_name, "shop");
        let flag = Global { region: Some("us-east-2".to_owned()), ..Global::default() };
        assert_eq!(settle(&flag, text).unwrap().region.as_deref(), Some("us-east-2"));
        let default = settle(&none, "").unwrap();
        assert_eq!((default.stage.as_str(), default.stack_name.as_str()), ("local", "cloudcart-local"));
    }

    #[test]
    fn each_setting_knows_where_it_is_from() {
        let text = "stage = \"dev\"\nregion = \"eu-west-1\"\n[stages.dev]\nprofile = \"work\"\n";
        let flags = Global {
            stack_name: Some("shop".to_owned()),
            endpoint_url: Some("http://127.0.0.1:1".to_owned()),
            variables: vec!["endpoint_url"],
            ..Global::default()
        };
        let origins = settle(&flags, text).unwrap().origins;
        let told = [origins.stage, origins.region, origins.profile, origins.endpoint_url, origins.stack_name];
        assert_eq!(
            told.map(|origin| origin.to_string()),
            [
                "cloudcart.toml",
                "cloudcart.toml",
                "cloudcart.toml [stages.dev]",
                "CLOUDCART_ENDPOINT_URL",
                "--stack-name"
            ]
        );
        assert_eq!(settle(&Global::default(), "").unwrap().origins.stage, Origin::Default);
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let failure = settle(&Global::default(), "stage = \"dev\"\nregoin = \"x\"\n").unwrap_err();
        assert_eq!(failure.exit, crate::exit::Exit::Usage);
        assert_eq!(failure.place.as_deref(), Some("cloudcart.toml:2"));
        assert!(failure.cause.unwrap().contains("regoin"));
    }

    #[test]
    fn a_wrong_type_and_broken_syntax_are_refused_with_their_line() {
        let failure = settle(&Global::default(), "\n\n[local]\nport = \"x\"\n").unwrap_err();
        assert_eq!(failure.place.as_deref(), Some("cloudcart.toml:4"));
        let failure = settle(&Global::default(), "stage = \n").unwrap_err();
        assert_eq!(failure.place.as_deref(), Some("cloudcart.toml:1"));
        assert!(settle(&Global::default(), "[local]\nport = 70000\n").is_err());
    }

    #[test]
    fn the_builder_is_the_flags_then_the_files_then_whoever_can() {
        let flag = |builder| Global { builder: Some(builder), ..Global::default() };
        let file = "[build]\nbuilder = \"zigbuild\"\n";
        assert_eq!(settle(&Global::default(), "").unwrap().builder, None);
        assert_eq!(settle(&Global::default(), file).unwrap().builder, Some(Builder::Zigbuild));
        assert_eq!(settle(&flag(BuilderChoice::Cargo), file).unwrap().builder, Some(Builder::Cargo));
        assert_eq!(settle(&flag(BuilderChoice::Auto), file).unwrap().builder, None);
        assert!(settle(&Global::default(), "[build]\nbuilder = \"make\"\n").is_err());
    }

    #[test]
    fn demo_identity_is_for_trying_out_only() {
        let stage = |stage: &str| Global { stage: Some(stage.to_owned()), ..Global::default() };
        assert_eq!(settle(&stage("local"), "").unwrap().shop.identity, "demo");
        assert_eq!(settle(&stage("dev"), "").unwrap().shop.identity, "demo");
        assert_eq!(settle(&stage("prod"), "").unwrap().shop.identity, "standard");
        assert!(settle(&stage("prod"), "").unwrap().shop.retain_data);
        assert!(settle(&stage("prod"), "[shop]\nidentity = \"nobody\"\n").is_err());
    }

    #[test]
    fn the_local_stage_takes_no_endpoint() {
        let flags = Global { endpoint_url: Some("http://127.0.0.1:1".to_owned()), ..Global::default() };
        assert!(settle(&flags, "").unwrap_err().hint.unwrap().contains("--stage"));
        let flags = Global { stage: Some("dev".to_owned()), ..flags };
        assert!(settle(&flags, "").is_ok());
        let flags = Global { endpoint_url: Some("127.0.0.1:1".to_owned()), ..flags };
        assert!(settle(&flags, "").is_err());
    }

    #[test]
    fn names_that_aws_would_refuse_are_refused_here() {
        for bad in ["", "Prod", "1a", "a_b", "a b"] {
            assert!(check_stage(bad).is_err(), "{bad}");
        }
        assert!(check_stack_name("a_b").is_err());
        assert!(check_stack_name("shop-1").is_ok());
    }
}
