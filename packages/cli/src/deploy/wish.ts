/** What the user wishes of a deployment, as flags say it. */
export interface Wish {
  readonly variables: readonly Variable[];
  /** Undefined: as the model needs it. */
  readonly gpu: GpuWish | undefined;
  readonly queue: QueueWish | undefined;
}

/** What has no value here has it from where the container is started: secrets are not written down. */
export type Variable =
  | { readonly name: string; readonly value: string }
  /** Compose takes it from its own environment. */
  | { readonly name: string; readonly passed: true }
  /** A cluster keeps it. */
  | { readonly name: string; readonly secret: SecretKey };

export interface SecretKey {
  readonly secret: string;
  readonly key: string;
}

export interface GpuWish {
  /** As nodes offer it: `nvidia.com/gpu`, `nvidia.com/mig-1g.10gb` */
  readonly resource: string;
  readonly count: number;
}

export interface QueueWish {
  readonly names: readonly string[];
  readonly redis: RedisAddress;
}

export interface RedisAddress {
  readonly tls: boolean;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: number;
}

/** An amount as it was written: `8Gi`. */
export interface Memory {
  readonly text: string;
  readonly bytes: number;
}

/** What is there at least, and at most. */
export interface Span<T> {
  readonly least: T;
  readonly most: T;
}

export interface KubernetesWish extends Wish {
  readonly memory: Span<Memory>;
  readonly namespace: string | undefined;
  /** Undefined: one, or as many as a queue needs. */
  readonly replicas: Span<number> | undefined;
  readonly redisPassword: SecretKey | undefined;
  /** A job for each message of the queue. */
  readonly perJob: boolean;
  readonly gpuProduct: string | undefined;
  readonly runtimeClass: string | undefined;
  readonly cpu: { readonly least: string; readonly most: string | undefined };
  /** Undefined: three quarters of the memory. */
  readonly sharedMemory: Memory | undefined;
  readonly pullSecret: string | undefined;
  readonly serviceAccount: string | undefined;
  /** A directory of the node that files of weights are kept in. */
  readonly weightsCache: string | undefined;
  readonly setupSeconds: number;
}

export interface ComposeWish extends Wish {
  /** Of this machine. */
  readonly port: number;
  /** Of workers of the queue. */
  readonly replicas: number;
  /** The queue's Redis is one of the services, and not one elsewhere. */
  readonly ownRedis: boolean;
  /** An S3 server that outputs are uploaded to. */
  readonly s3: boolean;
  /** Prometheus, and a collector of traces. */
  readonly observe: boolean;
  readonly memory: Memory | undefined;
  readonly sharedMemory: Memory;
}

/** `redis://user@host:6379/0`; the password is the caller's to put in. */
export function redisUrl({ tls, host, port, user, database }: RedisAddress, password?: string): string {
  const login = password === undefined ? user : `${user}:${password}`;
  return `${tls ? "rediss" : "redis"}://${login === "" ? "" : `${login}@`}${host}:${port}/${database}`;
}

const MEBIBYTE = 2 ** 20;

/** Three quarters of the memory, unless it is said: the model has the rest for itself. */
export function sharedMemory({ sharedMemory: wished, memory }: KubernetesWish): Memory {
  if (wished !== undefined) return wished;
  const mebibytes = Math.max(64, Math.floor((memory.most.bytes * 0.75) / MEBIBYTE));
  const text = mebibytes % 1024 === 0 ? `${mebibytes / 1024}Gi` : `${mebibytes}Mi`;
  return { text, bytes: mebibytes * MEBIBYTE };
}
