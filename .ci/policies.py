"""Wraps what `cloudcart --format json deployer-policy` prints (standard input) into a template, so that cfn-lint judges each action,
resource and size as those of any managed policy."""

import json
import sys

policies = json.load(sys.stdin)["policies"]
resources = {
    f"Policy{number}": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": policy}}
    for number, policy in enumerate(policies)
}
json.dump({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}, sys.stdout)
