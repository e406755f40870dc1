/**
 * News about this version, where COG_UPDATE_URL says who knows: asked in a process of its own, at most once an hour, and
 * shown by the next command. Nothing waits for it, and nobody hears of its failures.
 */
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { isJsonObject, type JsonObject, parseJson } from "@cog/core/json";
import { version } from "@cog/core/version";
import type { Reporter } from "#report";
import type { UpdateSettings } from "#settings";

/** How this program calls itself to ask (main.ts). */
const ASK = "__update-check";

const HOUR_MS = 3_600_000;
const PATIENCE_MS = 1000;

interface State {
  readonly message: string;
  readonly lastChecked: string;
  readonly version: string;
}

export function checkForUpdate({ stateFile }: UpdateSettings, report: Reporter): void {
  const state = readState(stateFile);
  if (state.message !== "") report.info(state.message);
  if (Date.now() - Date.parse(state.lastChecked) < HOUR_MS) return;
  try {
    // Before asking, so that commands in a row ask once, and a server that is away is left alone for an hour.
    writeState(stateFile, { ...state, lastChecked: new Date().toISOString() });
    const again = [...process.execArgv, process.argv[1] ?? "", ASK];
    spawn(process.execPath, again, { detached: true, stdio: "ignore", windowsHide: true }).unref();
  } catch (error) {
    report.debug(`no update check: ${String(error)}`);
  }
}

/** What the process that asks does. */
export async function askForUpdate({ url, stateFile }: UpdateSettings): Promise<void> {
  try {
    const address = new URL(url);
    const about = { version, commit: "", os: process.platform, arch: process.arch };
    for (const [name, value] of Object.entries(about)) address.searchParams.set(name, value);
    const response = await fetch(address, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const answer = response.ok ? parseJson(await response.text()) : undefined;
    if (!isJsonObject(answer)) return;
    const message = typeof answer["message"] === "string" ? oneLine(answer["message"]) : "";
    writeState(stateFile, { message, lastChecked: new Date().toISOString(), version });
  } catch {
    // No network, no server, no home to write to: there is no news, that is all.
  }
}

/** What was said about another version is not about this one. */
function readState(file: string): State {
  const state = stored(file);
  const { message, lastChecked } = state;
  if (state["version"] !== version || typeof message !== "string" || typeof lastChecked !== "string")
    return { message: "", lastChecked: new Date(0).toISOString(), version };
  return { message, lastChecked, version };
}

function stored(file: string): JsonObject {
  try {
    const state = parseJson(readFileSync(file, "utf8"));
    return isJsonObject(state) ? state : {};
  } catch {
    // The first time, or a file of somebody else's making.
    return {};
  }
}

function writeState(file: string, state: State): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const scratch = `${file}.${process.pid}`;
  writeFileSync(scratch, JSON.stringify(state), { mode: 0o600 });
  chmodSync(scratch, 0o600);
  renameSync(scratch, file);
}

/** A stranger's text goes to a terminal. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to remove
  return text.replaceAll(/[\u0000-\u001F\u007F-\u009F]+/g, " ").trim();
}
