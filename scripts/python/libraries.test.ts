/** The SDK next to the libraries that models use: each environment is made once and kept under node_modules/.cache. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { at } from "../repository.ts";
import { pythonEnvironment } from "./environment.ts";

test.each(["pydantic-1", "pydantic-2"] as const)(
  "%s and numpy",
  (name) => {
    const python = join(pythonEnvironment(name), "python");
    const args = [
      "-m",
      "pytest",
      "-q",
      "-p",
      "no:cacheprovider",
      "python/tests/libraries",
      "python/tests/test_inspect.py",
    ];
    const selected = [...args, "-k", "pydantic or libraries or values"];
    const { status, stdout, stderr } = spawnSync(python, selected, {
      cwd: at("."),
      encoding: "utf8",
      timeout: 100_000,
    });
    expect({ status, output: status === 0 ? "" : stdout + stderr }).toEqual({ status: 0, output: "" });
  },
  180_000,
);
