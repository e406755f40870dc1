/** docs/llms.txt: every page for users as one text, in the order of docs/README.md, to feed to a language model. */
import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { at } from "../repository.ts";

const INDEX = "docs/README.md";
/** About this repository, not about using it. */
const LEFT_OUT = new Set(["docs/dependencies.md", "docs/how-to/compatibility-tables.md"]);

/** @param generated pages that are written in the same go, by path */
export function llmsText(generated: ReadonlyMap<string, string>): string {
  const read = (page: string) => generated.get(at(page)) ?? readFileSync(at(page), "utf8");
  const pages = linksOf(read(INDEX)).filter((page) => page.endsWith(".md") && !LEFT_OUT.has(page));
  const parts = ["README.md", ...new Set(pages)].map(
    (page) => `<!-- ${page} -->\n\n${withoutNote(read(page)).trim()}\n`,
  );
  return parts.join("\n");
}

function linksOf(index: string): string[] {
  const targets = [...index.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target = ""]) => target);
  return targets.map((target) => posix.join(posix.dirname(INDEX), target));
}

/** That a page is generated is of no use to its reader. */
function withoutNote(page: string): string {
  return page.replace(/^<!--[\s\S]*?-->\n/, "");
}
