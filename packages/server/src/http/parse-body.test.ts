import { expect, test } from "vitest";
import { parseBody } from "./parse-body.ts";

const base64 = Buffer.alloc(300_000, "cog").toString("base64");
const url = `data:image/png;base64,${base64}`;
const at = (index: number, text: string): string => `${url.slice(0, index)}${text}${url.slice(index + text.length)}`;

const bodies: Record<string, string> = {
  "an input": `{"input":{"file":"${url}","n":1}}`,
  "several, and others between": `{"a":["${url}", "short", "${url}="],"b":{"c":"${url}=="}}`,
  "the whole body": `"${url}"`,
  "a key": `{"${url}" :1,"b":"${url}"}`,
  "a member named __proto__": `{"__proto__":"${url}"}`,
  "a string within a string": `{"a":"say \\"${url}","b":1}`,
  "an escape in it": `{"a":"${at(200_001, "\\n")}"}`,
  "a line break in it": `{"a":"${at(200_001, "\n")}"}`,
  "a tab before its end": `{"a":"${url}\t"}`,
  "a control character in its head": `{"a":"data:image/\u0001;base64,${base64}"}`,
  "no base64 in it": `{"a":"${at(200_001, "é")}"}`,
  "padding in the middle": `{"a":"${at(200_001, "=")}"}`,
  "one character too many": `{"a":"${url}A"}`,
  "letters of the URL alphabet": `{"a":"${at(200_000, "-_")}"}`,
  "no end": `{"a":"${url}`,
  "something behind it": `{"a":"${url}"x}`,
  "a quote before it": `{"a":""${url}"}`,
};

test.each(Object.entries(bodies))("is read as JSON.parse does: %s", (_, body) => {
  const outcome = (parse: (text: string) => unknown): unknown => {
    try {
      return { value: parse(body) };
    } catch (error) {
      return { error: (error as Error).name };
    }
  };
  expect(outcome(parseBody)).toEqual(outcome(JSON.parse));
});
