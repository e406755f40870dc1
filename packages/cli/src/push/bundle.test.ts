import type { LockedWeight } from "@cog/core/wire";
import { expect, test } from "vitest";
import { bundleIndex, imageTag, platformOf } from "./bundle.ts";

test("the index names the image first, and weights as nothing that can be pulled and run", () => {
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const image = { mediaType, digest: "sha256:aa", size: 10, annotations: { not: "ours" } };
  const weight: LockedWeight = {
    ...{ name: "base", target: "/src/w", sources: [], importedAt: "", digest: "sha256:bb", setDigest: "sha256:cc" },
    ...{ size: 13, sizeCompressed: 7, files: [], layers: [] },
  };
  const manifest = { mediaType, digest: "sha256:bb", size: 20 };
  const index = bundleIndex(image, platformOf("linux/arm64/v8"), [{ weight, manifest }]);
  expect(JSON.parse(Buffer.from(index).toString())).toEqual({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [
      { mediaType, size: 10, digest: "sha256:aa", platform: { os: "linux", architecture: "arm64", variant: "v8" } },
      {
        ...{ mediaType, size: 20, digest: "sha256:bb", artifactType: "application/vnd.cog.weight.v1" },
        platform: { os: "unknown", architecture: "unknown" },
        annotations: {
          "run.cog.weight.name": "base",
          "run.cog.weight.set-digest": "sha256:cc",
          "run.cog.weight.size.uncompressed": "13",
        },
      },
    ],
  });
});

test("a long tag leaves room for ours", () => {
  expect(imageTag("v1")).toBe("cog-image.v1");
  expect(imageTag("x".repeat(128))).toHaveLength(128);
});
