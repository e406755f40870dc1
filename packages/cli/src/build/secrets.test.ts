import { expect, test } from "vitest";
import { dockerSecret } from "./secrets.ts";

test.each([
  ["id=pip,src=pip.conf", "id=pip,src=/project/pip.conf"],
  ["id=pip,source=/etc/pip.conf", "id=pip,src=/etc/pip.conf"],
  ["id=token,env=TOKEN", "id=token,env=TOKEN"],
  ["id=token,type=env,src=TOKEN", "id=token,env=TOKEN"],
])("%s is handed on as %s", (text, expected) => {
  expect(dockerSecret(text, "/project")).toBe(expected);
});

test.each([
  ["id=x,file=y", '"file"'],
  ["x", '"x"'],
  ["id=x", "where its value comes from"],
])("refuses %s, naming %s", (text, named) => {
  expect(() => dockerSecret(text, "/project")).toThrow(named);
});
