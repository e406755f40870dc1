/** An S3 server on the same machine, and what a model is told to upload to it. */
import type { JsonObject } from "@cog/core/json";
import { passed } from "./composed.ts";

const IMAGE = "versity/versitygw:v1.8.0";
const BUCKET = "cog";
const ACCESS_KEY = passed("S3_ACCESS_KEY", "cog");
const SECRET_KEY = passed("S3_SECRET_KEY");

export const OBJECT_STORE_VARIABLES: JsonObject = {
  COG_UPLOAD_URL: `s3://${BUCKET}`,
  COG_UPLOAD_RESULT: "presigned",
  AWS_ENDPOINT_URL_S3: "http://s3:7070",
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: ACCESS_KEY,
  AWS_SECRET_ACCESS_KEY: SECRET_KEY,
};

export function objectStore(): JsonObject {
  return {
    image: IMAGE,
    command: ["posix", "--sidecar", "/objects/meta", "/objects/data"],
    restart: "unless-stopped",
    ports: ["127.0.0.1:7070:7070"],
    environment: { ROOT_ACCESS_KEY: ACCESS_KEY, ROOT_SECRET_KEY: SECRET_KEY, VGW_PORT: ":7070" },
    volumes: ["objects:/objects"],
    depends_on: { bucket: { condition: "service_completed_successfully" } },
  };
}

/** A bucket is a folder; it has to be there before the server is. */
export function bucketService(): JsonObject {
  return {
    image: IMAGE,
    entrypoint: ["mkdir", "-p", "/objects/meta", `/objects/data/${BUCKET}`],
    volumes: ["objects:/objects"],
  };
}
