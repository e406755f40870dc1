/** JSON as Cog writes it: what is special in HTML is escaped, so that both tools make the same bytes of the same value. */
export function wireJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
