/** For tests: metrics as Prometheus' own parser for Python reads them, which is strict. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, inject } from "vitest";
import type { ModelServer } from "./model-server.ts";

const PARSE = `
import json, sys
openmetrics = sys.argv[1] == "open"
if openmetrics:
    from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
else:
    from prometheus_client.parser import text_string_to_metric_families as parse
families = list(parse(sys.stdin.read()))
json.dump([[s.name, s.labels, s.value] for f in families for s in f.samples if s.value == s.value], sys.stdout)
`;

declare module "vitest" {
  export interface ProvidedContext {
    /** The folder of the commands of python/tests' environment. */
    pythonTools: string;
  }
}

type Sample = readonly [name: string, labels: Readonly<Record<string, string>>, value: number];

export class Scraped {
  readonly #samples: readonly Sample[];

  constructor(samples: readonly Sample[]) {
    this.#samples = samples;
  }

  /** The sum of all samples of this name that have these labels. */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number {
    return this.#of(name)
      .filter(([, own]) => Object.entries(labels).every(([label, value]) => own[label] === value))
      .reduce((sum, [, , value]) => sum + value, 0);
  }

  /** What has been counted, by the value of one label; zeros are left out. */
  by(name: string, label: string): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const [, labels, value] of this.#of(name)) {
      const key = labels[label] ?? "";
      if (value !== 0) counts[key] = (counts[key] ?? 0) + value;
    }
    return counts;
  }

  has(name: string): boolean {
    return this.#of(name).length > 0;
  }

  #of(name: string): readonly Sample[] {
    return this.#samples.filter(([own]) => own === name);
  }
}

const ACCEPT = { text: "text/plain", open: "application/openmetrics-text;version=1.0.0,text/plain;q=0.5" } as const;
const TYPE = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  open: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

export async function scrape(server: Pick<ModelServer, "url">, format: keyof typeof ACCEPT = "text"): Promise<Scraped> {
  const response = await fetch(`${server.url}/metrics`, { headers: { Accept: ACCEPT[format] } });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe(TYPE[format]);
  const python = join(inject("pythonTools"), "python");
  const output = execFileSync(python, ["-c", PARSE, format], { input: await response.text(), encoding: "utf8" });
  return new Scraped(JSON.parse(output));
}
