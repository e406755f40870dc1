/** Rows of the compatibility tables from what the package index says of releases. Pure. */

export interface Release {
  readonly version: string;
  /** Pythons that it has wheels for, the oldest first. */
  readonly pythons: readonly string[];
  /** `Requires-Dist` lines. */
  readonly requires: readonly string[];
}

/** As packages/cli/src/compat/tables/torch.json has them. */
export type TorchRow = readonly [
  torch: string,
  cuda: string | null,
  torchvision: string | null,
  torchaudio: string | null,
  index: string | null,
  pythons: readonly string[],
];

/** As tensorflow.json has them. */
export type TensorflowRow = readonly [
  tensorflow: string,
  cuda: string,
  cudnnMajor: string,
  cudnn: string,
  pythons: readonly string[],
];

export interface TorchFamily {
  readonly torch: readonly Release[];
  readonly torchvision: readonly Release[];
  readonly torchaudio: readonly Release[];
}

/**
 * The build on the default index, and the one for the CPU: PyTorch's own index for the CPU has every release. Where that
 * should ever not be so, the default index is still asked, so the row can do no harm.
 */
export function torchRows({ torch, torchvision, torchaudio }: TorchFamily): readonly TorchRow[] {
  return torch.flatMap((release): readonly TorchRow[] => {
    const cuda = cudaOf(release.requires);
    if (cuda === undefined) return [];
    const vision = companionOf(release.version, torchvision);
    const audio = companionOf(release.version, torchaudio);
    return [
      [`${release.version}+cpu`, null, vision, audio, "cpu", release.pythons],
      [release.version, cuda, vision, audio, null, release.pythons],
    ];
  });
}

export function tensorflowRows(tensorflow: readonly Release[]): readonly TensorflowRow[] {
  return tensorflow.flatMap(({ version, pythons, requires }): readonly TensorflowRow[] => {
    const cuda = cudaOf(requires);
    const cudnn = pinOf(requires, /^nvidia-cudnn-cu\d+$/);
    if (cuda === undefined || cudnn === undefined) return [];
    const [major = "", minor = ""] = cudnn.split(".");
    return [[version, cuda, major, `${major}.${minor}`, pythons]];
  });
}

/** The CUDA whose runtime a release pins: `nvidia-cuda-runtime-cu12==12.8.90` or, since 2.13, `cuda-toolkit[…]==13.0.3`. */
export function cudaOf(requires: readonly string[]): string | undefined {
  const version = pinOf(requires, /^nvidia-cuda-runtime(-cu\d+)?$/) ?? pinOf(requires, /^cuda-toolkit$/);
  return version?.split(".", 2).join(".");
}

/** The version that a package is pinned to. */
function pinOf(requires: readonly string[], name: RegExp): string | undefined {
  for (const line of requires) {
    const [, found = "", version] = /^([\w.-]+)(?:\[[^\]]*\])?\s*\(?==\s*([\w.]+)/.exec(line) ?? [];
    if (version !== undefined && name.test(found.toLowerCase())) return version;
  }
  return undefined;
}

/** The release that pins this torch; else, of those that only say from which torch on, the newest that says no later one. */
function companionOf(torch: string, releases: readonly Release[]): string | null {
  const newestFirst = [...releases].sort((a, b) => compareVersions(b.version, a.version));
  const exact = newestFirst.find(({ requires }) => pinOf(requires, /^torch$/) === torch);
  const open = newestFirst.find(({ requires }) => {
    const least = requires
      .map((line) => /^torch\s*\(?>=\s*([\w.]+)/.exec(line)?.[1])
      .find((bound) => bound !== undefined);
    return least !== undefined && compareVersions(least, torch) <= 0;
  });
  return (exact ?? open)?.version ?? null;
}

/** Those that the table has no row for, released for good, newer than `from` or else than its oldest; the oldest first. */
export function missingVersions(
  known: readonly string[],
  released: readonly string[],
  from?: string,
): readonly string[] {
  const there = new Set(known.map((version) => version.split("+")[0]));
  const oldest = from ?? [...there].sort(compareVersions)[0];
  return released
    .filter((version) => /^\d+(\.\d+)+$/.test(version) && !there.has(version) && compareVersions(version, oldest) > 0)
    .sort(compareVersions);
}

export function compareVersions(a: string | undefined, b: string | undefined): number {
  const [x, y] = [a, b].map((version) => (version ?? "0").split(".").map(Number));
  for (let part = 0; part < Math.max(x?.length ?? 0, y?.length ?? 0); part++) {
    const order = (x?.[part] ?? 0) - (y?.[part] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

export interface Table {
  readonly [key: string]: unknown;
}

/** One row a line, as people review it. */
export function tableText(table: Table, rows: string): string {
  const entries = Object.entries(table).map(([key, value]) => {
    if (key !== rows || !Array.isArray(value)) return `  ${JSON.stringify(key)}: ${spaced(value)}`;
    return `  ${JSON.stringify(key)}: [\n${value.map((row) => `    ${spaced(row)}`).join(",\n")}\n  ]`;
  });
  return `{\n${entries.join(",\n")}\n}\n`;
}

function spaced(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(spaced).join(", ")}]` : JSON.stringify(value);
}
