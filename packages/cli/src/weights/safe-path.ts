/** Paths of files within a weight: they come from strangers' servers and archives, and become paths of this machine. */

/** What is wrong with it; undefined for a path that stays below the directory that it is put into. */
export function pathProblem(path: string): string | undefined {
  if (path === "") return "it is empty";
  if (path.startsWith("/")) return "it is absolute";
  if (path.includes("\\")) return "it holds a backslash";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(path)) return "it holds a control character";
  const parts = path.split("/");
  if (parts.some((part) => part === "" || part === "." || part === "..")) return "it holds empty parts, . or ..";
  return parts[0] === ".cog" ? ".cog is for marks about the weight itself" : undefined;
}
