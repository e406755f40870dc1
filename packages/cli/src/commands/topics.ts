/** Subjects that belong to no single command: `cog help inputs`. Their texts are loaded when somebody asks. */
import type { Page } from "./page.ts";

export interface Topic {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Page>;
}

export const topics: readonly Topic[] = [
  {
    name: "inputs",
    summary: "How to give a model its inputs",
    load: async () => (await import("./topics/inputs.ts")).inputsPage,
  },
  {
    name: "outputs",
    summary: "What is printed, and what goes to which file",
    load: async () => (await import("./topics/outputs.ts")).outputsPage,
  },
  {
    name: "env",
    summary: "Environment variables",
    load: async () => (await import("./topics/env.ts")).envPage,
  },
];
