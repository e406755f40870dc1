import { expect, test } from "vitest";
import { type PushProgress, pushProgress } from "./push-progress.ts";

test.each([
  [
    "docker",
    [
      "The push refers to repository [r/x]\nc33ca1",
      "8646a3: Preparing\n8634427de882: Waiting\n",
      "c33ca18646a3: Pushed\n",
    ],
    { done: 1, layers: 2 },
  ],
  [
    "docker, where all is there",
    ["c33ca18646a3: Layer already exists\n8634427de882: Mounted from a/b\n"],
    { done: 2, layers: 2 },
  ],
  ["podman", ["Copying blob sha256:c33ca18646a3ff\nCopying config sha256:12\n"], { done: 0, layers: 1 }],
  ["neither", ["hello: Pushed\nlatest: digest: sha256:00 size: 1\n"], undefined],
])("the words of %s", (_, pieces, last) => {
  let told: PushProgress | undefined;
  const follow = pushProgress((progress) => {
    told = progress;
  });
  for (const piece of pieces) follow(piece);
  expect(told).toEqual(last);
});
