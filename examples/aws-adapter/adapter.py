"""Carries out tasks of Waitable by boto3: each aws-sdk:SERVICE:ACTION, optimised integrations with .sync, and functions.

Usage: adapter.py [PORT]. Against AWS, or against what AWS_ENDPOINT_URL names. docs/integrations.md describes the protocol.
"""

import base64
import functools
import json
import os
import re
import sys
import uuid
from datetime import date, datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

LARGEST_REQUEST = 1_048_576
LARGEST_BODY = 262_144
FIRST_PAUSE = float(os.environ.get("ADAPTER_FIRST_PAUSE", "2"))
LONGEST_PAUSE = 60.0


class TaskFailed(Exception):
    """The task has failed, with an error's name and a cause."""

    def __init__(self, error, cause):
        super().__init__(cause)
        self.error, self.cause = error, cause


# Services and clients


# boto3's names without hyphens of services that are often used and have a service id of another kind
USUAL = {
    "cloudwatchlogs": "logs",
    "cognitoidentityprovider": "cognitoidp",
    "costexplorer": "ce",
    "elasticloadbalancing": "elb",
    "elasticloadbalancingv2": "elbv2",
    "eventbridge": "events",
    "sfn": "stepfunctions",
}


@functools.cache
def service_name(name):
    """boto3's name of a service that Step Functions names by its service id: cloudwatchlogs is logs."""
    session = boto3.Session()
    loader = session._session.get_component("data_loader")
    services = session.get_available_services()
    # The name is nearly always right but for hyphens; to read all models takes half a minute.
    likely = {name, USUAL.get(name)}
    for service in sorted(services, key=lambda service: service.replace("-", "") not in likely):
        model = loader.load_service_model(service, "service-2")["metadata"]
        if model.get("serviceId", service).replace(" ", "").lower() == name:
            return service
    if name in services:
        return name
    raise TaskFailed("Waitable.UnknownService", f"boto3 has no service '{name}'")


@functools.lru_cache(maxsize=64)
def client_as(service, region, role, hour):
    """A client; with a role, its credentials live for more than the hour that it is kept."""
    keys = {}
    if role:
        given = client_as("sts", region, None, 0).assume_role(RoleArn=role, RoleSessionName="waitable", DurationSeconds=3600)
        given = given["Credentials"]
        keys = {
            "aws_access_key_id": given["AccessKeyId"],
            "aws_secret_access_key": given["SecretAccessKey"],
            "aws_session_token": given["SessionToken"],
        }
    config = Config(connect_timeout=5, read_timeout=50, retries={"mode": "standard", "total_max_attempts": 3})
    return boto3.Session().client(service, region_name=region, config=config, **keys)


def own_region():
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")


def client(request, service):
    region = request["resource"].split(":")[3] or own_region() or request["region"]
    role = request.get("credentials", {}).get("RoleArn")
    # Half an hour: what was assumed at its beginning is good for half an hour more.
    half_hour = int(datetime.now(timezone.utc).timestamp() // 1800) if role else 0
    return client_as(service_name(service), region, role, half_hour)


# Values: Step Functions has every member in PascalCase, the services as they like


def to_service(value, shape, path="Parameters"):
    """Parameters as boto3 wants them."""
    if shape.type_name == "structure":
        if not isinstance(value, dict):
            return value
        members = {name.lower(): name for name in shape.members}
        result = {}
        for name, part in value.items():
            member = members.get(name.lower())
            if member is None:
                raise TaskFailed("States.Runtime", f"The field '{name}' is not supported by Step Functions at {path}")
            if part is not None:
                result[member] = to_service(part, shape.members[member], f"{path}.{name}")
        return result
    if shape.type_name == "list" and isinstance(value, list):
        return [to_service(part, shape.member, path) for part in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {name: to_service(part, shape.value, f"{path}.{name}") for name, part in value.items()}
    if shape.type_name in ("string", "blob") and not isinstance(value, str) and not is_document(shape):
        value = json.dumps(value, ensure_ascii=False)
    return value.encode() if shape.type_name == "blob" else value


def is_document(shape):
    return getattr(shape, "is_document_type", False)


def from_service(value, shape):
    """An answer as Step Functions has it."""
    if value is None or shape is None or is_document(shape):
        return value
    if shape.type_name == "structure":
        return {
            name[:1].upper() + name[1:]: from_service(part, shape.members[name])
            for name, part in value.items()
            if name in shape.members
        }
    if shape.type_name == "list":
        return [from_service(part, shape.member) for part in value]
    if shape.type_name == "map":
        return {name: from_service(part, shape.value) for name, part in value.items()}
    return plain(value)


def plain(value):
    if hasattr(value, "read"):
        value = value.read(LARGEST_BODY + 1)
    if isinstance(value, (bytes, bytearray)):
        try:
            return bytes(value).decode()
        except UnicodeDecodeError:
            return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return str(value) if isinstance(value, date) else value


# Calls


def call(request, service, action, parameters, key=None):
    """Calls an action with parameters in PascalCase, and returns its answer in PascalCase."""
    api = client(request, service)
    model = api.meta.service_model
    names = {name.lower(): name for name in model.operation_names}
    if action.lower() not in names:
        raise TaskFailed("Waitable.UnknownAction", f"{model.service_id} has no action '{action}'")
    operation = model.operation_model(names[action.lower()])
    shape = operation.input_shape
    given = to_service(parameters, shape) if shape else {}
    for name, member in (shape.members if shape else {}).items():
        # A request that comes twice starts one thing.
        if key and "idempotencyToken" in member.metadata and name not in given:
            given[name] = str(uuid.uuid5(uuid.NAMESPACE_URL, key))
    try:
        answer = getattr(api, snake(operation.name, api))(**given)
    except ParamValidationError as error:
        raise TaskFailed("States.Runtime", str(error)) from error
    except ClientError as error:
        raise failure(request, model, error) from error
    return from_service(answer, operation.output_shape) or {}


def snake(operation, api):
    return next(method for method, name in api.meta.method_to_api_mapping.items() if name == operation)


def failure(request, model, error):
    """A service's error under the name that Step Functions gives it."""
    code = error.response["Error"].get("Code", "")
    meta = error.response.get("ResponseMetadata", {})
    known = {shape.error_code: shape.name for shape in model.error_shapes} | {
        shape.name: shape.name for shape in model.error_shapes
    }
    words = re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+", model.service_id)
    sdk_name = "".join(word.capitalize() for word in words)
    name = sdk_name if request["service"].startswith("aws-sdk:") else OPTIMISED.get(request["service"], sdk_name)
    exception = re.sub(r"(Error|Fault|Exception)?$", "Exception", known.get(code, sdk_name), count=1)
    cause = (
        f"{error.response['Error'].get('Message', code)} (Service: {sdk_name}, Status Code: {meta.get('HTTPStatusCode')}, "
        f"Request ID: {meta.get('RequestId')})"
    )
    return TaskFailed(f"{name}.{exception}", cause)


# What optimised integrations call their services in errors, where it is not what the SDK calls them
OPTIMISED = {"ecs": "ECS", "eks": "EKS"}


# .sync: how a job is begun, what of it is kept, and what its description says


def ended(status, description, good, bad):
    """A job's end; nothing while it goes on."""
    if status in good:
        return description
    if status in bad:
        raise TaskFailed("States.TaskFailed", json.dumps(description, ensure_ascii=False))
    return None


def ecs_task(request, state):
    found = call(request, "ecs", "describeTasks", {"Cluster": state["cluster"], "Tasks": [state["task"]]})
    if not found.get("Tasks"):
        raise TaskFailed("States.TaskFailed", json.dumps(found.get("Failures", [])))
    task = found["Tasks"][0]
    codes = [container.get("ExitCode") for container in task.get("Containers", [])]
    failed = any(code not in (0, None) for code in codes) or task.get("StopCode") == "TaskFailedToStart"
    return ended(task["LastStatus"] + ("_FAILED" if failed else ""), task, {"STOPPED"}, {"STOPPED_FAILED"})


def begun_ecs_task(output, parameters):
    if not output.get("Tasks"):
        raise TaskFailed("ECS.AmazonECSException", json.dumps(output.get("Failures", [])))
    task = output["Tasks"][0]
    return {"task": task["TaskArn"], "cluster": task.get("ClusterArn") or parameters.get("Cluster") or "default"}


def batch_job(request, state):
    jobs = call(request, "batch", "describeJobs", {"Jobs": [state["job"]]})["Jobs"]
    return ended(jobs[0]["Status"], jobs[0], {"SUCCEEDED"}, {"FAILED"}) if jobs else None


def glue_run(request, state):
    run = call(request, "glue", "getJobRun", {"JobName": state["name"], "RunId": state["run"]})["JobRun"]
    return ended(run["JobRunState"], run, {"SUCCEEDED"}, {"FAILED", "STOPPED", "TIMEOUT", "ERROR", "EXPIRED"})


def athena_query(request, state):
    query = call(request, "athena", "getQueryExecution", {"QueryExecutionId": state["query"]})
    return ended(query["QueryExecution"]["Status"]["State"], query, {"SUCCEEDED"}, {"FAILED", "CANCELLED"})


def codebuild_build(request, state):
    builds = call(request, "codebuild", "batchGetBuilds", {"Ids": [state["build"]]})["Builds"]
    bad = {"FAILED", "FAULT", "TIMED_OUT", "STOPPED"}
    return ended(builds[0]["BuildStatus"], {"Build": builds[0]}, {"SUCCEEDED"}, bad) if builds else None


def sagemaker_job(request, state):
    kind = request["action"].removeprefix("create")
    job = call(request, "sagemaker", f"describe{kind}", {f"{kind}Name": state["name"]})
    return ended(job[f"{kind}Status"], job, {"Completed"}, {"Failed", "Stopped"})


def begun_sagemaker_job(_, given):
    return {"name": next(given[name] for name in given if name.endswith("JobName"))}


REASON = "Nobody waits for it any more"


def stop_sagemaker_job(request, state):
    kind = request["action"].removeprefix("create")
    call(request, "sagemaker", f"stop{kind}", {f"{kind}Name": state["name"]})


def stopping(service, action, parameters):
    """What stops a job, with the parameters that its state gives."""
    return lambda request, state: call(request, service, action, parameters(state))


# By service and action: what is kept of the answer and the parameters, what describes the job, and what stops it.
FOLLOWED = {
    ("ecs", "runTask"): (
        begun_ecs_task,
        ecs_task,
        stopping("ecs", "stopTask", lambda s: {"Cluster": s["cluster"], "Task": s["task"], "Reason": REASON}),
    ),
    ("batch", "submitJob"): (
        lambda output, _: {"job": output["JobId"]},
        batch_job,
        stopping("batch", "terminateJob", lambda s: {"JobId": s["job"], "Reason": REASON}),
    ),
    ("glue", "startJobRun"): (
        lambda output, given: {"run": output["JobRunId"], "name": given["JobName"]},
        glue_run,
        stopping("glue", "batchStopJobRun", lambda s: {"JobName": s["name"], "JobRunIds": [s["run"]]}),
    ),
    ("athena", "startQueryExecution"): (
        lambda output, _: {"query": output["QueryExecutionId"]},
        athena_query,
        stopping("athena", "stopQueryExecution", lambda s: {"QueryExecutionId": s["query"]}),
    ),
    ("codebuild", "startBuild"): (
        lambda output, _: {"build": output["Build"]["Id"]},
        codebuild_build,
        stopping("codebuild", "stopBuild", lambda s: {"Id": s["build"]}),
    ),
    ("sagemaker", "createTrainingJob"): (begun_sagemaker_job, sagemaker_job, stop_sagemaker_job),
    ("sagemaker", "createTransformJob"): (begun_sagemaker_job, sagemaker_job, stop_sagemaker_job),
    ("sagemaker", "createProcessingJob"): (begun_sagemaker_job, sagemaker_job, stop_sagemaker_job),
}


# Requests


def later(state, asked):
    """Asks to be asked again, more and more rarely."""
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 1.5**asked)
    return 202, {"retryAfterSeconds": pause, "state": {**state, "asked": asked + 1}}


def carry_out(request):
    service, action, pattern = request["service"], request["action"], request["pattern"]
    followed = FOLLOWED.get((service, action)) if pattern.startswith("sync") else None
    if pattern.startswith("sync") and followed is None:
        raise TaskFailed("Waitable.UnknownAction", f"This adapter does not follow {request['resource']}")
    if "poll" in request:
        state = request["poll"]["state"]
        # Whoever stops a job is not told the state's role: it is kept with the job.
        if state.get("role"):
            request["credentials"] = {"RoleArn": state["role"]}
        if request.get("cancel"):
            followed[2](request, state)
            return 200, {}
        result = followed[1](request, state)
        return (200, result) if result is not None else later(state, state["asked"])
    parameters = request.get("parameters") or {}
    output = call(request, service.removeprefix("aws-sdk:"), action, parameters, request["idempotencyKey"])
    if followed is None:
        return 200, output
    role = request.get("credentials", {}).get("RoleArn")
    status, body = later({**followed[0](output, parameters), **({"role": role} if role else {})}, 0)
    return status, {**body, "output": output}


def invoke(name, payload):
    """A function of Lambda, for WAITABLE_FUNCTIONS=*=http://127.0.0.1:9000/functions/{name}."""
    try:
        answer = client_as("lambda", own_region(), None, 0).invoke(FunctionName=name, Payload=payload)
    except ClientError as error:
        meta = error.response["ResponseMetadata"]
        return meta.get("HTTPStatusCode", 500), str(error).encode(), {}
    failed = answer.get("FunctionError")
    return 200, answer["Payload"].read(), {"X-Amz-Function-Error": failed} if failed else {}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_REQUEST:
            self.close_connection = True
            return self.answer(413, {"error": "States.DataLimitExceeded", "cause": f"{length} bytes"})
        body = self.rfile.read(length)
        try:
            if self.path.startswith("/functions/"):
                return self.send(*invoke(self.path.removeprefix("/functions/"), body))
            status, answer = carry_out(json.loads(body))
        except TaskFailed as failed:
            status, answer = 400, {"error": failed.error, "cause": failed.cause}
        except BotoCoreError as error:
            # No connection, no credentials: nobody can say what became of it.
            status, answer = 503, {"message": str(error)}
        except Exception as error:
            self.log_error("%r", error)
            status, answer = 500, {"message": f"{type(error).__name__}: {error}"}
        self.answer(status, answer)

    def do_GET(self):
        self.answer(200, {})

    def answer(self, status, body):
        self.send(status, json.dumps(body, ensure_ascii=False, default=plain).encode(), {})

    def send(self, status, text, headers):
        self.send_response(status)
        for name, value in (headers | {"Content-Type": "application/json", "Content-Length": len(text)}).items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format, *words):
        if os.environ.get("ADAPTER_LOG"):
            super().log_message(format, *words)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 9000
    Server((os.environ.get("ADAPTER_HOST", "127.0.0.1"), port), Handler).serve_forever()
