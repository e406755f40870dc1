/** `build.python_packages` becomes a requirements file; comments go along. */
import { join } from "node:path";
import { CogError } from "@cog/core/errors";
import { isAlias, isScalar, isSeq, type Node, type Scalar, type YAMLSeq } from "yaml";
import type { Edit } from "../python-file.ts";
import { YamlFile } from "../yaml-file.ts";
import { type MigrationStep, NOTHING, refused } from "./migration.ts";

const NAMES = ["requirements.txt", "cog_requirements.txt"] as const;

export const requirementsStep: MigrationStep = {
  id: "requirements",
  plan({ config, directory, draft }) {
    if (config instanceof CogError) return NOTHING;
    const yaml = new YamlFile(config.text);
    const packages = yaml.entry("build", "python_packages");
    if (packages === undefined || !isSeq(packages.value) || packages.value.items.length === 0) return NOTHING;
    const list = packages.value;
    const items = list.items.map((item) => scalarOf(item as Node, yaml));
    if (items.some((item) => item === undefined)) return refused("build.python_packages holds more than texts");
    if (yaml.entry("build", "python_requirements") !== undefined)
      return refused("cog.yaml has build.python_requirements and build.python_packages; take one of them out");
    const name = NAMES.find((one) => !draft.exists(join(directory, one)));
    if (name === undefined)
      return refused(`${NAMES.join(" and ")} exist already; name one in build.python_requirements by hand`);
    const { line, column } = config.parsed.placeOf("build.python_packages");
    return {
      kind: "ready",
      what: `Move the ${items.length} of build.python_packages into ${name}`,
      places: [{ file: config.name, ...(line !== undefined && { line }), ...(column !== undefined && { column }) }],
      apply() {
        draft.write(join(directory, name), linesOf(list, yaml).join("\n").concat("\n"));
        draft.write(config.path, yaml.edited([replacement(packages.key, list, yaml, name)]));
      },
    };
  },
};

function scalarOf(item: Node, yaml: YamlFile): Scalar | undefined {
  const target = isAlias(item) ? item.resolve(yaml.document) : item;
  return isScalar(target) ? target : undefined;
}

function linesOf(list: YAMLSeq, yaml: YamlFile): readonly string[] {
  return list.items.flatMap((item, index) => {
    const node = item as Node;
    const above = [index === 0 ? list.commentBefore : undefined, node.commentBefore].flatMap(
      (text) => text?.split("\n") ?? [],
    );
    const beside = node.comment ? `  #${node.comment}` : "";
    return [...above.map((text) => `#${text}`), `${scalarOf(node, yaml)?.value}${beside}`];
  });
}

/** From the key to the last of what the list wrote, with its comment. */
function replacement(key: Scalar, list: YAMLSeq, yaml: YamlFile, name: string): Edit {
  const last = list.items.at(-1) as Node | undefined;
  const valueEnd = list.flow === true ? list.range?.[1] : last?.range?.[1];
  const end = valueEnd ?? yaml.text.length;
  const comment = list.flow === true ? "" : (/^[ \t]*#[^\r\n]*/.exec(yaml.text.slice(end))?.[0] ?? "");
  return { start: key.range?.[0] ?? 0, end: end + comment.length, text: `python_requirements: ${name}` };
}
