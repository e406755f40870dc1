/** Reading a document that somebody else may have written: components, and schemas with their references replaced. */
import { isJsonObject, type Json, type JsonObject } from "@cog/core/json";

const prefix = "#/components/schemas/";

export function componentsOf(document: JsonObject): JsonObject {
  const components = document["components"];
  const schemas = isJsonObject(components) ? components["schemas"] : undefined;
  return isJsonObject(schemas) ? schemas : {};
}

/** The schema with every `$ref` replaced by what it names; a reference to itself becomes `{}`, which allows anything. */
export function inlineReferences(schema: Json, components: JsonObject, open: readonly string[] = []): Json {
  if (Array.isArray(schema)) return schema.map((item) => inlineReferences(item, components, open));
  if (!isJsonObject(schema)) return schema;
  const target = schema["$ref"];
  if (typeof target === "string") {
    const name = target.startsWith(prefix) ? target.slice(prefix.length) : "";
    const component = Object.hasOwn(components, name) && !open.includes(name) ? components[name] : undefined;
    return inlineReferences(component ?? {}, components, [...open, name]);
  }
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === "default" || key === "enum" ? value : inlineReferences(value, components, open),
    ]),
  );
}

/** The properties of a component, references replaced; undefined when there is no such component. */
export function propertiesOf(
  document: JsonObject,
  component: string,
): Readonly<Record<string, JsonObject>> | undefined {
  const components = componentsOf(document);
  const schema = Object.hasOwn(components, component) ? components[component] : undefined;
  if (!isJsonObject(schema)) return undefined;
  const properties = isJsonObject(schema["properties"]) ? schema["properties"] : {};
  const inlined = Object.entries(properties).map(([name, property]) => [name, inlineReferences(property, components)]);
  return Object.fromEntries(inlined.filter(([, property]) => isJsonObject(property as Json)));
}

export function requiredOf(document: JsonObject, component: string): readonly string[] {
  const schema = componentsOf(document)[component];
  const required = isJsonObject(schema) ? schema["required"] : undefined;
  return Array.isArray(required) ? required.filter((name) => typeof name === "string") : [];
}
