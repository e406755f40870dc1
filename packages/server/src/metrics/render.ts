/** Metrics as text. Loaded at the first scrape: the library is half as large as the server, and starts timers of its own. */
import { AggregatorRegistry, Counter, collectDefaultMetrics, Registry } from "prom-client";
import type { Family } from "./family.ts";
import type { Scraped } from "./metrics.ts";

/** Of this process and its event loop, by the names that every Node server has. */
const ownProcess = new Registry();
const atLoad = process.cpuUsage();
collectDefaultMetrics({ register: ownProcess });
// The library counts from now on; the process has worked before.
addTo("process_cpu_user_seconds_total", atLoad.user);
addTo("process_cpu_system_seconds_total", atLoad.system);
addTo("process_cpu_seconds_total", atLoad.user + atLoad.system);

function addTo(name: string, microseconds: number): void {
  const counter = ownProcess.getSingleMetric(name);
  if (counter instanceof Counter) counter.inc(microseconds / 1e6);
}

type ContentType = typeof Registry.OPENMETRICS_CONTENT_TYPE | typeof Registry.PROMETHEUS_CONTENT_TYPE;

/** As the library prints metrics that were counted elsewhere. */
interface Printable {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly aggregator: "first";
  readonly values: readonly { readonly metricName?: string; readonly labels: object; readonly value: number }[];
}

export async function render(families: readonly Family[], accept: string | undefined): Promise<Scraped> {
  const open = prefersOpenMetrics(accept);
  const contentType = open ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE;
  const all = [...families.filter(({ samples }) => samples.length > 0).map(printable), ...(await ofThisProcess())];
  const registry = AggregatorRegistry.aggregate<ContentType>([open ? all.map(withoutTotal) : all]);
  registry.setContentType(contentType);
  return { contentType, text: await registry.metrics() };
}

function printable({ name, help, type, samples }: Family): Printable {
  const values = samples.map(({ value, labels, suffix }) => ({ value, labels, metricName: `${name}${suffix ?? ""}` }));
  return { name, help, type, aggregator: "first", values };
}

async function ofThisProcess(): Promise<readonly Printable[]> {
  const metrics = await ownProcess.getMetricsAsJSON();
  return metrics.map(({ name, help, type, values }) => ({
    name,
    help,
    type: String(type),
    aggregator: "first",
    values: values.map((value) => ({ ...value, labels: withTextLimits(value.labels) })),
  }));
}

/** The library's histograms have numbers there, which would be printed as `1`; parsers of OpenMetrics want `1.0`. */
function withTextLimits(labels: Partial<Record<string, string | number>>): object {
  const { le } = labels;
  return typeof le === "number" && Number.isInteger(le) ? { ...labels, le: `${le}.0` } : labels;
}

/** In OpenMetrics the name of a counter is without the suffix of its sample, which the library adds. */
function withoutTotal(metric: Printable): Printable {
  if (metric.type !== "counter") return metric;
  const values = metric.values.map(({ metricName: _, ...rest }) => rest);
  return { ...metric, name: metric.name.replace(/_total$/, ""), values };
}

/** Of what the client names, with its weights; nothing named: the older format, which everybody reads. */
function prefersOpenMetrics(accept = ""): boolean {
  const weights = { open: 0, text: 0 };
  for (const item of accept.split(",")) {
    const [type = "", ...parameters] = item.split(";").map((part) => part.trim().toLowerCase());
    const weight = Number(parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? 1);
    if (type === "application/openmetrics-text") weights.open = Math.max(weights.open, weight);
    if (type === "text/plain") weights.text = Math.max(weights.text, weight);
  }
  return weights.open > 0 && weights.open >= weights.text;
}
