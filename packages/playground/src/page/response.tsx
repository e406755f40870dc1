/** What came of the last run, seen from five sides. */
import { withoutAnsi } from "@cog/core/ansi";
import { useState } from "preact/hooks";
import { OutputView } from "#output";
import { isRunning, type Model, type Run } from "#state";
import { RequestView } from "./request.tsx";
import { Tabs } from "./tabs.tsx";
import { Timeline } from "./timeline.tsx";

interface ResponseProps {
  readonly run: Run | undefined;
  readonly model: Model;
}

type TabName = "output" | "raw" | "logs" | "timeline" | "request";

export function ResponseView({ run, model }: ResponseProps) {
  const [chosen, setChosen] = useState<TabName>("output");
  if (run === undefined) return <p class="quiet">Run the model to see what it answers.</p>;
  const tabs = [
    { name: "output", title: "Output" },
    { name: "raw", title: "Raw" },
    ...(run.logs === "" ? [] : [{ name: "logs", title: "Logs" } as const]),
    { name: "timeline", title: "Timeline" },
    { name: "request", title: "Request" },
  ] as const;
  const shown = tabs.some(({ name }) => name === chosen) ? chosen : "output";
  return (
    <>
      <Status run={run} />
      <Tabs label="Response" tabs={tabs} shown={shown} onShow={setChosen}>
        <Panel shown={shown} run={run} model={model} />
      </Tabs>
    </>
  );
}

function Status({ run }: { readonly run: Run }) {
  return (
    <p role="status" class="row">
      <span class="badge" data-state={run.status}>
        {run.status}
      </span>
      {run.predictionId !== undefined && <code>{run.predictionId}</code>}
      {!isRunning(run) && <span class="quiet">{secondsOf(run)}</span>}
    </p>
  );
}

function secondsOf({ startedAt, endedAt }: Run): string {
  return endedAt === undefined ? "" : `${((endedAt - startedAt) / 1000).toFixed(2)} s`;
}

function Panel({ shown, run, model }: { readonly shown: TabName; readonly run: Run; readonly model: Model }) {
  switch (shown) {
    case "output":
      return <OutputView run={run} type={model.endpoint.output} />;
    case "raw":
      return <Raw run={run} />;
    case "logs":
      return (
        <pre class="code logs" aria-live="polite">
          {withoutAnsi(run.logs)}
        </pre>
      );
    case "timeline":
      return <Timeline run={run} />;
    case "request":
      return <RequestView run={run} />;
  }
}

/** As it came over the wire. */
function Raw({ run: { raw, response } }: { readonly run: Run }) {
  const events = raw.map(({ name, data }) => `event: ${name}\ndata: ${data}\n`).join("\n");
  const text = [response?.body, events].filter((part) => part !== undefined && part !== "").join("\n\n");
  return text === "" ? <p class="quiet">Nothing yet.</p> : <pre class="code">{text}</pre>;
}
