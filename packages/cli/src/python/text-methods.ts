/** The methods of `str` that choices and descriptions are made with. Letters are changed in ASCII only, where all agree. */
import { isSequence, list, type PyValue, str } from "./values.ts";

export function textMethod(name: string, text: string, args: readonly PyValue[]): PyValue | undefined {
  const words = args.map((arg) => (arg.kind === "str" ? arg.value : undefined));
  const [first, second, ...others] = words;
  if (name === "join") return joined(text, args);
  if (words.includes(undefined) || others.length > 0) return undefined;
  if (first === undefined) return withoutArguments(name, text);
  if (second !== undefined)
    return name === "replace" && first !== "" ? str(text.replaceAll(first, () => second)) : undefined;
  return name === "split" && first !== "" ? list(text.split(first).map(str)) : undefined;
}

function withoutArguments(name: string, text: string): PyValue | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  if (!/^[\x00-\x7f]*$/.test(text)) return undefined;
  switch (name) {
    case "lower":
      return str(text.toLowerCase());
    case "upper":
      return str(text.toUpperCase());
    case "capitalize":
      return str(text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase());
    case "title":
      return str(text.toLowerCase().replace(/[a-z]+/g, (word) => word.slice(0, 1).toUpperCase() + word.slice(1)));
    case "strip":
      return str(text.replace(/^[ \t\n\r\v\f]+|[ \t\n\r\v\f]+$/g, ""));
    case "split": {
      const words = text.split(/[ \t\n\r\v\f]+/).filter((word) => word !== "");
      return list(words.map(str));
    }
    default:
      return undefined;
  }
}

function joined(separator: string, [items, ...others]: readonly PyValue[]): PyValue | undefined {
  if (others.length > 0 || items === undefined) return undefined;
  const values =
    items.kind === "dict" ? items.entries.map(([key]) => key) : isSequence(items) ? items.items : undefined;
  if (items.kind === "set" || !values?.every((value) => value.kind === "str")) return undefined;
  return str(values.map((value) => value.value).join(separator));
}
