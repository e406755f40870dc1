/** The story of `cog queue`: find the queue, check the inputs, put the prediction in, follow it. */
import { randomUUID } from "node:crypto";
import { CogError, UnavailableError, UserError } from "@cog/core/errors";
import { isJsonObject, type JsonObject, jsonText, parseJson } from "@cog/core/json";
import type { Queue, QueueReport, Submission } from "@cog/core/queue";
import { cancelJob, hasEnded, lookUp, queueAt, reportOf, submitJob } from "@cog/core/queue";
import type { Endpoint } from "@cog/core/schema";
import { JOB_MOST_BYTES, queueOfPriority } from "@cog/core/wire";
import { checkInput, inputTable, readInputFlags, uncheckedInput } from "#inputs";
import { checkWritable, hasFiles, outputName } from "#outputs";
import { deadlineOf } from "#queue";
import type { CommandContext } from "./command.ts";
import { endpointOf } from "./prediction-request.ts";
import type { CancelFlags, ResultFlags, StatusFlags, SubmitFlags } from "./queue.ts";
import { followAndShow, showLast, withRedis } from "./queue-following.ts";
import { mostWaiting, queuePlace } from "./queue-place.ts";
import { sizeText, tableText } from "./table.ts";
import { UsageError } from "./usage.ts";

export async function submit(flags: SubmitFlags, context: CommandContext): Promise<number> {
  const { name, url } = queuePlace(flags, "queue submit", context);
  const deadline = flags.deadline === undefined ? undefined : deadlineOf(flags.deadline, Date.now());
  if (flags.deadline !== undefined && deadline === undefined)
    throw new UsageError(
      `--deadline ${flags.deadline} is no time; write 90s, 10m, 2h or 2026-12-31T12:00Z`,
      "queue submit",
    );
  const given = await readInputFlags({ input: flags.input, json: flags.json || undefined }, readingOf(context));
  return await withRedis(url, async (redis) => {
    const queue = queueAt(queueOfPriority(name, flags.priority), redis.call);
    const found = await reportOf(queue);
    if (found === undefined) throw noQueue(queue);
    const document = await schemaOf(queue, name);
    const endpoint = document && endpointOf(document, "predict");
    if (flags.inputs) {
      if (endpoint === undefined) throw noSchema(queue);
      context.stdout.write(inputTable(endpoint));
      return 0;
    }
    const reading = readingOf(context);
    if (document === undefined)
      context.report.warn("No worker has said what its model takes: the inputs go as they are, unchecked.");
    const asking = `cog queue submit --queue ${name} --inputs`;
    const input =
      document === undefined
        ? uncheckedInput(given, reading)
        : await checkInput(given, { ...reading, document, component: "Input", asking });
    if (flags.wait) mustBeWritable(flags, endpoint, context);
    const id = flags.id ?? randomUUID().replaceAll("-", "");
    if (found.workers.length === 0)
      context.report.warn(`No worker serves ${queue.name} now: the prediction waits for one.`);
    const isOurs = await putIn(queue, { id, input, flags, deadline }, context);
    if (flags.wait) return await followAndShow({ id, url, queue, endpoint, flags, isOurs }, context);
    if (flags.json === undefined) context.stdout.write(`${id}\n`);
    else context.stdout.write(`${JSON.stringify({ id, queue: queue.name }, null, 2)}\n`);
    return 0;
  });
}

export async function result(id: string, flags: ResultFlags, context: CommandContext): Promise<number> {
  const { name, url } = queuePlace(flags, "queue result", context);
  return await withRedis(url, async (redis) => {
    const queue = queueAt(name, redis.call);
    const known = await lookUp(queue, id);
    if (known === undefined) throw unknownId(id, queue);
    if (!hasEnded(known) && !flags.wait) {
      throw new CogError("queue.not_ended", `The prediction ${id} has not ended: it is ${known.status}`, {
        hint: "Wait for it with --wait.",
      });
    }
    const document = await schemaOf(queue, name);
    const endpoint = document && endpointOf(document, "predict");
    mustBeWritable(flags, endpoint, context);
    const shown = { ...flags, json: flags.json ? "" : undefined };
    if (!hasEnded(known))
      return await followAndShow({ id, url, queue, endpoint, flags: shown, isOurs: false }, context);
    return await showLast(known.json, { endpoint, flags: shown }, context);
  });
}

export async function cancel(id: string, flags: CancelFlags, context: CommandContext): Promise<number> {
  const { name, url } = queuePlace(flags, "queue cancel", context);
  return await withRedis(url, async (redis) => {
    const queue = queueAt(name, redis.call);
    if (await cancelJob(queue, id)) {
      context.report.info(`Asked to end ${id}`);
      return 0;
    }
    const known = await lookUp(queue, id);
    if (known === undefined) throw unknownId(id, queue);
    context.report.info(`${id} has ended already: it is ${known.status}`);
    return 0;
  });
}

export async function status(flags: StatusFlags, context: CommandContext): Promise<number> {
  const { name, url } = queuePlace(flags, "queue status", context);
  return await withRedis(url, async (redis) => {
    const queue = queueAt(name, redis.call);
    const report = await reportOf(queue);
    if (report === undefined) throw noQueue(queue);
    if (flags.json) context.stdout.write(`${JSON.stringify({ queue: name, ...report }, null, 2)}\n`);
    else context.stdout.write(statusText(report));
    return 0;
  });
}

function readingOf({ workingDirectory, settings, readStdin }: CommandContext) {
  return { workingDirectory, home: settings.home, readStdin };
}

/** A queue of some priority has the model of the plain one, whether or not its workers have said so yet. */
async function schemaOf(queue: Queue, plainName: string): Promise<JsonObject | undefined> {
  const plain = queueAt(plainName, queue.call);
  for (const { keys } of [queue, plain]) {
    const text = await queue.call("GET", keys.schema);
    const document = typeof text === "string" ? parseJson(text) : undefined;
    if (isJsonObject(document)) return document;
  }
  return undefined;
}

function mustBeWritable(
  flags: Pick<SubmitFlags, "output" | "raw">,
  endpoint: Endpoint | undefined,
  { workingDirectory, settings }: CommandContext,
): void {
  const name = outputName({ output: flags.output, workingDirectory, home: settings.home });
  checkWritable(name, { workingDirectory, savesFiles: !flags.raw && hasFiles(endpoint?.output) });
}

interface Job {
  readonly id: string;
  readonly input: JsonObject;
  readonly flags: SubmitFlags;
  readonly deadline: string | undefined;
}

/** False when it was there already. */
async function putIn(queue: Queue, { id, input, flags, deadline }: Job, context: CommandContext): Promise<boolean> {
  const { webhook, priority, "result-ttl": ttl, "upload-url": uploadUrl, "lag-max": typedMost } = flags;
  const submission: Submission = {
    id,
    input: jsonText(input),
    createdAt: new Date().toISOString(),
    job: {
      ...(webhook !== undefined && { webhook }),
      ...(deadline !== undefined && { deadline }),
      ...(priority !== undefined && { priority }),
      ...(ttl !== undefined && { result_ttl: Number(ttl) }),
      ...(uploadUrl !== undefined && { output_file_prefix: uploadUrl }),
    },
    mostWaiting: mostWaiting(typedMost, context),
  };
  const submitted = await submitJob(queue, submission);
  switch (submitted.kind) {
    case "queued":
      if (submitted.waiting > 0) context.report.info(`Predictions that wait before it: ${submitted.waiting}`);
      return true;
    case "known":
      context.report.warn(`There is a prediction ${id} already (${submitted.prediction.status}): it is not run again.`);
      return false;
    case "full":
      throw new UnavailableError(
        "queue.full",
        `The queue ${queue.name} is full: predictions that wait in it: ${submitted.waiting}`,
        {
          hint: `No more than ${submission.mostWaiting} may (--lag-max, COG_QUEUE_LAG_MAX). Try again later, or add workers.`,
        },
      );
    case "no-queue":
      throw noQueue(queue);
    case "too-large":
      throw tooLarge(submitted.bytes, input);
  }
}

function noQueue({ name }: Queue): UserError {
  return new UserError("queue.missing", `There is no queue ${name}: no worker has served it yet`, {
    hint: `Check the name, or start a worker: cog serve --redis-url URL --queue ${name}`,
  });
}

function noSchema({ name }: Queue): UserError {
  return new UserError("queue.missing", `No worker of the queue ${name} has said what its model takes`, {
    hint: "Start a worker, or give the inputs as JSON.",
  });
}

function unknownId(id: string, { name }: Queue): UserError {
  return new UserError("queue.gone", `The queue ${name} knows no prediction ${id}`, {
    hint: "Check the id and the queue (one with a priority is NAME:WORD); results are kept for a day.",
  });
}

function tooLarge(bytes: number, input: JsonObject): UserError {
  const [largest] = Object.entries(input)
    .map(([name, value]) => ({ name, bytes: Buffer.byteLength(jsonText(value)) }))
    .sort((a, b) => b.bytes - a.bytes);
  const most = sizeText(JOB_MOST_BYTES);
  const which = largest === undefined ? "" : `; input "${largest.name}" alone is ${sizeText(largest.bytes)}`;
  return new UserError("queue.too_large", `The prediction is ${sizeText(bytes)}, and a queue takes ${most}${which}`, {
    hint: "Upload the file and give its URL in place of it: -i NAME=https://…",
  });
}

function statusText({ waiting, running, dead, workers }: QueueReport): string {
  const rows = workers.map(({ name, status: state, busy, slots, version, seenSecondsAgo }) => [
    ...[name, state, `${busy}/${slots}`, version, `${seenSecondsAgo} s ago`],
  ]);
  const table = rows.length === 0 ? "" : `\n${tableText(["WORKER", "STATE", "BUSY", "VERSION", "SEEN"], rows)}`;
  return `waiting: ${waiting}\nrunning: ${running}\ngiven up: ${dead}\nworkers: ${workers.length}\n${table}`;
}
