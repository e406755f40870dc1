/**
 * An image with its code exchanged. Pure: the documents of an image in, those of another out. The layer that holds the
 * code is replaced and none is put on it, so a thousand edits leave one, and what was deleted is gone.
 */
import { type Descriptor, DOCKER_MANIFEST, digestOf } from "#registry";

/** Their very bytes, as text. */
export interface ImageDocuments {
  readonly manifest: string;
  readonly config: string;
}

export interface CodeLayer {
  readonly diffId: string;
  readonly digest: string;
  readonly size: number;
}

/** What an image says of itself that goes with its code. */
export interface CodeSettings {
  readonly labels: Readonly<Record<string, string>>;
  /** Taken away where `labels` has them not. */
  readonly optionalLabels: readonly string[];
  /** `NAME=VALUE` */
  readonly variables: readonly string[];
  /** Names of all that could be among `variables`. */
  readonly variableNames: readonly string[];
  readonly created: Date;
}

/** Written into the history of the layer, and known by it. */
const CREATED_BY = "cog code layer";
const COMMENT = "cog.code.v1";

/** Of the layer, in its manifest: what its archive is, however it is compressed. */
export const CODE_ANNOTATION = "run.cog.code.digest";

/** The last COPY of the reference's builds and of ours, as BuildKit, Docker before it, and Buildah write it down. */
const CODE_COPY = /\bCOPY (?:--\S+ )*(?:\.|src) \/src\/?(?=\s|$)|\bCOPY (?:dir|multi|file):\S+ in \/src\/?(?=\s|$)/;
/** Layers of the reference that hold nothing but what is made from the code: its schema, its weights, its cog.yaml. */
const MADE_OF_CODE = [/\bCOPY \.cog\/\S+ (?:\/src\/)?\.cog/, /\bcp \/src\/\S+ \/src\/cog\.yaml\b/];
const COMPILED = /\bcompileall\b.*\/src\b/;

interface HistoryEntry {
  readonly created?: string;
  readonly created_by?: string;
  readonly comment?: string;
  readonly empty_layer?: boolean;
}

interface ConfigDocument {
  readonly config?: {
    readonly Labels?: Readonly<Record<string, string>> | null;
    readonly Env?: readonly string[] | null;
  };
  readonly history?: readonly HistoryEntry[];
  readonly rootfs: { readonly diff_ids: readonly string[] };
}

interface ManifestDocument {
  readonly mediaType?: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

export function manifestOf({ manifest }: Pick<ImageDocuments, "manifest">): ManifestDocument {
  return JSON.parse(manifest) as ManifestDocument;
}

function configOf({ config }: Pick<ImageDocuments, "config">): ConfigDocument {
  return JSON.parse(config) as ConfigDocument;
}

export function labelsOf(image: Pick<ImageDocuments, "config">): Readonly<Record<string, string>> {
  return configOf(image).config?.Labels ?? {};
}

export function diffIdsOf(image: Pick<ImageDocuments, "config">): readonly string[] {
  return configOf(image).rootfs.diff_ids;
}

export interface CodePlace {
  /** Where the new layer goes; that one and all after it are left out. */
  readonly index: number;
  /** An older layer of code that stays below others: what it has and the new one has not must be hidden. */
  readonly hidden: number | undefined;
}

/**
 * Where the code of an image is.
 * @param isOurs built by us, so that its last layer is the code
 * @returns undefined where it cannot be replaced: it was compiled, and nothing would look at the new one
 */
export function placeOfCode(image: Pick<ImageDocuments, "config">, isOurs: boolean): CodePlace | undefined {
  const { history = [], rootfs } = configOf(image);
  const count = rootfs.diff_ids.length;
  const layers = history.filter(({ empty_layer }) => empty_layer !== true);
  if (layers.length !== count) return { index: isOurs ? count - 1 : count, hidden: undefined };
  const madeBy = (at: number) => layers[at]?.created_by ?? "";
  const index = layers.at(-1)?.comment === COMMENT ? count - 1 : count;
  const code = layers.slice(0, index).findLastIndex(({ created_by = "" }) => CODE_COPY.test(created_by));
  if (code < 0) return { index: index === count && isOurs ? count - 1 : index, hidden: undefined };
  const after = layers.slice(code + 1, index).map((_, at) => madeBy(code + 1 + at));
  if (after.some((words) => COMPILED.test(words))) return undefined;
  const isCogs = after.every((words) => MADE_OF_CODE.some((pattern) => pattern.test(words)));
  return isCogs ? { index: code, hidden: undefined } : { index, hidden: code };
}

/** Whether the layers below the code have these paths of the project in a layer of their own. */
export function hasBelow(image: Pick<ImageDocuments, "config">, { index }: CodePlace, path: string): boolean {
  const { history = [] } = configOf(image);
  const layers = history.filter(({ empty_layer }) => empty_layer !== true).slice(0, index);
  return layers.some(({ created_by = "" }) => created_by.includes("COPY") && created_by.includes(`/src/${path}`));
}

export interface CodeChange {
  readonly layer: Pick<CodeLayer, "diffId">;
  readonly place: CodePlace;
  readonly settings: CodeSettings;
}

/** What an image says of itself, with this layer in that place. */
export function configWithCode(
  image: Pick<ImageDocuments, "config">,
  { layer, place: { index }, settings }: CodeChange,
): string {
  const before = configOf(image);
  const created = settings.created.toISOString();
  const own: HistoryEntry = { created, created_by: CREATED_BY, comment: COMMENT };
  return JSON.stringify({
    ...before,
    created,
    config: renewed(before, settings),
    rootfs: { ...before.rootfs, diff_ids: [...before.rootfs.diff_ids.slice(0, index), layer.diffId] },
    ...(before.history !== undefined && { history: historyWith(before.history, index, own) }),
  });
}

/** The image with this layer in that place. */
export function withCode(image: ImageDocuments, change: CodeChange & { readonly layer: CodeLayer }): ImageDocuments {
  const below = manifestOf(image).layers.slice(0, change.place.index);
  return manifestWith(image, configWithCode(image, change), [...below, descriptorOf(image, change.layer)]);
}

/** The image with other settings and the layers that it has. */
export function withSettings(image: ImageDocuments, settings: CodeSettings): ImageDocuments {
  const before = configOf(image);
  const config = { ...before, created: settings.created.toISOString(), config: renewed(before, settings) };
  return manifestWith(image, JSON.stringify(config), manifestOf(image).layers);
}

/** Whether the image says all that it should. */
export function saysTheSame(image: ImageDocuments, settings: CodeSettings): boolean {
  const before = configOf(image);
  const said = ({ Labels, Env }: NonNullable<ConfigDocument["config"]>) =>
    JSON.stringify([Object.entries(Labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)), Env ?? []]);
  return said(before.config ?? {}) === said(renewed(before, settings));
}

function manifestWith(image: ImageDocuments, config: string, layers: readonly Descriptor[]): ImageDocuments {
  const before = manifestOf(image);
  const described = { ...before.config, digest: digestOf(config), size: Buffer.byteLength(config) };
  return { config, manifest: JSON.stringify({ ...before, config: described, layers }) };
}

function descriptorOf(image: ImageDocuments, { diffId, digest, size }: CodeLayer): Descriptor {
  if (manifestOf(image).mediaType === DOCKER_MANIFEST)
    return { mediaType: "application/vnd.docker.image.rootfs.diff.tar.gzip", digest, size };
  const mediaType = "application/vnd.oci.image.layer.v1.tar+gzip";
  return { mediaType, digest, size, annotations: { [CODE_ANNOTATION]: diffId } };
}

function renewed({ config = {} }: ConfigDocument, settings: CodeSettings): NonNullable<ConfigDocument["config"]> {
  const { labels, optionalLabels, variables, variableNames } = settings;
  const kept = Object.entries(config.Labels ?? {}).filter(([name]) => !optionalLabels.includes(name) || name in labels);
  // Images of the old era say the same under older names, which old tools read.
  const older = kept.flatMap(([name]) => {
    const value = labels[name.replace(/^org\.cogmodel\.(cog_)?/, "run.cog.")];
    return name.startsWith("org.cogmodel.") && value !== undefined ? [[name, value] as const] : [];
  });
  const Labels = { ...Object.fromEntries([...kept, ...older]), ...labels };
  return { ...config, Labels, Env: environmentWith(config.Env ?? [], variables, variableNames) };
}

/** In their places where they are there already, so that what does not change stays as it is. */
function environmentWith(before: readonly string[], variables: readonly string[], names: readonly string[]): string[] {
  const nameOf = (variable: string) => variable.split("=", 1)[0] ?? "";
  const wanted = new Map(variables.map((variable) => [nameOf(variable), variable]));
  const kept = before.flatMap((variable) => {
    const name = nameOf(variable);
    if (!names.includes(name)) return [variable];
    const now = wanted.get(name);
    wanted.delete(name);
    return now === undefined ? [] : [now];
  });
  return [...kept, ...wanted.values()];
}

/** Its layers are those without `empty_layer`; from `index` on they make room for the new one. */
function historyWith(history: readonly HistoryEntry[], index: number, own: HistoryEntry): readonly HistoryEntry[] {
  const result: HistoryEntry[] = [];
  let layers = 0;
  let isIn = false;
  for (const entry of history) {
    const isLayer = entry.empty_layer !== true;
    if (isLayer && layers++ >= index) {
      if (!isIn) result.push(own);
      isIn = true;
    } else result.push(entry);
  }
  return isIn ? result : [...result, own];
}
