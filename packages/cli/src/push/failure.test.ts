import { expect, test } from "vitest";
import { explainRefusal } from "./failure.ts";
import { resolveTarget } from "./reference.ts";

const variables = { model: undefined, registry: undefined, repository: undefined, tag: undefined };
const to = (argument: string) =>
  resolveTarget({ argument, image: undefined, model: undefined, registryHost: undefined, variables }, new Date());

test.each([
  [
    "unknown-repository",
    "r8.im/ada/model:1",
    "push.model_not_found",
    /^Unable to find existing Replicate model for r8\.im\/ada\/model\. Go to replicate\.com and create a new model before pushing\.$/,
    /'sudo cog login' and not 'cog login'/,
  ],
  [
    "unknown-repository",
    "r.io/ada/model",
    "push.repository_not_found",
    /r\.io has no repository ada\/model/,
    /created/,
  ],
  [
    "unauthorized",
    "r.io/ada/model",
    "push.unauthorized",
    /^failed to push image: authorization failed \(SAID; tried FILE\)$/,
    /^Log in with 'cog login --registry r\.io' or 'docker login r\.io'\.$/,
  ],
  ["denied", "ada/model", "push.denied", /authorization failed/, /'docker login'\.\nOr ask whoever runs docker\.io/],
  ["no-such-image", "r.io/a:x", "push.tag_not_found", /^tag not found: "r\.io\/a:x"$/, /cog build -t/],
  ["too-large", "r.io/a", "push.too_large", /^failed to push image: SAID$/, /COG_PUSH_MULTIPART_THRESHOLD/],
  ["unreachable", "r.io/a", "push.unreachable", /^cannot push to r\.io: SAID$/, /proxy of docker/],
  ["other", "r.io/a", "push.failed", /^failed to push image: SAID$/, /--debug/],
] as const)("%s, of %s", (reason, name, code, message, hint) => {
  const error = explainRefusal(reason, "SAID", { target: to(name), tool: "docker", credentialsFrom: "FILE" });
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  expect(error.hint).toMatch(hint);
});
