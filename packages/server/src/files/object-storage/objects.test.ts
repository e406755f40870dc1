/** Output files on their way into a real object storage, and input files out of it. */
import { createHash, randomUUID } from "node:crypto";
import { AwsClient } from "aws4fetch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ModelServer, StorageProxy, Trouble } from "#testing";
import { OBEDIENT, OBEDIENT_SCHEMA, Receiver, ModelServer as Server, schemaOf, serving, storageProxy } from "#testing";

const { TEST_S3: S3 = "", TEST_S3_KEY: KEY = "cogtest", TEST_S3_SECRET: SECRET = "cogtestsecret" } = process.env;
const left = S3 === "" ? " (left out: TEST_S3 names no storage)" : "";
const BUCKET = "cog";
const MIB = 1024 * 1024;

const client = new AwsClient({
  accessKeyId: KEY,
  secretAccessKey: SECRET,
  service: "s3",
  region: "us-east-1",
  retries: 0,
});
const prefix = `test-${randomUUID()}`;
const model = { model: OBEDIENT, schema: OBEDIENT_SCHEMA };
const uploading = { ...model, args: ["--upload-url", `s3://${BUCKET}/${prefix}`] };

function env(more: Readonly<Record<string, string>> = {}, endpoint = S3): Record<string, string> {
  return { AWS_ACCESS_KEY_ID: KEY, AWS_SECRET_ACCESS_KEY: SECRET, AWS_ENDPOINT_URL: endpoint, ...more };
}

async function stored(key: string): Promise<{ readonly bytes: Buffer; readonly type: string | null }> {
  const response = await client.fetch(`${S3}/${BUCKET}/${key}`);
  expect(response.status).toBe(200);
  return { bytes: Buffer.from(await response.arrayBuffer()), type: response.headers.get("content-type") };
}

/** Uploads in parts that were neither completed nor aborted. */
async function openUploads(): Promise<string[]> {
  const xml = await (await client.fetch(`${S3}/${BUCKET}?uploads=`)).text();
  return [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = ""]) => key).filter((key) => key.startsWith(prefix));
}

/** A file of so many bytes that differ from place to place; says their digest. */
const made = (bytes: number, name = "out.bin") => `
import hashlib
output = Path(${JSON.stringify(name)})
block = bytes(range(251)) * 4176
digest = hashlib.sha256()
with open(output, "wb") as file:
    left = ${bytes}
    while left > 0:
        piece = block[:left]; file.write(piece); digest.update(piece); left -= len(piece)
print(digest.hexdigest())`;

function digestOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

describe.skipIf(S3 === "")(`object storage${left}`, { timeout: 120_000 }, () => {
  let server: ModelServer;
  beforeAll(async () => {
    server = await Server.start({ ...uploading, env: env() });
  });
  afterAll(() => server.close());

  test.each([
    ["nothing", 0],
    ["1 byte", 1],
    ["one byte less than parts begin with", 16 * MIB - 1],
    ["as much as one request takes", 16 * MIB],
    ["one byte more", 16 * MIB + 1],
    ["200 MiB", 200 * MIB],
  ])("a file of %s", async (name, bytes) => {
    const id = `size-${bytes}`;
    const { output, logs, error } = await server.client.predict({ id, input: { do: made(bytes) } });
    expect(error, name).toBeUndefined();
    expect(output).toBe(`${S3}/${BUCKET}/${prefix}/${id}/0-out.bin`);
    const object = await stored(`${prefix}/${id}/0-out.bin`);
    expect(object.bytes.length).toBe(bytes);
    expect(digestOf(object.bytes)).toBe(logs?.trim());
    expect(object.type).toBe("application/octet-stream");
  });

  test("names and ids are told apart, whatever is in them, and a prediction that is run again stores in the same places", async () => {
    const code = `
def made(name):
    Path(name).write_text(name)
    return Path(name)
output = [made("a b+#?%&'()*!é.txt"), {"inner": made("b.png")}]`;
    const id = "../../né/x";
    for (const _ of [1, 2]) {
      const { output } = await server.client.predict({ id, input: { do: code } });
      const base = `${S3}/${BUCKET}/${prefix}/..%252F..%252Fn%25C3%25A9%252Fx`;
      expect(output).toEqual([`${base}/0-a%20b%2B%23%3F%25%26%27%28%29%2A%21%C3%A9.txt`, { inner: `${base}/1-b.png` }]);
    }
    const list = await (await client.fetch(`${S3}/${BUCKET}?list-type=2&prefix=${prefix}/..`)).text();
    expect(list).toContain("<KeyCount>2</KeyCount>");
    const key = `${prefix}/..%252F..%252Fn%25C3%25A9%252Fx/1-b.png`;
    expect(await stored(key)).toMatchObject({ type: "image/png" });
  });

  test("what a client wants is below the server's own place, or refused", async () => {
    const input = { do: made(1) };
    const below = `s3://${BUCKET}/${prefix}/mine`;
    const { output } = await server.client.predict({ id: "own", input, output_file_prefix: below });
    expect(output).toBe(`${S3}/${BUCKET}/${prefix}/mine/own/0-out.bin`);
    for (const elsewhere of [
      "s3://other/x",
      `s3://${BUCKET}`,
      `s3://${BUCKET}/${prefix}-2`,
      `gs://${BUCKET}/${prefix}`,
      "s3:///x",
    ]) {
      const refused = await server.post("/predictions", { input, output_file_prefix: elsewhere });
      expect([elsewhere, refused.status]).toEqual([elsewhere, 422]);
      expect(await refused.json()).toMatchObject({ detail: [{ loc: ["body", "output_file_prefix"] }] });
    }
  });

  test("the addresses of one request are used in order, and shown without their signature", async () => {
    const signed = async (key: string): Promise<string> =>
      (await client.sign(`${S3}/${BUCKET}/${prefix}/put/${key}`, { method: "PUT", aws: { signQuery: true } })).url;
    const code = `
def items():
    for name in ("one", "two", "three"):
        Path(name).write_text(name)
        yield Path(name)
output = items()`;
    const put_urls = [await signed("a"), await signed("b"), await signed("c")];
    const { output } = await server.client.predict({ input: { do: code }, upload: { put_urls } });
    expect(output).toEqual(put_urls.map((url) => url.replace(/\?.*/, "")));
    expect((await stored(`${prefix}/put/c`)).bytes.toString()).toBe("three");
    const few = await server.client.predict({ input: { do: code }, upload: { put_urls: put_urls.slice(0, 2) } });
    expect(few).toMatchObject({
      status: "failed",
      error: expect.stringContaining("more files than upload.put_urls has (2)"),
    });
    const wrong = put_urls.map((url) => url.replace(/Signature=.{8}/, "Signature=00000000"));
    const refused = await server.client.predict({ input: { do: code }, upload: { put_urls: wrong } });
    expect(refused.error).toBe(
      `Failed to upload output: ${S3}/${BUCKET}/${prefix}/put/a: upload returned status 403 Forbidden`,
    );
  });

  test.each([
    [{ post_policy: {} }, ["upload", "post_policy"]],
    [{ put_urls: "http://x/" }, ["upload", "put_urls"]],
    [{ put_urls: ["ftp://x/"] }, ["upload", "put_urls"]],
    [{}, ["upload", "put_urls"]],
    ["x", ["upload", "put_urls"]],
  ])("upload: %j is refused", async (upload, place) => {
    const response = await server.post("/predictions", { input: {}, upload });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ detail: [{ loc: ["body", ...place] }] });
  });

  test("objects are no inputs, unless the server is told that they are", async () => {
    const response = await server.post("/predictions", { input: { file: `s3://${BUCKET}/x` } });
    expect(response.status).toBe(422);
    expect(await response.text()).toContain("COG_S3_INPUTS");
  });

  test("a canceled upload leaves no parts", async () => {
    // Parts are taken in, and none is ever said to have arrived.
    const proxy = await storageProxy(S3, (entry) => (entry.includes("partNumber=3&") ? "silent" : undefined));
    await serving({ ...uploading, env: env({}, proxy.url) }, async ({ client: own }) => {
      const running = own.predict({ id: "canceled", input: { do: made(64 * MIB) } });
      await expect.poll(() => proxy.log.some((entry) => entry.includes("partNumber=3&"))).toBe(true);
      await expect.poll(openUploads).not.toEqual([]);
      await own.cancel("canceled");
      expect(await running).toMatchObject({ status: "canceled" });
      expect(await openUploads()).toEqual([]);
    });
    proxy.close();
  });

  test("a storage that refuses a part is told to forget the others", async () => {
    const proxy = await storageProxy(S3, (entry) =>
      entry.includes("partNumber=2&") ? { status: 403, code: "AccessDenied" } : undefined,
    );
    await serving({ ...uploading, env: env({}, proxy.url) }, async ({ client: own }) => {
      const { error } = await own.predict({ id: "refused", input: { do: made(64 * MIB) } });
      expect(error).toBe(
        `Failed to upload output: s3://${BUCKET}/${prefix}/refused/0-out.bin: ` +
          `the key ${KEY} may not do this in the bucket ${BUCKET} (403 AccessDenied)`,
      );
      expect(await openUploads()).toEqual([]);
    });
    proxy.close();
  });

  describe("in trouble", () => {
    let proxy: StorageProxy;
    let troubled: ModelServer;
    let plan: Parameters<typeof storageProxy>[1];
    beforeAll(async () => {
      proxy = await storageProxy(S3, (entry, count) => plan?.(entry, count));
      troubled = await Server.start({ ...uploading, env: env({}, proxy.url) });
    });
    afterAll(async () => {
      await troubled.close();
      proxy.close();
    });

    /** The first request whose entry has this. */
    function first(part: string, trouble: Trouble): typeof plan {
      let struck = false;
      return (entry) => {
        if (struck || !entry.includes(part)) return undefined;
        struck = true;
        return trouble;
      };
    }

    test.each([
      ["SlowDown", "POST", { status: 503, code: "SlowDown" }],
      ["RequestTimeout", "PUT", { status: 400, code: "RequestTimeout" }],
      ["429 without a word", "PUT", { status: 429 }],
      ["an internal error", "POST", { status: 500, code: "InternalError" }],
      ["the answer to a part lost", "partNumber=2", "lost"],
      ["the answer to the last request lost", "?uploadId", "lost"],
      [
        "the last request answered by an error that begins with 200",
        "?uploadId",
        { status: 200, code: "InternalError" },
      ],
    ] as const)("%s is survived", async (name, part, trouble) => {
      plan = first(part, trouble);
      const id = name.replaceAll(" ", "-");
      const { logs, error } = await troubled.client.predict({ id, input: { do: made(20 * MIB) } });
      expect(error).toBeUndefined();
      expect(digestOf((await stored(`${prefix}/${id}/0-out.bin`)).bytes)).toBe(logs?.trim());
    });

    test("a clock that is wrong is set by the storage's", async () => {
      // In the eyes of this storage it is an hour later; the real one then says what it is, and is believed in its turn.
      const date = new Date(Date.now() + 3600_000).toUTCString();
      plan = first("clock", { status: 403, code: "RequestTimeTooSkewed", headers: { date } });
      const before = proxy.log.length;
      const { error } = await troubled.client.predict({ id: "clock", input: { do: made(1) } });
      expect(error).toBeUndefined();
      expect(proxy.log.length - before).toBe(3);
    });
  });

  test.each([
    [
      "a wrong secret",
      { AWS_SECRET_ACCESS_KEY: "not-the-secret" },
      `AWS_SECRET_ACCESS_KEY is not the secret of the key ${KEY} (403 SignatureDoesNotMatch)`,
    ],
    ["a wrong region", { AWS_REGION: "eu-central-1" }, "(AWS_REGION)"],
    [
      "no such bucket",
      { UPLOAD: "s3://no-such-bucket-here" },
      `there is no bucket no-such-bucket-here at ${S3} (404 NoSuchBucket)`,
    ],
    [
      "a port where nobody listens",
      { AWS_ENDPOINT_URL: "http://127.0.0.1:65533" },
      "http://127.0.0.1:65533: connect ECONNREFUSED 127.0.0.1:65533",
    ],
  ])("%s is named, and no secret", async (_, { UPLOAD, ...wrong }: Record<string, string>, expected) => {
    const args = UPLOAD === undefined ? uploading.args : ["--upload-url", UPLOAD];
    await serving({ ...model, args, env: env(wrong) }, async (own) => {
      const { error, logs } = await own.client.predict({ input: { do: made(1) } });
      expect(error).toContain("Failed to upload output: s3://");
      expect(error).toContain(expected);
      for (const secret of [SECRET, "not-the-secret"]) expect(`${error}${logs}${own.log}`).not.toContain(secret);
    });
  });

  test("a presigned result can be fetched by anybody, and s3 is the address", async () => {
    await serving({ ...uploading, env: env({ COG_UPLOAD_RESULT: "presigned:60" }) }, async ({ client: own }) => {
      const { output, logs } = await own.predict({ id: "presigned", input: { do: made(1000, "é +.bin") } });
      expect(output).toContain("X-Amz-Expires=60");
      const response = await fetch(output as string);
      expect(response.status).toBe(200);
      expect(digestOf(Buffer.from(await response.arrayBuffer()))).toBe(logs?.trim());
      const bare = await fetch((output as string).replace(/\?.*/, ""));
      expect(bare.status).toBe(403);
    });
    await serving({ ...uploading, env: env({ COG_UPLOAD_RESULT: "s3" }) }, async ({ client: own }) => {
      const { output } = await own.predict({ id: "address", input: { do: made(1) } });
      expect(output).toBe(`s3://${BUCKET}/${prefix}/address/0-out.bin`);
    });
  });

  test("gs:// is the same protocol at Google's", async () => {
    const { AWS_ENDPOINT_URL: _, ...keys } = env({ STORAGE_EMULATOR_HOST: S3, AWS_REGION: "us-east-1" });
    const args = ["--upload-url", `gs://${BUCKET}/${prefix}`];
    await serving({ ...model, args, env: { ...keys, COG_UPLOAD_RESULT: "gs" } }, async ({ client: own }) => {
      const { output } = await own.predict({ id: "google", input: { do: made(17 * MIB) } });
      expect(output).toBe(`gs://${BUCKET}/${prefix}/google/0-out.bin`);
      expect((await stored(`${prefix}/google/0-out.bin`)).bytes.length).toBe(17 * MIB);
    });
  });

  test("a file that an iterator yields is there before the next one is made", async () => {
    const schema = schemaOf({ streaming: true, inputs: [{ name: "do", type: { kind: "string" }, default: "" }] });
    const code = `
def items():
    for name in ("1.txt", "2.txt"):
        Path(name).write_text(name)
        yield Path(name)
    while not os.path.exists("seen"):
        time.sleep(0.01)
output = items()`;
    await serving({ ...uploading, schema, env: env() }, async ({ client: own, folder }) => {
      const { writeFileSync } = await import("node:fs");
      const chunks: unknown[] = [];
      for await (const { event, data } of own.stream({ id: "stream", input: { do: code } })) {
        if (event !== "output") continue;
        chunks.push(data.chunk);
        const text = (await stored(`${prefix}/stream/${chunks.length - 1}-${chunks.length}.txt`)).bytes.toString();
        expect(text).toBe(`${chunks.length}.txt`);
        if (chunks.length === 2) writeFileSync(`${folder}/seen`, "");
      }
      expect(chunks).toHaveLength(2);
    });
  });

  describe("as inputs", () => {
    const READ = "import hashlib; output = [file.name[8:], hashlib.sha256(file.read_bytes()).hexdigest()]";
    const inputs = { ...model, env: env({ COG_S3_INPUTS: "1" }) };

    test.each([
      ["an empty one", 0],
      ["a small one", 10],
      ["one that comes in ranges", 100 * MIB + 1],
    ])("%s", async (_, bytes) => {
      const key = `${prefix}/in/${bytes} é+.bin`;
      const content = Buffer.alloc(bytes, "0123456789abcdef!");
      const put = await client.fetch(`${S3}/${BUCKET}/${encodeURI(key).replace("+", "%2B")}`, {
        method: "PUT",
        body: content,
      });
      expect(put.status).toBe(200);
      // The second range breaks once on its way.
      let cuts = 0;
      const proxy = await storageProxy(S3, (entry) =>
        entry.startsWith("GET") && ++cuts === 2 ? { cutAfter: MIB } : undefined,
      );
      await serving({ ...inputs, env: { ...inputs.env, AWS_ENDPOINT_URL: proxy.url } }, async ({ client: own }) => {
        const { output, error } = await own.predict({ input: { do: READ, file: `s3://${BUCKET}/${key}` } });
        expect(error).toBeUndefined();
        expect(output).toEqual([`${bytes} é+.bin`, digestOf(content)]);
      });
      proxy.close();
    });

    test("what is not there, or too large, or not from an allowed bucket, says so", async () => {
      await client.fetch(`${S3}/${BUCKET}/${prefix}/eleven`, { method: "PUT", body: "eleven byte" });
      const limits = { COG_DOWNLOAD_MAX_BYTES: "10", COG_INPUT_HOSTS: `s3://${BUCKET}` };
      await serving({ ...inputs, env: { ...inputs.env, ...limits } }, async (own) => {
        const missing = await own.client.predict({ input: { file: `s3://${BUCKET}/nothing` } });
        expect(missing.error).toBe(`Input file: s3://${BUCKET}/nothing: there is no such object (404 NoSuchKey)`);
        const large = await own.client.predict({ input: { file: `s3://${BUCKET}/${prefix}/eleven` } });
        expect(large.error).toContain("larger than 10 bytes (COG_DOWNLOAD_MAX_BYTES)");
        for (const file of ["s3://other/x", `gs://${BUCKET}/x`, "http://127.0.0.1/x", "s3://a..%2f@b/x"]) {
          const refused = await own.post("/predictions", { input: { file } });
          expect([file, refused.status]).toEqual([file, 422]);
        }
      });
    });
  });
});

test("a storage that does not say how long its object is cannot send more than may be", async () => {
  const storage = await Receiver.start((_, response) => {
    response.write("eleven");
    response.end(" byte");
  });
  const inputs = { ...model, env: env({ COG_S3_INPUTS: "1", COG_DOWNLOAD_MAX_BYTES: "10" }, storage.url) };
  await serving(inputs, async (own) => {
    const { error } = await own.client.predict({ input: { file: `s3://${BUCKET}/eleven` } });
    expect(error).toBe(`Input file: s3://${BUCKET}/eleven: it is larger than 10 bytes (COG_DOWNLOAD_MAX_BYTES)`);
  });
  storage.close();
});

test("credentials of a role come from Amazon's library, where the working directory has it", async () => {
  const library = "node_modules/@aws-sdk/credential-providers";
  const files = {
    [`${library}/package.json`]: JSON.stringify({ name: "@aws-sdk/credential-providers", main: "index.js" }),
    [`${library}/index.js`]: `exports.fromNodeProviderChain = () => async () => ({
      accessKeyId: ${JSON.stringify(KEY)}, secretAccessKey: ${JSON.stringify(SECRET)}, sessionToken: undefined });`,
  };
  const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...keyless } = env({}, S3 || "http://127.0.0.1:65533");
  await serving({ ...uploading, files, env: keyless }, async ({ client: own }) => {
    if (S3 === "") return;
    const { error } = await own.predict({ id: "role", input: { do: made(1) } });
    expect(error).toBeUndefined();
  });
});

test.skipIf(S3 === "")("a role that gives no credentials is told as that", async () => {
  const library = "node_modules/@aws-sdk/credential-providers";
  const files = {
    [`${library}/package.json`]: JSON.stringify({ name: "@aws-sdk/credential-providers", main: "index.js" }),
    [`${library}/index.js`]: "exports.fromNodeProviderChain = () => async () => { throw new Error('no role here'); };",
  };
  await serving({ ...uploading, files, env: { AWS_ENDPOINT_URL: S3 } }, async ({ client: own }) => {
    const { error } = await own.predict({ id: "none", input: { do: made(1) } });
    expect(error).toBe(
      `Failed to upload output: s3://${BUCKET}/${prefix}/none/0-out.bin: there are no credentials: no role here`,
    );
  });
});

const START = [
  ["no key", {}, "Object storage needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."],
  ["half a key", { AWS_ACCESS_KEY_ID: "x" }, "Object storage needs AWS_SECRET_ACCESS_KEY, too, which is not set."],
  ["a result of another kind", { COG_UPLOAD_RESULT: "presigned:604801" }, 'COG_UPLOAD_RESULT is "presigned:604801".'],
  ["an endpoint that is none", { AWS_ENDPOINT_URL: "127.0.0.1:9000" }, "AWS_ENDPOINT_URL is not an http or https URL."],
] as const;

test.each(START)("the server does not start with %s", async (_, wrong, expected) => {
  const starting = Server.start({ ...uploading, env: wrong });
  await expect(starting).rejects.toThrow(expected);
});
