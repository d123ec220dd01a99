"""The small stack "orders" with troposphere."""

from awacs.aws import Allow, PolicyDocument, Principal, Statement
import awacs.dynamodb
import awacs.logs
import awacs.sqs
import awacs.sts
from troposphere import Output, Parameter, Sub, Template
from troposphere.apigatewayv2 import Api, Integration, Route, Stage
from troposphere.awslambda import (
    Code,
    Environment,
    EventSourceMapping,
    Function,
    LoggingConfig,
    Permission,
)
from troposphere.cloudwatch import Alarm, MetricDimension
from troposphere.dynamodb import (
    AttributeDefinition,
    GlobalSecondaryIndex,
    KeySchema,
    PointInTimeRecoverySpecification,
    Projection,
    Table,
)
from troposphere.iam import Policy, Role
from troposphere.logs import LogGroup
from troposphere.sqs import Queue, RedrivePolicy


def orders() -> Template:
    t = Template()
    bucket = t.add_parameter(Parameter("CodeBucket", Type="String"))
    key = t.add_parameter(Parameter("CodeKey", Type="String"))

    table = t.add_resource(
        Table(
            "Orders",
            AttributeDefinitions=[
                AttributeDefinition(AttributeName=name, AttributeType="S") for name in ("orderId", "userId", "placedAt")
            ],
            KeySchema=[KeySchema(AttributeName="orderId", KeyType="HASH")],
            GlobalSecondaryIndexes=[
                GlobalSecondaryIndex(
                    IndexName="byUser",
                    KeySchema=[
                        KeySchema(AttributeName="userId", KeyType="HASH"),
                        KeySchema(AttributeName="placedAt", KeyType="RANGE"),
                    ],
                    Projection=Projection(ProjectionType="ALL"),
                )
            ],
            BillingMode="PAY_PER_REQUEST",
            PointInTimeRecoverySpecification=PointInTimeRecoverySpecification(PointInTimeRecoveryEnabled=True),
            DeletionPolicy="Retain",
            UpdateReplacePolicy="Retain",
        )
    )

    dead_letters = t.add_resource(Queue("DeadLetters"))
    jobs = t.add_resource(
        Queue(
            "Jobs",
            VisibilityTimeout=180,
            RedrivePolicy=RedrivePolicy(deadLetterTargetArn=dead_letters.get_att("Arn"), maxReceiveCount=5),
        )
    )

    def function(name: str, environment: dict, rights: list[Statement]) -> Function:
        logs = t.add_resource(LogGroup(f"{name}Logs", RetentionInDays=14))
        write_logs = Statement(
            Effect=Allow, Action=[awacs.logs.CreateLogStream, awacs.logs.PutLogEvents], Resource=[logs.get_att("Arn")]
        )
        role = t.add_resource(
            Role(
                f"{name}Role",
                AssumeRolePolicyDocument=PolicyDocument(
                    Version="2012-10-17",
                    Statement=[
                        Statement(
                            Effect=Allow,
                            Action=[awacs.sts.AssumeRole],
                            Principal=Principal("Service", "lambda.amazonaws.com"),
                        )
                    ],
                ),
                Policies=[
                    Policy(
                        PolicyName="Rights",
                        PolicyDocument=PolicyDocument(Version="2012-10-17", Statement=[write_logs, *rights]),
                    )
                ],
            )
        )
        return t.add_resource(
            Function(
                name,
                Runtime="provided.al2023",
                Architectures=["arm64"],
                MemorySize=256,
                Timeout=30,
                Handler="bootstrap",
                Code=Code(S3Bucket=bucket.ref(), S3Key=key.ref()),
                LoggingConfig=LoggingConfig(LogGroup=logs.ref()),
                Role=role.get_att("Arn"),
                Environment=Environment(Variables=environment),
            )
        )

    worker = function(
        "Worker",
        {"TABLE_NAME": table.ref()},
        [
            Statement(
                Effect=Allow,
                Action=[awacs.sqs.ReceiveMessage, awacs.sqs.DeleteMessage, awacs.sqs.GetQueueAttributes],
                Resource=[jobs.get_att("Arn")],
            ),
            Statement(
                Effect=Allow,
                Action=[
                    awacs.dynamodb.GetItem,
                    awacs.dynamodb.BatchGetItem,
                    awacs.dynamodb.Query,
                    awacs.dynamodb.Scan,
                    awacs.dynamodb.PutItem,
                    awacs.dynamodb.UpdateItem,
                    awacs.dynamodb.DeleteItem,
                    awacs.dynamodb.BatchWriteItem,
                    awacs.dynamodb.ConditionCheckItem,
                ],
                Resource=[table.get_att("Arn"), Sub("${Orders.Arn}/index/*")],
            ),
        ],
    )
    t.add_resource(
        EventSourceMapping(
            "WorkerJobs",
            EventSourceArn=jobs.get_att("Arn"),
            FunctionName=worker.ref(),
            BatchSize=10,
            FunctionResponseTypes=["ReportBatchItemFailures"],
        )
    )

    api = function(
        "Api",
        {"QUEUE_URL": jobs.ref()},
        [
            Statement(Effect=Allow, Action=[awacs.sqs.SendMessage], Resource=[jobs.get_att("Arn")]),
        ],
    )
    http = t.add_resource(Api("Http", Name="orders", ProtocolType="HTTP"))
    t.add_resource(Stage("HttpStage", ApiId=http.ref(), StageName="$default", AutoDeploy=True))
    call = t.add_resource(
        Integration(
            "ApiCall",
            ApiId=http.ref(),
            IntegrationType="AWS_PROXY",
            IntegrationUri=api.get_att("Arn"),
            PayloadFormatVersion="2.0",
        )
    )
    for name, route_key in (("PostOrder", "POST /orders"), ("GetOrder", "GET /orders/{id}")):
        t.add_resource(Route(name, ApiId=http.ref(), RouteKey=route_key, Target=Sub("integrations/${ApiCall}")))
    t.add_resource(
        Permission(
            "ApiInvoke",
            Action="lambda:InvokeFunction",
            FunctionName=api.ref(),
            Principal="apigateway.amazonaws.com",
            SourceArn=Sub("arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Http}/*/*"),
        )
    )

    t.add_resource(
        Alarm(
            "DeadLettersAlarm",
            Namespace="AWS/SQS",
            MetricName="ApproximateNumberOfMessagesVisible",
            Dimensions=[MetricDimension(Name="QueueName", Value=dead_letters.get_att("QueueName"))],
            Statistic="Maximum",
            Period=300,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
        )
    )
    t.add_output(Output("ApiUrl", Value=http.get_att("ApiEndpoint")))
    t.add_output(Output("JobsUrl", Value=jobs.ref()))
    return t
