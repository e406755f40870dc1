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

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** `50GB`, `1.5g`, `4096`: binary, too; undefined for what is no size. */
export function parseSize(text: string): number | undefined {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim()) ?? [];
  const factor = UNITS[unit.toLowerCase()];
  return number === undefined || factor === undefined ? undefined : Math.floor(Number(number) * factor);
}
