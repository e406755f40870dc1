/** Any value that a model gives. */
import { isJsonObject, type Json, jsonText } from "@cog/core/json";
import { Media } from "./media.tsx";
import { mediaOf } from "./media-kind.ts";

interface ValueProps {
  readonly value: Json;
  /** Where in the output it stands: `output.images.0`. */
  readonly place: string;
}

export function Value({ value, place }: ValueProps) {
  if (typeof value === "string")
    return mediaOf(value) === undefined ? <pre class="text">{value}</pre> : <Media url={value} caption={place} />;
  if (Array.isArray(value)) return <List items={value} place={place} />;
  return (
    <>
      {filesIn(value, place).map((file) => (
        <Media key={file.place} url={file.url} caption={file.place} />
      ))}
      <pre class="code">{jsonText(shortened(value), 2)}</pre>
    </>
  );
}

interface ListProps {
  readonly items: readonly Json[];
  readonly place: string;
}

export function List({ items, place }: ListProps) {
  const areFiles = items.length > 0 && items.every((item) => typeof item === "string" && mediaOf(item) !== undefined);
  const isShort = items.every((item) => typeof item !== "object" || item === null);
  if (!isShort) return <Structure items={items} place={place} />;
  return (
    <ol class={areFiles ? "gallery" : "list"}>
      {items.map((item, index) => (
        <li key={index}>
          {typeof item === "string" ? (
            <Value value={item} place={`${place}.${index}`} />
          ) : (
            <code>{jsonText(item)}</code>
          )}
        </li>
      ))}
    </ol>
  );
}

function Structure({ items, place }: ListProps) {
  return (
    <>
      {filesIn(items, place).map((file) => (
        <Media key={file.place} url={file.url} caption={file.place} />
      ))}
      <pre class="code">{jsonText(shortened(items), 2)}</pre>
    </>
  );
}

function filesIn(value: Json, place: string): readonly { readonly place: string; readonly url: string }[] {
  if (typeof value === "string") return mediaOf(value) === undefined ? [] : [{ place, url: value }];
  if (Array.isArray(value)) return value.flatMap((item: Json, index) => filesIn(item, `${place}.${index}`));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => filesIn(item, `${place}.${key}`));
}

/** The content of a file says nothing in the midst of JSON. */
function shortened(value: Json): Json {
  if (typeof value === "string") return value.startsWith("data:") ? `${value.slice(0, 40)}…` : value;
  if (Array.isArray(value)) return value.map(shortened);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shortened(item)]));
}
