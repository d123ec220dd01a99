// The AWS SDK for JavaScript, unmodified and with its own checks on, against the local cloud. The environment names the
// endpoint, the region and the keys. Argument: a folder with stack.json and the function's two versions, one.zip and two.zip.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ApiGatewayV2Client, GetApisCommand, GetRoutesCommand } from '@aws-sdk/client-apigatewayv2';
import * as cfn from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import * as cwl from '@aws-sdk/client-cloudwatch-logs';
import * as ddb from '@aws-sdk/client-dynamodb';
import * as bridge from '@aws-sdk/client-eventbridge';
import * as lambda from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import * as sqs from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import * as doc from '@aws-sdk/lib-dynamodb';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

const folder = process.argv[2];
const endpoint = process.env.AWS_ENDPOINT_URL;
const region = process.env.AWS_REGION;
const STACK = 'clients-javascript';
const BUCKET = 'clients-javascript';
const wait = (client) => ({ client, maxWaitTime: 60, minDelay: 0.1, maxDelay: 0.5 });
const md5 = (text) => createHash('md5').update(text).digest('hex');
const text = (bytes) => Buffer.from(bytes).toString();

async function step(name, run) {
  try {
    await run();
  } catch (error) {
    console.error(`javascript, ${name}: failed`);
    throw error;
  }
  console.log(`javascript, ${name}: ok`);
}

async function collect(pages, member) {
  const all = [];
  let count = 0;
  for await (const page of pages) {
    all.push(...(page[member] ?? []));
    count += 1;
  }
  return { all, pages: count };
}

async function until(what, look) {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    assert(Date.now() < deadline, `${what}: not within 30 s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The error that `promise` must be rejected with: of this class, which the SDK chose, and with this status. */
async function refused(promise, kind, status) {
  const error = await promise.then(
    (value) => assert.fail(`${kind.name ?? kind} did not come, but ${JSON.stringify(value)}`),
    (error) => error,
  );
  if (typeof kind === 'string') assert.equal(error.name, kind, error.stack);
  else assert(error instanceof kind, `not a ${kind.name}: ${error.stack}`);
  if (status) assert.equal(error.$metadata.httpStatusCode, status, error.stack);
  return error;
}

/** A copy of `client` whose answers go through `change` before the SDK sees them: what a broken network would do. */
function garbled(Client, change) {
  const client = new Client({ maxAttempts: 1 });
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const chunks = [];
      for await (const chunk of result.response.body) chunks.push(chunk);
      const body = change(Buffer.concat(chunks));
      result.response.body = Readable.from([body]);
      return result;
    },
    // The last to be wrapped, so the first to see an answer.
    { step: 'deserialize', priority: 'low', name: 'garbled' },
  );
  return client;
}

const formation = new cfn.CloudFormationClient({});
const store = new s3.S3Client({});
const queues = new sqs.SQSClient({});
const functions = new lambda.LambdaClient({});
const logs = new cwl.CloudWatchLogsClient({ disableHostPrefix: true });
const tables = new ddb.DynamoDBClient({});
const documents = doc.DynamoDBDocumentClient.from(tables);
const sts = new STSClient({});
let outputs;

await step('STS: who am I', async () => {
  const identity = await sts.send(new GetCallerIdentityCommand({}));
  assert.match(identity.Account, /^\d{12}$/);
  assert.equal(identity.Arn, `arn:aws:iam::${identity.Account}:root`);
  const stranger = new STSClient({ credentials: { accessKeyId: 'AKIDSTRANGER', secretAccessKey: 'no' } });
  await refused(stranger.send(new GetCallerIdentityCommand({})), 'InvalidClientTokenId', 403);
});

await step('S3: bucket and code', async () => {
  await store.send(new s3.CreateBucketCommand({ Bucket: BUCKET }));
  await s3.waitUntilBucketExists(wait(store), { Bucket: BUCKET });
  for (const name of ['one.zip', 'two.zip']) {
    await store.send(new s3.PutObjectCommand({ Bucket: BUCKET, Key: name, Body: await readFile(join(folder, name)) }));
    await s3.waitUntilObjectExists(wait(store), { Bucket: BUCKET, Key: name });
  }
});

const template = await readFile(join(folder, 'stack.json'), 'utf8');
const parameters = (greeting) =>
  Object.entries({ CodeBucket: BUCKET, CodeKey: 'one.zip', Greeting: greeting }).map(
    ([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }),
  );
const changeSet = (name, kind, greeting) => ({
  StackName: STACK,
  ChangeSetName: name,
  ChangeSetType: kind,
  TemplateBody: template,
  Parameters: parameters(greeting),
  Capabilities: ['CAPABILITY_IAM'],
  Tags: [{ Key: 'suite', Value: 'javascript' }],
});

await step('CloudFormation: a stack through a change set', async () => {
  await refused(formation.send(new cfn.DescribeStacksCommand({ StackName: STACK })), 'ValidationError', 400);
  const valid = await formation.send(new cfn.ValidateTemplateCommand({ TemplateBody: template }));
  assert.deepEqual(valid.Capabilities, ['CAPABILITY_IAM']);
  assert.equal(valid.Parameters.length, 3);
  await refused(
    formation.send(new cfn.CreateChangeSetCommand({ ...changeSet('no', 'CREATE', 'hello'), Capabilities: [] })),
    cfn.InsufficientCapabilitiesException,
    400,
  );
  await formation.send(new cfn.CreateChangeSetCommand(changeSet('make', 'CREATE', 'hello')));
  await refused(
    formation.send(new cfn.CreateChangeSetCommand(changeSet('make', 'CREATE', 'hello'))),
    cfn.AlreadyExistsException,
    400,
  );
  await refused(
    formation.send(new cfn.DescribeChangeSetCommand({ StackName: STACK, ChangeSetName: 'none' })),
    cfn.ChangeSetNotFoundException,
    404,
  );
  const named = { StackName: STACK, ChangeSetName: 'make' };
  await cfn.waitUntilChangeSetCreateComplete(wait(formation), named);
  const planned = await formation.send(new cfn.DescribeChangeSetCommand(named));
  assert.equal(planned.ExecutionStatus, 'AVAILABLE');
  assert(planned.CreationTime instanceof Date);
  const resources = Object.keys(JSON.parse(template).Resources).sort();
  assert.deepEqual(planned.Changes.map((change) => change.ResourceChange.LogicalResourceId).sort(), resources);
  await formation.send(new cfn.ExecuteChangeSetCommand(named));
  await cfn.waitUntilStackCreateComplete(wait(formation), { StackName: STACK });

  const { all: stacks } = await collect(cfn.paginateDescribeStacks({ client: formation }, { StackName: STACK }), 'Stacks');
  assert.equal(stacks[0].StackStatus, 'CREATE_COMPLETE');
  assert.deepEqual(stacks[0].Tags, [{ Key: 'suite', Value: 'javascript' }]);
  outputs = Object.fromEntries(stacks[0].Outputs.map((output) => [output.OutputKey, output.OutputValue]));
  assert.deepEqual(Object.keys(outputs).sort(), Object.keys(JSON.parse(template).Outputs).sort());
  const summaries = await collect(
    cfn.paginateListStackResources({ client: formation }, { StackName: STACK }),
    'StackResourceSummaries',
  );
  assert.deepEqual(summaries.all.map((resource) => resource.LogicalResourceId).sort(), resources);
  const events = await collect(cfn.paginateDescribeStackEvents({ client: formation }, { StackName: STACK }), 'StackEvents');
  assert.equal(events.all[0].ResourceStatus, 'CREATE_COMPLETE');
  assert.equal(events.all[0].LogicalResourceId, STACK);
  const got = await formation.send(new cfn.GetTemplateCommand({ StackName: STACK }));
  assert.equal(got.TemplateBody, template);
});

await step('CloudFormation: an update, and one without a change', async () => {
  await formation.send(new cfn.CreateChangeSetCommand(changeSet('same', 'UPDATE', 'hello')));
  const same = { StackName: STACK, ChangeSetName: 'same' };
  const failure = await refused(cfn.waitUntilChangeSetCreateComplete(wait(formation), same), Error);
  assert.match(failure.message, /didn't contain changes/);
  await formation.send(new cfn.DeleteChangeSetCommand(same));

  await formation.send(new cfn.CreateChangeSetCommand(changeSet('greet', 'UPDATE', 'bonjour')));
  const greet = { StackName: STACK, ChangeSetName: 'greet' };
  await cfn.waitUntilChangeSetCreateComplete(wait(formation), greet);
  const { Changes } = await formation.send(new cfn.DescribeChangeSetCommand(greet));
  const touched = Changes.map(({ ResourceChange: change }) => [change.LogicalResourceId, change.Action, change.Replacement]);
  assert.deepEqual(touched.find(([id]) => id === 'Function'), ['Function', 'Modify', 'False']);
  await formation.send(new cfn.ExecuteChangeSetCommand(greet));
  await cfn.waitUntilStackUpdateComplete(wait(formation), { StackName: STACK });
  const stacks = await collect(
    cfn.paginateListStacks({ client: formation }, { StackStatusFilter: ['UPDATE_COMPLETE'] }),
    'StackSummaries',
  );
  assert(stacks.all.some((stack) => stack.StackName === STACK));
});

await step('S3: checksums both ways', async () => {
  const Body = 'grüße '.repeat(1000);
  const put = await store.send(
    new s3.PutObjectCommand({ Bucket: BUCKET, Key: 'a b/ü.txt', Body, ContentType: 'text/plain', Metadata: { kind: 'greeting' } }),
  );
  // What the SDK computes unasked.
  assert.match(put.ChecksumCRC32, /^[A-Za-z0-9+/]{6}==$/);
  assert.equal(put.ETag, `"${md5(Body)}"`);
  const named = { Bucket: BUCKET, Key: 'a b/ü.txt' };
  const got = await store.send(new s3.GetObjectCommand(named));
  assert.equal(got.ChecksumCRC32, put.ChecksumCRC32);
  assert.equal(await got.Body.transformToString(), Body);
  assert.equal(got.ContentType, 'text/plain');
  assert.deepEqual(got.Metadata, { kind: 'greeting' });
  assert(got.LastModified instanceof Date);
  const part = await store.send(new s3.GetObjectCommand({ ...named, Range: 'bytes=0-3' }));
  assert.equal(part.ContentRange, `bytes 0-3/${Buffer.byteLength(Body)}`);
  assert.equal(await part.Body.transformToString(), 'grü');

  // The check is on: a byte that changed on the way is noticed.
  const flipped = garbled(s3.S3Client, (body) => {
    body[10] ^= 1;
    return body;
  });
  await assert.rejects(
    async () => (await flipped.send(new s3.GetObjectCommand(named))).Body.transformToString(),
    /Checksum mismatch/,
  );
  // And what the cloud is sent is compared with what the client says of it.
  const wrong = store.send(new s3.PutObjectCommand({ Bucket: BUCKET, Key: 'wrong', Body: 'x', ChecksumCRC32: 'AAAAAA==' }));
  await refused(wrong, 'BadDigest', 400);
  await refused(
    store.send(new s3.PutObjectCommand({ Bucket: BUCKET, Key: 'wrong', Body: 'x', ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' })),
    'BadDigest',
    400,
  );
  await refused(store.send(new s3.GetObjectCommand({ Bucket: BUCKET, Key: 'wrong' })), s3.NoSuchKey, 404);
  for (const ChecksumAlgorithm of Object.values(s3.ChecksumAlgorithm).filter((name) => /^(CRC32C?|SHA1|SHA256)$/.test(name))) {
    const key = { Bucket: BUCKET, Key: `sum/${ChecksumAlgorithm}` };
    const sum = await store.send(new s3.PutObjectCommand({ ...key, Body: 'sum', ChecksumAlgorithm }));
    assert(sum[`Checksum${ChecksumAlgorithm}`], `no ${ChecksumAlgorithm}: ${JSON.stringify(sum)}`);
    const back = await store.send(new s3.GetObjectCommand({ ...key, ChecksumMode: 'ENABLED' }));
    assert.equal(back[`Checksum${ChecksumAlgorithm}`], sum[`Checksum${ChecksumAlgorithm}`]);
    assert.equal(await back.Body.transformToString(), 'sum');
  }
  // A stream's checksum follows its chunks.
  const file = join(folder, 'stream');
  const content = randomBytes(300_000);
  await writeFile(file, content);
  const streamed = await store.send(
    new s3.PutObjectCommand({ Bucket: BUCKET, Key: 'stream', Body: createReadStream(file), ContentLength: content.length }),
  );
  assert(streamed.ChecksumCRC32);
  const back = await store.send(new s3.GetObjectCommand({ Bucket: BUCKET, Key: 'stream' }));
  assert(content.equals(Buffer.from(await back.Body.transformToByteArray())));
});

await step('S3: uploads in parts', async () => {
  const content = randomBytes(12 * 1024 * 1024 + 1);
  const named = { Bucket: BUCKET, Key: 'parts/whole' };
  const done = await new Upload({ client: store, params: { ...named, Body: Readable.from([content]) } }).done();
  assert.match(done.ETag, /^"[0-9a-f]{32}-3"$/);
  // The SDK asks for CRC32, of which S3 keeps the checksum of the parts' checksums.
  assert.match(done.ChecksumCRC32, /^[A-Za-z0-9+/]{6}==-3$/);
  assert.equal(done.ChecksumType, 'COMPOSITE');
  const got = await store.send(new s3.GetObjectCommand(named));
  assert(content.equals(Buffer.from(await got.Body.transformToByteArray())));
  assert.equal(got.ChecksumCRC32, done.ChecksumCRC32);
  const second = await store.send(new s3.GetObjectCommand({ ...named, PartNumber: 2 }));
  assert.equal(second.PartsCount, 3);
  assert.equal(second.ContentRange, `bytes 5242880-10485759/${content.length}`);
  assert(content.subarray(5242880, 10485760).equals(Buffer.from(await second.Body.transformToByteArray())));

  const { UploadId } = await store.send(
    new s3.CreateMultipartUploadCommand({ Bucket: BUCKET, Key: 'parts/left', ChecksumAlgorithm: 'SHA256' }),
  );
  const left = { Bucket: BUCKET, Key: 'parts/left', UploadId };
  const sums = [];
  for (const PartNumber of [1, 2, 3]) {
    const Body = `part ${PartNumber}`;
    const part = await store.send(
      new s3.UploadPartCommand({ ...left, PartNumber, Body, ChecksumAlgorithm: 'SHA256' }),
    );
    assert.equal(part.ChecksumSHA256, createHash('sha256').update(Body).digest('base64'));
    sums.push({ PartNumber, ETag: part.ETag, ChecksumSHA256: part.ChecksumSHA256 });
  }
  const listed = await collect(s3.paginateListParts({ client: store, pageSize: 2 }, left), 'Parts');
  assert.equal(listed.pages, 2);
  assert.deepEqual(listed.all.map(({ PartNumber, ETag, ChecksumSHA256 }) => ({ PartNumber, ETag, ChecksumSHA256 })), sums);
  await refused(
    store.send(new s3.CompleteMultipartUploadCommand({ ...left, MultipartUpload: { Parts: sums } })),
    'EntityTooSmall',
    400,
  );
  const lie = [{ ...sums[0], ChecksumSHA256: sums[1].ChecksumSHA256 }];
  await refused(
    store.send(new s3.CompleteMultipartUploadCommand({ ...left, MultipartUpload: { Parts: lie } })),
    'InvalidPart',
    400,
  );
  const uploads = await store.send(new s3.ListMultipartUploadsCommand({ Bucket: BUCKET }));
  assert.deepEqual(uploads.Uploads.map((upload) => upload.UploadId), [UploadId]);
  await store.send(new s3.AbortMultipartUploadCommand(left));
  await refused(store.send(new s3.ListPartsCommand(left)), s3.NoSuchUpload, 404);
});

await step('S3: presigned URLs', async () => {
  const named = { Bucket: BUCKET, Key: 'signed/put.txt' };
  // The SDK signs the checksum of an empty body into the URL, which S3 does not look at.
  const asked = new s3.PutObjectCommand({ ...named, ContentType: 'text/plain', Metadata: { by: 'url' } });
  const put = await getSignedUrl(store, asked, { expiresIn: 60 });
  const sent = await fetch(put, { method: 'PUT', body: 'by fetch', headers: { 'content-type': 'text/plain' } });
  assert.equal(sent.status, 200, await sent.text());
  const get = await getSignedUrl(store, new s3.GetObjectCommand({ ...named, ResponseContentType: 'text/html' }), { expiresIn: 60 });
  const got = await fetch(get);
  assert.equal(await got.text(), 'by fetch');
  assert.equal(got.headers.get('content-type'), 'text/html');
  assert.equal(got.headers.get('x-amz-meta-by'), 'url');
  const forged = await fetch(get.replace(/put\.txt/, 'other.txt'));
  assert.equal(forged.status, 403);
  assert.match(await forged.text(), /<Code>SignatureDoesNotMatch<\/Code>/);
});

await step('S3: listing, copying, conditions, deleting', async () => {
  for (const Key of ['list/1', 'list/2', 'list/3', 'list/deep/4']) {
    await store.send(new s3.PutObjectCommand({ Bucket: BUCKET, Key, Body: Key }));
  }
  const listing = { Bucket: BUCKET, Prefix: 'list/' };
  const keys = await collect(s3.paginateListObjectsV2({ client: store, pageSize: 2 }, listing), 'Contents');
  assert.deepEqual(keys.all.map((object) => object.Key), ['list/1', 'list/2', 'list/3', 'list/deep/4']);
  assert.equal(keys.pages, 2);
  const groups = await store.send(new s3.ListObjectsV2Command({ ...listing, Delimiter: '/' }));
  assert.deepEqual(groups.CommonPrefixes, [{ Prefix: 'list/deep/' }]);
  assert(keys.all[0].ChecksumAlgorithm?.includes('CRC32'), JSON.stringify(keys.all[0]));
  await store.send(new s3.CreateBucketCommand({ Bucket: `${BUCKET}-2` }));
  const buckets = await collect(s3.paginateListBuckets({ client: store, pageSize: 1 }, { Prefix: BUCKET }), 'Buckets');
  assert.deepEqual(buckets.all.map((bucket) => bucket.Name), [BUCKET, `${BUCKET}-2`]);
  assert.equal(buckets.pages, 2);
  await refused(store.send(new s3.DeleteBucketCommand({ Bucket: BUCKET })), 'BucketNotEmpty', 409);

  const copied = await store.send(
    new s3.CopyObjectCommand({ Bucket: `${BUCKET}-2`, Key: 'copy', CopySource: `${BUCKET}/list/1` }),
  );
  assert.equal(copied.CopyObjectResult.ETag, `"${md5('list/1')}"`);
  assert(copied.CopyObjectResult.ChecksumCRC32, JSON.stringify(copied.CopyObjectResult));
  const copy = { Bucket: `${BUCKET}-2`, Key: 'copy' };
  await refused(store.send(new s3.PutObjectCommand({ ...copy, Body: 'x', IfNoneMatch: '*' })), 'PreconditionFailed', 412);
  await refused(store.send(new s3.GetObjectCommand({ ...copy, IfNoneMatch: copied.CopyObjectResult.ETag })), Error, 304);
  await refused(store.send(new s3.HeadObjectCommand({ ...copy, Key: 'none' })), s3.NotFound, 404);
  await refused(store.send(new s3.HeadBucketCommand({ Bucket: 'clients-nowhere' })), s3.NotFound, 404);
  await refused(store.send(new s3.ListObjectsV2Command({ Bucket: 'clients-nowhere' })), s3.NoSuchBucket, 404);
  const removed = await store.send(
    new s3.DeleteObjectsCommand({ Bucket: `${BUCKET}-2`, Delete: { Objects: [{ Key: 'copy' }, { Key: 'never' }] } }),
  );
  assert.deepEqual(removed.Deleted.map((deleted) => deleted.Key).sort(), ['copy', 'never']);
  await s3.waitUntilObjectNotExists(wait(store), copy);
  await store.send(new s3.DeleteBucketCommand({ Bucket: `${BUCKET}-2` }));
  await s3.waitUntilBucketNotExists(wait(store), { Bucket: `${BUCKET}-2` });
});

await step('SQS: messages and their MD5', async () => {
  const QueueUrl = outputs.Jobs;
  const MessageAttributes = {
    trace: { DataType: 'String', StringValue: 'äöü' },
    count: { DataType: 'Number.int', StringValue: '7' },
    raw: { DataType: 'Binary', BinaryValue: Buffer.from([0, 1, 255]) },
  };
  const sent = await queues.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'grüße', MessageAttributes }));
  assert.equal(sent.MD5OfMessageBody, md5('grüße'));
  assert.match(sent.MD5OfMessageAttributes, /^[0-9a-f]{32}$/);
  const receive = { QueueUrl, WaitTimeSeconds: 5, MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] };
  const { Messages } = await queues.send(new sqs.ReceiveMessageCommand(receive));
  const [message] = Messages;
  assert.equal(message.Body, 'grüße');
  assert.equal(message.MD5OfBody, md5('grüße'));
  assert.equal(message.MD5OfMessageAttributes, sent.MD5OfMessageAttributes);
  assert.deepEqual(Buffer.from(message.MessageAttributes.raw.BinaryValue), Buffer.from([0, 1, 255]));
  assert.equal(message.Attributes.ApproximateReceiveCount, '1');
  await queues.send(new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));

  // The SDK checks the digests itself: a body that changed on the way is refused, both ways.
  const changed = garbled(sqs.SQSClient, (body) => Buffer.from(text(body).replace('"Body":"true', '"Body":"fals')));
  await queues.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'true?' }));
  await assert.rejects(changed.send(new sqs.ReceiveMessageCommand(receive)), /Invalid MD5 checksum on messages/);
  await queues.send(new sqs.PurgeQueueCommand({ QueueUrl }));
  await refused(queues.send(new sqs.PurgeQueueCommand({ QueueUrl })), sqs.PurgeQueueInProgress, 403);
  const lied = garbled(sqs.SQSClient, (body) => Buffer.from(text(body).replace(md5('lie'), md5('truth'))));
  await assert.rejects(
    lied.send(new sqs.SendMessageCommand({ QueueUrl: outputs.DeadLetters, MessageBody: 'lie' })),
    /InvalidChecksumError/,
  );
  await queues.send(new sqs.PurgeQueueCommand({ QueueUrl: outputs.DeadLetters }));
});

await step('SQS: the queue URL is the endpoint', async () => {
  // Without an endpoint of its own, the SDK asks where the queue's URL points.
  delete process.env.AWS_ENDPOINT_URL;
  try {
    const plain = new sqs.SQSClient({ region });
    const sent = await plain.send(new sqs.SendMessageCommand({ QueueUrl: outputs.DeadLetters, MessageBody: 'by its URL' }));
    assert.equal(sent.MD5OfMessageBody, md5('by its URL'));
  } finally {
    process.env.AWS_ENDPOINT_URL = endpoint;
  }
  const { Messages } = await queues.send(new sqs.ReceiveMessageCommand({ QueueUrl: outputs.DeadLetters, WaitTimeSeconds: 5 }));
  await queues.send(new sqs.DeleteMessageCommand({ QueueUrl: outputs.DeadLetters, ReceiptHandle: Messages[0].ReceiptHandle }));
  const { QueueUrl } = await queues.send(new sqs.GetQueueUrlCommand({ QueueName: outputs.Jobs.split('/').pop() }));
  assert.equal(QueueUrl, outputs.Jobs);
});

await step('SQS: batches, long polling and visibility', async () => {
  const QueueUrl = outputs.DeadLetters;
  const Entries = Array.from({ length: 10 }, (_, at) => ({ Id: `m${at}`, MessageBody: `body ${at}` }));
  Entries[9].DelaySeconds = 901;
  const batch = await queues.send(new sqs.SendMessageBatchCommand({ QueueUrl, Entries }));
  assert.equal(batch.Successful.length, 9);
  assert.deepEqual(batch.Failed.map(({ Id, SenderFault, Code }) => ({ Id, SenderFault, Code })), [
    { Id: 'm9', SenderFault: true, Code: 'InvalidParameterValue' },
  ]);
  const received = [];
  while (received.length < 9) {
    const { Messages } = await queues.send(
      new sqs.ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5, VisibilityTimeout: 600 }),
    );
    received.push(...Messages);
  }
  const changes = received.map((message, at) => ({ Id: `${at}`, ReceiptHandle: message.ReceiptHandle, VisibilityTimeout: at ? 300 : 0 }));
  const changed = await queues.send(new sqs.ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries: changes }));
  assert.equal(changed.Successful.length, 9);
  // Only the first may be seen again at once.
  const again = await queues.send(
    new sqs.ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['ApproximateReceiveCount'] }),
  );
  assert.deepEqual(again.Messages.map((message) => message.MessageId), [received[0].MessageId]);
  assert.equal(again.Messages[0].Attributes.ApproximateReceiveCount, '2');
  const handles = [again.Messages[0], ...received.slice(1)].map(({ ReceiptHandle }, at) => ({ Id: `${at}`, ReceiptHandle }));
  const deleted = await queues.send(new sqs.DeleteMessageBatchCommand({ QueueUrl, Entries: handles }));
  assert.equal(deleted.Successful.length, 9);
  const { Attributes } = await queues.send(new sqs.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  assert.equal(Attributes.ApproximateNumberOfMessages, '0');
  assert.equal(Attributes.QueueArn, outputs.DeadLettersArn);

  // Who polls an empty queue is woken by a message.
  const polled = queues.send(new sqs.ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
  const before = Date.now();
  await queues.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'wake up' }));
  const [woken] = (await polled).Messages;
  assert.equal(woken.Body, 'wake up');
  assert(Date.now() - before < 10_000);
  await queues.send(new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle: woken.ReceiptHandle }));
  const empty = await queues.send(new sqs.ReceiveMessageCommand({ QueueUrl }));
  assert.equal(empty.Messages, undefined);
  const all = await collect(sqs.paginateListQueues({ client: queues, pageSize: 1 }, { QueueNamePrefix: STACK }), 'QueueUrls');
  assert.deepEqual(all.all.sort(), [outputs.DeadLetters, outputs.Jobs, outputs.Ordered].sort());
});

await step('SQS: FIFO', async () => {
  const QueueUrl = outputs.Ordered;
  const send = (MessageGroupId, MessageBody) =>
    queues.send(new sqs.SendMessageCommand({ QueueUrl, MessageGroupId, MessageBody }));
  const first = await send('a', '1');
  const twin = await send('a', '1');
  assert.equal(twin.MessageId, first.MessageId);
  assert.equal(twin.SequenceNumber, first.SequenceNumber);
  await send('a', '2');
  await send('b', '3');
  const receive = { QueueUrl, MaxNumberOfMessages: 1, MessageSystemAttributeNames: ['All'] };
  const one = (await queues.send(new sqs.ReceiveMessageCommand(receive))).Messages[0];
  assert.deepEqual([one.Body, one.Attributes.MessageGroupId, one.Attributes.SequenceNumber], ['1', 'a', first.SequenceNumber]);
  // The group waits while one of its messages is out; the other group does not.
  const other = (await queues.send(new sqs.ReceiveMessageCommand(receive))).Messages[0];
  assert.equal(other.Body, '3');
  assert.equal((await queues.send(new sqs.ReceiveMessageCommand(receive))).Messages, undefined);
  await queues.send(new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle: one.ReceiptHandle }));
  const next = (await queues.send(new sqs.ReceiveMessageCommand(receive))).Messages[0];
  assert.equal(next.Body, '2');
  await refused(queues.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'no group' })), 'MissingParameter', 400);
});

await step('SQS: dead letters and their way back', async () => {
  const QueueUrl = outputs.Jobs;
  await queues.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'poison' }));
  const receive = () => queues.send(new sqs.ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5, VisibilityTimeout: 0 }));
  assert.equal((await receive()).Messages[0].Body, 'poison');
  const rest = await queues.send(new sqs.ReceiveMessageCommand({ QueueUrl }));
  assert.equal(rest.Messages, undefined);
  const dead = await queues.send(
    new sqs.ReceiveMessageCommand({
      QueueUrl: outputs.DeadLetters,
      WaitTimeSeconds: 5,
      VisibilityTimeout: 0,
      MessageSystemAttributeNames: ['DeadLetterQueueSourceArn'],
    }),
  );
  assert.equal(dead.Messages[0].Body, 'poison');
  assert.equal(dead.Messages[0].Attributes.DeadLetterQueueSourceArn, outputs.JobsArn);
  const sources = await collect(
    sqs.paginateListDeadLetterSourceQueues({ client: queues }, { QueueUrl: outputs.DeadLetters }),
    'queueUrls',
  );
  assert.deepEqual(sources.all, [outputs.Jobs]);
  const { TaskHandle } = await queues.send(new sqs.StartMessageMoveTaskCommand({ SourceArn: outputs.DeadLettersArn }));
  assert(TaskHandle);
  await until('the move task', async () => {
    const { Results } = await queues.send(new sqs.ListMessageMoveTasksCommand({ SourceArn: outputs.DeadLettersArn }));
    return Results[0].Status === 'COMPLETED' && Results[0].ApproximateNumberOfMessagesMoved === 1;
  });
  const back = await queues.send(new sqs.ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
  assert.equal(back.Messages[0].Body, 'poison');
  await queues.send(new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle: back.Messages[0].ReceiptHandle }));
});

await step('SQS: error classes', async () => {
  const nowhere = `${endpoint}/000000000000/clients-nowhere`;
  const missing = await refused(
    queues.send(new sqs.SendMessageCommand({ QueueUrl: nowhere, MessageBody: 'x' })),
    sqs.QueueDoesNotExist,
    400,
  );
  // What programs written for the older protocol compare.
  assert.equal(missing.name, 'QueueDoesNotExist');
  assert.equal(missing.Code ?? missing.Error?.Code, 'AWS.SimpleQueueService.NonExistentQueue');
  await refused(queues.send(new sqs.GetQueueUrlCommand({ QueueName: 'clients-nowhere' })), sqs.QueueDoesNotExist, 400);
  await refused(
    queues.send(new sqs.DeleteMessageCommand({ QueueUrl: outputs.Jobs, ReceiptHandle: 'nonsense' })),
    sqs.ReceiptHandleIsInvalid,
  );
  const Entries = ['a', 'a'].map((Id) => ({ Id, MessageBody: 'x' }));
  await refused(queues.send(new sqs.SendMessageBatchCommand({ QueueUrl: outputs.Jobs, Entries })), sqs.BatchEntryIdsNotDistinct);
  await refused(queues.send(new sqs.SendMessageBatchCommand({ QueueUrl: outputs.Jobs, Entries: [] })), sqs.EmptyBatchRequest);
  await refused(
    queues.send(new sqs.SetQueueAttributesCommand({ QueueUrl: outputs.Jobs, Attributes: { Speed: '1' } })),
    sqs.InvalidAttributeName,
  );
});

await step('DynamoDB: items as documents', async () => {
  const TableName = outputs.Orders;
  const described = await tables.send(new ddb.DescribeTableCommand({ TableName }));
  assert.equal(described.Table.TableStatus, 'ACTIVE');
  assert(described.Table.CreationDateTime instanceof Date);
  await ddb.waitUntilTableExists(wait(tables), { TableName });
  const order = { customer: 'ann', number: 1, status: 'open', tags: new Set(['a', 'b']), basket: [{ sku: 'x', price: 1.5 }], note: null };
  await documents.send(new doc.PutCommand({ TableName, Item: order }));
  const Key = { customer: 'ann', number: 1 };
  const got = await documents.send(new doc.GetCommand({ TableName, Key, ConsistentRead: true }));
  assert.deepEqual(got.Item, order);
  const updated = await documents.send(
    new doc.UpdateCommand({
      TableName,
      Key,
      UpdateExpression: 'SET #s = :paid, basket[0].price = basket[0].price + :one ADD visits :one',
      ConditionExpression: '#s = :open',
      ExpressionAttributeNames: { '#s': 'status' },
      ExpressionAttributeValues: { ':paid': 'paid', ':open': 'open', ':one': 1 },
      ReturnValues: 'ALL_NEW',
    }),
  );
  assert.equal(updated.Attributes.status, 'paid');
  assert.equal(updated.Attributes.visits, 1);
  assert.equal(updated.Attributes.basket[0].price, 2.5);

  const conflict = await refused(
    documents.send(
      new doc.PutCommand({
        TableName,
        Item: order,
        ConditionExpression: 'attribute_not_exists(customer)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    ),
    ddb.ConditionalCheckFailedException,
    400,
  );
  assert.equal(conflict.message, 'The conditional request failed');
  assert.equal(conflict.Item.status.S ?? conflict.Item.status, 'paid');

  await documents.send(
    new doc.TransactWriteCommand({
      TransactItems: [
        { Put: { TableName, Item: { customer: 'ann', number: 2, status: 'open' } } },
        { Update: { TableName, Key, UpdateExpression: 'ADD visits :one', ExpressionAttributeValues: { ':one': 1 } } },
      ],
    }),
  );
  const cancelled = await refused(
    documents.send(
      new doc.TransactWriteCommand({
        TransactItems: [
          { Delete: { TableName, Key: { customer: 'ann', number: 2 } } },
          {
            ConditionCheck: {
              TableName,
              Key,
              ConditionExpression: 'visits = :v',
              ExpressionAttributeValues: { ':v': 9 },
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            },
          },
        ],
      }),
    ),
    ddb.TransactionCanceledException,
    400,
  );
  assert.deepEqual(cancelled.CancellationReasons.map((reason) => reason.Code), ['None', 'ConditionalCheckFailed']);
  const visits = cancelled.CancellationReasons[1].Item.visits;
  assert.equal(Number(visits.N ?? visits), 2);
  const both = await documents.send(
    new doc.TransactGetCommand({ TransactItems: [1, 2].map((number) => ({ Get: { TableName, Key: { customer: 'ann', number } } })) }),
  );
  assert.deepEqual(both.Responses.map((response) => response.Item.visits), [2, undefined]);
});

await step('DynamoDB: batches, queries and pages', async () => {
  const TableName = outputs.Orders;
  const items = Array.from({ length: 25 }, (_, at) => ({ customer: 'bob', number: at, status: at % 2 ? 'open' : 'paid' }));
  const wrote = await documents.send(
    new doc.BatchWriteCommand({ RequestItems: { [TableName]: items.map((Item) => ({ PutRequest: { Item } })) } }),
  );
  assert.deepEqual(wrote.UnprocessedItems, {});
  const query = {
    TableName,
    KeyConditionExpression: 'customer = :c AND #n BETWEEN :from AND :to',
    ExpressionAttributeNames: { '#n': 'number' },
    ExpressionAttributeValues: { ':c': 'bob', ':from': 5, ':to': 14 },
    ScanIndexForward: false,
  };
  const found = await collect(doc.paginateQuery({ client: documents, pageSize: 4 }, query), 'Items');
  assert.deepEqual(found.all.map((item) => item.number), [14, 13, 12, 11, 10, 9, 8, 7, 6, 5]);
  assert.equal(found.pages, 3);
  const index = {
    TableName,
    IndexName: 'by-status',
    KeyConditionExpression: '#s = :s',
    FilterExpression: 'customer = :c',
    ExpressionAttributeNames: { '#s': 'status' },
    ExpressionAttributeValues: { ':s': 'open', ':c': 'bob' },
  };
  const open = await collect(doc.paginateQuery({ client: documents, pageSize: 5 }, index), 'Items');
  assert.equal(open.all.length, 12);
  const scanned = await collect(doc.paginateScan({ client: documents, pageSize: 10 }, { TableName }), 'Items');
  assert.equal(scanned.all.length, 27);
  const got = await documents.send(
    new doc.BatchGetCommand({ RequestItems: { [TableName]: { Keys: items.slice(0, 3).map(({ customer, number }) => ({ customer, number })) } } }),
  );
  assert.deepEqual(got.Responses[TableName].map((item) => item.number).sort(), [0, 1, 2]);
  const names = await collect(ddb.paginateListTables({ client: tables, pageSize: 1 }, {}), 'TableNames');
  assert(names.all.includes(TableName));

  const missing = await refused(
    documents.send(new doc.GetCommand({ TableName: 'clients-nowhere', Key: { customer: 'x', number: 1 } })),
    ddb.ResourceNotFoundException,
    400,
  );
  assert.equal(missing.message, 'Requested resource not found');
  await refused(documents.send(new doc.GetCommand({ TableName, Key: { customer: 'x' } })), 'ValidationException', 400);
});

await step('DynamoDB: a table of its own', async () => {
  const TableName = 'clients-javascript-own';
  const definition = {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  };
  await tables.send(new ddb.CreateTableCommand(definition));
  await ddb.waitUntilTableExists(wait(tables), { TableName });
  await refused(tables.send(new ddb.CreateTableCommand(definition)), ddb.ResourceInUseException, 400);
  await tables.send(new ddb.DeleteTableCommand({ TableName }));
  await ddb.waitUntilTableNotExists(wait(tables), { TableName });
});

await step('Lambda: invocations', async () => {
  const FunctionName = outputs.Function;
  await lambda.waitUntilFunctionActiveV2(wait(functions), { FunctionName });
  const invoke = (payload, more = {}) =>
    functions.send(new lambda.InvokeCommand({ FunctionName, Payload: JSON.stringify(payload), ...more }));
  const direct = await invoke({ say: 'grüße', n: 1 }, { LogType: 'Tail' });
  assert.equal(direct.StatusCode, 200);
  assert.equal(direct.ExecutedVersion, '$LATEST');
  assert.equal(direct.FunctionError, undefined);
  assert.deepEqual(JSON.parse(text(direct.Payload)), { echo: { say: 'grüße', n: 1 }, greeting: 'bonjour', version: 'one' });
  const tail = Buffer.from(direct.LogResult, 'base64').toString();
  assert.match(tail, /START RequestId: /);
  assert.match(tail, /^grüße$/m);
  assert.match(tail, /REPORT RequestId: .*Duration: /);
  const failed = await invoke({ fail: 'not today' });
  assert.equal(failed.StatusCode, 200);
  assert.equal(failed.FunctionError, 'Unhandled');
  assert.deepEqual(JSON.parse(text(failed.Payload)), { errorMessage: 'not today', errorType: 'RuntimeError' });
  const dry = await invoke({}, { InvocationType: 'DryRun' });
  assert.equal(dry.StatusCode, 204);
  const queued = await invoke({ say: 'later, from javascript' }, { InvocationType: 'Event' });
  assert.equal(queued.StatusCode, 202);
  const missing = await refused(
    functions.send(new lambda.InvokeCommand({ FunctionName: 'clients-nowhere' })),
    lambda.ResourceNotFoundException,
    404,
  );
  assert.match(missing.message, /^Function not found: arn:aws:lambda:.*:function:clients-nowhere$/);
  await refused(
    functions.send(new lambda.InvokeCommand({ FunctionName, Payload: '{' })),
    lambda.InvalidRequestContentException,
    400,
  );
});

await step('Lambda: new code, new settings, lists', async () => {
  const FunctionName = outputs.Function;
  const code = await functions.send(new lambda.UpdateFunctionCodeCommand({ FunctionName, ZipFile: await readFile(join(folder, 'two.zip')) }));
  assert.equal(code.CodeSha256, createHash('sha256').update(await readFile(join(folder, 'two.zip'))).digest('base64'));
  await lambda.waitUntilFunctionUpdatedV2(wait(functions), { FunctionName });
  const version = async () =>
    JSON.parse(text((await functions.send(new lambda.InvokeCommand({ FunctionName, Payload: '{}' }))).Payload));
  assert.equal((await version()).version, 'two');
  await functions.send(
    new lambda.UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables: { GREETING: 'servus' } } }),
  );
  await lambda.waitUntilFunctionUpdated(wait(functions), { FunctionName });
  assert.equal((await version()).greeting, 'servus');
  const described = await functions.send(new lambda.GetFunctionCommand({ FunctionName }));
  assert.equal(described.Configuration.LoggingConfig.LogGroup, outputs.Lines);
  assert.equal(described.Configuration.Timeout, 10);

  const listed = await collect(lambda.paginateListFunctions({ client: functions, pageSize: 1 }, {}), 'Functions');
  assert(listed.all.some((one) => one.FunctionName === FunctionName));
  assert.equal(listed.pages, listed.all.length);
  const mapping = { FunctionName, EventSourceArn: outputs.JobsArn };
  // The function's role may not read the queue, which AWS says at once.
  const denied = await refused(
    functions.send(new lambda.CreateEventSourceMappingCommand(mapping)),
    lambda.InvalidParameterValueException,
    400,
  );
  assert.match(denied.message, /does not have permissions to call ReceiveMessage on SQS/);
  await functions.send(new lambda.PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }));
  const once = new lambda.LambdaClient({ maxAttempts: 1 });
  const throttled = await refused(once.send(new lambda.InvokeCommand({ FunctionName })), lambda.TooManyRequestsException, 429);
  assert.equal(throttled.Reason, 'ReservedFunctionConcurrentInvocationLimitExceeded');
  await functions.send(new lambda.DeleteFunctionConcurrencyCommand({ FunctionName }));
  const policy = await functions.send(new lambda.GetPolicyCommand({ FunctionName }));
  assert.equal(JSON.parse(policy.Policy).Statement[0].Principal.Service, 'apigateway.amazonaws.com');
});

await step('CloudWatch Logs: filters, pages and groups', async () => {
  const logGroupName = outputs.Lines;
  const events = await until('the asynchronous invocation', async () => {
    const pages = cwl.paginateFilterLogEvents({ client: logs, pageSize: 1 }, { logGroupName, filterPattern: '"later, from javascript"' });
    const found = await collect(pages, 'events');
    return found.all.length > 0 && found.all;
  });
  assert.equal(events[0].message.trim(), 'later, from javascript');
  const streams = await collect(cwl.paginateDescribeLogStreams({ client: logs }, { logGroupName }), 'logStreams');
  assert(streams.all.length >= 1);
  const one = { logGroupName, logStreamName: events[0].logStreamName, startFromHead: true };
  const got = await logs.send(new cwl.GetLogEventsCommand(one));
  assert(got.events.some((event) => event.message.startsWith('START RequestId: ')));
  const groups = await collect(cwl.paginateDescribeLogGroups({ client: logs, pageSize: 1 }, { logGroupNamePrefix: logGroupName }), 'logGroups');
  assert.deepEqual(groups.all.map((group) => [group.logGroupName, group.retentionInDays]), [[logGroupName, 1]]);
  await refused(logs.send(new cwl.FilterLogEventsCommand({ logGroupName: 'clients-nowhere' })), cwl.ResourceNotFoundException, 400);
  await refused(logs.send(new cwl.CreateLogGroupCommand({ logGroupName })), cwl.ResourceAlreadyExistsException, 400);
});

await step('CloudWatch Logs: Live Tail', async () => {
  const logGroupIdentifiers = [outputs.LinesArn.replace(/:\*$/, '')];
  const stop = new AbortController();
  const { responseStream } = await logs.send(
    new cwl.StartLiveTailCommand({ logGroupIdentifiers, logEventFilterPattern: '"live"' }),
    { abortSignal: stop.signal },
  );
  let started = false;
  const deadline = setTimeout(() => stop.abort(), 30_000);
  for await (const event of responseStream) {
    if (event.sessionStart) {
      started = true;
      assert.deepEqual(event.sessionStart.logGroupIdentifiers, logGroupIdentifiers);
      await functions.send(
        new lambda.InvokeCommand({ FunctionName: outputs.Function, Payload: JSON.stringify({ say: 'live from javascript' }) }),
      );
    }
    const results = event.sessionUpdate?.sessionResults ?? [];
    if (results.length > 0) {
      assert.equal(results[0].message.trim(), 'live from javascript');
      assert.equal(typeof results[0].timestamp, 'number');
      break;
    }
  }
  clearTimeout(deadline);
  assert(started && !stop.signal.aborted, 'the line never came');
  stop.abort();
});

await step('HTTP API: fetch, and its description', async () => {
  const answer = await fetch(`${outputs.ApiUrl}/orders/7?a=1&b=%20`, { method: 'POST', body: 'from fetch', headers: { 'content-type': 'text/plain' } });
  assert.equal(answer.status, 201, await answer.clone().text());
  assert.equal(answer.headers.get('x-suite'), 'clients');
  assert.deepEqual(await answer.json(), { number: '7', query: 'a=1&b=%20', body: 'from fetch' });
  const none = await fetch(`${outputs.ApiUrl}/elsewhere`);
  assert.equal(none.status, 404);
  assert.deepEqual(await none.json(), { message: 'Not Found' });
  const gateway = new ApiGatewayV2Client({});
  const routes = await gateway.send(new GetRoutesCommand({ ApiId: outputs.Api }));
  assert.deepEqual(routes.Items.map((route) => route.RouteKey), ['POST /orders/{number}']);
  const apis = [];
  let NextToken;
  do {
    const page = await gateway.send(new GetApisCommand({ MaxResults: '1', NextToken }));
    assert(page.Items.length <= 1);
    apis.push(...page.Items);
    NextToken = page.NextToken;
  } while (NextToken);
  const [api] = apis.filter((one) => one.ApiId === outputs.Api);
  assert.equal(api.ApiEndpoint, outputs.ApiUrl);
  assert(api.CreatedDate instanceof Date);
});

await step('STS and IAM: a role and what it may not', async () => {
  const assumed = await sts.send(new AssumeRoleCommand({ RoleArn: outputs.Clerk, RoleSessionName: 'suite' }));
  assert(assumed.Credentials.Expiration > new Date());
  const { Arn } = assumed.AssumedRoleUser;
  assert.match(Arn, /^arn:aws:sts::\d{12}:assumed-role\/.*\/suite$/);
  const credentials = fromTemporaryCredentials({ params: { RoleArn: outputs.Clerk, RoleSessionName: 'suite' } });
  const identity = await new STSClient({ credentials }).send(new GetCallerIdentityCommand({}));
  assert.equal(identity.Arn, Arn);

  const clerk = doc.DynamoDBDocumentClient.from(new ddb.DynamoDBClient({ credentials }));
  const allowed = await clerk.send(new doc.GetCommand({ TableName: outputs.Orders, Key: { customer: 'bob', number: 1 } }));
  assert.equal(allowed.Item.status, 'open');
  const says = (error, action, resource) =>
    assert.equal(
      error.message,
      `User: ${Arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
    );
  const tableArn = (await tables.send(new ddb.DescribeTableCommand({ TableName: outputs.Orders }))).Table.TableArn;
  const deleting = clerk.send(new doc.DeleteCommand({ TableName: outputs.Orders, Key: { customer: 'bob', number: 1 } }));
  says(await refused(deleting, 'AccessDeniedException', 400), 'dynamodb:DeleteItem', tableArn);
  const sending = new sqs.SQSClient({ credentials }).send(new sqs.SendMessageCommand({ QueueUrl: outputs.Jobs, MessageBody: 'x' }));
  // SQS alone writes its actions in small letters.
  says(await refused(sending, 'AccessDenied', 403), 'sqs:sendmessage', outputs.JobsArn);
  const functionArn = (await functions.send(new lambda.GetFunctionCommand({ FunctionName: outputs.Function }))).Configuration.FunctionArn;
  const invoking = new lambda.LambdaClient({ credentials }).send(new lambda.InvokeCommand({ FunctionName: outputs.Function }));
  says(await refused(invoking, 'AccessDeniedException', 403), 'lambda:InvokeFunction', functionArn);
  const tailing = new cwl.CloudWatchLogsClient({ credentials, disableHostPrefix: true }).send(
    new cwl.StartLiveTailCommand({ logGroupIdentifiers: [outputs.LinesArn.replace(/:\*$/, '')] }),
  );
  await refused(tailing, cwl.AccessDeniedException, 400);
  const reading = new s3.S3Client({ credentials }).send(new s3.GetObjectCommand({ Bucket: BUCKET, Key: 'one.zip' }));
  says(await refused(reading, 'AccessDenied', 403), 's3:GetObject', `arn:aws:s3:::${BUCKET}/one.zip`);
  const describing = new cfn.CloudFormationClient({ credentials }).send(new cfn.DescribeStacksCommand({ StackName: STACK }));
  await refused(describing, 'AccessDenied', 403);
  await refused(
    sts.send(new AssumeRoleCommand({ RoleArn: `${outputs.Clerk}-of-nobody`, RoleSessionName: 'suite' })),
    'AccessDenied',
    403,
  );
});

await step('EventBridge and CloudWatch: what the stack declares', async () => {
  const rules = new bridge.EventBridgeClient({});
  const Name = outputs.Nightly;
  const rule = await rules.send(new bridge.DescribeRuleCommand({ Name }));
  assert.deepEqual([rule.State, rule.ScheduleExpression], ['DISABLED', 'cron(0 3 * * ? *)']);
  await rules.send(new bridge.EnableRuleCommand({ Name }));
  assert.equal((await rules.send(new bridge.ListRulesCommand({ NamePrefix: Name }))).Rules[0].State, 'ENABLED');
  await rules.send(new bridge.DisableRuleCommand({ Name }));
  await refused(rules.send(new bridge.DescribeRuleCommand({ Name: 'nowhere' })), bridge.ResourceNotFoundException, 400);
  const pages = paginateDescribeAlarms({ client: new CloudWatchClient({}), pageSize: 1 }, { AlarmNamePrefix: outputs.Alarm });
  const { all: alarms } = await collect(pages, 'MetricAlarms');
  assert.deepEqual(alarms.map((alarm) => [alarm.AlarmName, alarm.Threshold, alarm.StateValue]), [[outputs.Alarm, 0.5, 'INSUFFICIENT_DATA']]);
  assert(alarms[0].StateUpdatedTimestamp instanceof Date);
});

await step('CloudFormation: the stack goes', async () => {
  await formation.send(new cfn.UpdateTerminationProtectionCommand({ StackName: STACK, EnableTerminationProtection: true }));
  const kept = await refused(formation.send(new cfn.DeleteStackCommand({ StackName: STACK })), 'ValidationError', 400);
  assert.match(kept.message, /cannot be deleted while TerminationProtection is enabled/);
  await formation.send(new cfn.UpdateTerminationProtectionCommand({ StackName: STACK, EnableTerminationProtection: false }));
  await formation.send(new cfn.DeleteStackCommand({ StackName: STACK }));
  await cfn.waitUntilStackDeleteComplete(wait(formation), { StackName: STACK });
  await ddb.waitUntilTableNotExists(wait(tables), { TableName: outputs.Orders });
  await refused(functions.send(new lambda.GetFunctionCommand({ FunctionName: outputs.Function })), lambda.ResourceNotFoundException, 404);
  const { all } = await collect(s3.paginateListObjectsV2({ client: store }, { Bucket: BUCKET }), 'Contents');
  await store.send(new s3.DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects: all.map(({ Key }) => ({ Key })) } }));
  await store.send(new s3.DeleteBucketCommand({ Bucket: BUCKET }));
});
