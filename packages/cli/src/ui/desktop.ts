/** Shows a page or a file to the person at this machine, where there is a desktop to show it on. */
import { spawn } from "node:child_process";

const OPENERS: Readonly<Record<string, readonly string[]>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

/** Best effort: the address or path is always printed as well. */
export function openOnDesktop(what: string): void {
  const [program = "xdg-open", ...args] = OPENERS[process.platform] ?? ["xdg-open"];
  const child = spawn(program, [...args, what], { detached: true, stdio: "ignore" });
  child.once("error", () => {}); // no desktop here
  child.unref();
}
