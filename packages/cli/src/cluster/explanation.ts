export interface Explanation {
  /** `warning`: it may pass by itself. */
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly remedy: string;
}

export function error(message: string, remedy: string): Explanation {
  return { severity: "error", message, remedy };
}

export function warning(message: string, remedy: string): Explanation {
  return { severity: "warning", message, remedy };
}
