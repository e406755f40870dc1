/** The version of what runs, put in by the build (scripts/build). From source, unbuilt, it says so. */
declare const __COG_VERSION__: string | undefined;
declare const __COG_PYTHON_VERSION__: string | undefined;
declare const __COG_BUILT_AT__: string | undefined;
declare const __COG_GIT_SHA__: string | undefined;

/** `1.0.0-alpha.1`, as npm spells it. */
export const version: string = typeof __COG_VERSION__ === "string" ? __COG_VERSION__ : "0.0.0-source";

/** `1.0.0a1`, as Python spells it: the version of the SDK that belongs to this program. */
export const pythonVersion: string = typeof __COG_PYTHON_VERSION__ === "string" ? __COG_PYTHON_VERSION__ : "0.0.0";

/** Time of the sources, RFC 3339. */
export const builtAt: string = typeof __COG_BUILT_AT__ === "string" ? __COG_BUILT_AT__ : "1970-01-01T00:00:00Z";

/** The commit of the sources, eight digits. */
export const commit: string = typeof __COG_GIT_SHA__ === "string" ? __COG_GIT_SHA__ : "unknown";
