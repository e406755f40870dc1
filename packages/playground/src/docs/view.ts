/** The model's description as page elements. */
import { isJsonObject, type Json, type JsonObject } from "@cog/core/json";
import { describeInput, describeType, type Endpoint, type InputField, interfaceOf } from "@cog/core/schema";
import { element } from "./element.ts";
import { exampleRequest } from "./example.ts";

/** @param base absolute address of the server, with a slash at the end */
export function view(description: JsonObject, base: string): Node[] {
  const { predict, train } = interfaceOf(description);
  return [
    element("h1", {}, titleOf(description)),
    ...(predict === undefined ? [] : [endpointView("Prediction", `${base}predictions`, predict)]),
    ...(train === undefined ? [] : [endpointView("Training", `${base}trainings`, train)]),
    routesView(description),
    element("p", {}, "The whole description: ", element("a", { href: "openapi.json" }, "openapi.json")),
  ];
}

function titleOf(description: JsonObject): string {
  const { info } = description;
  return isJsonObject(info) && typeof info["title"] === "string" ? info["title"] : "Model";
}

function endpointView(name: string, url: string, endpoint: Endpoint): Node {
  return element(
    "section",
    {},
    element("h2", {}, name),
    exampleView(exampleRequest(url, endpoint)),
    element("h3", {}, "Inputs"),
    endpoint.inputs.length === 0 ? element("p", {}, "None.") : element("dl", {}, ...endpoint.inputs.flatMap(inputView)),
    element("h3", {}, "Output"),
    element(
      "p",
      {},
      describeType(endpoint.output),
      endpoint.streaming ? "; can be streamed as server-sent events" : "",
    ),
  );
}

function exampleView(request: string): Node {
  // Focusable, so that a request too wide for the page can be scrolled with the keyboard.
  const code = element("pre", { tabindex: "0", "aria-label": "Example request" }, element("code", {}, request));
  const button = element("button", { type: "button" }, "Copy");
  button.addEventListener("click", () => {
    navigator.clipboard.writeText(request).then(
      () => (button.textContent = "Copied"),
      () => (button.textContent = "Select the text and copy it"), // no permission, or a page without https
    );
  });
  return element("div", { class: "example" }, code, button);
}

function inputView(field: InputField): Node[] {
  const facts = describeInput(field);
  return [
    element("dt", {}, element("code", {}, field.name)),
    element(
      "dd",
      {},
      element("span", { class: "facts" }, field.accept === undefined ? facts : `${facts}, ${field.accept}`),
      ...(field.description === undefined ? [] : [element("p", {}, field.description)]),
    ),
  ];
}

const METHODS = ["get", "post", "put", "delete"];

function routesView(description: JsonObject): Node {
  const paths = isJsonObject(description["paths"]) ? description["paths"] : {};
  const rows = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = isJsonObject(item) ? item[method] : undefined;
      return isJsonObject(operation) ? [routeView(method, path, operation)] : [];
    }),
  );
  const heading = element(
    "tr",
    {},
    ...["Method", "Path", "What it does"].map((text) => element("th", { scope: "col" }, text)),
  );
  return element(
    "section",
    {},
    element("h2", {}, "Endpoints"),
    element("table", {}, element("thead", {}, heading), element("tbody", {}, ...rows)),
  );
}

function routeView(method: string, path: string, operation: JsonObject): Node {
  const summary = [operation["summary"], operation["description"]].find((text): text is string => isText(text)) ?? "";
  const cells = [element("code", {}, method.toUpperCase()), element("code", {}, path), summary];
  return element("tr", {}, ...cells.map((cell) => element("td", {}, cell)));
}

function isText(value: Json | undefined): value is string {
  return typeof value === "string" && value !== "";
}
