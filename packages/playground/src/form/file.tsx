import type { Json } from "@cog/core/json";
import { useState } from "preact/hooks";
import { Media } from "#output";
import type { ControlProps } from "./control.ts";
import { dataUrlOf } from "./read-file.ts";

/** A file of this machine, chosen, dropped or pasted, or a URL. */
export function FileControl({ field, value, id, describedBy, disabled, onValue, onLeftOut }: ControlProps) {
  const [name, setName] = useState("");
  const { picker, problem, target } = usePicker({
    id: `${id}-file`,
    label: `File for ${field.name}`,
    accept: field.accept,
    multiple: false,
    disabled,
    onFiles: ([file]) => {
      if (file === undefined) return;
      setName(file.name);
      onValue(file.url);
    },
  });
  const text = typeof value === "string" ? value : "";
  const isPicked = text.startsWith("data:");
  return (
    <div class="file" {...target}>
      <input
        type="text"
        id={id}
        aria-describedby={describedBy}
        required={field.required}
        disabled={disabled}
        readOnly={isPicked}
        placeholder="https://… or a file"
        value={isPicked ? `${name === "" ? "a file" : name} (${sizeText(text)})` : text}
        onInput={({ currentTarget: { value: typed } }) =>
          typed === "" && field.required ? onLeftOut() : onValue(typed)
        }
      />
      {picker}
      {text !== "" && (
        <button type="button" disabled={disabled} aria-label={`Remove the file of ${field.name}`} onClick={onLeftOut}>
          Remove
        </button>
      )}
      <p class="problem" role="alert">
        {problem}
      </p>
      {text !== "" && <Media url={text} caption={field.name} />}
    </div>
  );
}

/** Several of them, for a list of files. */
export function FilesControl({ field, value, id, describedBy, disabled, onValue }: ControlProps) {
  const urls = Array.isArray(value) ? value.map((item: Json) => String(item)) : [];
  const { picker, problem, target } = usePicker({
    id: `${id}-file`,
    label: `Files for ${field.name}`,
    accept: field.accept,
    multiple: true,
    disabled,
    onFiles: (files) => onValue([...urls, ...files.map(({ url }) => url)]),
  });
  const replace = (at: number, url: string | undefined) =>
    onValue(urls.flatMap((old, index) => (index === at ? (url ?? []) : old)));
  return (
    <fieldset id={id} class="file" aria-describedby={describedBy} {...target}>
      <legend class="hidden">{field.name}</legend>
      {urls.map((url, at) => (
        <div class="file-row" key={at}>
          {url.startsWith("data:") ? (
            <Media url={url} caption={`${field.name} ${at + 1}`} />
          ) : (
            <input
              type="text"
              aria-label={`URL ${at + 1} of ${field.name}`}
              disabled={disabled}
              value={url}
              onInput={(event) => replace(at, event.currentTarget.value)}
            />
          )}
          <button type="button" disabled={disabled} onClick={() => replace(at, undefined)}>
            Remove<span class="hidden"> item {at + 1}</span>
          </button>
        </div>
      ))}
      {picker}
      <button type="button" disabled={disabled} onClick={() => onValue([...urls, ""])}>
        Add a URL
      </button>
      <p class="problem" role="alert">
        {problem}
      </p>
    </fieldset>
  );
}

interface Picked {
  readonly name: string;
  readonly url: string;
}

interface PickerOptions {
  readonly id: string;
  readonly label: string;
  readonly accept: string | undefined;
  readonly multiple: boolean;
  readonly disabled: boolean;
  readonly onFiles: (files: readonly Picked[]) => void;
}

function usePicker({ id, label, accept, multiple, disabled, onFiles }: PickerOptions) {
  const [problem, setProblem] = useState("");
  const read = async (list: FileList | undefined | null) => {
    const files = [...(list ?? [])].slice(0, multiple ? undefined : 1);
    if (files.length === 0) return;
    try {
      const taken = await Promise.all(files.map(async (file) => ({ name: file.name, url: await dataUrlOf(file) })));
      setProblem("");
      onFiles(taken);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  const picker = (
    <input
      type="file"
      id={id}
      aria-label={label}
      accept={accept}
      multiple={multiple}
      disabled={disabled}
      onChange={(event) => {
        const { currentTarget } = event;
        void read(currentTarget.files).then(() => {
          // The same file can be chosen again.
          currentTarget.value = "";
        });
      }}
    />
  );
  const take = (event: Event, files: FileList | undefined) => {
    if (disabled || files === undefined || files.length === 0) return;
    event.preventDefault();
    void read(files);
  };
  /** Of what surrounds the picker: files can be dropped and pasted anywhere there. */
  const target = {
    onDragOver: (event: DragEvent) => event.preventDefault(),
    onDrop: (event: DragEvent) => take(event, event.dataTransfer?.files),
    onPaste: (event: ClipboardEvent) => take(event, event.clipboardData?.files),
  };
  return { picker, problem, target };
}

function sizeText(dataUrl: string): string {
  const bytes = Math.round((dataUrl.length - dataUrl.indexOf(",")) * 0.75);
  return bytes < 1024
    ? `${bytes} bytes`
    : bytes < 1024 ** 2
      ? `${(bytes / 1024).toFixed(1)} KB`
      : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}
