/** Reading and writing `weights.lock`. */
import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { messageOf, type Place, systemCodeOf, UserError } from "@cog/core/errors";
import { isJsonObject, type Json } from "@cog/core/json";
import {
  type LockedFile,
  type LockedLayer,
  type LockedSource,
  type LockedWeight,
  WEIGHTS_LOCK_FILE,
  WEIGHTS_LOCK_VERSION,
  type WeightsLock,
} from "@cog/core/wire";
import { byDigest, byPath } from "./bytes-order.ts";
import { JsonMembers } from "./json-members.ts";
import { wireJson } from "./json-text.ts";

const read = new JsonMembers((why) => unreadable(why));

export function lockPath(projectDirectory: string): string {
  return join(projectDirectory, WEIGHTS_LOCK_FILE);
}

/** Undefined where there is none. @throws UserError when it cannot be understood */
export function readLock(projectDirectory: string): WeightsLock | undefined {
  let text: string;
  try {
    text = readFileSync(lockPath(projectDirectory), "utf8");
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  return parseLock(text);
}

export function noLock(): UserError {
  return new UserError("weights.no_lock", `${WEIGHTS_LOCK_FILE} not found (run 'cog weights import' first)`);
}

/** Whoever reads it meanwhile, and whatever ends us, finds the old one or the new one. */
export function writeLock(projectDirectory: string, lock: WeightsLock): void {
  const path = lockPath(projectDirectory);
  const scratch = `${path}.${randomUUID()}`;
  try {
    const file = openSync(scratch, "wx", 0o644);
    try {
      writeSync(file, lockText(lock));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(scratch, path);
  } finally {
    rmSync(scratch, { force: true });
  }
}

/** Two spaces, keys in the order of the type, no final newline: the bytes that Cog writes. */
export function lockText({ version, envelopeFormat, weights }: WeightsLock): string {
  return wireJson({ version, envelopeFormat, weights: weights.map(orderedWeight) }, 2);
}

function orderedWeight(weight: LockedWeight): LockedWeight {
  const { name, target, importedAt, digest, setDigest, size, sizeCompressed } = weight;
  return {
    name,
    target,
    sources: weight.sources.map(({ uri, fingerprint, include, exclude }) => ({ uri, fingerprint, include, exclude })),
    importedAt,
    digest,
    setDigest,
    size,
    sizeCompressed,
    files: weight.files.map(({ path, size, digest, layer }) => ({ path, size, digest, layer })).sort(byPath),
    layers: weight.layers
      .map(({ digest, mediaType, size, sizeUncompressed }) => ({ digest, mediaType, size, sizeUncompressed }))
      .sort(byDigest),
  };
}

/** @throws UserError with the line, or the member, that is wrong */
export function parseLock(text: string): WeightsLock {
  const conflict = text.split(/\r?\n/).findIndex((line) => /^(<{7}|={7}|>{7})( |$)/.test(line));
  if (conflict >= 0) throw unreadable("it has merge conflict markers", placeIn(text, conflict + 1));
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    throw unreadable(messageOf(error), jsonPlace(text, error));
  }
  if (!isJsonObject(value)) throw unreadable("it must be an object");
  const { version } = value;
  if (version !== WEIGHTS_LOCK_VERSION) {
    throw new UserError(
      "weights.lock_version",
      `unsupported ${WEIGHTS_LOCK_FILE} version ${JSON.stringify(version ?? 0)} (want ${WEIGHTS_LOCK_VERSION})`,
      { place: { file: WEIGHTS_LOCK_FILE }, hint: "A newer cog may have written it. Update this one." },
    );
  }
  const weights = read.list(value, "weights", "").map((one, index) => weightOf(one, `weights[${index}]`));
  for (const key of ["name", "target"] as const) mustDiffer(weights, key);
  return { version: WEIGHTS_LOCK_VERSION, envelopeFormat: read.text(value, "envelopeFormat", ""), weights };
}

function weightOf(value: Json, at: string): LockedWeight {
  const given = read.object(value, at);
  const layers = read.list(given, "layers", at).map((one, index) => layerOf(one, `${at}.layers[${index}]`));
  const known = new Set(layers.map(({ digest }) => digest));
  const files = read.list(given, "files", at).map((one, index) => fileOf(one, `${at}.files[${index}]`));
  for (const [index, { layer }] of files.entries())
    if (!known.has(layer)) throw unreadable(`${at}.files[${index}].layer is none of the layers`);
  return {
    name: read.text(given, "name", at),
    target: read.text(given, "target", at),
    sources: read.list(given, "sources", at).map((one, index) => sourceOf(one, `${at}.sources[${index}]`)),
    importedAt: read.text(given, "importedAt", at),
    digest: read.digest(given, "digest", at),
    setDigest: read.digest(given, "setDigest", at),
    size: read.bytes(given, "size", at),
    sizeCompressed: read.bytes(given, "sizeCompressed", at),
    files,
    layers,
  };
}

function sourceOf(value: Json, at: string): LockedSource {
  const given = read.object(value, at);
  const patterns = (key: "include" | "exclude") =>
    // Cog reads null as an empty list.
    (given[key] === null ? [] : read.list(given, key, at)).map((one) => {
      if (typeof one !== "string") throw unreadable(`${at}.${key} must hold texts`);
      return one;
    });
  return {
    uri: read.text(given, "uri", at),
    fingerprint: read.text(given, "fingerprint", at),
    include: patterns("include"),
    exclude: patterns("exclude"),
  };
}

function fileOf(value: Json, at: string): LockedFile {
  const given = read.object(value, at);
  return {
    path: read.path(given, "path", at),
    size: read.bytes(given, "size", at),
    digest: read.digest(given, "digest", at),
    layer: read.digest(given, "layer", at),
  };
}

function layerOf(value: Json, at: string): LockedLayer {
  const given = read.object(value, at);
  return {
    digest: read.digest(given, "digest", at),
    mediaType: read.text(given, "mediaType", at),
    size: read.bytes(given, "size", at),
    sizeUncompressed: read.bytes(given, "sizeUncompressed", at),
  };
}

function mustDiffer(weights: readonly LockedWeight[], key: "name" | "target"): void {
  const seen = new Set<string>();
  for (const { [key]: value } of weights) {
    if (seen.has(value)) throw unreadable(`the ${key} "${value}" is there twice`);
    seen.add(value);
  }
}

function unreadable(why: string, place: Place = { file: WEIGHTS_LOCK_FILE }): UserError {
  return new UserError("weights.lock", `Cannot read ${WEIGHTS_LOCK_FILE}: ${why}`, {
    place,
    hint: "Restore it from version control, or remove it and run 'cog weights import'.",
  });
}

function placeIn(text: string, line: number, column?: number): Place {
  const source = text.split(/\r?\n/)[line - 1];
  return {
    file: WEIGHTS_LOCK_FILE,
    line,
    ...(column !== undefined && { column }),
    ...(source !== undefined && { source }),
  };
}

/** Node says where in its message: as an offset, and since 22 also as line and column. */
function jsonPlace(text: string, error: unknown): Place {
  const offset = /at position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
  if (offset === undefined) return { file: WEIGHTS_LOCK_FILE };
  const before = text.slice(0, Number(offset)).split("\n");
  return placeIn(text, before.length, (before.at(-1)?.length ?? 0) + 1);
}
