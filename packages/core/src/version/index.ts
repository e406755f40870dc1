export { builtAt, pythonVersion, version } from "./version.ts";
