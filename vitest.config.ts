import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["packages/*/src", "scripts", "e2e", "examples", "bench"].map((folder) => `${folder}/**/*.test.ts`),
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
