//! A live session (`StartLiveTail`): what arrives in up to ten log groups, once a second.

use std::time::Duration;

use aws_sdk_cloudwatchlogs::config::interceptors::BeforeSerializationInterceptorContextRef;
use aws_sdk_cloudwatchlogs::config::{ConfigBag, Intercept, StalledStreamProtectionConfig};
use aws_sdk_cloudwatchlogs::error::BoxError;
use aws_sdk_cloudwatchlogs::operation::start_live_tail::StartLiveTailOutput;
use aws_sdk_cloudwatchlogs::types::{LiveTailSessionLogEvent, StartLiveTailResponseStream};
use aws_smithy_runtime_api::client::endpoint::EndpointPrefix;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::{Group, Line};
use crate::error::{Error, Result, chain};
use crate::target::Target;

/// Groups of one session, the most that the service takes.
pub(super) const GROUPS: usize = 10;
/// The service says something every second, if only that there is nothing. A silence this long means that nobody is there.
const SILENCE: Duration = Duration::from_secs(30);
/// Updates that wait for us here, before the service has to hold them (it holds ten, then drops the oldest).
const WAITING: usize = 256;
/// If an update had to wait this long for a place, the service may have dropped some.
const LATE: Duration = Duration::from_secs(5);

/// What a session says.
#[derive(Debug)]
pub(super) enum Frame {
    /// Lines that arrived, perhaps none.
    Update {
        lines: Vec<Line>,
        /// Some may be missing: the service took a sample, or we were slow.
        gaps: bool,
    },
    /// The session is over.
    Ended(String),
}

/// An open session. It is closed when this is dropped.
#[derive(Debug)]
pub(super) struct Session {
    frames: mpsc::Receiver<Frame>,
    pump: AbortHandle,
    /// When it was opened.
    pub(super) opened: Instant,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.pump.abort();
    }
}

impl Session {
    /// Opens a session over at most [`GROUPS`] groups.
    pub(super) async fn open(target: &Target, groups: Vec<Group>, filter: Option<&str>) -> Result<Self> {
        let mut request = target
            .logs()
            .start_live_tail()
            .set_log_group_identifiers(Some(groups.iter().map(|group| group.arn.clone()).collect()))
            .set_log_event_filter_pattern(filter.map(str::to_owned))
            .customize()
            // A quiet log is no broken connection; we count the seconds ourselves.
            .config_override(
                aws_sdk_cloudwatchlogs::config::Builder::new()
                    .stalled_stream_protection(StalledStreamProtectionConfig::disabled()),
            );
        if !target.is_aws() {
            request = request.interceptor(SameHost);
        }
        let output = request.send().await.map_err(Error::aws("StartLiveTail"))?;
        let (sender, frames) = mpsc::channel(WAITING);
        let pump = tokio::spawn(pump(output, groups, sender)).abort_handle();
        Ok(Self { frames, pump, opened: Instant::now() })
    }

    /// What comes next. Nothing is lost when this is dropped before it ends.
    pub(super) async fn next(&mut self) -> Frame {
        self.frames.recv().await.unwrap_or_else(|| Frame::Ended("the session ended".to_owned()))
    }
}

/// The SDK asks for `stream-<host>`, a name that only AWS has. An endpoint of one's own is asked where it is.
#[derive(Debug)]
struct SameHost;

impl Intercept for SameHost {
    fn name(&self) -> &'static str {
        "SameHost"
    }

    fn read_before_serialization(
        &self,
        _context: &BeforeSerializationInterceptorContextRef<'_>,
        _components: &aws_sdk_cloudwatchlogs::config::RuntimeComponents,
        config: &mut ConfigBag,
    ) -> std::result::Result<(), BoxError> {
        config.interceptor_state().unset::<EndpointPrefix>();
        Ok(())
    }
}

/// Takes what the service sends as soon as it comes, whatever else is done meanwhile.
async fn pump(mut output: StartLiveTailOutput, groups: Vec<Group>, sender: mpsc::Sender<Frame>) {
    loop {
        let frame = match tokio::time::timeout(SILENCE, output.response_stream.recv()).await {
            Err(_) => Frame::Ended(format!("nothing was heard for {} s", SILENCE.as_secs())),
            Ok(Err(error)) => Frame::Ended(chain(&error)),
            Ok(Ok(None)) => Frame::Ended("the session ended".to_owned()),
            Ok(Ok(Some(StartLiveTailResponseStream::SessionUpdate(update)))) => {
                let sampled = update
                    .session_metadata()
                    .is_some_and(aws_sdk_cloudwatchlogs::types::LiveTailSessionMetadata::sampled);
                let lines = update.session_results().iter().map(|event| line(&groups, event)).collect();
                Frame::Update { lines, gaps: sampled }
            }
            // The start, which says what we asked for; and whatever may come one day.
            Ok(Ok(Some(_))) => continue,
        };
        let ended = matches!(frame, Frame::Ended(_));
        let waiting = Instant::now();
        let Ok(place) = sender.reserve().await else { return };
        place.send(match frame {
            Frame::Update { lines, gaps } => Frame::Update { lines, gaps: gaps || waiting.elapsed() > LATE },
            ended @ Frame::Ended(_) => ended,
        });
        if ended {
            return;
        }
    }
}

fn line(groups: &[Group], event: &LiveTailSessionLogEvent) -> Line {
    let function = function_of(groups, event.log_group_identifier().unwrap_or_default());
    Line::new(function, event.timestamp(), event.log_stream_name(), event.message(), None)
}

/// Whose line it is. The service names a group by its name, its ARN, or its account and name.
fn function_of<'a>(groups: &'a [Group], identifier: &str) -> &'a str {
    let identifier = identifier.strip_suffix(":*").unwrap_or(identifier);
    let ends = |name: &str| identifier.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with(':'));
    let found = groups.iter().find(|group| ends(&group.name));
    found.or(groups.first()).map_or("", |group| group.function.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_given_to_the_function_that_wrote_it() {
        let group = |function: &str, name: &str| Group {
            function: function.to_owned(),
            name: name.to_owned(),
            arn: String::new(),
        };
        let groups = [group("long", "/x/a-cart"), group("cart", "a-cart"), group("other", "cart")];
        for (identifier, function) in [
            ("a-cart", "cart"),
            ("123456789012:a-cart", "cart"),
            ("arn:aws:logs:eu-west-1:123456789012:log-group:/x/a-cart:*", "long"),
            ("arn:aws:logs:eu-west-1:123456789012:log-group:cart", "other"),
        ] {
            assert_eq!(function_of(&groups, identifier), function, "{identifier}");
        }
    }
}
