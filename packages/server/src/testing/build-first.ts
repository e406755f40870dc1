/** Before tests that serve from the wheel: builds it where sources have changed since. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export function setup(): void {
  const prepare = fileURLToPath(new URL("../../../../scripts/prepare.sh", import.meta.url));
  execFileSync("sh", [prepare, "build"], { stdio: ["ignore", 2, 2] });
}
