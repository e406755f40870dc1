/** Items of a streaming output as they arrive. */
import { type Json, jsonText } from "@cog/core/json";
import type { OutputType } from "@cog/core/schema";
import { isFile } from "./data-url.ts";
import type { PresentOptions } from "./present.ts";
import { saveFile } from "./save.ts";

export interface StreamPrinter {
  /** Whether an item came. Without one, the output is presented like any other. */
  readonly used: boolean;
  item(chunk: Json, index: number): void;
  /** After the last item, also when the model failed midway. */
  end(): void;
}

export function streamPrinter(type: OutputType | undefined, options: PresentOptions): StreamPrinter {
  const concatenate = type?.kind === "iterator" && type.concatenate;
  let printed = "";
  let used = false;
  return {
    get used() {
      return used;
    },
    item(chunk, index) {
      used = true;
      if (isFile(chunk) && options.raw !== true) {
        const { name, workingDirectory, onWritten, large } = options;
        saveFile(chunk, { name, workingDirectory, onWritten, large }, [index]);
        return;
      }
      const text = typeof chunk === "string" ? chunk : jsonText(chunk);
      printed = concatenate ? text : `${text}\n`;
      if (printed !== "") options.print(printed);
    },
    end() {
      if (printed !== "" && !printed.endsWith("\n")) options.print("\n");
    },
  };
}
