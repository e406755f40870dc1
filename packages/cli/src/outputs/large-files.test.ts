import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import { LargeFiles } from "./large-files.ts";

const MEGABYTE = 1024 * 1024;

async function through(large: LargeFiles, text: string, size = 65_536): Promise<string> {
  const bytes = Buffer.from(text);
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
  const chunks: Buffer[] = [];
  for await (const chunk of Readable.from(pieces).pipe(large.reader())) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

test.each([65_536, 65_537, 3])("large files come out whole when they come in pieces of %i", async (size) => {
  const contents = [randomBytes(MEGABYTE), randomBytes(MEGABYTE + 1), randomBytes(MEGABYTE + 2)];
  const urls = contents.map((content) => `data:image/png;base64,${content.toString("base64")}`);
  const large = new LargeFiles();
  const [small, ...others] = JSON.parse(await through(large, JSON.stringify(["data:,x", ...urls]), size));
  expect(small).toBe("data:,x");
  const files = others.map((url: string) => large.find(url));
  expect(files.map((file: { sizeBytes: number }) => file.sizeBytes)).toEqual(contents.map(({ length }) => length));
  for (const [index, content] of contents.entries()) {
    expect(files[index]).toMatchObject({ mediaType: "image/png" });
    expect(readFileSync(files[index].path).equals(content)).toBe(true);
  }
  large.close();
  expect(existsSync(dirname(files[0].path))).toBe(false);
});

test("slashes may be escaped, and lines broken", async () => {
  const content = randomBytes(2 * MEGABYTE);
  const lines = content.toString("base64").match(/.{1,76}/g) ?? [];
  const escaped = `{"output":"data:x/y;base64,${lines.join("\\n").replaceAll("/", "\\/")}"}`;
  const first = content.toString("base64", 0, MEGABYTE - 1);
  for (const text of [escaped, `{"output":"data:x/y;base64,${first}${lines.join("\\r\\n")}"}`]) {
    const large = new LargeFiles();
    const { output } = JSON.parse(await through(large, text, 1000));
    const file = large.find(output);
    expect(file && readFileSync(file.path).subarray(-content.length).equals(content)).toBe(true);
    large.close();
  }
});

test("everything else comes out as it went in, however it is cut", async () => {
  const large = new LargeFiles();
  const long = JSON.stringify({
    text: `${'\\"'.repeat(MEGABYTE)}data:x;base64,`,
    url: `data:text/plain,${"x".repeat(MEGABYTE)}`,
  });
  expect(await through(large, long)).toBe(long);
  await fc.assert(
    fc.asyncProperty(fc.json(), fc.integer({ min: 1, max: 9 }), async (text, size) => {
      expect(await through(large, `event: output\ndata: ${text}\n\n`, size)).toBe(`event: output\ndata: ${text}\n\n`);
    }),
  );
  // An answer that breaks off.
  expect(await through(large, '{"a":"b')).toBe('{"a":"b');
});
