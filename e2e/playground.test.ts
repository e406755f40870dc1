/** The playground's page in a real browser, in front of real models that the local engine runs. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

const COG = fileURLToPath(new URL("../dist/cli/main.cjs", import.meta.url));
/** For what a model has to start for. */
const PATIENCE_MS = 20_000;

const SPEAKER = `
import time
from typing import List, Optional

import cog
from cog import BaseRunner, ConcatenateIterator, Input, Path, Secret


class Runner(BaseRunner):
    def setup(self) -> None:
        print("\\x1b[32mready to speak\\x1b[0m")

    @cog.streaming
    def run(
        self,
        prompt: str = Input(description="What to say", min_length=2),
        times: int = Input(default=3, ge=1, le=100),
        style: str = Input(default="plain", choices=["plain", "loud"]),
        pause: float = Input(default=0.0),
        shout: bool = Input(default=False),
        tags: List[str] = Input(default=["a"]),
        key: Optional[Secret] = Input(default=None, deprecated=True),
    ) -> ConcatenateIterator[str]:
        print("\\x1b[1mspeaking\\x1b[0m")
        for number in range(times):
            yield f"{prompt.upper() if shout else prompt}{number} "
            time.sleep(pause)
`;

const COPIER = `
from typing import List

from cog import BaseModel, BaseRunner, Input, Path


class Output(BaseModel):
    copies: List[Path]
    size: int


class Runner(BaseRunner):
    def run(self, image: Path = Input(description="A picture"), more: List[Path] = Input(default=[])) -> Output:
        return Output(copies=[image, *more], size=image.stat().st_size)
`;

/** One red pixel. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==",
  "base64",
);

/** As WAV: 800 samples of 8 bits, 8000 a second. */
const TENTH_OF_SILENCE = Buffer.concat([
  Buffer.from("RIFF"),
  Buffer.from(Uint32Array.of(36 + 800).buffer),
  Buffer.from("WAVEfmt "),
  Buffer.from(Uint32Array.of(16).buffer),
  Buffer.from(Uint16Array.of(1, 1).buffer),
  Buffer.from(Uint32Array.of(8000, 8000).buffer),
  Buffer.from(Uint16Array.of(1, 8).buffer),
  Buffer.from("data"),
  Buffer.from(Uint32Array.of(800).buffer),
  Buffer.alloc(800, 128),
]);

/** A fifth of a second of red, 32 pixels wide: VP9 in MP4. */
const VIDEO = Buffer.from(
  [
    "AAAAHGZ0eXBpc29tAAACAGlzb21pc28ybXA0MQAAAAhmcmVlAAAAP21kYXSCSYNCAAHwAfYAOCQcGEIAADBgAAAQ3//5plf////6Za/////9im",
    "AAhgBAkpwASUAAAyAAAENAAAAC9m1vb3YAAABsbXZoZAAAAAAAAAAAAAAAAAAAA+gAAADIAAEAAAEAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAA",
    "AAAAAQAAAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIAAAJFdHJhawAAAFx0a2hkAAAAAwAAAAAAAAAAAAAAAQ",
    "AAAAAAAADIAAAAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAQAAAAAAgAAAAIAAAAAAAJGVkdHMAAAAcZWxz",
    "dAAAAAAAAAABAAAAyAAAAAAAAQAAAAABvW1kaWEAAAAgbWRoZAAAAAAAAAAAAAAAAAAAKAAAAAgAVcQAAAAAAC1oZGxyAAAAAAAAAAB2aWRlAA",
    "AAAAAAAAAAAAAAVmlkZW9IYW5kbGVyAAAAAWhtaW5mAAAAFHZtaGQAAAABAAAAAAAAAAAAAAAkZGluZgAAABxkcmVmAAAAAAAAAAEAAAAMdXJs",
    "IAAAAAEAAAEoc3RibAAAAKhzdHNkAAAAAAAAAAEAAACYdnAwOQAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAgACAASAAAAEgAAAAAAAAAAQ9MYX",
    "ZjIGxpYnZweC12cDkAAAAAAAAAAAAAAAAAAAAAABj//wAAABR2cGNDAQAAAAAKggICAgAAAAAACmZpZWwBAAAAABBwYXNwAAAAAQAAAAEAAAAU",
    "YnRydAAAAAAAACcQAAAAAAAAABhzdHRzAAAAAAAAAAEAAAACAAAEAAAAABRzdHNzAAAAAAAAAAEAAAABAAAAHHN0c2MAAAAAAAAAAQAAAAEAAA",
    "ACAAAAAQAAABxzdHN6AAAAAAAAAAAAAAACAAAAKAAAAA8AAAAUc3RjbwAAAAAAAAABAAAALAAAAD11ZHRhAAAANW1ldGEAAAAAAAAAIWhkbHIA",
    "AAAAAAAAAG1kaXJhcHBsAAAAAAAAAAAAAAAACGlsc3Q=",
  ].join(""),
  "base64",
);

/** In the document the other way round. */
const KINDS = {
  part: { type: "number", "x-order": 7, minimum: 0, maximum: 1, default: 0.5 },
  whole: { type: "integer", "x-order": 6 },
  table: { type: "object", "x-order": 5 },
  either: { anyOf: [{ type: "string" }, { type: "integer" }], "x-order": 4 },
  pictures: { type: "array", items: { type: "string", format: "uri" }, "x-order": 3 },
  picture: { type: "string", format: "uri", "x-cog-accept": "image/*", "x-order": 2 },
  level: { allOf: [{ $ref: "#/components/schemas/level" }, { enum: [1, 2], type: "integer" }], "x-order": 1 },
  flag: { type: "boolean", "x-order": 0 },
};

const program = browserHere() ?? "";

describe.skipIf(program === "")("the playground in a browser (chromium)", () => {
  let directory: string;
  let browser: Browser;
  let page: Page;
  let speaker: Served;
  let copier: Served;
  const complaints: string[] = [];

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "cog-playground-"));
    [browser, speaker, copier] = await Promise.all([
      chromium.launch({ executablePath: program, args: ["--no-sandbox"] }),
      serve(directory, "speaker", SPEAKER),
      serve(directory, "copier", COPIER),
    ]);
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), speaker?.stop(), copier?.stop()]);
    rmSync(directory, { recursive: true, force: true });
  });
  beforeEach(async () => {
    page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    complaints.length = 0;
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      // A request that was answered with an error is told there, too.
      if (message.type() === "error" && !message.text().startsWith("Failed to load")) complaints.push(message.text());
    });
    await page.goto(speaker.playground);
    await page.getByRole("button", { name: "Run" }).waitFor();
  });
  afterEach(async () => {
    await page.close();
    expect(complaints).toEqual([]);
  });

  const run = () => page.getByRole("button", { name: "Run" }).click();
  const status = async (text: string) => await page.getByRole("status").filter({ hasText: text }).first().waitFor();
  const tab = async (name: string) => {
    await page.getByRole("tab", { name, exact: true }).click();
    return page.getByRole("tabpanel", { name, exact: true });
  };

  test("the header tells how the model is, which versions there are and what setup said", async () => {
    await page
      .getByLabel("Health")
      .filter({ hasText: /READY|BUSY/ })
      .waitFor();
    const header = page.locator("header");
    expect(await header.innerText()).toMatch(/cog \S+ · runtime \S+ · sdk \S+ · python \d/);
    await page.getByText("Setup succeeded").click();
    expect(await header.locator("pre").innerText()).toContain("ready to speak");
    expect(await header.locator("pre").innerText()).not.toContain("[32m");
    const [opened] = await Promise.all([
      page.context().waitForEvent("page"),
      page.getByRole("button", { name: "Schema" }).click(),
    ]);
    expect(await opened.locator("body").innerText()).toContain('"openapi": "3.0.2"');
    await opened.close();
  });

  test("the theme is remembered", async () => {
    const theme = () => page.locator("html").getAttribute("data-theme");
    await page.getByRole("button", { name: "Dark theme" }).click();
    expect(await theme()).toBe("dark");
    await page.reload();
    await page.getByRole("button", { name: "Light theme" }).waitFor();
    expect(await theme()).toBe("dark");
  });

  test("a stream is shown as it comes, from every side", async () => {
    expect(await page.getByLabel("Stream").isChecked()).toBe(true);
    await page.getByLabel("prompt").fill("hey");
    await page.getByLabel("Include pause").check();
    await page.getByLabel("pause", { exact: true }).fill("0.3");
    await run();
    const output = page.getByRole("tabpanel", { name: "Output" });
    await output.getByText("hey0").waitFor();
    // The third is still to come.
    expect(await output.locator("pre").getAttribute("aria-busy")).toBe("true");
    await status("succeeded");
    expect(await output.locator("pre").innerText()).toBe("hey0 hey1 hey2 ");
    expect(await output.getByRole("table", { name: "Metrics" }).innerText()).toMatch(/predict_time\s+0\.\d/);
    expect(await (await tab("Logs")).innerText()).toBe("speaking\n");
    expect(await (await tab("Raw")).innerText()).toMatch(/event: output\ndata: \{"chunk":"hey0 ","index":0\}/);
    const timeline = await (await tab("Timeline")).locator("li").allInnerTexts();
    const shown = timeline.map((line) => line.replaceAll("\n", " ").replace(/^\+[\d.]+ s /, ""));
    expect(shown).toEqual([
      "request POST /predictions",
      "response 200",
      "sse start",
      "sse log",
      "sse output × 3",
      "sse completed",
    ]);
    const request = await (await tab("Request")).innerText();
    expect(request).toMatch(/Accept\s+text\/event-stream/);
    expect(request).toMatch(/Status 200, predicted in 0\.\d+ s/);
    // Of the model's own headers, not of those on the way here.
    expect(request).not.toMatch(/x-frame-options|x-cog-upstream/i);
  });

  test("one answer at the end, by an id of one's own", async () => {
    await page.getByLabel("Wait").check();
    await page.getByLabel("prompt").fill("hey");
    await page.getByLabel("Prediction id").fill("my/id");
    await run();
    await status("succeeded");
    await status("my/id");
    expect(await page.getByRole("tabpanel", { name: "Output" }).locator("pre").innerText()).toBe("hey0 hey1 hey2 ");
    const request = await tab("Request");
    expect(await request.innerText()).toContain("PUT /predictions/my%2Fid");
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await request.getByRole("button", { name: "Copy as curl" }).click();
    const command = await page.evaluate<string>("navigator.clipboard.readText()");
    expect(command).toContain(`curl -X PUT '${speaker.model}/predictions/my%2Fid'`);
    expect(JSON.parse(execFileSync("bash", ["-c", command], { encoding: "utf8", stdio: "pipe" }))).toMatchObject({
      id: "my/id",
      status: "succeeded",
    });
    expect(await (await tab("Raw")).innerText()).toContain('"status":"succeeded"');
  });

  test("an asynchronous prediction tells of itself by webhooks", async () => {
    await page.getByLabel("Async").check();
    await page.getByLabel("prompt").fill("hey");
    const events = page.getByRole("group", { name: "Webhook events" });
    expect(await events.getByLabel("completed").isDisabled()).toBe(true);
    await events.getByLabel("logs").uncheck();
    expect(await events.innerText()).toMatch(/http:\/\/127\.0\.0\.1:\d+\/webhook\/[\w-]{36}/);
    await run();
    await status("succeeded");
    expect(await page.getByRole("tabpanel", { name: "Output" }).locator("pre").innerText()).toBe("hey0 hey1 hey2 ");
    const timeline = await (await tab("Timeline")).innerText();
    expect(timeline).toMatch(/response\s+202/);
    expect(timeline).toMatch(/webhook\s+succeeded/);
    expect(await (await tab("Request")).innerText()).toMatch(/"start",\s+"output",\s+"completed"/);
  });

  test.each(["Stream", "Wait", "Async"])("stopping cancels the prediction: %s", async (mode) => {
    await page.getByLabel(mode, { exact: true }).check();
    await page.getByLabel("prompt").fill("hey");
    await page.getByLabel("Include pause").check();
    await page.getByLabel("pause", { exact: true }).fill("30");
    await run();
    // As soon as the server has it.
    await expect.poll(async () => (await health(speaker.model)).status, { timeout: PATIENCE_MS }).toBe("BUSY");
    await page.getByRole("button", { name: "Stop" }).click();
    await status("canceled");
    await expect.poll(async () => (await health(speaker.model)).status, { timeout: PATIENCE_MS }).toBe("READY");
    expect(await (await tab("Timeline")).innerText()).toMatch(/cancel/);
  });

  test("form and JSON are two faces of one input, and only what is included is sent", async () => {
    await page.getByLabel("prompt").fill("hey");
    await page.getByLabel("Include times").check();
    expect(await page.getByLabel("times", { exact: true }).inputValue()).toBe("3");
    await page.getByLabel("Include style").check();
    await page.getByLabel("style", { exact: true }).selectOption("loud");
    await page.getByLabel("Include shout").check();
    await page.getByLabel("shout", { exact: true }).selectOption("true");
    await page.getByLabel("Include tags").check();
    await page.getByLabel("tags", { exact: true }).fill('["b", ');
    expect(await page.getByLabel("tags", { exact: true }).getAttribute("aria-invalid")).toBe("true");
    await page.getByLabel("tags", { exact: true }).fill('["b", "c"]');
    await page.getByLabel("Include key").check();
    expect(await page.getByLabel("key", { exact: true }).getAttribute("type")).toBe("password");
    await page.getByLabel("Include key").uncheck();
    await tab("JSON");
    const json = page.getByLabel("Input as JSON");
    const input = { prompt: "hey", times: 3, style: "loud", shout: true, tags: ["b", "c"] };
    expect(await json.inputValue()).toBe(JSON.stringify(input, null, 2));
    await json.fill('{"prompt":"ho","seed":12345678901234567890}');
    expect(await json.inputValue()).toBe('{"prompt":"ho","seed":12345678901234567890}');
    await page.getByRole("button", { name: "Format" }).click();
    expect(await json.inputValue()).toBe('{\n  "prompt": "ho",\n  "seed": 12345678901234567890\n}');
    await tab("Form");
    expect(await page.getByLabel("prompt").inputValue()).toBe("ho");
    expect(await page.getByLabel("Include times").isChecked()).toBe(false);
    await page.getByRole("button", { name: "Reset" }).click();
    expect(await page.getByLabel("prompt").inputValue()).toBe("");
  });

  const WRONG: readonly (readonly [input: string, problems: readonly string[]])[] = [
    ["{}", ['missing required input "prompt"']],
    [
      '{"prompt": "a", "times": 1000, "style": "quiet"}',
      [
        'invalid input "prompt": minimum string length is 2',
        'invalid input "style": must be one of: plain, loud',
        'invalid input "times": number must be at most 100',
      ],
    ],
    ['{"promt": "hey"}', [expect.stringMatching(/^unknown input "promt"/), 'Did you mean "prompt"?']],
    ['{"prompt"', [expect.stringMatching(/^JSON: /)]],
  ];

  test.each(WRONG)("%s is not sent, and all that is wrong with it is listed", async (input, problems) => {
    await tab("JSON");
    await page.getByLabel("Input as JSON").fill(input);
    await run();
    await page.getByRole("alert").locator("li").first().waitFor();
    expect(await page.getByRole("alert").locator("li").allInnerTexts()).toEqual(problems);
    await page.getByText("Run the model to see what it answers.").waitFor();
  });

  test("inputs come back from the history and by a link, without secrets", async () => {
    await page.getByLabel("prompt").fill("again");
    await page.getByLabel("Include key").check();
    await page.getByLabel("key", { exact: true }).fill("s3cret");
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: "Copy link" }).click();
    const link = await page.evaluate<string>("navigator.clipboard.readText()");
    await run();
    await status("succeeded");
    expect(await page.evaluate<string>("JSON.stringify(localStorage)")).not.toContain("s3cret");
    await page.reload();
    await page.getByText("History").click();
    await page
      .getByRole("button", { name: /Use the input of/ })
      .first()
      .click();
    expect(await page.getByLabel("prompt").inputValue()).toBe("again");
    expect(await page.getByLabel("Include key").isChecked()).toBe(false);
    const other = await browser.newPage();
    await other.goto(link);
    await expect.poll(() => other.getByLabel("prompt").inputValue()).toBe("again");
    expect(link).not.toContain("s3cret");
    await other.close();
  });

  test("another model behind the bar brings its own form, and files go both ways", async () => {
    const target = page.getByLabel("Model server");
    await target.fill(copier.model);
    await target.press("Enter");
    await page.getByLabel("image", { exact: true }).waitFor();
    expect(await page.getByLabel("prompt").count()).toBe(0);
    expect(await page.getByLabel("Stream").count()).toBe(0);
    await page.getByLabel("File for image").setInputFiles({ name: "red.png", mimeType: "image/png", buffer: PIXEL });
    await page.getByRole("img", { name: "image" }).waitFor();
    await page.getByRole("button", { name: "Remove the file of image" }).click();
    expect(await page.getByRole("img").count()).toBe(0);
    const dropped = await page.evaluateHandle(
      `(() => {
        const held = new DataTransfer();
        const bytes = Uint8Array.from(atob("${PIXEL.toString("base64")}"), (char) => char.charCodeAt(0));
        held.items.add(new File([bytes], "red.png", { type: "image/png" }));
        return held;
      })()`,
    );
    await page.getByLabel("image", { exact: true }).dispatchEvent("drop", { dataTransfer: dropped });
    await page.getByRole("img", { name: "image" }).waitFor();
    await page.getByLabel("Include more").check();
    const files = ["a.txt", "b.txt"].map((name) => ({ name, mimeType: "text/plain", buffer: Buffer.from(name) }));
    await page.getByLabel("Files for more").setInputFiles(files);
    await run();
    await status("succeeded");
    const output = page.getByRole("tabpanel", { name: "Output" });
    const picture = output.getByRole("img", { name: "output.copies.0" });
    await expect.poll(() => picture.evaluate((image) => Reflect.get(image, "naturalWidth"))).toBe(1);
    expect(await output.innerText()).toContain(`"size": ${PIXEL.length}`);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      output.getByRole("link", { name: "Download output.txt" }).last().click(),
    ]);
    const text = await download.createReadStream();
    expect(Buffer.concat(await text.toArray()).toString()).toBe("b.txt");
  });

  test("one input takes several values, so often, on two servers side by side", async () => {
    await page.getByLabel("prompt").fill("hey");
    await page.getByText("Several predictions").click();
    await page.getByLabel("How often").fill("2");
    const vary = page.getByLabel("Vary");
    expect(await vary.locator("option").allInnerTexts()).not.toContain("key");
    await vary.selectOption("times");
    const values = page.getByLabel("Values of times");
    await values.fill("1\nmany");
    await page.getByText("line 2: many is no JSON").waitFor();
    await values.fill("1\n0");
    await page.getByRole("button", { name: "Start 4 predictions" }).click();
    await page.getByRole("alert").filter({ hasText: "number must be at least 1" }).waitFor();
    await values.fill("1\n2\n");
    await page.getByLabel("Also on").fill(speaker.model.replace("localhost", "127.0.0.1"));
    await page.getByRole("button", { name: "Start 8 predictions" }).click();
    await status("Done: 8 succeeded, 0 did not");
    const table = page.getByRole("table", { name: "Predictions" });
    const rows = await table.locator("tbody tr").allInnerTexts();
    expect(rows.map((row) => row.match(/^\S+|hey\d( hey\d)*/g))).toEqual([
      ["1", "hey0", "hey0"],
      ["again", "hey0", "hey0"],
      ["2", "hey0 hey1", "hey0 hey1"],
      ["again", "hey0 hey1", "hey0 hey1"],
    ]);
    expect(await table.locator("thead").innerText()).toMatch(/median \d+\.\d\d s.*median \d+\.\d\d s/s);
    await run();
    await page.getByRole("tabpanel", { name: "Output" }).filter({ hasText: "hey0" }).waitFor();
    expect(await table.count()).toBe(0);
  });

  test("predictions in a row are stopped where they are", async () => {
    await page.getByLabel("prompt").fill("slow");
    await page.getByLabel("Include pause").check();
    await page.getByLabel("pause", { exact: true }).fill("20");
    await page.getByText("Several predictions").click();
    await page.getByLabel("How often").fill("3");
    await page.getByRole("button", { name: "Start 3 predictions" }).click();
    await page.getByRole("cell", { name: "running" }).waitFor();
    expect(await page.getByRole("button", { name: "Run" }).isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Stop the predictions" }).click();
    await status("Stopped after 0 of 3");
    expect(await page.getByRole("cell", { name: "not run" }).count()).toBe(3);
    await expect.poll(async () => (await health(speaker.model)).status, { timeout: PATIENCE_MS }).toBe("READY");
  });

  test("sound and moving pictures that a model gives are played", async () => {
    const target = page.getByLabel("Model server");
    await target.fill(copier.model);
    await target.press("Enter");
    await page
      .getByLabel("File for image")
      .setInputFiles({ name: "a.wav", mimeType: "audio/wav", buffer: TENTH_OF_SILENCE });
    await page.getByLabel("Include more").check();
    await page.getByLabel("Files for more").setInputFiles({ name: "b.mp4", mimeType: "video/mp4", buffer: VIDEO });
    await run();
    await status("succeeded");
    const output = page.getByRole("tabpanel", { name: "Output" });
    const sound = output.locator("audio");
    await expect.poll(() => sound.evaluate((media) => Reflect.get(media, "duration"))).toBeCloseTo(0.1);
    const picture = output.locator("video");
    await expect.poll(() => picture.evaluate((media) => Reflect.get(media, "videoWidth"))).toBe(32);
    expect(await picture.getAttribute("aria-label")).toBe("output.copies.1");
  });

  test("a batch of files becomes a gallery", async () => {
    const target = page.getByLabel("Model server");
    await target.fill(copier.model);
    await target.press("Enter");
    await page.getByLabel("image", { exact: true }).waitFor();
    await page.getByText("Several predictions").click();
    await page.getByLabel("Vary").selectOption("image");
    const files = ["a.png", "b.png"].map((name) => ({ name, mimeType: "image/png", buffer: PIXEL }));
    await page.getByLabel("Files for image").setInputFiles(files);
    await page.getByRole("button", { name: "Start 2 predictions" }).click();
    await status("Done: 2 succeeded, 0 did not");
    const table = page.getByRole("table", { name: "Predictions" });
    expect(await table.getByRole("img", { name: "output.copies.0" }).count()).toBe(2);
    expect(await table.getByRole("rowheader").getByRole("img", { name: "image" }).count()).toBe(2);
  });

  test("a file that is too large is refused with what to do instead", async () => {
    await page.getByLabel("Model server").fill(copier.model);
    await page.getByRole("button", { name: "Connect" }).click();
    const large = join(directory, "large.bin");
    writeFileSync(large, Buffer.alloc(16 * 1024 * 1024 + 1));
    await page.getByLabel("File for image").setInputFiles(large);
    await page.getByText("large.bin is larger than 16 MiB").waitFor();
  });

  test("a server that comes up later is found, and refusals are shown", async () => {
    const place = await freePort();
    await page.getByLabel("Model server").fill(`http://127.0.0.1:${place}`);
    await page.getByLabel("Model server").press("Enter");
    await page.getByLabel("Health").filter({ hasText: "Unreachable" }).waitFor();
    await page.getByText("Waiting for schema...").waitFor();
    const late = await refusingModel(place);
    try {
      await page.getByText("/trainings").waitFor();
      await page.getByLabel("Health").filter({ hasText: "BUSY" }).waitFor();
      await run();
      await status("error");
      await page.getByRole("alert").filter({ hasText: "At capacity" }).waitFor();
      expect(await (await tab("Timeline")).innerText()).toMatch(/response\s+409/);
      // The same server with other code, as after an edit with --watch.
      late.answers["/openapi.json"] = described({ Input: { properties: { edited: { type: "string" } } } });
      late.answers["/health-check"] = [200, { status: "READY", version: {}, setup: { started_at: "later" } }];
      await page.getByLabel("edited", { exact: true }).waitFor();
    } finally {
      late.close();
    }
  });

  test("each kind of input has its control, in the model's order", async () => {
    const port = await freePort();
    const stand = await refusingModel(port);
    stand.answers["/openapi.json"] = described({ Input: { required: ["flag"], properties: KINDS } });
    try {
      await page.getByLabel("Model server").fill(`http://127.0.0.1:${port}`);
      await page.getByLabel("Model server").press("Enter");
      await page.getByLabel("Include level").waitFor();
      for (const box of await page.getByRole("checkbox").all()) await box.check();
      const form = page.getByRole("tabpanel", { name: "Form" });
      expect(await form.locator(".field label").allTextContents()).toEqual(Object.keys(KINDS).reverse());
      await form.getByLabel("flag").selectOption("false");
      await form.getByLabel("level", { exact: true }).selectOption("2");
      await form.getByLabel("whole", { exact: true }).fill("12345678901234567890");
      await form.getByLabel("either", { exact: true }).fill("plain words");
      await form.getByLabel("table", { exact: true }).fill('{"a": [1.0]}');
      await form.getByRole("button", { name: "Add a URL" }).click();
      await form.getByLabel("URL 1 of pictures").fill("https://h.example/a.png");
      expect(await form.getByLabel("picture", { exact: true }).getAttribute("placeholder")).toContain("https://");
      expect(await form.getByLabel("File for picture").getAttribute("accept")).toBe("image/*");
      await page.getByLabel("Include picture", { exact: true }).uncheck();
      expect(await form.locator(".field").last().innerText()).toContain("default: 0.5 · min: 0 · max: 1");
      await tab("JSON");
      expect(JSON.parse(await page.getByLabel("Input as JSON").inputValue())).toEqual({
        flag: false,
        level: 2,
        whole: Number("12345678901234567890"),
        either: "plain words",
        table: { a: [1] },
        pictures: ["https://h.example/a.png"],
        part: 0.5,
      });
      expect(await page.getByLabel("Input as JSON").inputValue()).toContain("12345678901234567890");
    } finally {
      stand.close();
    }
  });

  test("every control has a name, and tabs go by the keyboard", async () => {
    await page.getByLabel("Async").check();
    const controls = (await page.locator("body").ariaSnapshot()).match(
      /- (?:textbox|button|checkbox|combobox|spinbutton|radio|tab)\b.*/g,
    );
    expect(controls?.length).toBeGreaterThan(20);
    // Those that have a name have it in quotation marks.
    expect(controls?.filter((one) => !/^- \w+ "/.test(one))).toEqual([]);
    await page.getByRole("tab", { name: "Form" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("tabpanel", { name: "JSON" }).waitFor();
    expect(await page.locator(":focus").getAttribute("id")).toBe("input-as-json");
  });
});

interface Served {
  /** The model's own address. */
  readonly model: string;
  readonly playground: string;
  /** As Ctrl-C does; throws where that is not how it ends. */
  stop(): Promise<void>;
}

async function serve(directory: string, name: string, source: string): Promise<Served> {
  const folder = join(directory, name);
  mkdirSync(folder);
  writeFileSync(join(folder, "cog.yaml"), 'build: {python_version: "3.11"}\nrun: run.py:Runner\n');
  writeFileSync(join(folder, "run.py"), source);
  const port = await freePort();
  const words = ["serve", "--engine", "local", "--playground", "--playground-port", "0", "-p", String(port)];
  const child = spawn(process.execPath, [COG, ...words], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  const said = await sayings(child, "Serving at");
  return {
    model: `http://localhost:${port}`,
    playground: /Playground at (\S+)/.exec(said)?.[1] ?? "",
    stop: async () => {
      const ended = new Promise((resolve) => child.once("close", resolve));
      child.kill("SIGINT");
      expect(await ended).toBe(0);
    },
  };
}

/** What a child writes on stderr, up to these words. */
function sayings(child: ChildProcess, words: string): Promise<string> {
  let text = "";
  return new Promise((resolve, reject) => {
    child.stderr?.on("data", (chunk: Buffer) => {
      text += chunk;
      if (text.includes(words)) resolve(text);
    });
    child.once("close", () => reject(new Error(`ended without saying "${words}":\n${text}`)));
  });
}

async function health(model: string): Promise<{ readonly status: string }> {
  return (await (await fetch(`${model}/health-check`)).json()) as { status: string };
}

type Answer = readonly [status: number, body: unknown];

interface Stand {
  readonly answers: Record<string, Answer>;
  close(): void;
}

/** Stands for a server that trains, and has no room. */
async function refusingModel(port: number): Promise<Stand> {
  const answers: Record<string, Answer> = {
    "/health-check": [200, { status: "BUSY", version: {}, setup: { started_at: "first" } }],
    "/openapi.json": described({ TrainingInput: {} }),
    "/trainings": [409, { error: "At capacity - all prediction slots busy" }],
  };
  const server = createServer((request, response) => {
    const [status, body] = answers[request.url ?? ""] ?? [404, {}];
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    answers,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function described(schemas: unknown): Answer {
  return [200, { paths: {}, components: { schemas } }];
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Where this machine's Chromium is. */
function browserHere(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const places = ["chromium", "chromium-browser", "google-chrome"].flatMap((name) => folders.map((f) => join(f, name)));
  return places.find((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
