export {
  type ColorSettings,
  cacheDirectoryIn,
  type Environment,
  type PythonSearch,
  type RegistrySettings,
  readSettings,
  refuseColor,
  type Settings,
  type UpdateSettings,
  type WeightSettings,
} from "./settings.ts";
export { type Variable, variables } from "./variables.ts";
