export { type Change, Draft } from "./draft.ts";
export { type Examined, examine, type Report } from "./examine.ts";
export type { Check, Finding, Look, Severity } from "./finding.ts";
export { migrationSteps } from "./migrations/list.ts";
export type { MigrationPlan, MigrationStep } from "./migrations/migration.ts";
export { openSubject, type Subject, type Surroundings } from "./subject.ts";
