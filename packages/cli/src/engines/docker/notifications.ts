/** What a server in a container tells us of its start, among what it prints: there is no other pipe out of a container. */
import type { Notification } from "@cog/core/wire";
import { promised } from "../promised.ts";

/** The descriptor that the server is to write them to: its standard output, which `docker run` hands on. */
export const NOTIFY_FD = "1";

const BEGIN = '{"event":"';
const LINE = /\{"event":"(listening|ready|setup_failed)"[^\n]*\}\n/;

export interface Told {
  /** The server listens, and tells the rest as well. */
  readonly first: Promise<void>;
  readonly isHeard: () => boolean;
  /** Setup has ended, well or not. */
  readonly settled: Promise<void>;
}

export interface NotificationReader {
  readonly told: Told;
  /** Takes what the server tells out of its output; all else goes on as it comes. */
  write(chunk: string): void;
  end(): void;
}

export function notificationReader(onText: (text: string) => void): NotificationReader {
  let rest = "";
  let isHeard = false;
  let isOver = false;
  const first = promised<void>();
  const settled = promised<void>();
  const tell = (text: string) => {
    if (text !== "") onText(text);
  };
  const hear = (event: Notification["event"]) => {
    isHeard = true;
    first.resolve();
    if (event === "listening") return;
    // What looks like it from here on is the model's.
    isOver = true;
    settled.resolve();
  };
  return {
    told: { first: first.promise, isHeard: () => isHeard, settled: settled.promise },
    write(chunk) {
      rest += chunk;
      for (let found = LINE.exec(rest); !isOver && found !== null; found = LINE.exec(rest)) {
        tell(rest.slice(0, found.index));
        rest = rest.slice(found.index + found[0].length);
        hear(found[1] as Notification["event"]); // one of those in LINE
      }
      const held = isOver ? rest.length : mayBegin(rest);
      tell(rest.slice(0, held));
      rest = rest.slice(held);
    },
    end() {
      tell(rest);
      rest = "";
    },
  };
}

/** Where a line of the server may have begun whose end is not here yet. */
function mayBegin(text: string): number {
  const whole = text.lastIndexOf(BEGIN);
  if (whole >= 0 && !text.includes("\n", whole)) return whole;
  const brace = text.lastIndexOf("{");
  return brace >= 0 && BEGIN.startsWith(text.slice(brace)) ? brace : text.length;
}
