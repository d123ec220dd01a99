//! Whole stacks as an engineer writes them, against what a review of them would look for.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod fan_out;
mod static_site;

use cloudcart_cfn::Template;
use serde_json::{Value as Json, json};

fn findings(template: &Template) -> Vec<String> {
    template.check().iter().map(ToString::to_string).collect()
}

fn statements<'a>(template: &'a Template, policy: &str) -> &'a Vec<Json> {
    template.properties_of(policy).unwrap()["PolicyDocument"]["Statement"].as_array().unwrap()
}

#[test]
fn a_site_is_read_by_its_distribution_and_by_nobody_else() {
    let template = static_site::template();
    assert_eq!(findings(&template), Vec::<String>::new());
    let [tls_only, read] = statements(&template, "PagesPolicy").as_slice() else { panic!("two statements") };
    assert_eq!(tls_only["Effect"], "Deny");
    assert_eq!(read["Principal"], json!({"Service": "cloudfront.amazonaws.com"}));
    assert_eq!(read["Action"], json!(["s3:GetObject"]));
    let distribution = "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Site}";
    assert_eq!(read["Condition"], json!({"StringEquals": {"AWS:SourceArn": [{"Fn::Sub": distribution}]}}));
}

#[test]
fn a_queue_takes_messages_of_its_topic_and_by_tls() {
    let template = fan_out::template();
    assert_eq!(findings(&template), Vec::<String>::new());
    for queue in ["Billing", "Shipping"] {
        let [tls_only, send] = statements(&template, &format!("{queue}Policy")).as_slice() else {
            panic!("two statements")
        };
        assert_eq!(tls_only["Effect"], "Deny");
        assert_eq!(send["Resource"], json!([{"Fn::GetAtt": [queue, "Arn"]}]));
        assert_eq!(send["Condition"], json!({"ArnEquals": {"aws:SourceArn": [{"Ref": "Orders"}]}}));
    }
    let rule = &template.properties_of("AnyFails").unwrap()["AlarmRule"];
    let alarms = [json!({"Fn::Sub": "ALARM(\"${BillingFails}\")"}), json!({"Fn::Sub": "ALARM(\"${ShippingFails}\")"})];
    assert_eq!(*rule, json!({"Fn::Join": [" OR ", alarms]}));
}

#[test]
fn a_stack_is_the_same_each_time() {
    assert_eq!(static_site::template().to_json(), static_site::template().to_json());
    assert_eq!(fan_out::template().to_yaml().unwrap(), fan_out::template().to_yaml().unwrap());
}
