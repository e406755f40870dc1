export interface JsonBody {
  /** Undefined when there is no body. */
  readonly value: unknown;
  /** As it came. */
  readonly text: string;
}
