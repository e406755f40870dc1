/** `npm run reference`: writes the pages of docs/reference that are made from the values they are about. */
import { relative } from "node:path";
import { writeIfChanged } from "./build/write.ts";
import { referenceFiles } from "./reference/pages.ts";
import { root } from "./repository.ts";
import { say } from "./say.ts";

for (const [path, text] of await referenceFiles()) {
  writeIfChanged(path, Buffer.from(text));
  say(`Wrote ${relative(root, path)}`);
}
