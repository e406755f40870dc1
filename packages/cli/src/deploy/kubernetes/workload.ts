/** What keeps pods of the model there: a deployment, or a job for each message of a queue. */
import { type Note, type Noted, present } from "../document.ts";
import type { Deployed } from "./deployed.ts";
import { gpuOf } from "./gpu.ts";
import { metadata, selectorLabels } from "./meta.ts";
import { podTemplate } from "./pod.ts";
import { hasAutoscaler, replicasOf, waiting } from "./scaling.ts";

/** A worker that was killed leaves its message to the next one: the job is to be tried again so often. */
const RETRIES = 3;
const POLL_SECONDS = 10;
/** What pulling the image may take before setup() begins. */
const PULL_SECONDS = 600;

export function deployment(deployed: Deployed): Noted {
  const { wish } = deployed;
  const template = podTemplate(deployed, ["spec", "template"]);
  const isScaled = hasAutoscaler(wish);
  const notes: Note[] = [];
  if (gpuOf(deployed) !== undefined) {
    const text = "Where all GPUs are taken a new pod finds none: set maxSurge to 0 and maxUnavailable to 1.";
    notes.push({ path: ["spec", "strategy"], text });
  }
  return {
    value: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: metadata(deployed),
      spec: present({
        // Said by two, it would jump with each `kubectl apply`.
        replicas: isScaled ? undefined : replicasOf(wish).most,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        selector: { matchLabels: selectorLabels(deployed) },
        // Kubernetes would call a rollout failed after ten minutes, also while a large model still loads.
        progressDeadlineSeconds: wish.setupSeconds + PULL_SECONDS,
        template: template.value,
      }),
    },
    notes: [...notes, ...template.notes],
  };
}

export function scaledJob(deployed: Deployed): Noted {
  const { wish } = deployed;
  const { least, most } = replicasOf(wish);
  const template = podTemplate(deployed, ["spec", "jobTargetRef", "template"]);
  return {
    value: {
      apiVersion: "keda.sh/v1alpha1",
      kind: "ScaledJob",
      metadata: metadata(deployed),
      spec: {
        jobTargetRef: { parallelism: 1, completions: 1, backoffLimit: RETRIES, template: template.value },
        pollingInterval: POLL_SECONDS,
        minReplicaCount: least,
        maxReplicaCount: most,
        successfulJobsHistoryLimit: 5,
        failedJobsHistoryLimit: 5,
        scalingStrategy: { strategy: "accurate" },
        triggers: wish.queue === undefined ? [] : waiting(deployed, wish.queue),
      },
    },
    notes: [
      ...template.notes,
      {
        path: ["spec", "jobTargetRef", "backoffLimit"],
        text: "A pod that is killed leaves its message to the next one of the same job.",
      },
    ],
  };
}
