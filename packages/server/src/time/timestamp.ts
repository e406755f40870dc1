/** RFC 3339 with an offset, as clients of both eras parse it. */
export function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, -1)}+00:00`;
}
