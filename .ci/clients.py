"""boto3, unmodified, against the local cloud. Arguments: products table, queue URL. The environment names the endpoint."""

import sys
import time

import boto3

table, queue = sys.argv[1:]

cloudformation = boto3.client("cloudformation")
stack = cloudformation.describe_stacks(StackName="cloudcart-local")["Stacks"][0]
assert stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), stack["StackStatus"]
outputs = {o["OutputKey"]: o["OutputValue"] for o in stack["Outputs"]}
assert outputs["ProductsTable"] == table
resources = {
    r["LogicalResourceId"]: r["PhysicalResourceId"]
    for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName="cloudcart-local")
    for r in page["StackResourceSummaries"]
}

rows = boto3.resource("dynamodb").Table(table).scan()["Items"]
assert {row["id"] for row in rows} == {"1", "2", "3"}, rows

# boto3 checks the MD5 of what it sent against what SQS says it got.
sent = boto3.client("sqs").send_message(
    QueueUrl=queue,
    MessageBody='{"v":1,"type":"from.boto3"}',
    MessageAttributes={"trace": {"DataType": "String", "StringValue": "abc"}},
)
assert sent["MessageId"]

worker = resources["WorkerFunction"]
configuration = boto3.client("lambda").get_function_configuration(FunctionName=worker)
group = configuration["LoggingConfig"]["LogGroup"]
logs = boto3.client("logs")
deadline = time.monotonic() + 20
while True:
    events = [
        event["message"]
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        for event in page["events"]
    ]
    # The worker refuses a message of a kind it does not know, and says so with the message's id.
    if any(sent["MessageId"] in message for message in events):
        break
    assert time.monotonic() < deadline, "the worker's log never showed the message: " + "".join(events)
    time.sleep(0.2)
print(f"boto3: stack {stack['StackStatus']}, {len(rows)} products, message {sent['MessageId']} seen in {group}")
