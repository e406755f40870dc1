/** What a storage says when it refuses, in words that name the setting to look at, and whether another attempt may help. */

import { elementOf, type ObjectAddress, writeAddress } from "@cog/core/object-storage";
import { isTemporaryStatus } from "../retry.ts";

export class StorageError extends Error {
  readonly status: number;
  /** `NoSuchBucket`, `SlowDown`; "" when the storage gave none. */
  readonly code: string;
  /** Another attempt may succeed. */
  readonly temporary: boolean;

  constructor(message: string, { status = 0, code = "", temporary = false, cause }: StorageErrorOptions = {}) {
    super(message, { cause });
    this.status = status;
    this.code = code;
    this.temporary = temporary;
  }
}

interface StorageErrorOptions {
  readonly status?: number;
  readonly code?: string;
  readonly temporary?: boolean;
  readonly cause?: unknown;
}

const TEMPORARY_CODES = new Set([
  "SlowDown",
  "RequestTimeout",
  "InternalError",
  "ServiceUnavailable",
  "OperationAborted",
  "Throttling",
]);
/** The clocks differ: another attempt is signed with the time of the storage. */
const CLOCK_CODES = new Set(["RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"]);

export function isClockError({ code }: StorageError): boolean {
  return CLOCK_CODES.has(code);
}

interface Asked {
  readonly address: ObjectAddress;
  readonly endpoint: string;
  readonly accessKeyId: string;
}

/** What the usual refusals come from. */
const REASONS: Readonly<Record<string, (asked: Asked, region: string | undefined) => string>> = {
  NoSuchBucket: ({ address, endpoint }) => `there is no bucket ${address.bucket} at ${endpoint}`,
  NoSuchKey: () => "there is no such object",
  AccessDenied: ({ accessKeyId, address }) => `the key ${accessKeyId} may not do this in the bucket ${address.bucket}`,
  InvalidAccessKeyId: ({ accessKeyId, endpoint }) =>
    `${endpoint} does not know the key ${accessKeyId} (AWS_ACCESS_KEY_ID)`,
  SignatureDoesNotMatch: ({ accessKeyId }) => `AWS_SECRET_ACCESS_KEY is not the secret of the key ${accessKeyId}`,
  ExpiredToken: () => "the credentials have expired (AWS_SESSION_TOKEN)",
  InvalidToken: () => "AWS_SESSION_TOKEN does not belong to the key",
  PermanentRedirect: ({ address }, region) => wrongRegion(address, region),
  AuthorizationHeaderMalformed: ({ address }, region) => wrongRegion(address, region),
  IllegalLocationConstraintException: ({ address }, region) => wrongRegion(address, region),
};

function wrongRegion({ bucket }: ObjectAddress, region: string | undefined): string {
  return `the bucket ${bucket} is in ${region === undefined ? "another region" : `the region ${region}`} (AWS_REGION)`;
}

/** @param xml the body of the answer; of a HEAD there is none */
export function refusalOf(response: Response, xml: string, asked: Asked): StorageError {
  const { status } = response;
  const code = elementOf(xml, "Code") ?? (status === 404 ? "NoSuchKey" : "");
  const region = elementOf(xml, "Region") ?? response.headers.get("x-amz-bucket-region") ?? undefined;
  const reason = REASONS[code]?.(asked, region) ?? elementOf(xml, "Message") ?? response.statusText;
  const temporary = isTemporaryStatus(status) || TEMPORARY_CODES.has(code) || CLOCK_CODES.has(code);
  const said = [String(status), code].filter((part) => part !== "").join(" ");
  return new StorageError(`${writeAddress(asked.address)}: ${reason} (${said})`, { status, code, temporary });
}
