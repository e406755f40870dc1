/** What is there: the model's health, versions, what its setup said, its description. */
import { withoutAnsi } from "@cog/core/ansi";
import { isJsonObject, jsonText } from "@cog/core/json";
import type { Action, Health, Model, State, Theme } from "#state";

interface HeaderProps {
  readonly state: State;
  readonly dispatch: (action: Action) => void;
}

export function Header({ state, dispatch }: HeaderProps) {
  const { connection, model, theme } = state;
  return (
    <header>
      <div class="row">
        <h1>{titleOf(model)}</h1>
        <Badge health={connection.health} />
        <span class="grow" />
        {model !== undefined && (
          <button type="button" onClick={() => openDocument(model)}>
            Schema
          </button>
        )}
        <button type="button" onClick={() => dispatch({ type: "theme", theme: otherTheme(theme) })}>
          {otherTheme(theme) === "dark" ? "Dark" : "Light"}
          <span class="hidden"> theme</span>
        </button>
      </div>
      <Versions state={state} />
      <Setup health={connection.health} />
    </header>
  );
}

function titleOf(model: Model | undefined): string {
  const info = model?.document["info"];
  const title = isJsonObject(info) ? info["title"] : undefined;
  return typeof title === "string" && title !== "" && title !== "Cog" ? title : "Cog playground";
}

function Badge({ health }: { readonly health: Health }) {
  const text = badgeOf(health);
  return (
    <output class="badge" data-state={text.toLowerCase()} aria-label="Health">
      {text}
    </output>
  );
}

function badgeOf(health: Health): string {
  switch (health.kind) {
    case "asking":
      return "Connecting";
    case "unreachable":
      return "Unreachable";
    case "answers":
      return health.report.status;
  }
}

function Versions({ state: { config, connection } }: { readonly state: State }) {
  const version = connection.health.kind === "answers" ? connection.health.report.version : undefined;
  const shown = [
    ["cog", config?.cogVersion],
    ["runtime", version?.coglet],
    ["sdk", version?.python_sdk],
    ["python", version?.python],
  ] as const;
  const text = shown.flatMap(([name, value]) => (value === undefined ? [] : `${name} ${value}`)).join(" · ");
  return <p class="quiet">{text}</p>;
}

function Setup({ health }: { readonly health: Health }) {
  if (health.kind === "asking") return null;
  if (health.kind === "unreachable") return <p class="problem">{health.reason}</p>;
  const { setup, error, user_healthcheck_error: sick } = health.report;
  return (
    <>
      {[error, sick].map((text) => text !== undefined && <p class="error">{text}</p>)}
      {setup !== undefined && (
        <details>
          <summary>Setup {setup.status}</summary>
          <pre class="code logs">{withoutAnsi(setup.logs ?? "") || "It wrote nothing."}</pre>
        </details>
      )}
    </>
  );
}

function openDocument({ document }: Model): void {
  const blob = new Blob([jsonText(document, 2)], { type: "application/json" });
  window.open(URL.createObjectURL(blob), "_blank", "noopener");
}

function otherTheme(theme: Theme): "light" | "dark" {
  const isDark = theme === "system" ? matchMedia("(prefers-color-scheme: dark)").matches : theme === "dark";
  return isDark ? "light" : "dark";
}
