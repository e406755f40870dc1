/** Tells whoever started this program how far it is, on the pipe that it gave. */
import { writeSync } from "node:fs";
import type { Notification } from "@cog/core/wire";

/** @param fd undefined: nobody wants to know */
export function notify(fd: number | undefined, notification: Notification): void {
  if (fd === undefined) return;
  try {
    writeSync(fd, `${JSON.stringify(notification)}\n`);
  } catch {
    // Whoever wanted to know is gone.
  }
}
