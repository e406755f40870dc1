/** Which Cog SDK an image gets: COG_SDK_WHEEL, then build.sdk_version, then the wheel this CLI carries. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { CogConfig } from "@cog/core/config";
import { type Place, UserError } from "@cog/core/errors";
import type { SdkSource } from "#plan";
import { carriedWheel, type WheelOptions } from "#sdk";

const WHEEL = /^cog-.*\.whl$/;
const OLDEST = [0, 16, 0] as const;

export interface SdkSettings extends WheelOptions {
  /** COG_SDK_WHEEL */
  readonly wheel: string | undefined;
  readonly workingDirectory: string;
  /** Where build.sdk_version is written. */
  readonly place?: Place | undefined;
}

export function chooseSdk(config: CogConfig, settings: SdkSettings): SdkSource {
  if (settings.wheel !== undefined && settings.wheel !== "") return fromVariable(settings.wheel, settings);
  const version = config.build.sdkVersion;
  if (version === undefined) return { kind: "carried", ...carriedWheel(settings) };
  if (version === "prerelease") return { kind: "requirement", requirement: "cog", prerelease: true };
  return release(version, settings.place);
}

function fromVariable(value: string, settings: SdkSettings): SdkSource {
  const { workingDirectory } = settings;
  if (/^pypi$/i.test(value)) return { kind: "requirement", requirement: "cog", prerelease: false };
  const version = /^pypi:(.+)$/i.exec(value)?.[1];
  if (version !== undefined) return release(version);
  if (/^https?:\/\//i.test(value)) return { kind: "url", url: value };
  if (value === "dist")
    return { kind: "wheel", file: newestWheel(join(workingDirectory, "dist")) ?? carriedWheel(settings).file };
  const path = resolve(workingDirectory, value);
  if (!existsSync(path)) throw new UserError("sdk.not_found", `COG_SDK_WHEEL: path not found: ${value}`);
  if (!statSync(path).isDirectory()) return { kind: "wheel", file: path };
  const wheels = wheelsIn(path);
  const [only] = wheels;
  if (only === undefined || wheels.length > 1) {
    throw new UserError("sdk.not_found", `COG_SDK_WHEEL: expected one cog-*.whl in ${value}, found ${wheels.length}`);
  }
  return { kind: "wheel", file: only };
}

function release(version: string, place?: Place): SdkSource {
  const python = pythonVersion(version);
  const [major = 0, minor = 0] = python.split(".").map((part) => Number.parseInt(part, 10));
  if (major === OLDEST[0] && minor < OLDEST[1]) {
    throw new UserError(
      "sdk.too_old",
      `cog version ${version} is older than the minimum required version ${OLDEST.join(".")}`,
      { place },
    );
  }
  return { kind: "requirement", requirement: `cog==${python}`, prerelease: /[a-z]/.test(python) };
}

/** `0.20.0-alpha1` as Python writes it: `0.20.0a1`. */
function pythonVersion(version: string): string {
  return version
    .replace(/-alpha\.?/, "a")
    .replace(/-beta\.?/, "b")
    .replace(/-rc\.?/, "rc")
    .replace(/-dev\.?/, ".dev");
}

function newestWheel(directory: string): string | undefined {
  const byAge = wheelsIn(directory).sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  return byAge[0];
}

function wheelsIn(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => WHEEL.test(name))
    .map((name) => join(directory, name));
}
