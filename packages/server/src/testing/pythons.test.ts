/** Says which of the Pythons that models are tested with this machine lacks: as tests that are skipped, with the version. */
import { expect, test } from "vitest";
import { missingPythons, testPythons } from "./pythons.ts";

test("there is a Python to test models with", () => expect(testPythons()).not.toEqual([]));

for (const version of missingPythons())
  test.skip(`models on Python ${version}, which is not on this machine`, () => undefined);
