//! CloudFormation's quotas: the last that fits and the first that does not. Source: the page "Understand CloudFormation
//! quotas".

use crate::world::{World, parameter, refusal, template, thing};
use aws_sdk_cloudformation::types::Tag;
use serde_json::{Map, Value, json};

/// A section with so many members.
fn section(count: usize, member: &Value) -> Value {
    (0..count).map(|number| (format!("M{number}"), member.clone())).collect::<Map<_, _>>().into()
}

impl World {
    /// The message with which a template is refused; `None` if it is sound.
    async fn fault(&self, body: &Value) -> Option<String> {
        // By S3, so that only the template's own limits count.
        self.put_object("assets/t.json", &body.to_string());
        let url = format!("{}/assets/t.json", self.endpoint);
        let sent = self.client.validate_template().template_url(url).send().await;
        sent.err().map(|error| {
            let (code, message) = refusal(error);
            assert_eq!(code, "ValidationError");
            message
        })
    }

    /// A template with `limit` of something is sound, and one with another is refused in these words.
    async fn holds(&self, make: impl Fn(usize) -> Value, limit: usize, words: &str) {
        assert_eq!(self.fault(&make(limit)).await, None);
        assert_eq!(self.fault(&make(limit + 1)).await.as_deref(), Some(words));
    }
}

fn small() -> Value {
    template(json!({"A": thing(json!({}))}))
}

#[tokio::test]
async fn a_template_has_at_most_500_resources() {
    let words = "Template format error: Number of resources, 501, is greater than maximum allowed, 500";
    World::new().await.holds(|count| template(section(count, &thing(json!({})))), 500, words).await;
}

#[tokio::test]
async fn a_template_has_at_most_200_parameters_outputs_and_mappings() {
    let world = World::new().await;
    for (name, member) in [
        ("Parameters", json!({"Type": "String", "Default": "x"})),
        ("Outputs", json!({"Value": "x"})),
        ("Mappings", json!({"a": {"b": "c"}})),
    ] {
        let make = |count| {
            let mut body = small();
            body[name] = section(count, &member);
            body
        };
        let plural = name.to_lowercase();
        let words = format!("Template format error: Number of {plural}, 201, is greater than maximum allowed, 200");
        world.holds(make, 200, &words).await;
    }
}

#[tokio::test]
async fn a_mapping_has_at_most_200_keys() {
    let make = |count| {
        let mut body = small();
        body["Mappings"] = json!({"Sizes": section(count, &json!({"b": "c"}))});
        body
    };
    let words =
        "Template format error: Number of attributes of mapping Sizes, 201, is greater than maximum allowed, 200";
    World::new().await.holds(make, 200, words).await;
}

#[tokio::test]
async fn a_description_has_at_most_1024_bytes() {
    let make = |count| {
        let mut body = small();
        body["Description"] = json!("x".repeat(count));
        body
    };
    let words = "Template format error: Template description must not be longer than 1024 bytes, and this one has 1025";
    World::new().await.holds(make, 1_024, words).await;
}

#[tokio::test]
async fn a_logical_id_has_at_most_255_letters_and_digits() {
    let world = World::new().await;
    let make = |count| template(json!({"A".repeat(count): thing(json!({}))}));
    let words = format!("Template format error: Resource name {} is longer than 255 characters.", "A".repeat(256));
    world.holds(make, 255, &words).await;
    let words = "Template format error: Output name a.b is non alphanumeric.";
    let mut body = small();
    body["Outputs"] = json!({"a.b": {"Value": "x"}});
    assert_eq!(world.fault(&body).await.as_deref(), Some(words));
}

#[tokio::test]
async fn a_body_has_at_most_51200_bytes_and_an_object_at_most_a_million() {
    let world = World::new().await;
    let sized = |size: usize| {
        let mut body = small();
        body["Metadata"] = json!("");
        let room = size - body.to_string().len();
        body["Metadata"] = json!("x".repeat(room));
        body
    };
    let sent = async |size| {
        let sent = world.client.validate_template().template_body(sized(size).to_string()).send().await;
        sent.err().map(|error| refusal(error).1)
    };
    assert_eq!(sent(51_200).await, None);
    let words = "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length \
                 less than or equal to 51200";
    assert_eq!(sent(51_201).await.as_deref(), Some(words));
    let create = world.client.create_stack().stack_name("shop").template_body(sized(51_201).to_string());
    assert_eq!(refusal(create.send().await.unwrap_err()).1, words);
    world.holds(sized, 1_000_000, "Template may not exceed 1000000 bytes in size.").await;
}

#[tokio::test]
async fn a_parameters_value_has_at_most_4096_bytes() {
    let world = World::new().await;
    let mut body = small();
    body["Parameters"] = json!({"P": {"Type": "String"}});
    let create = async |size: usize| {
        let request = world.client.create_stack().stack_name("shop").template_body(body.to_string());
        request.parameters(parameter("P", &"x".repeat(size))).send().await.err().map(|error| refusal(error).1)
    };
    let words = create(4_097).await.unwrap();
    assert!(words.ends_with("Member must have length less than or equal to 4096"), "{words}");
    assert_eq!(create(4_096).await, None);
}

#[tokio::test]
async fn a_stack_has_at_most_50_tags_and_a_name_of_at_most_128_characters() {
    let world = World::new().await;
    let create = async |name: &str, tags: usize| {
        let tags = (0..tags).map(|number| Tag::builder().key(format!("k{number}")).value("v").build()).collect();
        let request = world.client.create_stack().stack_name(name).template_body(small().to_string());
        request.set_tags(Some(tags)).send().await.err().map(|error| refusal(error).1)
    };
    let words = create("shop", 51).await.unwrap();
    assert!(words.contains("'tags'") && words.ends_with("less than or equal to 50"), "{words}");
    assert_eq!(create("shop", 50).await, None);
    let words = create(&"s".repeat(129), 0).await.unwrap();
    assert!(words.contains("'stackName'") && words.ends_with("less than or equal to 128"), "{words}");
    assert_eq!(create(&"s".repeat(128), 0).await, None);
    for bad in ["1shop", "shop_1", "-shop"] {
        let words = create(bad, 0).await.unwrap();
        assert!(words.ends_with("Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"), "{words}");
    }
}

#[tokio::test]
async fn conditions_combine_two_to_ten_others() {
    let world = World::new().await;
    let make = |count: usize| {
        let mut body = small();
        let one = json!({"Fn::Equals": ["a", "a"]});
        body["Conditions"] = json!({"C": {"Fn::And": vec![one; count]}});
        body
    };
    for (count, sound) in [(1, false), (2, true), (10, true), (11, false)] {
        let name = format!("s{count}");
        let create = world.client.create_stack().stack_name(name).template_body(make(count).to_string()).send().await;
        assert_eq!(create.is_ok(), sound, "{count}");
    }
}

#[tokio::test]
async fn a_template_without_end_is_refused() {
    // As text: a value as deep would be the end of this test too.
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    let body = format!(r#"{{"Resources":{{"A":{{"Type":"AWS::Test::Thing","Properties":{{"Link":{deep}}}}}}}}}"#);
    let world = World::new().await;
    let sent = world.client.validate_template().template_body(body).send().await;
    let (code, message) = refusal(sent.unwrap_err());
    assert_eq!(code, "ValidationError");
    assert!(message.starts_with("Template format error: "), "{message}");
}
