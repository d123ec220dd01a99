//! `AWS::CloudWatch::Alarm`: declared and never evaluated, because there are no metrics here; and `DescribeAlarms`, which says
//! just that. Protocols rpcv2Cbor (Rust, Python, AWS CLI) and awsJson1_0 (JavaScript).
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html>

use crate::{
    api::{ApiRequest, Need, Service},
    cbor,
    core::Core,
    error::{AwsError, Protocol},
    provider::{Property, ProvisionError, Provisioned, Reading, ResourceProvider, ResourceRequest, fit},
    store::StoreError,
};
use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, header};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::sync::{Arc, Mutex, PoisonError};

const ALARMS: &str = "cloudwatch.alarms";
/// The longest name of an alarm.
const NAME_LIMIT: usize = 255;

const NOT_EVALUATED: &str = "would say when the alarm is raised; the local cloud has no metrics, so it never is";
const NO_ACTIONS: &str = "would act when the alarm changes its state; here it never does";
const NO_READERS: &str = "a remark for people; nothing reads it";

/// The alarms of one local cloud.
pub struct Alarms {
    core: Arc<Core>,
    /// Held while a name is taken, so that it is taken once.
    taking: Mutex<()>,
}

/// An alarm as it is kept.
#[derive(Serialize, Deserialize)]
struct Alarm {
    /// The generated name of its creation, by which one that was cut off is found again.
    made_by: String,
    /// Its properties, as the template has them.
    #[serde(default)]
    properties: Map<String, Value>,
    /// When it was made.
    #[serde(default)]
    made_ms: i64,
}

/// What every alarm answers with as its reason.
const REASON: &str = "Unchecked: the local cloud has no metrics and evaluates no alarms";
/// Properties of the template that `DescribeAlarms` answers by the same names.
const TOLD: [&str; 12] = [
    "AlarmDescription",
    "ComparisonOperator",
    "DatapointsToAlarm",
    "Dimensions",
    "EvaluationPeriods",
    "MetricName",
    "Namespace",
    "Period",
    "Statistic",
    "Threshold",
    "TreatMissingData",
    "Unit",
];
/// Alarms of one page.
const PAGE: usize = 50;
const MOST: usize = 100;

impl Alarms {
    /// Opens the alarms in `core`'s store.
    pub fn open(core: Arc<Core>) -> Arc<Self> {
        Arc::new(Self { core, taking: Mutex::default() })
    }

    /// The resource types of CloudWatch.
    pub fn providers(self: &Arc<Self>) -> Vec<Arc<dyn ResourceProvider>> {
        vec![Arc::new(AlarmProvider(Arc::clone(self)))]
    }

    /// Whether the name was free.
    fn take(&self, name: &str, alarm: &Alarm) -> Result<bool, StoreError> {
        let _taking = self.taking.lock().unwrap_or_else(PoisonError::into_inner);
        if self.core.store.get::<Alarm>(ALARMS, name)?.is_some() {
            return Ok(false);
        }
        self.core.store.put(ALARMS, name, alarm)?;
        Ok(true)
    }

    fn arn(&self, name: &str) -> String {
        self.core.arn("cloudwatch", &format!("alarm:{name}"))
    }

    /// `DescribeAlarms`: by names or by their beginning, in pages.
    fn describe(&self, input: &Map<String, Value>) -> Result<Value, AwsError> {
        let text = |name: &str| input.get(name).and_then(Value::as_str);
        let names = input.get("AlarmNames").and_then(Value::as_array);
        if names.is_some_and(|names| names.len() > MOST) {
            return Err(AwsError::bad_request("ValidationError", format!("AlarmNames takes at most {MOST} names.")));
        }
        let limit = match input.get("MaxRecords").map(Value::as_u64) {
            None => PAGE,
            Some(limit) => limit
                .and_then(|limit| usize::try_from(limit).ok())
                .filter(|limit| (1..=MOST).contains(limit))
                .ok_or_else(|| {
                    AwsError::bad_request("ValidationError", format!("MaxRecords must be between 1 and {MOST}."))
                })?,
        };
        let wanted = |name: &str| {
            names.is_none_or(|names| names.iter().any(|wanted| wanted == name))
                && text("AlarmNamePrefix").is_none_or(|prefix| name.starts_with(prefix))
                // None of them is ever in another state, and a page begins after the last name of the one before.
                && text("StateValue").is_none_or(|state| state == "INSUFFICIENT_DATA")
                && text("NextToken").is_none_or(|after| name > after)
        };
        let mut alarms = self.core.store.list::<Alarm>(ALARMS)?;
        alarms.retain(|(name, _)| wanted(name));
        alarms.sort_by(|(one, _), (other, _)| one.cmp(other));
        let more = alarms.len() > limit;
        alarms.truncate(limit);
        let last = alarms.last().filter(|_| more).map(|(name, _)| name.clone());
        let told: Vec<Value> = alarms.iter().map(|(name, alarm)| self.told(name, alarm)).collect();
        let mut answer = json!({"MetricAlarms": told, "CompositeAlarms": []});
        if let Some(last) = last {
            answer["NextToken"] = json!(last);
        }
        Ok(answer)
    }

    fn told(&self, name: &str, alarm: &Alarm) -> Value {
        let mut told = json!({
            "AlarmName": name, "AlarmArn": self.arn(name), "ActionsEnabled": true, "AlarmActions": [], "OKActions": [],
            "InsufficientDataActions": [], "StateValue": "INSUFFICIENT_DATA", "StateReason": REASON,
            "StateUpdatedTimestamp": alarm.made_ms, "AlarmConfigurationUpdatedTimestamp": alarm.made_ms,
        });
        for property in TOLD {
            if let Some(value) = alarm.properties.get(property) {
                told[property] = typed(property, value);
            }
        }
        told
    }

    fn provisioned(&self, name: &str) -> Provisioned {
        let arn = self.arn(name);
        Provisioned { physical_id: name.to_owned(), attributes: [("Arn".to_owned(), json!(arn))].into() }
    }
}

/// A template may write a number as a text; the answer has the type that the service's model says.
fn typed(property: &str, value: &Value) -> Value {
    let number = match value {
        Value::String(text) => text.parse::<f64>().ok(),
        other => other.as_f64(),
    };
    match (property, number) {
        ("Threshold", Some(number)) => json!(number),
        #[allow(clippy::cast_possible_truncation, reason = "seconds and counts, far below what a double holds")]
        ("Period" | "EvaluationPeriods" | "DatapointsToAlarm", Some(number)) => json!(number as i64),
        _ => value.clone(),
    }
}

#[async_trait]
impl Service for Alarms {
    fn name(&self) -> &'static str {
        "monitoring"
    }

    fn protocol(&self) -> Protocol {
        Protocol::RpcV2Cbor
    }

    fn protocol_of(&self, headers: &HeaderMap) -> Protocol {
        if headers.contains_key("x-amz-target") {
            Protocol::Json10 { namespace: "com.amazonaws.cloudwatch" }
        } else {
            self.protocol()
        }
    }

    fn needs(&self, request: &ApiRequest) -> Result<Vec<Need>, AwsError> {
        Ok(match request.operation.as_str() {
            "DescribeAlarms" => vec![Need::new("cloudwatch:DescribeAlarms", self.arn("*"))],
            _ => Vec::new(),
        })
    }

    async fn call(&self, request: ApiRequest) -> Result<Response<Bytes>, AwsError> {
        let json = self.protocol_of(&request.headers) != self.protocol();
        let cbor = request.headers.get("smithy-protocol").is_some_and(|value| value == "rpc-v2-cbor");
        if !(json || cbor) || request.operation != "DescribeAlarms" {
            let what =
                if json || cbor { request.operation.as_str() } else { "in another protocol than rpcv2Cbor and JSON" };
            return Err(AwsError::not_offered(&format!("cloudwatch:{what}")));
        }
        if json {
            let answer = seconds(self.describe(&request.json()?)?);
            let mut response = Response::new(Bytes::from(answer.to_string()));
            let kind = HeaderValue::from_static("application/x-amz-json-1.0");
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
            return Ok(response);
        }
        let answer = self.describe(&cbor::read(&request.body)?)?;
        let mut response = Response::new(Bytes::from(cbor::write(&answer)));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/cbor"));
        response.headers_mut().insert("smithy-protocol", HeaderValue::from_static("rpc-v2-cbor"));
        Ok(response)
    }
}

/// An answer with its times in seconds, as JSON has them.
fn seconds(answer: Value) -> Value {
    match answer {
        Value::Array(items) => items.into_iter().map(seconds).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| match value.as_i64() {
                #[allow(clippy::cast_precision_loss, reason = "a double holds the milliseconds of ten thousand years")]
                Some(millis) if name.ends_with("Timestamp") => (name, json!(millis as f64 / 1_000.0)),
                _ => (name, seconds(value)),
            })
            .collect(),
        other => other,
    }
}

struct AlarmProvider(Arc<Alarms>);

#[async_trait]
impl ResourceProvider for AlarmProvider {
    fn type_name(&self) -> &'static str {
        "AWS::CloudWatch::Alarm"
    }

    fn properties(&self) -> &'static [Property] {
        const PROPERTIES: &[Property] = &[
            Property::ignored("ActionConfiguration", NO_ACTIONS),
            Property::ignored("ActionsEnabled", NO_ACTIONS),
            Property::ignored("AlarmActions", NO_ACTIONS),
            Property::ignored("AlarmDescription", NO_READERS),
            Property::create_only("AlarmName"),
            Property::ignored("ComparisonOperator", NOT_EVALUATED),
            Property::ignored("DatapointsToAlarm", NOT_EVALUATED),
            Property::ignored("Dimensions", NOT_EVALUATED),
            Property::ignored("EvaluateLowSampleCountPercentile", NOT_EVALUATED),
            Property::ignored("EvaluationCriteria", NOT_EVALUATED),
            Property::ignored("EvaluationInterval", NOT_EVALUATED),
            Property::ignored("EvaluationPeriods", NOT_EVALUATED),
            Property::ignored("EvaluationWindow", NOT_EVALUATED),
            Property::ignored("ExtendedStatistic", NOT_EVALUATED),
            Property::ignored("InsufficientDataActions", NO_ACTIONS),
            Property::ignored("MetricName", NOT_EVALUATED),
            Property::ignored("Metrics", NOT_EVALUATED),
            Property::ignored("Namespace", NOT_EVALUATED),
            Property::ignored("OKActions", NO_ACTIONS),
            Property::ignored("Period", NOT_EVALUATED),
            Property::ignored("Statistic", NOT_EVALUATED),
            Property::ignored(
                "Tags",
                "tags for cost and for tag-based policies, which the local cloud does not evaluate",
            ),
            Property::ignored("Threshold", NOT_EVALUATED),
            Property::ignored("ThresholdMetricId", NOT_EVALUATED),
            Property::ignored("TreatMissingData", NOT_EVALUATED),
            Property::ignored("Unit", NOT_EVALUATED),
            Property::ignored("WarmUpConfiguration", NOT_EVALUATED),
        ];
        PROPERTIES
    }

    async fn create(&self, request: &ResourceRequest) -> Result<Provisioned, ProvisionError> {
        let name = match request.properties.get("AlarmName") {
            None => fit(&request.generated_name, NAME_LIMIT),
            Some(Value::String(name)) if (1..=NAME_LIMIT).contains(&name.len()) => name.clone(),
            Some(_) => {
                let why = format!("#/AlarmName: expected a text of 1 to {NAME_LIMIT} characters");
                return Err(ProvisionError::invalid(why));
            }
        };
        let alarm = Alarm {
            made_by: request.generated_name.clone(),
            properties: request.properties.clone(),
            made_ms: self.0.core.clock.now_ms(),
        };
        if !self.0.take(&name, &alarm)? {
            return Err(ProvisionError::with_code("AlreadyExists", format!("The alarm {name} already exists.")));
        }
        Ok(self.0.provisioned(&name))
    }

    /// Whatever changes is only told.
    async fn update(
        &self,
        physical_id: &str,
        _previous: &Map<String, Value>,
        request: &ResourceRequest,
    ) -> Result<Provisioned, ProvisionError> {
        if let Some(mut alarm) = self.0.core.store.get::<Alarm>(ALARMS, physical_id)? {
            alarm.properties.clone_from(&request.properties);
            self.0.core.store.put(ALARMS, physical_id, &alarm)?;
        }
        Ok(self.0.provisioned(physical_id))
    }

    async fn delete(&self, physical_id: &str, _request: &ResourceRequest) -> Result<(), ProvisionError> {
        Ok(self.0.core.store.delete(ALARMS, physical_id)?)
    }

    async fn discard(&self, request: &ResourceRequest) -> Result<(), ProvisionError> {
        for (name, alarm) in self.0.core.store.list::<Alarm>(ALARMS)? {
            if alarm.made_by == request.generated_name {
                self.delete(&name, request).await?;
            }
        }
        Ok(())
    }

    /// There is nothing to an alarm here but that it exists.
    async fn read(&self, physical_id: &str, _request: &ResourceRequest) -> Result<Reading, ProvisionError> {
        let found = self.0.core.store.get::<Alarm>(ALARMS, physical_id)?;
        let (expected, actual) = (Map::new(), Map::new());
        Ok(found.map_or(Reading::Gone, |_| Reading::There { expected, actual }))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::{clock::SystemClock, provider::Support, random::SystemRandomness, store::Store};
    use tempfile::TempDir;

    fn provider(folder: &TempDir) -> Arc<dyn ResourceProvider> {
        opened(folder).1
    }

    fn opened(folder: &TempDir) -> (Arc<Alarms>, Arc<dyn ResourceProvider>) {
        let core = Core {
            region: "us-east-1".into(),
            account: "000000000000".into(),
            endpoint: "http://127.0.0.1:4566".into(),
            state_dir: folder.path().to_owned(),
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandomness::default()),
            store: Store::open(&folder.path().join("state.db")).unwrap(),
        };
        let alarms = Alarms::open(Arc::new(core));
        let provider = alarms.providers().remove(0);
        (alarms, provider)
    }

    fn request(logical_id: &str, properties: &Value) -> ResourceRequest {
        ResourceRequest {
            stack_name: "shop".into(),
            stack_id: "arn:aws:cloudformation:us-east-1:000000000000:stack/shop/1".into(),
            logical_id: logical_id.into(),
            properties: properties.as_object().unwrap().clone(),
            generated_name: format!("shop-{logical_id}-ABCDEFGHIJKL"),
        }
    }

    #[tokio::test]
    async fn an_alarm_has_a_name_and_an_arn_and_is_gone_when_deleted() {
        let folder = TempDir::new().unwrap();
        let alarms = provider(&folder);
        let wanted = request("Dead", &json!({"MetricName": "Errors", "Threshold": 1}));
        let made = alarms.create(&wanted).await.unwrap();
        assert_eq!(made.physical_id, "shop-Dead-ABCDEFGHIJKL");
        assert_eq!(made.attributes["Arn"], "arn:aws:cloudwatch:us-east-1:000000000000:alarm:shop-Dead-ABCDEFGHIJKL");
        assert_eq!(alarms.update(&made.physical_id, &wanted.properties, &wanted).await.unwrap(), made);
        let same = request("Other", &json!({"AlarmName": made.physical_id}));
        assert_eq!(provider(&folder).create(&same).await.unwrap_err().code, "AlreadyExists", "after a restart as well");
        alarms.discard(&same).await.unwrap();
        assert_eq!(alarms.create(&same).await.unwrap_err().code, "AlreadyExists", "it was not its own to take back");
        alarms.delete(&made.physical_id, &wanted).await.unwrap();
        alarms.delete(&made.physical_id, &wanted).await.unwrap();
        alarms.create(&same).await.unwrap();
        alarms.discard(&same).await.unwrap();
        alarms.create(&same).await.unwrap();
        assert_eq!(alarms.create(&request("Bad", &json!({"AlarmName": ""}))).await.unwrap_err().code, "InvalidRequest");
    }

    /// What the JavaScript SDK sends in place of CBOR.
    #[tokio::test]
    async fn alarms_are_told_in_json_to_whoever_asks_in_json() {
        let folder = TempDir::new().unwrap();
        let (alarms, provider) = opened(&folder);
        let wanted = request("Dead", &json!({"MetricName": "Errors", "Threshold": 0.5, "Period": "60"}));
        provider.create(&wanted).await.unwrap();
        let ask = |operation: &str, body: &Value| ApiRequest {
            method: http::Method::POST,
            path: "/".into(),
            query: String::new(),
            headers: [(
                http::HeaderName::from_static("x-amz-target"),
                HeaderValue::from_str(&format!("GraniteServiceVersion20100801.{operation}")).unwrap(),
            )]
            .into_iter()
            .collect(),
            body: body.to_string().into(),
            caller: crate::api::Caller::Root,
            request_id: "r".into(),
            operation: operation.into(),
        };
        let answer = alarms.call(ask("DescribeAlarms", &json!({"AlarmNamePrefix": "shop-"}))).await.unwrap();
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/x-amz-json-1.0");
        let answer: Value = serde_json::from_slice(answer.body()).unwrap();
        let alarm = &answer["MetricAlarms"][0];
        assert_eq!((&alarm["Threshold"], &alarm["Period"]), (&json!(0.5), &json!(60)));
        let told = alarm["StateUpdatedTimestamp"].as_f64().unwrap();
        assert!((1.7e9..1e10).contains(&told), "seconds: {told}");
        let metrics = ask("ListMetrics", &json!({}));
        assert_eq!(alarms.protocol_of(&metrics.headers), Protocol::Json10 { namespace: "com.amazonaws.cloudwatch" });
        let refused = alarms.call(metrics).await.unwrap_err();
        assert_eq!(refused.message, "the local cloud does not offer cloudwatch:ListMetrics");
        let mut query = ask("DescribeAlarms", &json!({}));
        query.headers.clear();
        assert_eq!(alarms.call(query).await.unwrap_err().status, 501);
    }

    #[test]
    fn everything_but_the_name_is_reported_as_ignored() {
        let folder = TempDir::new().unwrap();
        for property in provider(&folder).properties() {
            assert_eq!(property.support == Support::Honoured, property.name == "AlarmName", "{}", property.name);
        }
    }
}
