"""Calls an ingest as boto3 does, rightly and wrongly signed, and prints a JSON object: case -> error code, or "ok".

Arguments: URL, then the id and the secret of a key that may start, and of one that may only read.
"""

import datetime
import json
import sys
from unittest import mock

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

URL, STARTER, STARTER_SECRET, READER, READER_SECRET = sys.argv[1:]
MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:waitable-stepfunction"
EXECUTION = MACHINE.replace("stateMachine:", "execution:")


def client(key=STARTER, secret=STARTER_SECRET, region="us-east-1", change=None, token=None, **config):
    states = boto3.client(
        "stepfunctions",
        endpoint_url=URL,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
        config=Config(retries={"total_max_attempts": 1}, **config),
    )
    if change:
        # After signing: what arrives is not what was signed.
        states.meta.events.register("before-send.sfn", change)
    return states


def start(states, name):
    try:
        states.start_execution(
            stateMachineArn=MACHINE,
            name=name,
            input=json.dumps({"Id": name, "StartTimestamp": "2036-01-01T00:00:00Z"}),
        )
        return "ok"
    except ClientError as error:
        return shown(error)


def shown(error):
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return f"{status} {error.response['Error']['Code']}: {error.response['Error']['Message']}"


def describe(states, name):
    try:
        return states.describe_execution(executionArn=f"{EXECUTION}:{name}")["status"]
    except ClientError as error:
        return shown(error)


def other_body(request, **_):
    request.body = request.body.replace(b"2036-01-01", b"2035-01-01")


def other_operation(request, **_):
    request.headers["X-Amz-Target"] = "AWSStepFunctions.DescribeExecution"


def unsigned_header(request, **_):
    request.headers["X-Amz-Extra"] = "value"


def at(minutes):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
    with mock.patch("botocore.auth.get_current_datetime", return_value=moment):
        return start(client(), f"at{minutes}")


print(
    json.dumps(
        {
            "right": start(client(), "right"),
            "right, again": start(client(), "right"),
            "4 minutes ago": at(-4),
            "in 4 minutes": at(4),
            "6 minutes ago": at(-6),
            "in 6 minutes": at(6),
            "wrong secret": start(client(secret=READER_SECRET), "bad"),
            "unknown key": start(client(key="AKIDUNKNOWN"), "bad"),
            "unsigned": start(client(signature_version=UNSIGNED), "bad"),
            "session token": start(client(token="token"), "bad"),
            "other region": start(client(region="eu-west-1"), "bad"),
            "other body": start(client(change=other_body), "bad"),
            "other operation": start(client(change=other_operation), "bad"),
            "unsigned header": start(client(change=unsigned_header), "bad"),
            "start with a right to read": start(client(READER, READER_SECRET), "bad"),
            "read with a right to read": describe(client(READER, READER_SECRET), "right"),
            "read with a right to start": describe(client(), "right"),
            "nothing was started": describe(client(READER, READER_SECRET), "bad"),
        }
    )
)
