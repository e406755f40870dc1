import type { MigrationStep } from "./migration.ts";
import { optionalInputsStep } from "./optional-inputs.ts";
import { predictToRunStep } from "./predict-to-run.ts";
import { requirementsStep } from "./requirements.ts";

/** In the order in which they are asked about. */
export const migrationSteps: readonly MigrationStep[] = [requirementsStep, optionalInputsStep, predictToRunStep];
