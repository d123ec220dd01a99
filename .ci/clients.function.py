"""The function of clients.stack.json: a runtime for Lambda's Runtime API and a handler in one. `.ci/clients` zips it as `bootstrap`."""

import base64
import json
import os
import urllib.request
from pathlib import Path

RUNTIME = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
VERSION = Path(os.environ["LAMBDA_TASK_ROOT"], "version").read_text()


def answer(event):
    if "requestContext" in event:
        body = event.get("body", "")
        body = base64.b64decode(body).decode() if event["isBase64Encoded"] else body
        seen = {"number": event["pathParameters"]["number"], "query": event["rawQueryString"], "body": body}
        return {"statusCode": 201, "headers": {"x-suite": "clients"}, "body": json.dumps(seen)}
    if "say" in event:
        print(event["say"], flush=True)
    if "fail" in event:
        raise RuntimeError(event["fail"])
    return {"echo": event, "greeting": os.environ["GREETING"], "version": VERSION}


def post(path, value):
    with urllib.request.urlopen(f"{RUNTIME}/{path}", json.dumps(value).encode()) as response:
        response.read()


while True:
    with urllib.request.urlopen(f"{RUNTIME}/next") as response:
        event, request = json.load(response), response.headers["Lambda-Runtime-Aws-Request-Id"]
    try:
        result = answer(event)
    except Exception as error:
        post(f"{request}/error", {"errorMessage": str(error), "errorType": type(error).__name__})
    else:
        post(f"{request}/response", result)
