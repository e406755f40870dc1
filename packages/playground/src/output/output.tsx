/** What a prediction has given so far, by what the model says of its output. */
import { type Json, jsonText } from "@cog/core/json";
import type { OutputType } from "@cog/core/schema";
import { isRunning, type Run } from "#state";
import { List, Value } from "./value.tsx";

interface OutputProps {
  readonly run: Run;
  readonly type: OutputType;
}

export function OutputView({ run, type }: OutputProps) {
  return (
    <div class="output">
      {run.error !== undefined && (
        <p class="error" role="alert">
          {run.error}
        </p>
      )}
      <Shown run={run} type={type} />
      <Metrics run={run} />
    </div>
  );
}

function Shown({ run, type }: OutputProps) {
  const { output } = run;
  if (output.kind === "none") return <p class="quiet">{isRunning(run) ? "Waiting for output…" : "No output."}</p>;
  if (output.kind === "value") return <WholeOutput value={output.value} type={type} />;
  const { items, dropped } = output;
  if (isOneText(type, items, true)) return <Text text={items.join("")} isLive={isRunning(run)} dropped={dropped} />;
  return (
    <>
      <List items={items} place="output" />
      <Dropped count={dropped} />
    </>
  );
}

/** An output of which nothing more will come. */
export function WholeOutput({ value, type }: { readonly value: Json; readonly type: OutputType }) {
  if (!Array.isArray(value)) return <Value value={value} place="output" />;
  if (isOneText(type, value, false)) return <Text text={value.join("")} isLive={false} dropped={0} />;
  return <List items={value} place="output" />;
}

/** A value that is streamed comes in pieces of text, too. */
function isOneText(type: OutputType, items: readonly Json[], isComing: boolean): boolean {
  if (!items.every((item) => typeof item === "string")) return false;
  return type.kind === "iterator" ? type.concatenate : isComing && type.kind === "string";
}

function Text({
  text,
  isLive,
  dropped,
}: {
  readonly text: string;
  readonly isLive: boolean;
  readonly dropped: number;
}) {
  return (
    <>
      <pre class="text" aria-live="polite" aria-busy={isLive}>
        {text}
        {isLive && <span class="cursor" aria-hidden="true" />}
      </pre>
      <Dropped count={dropped} />
    </>
  );
}

function Dropped({ count }: { readonly count: number }) {
  return count === 0 ? null : <p class="quiet">{count} more are not shown while it runs: the output is long.</p>;
}

function Metrics({ run: { metrics } }: { readonly run: Run }) {
  const rows = Object.entries(metrics);
  if (rows.length === 0) return null;
  return (
    <table class="metrics">
      <caption>Metrics</caption>
      <tbody>
        {rows.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{typeof value === "string" ? value : jsonText(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
