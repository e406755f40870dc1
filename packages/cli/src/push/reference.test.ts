/** Every way to say where an image goes, and every way to say it wrong. */
import { expect, test } from "vitest";
import { type ModelVariables, resolveTarget, type TargetWords } from "./reference.ts";

const NOW = new Date("2026-01-02T03:04:05.678Z");
const STAMP = "20260102T030405Z";

type Words = Partial<Omit<TargetWords, "variables">> & Partial<Omit<ModelVariables, "model">> & { COG_MODEL?: string };

function resolve({ COG_MODEL: whole, registry, repository, tag, ...words }: Words) {
  const variables = { model: whole, registry, repository, tag };
  return resolveTarget(
    { argument: undefined, image: undefined, model: undefined, registryHost: undefined, ...words, variables },
    NOW,
  );
}

test.each<[string, Words, string, string]>([
  ["an argument", { argument: "r.io/a/b" }, "r.io/a/b", "r.io/a/b"],
  ["an argument, before image", { argument: "r.io/a/b:1", image: "r.io/c" }, "r.io/a/b:1", "r.io/a/b"],
  ["image", { image: "localhost:5000/c:x" }, "localhost:5000/c:x", "localhost:5000/c"],
  ["image of Docker Hub", { image: "ada/model" }, "ada/model", "ada/model"],
  ["a tag alone changes nothing", { argument: "r.io/a", tag: "v1" }, "r.io/a", "r.io/a"],
  ["model", { model: "r.io/a/b" }, `r.io/a/b:${STAMP}`, "r.io/a/b"],
  ["model with a tag", { model: "r.io/a/b", tag: "v1" }, "r.io/a/b:v1", "r.io/a/b"],
  ["model without a host", { model: "a/b", tag: "v1" }, "docker.io/a/b:v1", "docker.io/a/b"],
  ["model, of the default registry", { model: "a/b", tag: "v1", registryHost: "d.io" }, "d.io/a/b:v1", "d.io/a/b"],
  ["a host in model, before the default", { model: "r.io/a", tag: "1", registryHost: "d.io" }, "r.io/a:1", "r.io/a"],
  ["another registry", { model: "r.io/a/b", registry: "s.io:5000", tag: "1" }, "s.io:5000/a/b:1", "s.io:5000/a/b"],
  ["another repository", { model: "r.io/a/b", repository: "c/d", tag: "1" }, "r.io/c/d:1", "r.io/c/d"],
  ["a repository alone", { repository: "c/d" }, `r8.im/c/d:${STAMP}`, "r8.im/c/d"],
  ["a repository, of the default registry", { repository: "c", registryHost: "d.io" }, `d.io/c:${STAMP}`, "d.io/c"],
  [
    "COG_MODEL, before all of them",
    { COG_MODEL: "w.io/a:t", model: "r.io/b", repository: "c", registry: "s.io", tag: "v" },
    "w.io/a:t",
    "w.io/a",
  ],
  ["COG_MODEL without a tag", { COG_MODEL: "w.io/a", tag: "v" }, `w.io/a:${STAMP}`, "w.io/a"],
])("%s", (_, words, name, repositoryName) => {
  expect(resolve(words)).toMatchObject({ name, repositoryName });
});

const NO_TARGET =
  "To push images, you must either set the 'image' option in cog.yaml or pass an image name as an argument. For example, 'cog push registry.example.com/your-username/model-name'";
const BARE = "must be a bare repository path (no host, tag, or digest)";
const DIGEST = `sha256:${"0".repeat(64)}`;

test.each<[Words, string, string]>([
  [{}, "push.no_target", NO_TARGET],
  [{ tag: "v1", registry: "r.io" }, "push.no_target", NO_TARGET],
  [
    { model: "r.io/a", tag: "cog-x" },
    "push.tag",
    'invalid COG_MODEL_TAG "cog-x": "cog-" is a reserved prefix — choose a different tag',
  ],
  [
    { COG_MODEL: "r.io/a:cog-x" },
    "push.tag",
    'invalid COG_MODEL "r.io/a:cog-x": "cog-" is a reserved prefix — choose a different tag',
  ],
  [
    { model: "r.io/a", tag: "a b" },
    "push.tag",
    'invalid COG_MODEL_TAG "a b": must match OCI tag regex ^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$',
  ],
  [{ repository: "h:5/b" }, "push.reference", `invalid COG_MODEL_REPO "h:5/b": ${BARE}`],
  [{ repository: `b@${DIGEST}` }, "push.reference", `invalid COG_MODEL_REPO "b@${DIGEST}": ${BARE}`],
  [
    { model: "b/c", registry: "a/b" },
    "push.reference",
    'invalid COG_MODEL_REGISTRY "a/b": must be a bare host (no path, tag, or digest)',
  ],
  [
    { argument: "r.io/a", model: "b/c" },
    "push.conflict",
    "positional image argument not supported with 'model' config",
  ],
  [
    { argument: "r.io/a", repository: "b" },
    "push.conflict",
    "positional image argument not supported with 'model' config",
  ],
  [{ image: "r.io/a", tag: "v" }, "push.conflict", "'image' in cog.yaml cannot be combined with COG_MODEL* env vars"],
  [
    { image: "r.io/a", COG_MODEL: "b" },
    "push.conflict",
    "'image' in cog.yaml cannot be combined with COG_MODEL* env vars",
  ],
  [
    { COG_MODEL: `r.io/a@${DIGEST}` },
    "push.reference",
    `cannot push to digest-pinned ref r.io/a@${DIGEST}: model push requires a tag`,
  ],
  [
    { argument: "r.io/Ada/x" },
    "push.reference",
    '"r.io/Ada/x" is not an image reference: the repository must be in lower case',
  ],
  [
    { COG_MODEL: "r.io/a:b:c" },
    "push.reference",
    'invalid COG_MODEL: "r.io/a:b:c" is not an image reference: the tag "b:c" is not valid',
  ],
])("%j is refused", (words, code, message) => {
  expect(() => resolve(words)).toThrow(expect.objectContaining({ code, message }));
});
