import type { ColorSettings } from "#settings";

export interface Palette {
  readonly enabled: boolean;
  readonly bold: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly green: (text: string) => string;
}

/** Colour only when nobody refused it and a person is there to see it. */
export function colorEnabled(
  settings: ColorSettings,
  { flag, isTerminal }: { flag: boolean; isTerminal: boolean },
): boolean {
  return !flag && !settings.refused && !settings.dumb && isTerminal;
}

export async function palette(enabled: boolean): Promise<Palette> {
  if (!enabled) return PLAIN;
  const { createColors } = (await import("picocolors")).default;
  const { bold, dim, red, yellow, green } = createColors(true);
  return { enabled, bold, faint: dim, red, yellow, green };
}

const same = (text: string): string => text;
const PLAIN: Palette = { enabled: false, bold: same, faint: same, red: same, yellow: same, green: same };
