import { expect, test } from "vitest";
import { withoutCredentials } from "./index.ts";

test.each([
  ["--index-url https://me:s3cret@h.example/simple", "--index-url https://****@h.example/simple"],
  ["--extra-index-url=https://token@h.example/", "--extra-index-url=https://****@h.example/"],
  ["a @ git+https://x:y@h.example/r.git@v1#egg=a", "a @ git+https://****@h.example/r.git@v1#egg=a"],
  ["two https://a:b@h/ and https://c:d@h/", "two https://****@h/ and https://****@h/"],
  ["a @ git+ssh://git@h.example/r.git", "a @ git+ssh://git@h.example/r.git"],
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: pip's own way to name a variable
  ["https://${USER}:${TOKEN}@h/", "https://${USER}:${TOKEN}@h/"],
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: see above
  ["https://h.example/a@b?c=me@x", "https://h.example/a@b?c=me@x"],
  ["torch==2.3.1", "torch==2.3.1"],
])("%s", (text, shown) => {
  expect(withoutCredentials(text)).toBe(shown);
});
