/** `13B`, `1.0KB`, `2.5MB`, `31.2GB`: binary, one decimal. */
export function weightSize(bytes: number): string {
  const units = ["KB", "MB", "GB"] as const;
  let size = bytes;
  let unit = "B";
  for (const next of units) {
    if (size < 1024) break;
    size /= 1024;
    unit = next;
  }
  return unit === "B" ? `${bytes}B` : `${size.toFixed(1)}${unit}`;
}
