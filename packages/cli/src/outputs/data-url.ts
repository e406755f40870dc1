/** Files in an output: data URLs. Models write them in more ways than the standard knows. */

export interface OutputFile {
  readonly mediaType: string;
  readonly content: Buffer;
}

export function isFile(value: unknown): value is string {
  return typeof value === "string" && /^data:[^,]{0,200};base64,/i.test(value);
}

/** What stands before the comma may be malformed (`data:None;base64,`): the content is what counts. */
export function decodeFile(url: string): OutputFile {
  const comma = url.indexOf(",");
  const mediaType = url.slice("data:".length, comma).split(";")[0] ?? "";
  return { mediaType, content: Buffer.from(url.slice(comma + 1), "base64") };
}
