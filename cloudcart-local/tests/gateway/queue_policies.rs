//! Queue policies beside the policies of roles: in one account either allows, and a denial in either wins.

use crate::support::{assume, cloud, provider, resource, role, root};
use aws_credential_types::Credentials;
use aws_sdk_sqs::{Client, error::ProvideErrorMetadata as _, types::QueueAttributeName};
use cloudcart_local::LocalCloud;
use serde_json::{Value, json};

fn sqs(cloud: &LocalCloud, credentials: Credentials) -> Client {
    Client::from_conf(crate::config!(aws_sdk_sqs, cloud, credentials).build())
}

/// A queue, its URL and its ARN.
async fn queue(cloud: &LocalCloud) -> (String, String) {
    let made = provider(cloud, "AWS::SQS::Queue").create(&resource("Queue", json!({"QueueName": "orders"}))).await;
    let made = made.unwrap();
    (made.physical_id, made.attributes["Arn"].as_str().unwrap().to_owned())
}

/// Puts a policy on the queue as a template does.
async fn attach(cloud: &LocalCloud, url: &str, statements: Value) {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    let properties = resource("Policy", json!({"Queues": [url], "PolicyDocument": document}));
    provider(cloud, "AWS::SQS::QueuePolicy").create(&properties).await.unwrap();
}

/// Whether a message can be sent; for a refusal, why not.
async fn send(client: &Client, url: &str) -> Result<(), String> {
    match client.send_message().queue_url(url).message_body("hi").send().await {
        Ok(_) => Ok(()),
        Err(error) => {
            assert_eq!(error.code(), Some("AccessDenied"), "{error:?}");
            Err(error.message().unwrap().to_owned())
        }
    }
}

#[tokio::test]
async fn a_queue_policy_lets_a_role_in_that_has_no_policy_of_its_own() {
    let cloud = cloud().await;
    let (url, arn) = queue(&cloud).await;
    let bare = role(&cloud, "Bare", json!([{"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"}])).await;
    let client = sqs(&cloud, assume(&cloud, &bare, "f"));
    let refused = send(&client, &url).await.unwrap_err();
    assert!(refused.ends_with("because no identity-based policy allows the sqs:sendmessage action"), "{refused}");

    let session = bare.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/") + "/f";
    let account = "arn:aws:iam::000000000000:root";
    for (principal, lets_in) in [
        (json!("*"), true),
        (json!({"AWS": "*"}), true),
        (json!({"AWS": bare}), true),
        (json!({"AWS": [session]}), true),
        // The account as a whole: then its own policies decide, and there is none.
        (json!({"AWS": account}), false),
        (json!({"AWS": "000000000000"}), false),
        (json!({"AWS": format!("{bare}-other")}), false),
        (json!({"Service": "sns.amazonaws.com"}), false),
    ] {
        let statement =
            json!({"Effect": "Allow", "Principal": principal, "Action": "sqs:SendMessage", "Resource": arn});
        attach(&cloud, &url, json!([statement])).await;
        assert_eq!(send(&client, &url).await.is_ok(), lets_in, "{principal}");
    }
    let all = |more: Value| {
        let mut statement = json!({"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": arn});
        statement.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!([statement])
    };
    for (more, lets_in) in [
        (json!({}), true),
        (json!({"Action": "sqs:ReceiveMessage"}), false),
        (json!({"Resource": format!("{arn}-other")}), false),
        (json!({"Condition": {"ArnEquals": {"aws:PrincipalArn": bare}}}), true),
        (json!({"Condition": {"StringEquals": {"aws:PrincipalAccount": "111111111111"}}}), false),
    ] {
        attach(&cloud, &url, all(more.clone())).await;
        assert_eq!(send(&client, &url).await.is_ok(), lets_in, "{more}");
    }
    cloud.shutdown().await;
}

#[tokio::test]
async fn a_denial_in_the_queue_policy_wins_and_one_in_the_roles_too() {
    let cloud = cloud().await;
    let (url, arn) = queue(&cloud).await;
    let allow = json!({"Effect": "Allow", "Action": "sqs:*", "Resource": arn});
    let deny = json!({"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": arn});
    let may = role(&cloud, "May", json!([allow])).await;
    let may_not = role(&cloud, "MayNot", json!([allow, deny])).await;
    let (may_client, may_not_client) =
        (sqs(&cloud, assume(&cloud, &may, "f")), sqs(&cloud, assume(&cloud, &may_not, "f")));
    assert_eq!(send(&may_client, &url).await, Ok(()));

    let with = |statement: &Value, principal: &Value| {
        let mut statement = statement.clone();
        statement["Principal"] = principal.clone();
        statement
    };
    attach(&cloud, &url, json!([with(&allow, &json!("*"))])).await;
    let refused = send(&may_not_client, &url).await.unwrap_err();
    assert!(refused.ends_with("with an explicit deny in an identity-based policy"), "{refused}");
    for principal in [json!("*"), json!({"AWS": may}), json!({"AWS": "000000000000"})] {
        attach(&cloud, &url, json!([with(&allow, &json!("*")), with(&deny, &principal)])).await;
        let refused = send(&may_client, &url).await.unwrap_err();
        assert!(refused.ends_with("with an explicit deny in a resource-based policy"), "{refused}");
    }
    // Everybody but one.
    let mut others = deny.clone();
    others["NotPrincipal"] = json!({"AWS": may});
    attach(&cloud, &url, json!([others])).await;
    assert_eq!(send(&may_client, &url).await, Ok(()));
    cloud.shutdown().await;
}

#[tokio::test]
async fn a_policy_set_by_the_api_counts_at_once_and_a_malformed_one_is_refused() {
    let cloud = cloud().await;
    let (url, arn) = queue(&cloud).await;
    let bare = role(&cloud, "Bare", json!([{"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"}])).await;
    let (client, owner) = (sqs(&cloud, assume(&cloud, &bare, "f")), sqs(&cloud, root(&cloud)));
    let set = async |policy: &str| {
        owner.set_queue_attributes().queue_url(&url).attributes(QueueAttributeName::Policy, policy).send().await
    };
    let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn});
    set(&json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()).await.unwrap();
    assert_eq!(send(&client, &url).await, Ok(()));
    for malformed in [
        json!({"Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": arn}]}),
        json!({"Statement": [{"Effect": "Maybe", "Principal": "*", "Action": "sqs:*", "Resource": arn}]}),
        json!({"Statement": [{"Effect": "Allow", "Principal": "*", "Resource": arn}]}),
    ] {
        let error = set(&malformed.to_string()).await.unwrap_err();
        assert_eq!(error.code(), Some("InvalidAttributeValue"), "{malformed}");
    }
    assert_eq!(send(&client, &url).await, Ok(()), "what was refused changed nothing");
    set("").await.unwrap();
    assert!(send(&client, &url).await.is_err());
    cloud.shutdown().await;
}
