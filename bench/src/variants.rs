//! What is compared: our own handler under several profiles, other clients under ours, and Node.

use serde::{Deserialize, Serialize};

macro_rules! choices {
    ($(#[$doc:meta])* $name:ident { $($(#[$entry_doc:meta])* $entry:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name { $($(#[$entry_doc])* #[serde(rename = $text)] $entry,)* }

        impl $name {
            /// As it stands in names and tables.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$entry => $text,)* }
            }
        }
    };
}

choices! {
    /// `opt-level`.
    Opt {
        /// For size, and for speed the crates of [`WARM`].
        Mixed = "s+3",
        /// For speed.
        Three = "3",
        /// For size.
        Small = "s",
        /// For size, without vectorised loops.
        Smallest = "z",
    }
}

choices! {
    /// `lto`.
    Lto {
        /// None at all.
        Off = "off",
        /// Over the units of each crate, which is what a release build does unless told otherwise.
        Local = "local",
        /// Over all crates, in parallel.
        Thin = "thin",
        /// Over all crates as one.
        Fat = "fat",
    }
}

choices! {
    /// `panic`.
    Panic {
        /// Cleans up, and can be caught.
        Unwind = "unwind",
        /// Ends the process.
        Abort = "abort",
    }
}

/// What a cargo profile decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// `opt-level`.
    pub opt: Opt,
    /// `lto`.
    pub lto: Lto,
    /// `codegen-units`.
    pub units: u16,
    /// `panic`.
    pub panic: Panic,
}

/// The crates in which a warm call spends its time, by samples of it. [`Opt::Mixed`] compiles them for speed and the rest for size.
pub const WARM: [&str; 17] = [
    "aws-runtime",
    "aws-sigv4",
    "aws-smithy-http",
    "aws-smithy-json",
    "aws-smithy-runtime",
    "aws-smithy-runtime-api",
    "aws-smithy-types",
    "bytes",
    "hashbrown",
    "http",
    "httparse",
    "hyper",
    "ring",
    "rustls",
    "serde_json",
    "sha2",
    "tokio",
];

/// The profile that our functions are built with: `[profile.lambda]` of the workspace.
pub const CHOSEN: Profile = Profile { opt: Opt::Small, lto: Lto::Fat, units: 1, panic: Panic::Unwind };

/// Cargo's own release profile.
pub const RELEASE: Profile = Profile { opt: Opt::Three, lto: Lto::Local, units: 16, panic: Panic::Unwind };

impl Profile {
    /// What is given to cargo with `--config`, so that it changes the profile `lambda` of any workspace to this.
    pub fn config(self) -> Vec<String> {
        let opt = match self.opt {
            Opt::Three => "3",
            Opt::Small | Opt::Mixed => "\"s\"",
            Opt::Smallest => "\"z\"",
        };
        let lto = match self.lto {
            Lto::Off => "\"off\"",
            Lto::Local => "false",
            Lto::Thin => "\"thin\"",
            Lto::Fat => "\"fat\"",
        };
        let whole = [
            format!("profile.lambda.opt-level={opt}"),
            format!("profile.lambda.lto={lto}"),
            format!("profile.lambda.codegen-units={}", self.units),
            format!("profile.lambda.panic=\"{}\"", self.panic.as_str()),
        ];
        let warm = if self.opt == Opt::Mixed { WARM.as_slice() } else { &[] };
        let warm = warm.iter().map(|name| format!("profile.lambda.package.{name}.opt-level=3"));
        whole.into_iter().chain(warm).collect()
    }

    fn name(self) -> String {
        format!("{}-{}-{}-{}", self.opt.as_str(), self.lto.as_str(), self.units, self.panic.as_str())
    }

    /// All profiles of the matrix.
    fn all() -> impl Iterator<Item = Self> {
        let opts = [Opt::Small, Opt::Mixed, Opt::Smallest, Opt::Three];
        opts.into_iter().flat_map(|opt| {
            [Lto::Fat, Lto::Thin, Lto::Off].into_iter().flat_map(move |lto| {
                [1, 16].into_iter().flat_map(move |units| {
                    [Panic::Unwind, Panic::Abort].into_iter().map(move |panic| Self { opt, lto, units, panic })
                })
            })
        })
    }

    /// In how many respects it differs from the chosen one.
    fn distance(self) -> usize {
        [self.opt != CHOSEN.opt, self.lto != CHOSEN.lto, self.units != CHOSEN.units, self.panic != CHOSEN.panic]
            .into_iter()
            .filter(|differs| *differs)
            .count()
    }
}

choices! {
    /// How a handler in Rust reaches DynamoDB.
    Client {
        /// The SDK, the runtime crate and `aws-config` with their defaults; a runtime of many threads.
        Stock = "stock",
        /// No default features, one thread; TLS by aws-lc still.
        Lean = "lean",
        /// The same, with an aws-lc that was built without its jitter entropy.
        NoJitter = "no-jitter",
        /// The same as lean, TLS by ring.
        Ring = "ring",
        /// No SDK at all: a constant answer.
        Floor = "floor",
    }
}

impl Client {
    /// The feature of the peers' crate that makes it.
    pub const fn feature(self) -> &'static str {
        match self {
            // What differs is a variable at build time.
            Self::NoJitter => "lean",
            other => other.as_str(),
        }
    }

    /// What a reader of the table has to know.
    const fn title(self) -> &'static str {
        match self {
            Self::Stock => "SDK defaults",
            Self::Lean => "lean features, one thread",
            Self::NoJitter => "… aws-lc without jitter entropy",
            Self::Ring => "… ring",
            Self::Floor => "no SDK, a constant answer",
        }
    }
}

/// What a handler is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Source {
    /// The `products` function of this workspace.
    Ours {
        /// How it is built.
        profile: Profile,
    },
    /// The same in Rust with another client.
    Peer {
        /// The client.
        client: Client,
        /// How it is built.
        profile: Profile,
    },
    /// The same in Node.
    Node {
        /// Whether it connects while it starts, as ours does.
        primed: bool,
    },
}

/// One row of the tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// What `--only` takes.
    pub name: String,
    /// What it is made of.
    pub source: Source,
}

impl Variant {
    fn ours(profile: Profile) -> Self {
        let name = if profile == CHOSEN { "ours".to_owned() } else { format!("ours-{}", profile.name()) };
        Self { name, source: Source::Ours { profile } }
    }

    fn peer(client: Client, profile: Profile) -> Self {
        let client_name = client.as_str();
        let name = match profile {
            CHOSEN => client_name.to_owned(),
            RELEASE => format!("{client_name}-release"),
            other => format!("{client_name}-{}", other.name()),
        };
        Self { name, source: Source::Peer { client, profile } }
    }

    fn node(primed: bool) -> Self {
        Self { name: if primed { "node-primed" } else { "node" }.to_owned(), source: Source::Node { primed } }
    }

    /// What a reader of the table sees.
    pub fn title(&self) -> String {
        match self.source {
            Source::Ours { profile: CHOSEN } => "**ours**".to_owned(),
            Source::Ours { .. } => "ours".to_owned(),
            Source::Peer { client, profile: RELEASE } => format!("{}, cargo's release profile", client.title()),
            Source::Peer { client, .. } => client.title().to_owned(),
            Source::Node { primed: false } => "Node 20".to_owned(),
            Source::Node { primed: true } => "Node 20, connected in init".to_owned(),
        }
    }

    /// Whether it is what we deploy.
    pub const fn is_chosen(&self) -> bool {
        matches!(self.source, Source::Ours { profile: CHOSEN })
    }

    /// How it is built, if cargo builds it.
    pub const fn profile(&self) -> Option<Profile> {
        match self.source {
            Source::Ours { profile } | Source::Peer { profile, .. } => Some(profile),
            Source::Node { .. } => None,
        }
    }
}

/// How much of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breadth {
    /// Ours beside the most telling peers.
    Quick,
    /// All clients, and the profiles that differ from the chosen one in one respect.
    Usual,
    /// Every profile.
    Full,
}

/// The variants, in the tables' order.
pub fn matrix(breadth: Breadth) -> Vec<Variant> {
    let ours = Variant::ours(CHOSEN);
    let peer = |client| Variant::peer(client, CHOSEN);
    let nodes = [Variant::node(false), Variant::node(true)];
    if breadth == Breadth::Quick {
        let rust = [ours, peer(Client::Floor), peer(Client::Ring), peer(Client::Stock)];
        return rust.into_iter().chain(nodes).collect();
    }
    // Cargo's own profile is off the grid by its kind of LTO, but it is where everybody starts.
    let profiles = Profile::all().filter(|profile| breadth == Breadth::Full || profile.distance() == 1);
    let profiles = profiles.filter(|profile| *profile != CHOSEN).chain([RELEASE]);
    let clients = [Client::Floor, Client::Ring, Client::NoJitter, Client::Lean, Client::Stock];
    [ours]
        .into_iter()
        .chain(profiles.map(Variant::ours))
        .chain(clients.map(peer))
        .chain([Variant::peer(Client::Stock, RELEASE)])
        .chain(nodes)
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_distinct_and_the_narrower_matrices_are_part_of_the_wider() {
        let names = |breadth| -> Vec<String> { matrix(breadth).into_iter().map(|variant| variant.name).collect() };
        let full = names(Breadth::Full);
        assert_eq!(full.iter().collect::<BTreeSet<_>>().len(), full.len());
        // 48 on the grid, cargo's own, five clients, stock under cargo's own, two of Node.
        assert_eq!(full.len(), 48 + 1 + 5 + 1 + 2);
        for breadth in [Breadth::Quick, Breadth::Usual] {
            assert!(names(breadth).iter().all(|name| full.contains(name)), "{breadth:?}");
        }
        assert!(names(Breadth::Quick).contains(&"node".to_owned()));
    }

    #[test]
    fn the_usual_matrix_changes_one_thing_at_a_time() {
        let ours: Vec<String> =
            matrix(Breadth::Usual).into_iter().map(|v| v.name).filter(|name| name.starts_with("ours")).collect();
        assert_eq!(
            ours,
            [
                "ours",
                "ours-s-fat-1-abort",
                "ours-s-fat-16-unwind",
                "ours-s-thin-1-unwind",
                "ours-s-off-1-unwind",
                "ours-s+3-fat-1-unwind",
                "ours-z-fat-1-unwind",
                "ours-3-fat-1-unwind",
                "ours-3-local-16-unwind",
            ]
        );
    }

    #[test]
    fn the_chosen_profile_is_that_of_the_workspace_and_of_the_peers() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        for manifest in [folder.join("../Cargo.toml"), folder.join("peers/stock/Cargo.toml")] {
            let text = std::fs::read_to_string(&manifest).unwrap();
            let manifest: toml::Table = text.parse().unwrap();
            let lambda = &manifest["profile"]["lambda"];
            let (units, panic) = (lambda["codegen-units"].as_integer(), lambda["panic"].as_str());
            assert_eq!((lambda["opt-level"].as_str(), lambda.get("package")), (Some(CHOSEN.opt.as_str()), None));
            assert_eq!(lambda["lto"].as_str(), Some(CHOSEN.lto.as_str()));
            assert_eq!((units, panic), (Some(CHOSEN.units.into()), Some(CHOSEN.panic.as_str())));
            assert_eq!(lambda["overflow-checks"].as_bool(), Some(true));
        }
    }

    #[test]
    fn what_cargo_is_told_is_toml() {
        for profile in Profile::all().chain([RELEASE]) {
            let config = profile.config().join("\n").parse::<toml::Table>().unwrap();
            let lambda = &config["profile"]["lambda"];
            assert_eq!(lambda["codegen-units"].as_integer(), Some(profile.units.into()));
            assert_eq!(lambda["panic"].as_str(), Some(profile.panic.as_str()));
        }
        let release: toml::Table = RELEASE.config().join("\n").parse().unwrap();
        assert_eq!(release["profile"]["lambda"]["lto"].as_bool(), Some(false));
        assert_eq!(release["profile"]["lambda"]["opt-level"].as_integer(), Some(3));
    }

    #[test]
    fn variants_read_back_as_they_were_written() {
        for variant in matrix(Breadth::Full) {
            let text = serde_json::to_string(&variant).unwrap();
            assert_eq!(serde_json::from_str::<Variant>(&text).unwrap(), variant, "{text}");
        }
    }
}
