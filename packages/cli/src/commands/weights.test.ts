/** `cog weights` as a process, with a registry and servers of files that answer for real. */
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { faultProxy, sha, testRegistry, WeightsTrial, weight } from "#testing";

const { host: REGISTRY, authorization } = testRegistry;
const trial = WeightsTrial.perTest();
const cog: WeightsTrial["cog"] = async (words, env) => await trial.cog(words, env);

describe("without a registry", () => {
  test.each([
    ["weights import", "model: h.test/ab\nrun: run.py:Runner", "no weights defined in cog.yaml"],
    ["weights import b c", undefined, 'weight "b", "c" not found in cog.yaml'],
    ["weights pull b", undefined, 'weight "b" not found in cog.yaml'],
    ["weights pull", undefined, "weights.lock not found (run 'cog weights import' first)"],
    ["weights import --dry-run", undefined, "Cannot import file://./w: "],
    [
      "run -i x=1",
      undefined,
      "weights.lock is out of sync with cog.yaml:\n  - \"a\": not imported yet\nRun 'cog weights import'",
    ],
  ])("cog %s %#", async (words, config, why) => {
    if (config === undefined) trial.project(weight("a", "{uri: w}"));
    else trial.write("cog.yaml", config);
    trial.write(
      "run.py",
      "from cog import BaseRunner\nclass Runner(BaseRunner):\n    def run(self, x: int) -> int:\n        return x\n",
    );
    const { code, stdout, stderr } = await cog(words);
    expect(stderr).toContain(why);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });

  test.each([
    [
      "{uri: w, include: ['*.onnx'], exclude: [b]}",
      "file://./w has no files that match: include [*.onnx], exclude [b]",
    ],
    ["{uri: w/a}", "is not a directory"],
    ["{uri: links}", "link is a symbolic link"],
    ["{uri: 'gs://x/y'}", 'unsupported weight source scheme "gs" in URI "gs://x/y"'],
    ["{uri: 's3:///y'}", "expected s3://BUCKET or s3://BUCKET/PREFIX"],
    ["{uri: 'oci://ada/model'}", "it must name the host of a registry"],
    ["{uri: 'hf://acme/gated'}", "Accept them at 127.0.0.1:"],
    ["{uri: 'hf://acme/absent'}", "has no such repository, revision or file"],
  ])("%s cannot be imported", async (source, why) => {
    const hub = await trial.serve((request, response) =>
      response.writeHead(request.url?.includes("gated") ? 401 : 404).end(),
    );
    trial.write("w/a", "a");
    mkdirSync(trial.path("links"));
    symlinkSync("../w/a", trial.path("links/link"));
    trial.project(weight("base", source));
    const { code, stderr } = await cog("weights import --dry-run", { HF_ENDPOINT: hub });
    expect(stderr).toContain(why);
    expect(code).toBe(1);
    expect(existsSync(trial.path("weights.lock"))).toBe(false);
  });
});

describe.skipIf(REGISTRY === "")("with a registry", { timeout: 240_000 }, () => {
  test("a repository of Hugging Face: pages, odd names, large files elsewhere, a busy server", async () => {
    const large = randomBytes(200_000);
    const small: Readonly<Record<string, string>> = { "config.json": "{}", "a #1/50% é.txt": "odd", "onnx/x": "no" };
    let commit = "a".repeat(40);
    let told: IncomingMessage["headers"] | undefined;
    const elsewhere = await trial.serve((request, response) => {
      told = request.headers;
      response.end(large);
    });
    let busy = true;
    const hub = await trial.serve((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? "", "http://hub");
      if (request.headers.authorization !== "Bearer hf_secret") return void response.writeHead(401).end();
      const entry = (path: string) => ({ type: "file", path, size: small[path]?.length ?? 0, oid: "0" });
      const lfs = { type: "file", path: "model.safetensors", size: 200_000, lfs: { oid: sha(large), size: 200_000 } };
      if (pathname.endsWith("/revision/v2") && busy) {
        busy = false;
        response.writeHead(503, { "retry-after": "0" }).end();
      } else if (pathname.endsWith("/revision/v2")) response.end(JSON.stringify({ sha: commit }));
      else if (searchParams.has("cursor"))
        response.end(JSON.stringify([lfs, { type: "directory", path: "onnx" }, entry("onnx/x")]));
      else if (pathname.endsWith(`/tree/${commit}`)) {
        // As a mirror passes it on: with the address of the original.
        const next = `https://huggingface.co${pathname}?recursive=true&cursor=2`;
        response.setHeader("link", `<${next}>; rel="next"`);
        response.end(JSON.stringify(Object.keys(small).slice(0, 2).map(entry)));
      } else {
        const path = decodeURIComponent(pathname.split(`/resolve/${commit}/`)[1] ?? "");
        if (path === "model.safetensors") response.writeHead(302, { location: `${elsewhere}/blob` }).end();
        else response.end(small[path]);
      }
    });
    trial.project(weight("base", "{uri: 'huggingface://acme/resnet@v2', exclude: [onnx/]}"));
    const env = { HF_ENDPOINT: hub, HUGGING_FACE_HUB_TOKEN: "hf_secret" };
    const imported = await cog("weights import -v", env);
    expect(imported.stderr).toContain(
      "+ base  hf://acme/resnet@v2 → /src/base\n  status: new\n  files: 3  size: 195.3KB\n",
    );
    expect(imported).toMatchObject({ code: 0, stdout: "" });
    expect(told?.authorization).toBeUndefined();
    for (const content of [large, "{}", "odd"]) expect(existsSync(trial.inStore(content))).toBe(true);
    expect(trial.lockText()).toContain(`"fingerprint": "commit:${commit}"`);
    expect(imported.stderr + trial.lockText()).not.toContain("hf_secret");

    commit = "b".repeat(40);
    const moved = await cog("weights import", env);
    expect(moved.stderr).toContain(
      "~ base  hf://acme/resnet@v2 → /src/base\n  status: upstream-changed\n  changed: hf://acme/resnet@v2: commit:aaaaaaaaaaaa → commit:bbbbbbbbbbbb",
    );
    expect((await cog("weights status")).code).toBe(0);
  });

  test("files of web servers and of a directory: the last source wins, and what changes there is seen", async () => {
    let content = "one";
    const web = await trial.serve((request, response) => {
      if (request.url === "/weak.bin") response.setHeader("etag", `W/"${content}"`);
      if (request.url === "/strong.bin") response.setHeader("etag", `"${content}"`);
      if (request.method === "HEAD" && request.url === "/weak.bin") return void response.writeHead(405).end();
      response.end(request.method === "HEAD" ? undefined : content);
    });
    trial.write("w/strong.bin", "shadowed");
    trial.write("w/deep/file", "deep");
    trial.project(
      [weight("strong", `[{uri: w}, {uri: '${web}/strong.bin'}]`), weight("weak", `{uri: '${web}/weak.bin'}`)].join(
        "\n",
      ),
    );
    const imported = await cog("weights import");
    expect(imported.stderr).toContain(
      `+ strong → /src/strong\n    file://./w\n    ${web}/strong.bin\n  status: new\n  files: 2  size: 7B`,
    );
    expect(imported.stderr).toContain("Building 2 weight(s)...");
    const before = trial.lockText();
    expect(before).toContain('"fingerprint": "etag:\\"one\\""');

    const again = await cog("weights import");
    expect(again.stderr).not.toContain("Building");
    expect(trial.lockText()).toBe(before);

    content = "two";
    const changed = await cog("weights import weak");
    expect(changed.stderr).toContain("~ weak");
    expect(changed.stderr).not.toContain("strong");
    expect((await cog("weights status --json")).stdout).toContain('"status": "ready"');

    // A cache from which one file is missing fetches one layer.
    rmSync(trial.inStore("two"));
    const pulled = await cog("weights pull");
    expect(pulled.stderr).toContain("Pulling strong... cached (2/2 files)");
    expect(pulled.stderr).toContain("Pulling weak... done (3B, 1 file(s), 1 layer(s))");
    expect(readFileSync(trial.inStore("two"), "utf8")).toBe("two");
  });

  test("empty files are files, and what cog.yaml no longer has leaves the lock", async () => {
    trial.write("w/empty", "");
    trial.project([weight("a", "{uri: w}"), weight("b", "{uri: w}")].join("\n"));
    expect(await cog("weights import")).toMatchObject({ code: 0 });
    rmSync(trial.path("cache"), { recursive: true });
    expect((await cog("weights pull")).stderr).toContain(
      "across 1 file(s) / 1 layer(s) for 1 weight(s); 1 already cached.",
    );
    const text = trial.read("cog.yaml");
    trial.write("cog.yaml", text.replace(/ {2}- {name: b.*\n/, ""));
    expect((await cog("weights status")).stdout).toMatch(/^b .*orphaned/m);
    expect(await cog("weights import")).toMatchObject({ code: 0 });
    expect(JSON.parse(trial.lockText())).toMatchObject({ weights: [{ name: "a" }] });
  });

  test("what the registry has lost is pushed again, as long as the files can be had", async () => {
    trial.write("w/a", randomBytes(1000));
    trial.project(weight("a", "{uri: w}"));
    await cog("weights import");
    const before = trial.lockText();
    // Another repository of the same registry has none of it.
    const text = trial.read("cog.yaml");
    trial.write("cog.yaml", text.replace(/^model: .*/, `model: ${REGISTRY}/ada/${randomUUID()}`));
    const status = await cog("weights status");
    expect(status).toMatchObject({ code: 1, stdout: expect.stringContaining("incomplete") });
    expect(status.stderr).toContain("not all weights are ready");
    const { stderr } = await cog("weights import -v");
    expect(stderr).toContain("= a  file://./w");
    expect(stderr).toMatch(/layer sha256:\w+ {2}\d.*done/);
    expect((await cog("weights status")).code).toBe(0);

    // What only this machine has lost is fetched again.
    rmSync(trial.path("cache"), { recursive: true });
    expect(await cog("weights import")).toMatchObject({ code: 0 });
    expect(trial.storeContent()).toEqual({ wrong: [], files: 1 });
    expect(trial.lockText()).toBe(before);
  });

  test("another tool's lock stays as it is while the registry has its objects, and becomes ours where it has not", async () => {
    trial.write("w/a", randomBytes(1000));
    const repository = randomUUID();
    trial.project(weight("a", "{uri: w}"), `${REGISTRY}/ada/${repository}`);
    await cog("weights import");
    const lock = JSON.parse(trial.lockText());
    const manifests = `http://${REGISTRY}/v2/ada/${repository}/manifests`;
    const type = "application/vnd.oci.image.manifest.v1+json";
    const ours = await fetch(`${manifests}/${lock.weights[0].digest}`, { headers: { authorization, accept: type } });
    const theirs = JSON.stringify(await ours.json(), null, 1);
    const digest = `sha256:${sha(Buffer.from(theirs))}`;
    const headers = { authorization, "content-type": type };
    expect((await fetch(`${manifests}/${digest}`, { method: "PUT", headers, body: theirs })).status).toBe(201);
    const envelope = "sha256:ce2d53f8dd962ace393450e0abadbe227304897be87753a503b61f9c8525726e";
    trial.write(
      "weights.lock",
      JSON.stringify({ ...lock, envelopeFormat: envelope, weights: [{ ...lock.weights[0], digest }] }, null, 2),
    );
    const before = trial.lockText();
    expect((await cog("weights import")).stderr).toContain("= a  file://./w");
    expect(trial.lockText()).toBe(before);

    const text = trial.read("cog.yaml");
    trial.write("cog.yaml", text.replace(repository, randomUUID()));
    expect(await cog("weights import")).toMatchObject({ code: 0 });
    expect(JSON.parse(trial.lockText()).weights[0].digest).toBe(lock.weights[0].digest);
    expect((await cog("weights status")).code).toBe(0);
  });

  test("a layer that holds what the lock does not name is not kept", async () => {
    trial.write("w/a", "a");
    trial.write("w/b", "b");
    trial.project(weight("a", "{uri: w}"));
    await cog("weights import");
    const lock = JSON.parse(trial.lockText());
    lock.weights[0].files = lock.weights[0].files.filter(({ path }: { path: string }) => path === "a");
    trial.write("weights.lock", JSON.stringify(lock));
    rmSync(trial.path("cache"), { recursive: true });
    const { code, stderr } = await cog("weights pull");
    expect(stderr).toMatch(/layer sha256:\w+ of weight "a" holds b, which weights.lock does not name/);
    expect(code).toBe(1);
    expect(existsSync(trial.inStore("b"))).toBe(false);
  });

  test("killed at any moment, import and pull leave nothing wrong, and succeed when run again", async () => {
    const contents = Array.from({ length: 6 }, () => randomBytes(300_000));
    let slow = true;
    let sent = 0;
    const web = await trial.serve(async (request, response) => {
      const content = contents[Number(request.url?.slice(2))] ?? Buffer.alloc(0);
      for (let at = 0; at < content.length; at += 50_000) {
        response.write(content.subarray(at, at + 50_000));
        sent += 1;
        if (slow) await delay(20);
      }
      response.end();
    });
    trial.project(weight("base", `[${contents.map((_, index) => `{uri: '${web}/f${index}'}`).join(", ")}]`));
    const killed = async (words: string, moment: (said: string) => boolean) => {
      const child = trial.start(words);
      let said = "";
      child.stderr?.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
      while (child.exitCode === null && !moment(said)) await delay(1);
      const ended = child.exitCode === null ? once(child, "exit") : undefined;
      child.kill("SIGKILL");
      await ended;
      expect(trial.storeContent().wrong).toEqual([]);
      if (existsSync(trial.path("weights.lock"))) expect(() => JSON.parse(trial.lockText())).not.toThrow();
    };
    for (const parts of [1, 7, 20]) {
      sent = 0;
      await killed("weights import", () => sent >= parts);
    }
    for (const text of ["Building", "Pushing"]) await killed("weights import", (said) => said.includes(text));
    slow = false;
    expect(await cog("weights import")).toMatchObject({ code: 0 });
    expect(trial.storeContent()).toEqual({ wrong: [], files: 6 });
    expect((await cog("weights status")).code).toBe(0);
    rmSync(trial.path("cache"), { recursive: true });
    const names = () => readdirSync(trial.path("cache"), { recursive: true, encoding: "utf8" });
    await killed("weights pull", (said) => said.includes("Pulling"));
    mkdirSync(trial.path("cache"), { recursive: true });
    await killed("weights pull", () => names().some((name) => basename(name).startsWith("put-")));
    await killed("weights pull", () => trial.storeContent().files > 1);
    expect(await cog("weights pull")).toMatchObject({ code: 0 });
    expect(trial.storeContent()).toEqual({ wrong: [], files: 6 });
  });

  test("of a large file nothing is read twice, whatever ends the pull", async () => {
    const content = randomBytes(65 * 1024 * 1024);
    trial.write("w/model.safetensors", content);
    const repository = `ada/${randomUUID()}`;
    trial.project(weight("base", "{uri: w}"), `${REGISTRY}/${repository}`);
    expect(await cog("weights import")).toMatchObject({ code: 0 });
    expect(trial.lockText()).toContain('"mediaType": "application/vnd.oci.image.layer.v1.tar"');
    rmSync(trial.inStore(content));
    // One part never comes.
    const proxy = await faultProxy(REGISTRY, [{ at: "GET blobs", only: [6], instead: () => undefined }]);
    trial.knows(REGISTRY, proxy.host);
    const env = { COG_MODEL: `${proxy.host}/${repository}` };
    const child = trial.start("weights pull", env);
    const ended = once(child, "exit");
    const part = join(dirname(trial.inStore(content)), `part-${basename(trial.inStore(content))}`);
    const size = () => statSync(part, { throwIfNoEntry: false })?.size ?? 0;
    while (child.exitCode === null && size() < 16 * 1024 * 1024) await delay(5);
    child.kill("SIGKILL");
    await ended;
    const held = size();
    const before = proxy.headers.length;
    expect(await cog("weights pull", env)).toMatchObject({ code: 0 });
    expect(trial.storeContent()).toEqual({ wrong: [], files: 1 });
    const starts = proxy.headers.slice(before).flatMap(({ range }) => /^bytes=(\d+)-/.exec(range ?? "")?.[1] ?? []);
    expect(Math.min(...starts.map(Number))).toBeGreaterThanOrEqual(held);
    expect(existsSync(part)).toBe(false);
    await proxy.close();
  });

  test("two imports at once, of two weights, leave both in the lock", async () => {
    trial.write("w/a", randomBytes(100_000));
    trial.write("v/b", randomBytes(100_000));
    trial.project([weight("a", "{uri: w}"), weight("b", "{uri: v}")].join("\n"));
    const both = await Promise.all([cog("weights import a"), cog("weights import b")]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(JSON.parse(trial.lockText())).toMatchObject({ weights: [{ name: "a" }, { name: "b" }] });
  });
});
