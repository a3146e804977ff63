"""The state machines that chaos runs: each ends by itself within seconds, whatever is lost or answered twice."""

ROLE = "arn:aws:iam::000000000000:role/any"
ARN = "arn:aws:states:us-east-1:000000000000"


def task(resource, **fields):
    return {"Type": "Task", "Resource": resource, **fields}


def wait(seconds, **fields):
    return {"Type": "Wait", "Seconds": seconds, **fields}


def machine(start, timeout=25, **states):
    return {"StartAt": start, "TimeoutSeconds": timeout, "States": states}


CAUGHT = [{"ErrorEquals": ["States.ALL"], "Next": "Done"}]
DONE = {"Type": "Succeed"}
RETRY = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 3, "BackoffRate": 1.0}]

MACHINES = {
    "child": machine("Wait", Wait=wait(1, Next="Done"), Done=DONE),
    "retries": machine(
        "Work", Work=task(f"{ARN}:activity:work", TimeoutSeconds=3, Retry=RETRY, Catch=CAUGHT, Next="Done"), Done=DONE),
    "branches": machine("Both", Both={"Type": "Parallel", "Next": "Done", "Branches": [
        {"StartAt": "A", "States": {"A": wait(1, Next="B"), "B": wait(1, End=True)}},
        {"StartAt": "C", "States": {"C": wait(2, End=True)}},
        {"StartAt": "D", "States": {"D": task(
            f"{ARN}:activity:work", TimeoutSeconds=4, Catch=[{"ErrorEquals": ["States.ALL"], "Next": "E"}], End=True),
            "E": {"Type": "Pass", "End": True}}},
    ]}, Done=DONE),
    "items": machine("Each", Each={"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 2, "Next": "Done",
                     "ItemProcessor": {"StartAt": "W", "States": {"W": wait(1, End=True)}}}, Done=DONE),
    "callback": machine("Ask", Ask=task(
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken", TimeoutSeconds=5, Catch=CAUGHT, Next="Done",
        Parameters={"QueueUrl": "https://sqs.local/1/chaos", "MessageBody": {"token.$": "$$.Task.Token"}}), Done=DONE),
    "parent": machine("Child", Child=task(
        "arn:aws:states:::states:startExecution.sync:2", Catch=CAUGHT, Next="Done",
        Parameters={"StateMachineArn": f"{ARN}:stateMachine:child", "Input": {"from.$": "$$.Execution.Name"}}), Done=DONE),
    "distributed": machine("Run", Run={
        "Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 2, "ToleratedFailurePercentage": 100, "Next": "Done",
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "W",
                          "States": {"W": wait(1, End=True)}}}, Done=DONE),
}


def changed(name):
    """Another revision of a machine, for a deployment under way."""
    return MACHINES[name] | {"Comment": "another revision"}
