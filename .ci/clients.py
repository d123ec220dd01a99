"""boto3, unmodified and with its own checks on, against the local cloud. The environment names the endpoint, region and keys.

Arguments: the shop's products table and queue, and a folder with stack.json and the function's two versions, one.zip and two.zip.
"""

import base64
import hashlib
import io
import json
import os
import sys
import time
import urllib.error
import urllib.request
from decimal import Decimal
from pathlib import Path

import boto3
from boto3.dynamodb.conditions import Attr, Key
from boto3.s3.transfer import TransferConfig
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError, WaiterError
from botocore.httpsession import URLLib3Session
from urllib3 import HTTPResponse

SHOP_TABLE, SHOP_QUEUE, FOLDER = sys.argv[1], sys.argv[2], Path(sys.argv[3])
STACK = BUCKET = "clients-python"
ONE, TWO = (FOLDER / "one.zip").read_bytes(), (FOLDER / "two.zip").read_bytes()
TEMPLATE = (FOLDER / "stack.json").read_text()
FAST = {"Delay": 1, "MaxAttempts": 60}

cloudformation = boto3.client("cloudformation")
s3 = boto3.client("s3")
sqs = boto3.client("sqs")
lambda_ = boto3.client("lambda")
logs = boto3.client("logs", config=Config(inject_host_prefix=False))
dynamodb = boto3.client("dynamodb")
sts = boto3.client("sts")


def pages(client, operation, member, **arguments):
    return [item for page in client.get_paginator(operation).paginate(**arguments) for item in page.get(member, [])]


def count(client, operation, **arguments):
    return sum(1 for _ in client.get_paginator(operation).paginate(**arguments))


def until(what, look):
    deadline = time.monotonic() + 30
    while not (found := look()):
        assert time.monotonic() < deadline, f"{what}: not within 30 s"
        time.sleep(0.1)
    return found


def refused(kind, code, call, /, **arguments):
    """The error that a call must raise: of the class and with the code that boto3 reads from the answer."""
    try:
        answer = call(**arguments)
    except kind as error:
        assert error.response["Error"]["Code"] == code, error.response
        return error
    raise AssertionError(f"{code} did not come, but {answer}")


def garbled(client, change):
    """Makes the answers to `client` go through `change` before boto3 sees them: what a broken network would do."""
    session = URLLib3Session()

    def send(request, **_):
        answer = session.send(request)
        body = change(answer.content)
        raw = HTTPResponse(io.BytesIO(body), headers=dict(answer.headers), status=answer.status_code, preload_content=False)
        return AWSResponse(answer.url, answer.status_code, answer.headers, raw)

    client.meta.events.register("before-send", send)
    return client


def fetch(url, method="GET", body=None, headers=None):
    request = urllib.request.Request(url, body, headers or {}, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def the_shop():
    stack = cloudformation.describe_stacks(StackName="cloudcart-local")["Stacks"][0]
    assert stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), stack["StackStatus"]
    assert {o["OutputKey"]: o["OutputValue"] for o in stack["Outputs"]}["ProductsTable"] == SHOP_TABLE
    resources = {
        r["LogicalResourceId"]: r["PhysicalResourceId"]
        for r in pages(cloudformation, "list_stack_resources", "StackResourceSummaries", StackName="cloudcart-local")
    }
    rows = boto3.resource("dynamodb").Table(SHOP_TABLE).scan()["Items"]
    assert {row["id"] for row in rows} == {"1", "2", "3"}, rows
    sent = sqs.send_message(
        QueueUrl=SHOP_QUEUE,
        MessageBody='{"v":1,"type":"from.boto3"}',
        MessageAttributes={"trace": {"DataType": "String", "StringValue": "abc"}},
    )
    configuration = lambda_.get_function_configuration(FunctionName=resources["WorkerFunction"])
    group = configuration["LoggingConfig"]["LogGroup"]
    # The worker refuses a message of a kind it does not know, and says so with the message's id.
    until(
        "the worker's line",
        lambda: [e for e in pages(logs, "filter_log_events", "events", logGroupName=group) if sent["MessageId"] in e["message"]],
    )


def a_stack_through_change_sets():
    s3.create_bucket(Bucket=BUCKET)
    s3.get_waiter("bucket_exists").wait(Bucket=BUCKET, WaiterConfig=FAST)
    s3.put_object(Bucket=BUCKET, Key="one.zip", Body=ONE)
    s3.get_waiter("object_exists").wait(Bucket=BUCKET, Key="one.zip", WaiterConfig=FAST)

    def change(name, kind, greeting):
        values = {"CodeBucket": BUCKET, "CodeKey": "one.zip", "Greeting": greeting}
        cloudformation.create_change_set(
            StackName=STACK,
            ChangeSetName=name,
            ChangeSetType=kind,
            TemplateBody=TEMPLATE,
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in values.items()],
            Capabilities=["CAPABILITY_IAM"],
        )
        named = {"StackName": STACK, "ChangeSetName": name}
        cloudformation.get_waiter("change_set_create_complete").wait(**named, WaiterConfig=FAST)
        return named

    refused(ClientError, "ValidationError", cloudformation.describe_stacks, StackName=STACK)
    named = change("make", "CREATE", "hello")
    refused(cloudformation.exceptions.AlreadyExistsException, "AlreadyExistsException", change, name="make", kind="CREATE", greeting="")
    cloudformation.execute_change_set(**named)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig=FAST)
    try:
        change("same", "UPDATE", "hello")
    except WaiterError as error:
        assert "didn't contain changes" in error.last_response["StatusReason"], error.last_response
    else:
        raise AssertionError("a change set without changes did not fail")
    cloudformation.execute_change_set(**change("greet", "UPDATE", "bonjour"))
    cloudformation.get_waiter("stack_update_complete").wait(StackName=STACK, WaiterConfig=FAST)
    stack = pages(cloudformation, "describe_stacks", "Stacks", StackName=STACK)[0]
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    names = sorted(json.loads(TEMPLATE)["Resources"])
    resources = pages(cloudformation, "list_stack_resources", "StackResourceSummaries", StackName=STACK)
    assert sorted(r["LogicalResourceId"] for r in resources) == names
    assert pages(cloudformation, "describe_stack_events", "StackEvents", StackName=STACK)[0]["ResourceStatus"] == "UPDATE_COMPLETE"
    missing = cloudformation.exceptions.ChangeSetNotFoundException
    refused(missing, "ChangeSetNotFound", cloudformation.describe_change_set, StackName=STACK, ChangeSetName="none")
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def objects_and_their_checksums():
    body = ("grüße " * 1000).encode()
    put = s3.put_object(Bucket=BUCKET, Key="a b/ü.txt", Body=body, ContentType="text/plain", Metadata={"kind": "greeting"})
    # What boto3 computes unasked.
    assert put["ChecksumCRC32"], put
    assert put["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
    got = s3.get_object(Bucket=BUCKET, Key="a b/ü.txt")
    assert (got["ChecksumCRC32"], got["Body"].read(), got["Metadata"]) == (put["ChecksumCRC32"], body, {"kind": "greeting"})
    # The check is on: a byte that changed on the way is noticed.
    flipped = garbled(boto3.client("s3"), lambda body: bytes([body[0] ^ 1]) + body[1:])
    try:
        flipped.get_object(Bucket=BUCKET, Key="a b/ü.txt")["Body"].read()
    except Exception as error:
        assert type(error).__name__ == "FlexibleChecksumError", repr(error)
    else:
        raise AssertionError("boto3 took a changed body")
    for wrong in ({"ChecksumCRC32": "AAAAAA=="}, {"ContentMD5": "A" * 22 + "=="}, {"ChecksumSHA256": "A" * 43 + "="}):
        refused(ClientError, "BadDigest", s3.put_object, Bucket=BUCKET, Key="wrong", Body=b"x", **wrong)
    refused(s3.exceptions.NoSuchKey, "NoSuchKey", s3.get_object, Bucket=BUCKET, Key="wrong")
    refused(ClientError, "404", s3.head_object, Bucket=BUCKET, Key="wrong")
    for algorithm in ("CRC32", "SHA1", "SHA256"):
        sums = s3.put_object(Bucket=BUCKET, Key="sum", Body=b"sum", ChecksumAlgorithm=algorithm)
        got = s3.get_object(Bucket=BUCKET, Key="sum", ChecksumMode="ENABLED")
        assert got["Body"].read() == b"sum" and got[f"Checksum{algorithm}"] == sums[f"Checksum{algorithm}"]


def uploads_in_parts():
    content = os.urandom(12 * 1024 * 1024 + 1)
    size = 5 * 1024 * 1024
    transfer = TransferConfig(multipart_threshold=size, multipart_chunksize=size)
    s3.upload_fileobj(io.BytesIO(content), BUCKET, "parts/whole", Config=transfer)
    head = s3.head_object(Bucket=BUCKET, Key="parts/whole", ChecksumMode="ENABLED", PartNumber=3)
    assert head["PartsCount"] == 3 and head["ContentLength"] == len(content) - 2 * size, head
    whole = s3.head_object(Bucket=BUCKET, Key="parts/whole", ChecksumMode="ENABLED")
    assert whole["ETag"].endswith('-3"') and whole["ChecksumType"] in ("COMPOSITE", "FULL_OBJECT"), whole
    back = io.BytesIO()
    s3.download_fileobj(BUCKET, "parts/whole", back, Config=transfer)
    assert back.getvalue() == content
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="parts/left", ChecksumAlgorithm="CRC32", ChecksumType="FULL_OBJECT")
    assert (upload["ChecksumAlgorithm"], upload["ChecksumType"]) == ("CRC32", "FULL_OBJECT"), upload
    named = {"Bucket": BUCKET, "Key": "parts/left", "UploadId": upload["UploadId"]}
    parts = []
    for number in (1, 2):
        data = content[:size] if number == 1 else b"end"
        part = s3.upload_part(**named, PartNumber=number, Body=data, ChecksumAlgorithm="CRC32")
        parts.append({"PartNumber": number, "ETag": part["ETag"], "ChecksumCRC32": part["ChecksumCRC32"]})
    assert len(pages(s3, "list_parts", "Parts", **named, PaginationConfig={"PageSize": 1})) == 2
    assert [u["UploadId"] for u in pages(s3, "list_multipart_uploads", "Uploads", Bucket=BUCKET)] == [upload["UploadId"]]
    done = s3.complete_multipart_upload(**named, MultipartUpload={"Parts": parts})
    got = s3.get_object(Bucket=BUCKET, Key="parts/left")
    # Of the whole content, so boto3 checks it.
    assert done["ChecksumCRC32"] == got["ChecksumCRC32"] and got["ChecksumType"] == "FULL_OBJECT", (done, got)
    assert got["Body"].read() == content[:size] + b"end"
    refused(s3.exceptions.NoSuchUpload, "NoSuchUpload", s3.abort_multipart_upload, **named)


def presigned_urls_and_listings():
    named = {"Bucket": BUCKET, "Key": "list/signed"}
    # Unless told otherwise, boto3 presigns with Signature Version 2, which most regions of AWS refuse too.
    status, _, body = fetch(s3.generate_presigned_url("get_object", named))
    assert status == 400 and b"Please use AWS4-HMAC-SHA256" in body, body
    signer = boto3.client("s3", config=Config(signature_version="s3v4"))
    put = signer.generate_presigned_url("put_object", {**named, "Metadata": {"by": "url"}}, ExpiresIn=60)
    status, _, body = fetch(put, "PUT", b"by url", {"content-type": "text/plain", "x-amz-meta-by": "url"})
    assert status == 200, (put, body)
    get = signer.generate_presigned_url("get_object", {**named, "ResponseContentType": "text/html"}, ExpiresIn=60)
    status, headers, body = fetch(get)
    assert (status, headers["content-type"], headers["x-amz-meta-by"], body) == (200, "text/html", "url", b"by url")
    status, _, body = fetch(get.replace("signed?", "other?"))
    assert status == 403 and b"<Code>SignatureDoesNotMatch</Code>" in body, body
    for number in range(3):
        s3.put_object(Bucket=BUCKET, Key=f"list/{number}", Body=b"x")
    listing = {"Bucket": BUCKET, "Prefix": "list/", "PaginationConfig": {"PageSize": 2}}
    for operation in ("list_objects_v2", "list_objects"):
        keys = [item["Key"] for item in pages(s3, operation, "Contents", **listing)]
        assert keys == ["list/0", "list/1", "list/2", "list/signed"], keys
        assert count(s3, operation, **listing) == 2
    s3.copy_object(Bucket=BUCKET, Key="list/copy", CopySource={"Bucket": BUCKET, "Key": "list/signed"})
    assert s3.get_object(Bucket=BUCKET, Key="list/copy")["Body"].read() == b"by url"
    removed = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "list/copy"}]})
    assert [one["Key"] for one in removed["Deleted"]] == ["list/copy"]
    s3.get_waiter("object_not_exists").wait(Bucket=BUCKET, Key="list/copy", WaiterConfig=FAST)
    refused(s3.exceptions.NoSuchBucket, "NoSuchBucket", s3.list_objects_v2, Bucket="clients-nowhere")
    refused(ClientError, "PreconditionFailed", s3.put_object, **named, Body=b"x", IfNoneMatch="*")


def md5_of_attributes(attributes):
    """As the developer guide describes it: by name, each name, type and value with its length before it."""
    digest = hashlib.md5()
    for name, value in sorted(attributes.items()):
        for text in (name, value["DataType"]):
            digest.update(len(text.encode()).to_bytes(4, "big") + text.encode())
        binary = "BinaryValue" in value
        content = value["BinaryValue"] if binary else value["StringValue"].encode()
        digest.update((b"\x02" if binary else b"\x01") + len(content).to_bytes(4, "big") + content)
    return digest.hexdigest()


def queues(outputs):
    url = outputs["Jobs"]
    attributes = {
        "trace": {"DataType": "String", "StringValue": "äöü"},
        "count": {"DataType": "Number", "StringValue": "7"},
        "raw": {"DataType": "Binary", "BinaryValue": b"\x00\x01\xff"},
    }
    # boto3, unlike other SDKs, leaves these digests to its caller.
    digests = (hashlib.md5("grüße".encode()).hexdigest(), md5_of_attributes(attributes))
    sent = sqs.send_message(QueueUrl=url, MessageBody="grüße", MessageAttributes=attributes)
    assert (sent["MD5OfMessageBody"], sent["MD5OfMessageAttributes"]) == digests, sent
    message = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5, MessageAttributeNames=["All"], AttributeNames=["All"])["Messages"][0]
    assert message["Body"] == "grüße" and message["MessageAttributes"] == attributes, message
    assert (message["MD5OfBody"], message["MD5OfMessageAttributes"]) == digests, message
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=60)
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    dead = outputs["DeadLetters"]
    sqs.purge_queue(QueueUrl=dead)
    refused(sqs.exceptions.PurgeQueueInProgress, "AWS.SimpleQueueService.PurgeQueueInProgress", sqs.purge_queue, QueueUrl=dead)

    # Once received and seen no more: a dead letter, which a task moves back.
    sqs.send_message(QueueUrl=url, MessageBody="poison")
    sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5, VisibilityTimeout=0)
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    sqs.start_message_move_task(SourceArn=outputs["DeadLettersArn"])
    back = until("the dead letter", lambda: sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages"))
    assert back[0]["Body"] == "poison"
    sqs.delete_message(QueueUrl=url, ReceiptHandle=back[0]["ReceiptHandle"])

    entries = [{"Id": str(n), "MessageBody": f"{n}", "MessageGroupId": "g"} for n in range(10)]
    assert len(sqs.send_message_batch(QueueUrl=outputs["Ordered"], Entries=entries)["Successful"]) == 10
    inbox = sqs.receive_message(QueueUrl=outputs["Ordered"], MaxNumberOfMessages=10, AttributeNames=["All"])["Messages"]
    assert [m["Body"] for m in inbox] == [str(n) for n in range(10)]
    handles = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(inbox)]
    assert len(sqs.delete_message_batch(QueueUrl=outputs["Ordered"], Entries=handles)["Successful"]) == 10
    assert sorted(pages(sqs, "list_queues", "QueueUrls", QueueNamePrefix=STACK, PaginationConfig={"PageSize": 1})) == sorted(
        [url, dead, outputs["Ordered"]]
    )
    missing = sqs.exceptions.QueueDoesNotExist
    refused(missing, "AWS.SimpleQueueService.NonExistentQueue", sqs.get_queue_url, QueueName="clients-nowhere")
    handle = sqs.exceptions.ReceiptHandleIsInvalid
    refused(handle, "ReceiptHandleIsInvalid", sqs.delete_message, QueueUrl=url, ReceiptHandle="nonsense")


def items(outputs):
    table = boto3.resource("dynamodb").Table(outputs["Orders"])
    table.wait_until_exists()
    order = {"customer": "ann", "number": 1, "status": "open", "tags": {"a", "b"}, "price": Decimal("1.50"), "raw": b"\x00\xff"}
    table.put_item(Item=order)
    key = {"customer": "ann", "number": 1}
    got = table.get_item(Key=key, ConsistentRead=True)["Item"]
    assert {**got, "raw": got["raw"].value} == order, got
    updated = table.update_item(
        Key=key,
        UpdateExpression="SET #s = :paid ADD visits :one",
        ConditionExpression=Attr("status").eq("open"),
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":paid": "paid", ":one": 1},
        ReturnValues="ALL_NEW",
    )["Attributes"]
    assert (updated["status"], updated["visits"]) == ("paid", 1)
    failed = dynamodb.exceptions.ConditionalCheckFailedException
    conflict = refused(
        failed,
        "ConditionalCheckFailedException",
        dynamodb.put_item,
        TableName=table.name,
        Item={"customer": {"S": "ann"}, "number": {"N": "1"}},
        ConditionExpression="attribute_not_exists(customer)",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    assert conflict.response["Item"]["status"] == {"S": "paid"}, conflict.response
    check = {
        "TableName": table.name,
        "Key": {"customer": {"S": "ann"}, "number": {"N": "1"}},
        "ConditionExpression": "visits = :v",
        "ExpressionAttributeValues": {":v": {"N": "9"}},
    }
    put = {"TableName": table.name, "Item": {"customer": {"S": "ann"}, "number": {"N": "2"}}}
    cancelled = refused(
        dynamodb.exceptions.TransactionCanceledException,
        "TransactionCanceledException",
        dynamodb.transact_write_items,
        TransactItems=[{"Put": put}, {"ConditionCheck": check}],
    )
    assert [reason["Code"] for reason in cancelled.response["CancellationReasons"]] == ["None", "ConditionalCheckFailed"]
    with table.batch_writer() as batch:
        for number in range(60):
            batch.put_item(Item={"customer": "bob", "number": number, "status": "open" if number % 2 else "paid"})
    query = {"TableName": table.name, "PaginationConfig": {"PageSize": 7}}
    names = {"ExpressionAttributeNames": {"#s": "status"}}
    by_status = {"IndexName": "by-status", "KeyConditionExpression": "#s = :s", "ExpressionAttributeValues": {":s": {"S": "open"}}}
    assert len(pages(dynamodb, "query", "Items", **query, **names, **by_status)) == 30
    assert len(pages(dynamodb, "scan", "Items", **query)) == 61
    found = table.query(KeyConditionExpression=Key("customer").eq("bob") & Key("number").lt(3), ScanIndexForward=False)
    assert [item["number"] for item in found["Items"]] == [2, 1, 0]
    # The table's client checks the CRC32 of answers, and asks again when it does not hold.
    answers = []

    def once(body):
        answers.append(body)
        return body.replace(b"paid", b"oops") if len(answers) == 1 else body

    checked = garbled(boto3.client("dynamodb"), once).get_item(TableName=table.name, Key=check["Key"])
    assert len(answers) == 2 and checked["Item"]["status"] == {"S": "paid"}, (len(answers), checked)
    missing = dynamodb.exceptions.ResourceNotFoundException
    refused(missing, "ResourceNotFoundException", dynamodb.describe_table, TableName="clients-nowhere")


def invocations(outputs):
    name = outputs["Function"]
    lambda_.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig=FAST)

    def invoke(payload, **more):
        answer = lambda_.invoke(FunctionName=name, Payload=json.dumps(payload).encode(), **more)
        return answer, json.loads(answer["Payload"].read() or "null")

    answer, value = invoke({"say": "grüße"}, LogType="Tail")
    assert value == {"echo": {"say": "grüße"}, "greeting": "bonjour", "version": "one"}, value
    assert "grüße" in base64.b64decode(answer["LogResult"]).decode() and "FunctionError" not in answer
    answer, value = invoke({"fail": "not today"})
    assert (answer["FunctionError"], value) == ("Unhandled", {"errorMessage": "not today", "errorType": "RuntimeError"})
    assert invoke({"say": "later, from boto3"}, InvocationType="Event")[0]["StatusCode"] == 202
    lambda_.update_function_code(FunctionName=name, ZipFile=TWO)
    lambda_.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig=FAST)
    assert invoke({})[1]["version"] == "two"
    assert name in [f["FunctionName"] for f in pages(lambda_, "list_functions", "Functions", PaginationConfig={"PageSize": 1})]
    missing = lambda_.exceptions.ResourceNotFoundException
    refused(missing, "ResourceNotFoundException", lambda_.invoke, FunctionName="clients-nowhere")

    group = outputs["Lines"]
    search = {"logGroupName": group, "filterPattern": '"later, from boto3"'}
    until("the asynchronous line", lambda: pages(logs, "filter_log_events", "events", **search))
    assert pages(logs, "describe_log_groups", "logGroups", logGroupNamePrefix=group)[0]["retentionInDays"] == 1
    assert pages(logs, "describe_log_streams", "logStreams", logGroupName=group)
    gone = logs.exceptions.ResourceNotFoundException
    refused(gone, "ResourceNotFoundException", logs.filter_log_events, logGroupName="clients-nowhere")

    stream = logs.start_live_tail(
        logGroupIdentifiers=[outputs["LinesArn"].removesuffix(":*")], logEventFilterPattern='"live"'
    )["responseStream"]
    deadline = time.monotonic() + 30
    lines = []
    for event in stream:
        if "sessionStart" in event:
            invoke({"say": "live from boto3"})
        lines += event.get("sessionUpdate", {}).get("sessionResults", [])
        if lines:
            break
        assert time.monotonic() < deadline, "Live Tail never told the line"
    stream.close()
    assert lines[0]["message"].strip() == "live from boto3", lines

    status, headers, body = fetch(f"{outputs['ApiUrl']}/orders/7?a=1", "POST", b"hi", {"content-type": "text/plain"})
    assert (status, headers["x-suite"], json.loads(body)) == (201, "clients", {"number": "7", "query": "a=1", "body": "hi"})
    gateway = boto3.client("apigatewayv2")
    assert outputs["Api"] in [api["ApiId"] for api in pages(gateway, "get_apis", "Items", PaginationConfig={"PageSize": 1})]
    assert [r["RouteKey"] for r in pages(gateway, "get_routes", "Items", ApiId=outputs["Api"])] == ["POST /orders/{number}"]


def roles(outputs):
    given = sts.assume_role(RoleArn=outputs["Clerk"], RoleSessionName="suite")
    keys = given["Credentials"]
    session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    arn = session.client("sts").get_caller_identity()["Arn"]
    assert arn == given["AssumedRoleUser"]["Arn"]
    clerk = session.client("dynamodb")
    key = {"customer": {"S": "bob"}, "number": {"N": "1"}}
    assert clerk.get_item(TableName=outputs["Orders"], Key=key)["Item"]["status"] == {"S": "open"}
    denied = refused(ClientError, "AccessDeniedException", clerk.delete_item, TableName=outputs["Orders"], Key=key)
    why = f"User: {arn} is not authorized to perform: dynamodb:DeleteItem on resource: "
    assert denied.response["Error"]["Message"].startswith(why), denied
    denied = refused(ClientError, "AccessDenied", session.client("sqs").send_message, QueueUrl=outputs["Jobs"], MessageBody="x")
    assert "is not authorized to perform: sqs:sendmessage on resource: " + outputs["JobsArn"] in str(denied), denied
    refused(ClientError, "AccessDenied", session.client("s3").get_object, Bucket=BUCKET, Key="one.zip")
    refused(ClientError, "AccessDeniedException", session.client("lambda").invoke, FunctionName=outputs["Function"])
    refused(ClientError, "AccessDenied", sts.assume_role, RoleArn=outputs["Clerk"] + "-of-nobody", RoleSessionName="suite")


def declarations(outputs):
    events = boto3.client("events")
    assert events.describe_rule(Name=outputs["Nightly"])["State"] == "DISABLED"
    rules = pages(events, "list_rules", "Rules", NamePrefix=STACK, PaginationConfig={"PageSize": 1})
    assert [rule["Name"] for rule in rules] == [outputs["Nightly"]]
    alarms = pages(boto3.client("cloudwatch"), "describe_alarms", "MetricAlarms", AlarmNamePrefix=STACK)
    assert [(alarm["AlarmName"], alarm["Threshold"]) for alarm in alarms] == [(outputs["Alarm"], 0.5)]


def the_end(outputs):
    cloudformation.delete_stack(StackName=STACK)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=STACK, WaiterConfig=FAST)
    dynamodb.get_waiter("table_not_exists").wait(TableName=outputs["Orders"], WaiterConfig=FAST)
    bucket = boto3.resource("s3").Bucket(BUCKET)
    bucket.objects.all().delete()
    bucket.delete()
    s3.get_waiter("bucket_not_exists").wait(Bucket=BUCKET, WaiterConfig=FAST)


def step(what, *arguments):
    result = what(*arguments)
    print(f"boto3, {what.__name__.replace('_', ' ')}: ok", flush=True)
    return result


step(the_shop)
outputs = step(a_stack_through_change_sets)
step(objects_and_their_checksums)
step(uploads_in_parts)
step(presigned_urls_and_listings)
for part in (queues, items, invocations, roles, declarations, the_end):
    step(part, outputs)
