/**
 * How everything below a command speaks to the user: it is handed a Reporter and never prints.
 * All of it goes to stderr; results are returned, not reported.
 */
export interface Reporter {
  info(message: string): void;
  warn(message: string): void;
  /** Shown only with --debug. */
  debug(message: string): void;
  /** Output of a child (build steps, pip, the model's own logs), as it comes; may hold partial lines. */
  output(text: string): void;
  /** A long step with its own line; call `done` in every case. */
  step(title: string, how?: StepLook): Step;
}

export interface StepLook {
  /**
   * What is printed meanwhile is what people want to see: it is not held back, and of the step itself only the time is
   * told, in a row below it that is gone in the end.
   */
  readonly below: "output";
}

export interface Step {
  /** The step's present activity ("installing onnxruntime"), and how far it is (0 to 1) when that is known. */
  update(activity: string, fraction?: number): void;
  done(summary?: string): void;
  /** The step failed: whatever it had hidden (a build log) is shown, unless the user broke it off. */
  fail(how?: { readonly interrupted: boolean }): void;
}

/** The same reporter with some of its methods replaced. */
export function reporterWith(report: Reporter, replaced: Partial<Reporter>): Reporter {
  return {
    info: (message) => report.info(message),
    warn: (message) => report.warn(message),
    debug: (message) => report.debug(message),
    output: (text) => report.output(text),
    step: (title, how) => report.step(title, how),
    ...replaced,
  };
}
