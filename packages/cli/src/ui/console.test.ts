import { expect, onTestFinished, test, vi } from "vitest";
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

test("an escape sequence that comes in two pieces is removed as well", async () => {
  const { report, text } = await consoleWith();
  for (const piece of ["a\u001B", "[3", "1mb\u001B[", "0m\n", "c\n"]) report.output(piece);
  expect(text()).toBe("ab\nc\n");
});

test("messages wrap at the terminal's width, but not what is to be copied", async () => {
  const { report, text } = await consoleWith({ columns: () => 20 });
  report.info("written to a file whose name is /a/very/long/path/that/goes/on.txt");
  expect(text()).toBe("written to a file\nwhose name is\n/a/very/long/path/that/goes/on.txt\n");
  for (const none of [undefined, 0]) {
    const sizeless = await consoleWith({ columns: () => none });
    sizeless.report.info("x ".repeat(100));
    expect(sizeless.text().split("\n")).toHaveLength(2);
  }
});

test("of an open step the time is told below what is printed, and nothing in the end", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { report, text } = await consoleWith({ progress: "tty" });
  const step = report.step("setup()", { below: "output" });
  report.output("half a ");
  vi.advanceTimersByTime(2000);
  expect(text()).toBe("half a ");
  report.output("line\n");
  const rows = () => text().split("\r\u001B[2K");
  expect(rows()).toEqual(["half a line\n", expect.stringMatching(/^ \S setup\(\) 2 s$/)]);
  report.output("more\n");
  expect(rows().slice(2)).toEqual(["more\n", expect.stringMatching(/ 2 s$/)]);
  step.done();
  expect(rows().at(-1)).toBe("");
});

test("an open step is heard of every 15 seconds where nothing is redrawn, and is no line by itself", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { report, text } = await consoleWith();
  const step = report.step("setup()", { below: "output" });
  vi.advanceTimersByTime(16_000);
  step.done();
  expect(text()).toBe("setup() 15 s\n");
});

test("a long step is heard of every 15 seconds where nothing is redrawn", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { report, text } = await consoleWith();
  const step = report.step("Pulling");
  step.update("layer 3 of 7");
  vi.advanceTimersByTime(31_000);
  step.done();
  vi.advanceTimersByTime(60_000);
  expect(text()).toBe("Pulling\nPulling 15 s · layer 3 of 7\nPulling 30 s · layer 3 of 7\n");
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
