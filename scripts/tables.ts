/**
 * `npm run tables`: adds releases of torch and tensorflow that are newer than packages/cli/src/compat/tables, as far as
 * the package index tells (docs/how-to/compatibility-tables.md). Rows that are there stay as they are.
 */
import { readFileSync } from "node:fs";
import { writeIfChanged } from "./build/write.ts";
import { at } from "./repository.ts";
import { say } from "./say.ts";
import {
  compareVersions,
  missingVersions,
  type Release,
  type Table,
  tableText,
  tensorflowRows,
  torchRows,
} from "./tables/derive.ts";
import { requirementsOf, versionsFor } from "./tables/package-index.ts";

/** The first tensorflow with the extra that says what it was built for. */
const FIRST_WITH_CUDA = "2.14.0";
/** Pythons that the tables speak of. */
const PYTHONS = ["3.10", "3.11", "3.12", "3.13", "3.14"];

await update("torch", "builds", async (known) => {
  const torch = await releases("torch", known(0));
  if (torch.length === 0) return [];
  const [torchvision, torchaudio] = [await releases("torchvision", known(2)), await releases("torchaudio", known(3))];
  return torchRows({ torch, torchvision, torchaudio });
});
await update("tensorflow", "releases", async (known) =>
  tensorflowRows(await releases("tensorflow", known(0), FIRST_WITH_CUDA)),
);

type RowsOf = (known: (column: number) => readonly string[]) => Promise<readonly (readonly unknown[])[]>;

async function update(name: string, key: string, newRows: RowsOf): Promise<void> {
  const path = at(`packages/cli/src/compat/tables/${name}.json`);
  const table = JSON.parse(readFileSync(path, "utf8")) as Table;
  const rows = table[key] as readonly (readonly unknown[])[]; // our own file
  const added = await newRows((column) =>
    rows.flatMap((row) => (typeof row[column] === "string" ? [row[column]] : [])),
  );
  for (const row of added) say(`${name}: ${JSON.stringify(row)}`);
  if (added.length === 0) say(`${name}: nothing new`);
  writeIfChanged(path, Buffer.from(tableText({ ...table, [key]: [...rows, ...added] }, key)));
}

/** What the index has and the table has not. */
async function releases(name: string, known: readonly string[], from?: string): Promise<readonly Release[]> {
  const pythons = new Map<string, string[]>();
  for (const python of PYTHONS) {
    for (const version of await versionsFor(name, python))
      pythons.set(version, [...(pythons.get(version) ?? []), python]);
  }
  const found: Release[] = [];
  for (const version of missingVersions(known, [...pythons.keys()], from)) {
    const its = pythons.get(version) ?? [];
    say(`asking for ${name} ${version}`);
    const requires = await requirementsOf(name, version, its[0] ?? "");
    found.push({ version, pythons: [...its].sort(compareVersions), requires });
  }
  return found;
}
