/** The playground's page: asks where to begin, watches the model's server, and shows the state. */
import { isJsonObject } from "@cog/core/json";
import { h, render } from "preact";
import {
  createCheck,
  createRunner,
  createSeriesRunner,
  keepRemembered,
  keepTheme,
  takeUpLink,
  watchConnection,
} from "#effects";
import { Page } from "#page";
import { type Config, createStore, type Store } from "#state";

const store = createStore();
keepTheme(store);
keepRemembered(store);
takeUpLink(store, location.hash);
keepConnection(store);
const place = document.getElementById("page");
const check = createCheck();
const runners = { runner: createRunner(store, check), seriesRunner: createSeriesRunner(store, check) };
if (place !== null) render(h(Page, { store, ...runners }), place);
store.dispatch({ type: "configured", config: await configuration(), webhookToken: crypto.randomUUID() });

async function configuration(): Promise<Config> {
  const response = await fetch("config", { cache: "no-store" });
  const config: unknown = await response.json();
  if (response.ok && isJsonObject(config)) return config as unknown as Config; // what our own server answers
  throw new Error("the playground gave no configuration");
}

/** Each connection is watched until there is another one. */
function keepConnection(store: Store): void {
  let watched = store.get().connection;
  let controller = new AbortController();
  store.subscribe(() => {
    const { connection } = store.get();
    const isNew = connection.target !== "" && connection.health.kind === "asking" && connection !== watched;
    watched = connection;
    if (!isNew) return;
    controller.abort();
    controller = new AbortController();
    watchConnection(store, controller.signal);
  });
}
