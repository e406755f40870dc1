/**
 * P22: an echo behind our server and behind what a user would pick instead, at one client and at sixteen. Each peer
 * is given its quick form: the faster parser and event loop where it has one, no access log.
 */
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Answer, Options, Question, Row } from "./question.ts";
import { postRequest, predictionRequest } from "./server/connection.ts";
import { contestants } from "./server/contestants.ts";
import { baseEnv, environment } from "./server/environment.ts";
import { load } from "./server/load.ts";
import { models } from "./server/models.ts";
import { freePort, type RunningServer, withProcess, withServer } from "./server/running.ts";

export const peers: Question = {
  name: "peers",
  summary: "an echo behind our server, FastAPI with uvicorn, LitServe and BentoML",
  run,
};

/** Something that serves an echo of `text` while `use` measures it. */
interface Echo {
  readonly name: string;
  readonly request: Buffer;
  serve<T>(use: (server: RunningServer) => Promise<T>): Promise<T>;
}

interface Peer {
  readonly name: string;
  readonly packages: readonly string[];
  readonly file: string;
  readonly healthPath: string;
  command(bin: string, port: number): readonly [string, ...string[]];
}

const list: readonly Peer[] = [
  {
    name: "FastAPI",
    packages: ["fastapi==0.165.0", "uvicorn[standard]==0.54.0"],
    file: "fastapi_app.py",
    healthPath: "/health",
    command: (bin, port) => [
      join(bin, "uvicorn"),
      ...["fastapi_app:app", "--host", "127.0.0.1", "--port", String(port), "--no-access-log"],
    ],
  },
  {
    name: "LitServe",
    packages: ["litserve==0.2.19"],
    file: "litserve_app.py",
    healthPath: "/health",
    command: (bin) => [join(bin, "python"), "litserve_app.py"],
  },
  {
    name: "BentoML",
    packages: ["bentoml==1.4.39"],
    file: "bentoml_app.py",
    healthPath: "/readyz",
    command: (bin, port) => [
      join(bin, "bentoml"),
      ...["serve", "bentoml_app:Echo", "--host", "127.0.0.1", "--port", String(port)],
    ],
  },
];

const CLIENTS = [1, 16];

async function run(options: Options): Promise<Answer> {
  const echoes: Echo[] = [];
  const ours = options.side === "reference" ? [] : await contestants({ ...options, side: "ours" });
  for (const contestant of ours) {
    const serve: Echo["serve"] = (use) => withServer(contestant, { model: models.asyncEcho, slots: 16 }, use);
    echoes.push({ name: "ours", request: predictionRequest({ text: "hello" }), serve });
  }
  for (const peer of options.side === "ours" ? [] : list) echoes.push(await install(peer, options));
  const samples = new Map<string, number[]>();
  for (let round = 1; round <= (options.quick ? 1 : 3); round += 1) {
    for (const echo of echoes) {
      const rates = await measure(echo, options).catch((error: unknown) => {
        options.say(`${echo.name} failed: ${String(error)}`);
        return [];
      });
      for (const [index, rate] of rates.entries()) {
        const key = `${echo.name} ${CLIENTS[index]}`;
        samples.set(key, [...(samples.get(key) ?? []), rate]);
        options.say(`${key.padEnd(12)} ${rate.toFixed(0)} predictions/s`);
      }
    }
  }
  return { rival: "peer", notes: list.flatMap(({ packages }) => packages), rows: rowsOf(samples) };
}

async function install(peer: Peer, { say }: Options): Promise<Echo> {
  const name = peer.packages.join("-").replaceAll(/[^\w.-]+/g, "-");
  const bin = join(await environment(`peer-${name}`, say, peer.packages), "bin");
  return {
    name: peer.name,
    request: postRequest("/predict", { text: "hello" }),
    serve: async (use) => {
      const folder = await mkdtemp(join(tmpdir(), "cog-bench-"));
      try {
        await copyFile(join(import.meta.dirname, "peers", peer.file), join(folder, peer.file));
        const port = await freePort();
        const { healthPath } = peer;
        const env = { ...baseEnv(join(bin, "python")), PORT: String(port), BENTOML_DO_NOT_TRACK: "True" };
        const health = ({ status }: { readonly status: number }) => (status === 200 ? "ready" : "waiting");
        const command = peer.command(bin, port);
        return await withProcess({ label: peer.name, command, folder, env, port, healthPath, health }, use);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** Predictions a second, for each number of clients. */
async function measure({ request, serve }: Echo, options: Options): Promise<number[]> {
  return serve(async (server) => {
    const rates: number[] = [];
    for (const clients of CLIENTS) {
      await load(server, { request, clients, requests: 500 });
      const sample = await load(server, { request, clients, requests: options.quick ? 1000 : 5000 });
      rates.push(sample.succeeded / sample.seconds);
    }
    return rates;
  });
}

function rowsOf(samples: ReadonlyMap<string, readonly number[]>): Row[] {
  return list.flatMap(({ name }) =>
    CLIENTS.map((clients) => ({
      id: "P22",
      what: `echo, ${clients === 1 ? "1 client" : `${clients} clients`}, against ${name}`,
      unit: "/s",
      bars: [{ kind: "ratio" as const, atLeast: 1 }],
      samples: { reference: samples.get(`${name} ${clients}`) ?? [], ours: samples.get(`ours ${clients}`) ?? [] },
    })),
  );
}
