//! Buckets and ports that are open to the world.

use serde_json::Value as Json;

use crate::check::lint::Lint;
use crate::check::view::{Entry, View, look};

pub(super) fn check(view: &View<'_>, found: &mut impl FnMut(String, Lint, String)) {
    for bucket in view.of_kind("AWS::S3::Bucket") {
        public(&bucket, found);
    }
    for group in view.of_kind("AWS::EC2::SecurityGroup") {
        for (index, rule) in group.items("SecurityGroupIngress").iter().enumerate() {
            ingress(group.at(&format!("SecurityGroupIngress/{index}")), rule, found);
        }
    }
    for rule in view.of_kind("AWS::EC2::SecurityGroupIngress") {
        ingress(rule.at(""), rule.properties, found);
    }
}

fn public(bucket: &Entry<'_>, found: &mut impl FnMut(String, Lint, String)) {
    if let Some(control @ ("PublicRead" | "PublicReadWrite")) = bucket.look("AccessControl").text() {
        let message = format!("`{control}` opens the bucket to the world");
        found(bucket.at("AccessControl"), Lint::PublicBucket, message);
    }
    // What is left out there counts as off. A bucket without the whole block is blocked by S3 itself.
    let block = "PublicAccessBlockConfiguration";
    if bucket.look(block).object().is_some() {
        for switch in ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"] {
            let place = format!("{block}/{switch}");
            if bucket.look(&place).flag() == Some(false) {
                found(bucket.at(&place), Lint::PublicBucket, format!("`{switch}` is off"));
            }
        }
    }
}

fn ingress(path: String, rule: &Json, found: &mut impl FnMut(String, Lint, String)) {
    let world = [("CidrIp", "0.0.0.0/0"), ("CidrIpv6", "::/0")];
    let Some((_, address)) = world.iter().find(|(key, all)| look(rule, key).text() == Some(all)) else { return };
    let protocol = look(rule, "IpProtocol");
    let protocol = protocol
        .text()
        .map_or_else(|| protocol.number().map(|number| number.to_string()), |text| Some(text.to_owned()));
    match protocol.as_deref() {
        // Messages about connections have no ports.
        None | Some("icmp" | "icmpv6" | "1" | "58") => {}
        Some("-1") => found(path, Lint::OpenSecurityGroup, format!("every port is open to {address}")),
        Some(_) => {
            let ends = (look(rule, "FromPort").number(), look(rule, "ToPort").number());
            let (Some(from), Some(to)) = ends else { return };
            if !([80.0, 443.0].contains(&from) && from.total_cmp(&to).is_eq()) {
                let ports =
                    if from.total_cmp(&to).is_eq() { format!("port {from}") } else { format!("ports {from} to {to}") };
                found(path, Lint::OpenSecurityGroup, format!("{ports} open to {address}"));
            }
        }
    }
}
