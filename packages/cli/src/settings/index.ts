export { type ColorSettings, type Environment, type PythonSearch, readSettings, type Settings } from "./settings.ts";
