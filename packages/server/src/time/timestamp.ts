/** The last one: a prediction needs three, usually of the same millisecond. */
let known = { milliseconds: 0, text: "1970-01-01T00:00:00.000+00:00" };

/** RFC 3339 with an offset, as clients of both eras parse it. */
export function timestamp(milliseconds: number): string {
  if (known.milliseconds !== milliseconds) {
    known = { milliseconds, text: `${new Date(milliseconds).toISOString().slice(0, -1)}+00:00` };
  }
  return known.text;
}
