/** Addresses as typed: what is wrong with one, before anything is built or sent. */

/** Of whoever is told what happens. */
export function checkWebhookAddress(value: string): string | undefined {
  return isWebAddress(value) ? undefined : "expected an address like https://example.com/hook";
}

/** Of a place for output files. */
export function checkUploadAddress(value: string): string | undefined {
  const isPlace = isWebAddress(value) || /^(s3|gs):\/\//i.test(value);
  return isPlace ? undefined : "expected https://…, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX";
}

/** Http always has a host where it can be parsed. */
export function isWebAddress(value: string): boolean {
  return isAddress(value, /^https?:$/);
}

export function isRedisAddress(value: string): boolean {
  return isAddress(value, /^rediss?:$/);
}

function isAddress(value: string, protocols: RegExp): boolean {
  return URL.canParse(value) && protocols.test(new URL(value).protocol);
}
