/** Whole projects built by the real engine, each for what only a real build shows. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { rootCertificates } from "node:tls";
import { parseConfig } from "@cog/core/config";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { docker, type Image, inspectImage, ping, removeImage } from "#docker";
import type { ImageWish, Project } from "#project";
import type { Reporter } from "#report";
import { type BuildImageRequest, buildImage, developmentImage } from "./index.ts";

const signal = new AbortController().signal;
const withDocker = (await ping({ signal })) === "answers";
const NAME = `cog-real-test-${process.pid}`;
const SCHEMA = { openapi: "3.0.2", info: { title: "Cog", version: "0.1.0" }, paths: {} };
const SECRET = `secret-${randomBytes(12).toString("hex")}`;
const BIG = 60 * 1024 * 1024;

let root: string;
let project: string;
let output = "";
let warned: string[];

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "cog-real-test-")));
});

beforeEach(() => {
  project = mkdtempSync(join(root, "project-"));
  output = "";
  warned = [];
  write("run.py", "x = 1\n");
});

afterAll(async () => {
  rmSync(root, { recursive: true, force: true });
  if (withDocker) for (const name of [NAME, `${NAME}-weights`, COG_BASE]) await removeImage(name);
});

const COG_BASE = `localhost:1/cog-base-${process.pid}/cog-base:python3.11`;
const title = `a real build${withDocker ? "" : " (left out: no Docker engine answers here)"}`;

describe.skipIf(!withDocker)(title, { timeout: 300_000 }, () => {
  // ffmpeg alone is some two hundred Debian packages.
  test("of onnxruntime, ffmpeg, a secret, a user and Python 3.10", { timeout: 600_000 }, async () => {
    write("requirements.txt", "numpy==2.2.6\nonnxruntime==1.22.1\n");
    write("../secret.txt", SECRET);
    const built = await build(
      `build:
  python_version: "3.10"
  python_requirements: requirements.txt
  system_packages: [ffmpeg]
  user: "1234"
  run:
    - command: wc -c < /run/secrets/key > /opt/length && ! mount | grep -q nothing
      mounts: [{type: secret, id: key, target: /run/secrets/key}]
`,
      { secrets: ["id=key,src=../secret.txt"] },
    );
    const script =
      'python -c "import onnxruntime, numpy, cog, sys; print(sys.version_info[1])"; cat /opt/length; id -u; ffmpeg -version | head -1';
    const { stdout } = await docker(["run", "--rm", "--read-only", "--tmpfs=/tmp", NAME, "sh", "-c", script], {
      signal,
    });
    expect(stdout).toMatch(new RegExp(`^10\n${SECRET.length}\n1234\nffmpeg version`));
    expect(built.labels["run.cog.pip_freeze"]).toContain("onnxruntime==1.22.1");
    // Neither in a layer nor in the config; the build's log does not have it either.
    const saved = execFileSync("sh", ["-c", `docker save ${NAME} | grep -ac ${SECRET} || true`], { encoding: "utf8" });
    expect(saved.trim()).toBe("0");
    expect(output).not.toContain(SECRET);
  });

  test.each(["pip", "uv"])("keeps no token of an address that %s installs from", async (installer) => {
    const wheel = emptyWheel("own");
    const server = createServer((_, response) => void response.end(wheel)).listen(0, "0.0.0.0");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const gateway = ["network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}"];
    const host = `${(await docker(gateway, { signal })).stdout.trim()}:${port}`;
    try {
      write("requirements.txt", `own @ http://ada:${SECRET}@${host}/own-1.0-py3-none-any.whl?token=${SECRET}\n`);
      const python = `build: {python_version: "3.11", installer: ${installer}, python_requirements: requirements.txt}`;
      const built = await build(`${python}\n`);
      expect(built.labels["run.cog.pip_freeze"]).toContain(`own @ http://${host}/own-1.0-py3-none-any.whl`);
    } finally {
      server.close();
    }
    const script = `import base64, hashlib, importlib.metadata as metadata, pathlib
own = metadata.distribution("own")
for file in own.files:
    content = pathlib.Path(file.locate()).read_bytes()
    assert file.hash is None or base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode() == file.hash.value
print(own.read_text("direct_url.json"))`;
    const { stdout } = await docker(["run", "--rm", NAME, "python", "-c", script], { signal });
    expect(JSON.parse(stdout)).toMatchObject({ url: `http://${host}/own-1.0-py3-none-any.whl` });
    expect(output).not.toContain(SECRET);
  });

  test("of Python 3.13 answers as a server for any user and without a writable root", async () => {
    write(
      "run.py",
      "from cog import BaseRunner\n\nclass Runner(BaseRunner):\n    def run(self, a: str) -> str:\n        return a\n",
    );
    await build('build: {python_version: "3.13"}\nrun: run.py:Runner\n');
    const script =
      "python -m cog.server.http & until python -c \"import urllib.request as u; print(u.urlopen('http://127.0.0.1:5000/health-check').read().decode())\" 2>/dev/null | grep READY; do sleep 0.2; done";
    const args = [
      "run",
      "--rm",
      "--user=1234",
      "--read-only",
      "--tmpfs=/tmp",
      NAME,
      "timeout",
      "40",
      "sh",
      "-c",
      script,
    ];
    const { stdout } = await docker(args, { signal });
    expect(stdout).toContain('"status":"READY"');
  });

  test("twice without a cache has the same layers, and with --timestamp is the same image", async () => {
    write("requirements.txt", "six==1.17.0\n");
    write("weights/model.bin", "w".repeat(BIG));
    const config = `build:
  python_version: "3.11"
  python_requirements: requirements.txt
  run: ["echo made > /opt/made"]
`;
    const timed = { noCache: true, timestamp: 1_700_000_000 };
    const first = await build(config, timed);
    const second = await build(config, timed);
    expect(second.layers).toEqual(first.layers);
    expect(second.id).toBe(first.id);

    write("run.py", "x = 2\n");
    const edited = await build(config, { timestamp: timed.timestamp });
    expect(edited.layers.slice(0, -1)).toEqual(first.layers.slice(0, -1));
    expect(edited.layers.at(-1)).not.toBe(first.layers.at(-1));
    // The last layer is the code alone; the big file has the one before it.
    const { stdout } = await docker(["history", "--human=false", "--format={{.Size}}", NAME], { signal });
    const sizes = stdout.split("\n").map(Number);
    expect(sizes[0]).toBeLessThan(10_000);
    expect(sizes[1]).toBe(BIG);
  });

  test("with 600 MB of weights builds and sends none of them again after an edit", async () => {
    const size = 600 * 1024 * 1024;
    write("weights/model.bin", "");
    truncateSync(join(project, "weights/model.bin"), size);
    const config = 'build: {python_version: "3.11"}\n';
    const first = await build(config);
    // Another project in between does not make the builder forget this one's.
    const here = project;
    project = mkdtempSync(join(root, "project-"));
    write("run.py", "x = 1\n");
    await build(config);
    project = here;
    write("run.py", "x = 2\n");
    output = "";
    const edited = await build(config);
    expect(edited.layers.slice(0, -1)).toEqual(first.layers.slice(0, -1));
    const sent = [...output.matchAll(/transferring context: ([\d.]+\w*B)/g)].map(([, size]) => size);
    expect(sent.length).toBeGreaterThan(0);
    for (const size of sent) expect(size).toMatch(/^[\d.]+k?B$/);
    const { stdout } = await docker(["run", "--rm", NAME, "stat", "-c", "%s", "/src/weights/model.bin"], { signal });
    expect(stdout).toBe(String(size));
  });

  test("with --separate-weights copies them from an image of their own", async () => {
    // Other bytes than in any run before: the builder remembers layers by what is in them, not by its time.
    write("weights/model.bin", randomBytes(11 * 1024 * 1024));
    const config = 'build: {python_version: "3.11"}\n';
    const first = await build(config, { separateWeights: true });
    const second = await build(config, { separateWeights: true, noCache: true });
    expect(second.layers.at(-2)).toBe(first.layers.at(-2));
    expect((await inspectImage(`${NAME}-weights`, { signal }))?.layers).toHaveLength(1);
    const { stdout } = await docker(["run", "--rm", NAME, "wc", "-c", "/src/weights/model.bin"], { signal });
    expect(stdout).toContain(String(11 * 1024 * 1024));
  });

  test("with --precompile and --strip", async () => {
    await build('build: {python_version: "3.11"}\n', { precompile: true, strip: true });
    const { stdout } = await docker(["run", "--rm", NAME, "sh", "-c", "ls /src/__pycache__"], { signal });
    expect(stdout).toContain("run.cpython-311.pyc");
  });

  test("notices a file of ours that changed and kept its length", async () => {
    write("requirements.txt", "six==1.17.0\n");
    const config = 'build: {python_version: "3.11", python_requirements: requirements.txt}\n';
    await build(config);
    write("requirements.txt", "six==1.16.0\n");
    const schema = { ...SCHEMA, info: { title: "Goc", version: "0.1.0" } };
    const built = await build(config, { schema });
    expect(built.labels["run.cog.pip_freeze"]).toContain("six==1.16.0");
    const { stdout } = await docker(["run", "--rm", NAME, "cat", "/src/.cog/openapi_schema.json"], { signal });
    expect(JSON.parse(stdout)).toEqual(schema);
  });

  test("has Node in a layer that all images of a base share, whatever is below it", async () => {
    const bare = await build('build: {python_version: "3.11"}\n');
    write("requirements.txt", "six==1.17.0\n");
    const other = await build('build: {python_version: "3.11", python_requirements: requirements.txt}\n');
    expect(other.layers).toHaveLength(bare.layers.length + 1);
    // Above it: the SDK, the working directory, the code.
    expect(other.layers.at(-4)).toBe(bare.layers.at(-4));
  });

  test("without a schema has none, and says the rest", async () => {
    const { schema: _none, ...request } = requestFor('build: {python_version: "3.11"}\n');
    await buildImage(request, { tool: "docker", signal, report });
    const image = await inspected();
    expect(image.labels).not.toHaveProperty("run.cog.openapi_schema");
    expect(image.labels["run.cog.version"]).toBe("1.2.3");
  });

  test("by the user's own Dockerfile is labelled all the same, and can be developed in", async () => {
    write(".dockerignore", "hidden\n");
    write("hidden", "");
    write("Own.Dockerfile", "FROM python:3.11-slim\nCOPY . /src\nRUN ls /src > /listing\n");
    const image = { dockerfile: join(project, "Own.Dockerfile") };
    const built = await build('build: {python_version: "3.11"}\nrun: run.py:Runner\n', {}, image);
    expect(JSON.parse(built.labels["run.cog.config"] ?? "")).toMatchObject({ predict: "run.py:Runner" });
    const { stdout } = await docker(["run", "--rm", NAME, "cat", "/listing"], { signal });
    expect(stdout).toBe("Own.Dockerfile\ncog.yaml\nrun.py");
    const name = await developmentImage(projectOf('build: {python_version: "3.11"}\n', image), {
      tool: "docker",
      signal,
      report,
    });
    expect((await docker(["run", "--rm", name, "cat", "/listing"], { signal })).stdout).toContain("run.py");
    await removeImage(name);
  });

  test("on one of Cog's own base images says on which", async () => {
    await docker(["tag", "python:3.11-slim", COG_BASE], { signal });
    const registry = COG_BASE.slice(0, COG_BASE.indexOf("/cog-base:"));
    const base = await inspectImage(COG_BASE, { signal });
    const built = await build('build: {python_version: "3.11"}\n', {}, { cogBaseRegistry: registry });
    expect(built.labels).toMatchObject({
      "run.cog.cog-base-image-name": COG_BASE,
      "run.cog.cog-base-image-last-layer-sha": base?.layers.at(-1),
      "run.cog.cog-base-image-last-layer-idx": String((base?.layers.length ?? 0) - 1),
    });
    const missing = build('build: {python_version: "3.12"}\n', {}, { cogBaseRegistry: registry });
    await expect(missing).rejects.toThrow("Could not find a suitable base image");
  });

  test("with more to say than one argument holds says it in its labels, but for the packages", async () => {
    const described = { ...SCHEMA, info: { ...SCHEMA.info, description: "long ".repeat(40_000) } };
    await build('build: {python_version: "3.11"}\n');
    const packages = `import sysconfig, os
for number in range(700):
    name = f"p{number}" + "x" * 200
    folder = os.path.join(sysconfig.get_path("purelib"), name[:200] + "-1.dist-info")
    os.makedirs(folder)
    open(os.path.join(folder, "METADATA"), "w").write(f"Metadata-Version: 2.1\\nName: {name}\\nVersion: 1\\n")`;
    const run = `echo ${Buffer.from(packages).toString("base64")} | base64 -d | python`;
    const config = `build:\n  python_version: "3.11"\n  run: ["${run}"]\n`;
    const { labels } = await build(config, { schema: described });
    expect(JSON.parse(labels["run.cog.openapi_schema"] ?? "")).toEqual(described);
    expect(labels["run.cog.pip_freeze"]).toBe("");
    expect(warned).toEqual([expect.stringContaining("too long for a label")]);
  });

  test("refuses a base image with another Python than cog.yaml names, before it installs anything", async () => {
    const building = build('build:\n  python_version: "3.12"\n', {}, { base: "python:3.11-slim" });
    await expect(building).rejects.toMatchObject({
      message: expect.stringContaining(
        "build.python_version failed: it is 3.12, and python:3.11-slim has another Python",
      ),
      place: { line: 2 },
    });
  });

  test.each([
    ["", ""],
    [", on a base image without any certificates", "RUN rm -rf /etc/ssl /usr/sbin/update-ca-certificates"],
  ])("trusts COG_CA_CERT%s", async (_title, without) => {
    const base = `${NAME}-base`;
    const dockerfile = join(root, "base.Dockerfile");
    writeFileSync(dockerfile, `FROM python:3.11-slim\n${without}\n`);
    const certificate = join(root, "ca.crt");
    const request = `openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=Cog-Test-CA -out ${certificate}`;
    execFileSync("sh", ["-c", request], { stdio: "ignore" });
    // With all others that the build itself may need.
    writeFileSync(certificate, [...rootCertificates, readFileSync(certificate, "utf8")].join("\n"));
    process.env["COG_CA_CERT"] = certificate;
    try {
      await docker(["build", "--quiet", "--tag", base, "--file", dockerfile, root], { signal });
      await build('build: {python_version: "3.11"}\n', {}, { base });
    } finally {
      delete process.env["COG_CA_CERT"];
      await removeImage(base);
    }
    const script = 'tail -n 25 "$SSL_CERT_FILE"; test "$REQUESTS_CA_BUNDLE" = "$SSL_CERT_FILE"';
    const { stdout, exitCode } = await docker(["run", "--rm", NAME, "sh", "-c", script], { signal });
    expect(exitCode).toBe(0);
    expect(stdout).toBe(readFileSync(certificate, "utf8").trimEnd().split("\n").slice(-25).join("\n"));
  });
});

function write(path: string, text: string | Uint8Array): void {
  const file = join(project, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** A package of no modules. */
function emptyWheel(name: string): Buffer {
  const script = `import io, sys, zipfile
at = f"{sys.argv[1]}-1.0.dist-info/"
made = io.BytesIO()
with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as wheel:
    wheel.writestr(at + "METADATA", f"Metadata-Version: 2.1\\nName: {sys.argv[1]}\\nVersion: 1.0\\n")
    wheel.writestr(at + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(at + "RECORD", "".join(at + file + ",,\\n" for file in ("METADATA", "WHEEL", "RECORD")))
sys.stdout.buffer.write(made.getvalue())`;
  return execFileSync("python3", ["-c", script, name]);
}

function projectOf(yaml: string, image?: ImageWish): Project {
  write("cog.yaml", yaml);
  const { config } = parseConfig(yaml, { file: "cog.yaml" });
  if (config === undefined) throw new Error("the test's own cog.yaml is wrong");
  return { directory: project, configFile: join(project, "cog.yaml"), config, ...(image !== undefined && { image }) };
}

function requestFor(yaml: string, options: Partial<BuildImageRequest> = {}, image?: ImageWish): BuildImageRequest {
  return { project: projectOf(yaml, image), schema: SCHEMA, cogVersion: "1.2.3", tags: [NAME], ...options };
}

async function build(yaml: string, options: Partial<BuildImageRequest> = {}, image?: ImageWish): Promise<Image> {
  await buildImage(requestFor(yaml, options, image), { tool: "docker", signal, report });
  return await inspected();
}

async function inspected(): Promise<Image> {
  const image = await inspectImage(NAME, { signal });
  if (image === undefined) throw new Error(`${NAME} is not there`);
  return image;
}

const report: Reporter = {
  info: () => {},
  warn: (message) => void warned.push(message),
  debug: () => {},
  output: (text) => {
    output += text;
  },
  step: () => ({ update: () => {}, done: () => {}, fail: () => {} }),
};
