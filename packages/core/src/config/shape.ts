/** How the keys of cog.yaml are described, and what they decode to. The description itself is keys.ts. */
import type { Json } from "@cog/core/json";

export type Shape = TextShape | ListShape | MappingShape | EitherShape | IntegerShape | BooleanShape | IgnoredShape;

interface BooleanShape {
  readonly kind: "boolean";
}

/** Accepted and not looked at: a key of the old era that does nothing now. */
interface IgnoredShape {
  readonly kind: "ignored";
}

interface IntegerShape {
  readonly kind: "integer";
  readonly least: number;
}

/** Scalars are decoded by what is wanted, not by how they look: `python_version: 3.10` is the text "3.10". */
export interface TextShape {
  readonly kind: "text";
  /** Everything that it may be. */
  readonly choices?: readonly string[];
  /** For editors; the rules say more, and say it in words. */
  readonly pattern?: string;
  /** Spaces around it mean nothing. */
  readonly trimmed?: true;
}

interface ListShape {
  readonly kind: "list";
  readonly items: Shape;
  /** How the items of a mapping that somebody wrote instead would have to look. */
  readonly form?: string;
}

export interface MappingShape {
  readonly kind: "mapping";
  readonly keys: Readonly<Record<string, Key>>;
}

/** A mapping or, in short, the value of one kind alone. */
interface EitherShape {
  readonly kind: "either";
  readonly mapping: MappingShape;
  readonly short: Shape;
}

export interface Key {
  readonly shape: Shape;
  /** A sentence or two for editors and the manual. */
  readonly about: string;
  /** The mapping it is in cannot do without it. */
  readonly isRequired?: true;
  /** It still works; this is the better way. */
  readonly replacedBy?: string;
  /** What counts when it is absent. */
  readonly fallback?: Json;
  readonly examples?: readonly string[];
}

/** What the description decodes to: keys as they are written, absent where they are absent or null. */
export interface WrittenConfig {
  readonly build?: WrittenBuild;
  readonly run?: string;
  readonly predict?: string;
  readonly train?: string;
  readonly image?: string;
  readonly model?: string;
  readonly concurrency?: { readonly max?: number; readonly queue?: number; readonly workers?: number };
  readonly environment?: readonly string[];
  readonly weights?: readonly WrittenWeight[];
}

export interface WrittenBuild {
  readonly gpu?: boolean;
  readonly python_version?: string;
  readonly python_requirements?: string;
  readonly python_packages?: readonly string[];
  readonly system_packages?: readonly string[];
  readonly run?: readonly (string | WrittenRunStep)[];
  readonly pre_install?: readonly string[];
  readonly cuda?: string;
  readonly cudnn?: string;
  readonly sdk_version?: string;
  readonly base_image?: string;
  readonly installer?: "pip" | "uv";
  readonly user?: string;
}

export interface WrittenRunStep {
  readonly command?: string;
  readonly mounts?: readonly { readonly type?: string; readonly id?: string; readonly target?: string }[];
}

export interface WrittenWeight {
  readonly name?: string;
  readonly target?: string;
  readonly source?: WrittenSource | readonly WrittenSource[];
}

export interface WrittenSource {
  readonly uri?: string;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}
