/** What a server is seen to hold on to: processes, descriptors. Read from /proc. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** As in `ps`: Z is a zombie. */
  readonly state: string;
  /** Its arguments; empty for a zombie. */
  readonly command: string;
}

/** Processes that carry `text` in their environment, as all do that a test's server started. */
export function processesWith(text: string): Process[] {
  return processes().filter(({ pid }) => pid !== process.pid && read(pid, "environ").includes(text));
}

export function childrenOf(parent: number): Process[] {
  return processes().filter((one) => one.parent === parent);
}

/** What each descriptor of a process leads to; connections over TCP come and go with clients and are left out. */
export function descriptorsOf(pid: number): string[] {
  const connections = new Set([...inodes(pid, "net/tcp"), ...inodes(pid, "net/tcp6")]);
  return entries(`/proc/${pid}/fd`)
    .map((number) => linkOf(`/proc/${pid}/fd/${number}`))
    .filter((target) => target !== "" && !connections.has(target))
    .map((target) => target.replace(/\[\d+\]/, ""))
    .sort();
}

function processes(): Process[] {
  return entries("/proc").flatMap((name) => {
    const pid = Number(name);
    // Behind the name of the program, which may hold spaces and brackets.
    const [state = "", parent = ""] = read(pid, "stat")
      .replace(/^.*\) /s, "")
      .split(" ");
    return Number.isInteger(pid) && parent !== ""
      ? [{ pid, parent: Number(parent), state, command: read(pid, "cmdline").replaceAll("\0", " ").trim() }]
      : [];
  });
}

function inodes(pid: number, table: string): string[] {
  const lines = read(pid, table).split("\n").slice(1);
  return lines.map((line) => `socket:[${line.trim().split(/\s+/)[9]}]`);
}

function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return ""; // Ended meanwhile, or not ours.
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
