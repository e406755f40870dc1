/** `cfg_scale` → "Cfg Scale": the title of an input or field. Empty parts keep their space, as the reference does. */
export function titleOf(name: string): string {
  return name
    .split("_")
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join(" ");
}
