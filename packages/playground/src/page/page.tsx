/** The whole page, made anew from the state at every change. */
import type { Runner, SeriesRunner } from "#effects";
import { Form, WholeInput } from "#form";
import { isBusy, type Model, type State, type Store } from "#state";
import { Actions } from "./actions.tsx";
import { EndpointBar } from "./endpoint.tsx";
import { Header } from "./header.tsx";
import { History } from "./history.tsx";
import { ResponseView } from "./response.tsx";
import { SeriesView } from "./series.tsx";
import { Several } from "./several.tsx";
import { Tabs } from "./tabs.tsx";
import { TargetBar } from "./target-bar.tsx";
import { useStateOf } from "./use-state-of.ts";

interface PageProps {
  readonly store: Store;
  readonly runner: Runner;
  readonly seriesRunner: SeriesRunner;
}

const INPUT_TABS = [
  { name: "form", title: "Form" },
  { name: "json", title: "JSON" },
] as const;

export function Page({ store, runner, seriesRunner }: PageProps) {
  const state = useStateOf(store);
  return (
    <>
      <Header state={state} dispatch={store.dispatch} />
      <TargetBar state={state} runner={runner} seriesRunner={seriesRunner} dispatch={store.dispatch} />
      {state.model === undefined ? (
        <p role="status" class="quiet">
          Waiting for schema...
        </p>
      ) : (
        <main>
          <InputSide state={state} model={state.model} store={store} runner={runner} seriesRunner={seriesRunner} />
          <section aria-label="Response">
            {state.series === undefined ? (
              <ResponseView key={state.run?.number} run={state.run} model={state.model} />
            ) : (
              <SeriesView series={state.series} model={state.model} />
            )}
          </section>
        </main>
      )}
    </>
  );
}

interface InputSideProps extends PageProps {
  readonly state: State;
  readonly model: Model;
}

function InputSide({ state, model, store, runner, seriesRunner }: InputSideProps) {
  const { draft } = state;
  const disabled = isBusy(state);
  const { dispatch } = store;
  return (
    <section aria-label="Input">
      <EndpointBar model={model} draft={draft} disabled={disabled} dispatch={dispatch} />
      <Tabs label="Input as" tabs={INPUT_TABS} shown={draft.tab} onShow={(tab) => dispatch({ type: "tab", tab })}>
        {draft.tab === "form" ? (
          <Form model={model} draft={draft} dispatch={dispatch} />
        ) : (
          <WholeInput draft={draft} dispatch={dispatch} />
        )}
      </Tabs>
      <Actions state={state} model={model} runner={runner} dispatch={dispatch} />
      <Several state={state} model={model} runner={seriesRunner} dispatch={dispatch} />
      <History runs={state.remembered.runs} model={model} disabled={disabled} dispatch={dispatch} />
    </section>
  );
}
