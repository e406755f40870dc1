import { expect, test } from "vitest";
import { referenceTree, refsOf } from "./pushed-text.ts";

const at = (digest: string) => ({ digest, reference: `r.io/ada/model@${digest}` });
const weights = ["base", "adapter"].map((name, index) => ({ name, pushed: at(`sha256:${index}`) }));

test("an image is one line, a model a tree with its weights in columns", () => {
  expect(referenceTree({ image: at("sha256:aa") })).toBe("  image  r.io/ada/model@sha256:aa");
  const model = { model: at("sha256:bb"), image: at("sha256:aa") };
  expect(referenceTree({ ...model, weights: [] })).toBe(
    ["  model   r.io/ada/model@sha256:bb", "  └─ image   r.io/ada/model@sha256:aa"].join("\n"),
  );
  expect(referenceTree({ ...model, weights })).toBe(
    [
      "  model   r.io/ada/model@sha256:bb",
      "  ├─ image   r.io/ada/model@sha256:aa",
      "  ├─ weight  base     r.io/ada/model@sha256:0",
      "  └─ weight  adapter  r.io/ada/model@sha256:1",
    ].join("\n"),
  );
  expect(refsOf({ ...model, weights })).toEqual({
    model: "r.io/ada/model@sha256:bb",
    image: "r.io/ada/model@sha256:aa",
    weights: { base: "r.io/ada/model@sha256:0", adapter: "r.io/ada/model@sha256:1" },
  });
});
