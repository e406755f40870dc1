/** Any value that a model gives. */
import { isJsonObject, type Json, jsonText } from "@cog/core/json";
import { Media } from "./media.tsx";
import { mediaOf } from "./media-kind.ts";
import { shortened } from "./shortened.ts";

interface ValueProps {
  readonly value: Json;
  /** Where in the output it stands: `output.images.0`. */
  readonly place: string;
}

export function Value({ value, place }: ValueProps) {
  if (typeof value === "string")
    return mediaOf(value) === undefined ? <pre class="text">{value}</pre> : <Media url={value} caption={place} />;
  if (Array.isArray(value)) return <List items={value} place={place} />;
  return <Structure value={value} place={place} />;
}

interface ListProps {
  readonly items: readonly Json[];
  readonly place: string;
}

export function List({ items, place }: ListProps) {
  const areFiles = items.length > 0 && items.every((item) => typeof item === "string" && mediaOf(item) !== undefined);
  const isShort = items.every((item) => typeof item !== "object" || item === null);
  if (!isShort) return <Structure value={items} place={place} />;
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

/** JSON, and the files that are in it. */
function Structure({ value, place }: ValueProps) {
  return (
    <>
      {filesIn(value, place).map((file) => (
        <Media key={file.place} url={file.url} caption={file.place} />
      ))}
      <pre class="code">{jsonText(shortened(value), 2)}</pre>
    </>
  );
}

function filesIn(value: Json, place: string): readonly { readonly place: string; readonly url: string }[] {
  if (typeof value === "string") return mediaOf(value) === undefined ? [] : [{ place, url: value }];
  if (Array.isArray(value)) return value.flatMap((item: Json, index) => filesIn(item, `${place}.${index}`));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => filesIn(item, `${place}.${key}`));
}
