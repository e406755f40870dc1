/**
 * What a whole process tree costs, read from /proc (Linux). A server is judged by its tree: work moved to a child
 * is still work. Processes that came and went between two looks are counted through their parent's child times.
 */
import { readdir, readFile } from "node:fs/promises";

/** Kernel clock ticks a second, fixed at 100 in the numbers that /proc shows to programs. */
const TICKS_PER_SECOND = 100;

/** The process and everything below it, parents first. */
export async function processTree(root: number): Promise<number[]> {
  const children = new Map<number, number[]>();
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  for (const pid of ids) {
    const fields = await statFields(pid);
    const parent = Number(fields?.[1]);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

/** The tree with the start time of each process, since a number is given out again after its process has ended. */
export async function identities(root: number): Promise<Map<number, string>> {
  const tree = new Map<number, string>();
  for (const pid of await processTree(root)) {
    const started = await startTime(pid);
    if (started !== undefined) tree.set(pid, started);
  }
  return tree;
}

/** Those of an earlier look that have not ended. */
export async function stillRunning(tree: ReadonlyMap<number, string>): Promise<number[]> {
  const running: number[] = [];
  for (const [pid, started] of tree) if ((await startTime(pid)) === started) running.push(pid);
  return running;
}

/** User plus system time of the tree so far. */
export async function cpuSeconds(root: number): Promise<number> {
  let ticks = 0;
  for (const pid of await processTree(root)) {
    const fields = await statFields(pid);
    // utime, stime, cutime, cstime: fields 14–17 of proc_pid_stat(5).
    for (const index of [11, 12, 13, 14]) ticks += Number(fields?.[index] ?? 0);
  }
  return ticks / TICKS_PER_SECOND;
}

/** Proportional set size: a page shared by n processes counts 1/n in each, so the sum over the tree is honest. */
export async function memoryMiB(root: number): Promise<number> {
  let kib = 0;
  for (const pid of await processTree(root)) {
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(goneIsEmpty);
    kib += Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0);
  }
  return kib / 1024;
}

/** Field 22 of proc_pid_stat(5); nothing for a process that has ended, reaped or not. */
async function startTime(pid: number): Promise<string | undefined> {
  const fields = await statFields(pid);
  return fields?.[0] === "Z" ? undefined : fields?.[19];
}

/** The fields of /proc/pid/stat from the state on: the name before it may hold spaces and parentheses. */
async function statFields(pid: number): Promise<string[] | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(goneIsEmpty);
  return text === "" ? undefined : text.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** A process may end while the tree is read. */
function goneIsEmpty(): string {
  return "";
}
