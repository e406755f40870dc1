/** A project with weights in a directory of its own, and `cog` as a process there. Made anew for each test of a file. */
import type { ChildProcess } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { outcomeOf, startCog } from "./cog-process.ts";

const {
  TEST_REGISTRY: REGISTRY = "",
  TEST_REGISTRY_USER: USER = "ada",
  TEST_REGISTRY_PASSWORD: PASSWORD = "secret",
} = process.env;
const STORE = "cache/cog/weights";

export const sha = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");

/** A registry that wants to know who asks; `host` is "" where there is none. */
export const testRegistry = {
  host: REGISTRY,
  credentials: { kind: "password", username: USER, password: PASSWORD },
  authorization: `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString("base64")}`,
} as const;

/** One line of `weights` in cog.yaml. */
export const weight = (name: string, source: string, target = `/src/${name}`): string =>
  `  - {name: ${name}, target: ${target}, source: ${source}}`;

export class WeightsTrial {
  directory = "";
  readonly #servers: Server[] = [];

  /** For all tests of the file that calls it. */
  static perTest(): WeightsTrial {
    const trial = new WeightsTrial();
    beforeEach(() => trial.#open());
    afterEach(() => trial.#close());
    return trial;
  }

  #open(): void {
    this.directory = mkdtempSync(join(tmpdir(), "cog-weights-"));
    this.knows(REGISTRY);
  }

  #close(): void {
    for (const server of this.#servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
    rmSync(this.directory, { recursive: true });
  }

  /** Logs in at hosts that pass everything on to the registry. */
  knows(...hosts: readonly string[]): void {
    const auth = testRegistry.authorization.replace("Basic ", "");
    const auths = Object.fromEntries(hosts.map((host) => [host, { auth }]));
    this.write(".docker/config.json", JSON.stringify({ auths }));
  }

  path(...parts: readonly string[]): string {
    return join(this.directory, ...parts);
  }

  write(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), content);
  }

  read(path: string): string {
    return readFileSync(this.path(path), "utf8");
  }

  project(weights: string, model = `${REGISTRY || "registry.test"}/ada/${randomUUID()}`): void {
    this.write("cog.yaml", `model: ${model}\nrun: run.py:Runner\nweights:\n${weights}\n`);
  }

  start(words: string, env: Readonly<Record<string, string>> = {}): ChildProcess {
    return startCog(words.split(" "), {
      cwd: this.directory,
      env: { HOME: this.directory, XDG_CACHE_HOME: this.path("cache"), ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  async cog(words: string, env: Readonly<Record<string, string>> = {}) {
    const { status: code, ...written } = await outcomeOf(this.start(words, env));
    return { code, ...written };
  }

  async serve(answer: RequestListener): Promise<string> {
    const server = createServer(answer);
    this.#servers.push(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  inStore(content: string | Uint8Array): string {
    const hex = sha(content);
    return this.path(STORE, "files/sha256", hex.slice(0, 2), hex);
  }

  /** Every file of the store by its name, and what is in its folders besides. */
  storeContent(): { readonly wrong: readonly string[]; readonly files: number } {
    const root = this.path(STORE, "files");
    const names = existsSync(root) ? readdirSync(root, { recursive: true, encoding: "utf8" }) : [];
    const files = names.filter((name) => statSync(join(root, name)).isFile() && !basename(name).startsWith("put-"));
    const wrong = files.filter((name) => sha(readFileSync(join(root, name))) !== basename(name));
    return { wrong, files: files.length };
  }

  lockText(): string {
    return this.read("weights.lock");
  }
}
