/** Whether pip could read a line at all. What it asks for may still not exist. */

const NAME = "[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?";
const VERSION = "(?:===|==|~=|!=|<=|>=|<|>)\\s*[^\\s;,()]+";
const VERSIONS = `\\(?\\s*${VERSION}(?:\\s*,\\s*${VERSION})*\\s*,?\\s*\\)?`;
const REQUIREMENT = new RegExp(`^${NAME}\\s*(?:\\[[^\\]]*\\])?\\s*(?:@\\s*\\S+|${VERSIONS})?\\s*(?:;.*)?(?:\\s--.*)?$`);

export function isWellFormed(line: string): boolean {
  // An address, an option for pip alone, or text that pip fills in from the environment.
  if (/^([a-z]+\+)?[a-z]+:/i.test(line) || line.startsWith("-") || line.includes("${")) return true;
  return REQUIREMENT.test(line);
}

/** `numpy=1.26` → `numpy==1.26`, `numpy 1.26` → `numpy==1.26`: what was probably meant. */
export function corrected(line: string): string | undefined {
  const [, name = "", version] = new RegExp(`^(${NAME})\\s*=?\\s*v?(\\d[\\w.*]*)$`).exec(line) ?? [];
  return version === undefined ? undefined : `${name}==${version}`;
}
