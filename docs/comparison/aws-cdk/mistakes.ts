// The twenty mistakes, as a user of the L2 constructs would make them (`x` marks the low-level way to the same mistake).
// `mistakes.js NAME` prints the template of one. tsc reports some of them; it still writes the JavaScript.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, CfnOutput, Duration, Fn, Stack } from "aws-cdk-lib";
import * as flags from "aws-cdk-lib/recommended-feature-flags.json";
import * as gw from "aws-cdk-lib/aws-apigatewayv2";
import * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as iam from "aws-cdk-lib/aws-iam";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { CfnQueue, Queue } from "aws-cdk-lib/aws-sqs";

function fn(s: Stack, more: Partial<lambda.FunctionProps> = {}): lambda.Function {
  const code = lambda.Code.fromBucket(Bucket.fromBucketName(s, "Code", "code"), "api.zip");
  return new lambda.Function(s, "Api", {
    runtime: lambda.Runtime.PROVIDED_AL2023,
    handler: "bootstrap",
    code,
    ...more,
  });
}
function allow(s: Stack, action: string, resource: string): void {
  fn(s).addToRolePolicy(new iam.PolicyStatement({ actions: [action], resources: [resource] }));
}

const mistakes: Record<string, (s: Stack) => void> = {
  m01: (s) => {
    new lambda.Function(s, "Api", { runtime: lambda.Runtime.PROVIDED_AL2023, handler: "bootstrap" });
  },
  m02: (s) => {
    new Queue(s, "Jobs", { visibilityTimout: Duration.seconds(180) });
  },
  m03: (s) => {
    const partitionKey = { name: "orderId", type: dynamodb.AttributeType.STRING };
    new dynamodb.Table(s, "Orders", { partitionKey, billingMode: dynamodb.BillingMode.PAY_PER_REQEST });
  },
  m04: (s) => {
    fn(s, { memorySize: 64, timeout: Duration.seconds(1000) });
  },
  m05: (s) => {
    allow(s, "sqs:SendMesage", new Queue(s, "Jobs").queueArn);
  },
  m06: (s) => {
    fn(s, { role: new Queue(s, "Jobs") });
  },
  m06x: (s) => {
    fn(s, { role: iam.Role.fromRoleArn(s, "Role", new Queue(s, "Jobs").queueArn) });
  },
  m07: (s) => {
    fn(s, { environment: { QUEUE_URL: jobs.queueUrl } });
  },
  m07x: (s) => {
    fn(s, { environment: { QUEUE_URL: Fn.ref("Jobs") } });
  },
  m08: (s) => {
    new CfnOutput(s, "JobsUrl", { value: new Queue(s, "Jobs").queueUri });
  },
  m08x: (s) => {
    const jobs = new Queue(s, "Jobs").node.defaultChild as CfnQueue;
    new CfnOutput(s, "JobsUrl", { value: jobs.getAtt("Uri").toString() });
  },
  m09: (s) => {
    const other = new Stack(s.node.scope, "other");
    fn(s, { environment: { QUEUE_URL: new Queue(other, "Jobs").queueUrl } });
  },
  m10: (s) => {
    const [a, b] = [new Queue(s, "A"), new Queue(s, "B")];
    a.node.addDependency(b);
    b.node.addDependency(a);
  },
  m11: (s) => {
    new CfnOutput(s, "JobsUrl", {
      value: Fn.sub("https://example.com/${jobs}", { queue: new Queue(s, "Jobs").queueName }),
    });
  },
  m12: (s) => {
    const jobs = new Queue(s, "Jobs", { visibilityTimeout: Duration.seconds(10) });
    fn(s, { timeout: Duration.seconds(30) }).addEventSource(new SqsEventSource(jobs));
  },
  m13: (s) => {
    fn(s).addEventSource(new SqsEventSource(new Queue(s, "Jobs"), { batchSize: 100 }));
  },
  m14: (s) => {
    fn(s, { environment: { AWS_REGION: "eu-west-1" } });
  },
  m15: (s) => {
    fn(s, { environment: { BIG: "x".repeat(4097) } });
  },
  // m16: HttpLambdaIntegration always adds the permission; only the low-level resources can leave it out.
  m16x: (s) => {
    const apiId = new gw.CfnApi(s, "Http", { name: "http", protocolType: "HTTP" }).ref;
    const call = new gw.CfnIntegration(s, "Call", {
      apiId,
      integrationType: "AWS_PROXY",
      payloadFormatVersion: "2.0",
      integrationUri: fn(s).functionArn,
    });
    new gw.CfnRoute(s, "Post", { apiId, routeKey: "POST /orders", target: `integrations/${call.ref}` });
  },
  m17: (s) => {
    allow(s, "*", "*");
  },
  m18: (s) => {
    fn(s, { environment: { DB_PASSWORD: "correct-horse-battery" } });
  },
  // m19: Table collects the definitions from the keys it is given; only CfnTable can forget one.
  m19x: (s) => {
    new dynamodb.CfnTable(s, "Orders", {
      keySchema: [{ attributeName: "orderId", keyType: "HASH" }],
      attributeDefinitions: [{ attributeName: "id", attributeType: "S" }],
      billingMode: "PAY_PER_REQUEST",
    });
  },
  m20: (s) => {
    for (let i = 0; i < 501; i++) new Queue(s, `Queue${i}`);
  },
};

const outdir = mkdtempSync(join(tmpdir(), "cdk-"));
try {
  const stack = new Stack(new App({ outdir, context: flags }), "orders");
  mistakes[process.argv[2]](stack);
  (stack.node.root as App).synth();
  console.log(readFileSync(join(outdir, stack.templateFile), "utf8"));
} finally {
  rmSync(outdir, { recursive: true });
}
