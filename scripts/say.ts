/** Scripts speak to the developer on stderr, so that stdout stays free for results. */
export function say(message: string): void {
  process.stderr.write(`${message}\n`);
}
