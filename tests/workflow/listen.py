"""Listen to the events of Onefold on a local cloud.

`listen.py subscribe URL`, then `listen.py events URL` prints those that have come since, a line each.
"""

import json
import sys

import boto3

QUEUE = "events-of-onefold"


def client(service: str, url: str):
    return boto3.client(
        service, endpoint_url=url, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )


def subscribe(url: str) -> None:
    sqs, events = client("sqs", url), client("events", url)
    queue = sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name=QUEUE, EventPattern=json.dumps({"source": ["onefold"]}))
    events.put_targets(Rule=QUEUE, Targets=[{"Id": "queue", "Arn": arn}])


def print_events(url: str) -> None:
    sqs = client("sqs", url)
    queue = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=5).get("Messages"):
        for message in messages:
            print(message["Body"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


{"subscribe": subscribe, "events": print_events}[sys.argv[1]](sys.argv[2])
