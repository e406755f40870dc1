import { readdirSync, readFileSync } from "node:fs";
import { ERROR_CODES } from "@cog/core/errors";
import { expect, test } from "vitest";
import { at } from "../repository.ts";

test("every code in the table is one that something fails with", () => {
  const sources = ["core", "cli", "server"].flatMap((name) =>
    readdirSync(at("packages", name, "src"), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && !path.endsWith("codes.ts"))
      .map((path) => readFileSync(at("packages", name, "src", path), "utf8")),
  );
  const text = sources.join("\n");
  // A push that is refused takes the second half from what the registry said.
  const used = (code: string) =>
    text.includes(`"${code}"`) || (/^push\.(unauthorized|denied)$/.test(code) && text.includes("`push.${"));
  expect(Object.keys(ERROR_CODES).filter((code) => !used(code))).toEqual([]);
});
