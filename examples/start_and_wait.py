"""Starts an execution with boto3, waits for its end, and prints what happened. Usage: start_and_wait.py MACHINE-ARN"""

import json
import sys
import time
from datetime import datetime, timedelta, timezone

import boto3

sfn = boto3.client("stepfunctions")
due = datetime.now(timezone.utc) + timedelta(seconds=1)
started = sfn.start_execution(
    stateMachineArn=sys.argv[1],
    name="by-boto3",
    input=json.dumps({"Id": "by-boto3", "StartTimestamp": due.isoformat()}),
)
arn = started["executionArn"]
while (execution := sfn.describe_execution(executionArn=arn))["status"] == "RUNNING":
    time.sleep(0.1)
print(execution["name"], execution["status"], "not early:", execution["stopDate"] >= due)
for event in sfn.get_execution_history(executionArn=arn, includeExecutionData=False)["events"]:
    print(event["id"], event["type"])
try:
    sfn.describe_execution(executionArn=arn + "-unknown")
except sfn.exceptions.ExecutionDoesNotExist as error:
    print(error.response["Error"]["Message"])
