//! The JSON protocol: one function per operation, and which right each operation needs.
//!
//! Source: the SQS API reference; protocol `awsJson1_0` with `awsQueryCompatible`.

use super::{
    attributes,
    delivery::{MAX_VISIBILITY, Sent},
    engine::Engine,
    errors,
    input::Input,
    md5,
    message::{NewMessage, attributes_to_json, parse_attributes, select_attributes},
    moves,
};
use crate::{
    api::{ApiRequest, Caller, Need},
    error::AwsError,
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use http::{Response, header};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// Most bytes of all messages of one batch.
const MAX_BATCH_SIZE: usize = attributes::MAX_MESSAGE_SIZE as usize;

/// System attributes that `ReceiveMessage` may be asked for.
const SYSTEM_ATTRIBUTES: [&str; 9] = [
    "SenderId",
    "SentTimestamp",
    "ApproximateReceiveCount",
    "ApproximateFirstReceiveTimestamp",
    "SequenceNumber",
    "MessageDeduplicationId",
    "MessageGroupId",
    "AWSTraceHeader",
    "DeadLetterQueueSourceArn",
];

/// How an operation names the queue it acts on.
enum Subject {
    Url,
    Name,
    Nothing,
    Source,
    Task,
}

/// Every operation, the action it needs (a batch needs the single one's) and how it names its queue.
const OPERATIONS: [(&str, &str, Subject); 20] = [
    ("CreateQueue", "CreateQueue", Subject::Name),
    ("DeleteQueue", "DeleteQueue", Subject::Url),
    ("GetQueueUrl", "GetQueueUrl", Subject::Name),
    ("ListQueues", "ListQueues", Subject::Nothing),
    ("GetQueueAttributes", "GetQueueAttributes", Subject::Url),
    ("SetQueueAttributes", "SetQueueAttributes", Subject::Url),
    ("SendMessage", "SendMessage", Subject::Url),
    ("SendMessageBatch", "SendMessage", Subject::Url),
    ("ReceiveMessage", "ReceiveMessage", Subject::Url),
    ("DeleteMessage", "DeleteMessage", Subject::Url),
    ("DeleteMessageBatch", "DeleteMessage", Subject::Url),
    ("ChangeMessageVisibility", "ChangeMessageVisibility", Subject::Url),
    ("ChangeMessageVisibilityBatch", "ChangeMessageVisibility", Subject::Url),
    ("PurgeQueue", "PurgeQueue", Subject::Url),
    ("TagQueue", "TagQueue", Subject::Url),
    ("UntagQueue", "UntagQueue", Subject::Url),
    ("ListQueueTags", "ListQueueTags", Subject::Url),
    ("ListDeadLetterSourceQueues", "ListDeadLetterSourceQueues", Subject::Url),
    ("StartMessageMoveTask", "StartMessageMoveTask", Subject::Source),
    ("ListMessageMoveTasks", "ListMessageMoveTasks", Subject::Source),
];

/// `CancelMessageMoveTask` stands apart: its handle names the queue.
const CANCEL: (&str, &str, Subject) = ("CancelMessageMoveTask", "CancelMessageMoveTask", Subject::Task);

/// Old clients send a form with an `Action` in place of JSON.
fn refuse_query_protocol(request: &ApiRequest) -> Result<(), AwsError> {
    let content_type = request.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if content_type.is_some_and(|value| value.starts_with("application/x-www-form-urlencoded")) {
        return Err(AwsError::not_offered(
            "the Query protocol of SQS, only the JSON protocol; use an SDK from 2024 or later (boto3 1.28 or later)",
        ));
    }
    Ok(())
}

/// The rights that a request needs.
pub(super) fn needs(engine: &Engine, request: &ApiRequest) -> Result<Vec<Need>, AwsError> {
    refuse_query_protocol(request)?;
    let operation = request.operation.as_str();
    let Some((_, action, subject)) = OPERATIONS.iter().chain([&CANCEL]).find(|(name, _, _)| *name == operation) else {
        return Ok(Vec::new());
    };
    let body = request.json()?;
    let input = Input(&body);
    let resource = match subject {
        Subject::Url => engine.core.arn("sqs", &engine.name_in_url(input.required("QueueUrl")?)?),
        Subject::Name => engine.core.arn("sqs", input.required("QueueName")?),
        Subject::Source => input.required("SourceArn")?.to_owned(),
        Subject::Task => moves::decode_handle(input.required("TaskHandle")?)
            .map(|(_, source_arn)| source_arn)
            .ok_or_else(|| errors::invalid_value("Value for parameter TaskHandle is invalid."))?,
        Subject::Nothing => "*".to_owned(),
    };
    let mut needs = vec![Need::new(format!("sqs:{action}"), &resource)];
    if operation == "StartMessageMoveTask" {
        needs.extend(
            ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"].map(|a| Need::new(a, &resource)),
        );
        match input.text("DestinationArn")? {
            Some(destination) => needs.push(Need::new("sqs:SendMessage", destination)),
            // Back to where they came from: each queue that redrives into this one.
            None => {
                if let Some(name) = resource.rsplit(':').next() {
                    let sources = engine.sources_of(name).unwrap_or_default();
                    needs.extend(sources.iter().map(|name| Need::new("sqs:SendMessage", engine.core.arn("sqs", name))));
                }
            }
        }
    }
    Ok(needs)
}

/// Answers one request.
pub(super) async fn call(engine: &Arc<Engine>, request: ApiRequest) -> Result<Response<Bytes>, AwsError> {
    refuse_query_protocol(&request)?;
    let body = request.json()?;
    let input = Input(&body);
    let answer = match request.operation.as_str() {
        "CreateQueue" => create_queue(engine, input)?,
        "DeleteQueue" => {
            engine.delete(&queue_name(engine, input)?)?;
            json!({})
        }
        "GetQueueUrl" => get_queue_url(engine, input)?,
        "ListQueues" => list_queues(engine, input)?,
        "GetQueueAttributes" => get_queue_attributes(engine, input)?,
        "SetQueueAttributes" => {
            engine.set_attributes(&queue_name(engine, input)?, &input.texts_by_name("Attributes")?)?;
            json!({})
        }
        "SendMessage" => send_message(engine, input, &request.caller)?,
        "SendMessageBatch" => send_message_batch(engine, input, &request.caller)?,
        "ReceiveMessage" => receive_message(engine, input).await?,
        "DeleteMessage" => {
            engine.remove(&queue_name(engine, input)?, input.required("ReceiptHandle")?)?;
            json!({})
        }
        "DeleteMessageBatch" => {
            let name = queue_name(engine, input)?;
            engine.queue(&name)?;
            delete_message_batch(engine, &name, input)?
        }
        "ChangeMessageVisibility" => {
            change_visibility(engine, &queue_name(engine, input)?, input)?;
            json!({})
        }
        "ChangeMessageVisibilityBatch" => {
            let name = queue_name(engine, input)?;
            engine.queue(&name)?;
            batch(input, |entry| change_visibility(engine, &name, entry))?
        }
        "PurgeQueue" => {
            engine.purge(&queue_name(engine, input)?)?;
            json!({})
        }
        "TagQueue" => tag_queue(engine, input)?,
        "UntagQueue" => {
            let keys = input.texts("TagKeys")?;
            engine.change_tags(&queue_name(engine, input)?, |tags| tags.retain(|key, _| !keys.contains(key)))?;
            json!({})
        }
        "ListQueueTags" => {
            let tags = engine.queue(&queue_name(engine, input)?)?.tags;
            if tags.is_empty() { json!({}) } else { json!({ "Tags": tags }) }
        }
        "ListDeadLetterSourceQueues" => {
            let names = engine.sources_of(&queue_name(engine, input)?)?;
            page(engine, input, &names, "queueUrls")?
        }
        "StartMessageMoveTask" => {
            let rate = input.number("MaxNumberOfMessagesPerSecond", 1, 500)?;
            let task = engine.start_move(input.required("SourceArn")?, input.text("DestinationArn")?, rate)?;
            json!({ "TaskHandle": task.handle() })
        }
        "ListMessageMoveTasks" => {
            let max = input.number("MaxResults", 1, 10)?.unwrap_or(1);
            let tasks = engine.moves_of(input.required("SourceArn")?, max as usize)?;
            json!({ "Results": tasks.iter().map(moves::MoveTask::to_json).collect::<Vec<_>>() })
        }
        "CancelMessageMoveTask" => {
            json!({ "ApproximateNumberOfMessagesMoved": engine.cancel_move(input.required("TaskHandle")?)? })
        }
        "" => return Err(AwsError::not_offered("an SQS request without X-Amz-Target: AmazonSQS.<operation>")),
        other => return Err(AwsError::not_offered(&format!("SQS operation {other}"))),
    };
    Response::builder()
        .header(header::CONTENT_TYPE, "application/x-amz-json-1.0")
        .header("x-amzn-requestid", &request.request_id)
        .body(Bytes::from(answer.to_string()))
        .map_err(|error| AwsError::internal(&error))
}

fn queue_name(engine: &Engine, input: Input<'_>) -> Result<String, AwsError> {
    engine.name_in_url(input.required("QueueUrl")?)
}

fn create_queue(engine: &Engine, input: Input<'_>) -> Result<Value, AwsError> {
    let name = input.required("QueueName")?;
    engine.create(name, &input.texts_by_name("Attributes")?, &input.texts_by_name("tags")?)?;
    Ok(json!({ "QueueUrl": engine.url(name) }))
}

fn get_queue_url(engine: &Engine, input: Input<'_>) -> Result<Value, AwsError> {
    let name = input.required("QueueName")?;
    let owner = input.text("QueueOwnerAWSAccountId")?;
    if owner.is_some_and(|owner| owner != engine.core.account) {
        return Err(errors::queue_does_not_exist());
    }
    engine.queue(name)?;
    Ok(json!({ "QueueUrl": engine.url(name) }))
}

fn list_queues(engine: &Engine, input: Input<'_>) -> Result<Value, AwsError> {
    let prefix = input.text("QueueNamePrefix")?.unwrap_or_default();
    let names: Vec<String> = engine.names().into_iter().filter(|name| name.starts_with(prefix)).collect();
    page(engine, input, &names, "QueueUrls")
}

/// One page of queue URLs. Without `MaxResults` there is one page of at most 1000, and no token.
fn page(engine: &Engine, input: Input<'_>, names: &[String], member: &str) -> Result<Value, AwsError> {
    let max = input.number("MaxResults", 1, 1000)?;
    let after = match input.text("NextToken")? {
        None => None,
        Some(token) => Some(
            BASE64
                .decode(token)
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .ok_or_else(|| errors::invalid_value("Invalid or expired next token."))?,
        ),
    };
    let rest: Vec<&String> = names.iter().filter(|name| after.as_ref().is_none_or(|after| *name > after)).collect();
    let shown = &rest[..rest.len().min(max.unwrap_or(1000) as usize)];
    let mut answer = Map::new();
    answer.insert(member.to_owned(), shown.iter().map(|name| json!(engine.url(name))).collect());
    if let (Some(_), Some(last)) = (max, shown.last().filter(|_| shown.len() < rest.len())) {
        answer.insert("NextToken".to_owned(), json!(BASE64.encode(last)));
    }
    Ok(Value::Object(answer))
}

fn get_queue_attributes(engine: &Engine, input: Input<'_>) -> Result<Value, AwsError> {
    let name = queue_name(engine, input)?;
    let wanted = input.texts("AttributeNames")?;
    let queue = engine.queue(&name)?;
    if let Some(unknown) = wanted.iter().find(|name| !attributes::is_known(name)) {
        return Err(errors::unknown_attribute(unknown));
    }
    if wanted.is_empty() {
        return Ok(json!({}));
    }
    let (visible, in_flight, delayed) = engine.counts(&name)?;
    let mut known = attributes::shown(&queue.attributes);
    let computed: [String; 6] = [
        visible.to_string(),
        in_flight.to_string(),
        delayed.to_string(),
        (queue.created / 1000).to_string(),
        (queue.modified / 1000).to_string(),
        queue.arn,
    ];
    known.extend(attributes::COMPUTED.iter().map(ToString::to_string).zip(computed));
    if !wanted.iter().any(|name| name == "All") {
        known.retain(|name, _| wanted.contains(name));
    }
    Ok(json!({ "Attributes": known }))
}

fn tag_queue(engine: &Engine, input: Input<'_>) -> Result<Value, AwsError> {
    let new = input.texts_by_name("Tags")?;
    let name = queue_name(engine, input)?;
    let mut all = engine.queue(&name)?.tags;
    all.extend(new.clone());
    if all.len() > 50 {
        return Err(errors::invalid_value("Too many tags added for queue: a queue has at most 50."));
    }
    engine.change_tags(&name, |tags| tags.extend(new))?;
    Ok(json!({}))
}

/// Reads a message of `SendMessage` or of one batch entry.
fn new_message(input: Input<'_>, caller: &Caller, account: &str) -> Result<NewMessage, AwsError> {
    let system = input.object("MessageSystemAttributes")?;
    if let Some(unknown) = system.and_then(|system| system.keys().find(|name| *name != "AWSTraceHeader")) {
        return Err(errors::invalid_value(format!(
            "Message system attribute name '{unknown}' is invalid. The only supported one is AWSTraceHeader."
        )));
    }
    Ok(NewMessage {
        body: input.text("MessageBody")?.unwrap_or_default().to_owned(),
        attributes: input.object("MessageAttributes")?.map(parse_attributes).transpose()?.unwrap_or_default(),
        trace_header: system
            .and_then(|system| system.get("AWSTraceHeader"))
            .and_then(|value| value["StringValue"].as_str())
            .map(str::to_owned),
        delay: input.number("DelaySeconds", 0, 900)?,
        group: input.text("MessageGroupId")?.map(str::to_owned),
        deduplication: input.text("MessageDeduplicationId")?.map(str::to_owned),
        sender: match caller {
            Caller::Root => account.to_owned(),
            Caller::Role { role, session } => format!("{role}:{session}"),
        },
    })
}

fn sent_to_json(sent: Sent) -> Map<String, Value> {
    let mut answer = Map::new();
    answer.insert("MessageId".into(), json!(sent.message_id));
    answer.insert("MD5OfMessageBody".into(), json!(sent.md5_of_body));
    for (name, value) in [
        ("MD5OfMessageAttributes", sent.md5_of_attributes),
        ("MD5OfMessageSystemAttributes", sent.md5_of_system_attributes),
        ("SequenceNumber", sent.sequence),
    ] {
        if let Some(value) = value {
            answer.insert(name.into(), json!(value));
        }
    }
    answer
}

fn send_message(engine: &Engine, input: Input<'_>, caller: &Caller) -> Result<Value, AwsError> {
    let name = queue_name(engine, input)?;
    let message = new_message(input, caller, &engine.core.account)?;
    Engine::check(&engine.queue(&name)?, &message)?;
    let sent = engine.send(&name, &[message])?;
    Ok(Value::Object(sent.into_iter().next().map(sent_to_json).unwrap_or_default()))
}

fn send_message_batch(engine: &Engine, input: Input<'_>, caller: &Caller) -> Result<Value, AwsError> {
    let name = queue_name(engine, input)?;
    let queue = engine.queue(&name)?;
    let mut good = Vec::new();
    let mut failed = Vec::new();
    let mut size = 0;
    for (id, entry) in input.entries()? {
        match new_message(entry, caller, &engine.core.account) {
            Ok(message) => {
                size += message.size();
                match Engine::check(&queue, &message) {
                    Ok(()) => good.push((id, message)),
                    Err(error) => failed.push(failure(id, error)),
                }
            }
            Err(error) => failed.push(failure(id, error)),
        }
    }
    if size > MAX_BATCH_SIZE {
        return Err(errors::batch(
            "BatchRequestTooLong",
            format!("Batch requests cannot be longer than {MAX_BATCH_SIZE} bytes. You have sent {size} bytes."),
        ));
    }
    let (ids, messages): (Vec<&str>, Vec<NewMessage>) = good.into_iter().unzip();
    let sent = engine.send(&name, &messages)?;
    let successful = ids.into_iter().zip(sent).map(|(id, sent)| {
        let mut entry = sent_to_json(sent);
        entry.insert("Id".into(), json!(id));
        Value::Object(entry)
    });
    Ok(batch_answer(successful.collect(), failed))
}

fn failure(id: &str, error: AwsError) -> Value {
    let code = error.query_code.unwrap_or(error.code);
    json!({ "Id": id, "SenderFault": error.status < 500, "Code": code, "Message": error.message })
}

fn batch_answer(successful: Vec<Value>, failed: Vec<Value>) -> Value {
    let mut answer = Map::new();
    // AWS leaves out `Failed` when nothing failed, but always gives `Successful`.
    answer.insert("Successful".into(), Value::Array(successful));
    if !failed.is_empty() {
        answer.insert("Failed".into(), Value::Array(failed));
    }
    Value::Object(answer)
}

fn delete_message_batch(engine: &Engine, name: &str, input: Input<'_>) -> Result<Value, AwsError> {
    let entries: Vec<_> =
        input.entries()?.into_iter().map(|(id, entry)| (id, entry.required("ReceiptHandle"))).collect();
    let handles: Vec<&str> = entries.iter().filter_map(|(_, handle)| handle.as_ref().ok().copied()).collect();
    let mut removed = engine.remove_all(name, &handles)?.into_iter();
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for (id, handle) in entries {
        // One answer for each handle, in their order.
        match handle.and_then(|_| removed.next().unwrap_or(Ok(()))) {
            Ok(()) => successful.push(json!({ "Id": id })),
            Err(error) => failed.push(failure(id, error)),
        }
    }
    Ok(batch_answer(successful, failed))
}

fn batch(input: Input<'_>, each: impl Fn(Input<'_>) -> Result<(), AwsError>) -> Result<Value, AwsError> {
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for (id, entry) in input.entries()? {
        match each(entry) {
            Ok(()) => successful.push(json!({ "Id": id })),
            Err(error) => failed.push(failure(id, error)),
        }
    }
    Ok(batch_answer(successful, failed))
}

fn change_visibility(engine: &Engine, name: &str, input: Input<'_>) -> Result<(), AwsError> {
    let handle = input.required("ReceiptHandle")?;
    let seconds = input.number("VisibilityTimeout", 0, MAX_VISIBILITY)?;
    engine.change_visibility(name, handle, seconds.ok_or_else(|| errors::missing("VisibilityTimeout"))?)
}

async fn receive_message(engine: &Engine, input: Input<'_>) -> Result<Value, AwsError> {
    let name = queue_name(engine, input)?;
    let max = input.number("MaxNumberOfMessages", 1, 10)?.unwrap_or(1);
    let visibility = input.number("VisibilityTimeout", 0, MAX_VISIBILITY)?;
    let wait = input.number("WaitTimeSeconds", 0, 20)?;
    let wanted = input.texts("MessageAttributeNames")?;
    let mut system = input.texts("MessageSystemAttributeNames")?;
    system.extend(input.texts("AttributeNames")?);
    let known =
        |name: &String| name == "All" || SYSTEM_ATTRIBUTES.contains(&name.as_str()) || attributes::is_known(name);
    if let Some(unknown) = system.iter().find(|name| !known(name)) {
        return Err(errors::unknown_attribute(unknown));
    }
    let wait = wait.map_or_else(|| engine.queue(&name).map(|queue| queue.settings.wait), Ok)?;
    let attempt = input.text("ReceiveRequestAttemptId")?;
    let wait = Duration::from_secs(wait.into());
    let received = engine.receive_again(&name, max as usize, visibility, wait, attempt).await?;
    if received.is_empty() {
        return Ok(json!({}));
    }
    let all = system.iter().any(|name| name == "All");
    let messages = received.into_iter().map(|message| {
        let mut shown = Map::new();
        shown.insert("MessageId".into(), json!(message.message_id));
        shown.insert("ReceiptHandle".into(), json!(message.handle));
        shown.insert("MD5OfBody".into(), json!(message.md5_of_body));
        shown.insert("Body".into(), json!(message.body));
        let asked: BTreeMap<String, String> =
            message.system.into_iter().filter(|(name, _)| all || system.contains(name)).collect();
        if !asked.is_empty() {
            shown.insert("Attributes".into(), json!(asked));
        }
        // The digest is of what is given back, which is what SDKs check it against.
        let selected = select_attributes(&message.attributes, &wanted);
        if let Some(digest) = md5::of_attributes(&selected) {
            shown.insert("MD5OfMessageAttributes".into(), json!(digest));
            shown.insert("MessageAttributes".into(), Value::Object(attributes_to_json(&selected)));
        }
        Value::Object(shown)
    });
    Ok(json!({ "Messages": messages.collect::<Vec<_>>() }))
}
