/** Settings of object storage. What is wrong here stops the start: every upload would fail, or nobody could fetch its result. */
import { UserError } from "@cog/core/errors";
import type { Environment } from "./settings.ts";

/** What the place of an uploaded file holds in the answer. */
export type UploadResult =
  /** Its https address, which is of use where the bucket is public. */
  | { readonly kind: "public" }
  /** An https address that anybody may fetch for so long. */
  | { readonly kind: "presigned"; readonly seconds: number }
  /** `s3://bucket/key` or `gs://bucket/key`. */
  | { readonly kind: "address" };

export interface StorageSettings {
  readonly accessKeyId: string | undefined;
  readonly secretAccessKey: string | undefined;
  readonly sessionToken: string | undefined;
  readonly region: string | undefined;
  /** In place of Amazon's own. */
  readonly s3Endpoint: string | undefined;
  /** In place of Google's own: an emulator. */
  readonly gsEndpoint: string | undefined;
  /** `https://host/bucket/key` in place of `https://bucket.host/key`; undefined: what suits the endpoint. */
  readonly pathStyle: boolean | undefined;
  readonly result: UploadResult;
}

const LONGEST_PRESIGNED_SECONDS = 7 * 24 * 3600;
const USUAL_PRESIGNED_SECONDS = 3600;

/** Throws a UserError for what cannot be meant. */
export function readStorage(env: Environment): StorageSettings {
  const text = (name: string): string | undefined => env[name] || undefined;
  return {
    accessKeyId: text("AWS_ACCESS_KEY_ID"),
    secretAccessKey: text("AWS_SECRET_ACCESS_KEY"),
    sessionToken: text("AWS_SESSION_TOKEN"),
    region: text("AWS_REGION") ?? text("AWS_DEFAULT_REGION"),
    s3Endpoint: readEndpoint("AWS_ENDPOINT_URL_S3", env) ?? readEndpoint("AWS_ENDPOINT_URL", env),
    gsEndpoint: readEndpoint("STORAGE_EMULATOR_HOST", env),
    pathStyle: readPathStyle(env["COG_S3_PATH_STYLE"]),
    result: readResult(env["COG_UPLOAD_RESULT"]),
  };
}

function readEndpoint(name: string, env: Environment): string | undefined {
  const given = env[name];
  if (given === undefined || given === "") return undefined;
  if (/^https?:\/\/[^/]/i.test(given) && URL.canParse(given)) return given.replace(/\/+$/, "");
  throw new UserError("storage.settings", `${name} is not an http or https URL.`, {
    hint: `Write the address of the storage with its scheme: ${name}=https://storage.example.com`,
  });
}

function readPathStyle(given: string | undefined): boolean | undefined {
  if (given === undefined || given === "") return undefined;
  return given === "1" || given === "true";
}

function readResult(given: string | undefined): UploadResult {
  if (given === undefined || given === "" || given === "public") return { kind: "public" };
  if (given === "s3" || given === "gs") return { kind: "address" };
  const seconds = /^presigned(?::(\d+))?$/.exec(given);
  if (seconds !== null) {
    const wanted = Number(seconds[1] ?? USUAL_PRESIGNED_SECONDS);
    if (wanted >= 1 && wanted <= LONGEST_PRESIGNED_SECONDS) return { kind: "presigned", seconds: wanted };
  }
  throw new UserError("storage.settings", `COG_UPLOAD_RESULT is ${JSON.stringify(given)}.`, {
    hint: `Use public, presigned, presigned:SECONDS (at most ${LONGEST_PRESIGNED_SECONDS}, seven days) or s3.`,
  });
}
