// The small stack "orders" with the CDK's L2 constructs.
import { CfnOutput, CfnParameter, Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { HttpApi, HttpMethod } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { ComparisonOperator } from "aws-cdk-lib/aws-cloudwatch";
import { AttributeType, BillingMode, ProjectionType, Table } from "aws-cdk-lib/aws-dynamodb";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Code, Function, Runtime } from "aws-cdk-lib/aws-lambda";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";

export class Orders extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const bucket = new CfnParameter(this, "CodeBucket").valueAsString;
    const key = new CfnParameter(this, "CodeKey").valueAsString;
    const code = Code.fromBucket(Bucket.fromBucketName(this, "Code", bucket), key);

    const table = new Table(this, "Orders", {
      partitionKey: { name: "orderId", type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    table.addGlobalSecondaryIndex({
      indexName: "byUser",
      partitionKey: { name: "userId", type: AttributeType.STRING },
      sortKey: { name: "placedAt", type: AttributeType.STRING },
      projectionType: ProjectionType.ALL,
    });

    const deadLetters = new Queue(this, "DeadLetters");
    const jobs = new Queue(this, "Jobs", {
      visibilityTimeout: Duration.seconds(180),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: 5 },
    });

    const lambda = (name: string, environment: Record<string, string>) => {
      const logGroup = new LogGroup(this, `${name}Logs`, { retention: RetentionDays.TWO_WEEKS });
      const role = new Role(this, `${name}Role`, { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
      logGroup.grantWrite(role);
      return new Function(this, name, {
        runtime: Runtime.PROVIDED_AL2023,
        architecture: Architecture.ARM_64,
        memorySize: 256,
        timeout: Duration.seconds(30),
        handler: "bootstrap",
        code,
        logGroup,
        role,
        environment,
      });
    };

    const worker = lambda("Worker", { TABLE_NAME: table.tableName });
    table.grantReadWriteData(worker);
    worker.addEventSource(new SqsEventSource(jobs, { batchSize: 10, reportBatchItemFailures: true }));

    const api = lambda("Api", { QUEUE_URL: jobs.queueUrl });
    jobs.grantSendMessages(api);
    const http = new HttpApi(this, "Http");
    const integration = new HttpLambdaIntegration("ApiIntegration", api);
    http.addRoutes({ path: "/orders", methods: [HttpMethod.POST], integration });
    http.addRoutes({ path: "/orders/{id}", methods: [HttpMethod.GET], integration });

    deadLetters.metricApproximateNumberOfMessagesVisible().createAlarm(this, "DeadLettersAlarm", {
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    });

    new CfnOutput(this, "ApiUrl", { value: http.apiEndpoint });
    new CfnOutput(this, "JobsUrl", { value: jobs.queueUrl });
  }
}
