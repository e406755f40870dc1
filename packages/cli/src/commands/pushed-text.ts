/** What is where after a push. Pure. */
import type { Pushed, PushedBundle } from "#push";

/** The model is absent where what was pushed is one image. */
export type PushedModel = PushedBundle | { readonly model?: undefined; readonly image: Pushed };

/** For a program: what to pull by what it is. */
export function refsOf(pushed: PushedModel) {
  const image = pushed.image.reference;
  if (pushed.model === undefined) return { image };
  const weights = Object.fromEntries(pushed.weights.map(({ name, pushed: { reference } }) => [name, reference]));
  return { model: pushed.model.reference, image, weights };
}

/** Indented, so that it is never wrapped: people copy these. */
export function referenceTree(pushed: PushedModel): string {
  if (pushed.model === undefined) return `  image  ${pushed.image.reference}`;
  const longest = Math.max(0, ...pushed.weights.map(({ name }) => name.length));
  const branches = [
    `image   ${pushed.image.reference}`,
    ...pushed.weights.map(({ name, pushed: { reference } }) => `weight  ${name.padEnd(longest)}  ${reference}`),
  ];
  const lines = branches.map((branch, at) => `  ${at === branches.length - 1 ? "└─" : "├─"} ${branch}`);
  return [`  model   ${pushed.model.reference}`, ...lines].join("\n");
}
