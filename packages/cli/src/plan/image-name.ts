const LONGEST_BODY = 26;

/** The image name of a project that names none: `cog-` and what is left of the directory's name. */
export function defaultImageName(directoryName: string): string {
  const cleaned = directoryName
    .toLowerCase()
    .replaceAll(" ", "-")
    .replaceAll(/[^a-z0-9-]/g, "")
    .slice(0, LONGEST_BODY);
  // A registry takes no name that ends in a separator, which the cut may leave.
  const name = (cleaned.startsWith("cog-") ? cleaned : `cog-${cleaned}`).replace(/-+$/, "");
  return name === "cog" ? "cog-model" : name;
}
