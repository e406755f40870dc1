/** "file" → "files"; phrases that do not take an s ("text", "true or false") stay as they are. */
export function plural(words: string): string {
  return /(file|number|object)$/.test(words) ? `${words}s` : words;
}
