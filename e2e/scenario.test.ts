import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { includes, pattern, problemWith } from "./compare.ts";
import { parseScenario } from "./scenario.ts";

const TEXT = `# A title
engines: local docker

$ cog run \\
    -i name=bob
stdout:
  hello bob
    indented

  end
stderr lacks: Traceback
exit: 0
on docker: $ docker ps
start server: cog serve -p $PORT
wait server stderr: Serving at
signal server INT
end server
exit: not 0

== run.py
a = 1

b = 2
== sub/x.bin (base64)
aGk=
`;

test("a scenario file is steps, expectations and files", () => {
  const scenario = parseScenario("hello", TEXT);
  expect(scenario).toMatchObject({ title: "A title", engines: ["local", "docker"] });
  expect(scenario.steps.map((step) => [step.kind, step.line, step.on])).toEqual([
    ["run", 4, undefined],
    ["run", 13, "docker"],
    ["start", 14, undefined],
    ["wait", 15, undefined],
    ["signal", 16, undefined],
    ["end", 17, undefined],
  ]);
  expect(scenario.steps[0]).toMatchObject({
    command: "cog run -i name=bob",
    expectations: [
      { kind: "is", text: "hello bob\n  indented\n\nend" },
      { kind: "lacks", text: "Traceback" },
      { kind: "exit", code: 0 },
    ],
  });
  expect(scenario.files).toEqual([
    { path: "run.py", content: "a = 1\n\nb = 2\n", encoding: "utf8" },
    { path: "sub/x.bin", content: "aGk=\n", encoding: "base64" },
  ]);
});

test.each([
  ["stdout is hello", "x:2: neither a step nor an expectation: stdout is hello"],
  ["exit: zero", "neither a step nor an expectation"],
])("a line that is not understood is named: %s", (line, message) => {
  expect(() => parseScenario("x", `$ true\n${line}\n`)).toThrow(message);
});

test("an expectation before any command is refused", () => {
  expect(() => parseScenario("x", "exit: 0\n")).toThrow("must follow");
});

test.each([
  ["took <number> s", "took 1.25 s", true],
  ["took <number> s", "took long", false],
  ["at <...>:80", "at host:80", true],
  ["a\n...\nz", "a\nb\nc\nz", true],
  ["a\n...\nz", "a\nz", true],
  ["a\n...", "a\nb", true],
  ["...\nz", "a\nb\nz", true],
  ["a.c", "abc", false],
])("pattern %j on %j", (wanted, text, fits) => {
  expect(pattern(wanted, true).test(text)).toBe(fits);
});

test("JSON may have more members, not other ones", () => {
  const found = { status: "succeeded", output: [1, 2], id: "x" };
  expect(includes(found, { output: [1, 2], id: "<...>" })).toBe(true);
  expect(includes(found, { output: [1] })).toBe(false);
  expect(includes(found, { error: "<...>" })).toBe(false);
});

test("a wrong exit, a missing text and a variable are reported in words", () => {
  const outcome = { exit: 1, stdout: "at 8080\n", stderr: "" };
  const check = (expectation: Parameters<typeof problemWith>[0]) => problemWith(expectation, outcome, { PORT: "8080" });
  expect(check({ kind: "exit", code: 0, line: 1 })).toBe("expected exit 0, got 1");
  expect(check({ kind: "is", stream: "stdout", text: "at $PORT", line: 1 })).toBeUndefined();
  expect(check({ kind: "has", stream: "stderr", text: "port $PORT", line: 1 })).toBe("stderr lacks: port 8080");
});

test("every scenario of this folder is well formed", () => {
  const folder = new URL("./scenarios/", import.meta.url);
  for (const file of readdirSync(folder)) parseScenario(file, readFileSync(new URL(file, folder), "utf8"));
});
