/** File names: of temporary inputs, whose suffix model code relies on, and of uploads. */
import { randomBytes } from "node:crypto";

const MOST_BYTES = 200;

/** A name for the download of `url`: random prefix and the URL's base name, as models of the reference see it. */
export function nameOfDownload(url: string): string {
  return unlikeOthers(decoded(new URL(url).pathname.split("/").at(-1) ?? ""));
}

/** The same for the key of an object, which is not encoded. */
export function nameOfObject(key: string): string {
  return unlikeOthers(key.split("/").at(-1) ?? "");
}

export function nameOfDataUrl(extension: string): string {
  return `file${extension}`;
}

/** The first keeps its name, later ones become `name-1.ext`. */
export class UniqueNames {
  readonly #taken = new Set<string>();

  take(name: string): string {
    const { stem, extension } = split(name);
    let free = name;
    for (let number = 1; this.#taken.has(free); number += 1) free = `${stem}-${number}${extension}`;
    this.#taken.add(free);
    return free;
  }
}

function unlikeOthers(base: string): string {
  return shortened(`${randomBytes(4).toString("hex")}${base.replaceAll(/[/\0]/g, "_")}`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A stray percent sign: the name as it is written.
  }
}

/** Cut to 200 bytes as `name~.ext`. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= MOST_BYTES) return name;
  const { stem, extension } = split(name);
  const tail = `~${Buffer.byteLength(extension) < MOST_BYTES / 2 ? extension : ""}`;
  let head = stem;
  while (Buffer.byteLength(head) + Buffer.byteLength(tail) > MOST_BYTES) head = [...head].slice(0, -1).join("");
  return head + tail;
}

function split(name: string): { stem: string; extension: string } {
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? { stem: name, extension: "" } : { stem: name.slice(0, dot), extension: name.slice(dot) };
}
