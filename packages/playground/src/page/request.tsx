import { jsonText, parseJson } from "@cog/core/json";
import { shortened } from "#output";
import type { Run } from "#state";
import { recipesFor } from "./copy-as.ts";

/** Both ways, in full. */
export function RequestView({ run }: { readonly run: Run }) {
  const { request, response, metrics, target } = run;
  const predictTime = metrics["predict_time"];
  return (
    <>
      <h3>Request</h3>
      <p>
        <code>
          {request.method} {request.path}
        </code>
      </p>
      <Headers headers={request.headers} />
      <pre class="code">{readable(request.body)}</pre>
      <div class="row">
        {recipesFor(request, target).map(({ name, text }) => (
          <button key={name} type="button" onClick={() => void navigator.clipboard.writeText(text)}>
            Copy as {name}
          </button>
        ))}
      </div>
      <h3>Response</h3>
      {response === undefined ? (
        <p class="quiet">Nothing yet.</p>
      ) : (
        <>
          <p>
            Status <code>{response.status}</code>
            {typeof predictTime === "number" && `, predicted in ${predictTime.toFixed(3)} s`}
          </p>
          <Headers headers={response.headers} />
          {response.body !== undefined && <pre class="code">{readable(response.body)}</pre>}
        </>
      )}
    </>
  );
}

function Headers({ headers }: { readonly headers: Readonly<Record<string, string>> }) {
  return (
    <dl class="headers">
      {Object.entries(headers).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** JSON with its files shortened; anything else as it is. */
function readable(text: string): string {
  try {
    return jsonText(shortened(parseJson(text)), 2);
  } catch {
    return text;
  }
}
