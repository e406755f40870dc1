/** `model` and `image`: what the built image is called. */
import { type Finding, invalid } from "../problem.ts";
import type { Rule } from "./rule.ts";

export const modelRules: readonly Rule[] = [
  ({ model }) => (model ? repository(model) : []),
  ({ model, image }) => (model && image ? [invalid("model", model, "'model' and 'image' cannot both be set")] : []),
];

function repository(model: string): readonly Finding[] {
  const [first = "", ...rest] = model.split("/");
  const hasHost = rest.length > 0 && /[.:]|^localhost$/.test(first);
  const path = hasHost ? rest.join("/") : model;
  if (/[@:]/.test(path))
    return [invalid("model", model, "must be a bare repository — tags and digests are not allowed")];
  if (path.length < 2 || path.length > 255 || !/^[a-z0-9_./-]+$/.test(path) || /^\/|\/$|\/\//.test(path))
    return [invalid("model", model, "invalid repository: expected [HOST/]NAME of lower-case letters, digits, _ . / -")];
  return [];
}
