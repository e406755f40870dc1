/** Which requirement lines name a file of the project, and which of these no engine could install. */

export type LocalFileIn =
  | { readonly kind: "none" }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "refused"; readonly because: string };

const ARCHIVE = "whl|zip|tar\\.gz|tgz|tar\\.bz2|tar\\.xz";
const IS_ARCHIVE = new RegExp(`\\.(${ARCHIVE})$`, "i");
/** The path may hold spaces; what may follow it is what a requirement may have. */
const ARCHIVE_LINE = new RegExp(`^(.+?\\.(?:${ARCHIVE}))\\s*($|;.*|\\[.*|--.*)$`, "i");

/** By what the whole line looks like. */
const REFUSED: readonly (readonly [pattern: RegExp, because: string])[] = [
  [/^file:/i, "a file URL cannot be used; write the path of the file instead"],
  [/^[\w.-]+(\[[^\]]*\])?\s*@\s*file:/i, "a file URL cannot be used; write the path of the file instead"],
  [/^[\w.-]+(\[[^\]]*\])?\s*@\s*[./]/, "a direct reference to a local path is not supported; write just the path"],
];

/** By what follows the path. */
const REFUSED_AFTER: Readonly<Record<string, string>> = {
  ";": "environment markers cannot be used with a local file",
  "[": "extras cannot be used with a local file",
  "-": "inline options or hashes cannot be used with a local file",
};

export function localFileIn(line: string): LocalFileIn {
  const refused = REFUSED.find(([pattern]) => pattern.test(line));
  if (refused !== undefined) return { kind: "refused", because: refused[1] };
  if (/^([a-z]+\+)?[a-z]+:\/\//i.test(line)) return { kind: "none" };
  const [, path, rest = ""] = ARCHIVE_LINE.exec(line) ?? [];
  // `name @ https://h/x.whl` and `name==1 --hash=….zip` are no paths.
  if (path !== undefined && !/[@=<>]/.test(path.split("/")[0] ?? "")) {
    const because = REFUSED_AFTER[rest[0] ?? ""];
    return because === undefined ? { kind: "file", path } : { kind: "refused", because };
  }
  if (!/^(\.{1,2}\/|\/|\.{1,2}$)/.test(line)) return { kind: "none" };
  return IS_ARCHIVE.test(line)
    ? { kind: "file", path: line }
    : { kind: "refused", because: "not a supported wheel or source archive" };
}
