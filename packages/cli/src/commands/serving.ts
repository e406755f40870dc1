/** The story of `cog serve`: check the port, prepare, start, say where, and stay until told to stop. */
import { createServer } from "node:net";
import { CogError, UnavailableError } from "@cog/core/errors";
import { readModel, withRunningModel } from "#launch";
import type { CommandContext } from "./command.ts";
import { chooseEngine } from "./engine.ts";
import { projectOf } from "./project.ts";
import type { ServeFlags } from "./serve.ts";
import { parseVariables } from "./variables.ts";

export async function serveModel(flags: ServeFlags, context: CommandContext): Promise<number> {
  const { settings, report, signal } = context;
  const project = projectOf(flags, context);
  const model = await readModel(project, report);
  const env = parseVariables(flags.env, settings.environment);
  const listen = { host: flags.host, port: Number(flags.port) };
  await checkPort(listen.host, listen.port);
  try {
    const engine = await chooseEngine(context, { docker: false });
    const prepared = await engine.prepare({ kind: "project", project }, { signal, report });
    report.info("Starting the model and running setup()...");
    const uploadUrl = flags["upload-url"];
    const start = {
      mode: "predict" as const,
      env: context.global.debug ? { COG_LOG_LEVEL: "debug", ...env } : env,
      serverFlags: [
        "--await-explicit-shutdown",
        "true",
        ...(uploadUrl === undefined ? [] : ["--upload-url", uploadUrl]),
      ],
      listen,
      schema: model.document,
      ...(flags.gpus !== undefined && { gpus: flags.gpus }),
    };
    const options = { start, setupTimeoutSeconds: Number(flags["setup-timeout"]) };
    return await withRunningModel(prepared, options, { signal, report }, async (running) => {
      report.info(`Serving at ${addressOf(flags.host, Number(new URL(running.url).port))}`);
      const reason = await Promise.race([running.ended, aborted(signal)]);
      signal.throwIfAborted();
      throw new CogError("model.ended", `The model server ended: ${reason ?? ""}`);
    });
  } catch (error) {
    // Told to stop: that is how serving ends.
    if (signal.aborted && error === signal.reason) return 0;
    throw error;
  }
}

function addressOf(host: string, port: number): string {
  if (host === "127.0.0.1" || host === "localhost" || host === "::1") return `http://localhost:${port}`;
  return host === "0.0.0.0" ? `http://0.0.0.0:${port} (http://localhost:${port})` : `http://${host}:${port}`;
}

/** A port that is taken is told before anything is built. */
async function checkPort(host: string, port: number): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, resolve);
    });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "EADDRINUSE" && code !== "EACCES" && code !== "EADDRNOTAVAIL") throw error;
    const reason = {
      EADDRINUSE: "is in use",
      EACCES: "may not be opened by you",
      EADDRNOTAVAIL: "cannot be opened: this machine has no such address",
    }[code];
    throw new UnavailableError("port.taken", `Port ${port} on ${host} ${reason}`, {
      hint: "Choose another one with -p.",
    });
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}
