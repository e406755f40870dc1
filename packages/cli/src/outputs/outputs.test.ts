import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, win32 } from "node:path";
import type { Json } from "@cog/core/json";
import type { OutputType } from "@cog/core/schema";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { fileName, outputName, textFileName } from "./naming.ts";
import { presentJson, presentOutput } from "./present.ts";
import { streamPrinter } from "./stream.ts";
import { checkWritable } from "./write.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "cog-outputs-"));
  mkdirSync(join(directory, "d"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const named = (output: string | undefined) => outputName({ output, workingDirectory: directory, home: "/home/me" });
const dataUrl = (text: string, type = "text/plain") => `data:${type};base64,${Buffer.from(text).toString("base64")}`;

test.each([
  [undefined, [], "image/png", "output.png"],
  [undefined, [1], "text/plain", "output.1.txt"],
  [undefined, ["images", 0], "image/jpeg", "output.images.0.jpg"],
  [undefined, [], "application/octet-stream", "output.bin"],
  [undefined, [], "audio/ogg", "output.oga"],
  [undefined, [], "x/unknown", "output"],
  ["foo.bar", [], "image/png", "foo.bar"],
  ["foo.bar", [0], "image/png", "foo.0.bar"],
  ["foo", [], "image/png", "foo.png"],
  ["model.2", [], "image/png", "model.2.png"],
  ["@foo.bar", [], "image/png", "foo.bar"],
  ["~/foo", [], "image/png", "/home/me/foo.png"],
  ["d", [], "image/png", "d/output.png"],
  ["d/", [0], "text/plain", "d/output.0.txt"],
  ["new/", [], "text/plain", "new/output.txt"],
  ["d/x.png", [], "image/png", "d/x.png"],
])("-o %s, file at %j of type %s → %s", (output, at, type, name) => {
  expect(fileName(named(output), at, type)).toBe(name);
});

test("text goes to exactly the name that is given", () => {
  expect(textFileName(named("answer.txt"))).toBe("answer.txt");
  expect(textFileName(named("weights"))).toBe("weights");
});

test.each([
  ["C:\\out\\x.png", { directory: "C:\\out", stem: "x", extension: ".png", place: "file" }],
  ["out\\", { directory: "out", stem: "output", extension: "", place: "directory" }],
  [".\\x.png", { directory: ".", stem: "x", extension: ".png", place: "file" }],
  ["~\\x.png", { directory: "C:\\Users\\me", stem: "x", extension: ".png", place: "file" }],
])("on Windows -o %s", (output, name) => {
  expect(outputName({ output, workingDirectory: "C:\\w", home: "C:\\Users\\me", paths: win32 })).toEqual(name);
});

function present(output: Json, flag?: string, type?: OutputType) {
  let printed = "";
  const said: string[] = [];
  const options = {
    name: named(flag),
    workingDirectory: directory,
    print: (content: string | Uint8Array) => {
      printed += typeof content === "string" ? content : Buffer.from(content).toString("latin1");
    },
    say: (message: string) => void said.push(message),
    warn: (message: string) => void said.push(message),
    onWritten: (path: string, size: number) => void said.push(`${path}: ${size}`),
    signal: new AbortController().signal,
  };
  return { options, said, show: async () => await presentOutput(output, type, options), printed: () => printed };
}

test.each<readonly [Json, string]>([
  ["one & two", "one & two\n"],
  ["", "\n"],
  [20, "20\n"],
  [true, "true\n"],
  [[], "[]\n"],
  [["a", "<b>"], '[\n  "a",\n  "<b>"\n]\n'],
  [{ b: 1, a: 2 }, '{\n  "b": 1,\n  "a": 2\n}\n'],
])("%j is printed as %j", async (output, text) => {
  const { show, printed } = present(output);
  await show();
  expect(printed()).toBe(text);
});

test("no output is said, not printed", async () => {
  const { show, printed, said } = present(null);
  await show();
  expect([printed(), said]).toEqual(["", ["No output generated"]]);
});

test("files are written, with the mode of ordinary files", async () => {
  const { show, printed, said } = present([dataUrl("a"), dataUrl("b")]);
  await show();
  expect(printed()).toBe("");
  expect(said).toEqual(["output.0.txt: 1", "output.1.txt: 1"]);
  expect(readFileSync(join(directory, "output.1.txt"), "utf8")).toBe("b");
  expect(statSync(join(directory, "output.0.txt")).mode & 0o777).toBe(0o644 & ~process.umask());
  expect(readdirSync(directory).sort()).toEqual(["d", "output.0.txt", "output.1.txt"]);
});

test("files inside an object give way to their paths", async () => {
  const { show, printed } = present({ image: dataUrl("x", "image/png"), seed: 7 });
  await show();
  expect(JSON.parse(printed())).toEqual({ image: "output.image.png", seed: 7 });
});

test("files beside a text in a file keep their own types", async () => {
  const { show } = present({ image: dataUrl("x", "image/png") }, "x.json");
  await show();
  expect(JSON.parse(readFileSync(join(directory, "x.json"), "utf8"))).toEqual({ image: "x.image.png" });
});

test("malformed media types are no obstacle", async () => {
  const { show } = present("data:None;base64,aGk=");
  await show();
  expect(readFileSync(join(directory, "output"), "utf8")).toBe("hi");
});

test("-o - is what a file would hold, on stdout", async () => {
  for (const [output, text] of [
    ["exact", "exact"],
    [[1], "[\n  1\n]"],
    [dataUrl("\u00ff", "image/png"), "\u00c3\u00bf"],
    [[dataUrl("a")], "a"],
  ] as const) {
    const { show, printed, said } = present(output, "-");
    await show();
    expect([printed(), said]).toEqual([text, []]);
  }
  await expect(present([dataUrl("a"), dataUrl("b")], "-").show()).rejects.toThrow("2 files");
  expect(readdirSync(directory)).toEqual(["d"]);
});

test("a file's address is printed, and downloaded when -o asks for the file", async () => {
  const server = createServer((request, response) => {
    if (request.url?.startsWith("/gone.png")) response.writeHead(404).end();
    else response.writeHead(200, { "content-type": "image/png" }).end("content");
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const address = (path: string) => `http://127.0.0.1:${port}/${path}`;
  const file: OutputType = { kind: "path" };
  try {
    const plain = present(address("a.png"), undefined, file);
    await plain.show();
    expect(plain.printed()).toBe(`${address("a.png")}\n`);
    const text = present(address("a.png"), "text.txt", { kind: "string" });
    await text.show();
    expect(readFileSync(join(directory, "text.txt"), "utf8")).toBe(address("a.png"));
    const several = present([address("a"), address("b.webp")], "d", { kind: "list", items: file });
    await several.show();
    expect([several.printed(), several.said]).toEqual(["", ["d/output.0.png: 7", "d/output.1.webp: 7"]]);
    expect(readFileSync(join(directory, "d/output.1.webp"), "utf8")).toBe("content");
    await expect(present(address("gone.png?key=secret"), "x.png", file).show()).rejects.toThrow(
      /Could not download .*gone\.png: it answered with status 404/,
    );
    expect(readdirSync(directory).sort()).toEqual(["d", "text.txt"]);
  } finally {
    server.close();
  }
});

/** Breaks the connection of the first answers in the middle, and may know no ranges, or change what it holds. */
async function faultyServer({ cuts = 0, ranges = true, changes = false }) {
  const whole = randomBytes(300_000);
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const { range } = request.headers;
    asked.push(range);
    response.setHeader("etag", changes ? `"${asked.length}"` : '"1"');
    const from = ranges && request.headers["if-range"] === '"1"' ? Number(/\d+/.exec(range ?? "")?.[0] ?? 0) : 0;
    const rest = whole.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, { "content-length": rest.length });
    if (asked.length > cuts) response.end(rest);
    else response.write(rest.subarray(0, 100_000), () => setTimeout(() => response.destroy(), 100));
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => void server.close());
  return { whole, asked, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/big.bin?key=secret` };
}

test.each([
  ["from where it was", { cuts: 2 }, 3],
  ["from the start where ranges are unknown", { cuts: 1, ranges: false }, 2],
])("a download whose connection breaks goes on %s", async (_, faults, requests) => {
  const { whole, asked, address } = await faultyServer(faults);
  await present(address, "x.bin", { kind: "path" }).show();
  expect(readFileSync(join(directory, "x.bin")).equals(whole)).toBe(true);
  expect(asked).toHaveLength(requests);
  for (const range of asked.slice(1)) expect(range).toMatch(/^bytes=[1-9]\d*-$/);
});

test.each([
  ["that breaks time and again", { cuts: 9, ranges: false }, "the connection broke after \\d+ bytes"],
  ["that changes meanwhile", { cuts: 1, changes: true }, "it changed while it was read"],
])("a download %s leaves nothing behind", { timeout: 20_000 }, async (_, faults, why) => {
  const { address } = await faultyServer(faults);
  await expect(present(address, "x.bin", { kind: "path" }).show()).rejects.toThrow(
    new RegExp(`^Could not download http://[^?]*/big\\.bin: ${why}$`),
  );
  expect(readdirSync(directory)).toEqual(["d"]);
});

test("text into a file gets nothing added", async () => {
  const { show, said } = present("exact", "answer.txt");
  await show();
  expect(readFileSync(join(directory, "answer.txt"), "utf8")).toBe("exact");
  expect(said).toEqual(["answer.txt: 5"]);
});

test("--json is one document, files beside it, also for a failure", async () => {
  const { options } = present(null, "res.json");
  await presentJson(
    { id: "1", status: "succeeded", output: [dataUrl("a")], metrics: { predict_time: 1 } },
    undefined,
    options,
  );
  expect(JSON.parse(readFileSync(join(directory, "res.json"), "utf8"))).toEqual({
    status: "succeeded",
    output: ["res.0.txt"],
    error: "",
    metrics: { predict_time: 1 },
    id: "1",
  });
  const failed = present(null);
  await presentJson({ id: "2", status: "failed", error: "boom", logs: "x\n" }, undefined, failed.options);
  expect(JSON.parse(failed.printed())).toEqual({ status: "failed", output: null, error: "boom", id: "2", logs: "x\n" });
});

test("a place that cannot be written to is told before any work", () => {
  const here = { workingDirectory: directory };
  const missing = (path: string) =>
    expect.objectContaining({
      message: `Output path is not writable: ${join(directory, path)}`,
      hint: expect.stringContaining(`${join(directory, "gone")}`),
    });
  expect(() => checkWritable(named("gone/x.txt"), here)).toThrow(missing("gone/x.txt"));
  expect(() => checkWritable(named("gone/"), here)).toThrow(missing("gone/"));
  expect(() => checkWritable(named("d/x.txt"), here)).not.toThrow();
  const nowhere = { workingDirectory: join(directory, "gone") };
  expect(() => checkWritable(named(undefined), nowhere)).not.toThrow();
  expect(() => checkWritable(named(undefined), { ...nowhere, savesFiles: true })).toThrow(missing("gone/"));
  expect(existsSync(join(directory, "d", "x.txt"))).toBe(false);
});

test.each([
  [true, "ab\n"],
  [false, "a\nb\n"],
])("a stream (concatenate: %s)", (concatenate, text) => {
  const { options, printed } = present(null);
  const printer = streamPrinter({ kind: "iterator", items: { kind: "string" }, concatenate }, options);
  for (const [index, item] of ["a", "b"].entries()) printer.item(item, index);
  printer.end();
  expect(printed()).toBe(text);
});
