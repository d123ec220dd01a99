//! `status`: how the stack stands, and how its functions, queues and alarms do.

use cloudcart_deploy::Target;
use cloudcart_deploy::survey::{self, AlarmState, Depth, LiveFunction, Survey};
use futures_util::future::join_all;
use serde::Serialize;
use serde_json::json;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::printer::{Printer, Tone};
use crate::session::Session;
use crate::table::render;

/// What cannot be seen.
const UNSEEN: &str = "?";
/// Digits of a digest that tell two of them apart.
const SHORT: usize = 12;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Function {
    name: String,
    logical_id: String,
    physical_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    live: Option<LiveFunction>,
    /// Whether the live code is what the stack says.
    as_deployed: Option<bool>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Queue {
    logical_id: String,
    url: String,
    messages: Option<Depth>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Alarm {
    logical_id: String,
    name: String,
    current: Option<AlarmState>,
}

/// Everything that was seen, and notes on what was not.
#[derive(Debug)]
struct Seen {
    functions: Vec<Function>,
    queues: Vec<Queue>,
    alarms: Vec<Alarm>,
    notes: Vec<String>,
}

pub(crate) async fn run(session: &Session<'_>) -> Result<Exit, Failure> {
    let target = session.target().await?;
    let printer = &session.printer;
    printer.busy("looking");
    let stack = survey::survey(&target, &session.settings.stack_name).await?;
    let seen = look(session, &target, &stack).await;
    printer.clear();
    if printer.is_json() {
        printer.json(&json!({
            "stack": {
                "name": stack.name, "id": stack.id, "status": stack.status, "reason": stack.reason,
                "created": stack.created.map(time), "updated": stack.updated.map(time), "protected": stack.protected,
            },
            "functions": seen.functions,
            "queues": seen.queues,
            "alarms": seen.alarms,
            "outputs": stack.outputs,
            "notes": seen.notes,
        }))?;
        return Ok(Exit::Done);
    }
    printer.out(&text(&stack, &seen))?;
    tell(printer, &seen);
    Ok(Exit::Done)
}

async fn look(session: &Session<'_>, target: &Target, stack: &Survey) -> Seen {
    let mut notes = Vec::new();
    let resources: Vec<_> = stack.of_type("AWS::Lambda::Function").collect();
    let live = join_all(resources.iter().map(|resource| survey::function(target, &resource.physical_id))).await;
    let functions = resources.iter().zip(live).map(|(resource, live)| {
        let spec = session.app.functions.iter().find(|spec| spec.logical_id == resource.logical_id);
        let live = seen(live, &resource.logical_id, &mut notes);
        let key = spec.and_then(|spec| stack.parameters.get(&spec.code_parameter));
        Function {
            name: spec.map_or(resource.logical_id.as_str(), |spec| spec.name).to_owned(),
            logical_id: resource.logical_id.clone(),
            physical_id: resource.physical_id.clone(),
            as_deployed: live.as_ref().zip(key).map(|(live, key)| is_deployed(key, &live.sha256)),
            live,
        }
    });
    let functions = functions.collect();
    let resources: Vec<_> = stack.of_type("AWS::SQS::Queue").collect();
    let depths = join_all(resources.iter().map(|resource| survey::queue(target, &resource.physical_id))).await;
    let queues = resources.iter().zip(depths).map(|(resource, depth)| Queue {
        logical_id: resource.logical_id.clone(),
        url: resource.physical_id.clone(),
        messages: seen(depth, &resource.logical_id, &mut notes),
    });
    let queues = queues.collect();
    let resources: Vec<_> = stack.of_type("AWS::CloudWatch::Alarm").collect();
    let names: Vec<String> = resources.iter().map(|resource| resource.physical_id.clone()).collect();
    let mut states = if names.is_empty() {
        std::collections::BTreeMap::default()
    } else {
        seen(survey::alarms(target, &names).await, "the alarms", &mut notes).unwrap_or_default()
    };
    let alarms = resources.iter().map(|resource| Alarm {
        logical_id: resource.logical_id.clone(),
        name: resource.physical_id.clone(),
        current: states.remove(&resource.physical_id),
    });
    Seen { functions, queues, alarms: alarms.collect(), notes }
}

/// What could be seen; otherwise a note says why not, and the rest is shown all the same.
fn seen<T>(result: cloudcart_deploy::Result<T>, what: &str, notes: &mut Vec<String>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) => {
            notes.push(format!("{what} cannot be seen: {}", Failure::from(error)));
            None
        }
    }
}

/// The key of an archive holds its digest.
fn is_deployed(key: &str, sha256: &str) -> bool {
    !sha256.is_empty() && key.contains(sha256)
}

fn text(stack: &Survey, seen: &Seen) -> String {
    let unseen = || UNSEEN.to_owned();
    let since = stack.updated.or(stack.created).map_or_else(unseen, time);
    let protected = if stack.protected { "yes" } else { "no" };
    let mut parts = vec![render(
        &["STACK", "STATUS", "SINCE", "PROTECTED"],
        &[vec![stack.name.clone(), stack.status.clone(), since, protected.to_owned()]],
        &[],
    )];
    let functions = seen.functions.iter().map(|function| {
        let live = function.live.as_ref();
        let code = live.map_or_else(unseen, |live| live.sha256.chars().take(SHORT).collect());
        let deployed = match function.as_deployed {
            Some(true) => "as deployed",
            Some(false) => "DIFFERS",
            None => UNSEEN,
        };
        let state = live.map_or_else(unseen, |live| live.state.clone());
        vec![
            function.name.clone(),
            state,
            code,
            deployed.to_owned(),
            live.map_or_else(unseen, |live| live.modified.clone()),
        ]
    });
    parts.push(table(&["FUNCTION", "STATE", "CODE", "LIVE CODE", "MODIFIED"], &functions.collect::<Vec<_>>(), &[]));
    let queues = seen.queues.iter().map(|queue| {
        let number =
            |pick: fn(&Depth) -> u64| queue.messages.as_ref().map_or_else(unseen, |depth| pick(depth).to_string());
        vec![
            queue.logical_id.clone(),
            number(|depth| depth.visible),
            number(|depth| depth.in_flight),
            number(|depth| depth.delayed),
        ]
    });
    parts.push(table(&["QUEUE", "WAITING", "IN FLIGHT", "DELAYED"], &queues.collect::<Vec<_>>(), &[1, 2, 3]));
    let alarms = seen.alarms.iter().map(|alarm| {
        let current = alarm.current.as_ref();
        vec![
            alarm.logical_id.clone(),
            current.map_or_else(unseen, |current| current.state.clone()),
            current.and_then(|current| current.since).map_or_else(unseen, time),
            current.map_or_else(unseen, |current| current.reason.clone()),
        ]
    });
    parts.push(table(&["ALARM", "STATE", "SINCE", "REASON"], &alarms.collect::<Vec<_>>(), &[]));
    let outputs = stack.outputs.iter().map(|(key, value)| vec![key.clone(), value.clone()]);
    parts.push(table(&["OUTPUT", "VALUE"], &outputs.collect::<Vec<_>>(), &[]));
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

/// A table, unless there is nothing in it.
fn table(heading: &[&str], rows: &[Vec<String>], right: &[usize]) -> String {
    if rows.is_empty() { String::new() } else { render(heading, rows, right) }
}

/// What of it somebody should look at.
fn tell(printer: &Printer, seen: &Seen) {
    for note in &seen.notes {
        printer.note(note);
    }
    let differing: Vec<&str> = seen
        .functions
        .iter()
        .filter(|function| function.as_deployed == Some(false))
        .map(|function| function.name.as_str())
        .collect();
    if !differing.is_empty() {
        printer.note(&format!(
            "the live code of {} is not what the stack says; `cloudcart deploy` brings them together",
            differing.join(", ")
        ));
    }
    let raised = seen.alarms.iter().filter(|alarm| alarm.current.as_ref().is_some_and(|now| now.state == "ALARM"));
    for alarm in raised {
        printer.note(&printer.paint(Tone::Bad, &format!("alarm: {}", alarm.logical_id)));
    }
}

fn time(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis).map_or_else(|_| millis.to_string(), |at| format!("{at:.0}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_as_deployed_when_its_key_holds_its_digest() {
        assert!(is_deployed("code/worker/ab12.zip", "ab12"));
        assert!(!is_deployed("code/worker/ab12.zip", "cd34"));
        assert!(!is_deployed("code/worker/ab12.zip", ""), "no digest is no proof");
    }

    #[test]
    fn what_cannot_be_seen_is_a_question_mark() {
        let stack = Survey {
            id: String::new(),
            name: "shop".to_owned(),
            status: "CREATE_COMPLETE".to_owned(),
            reason: None,
            created: Some(0),
            updated: None,
            protected: false,
            outputs: [("Url".to_owned(), "u".to_owned())].into(),
            parameters: [].into(),
            resources: Vec::new(),
        };
        let queue = Queue { logical_id: "Q".to_owned(), url: String::new(), messages: None };
        let seen = Seen { functions: Vec::new(), queues: vec![queue], alarms: Vec::new(), notes: Vec::new() };
        assert_eq!(
            text(&stack, &seen),
            "STACK  STATUS           SINCE                 PROTECTED\n\
             shop   CREATE_COMPLETE  1970-01-01T00:00:00Z  no\n\n\
             QUEUE  WAITING  IN FLIGHT  DELAYED\n\
             Q            ?          ?        ?\n\n\
             OUTPUT  VALUE\n\
             Url     u\n"
        );
    }
}
