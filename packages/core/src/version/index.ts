export { builtAt, commit, pythonVersion, version } from "./version.ts";
