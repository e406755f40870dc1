import { expect, test } from "vitest";
import { palette } from "./color.ts";
import { type ConsoleOptions, createConsole } from "./console.ts";

async function consoleWith(options: Partial<ConsoleOptions> & { colors?: boolean } = {}) {
  let text = "";
  const { colors = false, ...rest } = options;
  const report = createConsole({
    write: (more) => {
      text += more;
    },
    palette: await palette(colors),
    debug: false,
    quiet: false,
    progress: "plain",
    columns: () => 80,
    ...rest,
  });
  return { report, text: () => text };
}

test("without colour lines have no prefix, and a model's colours are removed", async () => {
  const { report, text } = await consoleWith();
  report.info("one");
  report.warn("two");
  report.debug("hidden");
  report.output("\u001B[31mred\u001B[0m");
  report.info("three");
  expect(text()).toBe("one\ntwo\nred\nthree\n");
});

test("--quiet leaves warnings and output", async () => {
  const { report, text } = await consoleWith({ quiet: true });
  report.info("one");
  report.step("step").done();
  report.warn("two");
  expect(text()).toBe("two\n");
});

test("a quiet step shows what it hid only when it fails", async () => {
  const { report, text } = await consoleWith({ progress: "quiet" });
  const good = report.step("good");
  report.output("log 1\n");
  good.done();
  const bad = report.step("bad");
  report.output("log 2\n");
  bad.fail();
  report.output("after\n");
  expect(text()).toBe("log 2\nafter\n");
});

test("a live step is one row that is cleared at its end", async () => {
  const { report, text } = await consoleWith({ progress: "tty", colors: true });
  const step = report.step("Preparing");
  step.update("downloading", 0.5);
  step.done();
  expect(text()).toContain("Preparing");
  expect(text().split("\n")).toHaveLength(2);
});
