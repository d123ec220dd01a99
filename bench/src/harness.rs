//! Measures several subjects in one run, turn by turn, so that whatever else the machine does falls on all of them alike. Who is
//! measured after whom changes with each turn: a process finds the caches of the CPU as the one before left them, and that made the
//! first in line a tenth slower where it always came after the largest.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::dynamodb::{DynamoDb, Tables};
use crate::figures::Figures;
use crate::one_core::OneCore;
use crate::sample::{self, Cold, Start, Subject, Surroundings, Warm};
use crate::throttle::Throttle;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    /// Cold starts of each kind.
    pub cold: usize,
    /// Warm calls, over all rounds: so many on all cores, and as many again on one.
    pub warm: usize,
    /// Into how many processes the warm calls are split.
    pub rounds: usize,
}

/// What the handlers are asked and what DynamoDB holds.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Scene {
    /// The event.
    event: Value,
    /// Texts that every right answer contains.
    expected: Vec<String>,
    /// Environment variables of the function.
    env: std::collections::BTreeMap<String, String>,
    /// The rows of DynamoDB's tables.
    tables: Tables,
}

/// Measures. `progress` is told what is measured now.
pub fn measure(
    subjects: &[Subject],
    scene: &Scene,
    extent: Extent,
    progress: &mut dyn FnMut(&str),
) -> Result<Vec<Figures>> {
    let dynamodb = DynamoDb::start(scene.tables.clone())?;
    let folder = tempfile::tempdir()?;
    let around = surroundings(scene, &dynamodb, folder.path().join("roots.pem"), folder.path().join("root.pem"))?;
    let small = throttle(128, progress);
    let medium = throttle(512, progress);
    let mut samples: Vec<Samples> = subjects.iter().map(|_| Samples::default()).collect();
    for (subject, samples) in subjects.iter().zip(&mut samples) {
        progress(&format!("warming up {}", subject.name));
        sample::cold(subject, &around, Start::Cached)?;
        let before = dynamodb.counts();
        sample::warm(subject, &around, 100)?;
        let after = dynamodb.counts();
        samples.calls = (after.0 - before.0, after.1 - before.1);
    }
    let mut turns = Turns { subjects: subjects.len(), state: 1 };
    for turn in 0..extent.cold {
        progress(&format!("cold starts {} of {}", turn + 1, extent.cold));
        for at in turns.order() {
            samples[at].cached.push(sample::cold(&subjects[at], &around, Start::Cached)?);
        }
        for at in turns.order() {
            samples[at].evicted.push(sample::cold(&subjects[at], &around, Start::Evicted)?);
        }
        for at in turns.order() {
            if let Some(throttle) = &small {
                samples[at].throttled_128.push(sample::cold(&subjects[at], &around, Start::Throttled(throttle))?);
            }
        }
        for at in turns.order() {
            if let Some(throttle) = &medium {
                samples[at].throttled_512.push(sample::cold(&subjects[at], &around, Start::Throttled(throttle))?);
            }
        }
    }
    let calls = extent.warm.div_ceil(extent.rounds.max(1));
    for round in 0..extent.rounds {
        progress(&format!("warm calls, round {} of {}", round + 1, extent.rounds));
        for at in turns.order() {
            samples[at].warm.push(sample::warm(&subjects[at], &around, calls)?);
        }
        let _core = match OneCore::hold() {
            Ok(core) => core,
            Err(error) => {
                progress(&format!("no measure on one core: {error:#}"));
                continue;
            }
        };
        for at in turns.order() {
            samples[at].one_core.push(sample::warm(&subjects[at], &around, calls)?);
        }
    }
    Ok(samples.iter().map(Samples::figures).collect())
}

/// In which order the subjects are measured: another one each time, and the same ones in every run.
struct Turns {
    subjects: usize,
    state: u64,
}

impl Turns {
    fn order(&mut self) -> Vec<usize> {
        let mut drawn: Vec<(u64, usize)> = (0..self.subjects).map(|at| (self.draw(), at)).collect();
        drawn.sort_unstable();
        drawn.into_iter().map(|(_, at)| at).collect()
    }

    /// A number that looks drawn (SplitMix64: Steele, Lea, Flood, 2014).
    const fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }
}

#[derive(Debug, Default)]
struct Samples {
    cached: Vec<Cold>,
    evicted: Vec<Cold>,
    throttled_128: Vec<Cold>,
    throttled_512: Vec<Cold>,
    warm: Vec<Warm>,
    one_core: Vec<Warm>,
    calls: (u64, u64),
}

impl Samples {
    fn figures(&self) -> Figures {
        Figures::of(&self.cached, &self.evicted, [&self.throttled_128, &self.throttled_512], &self.warm, &self.one_core)
    }
}

fn throttle(megabytes: u32, progress: &mut dyn FnMut(&str)) -> Option<Throttle> {
    match Throttle::like(megabytes) {
        Ok(throttle) => Some(throttle),
        Err(error) => {
            progress(&format!("no throttling like {megabytes} MB: {error:#}"));
            None
        }
    }
}

/// Where platforms keep their certificates.
const BUNDLES: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// The environment of a function on Lambda, with the endpoint of DynamoDB and its authority. Whoever reads the platform's
/// bundle reads a whole one, as on Lambda.
fn surroundings(scene: &Scene, dynamodb: &DynamoDb, bundle: PathBuf, root: PathBuf) -> Result<Surroundings> {
    let platform = BUNDLES.into_iter().find_map(|path| std::fs::read_to_string(path).ok());
    let platform = platform.context("this machine has no bundle of certificates")?;
    std::fs::write(&bundle, format!("{platform}\n{}", dynamodb.root_pem()))?;
    std::fs::write(&root, dynamodb.root_pem())?;
    let text = |path: PathBuf| path.to_string_lossy().into_owned();
    let (bundle, root) = (text(bundle), text(root));
    let fixed = [
        ("AWS_REGION", "eu-west-1"),
        ("AWS_DEFAULT_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        ("AWS_SESSION_TOKEN", "IQoJb3JpZ2luX2VjEXAMPLETOKEN"),
        ("AWS_LAMBDA_FUNCTION_NAME", "measured"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/measured"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/01/[$LATEST]0"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_rust"),
        ("LANG", "en_US.UTF-8"),
        ("TZ", ":UTC"),
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("LAMBDA_TASK_ROOT", "/var/task"),
    ];
    let mut env: Vec<(String, String)> =
        fixed.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    env.extend([
        ("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), dynamodb.url()),
        ("SSL_CERT_FILE".to_owned(), bundle),
        ("AWS_CA_BUNDLE".to_owned(), root.clone()),
        ("NODE_EXTRA_CA_CERTS".to_owned(), root),
    ]);
    env.extend(scene.env.iter().map(|(name, value)| (name.clone(), value.clone())));
    Ok(Surroundings { env, event: serde_json::to_vec(&scene.event)?, expected: scene.expected.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn everybody_is_measured_each_turn_and_nobody_always_after_the_same() {
        let mut turns = Turns { subjects: 6, state: 1 };
        let mut before = BTreeSet::new();
        for _ in 0..20 {
            let order = turns.order();
            assert_eq!(order.iter().copied().collect::<BTreeSet<_>>().len(), 6, "{order:?}");
            before.extend(order.windows(2).filter(|pair| pair[1] == 0).map(|pair| pair[0]));
        }
        assert_eq!(before.len(), 5);
    }
}
