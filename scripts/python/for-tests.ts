/** Before tests that let a Python library judge: where the environment of python/tests is. */
import type { TestProject } from "vitest/node";
import { pythonEnvironment } from "./environment.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The folder of the environment's commands. */
    pythonTools: string;
  }
}

export function setup(project: TestProject): void {
  project.provide("pythonTools", pythonEnvironment("test"));
}
