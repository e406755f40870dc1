import { expect, test } from "vitest";
import type { BlobProgress } from "#registry";
import type { Reporter, Step } from "#report";
import type { PushEvent } from "./context.ts";
import { pushProgress } from "./progress.ts";

function following(onEvent?: (event: PushEvent) => void) {
  const lines: string[] = [];
  const rows: (readonly [string, number | undefined])[] = [];
  const step: Step = { update: (...row) => rows.push([row[0], row[1]]), done: () => undefined, fail: () => undefined };
  const report = { output: (text: string) => void lines.push(text) } as Reporter;
  const progress = pushProgress({ report, onEvent });
  progress.expect(["sha256:1", "sha256:2", "sha256:1"]);
  progress.show(step);
  const tell = (digest: string, state: BlobProgress["state"], complete = 100) =>
    progress.tell({ digest, state, complete, total: 100, attempt: 1 });
  return { tell, lines, rows };
}

test("a row says how many layers are there, a log what became of each", () => {
  const { tell, lines, rows } = following();
  expect(rows.at(-1)).toEqual(["0 of 2 layers", 0]);
  tell("sha256:1", "compressing", 50);
  tell("sha256:a", "uploading", 50);
  expect(rows.at(-1)).toEqual(["0 of 2 layers", 0.5 / 3]);
  tell("sha256:a", "done");
  tell("sha256:b", "exists");
  tell("sha256:config", "done");
  expect(rows.at(-1)).toEqual(["2 of 2 layers", 1]);
  expect(lines).toEqual(["sha256:a: Pushed\n", "sha256:b: Layer already exists\n", "sha256:config: Pushed\n"]);
});

test("a program is told each new state at once, and the same one now and then", () => {
  const events: PushEvent[] = [];
  const { tell, lines } = following((event) => events.push(event));
  for (let complete = 0; complete < 100; complete += 1) tell("sha256:a", "uploading", complete);
  tell("sha256:a", "retrying", 0);
  tell("sha256:a", "done");
  const states = events.map((event) => (event.phase === "pushing" ? [event.blob, event.state] : []));
  expect(states).toEqual([
    ["sha256:a", "uploading"],
    ["sha256:a", "retrying"],
    ["sha256:a", "done"],
  ]);
  expect(lines).toEqual([]);
});
