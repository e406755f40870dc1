/**
 * What a whole process tree costs, read from /proc (Linux). A server is judged by its tree: work moved to a child
 * is still work. Processes that came and went between two looks are counted through their parent's child times.
 * A descendant may have left the tree (a double fork), so all are found by a variable in their environment as well.
 */
import { readdir, readFile } from "node:fs/promises";

/** Kernel clock ticks a second, fixed at 100 in the numbers that /proc shows to programs. */
const TICKS_PER_SECOND = 100;

/** Put into the environment of the first process, with a value of its own. */
export const MARK = "COG_BENCH_TREE";

export interface Tree {
  readonly root: number;
  /** The value of MARK. */
  readonly mark: string;
}

/** The process, everything below it, and everything that inherited its mark. */
export async function processTree({ root, mark }: Tree): Promise<number[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const looks = await Promise.all(
    ids.map(async (pid) => ({ pid, parent: await parentOf(pid), mark: await markOf(pid) })),
  );
  const tree = new Set([root]);
  for (const look of looks) if (look.mark === mark) tree.add(look.pid);
  // A set is walked in the order of adding, and members added on the way are still visited.
  for (const pid of tree) {
    for (const look of looks) if (look.parent === pid) tree.add(look.pid);
  }
  return [...tree];
}

async function parentOf(pid: number): Promise<number> {
  return Number((await statFields(pid))?.[1]);
}

async function markOf(pid: number): Promise<string | undefined> {
  const environment = await readFile(`/proc/${pid}/environ`, "latin1").catch(goneIsEmpty);
  const start = `${MARK}=`;
  return environment
    .split("\0")
    .find((variable) => variable.startsWith(start))
    ?.slice(start.length);
}

/** The tree with the start time of each process, since a number is given out again after its process has ended. */
export async function identities(tree: Tree): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  for (const pid of await processTree(tree)) {
    const started = await startTime(pid);
    if (started !== undefined) found.set(pid, started);
  }
  return found;
}

/** Those of an earlier look that have not ended. */
export async function stillRunning(earlier: ReadonlyMap<number, string>): Promise<number[]> {
  const running: number[] = [];
  for (const [pid, started] of earlier) if ((await startTime(pid)) === started) running.push(pid);
  return running;
}

/** User plus system time of the tree so far. */
export async function cpuSeconds(tree: Tree): Promise<number> {
  let ticks = 0;
  for (const pid of await processTree(tree)) {
    const fields = await statFields(pid);
    // utime, stime, cutime, cstime: fields 14–17 of proc_pid_stat(5).
    for (const index of [11, 12, 13, 14]) ticks += Number(fields?.[index] ?? 0);
  }
  return ticks / TICKS_PER_SECOND;
}

/** Proportional set size: a page shared by n processes counts 1/n in each, so the sum over the tree is honest. */
export async function memoryMiB(tree: Tree): Promise<number> {
  let kib = 0;
  for (const pid of await processTree(tree)) {
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
