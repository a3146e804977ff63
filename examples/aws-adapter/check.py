"""Runs state machines on Waitable whose tasks the adapter carries out against moto, and checks what came of them.

Usage: check.py WAITABLE-URL MOTO-URL ADAPTER-URL. scripts/test-adapter starts what it needs.
"""

import io
import json
import sys
import time
import urllib.request
import zipfile
from concurrent.futures import ThreadPoolExecutor

import boto3

waitable_url, moto_url, adapter_url = sys.argv[1:]
sfn = boto3.client("stepfunctions", endpoint_url=waitable_url)
ROLE = "arn:aws:iam::123456789012:role/any"


def aws(service):
    return boto3.client(service, endpoint_url=moto_url)


def run(name, states, data=None):
    """Runs states one after another, and returns the execution's description."""
    names = list(states)
    for index, state in enumerate(states.values()):
        state.setdefault("Type", "Task")
        state |= {"Next": names[index + 1]} if index + 1 < len(names) else {"End": True}
    definition = json.dumps({"StartAt": names[0], "States": states})
    machine = sfn.create_state_machine(name=name, definition=definition, roleArn=ROLE)["stateMachineArn"]
    arn = sfn.start_execution(stateMachineArn=machine, input=json.dumps(data or {}))["executionArn"]
    for _ in range(600):
        execution = sfn.describe_execution(executionArn=arn)
        if execution["status"] != "RUNNING":
            return execution
        time.sleep(0.05)
    raise AssertionError(f"{name} goes on")


def output(name, states, data=None):
    execution = run(name, states, data)
    assert execution["status"] == "SUCCEEDED", (name, execution.get("error"), execution.get("cause"))
    return json.loads(execution["output"])


def task(resource, parameters, **fields):
    return {"Resource": f"arn:aws:states:::{resource}", "Parameters": parameters, **fields}


def s3():
    result = output(
        "s3",
        {
            "Bucket": task("aws-sdk:s3:createBucket", {"Bucket": "bucket"}),
            "Put": task("aws-sdk:s3:putObject", {"Bucket": "bucket", "Key": "k/é", "Body": {"n": [1, "é"]}}),
            "Get": task(
                "aws-sdk:s3:getObject",
                {"Bucket": "bucket", "Key": "k/é"},
                ResultSelector={"body.$": "States.StringToJson($.Body)", "length.$": "$.ContentLength"},
                ResultPath="$.got",
            ),
            "List": task("aws-sdk:s3:listObjectsV2", {"Bucket": "bucket"}, ResultPath="$.list"),
        },
    )
    assert result["got"]["body"] == {"n": [1, "é"]}, result
    assert result["list"]["Contents"][0]["Key"] == "k/é" and result["list"]["KeyCount"] == 1, result
    failed = run("s3-missing", {"Get": task("aws-sdk:s3:getObject", {"Bucket": "bucket", "Key": "none"})})
    assert failed["error"] == "S3.NoSuchKeyException", failed
    assert "Service: S3, Status Code: 404" in failed["cause"], failed
    wrong = run("s3-wrong", {"Get": task("aws-sdk:s3:getObject", {"Bucket": "bucket", "Kez": "none"})})
    assert "'Kez'" in wrong["cause"], wrong


def sqs():
    queue = output("sqs-create", {"Q": task("aws-sdk:sqs:createQueue", {"QueueName": "q"})})["QueueUrl"]
    aws("sqs").send_message(QueueUrl=queue, MessageBody="hello")
    got = output("sqs", {"R": task("aws-sdk:sqs:receiveMessage", {"QueueUrl": queue, "MaxNumberOfMessages": 1})})
    assert got["Messages"][0]["Body"] == "hello", got


def sns():
    topic = output(
        "sns",
        {
            "T": task("aws-sdk:sns:createTopic", {"Name": "t", "Tags": [{"Key": "a", "Value": "b"}]}),
            "A": task("aws-sdk:sns:getTopicAttributes", {"TopicArn.$": "$.TopicArn"}),
        },
    )
    assert topic["Attributes"]["TopicArn"].endswith(":t"), topic


def ssm():
    got = output(
        "ssm",
        {
            "P": task("aws-sdk:ssm:putParameter", {"Name": "/a", "Value": "1", "Type": "String"}, ResultPath=None),
            "G": task("aws-sdk:ssm:getParameter", {"Name": "/a"}),
        },
    )
    assert got["Parameter"]["Value"] == "1" and got["Parameter"]["LastModifiedDate"].endswith("Z"), got
    failed = run("ssm-missing", {"G": task("aws-sdk:ssm:getParameter", {"Name": "/none"})})
    assert failed["error"] == "Ssm.ParameterNotFoundException", failed


def dynamodb():
    # Items run inside Redis; their tables' streams are the service's.
    aws("dynamodb").create_table(
        TableName="table",
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    got = output("dynamodb", {"S": task("aws-sdk:dynamodbstreams:listStreams", {"TableName": "table"})})
    assert got["Streams"][0]["TableName"] == "table", got


def ecs():
    api = aws("ecs")
    api.create_cluster(clusterName="c")
    api.register_task_definition(
        family="f",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[{"name": "main", "image": "busybox", "memory": 128}],
    )
    subnet = aws("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    group = aws("ec2").describe_security_groups()["SecurityGroups"][0]["GroupId"]
    done = output(
        "ecs",
        {
            "R": task(
                "ecs:runTask.sync",
                {
                    "Cluster": "c",
                    "TaskDefinition": "f",
                    "LaunchType": "FARGATE",
                    "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": [subnet], "SecurityGroups": [group]}},
                    "Overrides": {"ContainerOverrides": [{"Name": "main", "Environment": [{"Name": "a", "Value": "b"}]}]},
                },
                TimeoutSeconds=60,
            )
        },
    )
    assert done["LastStatus"] == "STOPPED" and done["TaskArn"], done


def batch():
    api = aws("batch")
    subnet = aws("ec2").describe_subnets()["Subnets"][0]
    group = aws("ec2").describe_security_groups()["SecurityGroups"][0]["GroupId"]
    role = aws("iam").create_role(RoleName="batch", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    environment = api.create_compute_environment(
        computeEnvironmentName="environment",
        type="MANAGED",
        state="ENABLED",
        computeResources={
            "type": "FARGATE", "maxvCpus": 4, "subnets": [subnet["SubnetId"]], "securityGroupIds": [group],
        },
        serviceRole=role,
    )["computeEnvironmentArn"]
    queue = api.create_job_queue(
        jobQueueName="queue",
        state="ENABLED",
        priority=1,
        computeEnvironmentOrder=[{"order": 1, "computeEnvironment": environment}],
    )["jobQueueArn"]
    definition = api.register_job_definition(
        jobDefinitionName="definition",
        type="container",
        containerProperties={"image": "busybox", "vcpus": 1, "memory": 128, "command": ["true"]},
    )["jobDefinitionArn"]
    parameters = {"JobName": "job", "JobQueue": queue, "JobDefinition": definition, "Parameters": {"aKey": "b"}}
    done = output("batch", {"R": task("batch:submitJob.sync", parameters, TimeoutSeconds=60)})
    assert done["Status"] == "SUCCEEDED" and done["JobName"] == "job", done


def glue():
    aws("glue").create_job(Name="j", Role=ROLE, Command={"Name": "glueetl", "ScriptLocation": "s3://b/x"})
    done = output(
        "glue", {"R": task("glue:startJobRun.sync", {"JobName": "j", "Arguments": {"--a": "b"}}, TimeoutSeconds=60)}
    )
    assert done["JobRunState"] == "SUCCEEDED", done
    failed = run("glue-missing", {"R": task("glue:startJobRun.sync", {"JobName": "none"})})
    assert failed["error"] == "Glue.EntityNotFoundException", failed


def athena():
    done = output(
        "athena",
        {
            "R": task(
                "athena:startQueryExecution.sync",
                {"QueryString": "SELECT 1", "ResultConfiguration": {"OutputLocation": "s3://results/"}},
                TimeoutSeconds=60,
            )
        },
    )
    assert done["QueryExecution"]["Status"]["State"] == "SUCCEEDED", done


def codebuild():
    aws("codebuild").create_project(
        name="project",
        source={"type": "S3", "location": "b/source.zip"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "i", "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole="arn:aws:iam::123456789012:role/service-role/codebuild",
    )
    done = output("codebuild", {"R": task("codebuild:startBuild.sync", {"ProjectName": "project"}, TimeoutSeconds=60)})
    assert done["Build"]["BuildStatus"] == "SUCCEEDED", done


def sagemaker():
    parameters = {
        "TrainingJobName": "job",
        "RoleArn": ROLE,
        "AlgorithmSpecification": {"TrainingImage": "i", "TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": "s3://b/"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    }
    done = output("sagemaker", {"R": task("sagemaker:createTrainingJob.sync", parameters, TimeoutSeconds=60)})
    assert done["TrainingJobStatus"] == "Completed" and done["TrainingJobName"] == "job", done


def credentials():
    got = output(
        "sts",
        {
            "W": {
                **task("aws-sdk:sts:getCallerIdentity", {}),
                "Credentials": {"RoleArn": "arn:aws:iam::123456789012:role/other"},
            }
        },
    )
    assert ":assumed-role/other/waitable" in got["Arn"], got


def functions():
    role = aws("iam").create_role(RoleName="lambda", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("main.py", "def handler(event, context): return event")
    aws("lambda").create_function(
        FunctionName="f", Runtime="python3.12", Role=role, Handler="main.handler", Code={"ZipFile": file.getvalue()}
    )
    answer = output("lambda", {"F": task("lambda:invoke", {"FunctionName": "f", "Payload": {"a": 1}})})
    # moto answers with the payload in place of a function.
    assert answer["Payload"] == {"a": 1} and answer["StatusCode"] == 200, answer


def cancelled():
    """Jobs that nobody waits for any more."""

    def cancel(service, action, **state):
        body = {
            "resource": f"arn:aws:states:::{service}:{action}.sync", "service": service, "action": action,
            "pattern": "sync", "region": "us-east-1", "account": "123456789012", "idempotencyKey": "key",
            "poll": {"number": 1, "state": {**state, "asked": 1}}, "cancel": True,
        }
        request = urllib.request.Request(adapter_url, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert json.load(answer) == {}

    api = aws("ecs")
    api.create_cluster(clusterName="cancelled")
    api.register_task_definition(
        family="cancelled", containerDefinitions=[{"name": "main", "image": "busybox", "memory": 128}],
        networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
    )
    subnet = aws("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    group = aws("ec2").describe_security_groups()["SecurityGroups"][0]["GroupId"]
    network = {"awsvpcConfiguration": {"subnets": [subnet], "securityGroups": [group]}}
    started = api.run_task(
        cluster="cancelled", taskDefinition="cancelled", launchType="FARGATE", networkConfiguration=network
    )["tasks"][0]["taskArn"]
    cancel("ecs", "runTask", task=started, cluster="cancelled")
    stopped = api.describe_tasks(cluster="cancelled", tasks=[started])["tasks"][0]
    assert stopped["stoppedReason"] == "Nobody waits for it any more", stopped

    api = aws("athena")
    query = api.start_query_execution(
        QueryString="SELECT 1", ResultConfiguration={"OutputLocation": "s3://results/"}
    )["QueryExecutionId"]
    cancel("athena", "startQueryExecution", query=query)
    status = api.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
    assert status["State"] == "CANCELLED", status


def without_containers():
    """Has moto run jobs and functions without containers."""
    request = urllib.request.Request(
        moto_url + "/moto-api/config",
        json.dumps({"batch": {"use_docker": False}, "lambda": {"use_docker": False}}).encode(),
        {"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=10).close()


def large_inputs():
    """Items out of S3 and results into it, which workers read and write themselves, without the adapter."""
    client = aws("s3")
    for bucket in ["rows", "results"]:
        client.create_bucket(Bucket=bucket)
    rows = "id,name\n" + "".join(f'{number},"é, {number}"\n' for number in range(3000))
    client.put_object(Bucket="rows", Key="in/é +1.csv", Body=rows.encode())
    for number in range(450):
        client.put_object(Bucket="rows", Key=f"list/{number:03}&", Body=b"x")

    def distributed(reader, transformation="COMPACT", **fields):
        writer = {
            "Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket": "results", "Prefix": "out"},
            "WriterConfig": {"Transformation": transformation, "OutputType": "JSON"},
        }
        processor = {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "P",
            "States": {"P": {"Type": "Pass", "End": True}},
        }
        return {"Type": "Map", "ItemReader": reader, "ResultWriter": writer, "ItemProcessor": processor, **fields}

    def results(result):
        details = result["ResultWriterDetails"]
        manifest = json.load(client.get_object(**details)["Body"])
        assert manifest["DestinationBucket"] == "results" and not manifest["ResultFiles"]["FAILED"], manifest
        found = []
        for file in manifest["ResultFiles"]["SUCCEEDED"]:
            body = client.get_object(Bucket="results", Key=file["Key"])["Body"].read()
            assert len(body) == file["Size"], file
            found += json.loads(body)
        return found

    csv = {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
        "Parameters": {"Bucket": "rows", "Key.$": "$.key"},
    }
    batched = distributed(csv, "FLATTEN", ItemBatcher={"MaxItemsPerBatch": 70})
    batched["ItemProcessor"]["States"]["P"]["OutputPath"] = "$.Items"
    found = results(output("large-csv", {"M": batched}, {"key": "in/é +1.csv"}))
    assert found == [{"id": str(number), "name": f"é, {number}"} for number in range(3000)], found[:3]
    listing = {
        "Resource": "arn:aws:states:::s3:listObjectsV2",
        "Parameters": {"Bucket": "rows", "Prefix": "list/"},
    }
    listed = distributed(listing, ItemSelector={"key.$": "$$.Map.Item.Value.Key", "size.$": "$$.Map.Item.Value.Size"})
    found = results(output("large-list", {"M": listed}))
    assert found == [{"key": f"list/{number:03}&", "size": 1} for number in range(450)], found[:3]
    failed = run("large-missing", {"M": distributed(csv)}, {"key": "none"})
    assert failed["error"] == "States.ItemReaderFailed" and "NoSuchKey" in failed["cause"], failed


checks = [large_inputs, s3, sqs, sns, ssm, dynamodb, ecs, batch, glue, athena, codebuild, sagemaker, credentials, functions, cancelled]
without_containers()
with ThreadPoolExecutor(4) as pool:
    for check, done in [(check, pool.submit(check)) for check in checks]:
        done.result()
        print(f"test-adapter: {check.__name__}: as expected", flush=True)
