import { configCompatibility } from "./checks/config-compatibility.ts";
import { configDeprecatedFields } from "./checks/config-deprecated-fields.ts";
import { configParse } from "./checks/config-parse.ts";
import { configPredictRef } from "./checks/config-predict-ref.ts";
import { configSchema } from "./checks/config-schema.ts";
import { envDocker } from "./checks/env-docker.ts";
import { envGpuCompat } from "./checks/env-gpu-compat.ts";
import { envPythonVersion } from "./checks/env-python-version.ts";
import { predictToRunMigration } from "./checks/predict-to-run-migration.ts";
import { pythonDeprecatedImports } from "./checks/python-deprecated-imports.ts";
import { pythonInterface } from "./checks/python-interface.ts";
import { pythonInterfaceAgreement } from "./checks/python-interface-agreement.ts";
import { pythonMissingTypeAnnotations } from "./checks/python-missing-type-annotations.ts";
import { pythonOptionalInputs } from "./checks/python-optional-inputs.ts";
import { pythonPydanticBasemodel } from "./checks/python-pydantic-basemodel.ts";
import type { Check } from "./finding.ts";

/** In the order in which they are shown; those of one group stand together. */
export const checks: readonly Check[] = [
  configParse,
  configSchema,
  predictToRunMigration,
  configDeprecatedFields,
  configPredictRef,
  configCompatibility,
  pythonPydanticBasemodel,
  pythonDeprecatedImports,
  pythonMissingTypeAnnotations,
  pythonInterface,
  pythonOptionalInputs,
  pythonInterfaceAgreement,
  envDocker,
  envPythonVersion,
  envGpuCompat,
];
