import { expect, test } from "vitest";
import { withoutCredentials, withoutSecrets } from "./index.ts";

test.each([
  ["--index-url https://me:s3cret@h.example/simple", "--index-url https://****@h.example/simple"],
  ["--extra-index-url=https://token@h.example/", "--extra-index-url=https://****@h.example/"],
  ["a @ git+https://x:y@h.example/r.git@v1#egg=a", "a @ git+https://****@h.example/r.git@v1#egg=a"],
  ["two https://a:b@h/ and https://c:d@h/", "two https://****@h/ and https://****@h/"],
  ["a @ git+ssh://git@h.example/r.git", "a @ git+ssh://git@h.example/r.git"],
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: pip's own way to name a variable
  ["https://${USER}:${TOKEN}@h/", "https://${USER}:${TOKEN}@h/"],
  ["https://h/a.whl?token=${TOKEN}&key=$KEY", "https://h/a.whl?token=${TOKEN}&key=$KEY"],
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: see above
  ["https://h.example/a@b?c=me@x", "https://h.example/a@b?c=me@x"],
  ["https://me:p@ss@h/", "https://****@h/"],
  ["torch==2.3.1", "torch==2.3.1"],
  ["a @ https://h/a.whl?token=s3cret&raw=1#sha256=0a", "a @ https://h/a.whl?token=****&raw=1#sha256=0a"],
  ["'https://h/w?X-Amz-Signature=1&part=2' (11 kB)", "'https://h/w?X-Amz-Signature=****&part=2' (11 kB)"],
  ["https://h/a?code=0123456789abcdef", "https://h/a?code=****"],
  ["https://h/a?0123456789abcdef", "https://h/a?****"],
  ["https://h/a.bin?download=true", "https://h/a.bin?download=true"],
  ["https://h?c=me@x", "https://h?c=me@x"],
])("%s", (text, shown) => {
  expect(withoutCredentials(text)).toBe(shown);
});

test("a long line of words is read in no time", () => {
  const words = "a.".repeat(100_000);
  expect(withoutCredentials(words)).toBe(words);
});

test.each([
  ["Authorization: Bearer abc.def-123 was refused", "Authorization: **** was refused"],
  ['{"authorization":"Basic bWU6c2VjcmV0"}', '{"authorization":"****"}'],
  ["sent Bearer abc.def-123 to it", "sent Bearer **** to it"],
  ["got data:image/png;base64,iVBORw0KGgo= and went on", "got data:image/png;base64,**** and went on"],
  ["GET https://h/x?X-Amz-Signature=abc failed", "GET https://h/x?X-Amz-Signature=**** failed"],
  ["the data: one, two", "the data: one, two"],
  ["Basic authentication is not offered", "Basic authentication is not offered"],
])("a line of a log: %s", (text, shown) => {
  expect(withoutSecrets(text)).toBe(shown);
});
