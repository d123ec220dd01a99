"""The twenty mistakes with troposphere (`x`: a second way to make it). `mistakes.py NAME` prints the template of one."""

import sys

from awacs.aws import Allow, PolicyDocument, Principal, Statement
import awacs.aws
import awacs.sqs
import awacs.sts
from troposphere import GetAtt, Output, Ref, Sub, Template, apigatewayv2, dynamodb
from troposphere.awslambda import Code, Environment, EventSourceMapping, Function
from troposphere.iam import Policy, Role
from troposphere.sqs import Queue

t = Template()


def role(*rights) -> Role:
    trust = Statement(
        Effect=Allow, Action=[awacs.sts.AssumeRole], Principal=Principal("Service", "lambda.amazonaws.com")
    )
    document = PolicyDocument(Version="2012-10-17", Statement=list(rights))
    return t.add_resource(
        Role(
            "ApiRole",
            AssumeRolePolicyDocument=PolicyDocument(Version="2012-10-17", Statement=[trust]),
            Policies=[Policy(PolicyName="Rights", PolicyDocument=document)] if rights else [],
        )
    )


def function(**more) -> Function:
    properties = dict(
        Runtime="provided.al2023", Handler="bootstrap", Code=Code(S3Bucket="code-bucket", S3Key="api.zip")
    )
    if "Role" not in more:
        more["Role"] = role().get_att("Arn")
    return t.add_resource(Function("Api", **properties | more))


def queue(name: str = "Jobs", **more) -> Queue:
    return t.add_resource(Queue(name, **more))


def table(defined: str = "orderId", billing: str = "PAY_PER_REQUEST") -> dynamodb.Table:
    return t.add_resource(
        dynamodb.Table(
            "Orders",
            AttributeDefinitions=[dynamodb.AttributeDefinition(AttributeName=defined, AttributeType="S")],
            KeySchema=[dynamodb.KeySchema(AttributeName="orderId", KeyType="HASH")],
            BillingMode=billing,
        )
    )


def environment(**variables) -> Environment:
    return Environment(Variables=variables)


def m01():
    t.add_resource(Function("Api", Runtime="provided.al2023", Handler="bootstrap"))


def m02():
    queue(VisibilityTimout=180)


def m03():
    table(billing="PAY_PER_REQEST")


def m04():
    function(MemorySize=64)


def m04x():
    function(Timeout=1000)


def m05():
    role(Statement(Effect=Allow, Action=[awacs.sqs.SendMesage], Resource=[queue().get_att("Arn")]))


def m05x():
    role(Statement(Effect=Allow, Action=[awacs.aws.Action("sqs", "SendMesage")], Resource=[queue().get_att("Arn")]))


def m06():
    function(Role=queue().get_att("Arn"))


def m07():
    function(Environment=environment(QUEUE_URL=Ref("Jobs")))


def m08():
    t.add_output(Output("JobsUrl", Value=queue().get_att("Uri")))


def m09():
    other = Template()
    function(Environment=environment(QUEUE_URL=other.add_resource(Queue("Jobs")).ref()))


def m10():
    queue("A", DependsOn=["B"])
    queue("B", DependsOn=["A"])


def m11():
    t.add_output(Output("JobsUrl", Value=Sub("https://example.com/${jobs}", queue=queue().get_att("QueueName"))))


def mapping(**more):
    t.add_resource(
        EventSourceMapping("WorkerJobs", EventSourceArn=GetAtt("Jobs", "Arn"), FunctionName=Ref("Api"), **more)
    )


def m12():
    queue(VisibilityTimeout=10)
    function(Timeout=30)
    mapping()


def m13():
    queue()
    function()
    mapping(BatchSize=100)


def m14():
    function(Environment=environment(AWS_REGION="eu-west-1"))


def m15():
    function(Environment=environment(BIG="x" * 4097))


def m16():
    http = t.add_resource(apigatewayv2.Api("Http", Name="http", ProtocolType="HTTP"))
    t.add_resource(
        apigatewayv2.Integration(
            "Call",
            ApiId=http.ref(),
            IntegrationType="AWS_PROXY",
            IntegrationUri=function().get_att("Arn"),
            PayloadFormatVersion="2.0",
        )
    )
    t.add_resource(
        apigatewayv2.Route("Post", ApiId=http.ref(), RouteKey="POST /orders", Target=Sub("integrations/${Call}"))
    )


def m17():
    role(Statement(Effect=Allow, Action=[awacs.aws.Action("*")], Resource=["*"]))


def m18():
    function(Environment=environment(DB_PASSWORD="correct-horse-battery"))


def m19():
    table(defined="id")


def m20():
    for i in range(501):
        queue(f"Queue{i}")


globals()[sys.argv[1]]()
print(t.to_json())
