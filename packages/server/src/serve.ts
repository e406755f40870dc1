/** The whole server: puts the rooms together, starts them in the order that is quickest, stops them in the order that is kind. */

import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "@cog/core/errors";
import { version } from "@cog/core/version";
import type { InterfacePayload, Notification } from "@cog/core/wire";
import type { FileInputs, InputRules, LazyObjects } from "#files";
import { checkObjects, FileWorkspace, lazyObjects, TemporaryRoot } from "#files";
import { Health } from "#health";
import type { Context, ModelFunction } from "#http";
import { createRoutes, HttpServer, metricsRoutes } from "#http";
import { Log } from "#log";
import { Metrics, type Sources } from "#metrics";
import type { Fetch } from "#outgoing";
import { createFetch } from "#outgoing";
import { Predictions, Slots } from "#predictions";
import type { Consumer } from "#queues";
import type { Schema, SchemaOptions } from "#schema";
import { readSchemaFile, schemaFromInterface, schemaFromText } from "#schema";
import type { Environment, QueueSettings, Settings } from "#settings";
import type { Traces } from "#traces";
import { Webhooks } from "#webhooks";
import { Weights } from "#weights";
import type { SupervisorOptions, SupervisorState, WorkerProcess } from "#workers";
import { adoptWorker, deviceFor, Pool, Supervisor, spawnWorker, visibleDevices } from "#workers";
import { notify } from "./notify.ts";
import { modelEnvironment } from "./reference.ts";
import { Trainer } from "./trainer.ts";

/** How long last webhooks may take when the server stops: less than the ten seconds that `docker stop` has. */
const LAST_WEBHOOKS_MS = 8000;
/** How long last traces may take. */
const LAST_TRACES_MS = 2000;
/** How long canceled predictions may take to unwind then. */
const UNWIND_MS = 5000;
/** Of data URLs in a job's answer: a value of Redis has at most 512 MiB, and ours hold the output more than once. */
const MOST_REDIS_BYTES = 128 * 1024 * 1024;
const LAST_SETUP_LINES_MS = 100;
/** How long jobs of a queue may go on then; no client waits at the door for them. */
const DRAIN_JOBS_MS = 300_000;

/** Runs until it is told to stop; resolves with the exit code. */
export async function serve(settings: Settings): Promise<number> {
  const log = new Log(settings.log);
  for (const warning of settings.warnings) log.warn(warning);
  const fetch = createFetch(settings.proxy);
  const objects = lazyObjects({ settings: settings.storage, fetch });
  await checkObjects(objects, { uploadUrl: settings.uploadUrl, inputs: settings.downloads.objects });
  const model = await modelEnvironment(settings);
  const temporary = new TemporaryRoot(settings.temporaryRoot);
  process.once("exit", () => temporary.removeSync());
  const traces = await tracesFor(settings, log);
  const server = new ModelServer({ settings, model, temporary, fetch, objects, log, traces });
  return server.run();
}

/** What sends traces is loaded only for that. */
async function tracesFor({ traces: settings, model = "cog" }: Settings, log: Log): Promise<Traces | undefined> {
  if (settings === undefined) return undefined;
  const { startTraces } = await import("#traces");
  return startTraces({ settings, model, version, log });
}

interface Parts {
  readonly settings: Settings;
  readonly traces: Traces | undefined;
  readonly model: Environment;
  readonly temporary: TemporaryRoot;
  readonly fetch: Fetch;
  readonly objects: LazyObjects;
  readonly log: Log;
}

class ModelServer {
  readonly #settings: Settings;
  readonly #log: Log;
  readonly #slots: Slots;
  readonly #predictions: Predictions;
  readonly #webhooks: Webhooks;
  readonly #weights: Weights | undefined;
  readonly #pool: Pool;
  readonly #trainer: Trainer | undefined;
  readonly #health: Health;
  readonly #metrics: Metrics | undefined;
  readonly #traces: Traces | undefined;
  readonly #http: HttpServer;
  /** Of the port that metrics have for themselves. */
  readonly #metricsHttp: HttpServer | undefined;
  #consumer: Consumer | undefined;
  #setupTold = false;
  #schema: Schema | undefined;
  #schemaLoaded: Promise<void> | undefined;
  #files: FileInputs = {};
  #readyMs = 0;
  #stopping = false;
  #finish: (code: number) => void = () => undefined;

  constructor({ settings, model, temporary, fetch, objects, log, traces }: Parts) {
    const { launcher } = settings;
    const userAgent = `cog/${version}`;
    const { downloads: limits, uploadTimeoutMs } = settings;
    const downloads = {
      fetch: createFetch({ ...settings.proxy, closed: limits.publicOnly ? "private" : "metadata" }),
      userAgent: settings.userAgent ?? userAgent,
      limits,
      objects,
    };
    this.#settings = settings;
    this.#log = log;
    this.#traces = traces;
    this.#metrics = settings.metrics === undefined ? undefined : new Metrics(settings.metrics);
    const measures = [this.#metrics, traces].filter((one) => one !== undefined);
    const onTransfer = measures.map((measure) => measure.onTransfer);
    this.#slots = new Slots({ queueMax: settings.queueMax, timeoutMs: settings.queueTimeoutMs });
    this.#predictions = new Predictions({
      openWorkspace: ({ id: predictionId, uploadUrl, putUrls, uploadAsForm, source }, trace) =>
        new FileWorkspace({
          predictionId,
          uploadUrl,
          putUrls,
          mostEmbeddedBytes: source?.kind === "redis" ? MOST_REDIS_BYTES : undefined,
          uploadAsForm,
          temporary,
          fetch,
          objects,
          uploadTimeoutMs,
          downloads,
          trace,
          onTransfer,
        }),
      observe: measures.map((measure) => measure.observe),
      onLog: (prediction, source, text) => log.model({ prediction, source, text }),
    });
    this.#webhooks = new Webhooks({
      fetch,
      userAgent,
      token: settings.webhookToken,
      intervalMs: settings.webhookIntervalMs,
      retryMs: settings.webhookRetryMs,
      log,
      onSend: measures.map((measure) => measure.onSend),
    });
    this.#weights =
      settings.weights && Weights.of({ settings: settings.weights, launcher, environment: settings.environment, log });
    this.#pool = this.#createPool({ model, temporary });
    this.#trainer = this.#createTrainer({ model, temporary });
    this.#health = new Health({
      pool: this.#pool,
      slots: this.#slots,
      launcher,
      kubernetes: settings.kubernetes,
      readyWhenBusy: settings.readyWhenBusy,
      queueIsReachable: () => this.#consumer?.isReachable ?? true,
      log,
    });
    const scrape = this.#createScrape();
    const ownPort = settings.metrics?.port !== undefined;
    const context = this.#createContext(ownPort ? undefined : scrape);
    this.#http = new HttpServer(createRoutes(context), log, this.#metrics?.answered);
    this.#metricsHttp = scrape === undefined || !ownPort ? undefined : new HttpServer(metricsRoutes(scrape), log);
  }

  #createContext(scrape: Context["scrape"]): Context {
    const settings = this.#settings;
    return {
      prediction: this.#prediction(),
      training: this.#training(),
      sdkVersion: settings.launcher.sdk,
      predictions: this.#predictions,
      webhooks: this.#webhooks,
      health: this.#health,
      schema: () => this.#schema,
      inputRules: this.#inputRules,
      uploadUrl: settings.uploadUrl,
      streamHistory: settings.streamHistory,
      streamKeepAliveMs: settings.streamKeepAliveMs,
      probePrefix: settings.probePrefix,
      scrape,
      onRejected: (reason) => this.#metrics?.rejected(reason),
      onDropped: (names) => this.#log.warn("Stripped unknown input fields", { names: names.join(", ") }),
      instance: settings.instance,
      reload: () => this.#reload(),
      shutdown: () => void this.#stop({ code: 0 }),
    };
  }

  get #inputRules(): InputRules {
    return { ...this.#settings.downloads, localPaths: this.#settings.localPathInputs };
  }

  #createScrape(): Context["scrape"] {
    const metrics = this.#metrics;
    if (metrics === undefined) return undefined;
    const { launcher, model, predictorRef, trainRef, mode } = this.#settings;
    const sources: Sources = {
      build: {
        version,
        sdk_version: launcher.sdk,
        python_version: launcher.python,
        model: model ?? (mode === "train" ? trainRef : predictorRef) ?? "",
      },
      health: this.#health,
      pool: this.#pool,
      slots: this.#slots,
      inFlight: () => this.#predictions.inFlight,
      workerPids: () => [...this.#pool.pids, ...(this.#trainer?.pid === undefined ? [] : [this.#trainer.pid])],
      queues: () => this.#consumer?.stats ?? [],
    };
    return (accept) => metrics.scrape(sources, accept);
  }

  async run(): Promise<number> {
    const finished = new Promise<number>((resolve) => {
      this.#finish = resolve;
    });
    this.#listenToSignals();
    this.#pool.start();
    const { host, queue } = this.#settings;
    try {
      const listening = await this.#listen();
      await this.#listenForMetrics(host);
      this.#notify({ event: "listening", port: listening });
      this.#log.info("listening", { host, port: listening });
    } catch (error) {
      this.#log.error(`cannot listen on ${host}: ${messageOf(error)}`);
      await this.#stopWorkers({ now: true });
      await this.#log.flush();
      return 1;
    }
    this.#loadSchema();
    if (queue !== undefined) await this.#consume(queue);
    if (this.#settings.idleTimeoutMs !== undefined) this.#stopWhenIdle(this.#settings.idleTimeoutMs);
    return finished;
  }

  async #listenForMetrics(host: string): Promise<void> {
    const port = this.#settings.metrics?.port;
    if (port === undefined) return;
    this.#log.info("listening for metrics", { host, port: await this.#metricsHttp?.listen({ host, port }) });
  }

  async #listen(): Promise<number> {
    const { host, port, portIsFree } = this.#settings;
    try {
      return await this.#http.listen({ host, port });
    } catch (error) {
      if (!portIsFree || !(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) throw error;
      this.#log.warn(`port ${port} is taken; taking another one for health checks (PORT chooses)`);
      return this.#http.listen({ host, port: 0 });
    }
  }

  /** Loaded only here: most servers have no queue. */
  async #consume(settings: QueueSettings): Promise<void> {
    const { Consumer } = await import("#queues");
    if (this.#stopping) return; // Nobody would hand back what it takes.
    const { uploadUrl, webhookIntervalMs: intervalMs } = this.#settings;
    const stop = (code: number) => void this.#stop({ code });
    const model = this.#prediction();
    this.#consumer = new Consumer({
      ...{ settings, model, uploadUrl, intervalMs, stop },
      inputRules: this.#inputRules,
      slots: this.#slots,
      predictions: this.#predictions,
      webhooks: this.#webhooks,
      health: () => this.#health.state,
      onUnrun: (last) => this.#metrics?.unrun(last, model.method),
      log: this.#log,
    });
    this.#consumer.start();
    this.#tellSetup();
  }

  /** Once: what comes later is not the setup that somebody waits for. */
  #tellSetup(): void {
    const { setup } = this.#pool;
    if (this.#consumer === undefined || this.#setupTold || setup === undefined || setup.status === "starting") return;
    this.#setupTold = true;
    void this.#consumer.setupEnded({ setup, schemaText: this.#schema?.text });
  }

  /** Requests that come meanwhile wait at the door, and are checked against the schema that the new code has. */
  async #reload(): Promise<void> {
    this.#schemaLoaded = undefined;
    this.#loadSchema();
    const reloaded = this.#reloadWorkers();
    const mine = reloaded.finally(() => {
      // The last of several is the one to wait for.
      if (this.#health.reloading === mine) this.#health.reloading = undefined;
    });
    this.#health.reloading = mine;
    await mine;
  }

  /** No timer runs more often than it must: each is set to the moment when the time may be up. */
  #stopWhenIdle(limitMs: number): void {
    const isIdle = this.#predictions.inFlight === 0 && this.#pool.state.name !== "starting";
    const restMs = isIdle ? Math.max(this.#predictions.lastEndedMs, this.#readyMs) + limitMs - Date.now() : limitMs;
    if (restMs > 0) {
      setTimeout(() => this.#stopWhenIdle(limitMs), restMs).unref();
      return;
    }
    this.#log.info("idle", { seconds: limitMs / 1000 });
    void this.#stop({ code: 0 });
  }

  /** Compiles while the worker loads the model. */
  #loadSchema(): void {
    const text = readSchemaFile(this.#settings.schemaFile);
    if (text === undefined) return;
    this.#schemaLoaded = this.#useSchema(schemaFromText(text, this.#schemaOptions()));
  }

  async #useSchema(schema: Promise<Schema>): Promise<void> {
    try {
      this.#schema = await schema;
    } catch (error) {
      this.#log.warn(`running without a schema, inputs are not checked: ${messageOf(error)}`);
    }
  }

  #schemaOptions(): SchemaOptions {
    const { mode, localPathInputs } = this.#settings;
    return { mode, localPaths: localPathInputs, trains: this.#trainer !== undefined };
  }

  #prediction(): ModelFunction {
    return {
      method: this.#settings.mode,
      slots: this.#slots,
      schema: () => this.#schema?.predictions,
      outputIsArray: () => this.#schema?.predictions.outputIsArray ?? false,
      fileInputs: () => this.#files,
      begin: () => undefined,
    };
  }

  /** In train mode the function that is served; else the one that waits for its first training. */
  #training(): ModelFunction | undefined {
    if (this.#settings.mode === "train") return this.#prediction();
    const trainer = this.#trainer;
    if (trainer === undefined) return undefined;
    return {
      method: "train",
      slots: trainer.slots,
      schema: () => this.#schema?.trainings,
      outputIsArray: () => this.#schema?.trainings?.outputIsArray ?? false,
      fileInputs: () => trainer.files,
      // Which of its inputs are files is not known before it runs: unchecked, one could name a file of the container.
      begin: () => (this.#schema === undefined ? "Trainings need the schema of the model." : trainer.begin()),
    };
  }

  #createPool({ model, temporary }: Pick<Parts, "model" | "temporary">): Pool {
    const settings = this.#settings;
    const { environment, launcher, workers, workerFds } = settings;
    const devices = workers > 1 ? visibleDevices(environment["CUDA_VISIBLE_DEVICES"]) : [];
    const supervise = (index: number): Supervisor => {
      const device = deviceFor({ index, workers }, devices);
      const own = { ...environment, ...model, COG_TMPDIR: temporary.path };
      const supervisor: Supervisor = new Supervisor({
        start: ({ first }) =>
          first && index === 0 && workerFds !== undefined
            ? adoptWorker(workerFds)
            : spawnWorker({
                executable: launcher.executable,
                environment: device === undefined ? own : { ...own, CUDA_VISIBLE_DEVICES: device },
              }),
        ...this.#supervision(temporary),
        beforeReady: (worker) => this.#beforeReady(worker),
        onChange: (state, before) => this.#workerChanged(supervisor, state, before),
      });
      return supervisor;
    };
    return new Pool(Array.from({ length: workers }, (_, index) => supervise(index)));
  }

  /** Only where predictions are served, and there is something to train with. */
  #createTrainer({ model, temporary }: Pick<Parts, "model" | "temporary">): Trainer | undefined {
    const { mode, environment, launcher, queueMax, queueTimeoutMs } = this.#settings;
    const own = { ...environment, ...model };
    if (mode === "train" || !own["COG_TRAIN_TYPE_STUB"]) return undefined;
    // How many predictions run at once says nothing of trainings.
    const train = { ...own, COG_TMPDIR: temporary.path, COG_X_MODE: "train", COG_MAX_CONCURRENCY: "1" };
    const trainer: Trainer = new Trainer({
      worker: {
        start: () => spawnWorker({ executable: launcher.executable, environment: train }),
        ...this.#supervision(temporary),
      },
      queueMax,
      queueTimeoutMs,
      onGivenUp: (error) => this.#predictions.refuseWaiting(trainer.slots, error),
      onRestart: () => this.#metrics?.workerRestarted(),
      log: this.#log,
    });
    return trainer;
  }

  /** How every worker is looked after. */
  #supervision({
    path,
  }: TemporaryRoot): Pick<SupervisorOptions, "prepare" | "worker" | "restart" | "setupTimeoutMs" | "onLog"> {
    const { cancelGraceMs, restartWorkers, setupTimeoutMs } = this.#settings;
    const weights = this.#weights;
    return {
      prepare: weights && (async () => await weights.arrived()),
      worker: { spillFolder: path, cancelGraceMs },
      restart: restartWorkers,
      setupTimeoutMs,
      onLog: ({ source, text }) => this.#log.model({ source, text, prediction: undefined }),
    };
  }

  async #reloadWorkers(): Promise<void> {
    await Promise.all([this.#pool.reload(), this.#trainer?.reload()]);
  }

  async #stopWorkers(options: { readonly now?: boolean } = {}): Promise<void> {
    this.#weights?.close();
    await Promise.all([this.#pool.stop(options), this.#trainer?.stop(options)]);
  }

  async #beforeReady(worker: WorkerProcess): Promise<void> {
    this.#schemaLoaded ??= worker
      .inspect()
      .then((found: InterfacePayload) => this.#useSchema(schemaFromInterface(found, this.#schemaOptions())));
    await this.#schemaLoaded;
    this.#files = worker.files;
  }

  #workerChanged({ setup, preparation }: Supervisor, state: SupervisorState, before: SupervisorState): void {
    if (before.name === "ready") this.#slots.close(before.worker);
    this.#tellSetup();
    switch (state.name) {
      case "ready":
        this.#slots.open(state.worker);
        this.#traces?.setUp({ setup, preparation, error: undefined });
        this.#readyMs = Date.now();
        this.#log.info("worker ready", { slots: state.worker.slots });
        if (!this.#health.wasReady) void this.#notifyReady();
        this.#health.wasReady = true;
        return;
      case "starting":
        if (state.error === undefined) {
          this.#log.info("reloading the model");
          return;
        }
        this.#log.error("worker died; starting it again");
        this.#metrics?.workerRestarted();
        return;
      case "failed":
        this.#log.error(`setup failed: ${state.error}`);
        this.#traces?.setUp({ setup, preparation, error: state.error });
        this.#notify({ event: "setup_failed", error: state.error });
        if (this.#settings.exitOnSetupFailure) void this.#stop({ code: 1 });
        return;
      case "defunct":
        this.#log.error(`worker died and is not started again: ${state.error}`);
        if (this.#pool.state.name === "defunct") {
          this.#predictions.refuseWaiting(this.#slots, `Worker crashed: ${state.error}`);
        }
        return;
      case "stopped":
        return;
    }
  }

  #listenToSignals(): void {
    // In the first setup nothing has been accepted yet that anybody would wait for.
    const stop = (code: number) =>
      void this.#stop({ code, now: this.#pool.state.name === "starting" && !this.#health.wasReady });
    process.on("SIGINT", () => stop(130));
    process.on("SIGTERM", () => {
      if (!this.#settings.awaitExplicitShutdown) stop(0);
    });
  }

  /** In order: no new work, open requests answered, the rest canceled, last webhooks, workers. Asked twice: now. */
  async #stop({ code, now = false }: { readonly code: number; readonly now?: boolean }): Promise<void> {
    const twice = this.#stopping;
    this.#stopping = true;
    if (now || twice) {
      await this.#stopWorkers({ now: true });
      await this.#end(code);
      return;
    }
    const { drainDelayMs, drainTimeoutMs } = this.#settings;
    this.#log.info("stopping");
    const drained = this.#consumer?.drain(drainTimeoutMs ?? DRAIN_JOBS_MS);
    if (drainDelayMs > 0) {
      this.#health.draining = true;
      await wait(drainDelayMs);
    }
    const closed = this.#http.close();
    if (drainTimeoutMs === undefined) await closed;
    // Asynchronous ones are waited for only when somebody said how long.
    else await Promise.race([Promise.all([closed, this.#predictions.whenIdle()]), wait(drainTimeoutMs)]);
    await drained;
    this.#predictions.cancelAll();
    await Promise.race([Promise.all([closed, this.#predictions.whenIdle()]), wait(UNWIND_MS)]);
    await this.#webhooks.close(LAST_WEBHOOKS_MS);
    await Promise.all([this.#stopWorkers(), this.#consumer?.close()]);
    await this.#end(code);
  }

  async #end(code: number): Promise<void> {
    await this.#traces?.close(LAST_TRACES_MS);
    await this.#log.flush();
    this.#finish(code);
  }

  /** What setup has printed goes first: whoever waits for this may look no further. Not for ever, as nobody may read it. */
  async #notifyReady(): Promise<void> {
    if (this.#settings.notifyFd === undefined) return;
    await Promise.race([this.#log.flush(), delay(LAST_SETUP_LINES_MS, undefined, { ref: false })]);
    this.#notify({ event: "ready" });
  }

  #notify(notification: Notification): void {
    notify(this.#settings.notifyFd, notification);
  }
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
