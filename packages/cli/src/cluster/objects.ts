/** Objects of a cluster as its API sends them, as far as anything is read of them. All that may be absent is. */

interface Meta {
  readonly name: string;
  readonly namespace?: string;
}

export interface Pod {
  readonly kind: "Pod";
  readonly metadata: Meta;
  readonly spec: {
    readonly nodeName?: string;
    readonly nodeSelector?: Readonly<Record<string, string>>;
    readonly runtimeClassName?: string;
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
  };
  readonly status: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
  readonly resources?: { readonly limits?: Readonly<Record<string, string | number>> };
}

export interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: Terminated;
}

export interface Terminated {
  readonly reason?: string;
  readonly exitCode: number;
  readonly message?: string;
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** A deployment, a replica set, an autoscaler. */
export interface Owner {
  readonly kind: "Deployment" | "ReplicaSet" | "HorizontalPodAutoscaler";
  readonly metadata: Meta;
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export interface ClusterEvent {
  readonly involvedObject: { readonly kind?: string; readonly name?: string };
  readonly reason?: string;
  readonly message?: string;
  readonly type?: string;
}

export interface ClusterNode {
  readonly metadata: Meta & { readonly labels?: Readonly<Record<string, string>> };
  readonly status?: { readonly allocatable?: Readonly<Record<string, string>> };
}

/** What is known of a cluster at one moment. */
export interface Cluster {
  readonly pods: readonly Pod[];
  readonly owners: readonly Owner[];
  /** The newest last. */
  readonly events: readonly ClusterEvent[];
  /** Undefined where we may not look at them. */
  readonly nodes: readonly ClusterNode[] | undefined;
  /** By the names of pods: what the model says of itself, and the last lines of what it said. */
  readonly voices: ReadonlyMap<string, Voice>;
}

export interface Voice {
  readonly health?: { readonly status?: string; readonly error?: string; readonly user_healthcheck_error?: string };
  readonly log?: string;
}
