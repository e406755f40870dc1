import { expect, test } from "vitest";
import type { BuildPlan } from "#plan";
import { renderDockerfile, withoutPreamble } from "./index.ts";

const HELLO: BuildPlan = {
  purpose: "image",
  base: { image: "python:3.13-slim", because: "build.python_version" },
  caCertificate: false,
  environment: [],
  systemPackages: [],
  requirements: [],
  installer: "pip",
  node: { version: "24.19.0", fallback: "22.20.0" },
  sdk: { kind: "carried", file: "/x/cog-1.0.0-py3-none-any.whl", version: "1.0.0" },
  run: [],
  precompile: false,
  strip: false,
  server: [{ name: "COG_PREDICT_TYPE_STUB", value: "run.py:Runner" }],
  labels: {},
  weights: [],
  decisions: [],
  warnings: [],
  files: [],
  folders: { ca: "ca-1f", requirements: "requirements-2f", node: "node-4f", sdk: "sdk-3f" },
};

const EVERYTHING: BuildPlan = {
  ...HELLO,
  caCertificate: true,
  environment: [
    { name: "B", value: 'a b "q" $HOME \\ z' },
    { name: "A", value: "" },
  ],
  systemPackages: ["ffmpeg", "libgl1=1.6.0-1"],
  requirements: ["numpy==1.26.4"],
  run: [
    { command: "echo 1 # done", mounts: [] },
    { command: "cat /etc/pip.conf", mounts: [{ type: "secret", id: "pip", target: "/etc/pip.conf" }] },
  ],
  user: "1000",
  labels: { "run.cog.version": "1.0.0", "run.cog.config": '{"a":"$b"}' },
  weights: ["weights"],
  imageWeights: '{"weights":[{"name":"base","target":"/src/it\'s","setDigest":"sha256:1f"}]}',
};

test("a model without dependencies", () => {
  expect(readable(HELLO)).toMatchInlineSnapshot(`
    "ARG COG_BASE="python:3.13-slim"
    FROM $COG_BASE
    ARG COG_LAYER=…
    ENV DEBIAN_FRONTEND="noninteractive" PYTHONUNBUFFERED="1" NVIDIA_DRIVER_CAPABILITIES="all"
    RUN --mount=type=cache,id=cog-pip,target=/media --mount=type=bind,source=build/node-4f,target=/mnt eval "$COG_LAYER"; mkdir -p /src && python /mnt/install-node.py /opt/cog/bin/node 24.19.0 22.20.0
    RUN --mount=type=bind,source=build/sdk-3f,target=/mnt eval "$COG_LAYER"; PIP_CACHE_DIR=/media/pip python -m pip install -q --no-deps --no-compile --no-index --no-cache-dir --find-links /mnt cog==1.0.0
    WORKDIR /src
    EXPOSE 5000
    ENV COG_NODE="/opt/cog/bin/node" COG_PREDICT_TYPE_STUB="run.py:Runner"
    CMD ["python","-m","cog.server.http"]
    COPY src /src
    "
  `);
});

test("a model that uses everything", () => {
  expect(readable(EVERYTHING)).toMatchInlineSnapshot(`
    "ARG COG_BASE="python:3.13-slim"
    FROM $COG_BASE
    ARG COG_LAYER=…
    ENV DEBIAN_FRONTEND="noninteractive" PYTHONUNBUFFERED="1" NVIDIA_DRIVER_CAPABILITIES="all"
    RUN --mount=type=bind,source=build/ca-1f,target=/mnt eval "$COG_LAYER"; mkdir -p /usr/local/share/ca-certificates /etc/ssl/certs && install -m 0644 /mnt/ca.crt /usr/local/share/ca-certificates/cog-ca-cert.crt && { ! command -v update-ca-certificates >/dev/null || update-ca-certificates; } && cat /mnt/ca.crt >> /etc/ssl/certs/ca-certificates.crt
    ENV SSL_CERT_FILE="/etc/ssl/certs/ca-certificates.crt" REQUESTS_CA_BUNDLE="/etc/ssl/certs/ca-certificates.crt"
    ENV A="" B="a b \\"q\\" \\$HOME \\\\ z"
    RUN --mount=type=cache,id=cog-apt-python:3.13-slim,target=/var/cache/apt,sharing=locked --mount=type=cache,id=cog-apt-lists-python:3.13-slim,target=/var/lib/apt,sharing=locked eval "$COG_LAYER"; apt-get update -qq && apt-get install -qqy ffmpeg libgl1=1.6.0-1
    RUN --mount=type=cache,id=cog-pip,target=/media --mount=type=bind,source=build/requirements-2f,target=/mnt eval "$COG_LAYER"; PIP_CACHE_DIR=/media/pip python -m pip install --no-compile -r /mnt/requirements.txt
    RUN --mount=type=cache,id=cog-pip,target=/media --mount=type=bind,source=build/node-4f,target=/mnt eval "$COG_LAYER"; mkdir -p /src && python /mnt/install-node.py /opt/cog/bin/node 24.19.0 22.20.0
    RUN --mount=type=bind,source=build/sdk-3f,target=/mnt eval "$COG_LAYER"; PIP_CACHE_DIR=/media/pip python -m pip install -q --no-deps --no-compile --no-index --no-cache-dir --find-links /mnt cog==1.0.0
    RUN eval "$COG_LAYER"; echo 1 # done
    RUN --mount=type=secret,id=pip,target=/etc/pip.conf eval "$COG_LAYER"; cat /etc/pip.conf
    WORKDIR /src
    EXPOSE 5000
    ENV COG_NODE="/opt/cog/bin/node" COG_PREDICT_TYPE_STUB="run.py:Runner"
    LABEL run.cog.config="{\\"a\\":\\"\\$b\\"}"
    LABEL run.cog.version="1.0.0"
    CMD ["python","-m","cog.server.http"]
    COPY weights/src /src
    RUN eval "$COG_LAYER"; mkdir -p /.cog && printf %s '{"weights":[{"name":"base","target":"/src/it'\\''s","setDigest":"sha256:1f"}]}' > /.cog/weights.json
    COPY src /src
    USER "1000"
    "
  `);
});

test("a development image has all but the source", () => {
  const text = renderDockerfile({ ...HELLO, purpose: "development" }).text;
  expect(text).not.toContain("COPY");
  expect(renderDockerfile(HELLO).text.startsWith(text.trimEnd())).toBe(true);
});

test.each([
  [
    "an SDK of the user's brings its own server",
    { sdk: { kind: "requirement", requirement: "cog==0.16.0", prerelease: false } },
    /pip install --no-compile cog==0\.16\.0/,
  ],
  [
    "a wheel of the user's",
    { sdk: { kind: "wheel", file: "/x/cog-0.20.0-py3-none-any.whl" } },
    /pip install --no-compile \/mnt\/\*\.whl/,
  ],
  [
    "a URL of the user's",
    { sdk: { kind: "url", url: "https://ada:secret@h/cog-0.20.0-py3-none-any.whl" } },
    /source=build\/sdk-3f,target=\/mnt (?:(?!secret).)*pip install --no-compile -r \/mnt\/requirements\.txt\n/,
  ],
] as const)("%s", (_title, { sdk }, expected) => {
  const { node: _ours, ...plan } = HELLO;
  const { text } = renderDockerfile({ ...plan, sdk });
  expect(text).toMatch(expected);
  expect(text).not.toContain("install-node");
});

test("uv comes from the base or the index, and looks at all indexes", () => {
  const text = readable({ ...EVERYTHING, installer: "uv" });
  expect(text).toMatch(
    /command -v uv.*--target \/media\/uv uv.*pip install --system --index-strategy unsafe-best-match -r \/mnt/,
  );
});

test("an installer that nobody asked for is uv where the base has it", () => {
  const text = readable({ ...EVERYTHING, installer: "auto" });
  expect(text).toMatch(/if uv=\$\(command -v uv\); then .*"\$uv" pip install --system.*; else .*python -m pip install/);
  expect(text).not.toContain("--target /media/uv");
});

test("stripping happens in the layer of the install, where there is the tool", () => {
  const text = readable({ ...EVERYTHING, strip: true });
  expect(text).toMatch(
    /-r \/mnt\/requirements\.txt && \{ ! command -v strip .*-not -name '\*cpython\*\.so' -exec strip -S/,
  );
  expect(readable(EVERYTHING)).not.toContain("strip -S");
});

test("weights in an image of their own are copied from it", () => {
  const text = readable({ ...EVERYTHING, weightsImage: "me-weights" });
  expect(text).toMatch(/\nFROM me-weights AS weights\n.*\nCOPY --from=weights \/src \/src\nRUN .*\nCOPY src \/src\n/s);
  expect(text).not.toContain("COPY weights/src");
});

test("a base image of the user's is asked for its Python first", () => {
  const text = renderDockerfile({ ...HELLO, expectedPython: "3.11" }).text;
  expect(text).toMatch(/python -c ".*has != '3\.11'.*"\nRUN .*install-node/);
});

test("never uses what Docker Engine 20.10 refuses", () => {
  expect(renderDockerfile(EVERYTHING).text).not.toMatch(
    /# *syntax=|COPY --link|<<|ADD |--exclude|RUN --network|secret,env=/,
  );
});

test("knows which line of cog.yaml a line comes from", () => {
  const { text, origins } = renderDockerfile(EVERYTHING);
  const line = text.split("\n").findIndex((candidate) => candidate.includes("cat /etc/pip.conf")) + 1;
  expect(origins.get(line)).toEqual({ kind: "config", path: ["build", "run", 1] });
});

test("a long label is broken into lines that builders take, and loses nothing", () => {
  const value = 'x # "q" \\ é😀 '.repeat(20_000);
  const { text } = renderDockerfile({ ...HELLO, labels: { big: value } });
  for (const line of text.split("\n")) {
    expect(Buffer.byteLength(line)).toBeLessThan(65_536);
    expect(line).not.toMatch(/^\s+\S|^#.*q/);
  }
  const joined = /LABEL big="(.*)"$/m.exec(text.replaceAll("\\\n", ""))?.[1] ?? "";
  expect(joined.replaceAll(/\\([\\"$])/g, "$1")).toBe(value);
});

test("takes the preamble out of a builder's log", () => {
  const argument = /^ARG COG_LAYER="(.*)"$/m.exec(renderDockerfile(HELLO).text)?.[1] ?? "";
  const expanded = argument.replaceAll(/\\([\\"$])/g, "$1");
  expect(withoutPreamble(`#6 [2/8] RUN eval "${expanded}"; pip --version`)).toBe("#6 [2/8] RUN pip --version");
});

/** The text without the one long argument that is the same everywhere. */
function readable(plan: BuildPlan): string {
  return renderDockerfile(plan).text.replaceAll(/^ARG COG_LAYER=.*$/gm, "ARG COG_LAYER=…");
}
