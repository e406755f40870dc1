/** Run, stop, start over; and how an asynchronous prediction tells of itself. */
import { WEBHOOK_EVENTS } from "@cog/core/wire";
import { linkTo, type Runner, webhookUrl } from "#effects";
import { type Action, type Draft, isBusy, isRunning, type Model, type State } from "#state";

interface ActionsProps {
  readonly state: State;
  readonly model: Model;
  readonly runner: Runner;
  readonly dispatch: (action: Action) => void;
}

export function Actions({ state, model, runner, dispatch }: ActionsProps) {
  const running = isRunning(state.run);
  return (
    <div class="actions">
      {state.draft.mode === "async" && <Webhooks state={state} dispatch={dispatch} />}
      <div class="row">
        <button type="button" class="primary" disabled={isBusy(state)} onClick={() => void runner.run()}>
          Run
        </button>
        <button type="button" disabled={!running} onClick={() => void runner.stop()}>
          Stop
        </button>
        <button type="button" disabled={running} onClick={() => dispatch({ type: "reset" })}>
          Reset
        </button>
        <LinkButton draft={state.draft} model={model} />
        <label for="prediction-id">Prediction id</label>
        <input
          id="prediction-id"
          class="grow"
          type="text"
          placeholder="optional"
          spellcheck={false}
          value={state.draft.predictionId}
          onInput={(event) => dispatch({ type: "prediction-id", id: event.currentTarget.value })}
        />
      </div>
      <Problems problems={state.problems} />
    </div>
  );
}

function LinkButton({ draft, model }: { readonly draft: Draft; readonly model: Model }) {
  const link = linkTo(draft, model, location.href);
  return (
    <button
      type="button"
      disabled={link === undefined}
      title="A link to this page with these inputs, without secrets"
      onClick={() => void navigator.clipboard.writeText(link ?? "")}
    >
      Copy link
    </button>
  );
}

function Webhooks({ state: { draft, config }, dispatch }: Pick<ActionsProps, "state" | "dispatch">) {
  return (
    <fieldset>
      <legend>Webhook events</legend>
      <div class="row">
        {WEBHOOK_EVENTS.map((event) => (
          <label key={event}>
            <input
              type="checkbox"
              checked={draft.webhookEvents.includes(event)}
              disabled={event === "completed"}
              onChange={({ currentTarget }) =>
                dispatch({ type: "webhook-event", event, wanted: currentTarget.checked })
              }
            />
            {event}
          </label>
        ))}
      </div>
      <p class="quiet">
        Sent to <code>{webhookUrl(config?.webhookBase ?? "", draft)}</code>
      </p>
    </fieldset>
  );
}

function Problems({ problems }: { readonly problems: readonly string[] }) {
  return (
    <div role="alert">
      {problems.length > 0 && (
        <ul class="problems">
          {problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
