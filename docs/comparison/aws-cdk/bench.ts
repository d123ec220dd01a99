// `bench.js orders|queues [REPEAT]`: prints the template, or the milliseconds of each of REPEAT renders.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Duration, Stack } from "aws-cdk-lib";
import * as flags from "aws-cdk-lib/recommended-feature-flags.json";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { Orders } from "./orders";

class Queues extends Stack {
  constructor(scope: App, id: string) {
    super(scope, id);
    for (let i = 0; i < 500; i++) new Queue(this, `Queue${i}`, { visibilityTimeout: Duration.seconds(180) });
  }
}

function render(which: string): string {
  const outdir = mkdtempSync(join(tmpdir(), "cdk-"));
  const app = new App({ outdir, context: flags });
  const stack = which === "queues" ? new Queues(app, "queues") : new Orders(app, "orders");
  app.synth();
  const template = readFileSync(join(outdir, stack.templateFile), "utf8");
  rmSync(outdir, { recursive: true });
  return template;
}

const [which, repeat] = [process.argv[2], Number(process.argv[3] ?? 0)];
if (repeat === 0) console.log(render(which));
for (let i = 0; i < repeat; i++) {
  const start = performance.now();
  render(which);
  console.log((performance.now() - start).toFixed(3));
}
