/** `weights`: managed weights, their places in the image and where they come from. */
import { type Finding, invalid } from "../problem.ts";
import type { WrittenSource, WrittenWeight } from "../shape.ts";
import type { Rule } from "./rule.ts";

export const weightRules: readonly Rule[] = [
  ({ weights, model, image }) => (weights?.length && !model ? [repository(image)] : []),
  ({ weights = [] }) => weights.flatMap((weight, index) => name(weight ?? {}, index, weights)),
  ({ weights = [] }) => weights.flatMap((weight, index) => target(weight ?? {}, index, weights)),
  ({ weights = [] }) => weights.flatMap((weight, index) => sources(weight ?? {}, `weights.${index}.source`)),
];

/** They are pushed to the repository of the model, beside its images. */
function repository(image: string | undefined): Finding {
  const message = image
    ? "weights require 'model', not 'image' — rename 'image' to 'model'"
    : "weights require 'model' in cog.yaml — name the repository that they are pushed to";
  return { field: "weights", message };
}

function name({ name }: WrittenWeight, index: number, all: readonly WrittenWeight[]): readonly Finding[] {
  const field = `weights.${index}.name`;
  if (!name) return [invalid(field, undefined, "name is required")];
  if (!/^[a-z0-9]+([._-][a-z0-9]+)*$/.test(name))
    return [invalid(field, name, "must be lowercase letters and digits, joined by single . _ or -")];
  return all.findIndex((other) => other?.name === name) < index
    ? [invalid(field, name, `duplicate weight name "${name}"`)]
    : [];
}

function target({ target }: WrittenWeight, index: number, all: readonly WrittenWeight[]): readonly Finding[] {
  const field = `weights.${index}.target`;
  if (!target) return [invalid(field, undefined, "target is required")];
  if (!target.startsWith("/")) return [invalid(field, target, "must be an absolute path")];
  const path = cleaned(target);
  if (path === "/") return [invalid(field, target, 'must not be the container root "/"')];
  for (const other of all.slice(0, index)) {
    const taken = cleaned(other?.target ?? "");
    if (taken === path) return [invalid(field, target, `duplicate weight target "${target}"`)];
    if (taken !== "/" && (path.startsWith(`${taken}/`) || taken.startsWith(`${path}/`)))
      return [invalid(field, target, `target overlaps with "${other.target}"; weight targets must be disjoint`)];
  }
  return [];
}

/** `/a//b/../c/` → `/a/c`. */
function cleaned(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

function sources({ source }: WrittenWeight, field: string): readonly Finding[] {
  const listed: readonly WrittenSource[] = source === undefined ? [] : isList(source) ? source : [source];
  if (listed.length === 0) return [invalid(field, undefined, "source is required")];
  return listed.flatMap((one, index) => sourceOf(one ?? {}, isList(source) ? `${field}.${index}` : field));
}

function sourceOf(source: WrittenSource, field: string): readonly Finding[] {
  const patterns = (["include", "exclude"] as const).flatMap((key) =>
    (source[key] ?? []).flatMap((pattern, index) => glob(pattern ?? "", `${field}.${key}.${index}`)),
  );
  const { uri = "" } = source;
  // They would be written into weights.lock, and with it into the repository.
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*@/i.test(uri)) return patterns;
  return [invalid(`${field}.uri`, uri, "must not hold a user or a password"), ...patterns];
}

function glob(pattern: string, field: string): readonly Finding[] {
  const text = pattern.trim();
  if (text === "") return [invalid(field, pattern, "a pattern must not be empty")];
  if (text.startsWith("!")) return [invalid(field, pattern, "negation is not supported; use exclude")];
  return text.includes("\\") ? [invalid(field, pattern, "use forward slashes")] : [];
}

function isList(source: WrittenWeight["source"]): source is readonly WrittenSource[] {
  return Array.isArray(source);
}
