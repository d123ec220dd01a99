// What the managed runtime does for a handler, in its shortest form: loads it, then asks the Runtime API for events and answers.
import { Agent, request } from "node:http";
import { pathToFileURL } from "node:url";

const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const options = { agent, hostname, port, method, headers, path: `/2018-06-01/runtime/${path}` };
    const sent = request(options, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve({ headers: answer.headers, body: Buffer.concat(parts).toString() }));
      answer.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

// The SDK looks ahead to the end of Node 20 in eight lines on stderr, which are no part of the work.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const told = (error) => JSON.stringify({ errorType: error.name, errorMessage: error.message, stackTrace: [] });

let handler;
try {
  ({ handler } = await import(pathToFileURL(process.argv[2])));
} catch (error) {
  console.error(error);
  await call("POST", "init/error", told(error));
  process.exit(1);
}
for (;;) {
  const next = await call("GET", "invocation/next");
  const awsRequestId = next.headers["lambda-runtime-aws-request-id"];
  try {
    const answer = await handler(JSON.parse(next.body), { awsRequestId });
    await call("POST", `invocation/${awsRequestId}/response`, JSON.stringify(answer));
  } catch (error) {
    await call("POST", `invocation/${awsRequestId}/error`, told(error));
  }
}
