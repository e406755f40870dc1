import { expect, test } from "vitest";
import { dockerSecret } from "./secrets.ts";

const here = import.meta.dirname;

test.each([
  ["id=pip,src=secrets.ts", `id=pip,src=${here}/secrets.ts`],
  [`id=pip,source=${here}/secrets.ts`, `id=pip,src=${here}/secrets.ts`],
  ["id=token,env=TOKEN", "id=token,env=TOKEN"],
  ["id=token,type=env,src=TOKEN", "id=token,env=TOKEN"],
])("%s is handed on as %s", (text, expected) => {
  expect(dockerSecret(text, here)).toBe(expected);
});

test.each([
  ["id=x,file=y", '"file"'],
  ["x", '"x"'],
  ["id=x,src=nowhere", `${here}/nowhere does not exist`],
  ["id=x", "where its value comes from"],
])("refuses %s, naming %s", (text, named) => {
  expect(() => dockerSecret(text, here)).toThrow(named);
});
