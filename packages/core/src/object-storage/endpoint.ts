/** Where an object is on the network. */
import type { ObjectAddress, Provider } from "./address.ts";

export interface EndpointSettings {
  readonly region: string | undefined;
  /** In place of Amazon's, and of Google's. */
  readonly s3Endpoint: string | undefined;
  readonly gsEndpoint: string | undefined;
  /** The bucket is in the path and not in the name of the host; undefined: as is usual there. */
  readonly pathStyle: boolean | undefined;
}

const GOOGLE = "https://storage.googleapis.com";

/** The name that a request is signed for. Google takes any. */
export function regionOf(provider: Provider, { region }: Pick<EndpointSettings, "region">): string {
  return region ?? (provider === "gs" ? "auto" : "us-east-1");
}

export function urlOf({ provider, bucket, key }: ObjectAddress, settings: EndpointSettings): string {
  const path = key.split("/").map(encodeSegment).join("/");
  const custom = provider === "gs" ? settings.gsEndpoint : settings.s3Endpoint;
  const endpoint = custom ?? (provider === "gs" ? GOOGLE : amazon(regionOf(provider, settings)));
  // Certificates for *.s3.amazonaws.com do not cover a bucket with a dot.
  const pathStyle = settings.pathStyle ?? (custom !== undefined || provider === "gs" || bucket.includes("."));
  return pathStyle ? `${endpoint}/${bucket}/${path}` : `${endpoint.replace("://", `://${bucket}.`)}/${path}`;
}

function amazon(region: string): string {
  return `https://s3.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
}

/** A level of dots would be taken for another folder on the way, however it is encoded; no object of ours has one. */
function encodeSegment(segment: string): string {
  if (segment === "." || segment === "..") throw new Error(`a key with the level ${segment} cannot be asked for`);
  return encodeURIComponent(segment).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
