/**
 * Reproducible layers: two clean builds of the same plan give the same bytes. Every RUN starts by noting the time
 * and ends, however its command ends, with the epoch as the time of each path that changed since.
 */
import type { Instruction } from "./instruction.ts";

/**
 * Files that hold times or inode numbers and that nobody reads. Emptied and not deleted: a deletion has a time too.
 * Only by the step that wrote them, or the base's would be in whichever layer comes first.
 */
const VOLATILE = "/var/log/dpkg.log /var/log/alternatives.log /var/log/apt/*.log /var/cache/ldconfig/aux-cache";

const SETTLE = [
  `for f in ${VOLATILE}; do [ ! "$f" -nt /dev/shm/cog-layer ] || : > "$f"; done`,
  "find / -xdev -newer /dev/shm/cog-layer -exec touch -h -d @0 {} + 2>/dev/null",
  "true",
].join("; ");

/**
 * A trap and not a suffix: the user's command may end in a comment, or call `exit`. The mark is in memory, so that it
 * leaves no trace in the layer, and a second old: file times are coarse. Byte code holds times too, so none is written.
 */
const LAYER = [
  "touch -d @$(($(date +%s) - 1)) /dev/shm/cog-layer",
  "export PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore",
  // Only an externally managed Python looks at these.
  "export PIP_BREAK_SYSTEM_PACKAGES=1 UV_BREAK_SYSTEM_PACKAGES=1",
  `trap '${SETTLE}' EXIT`,
].join("; ");

/** Goes once into each stage: what `reproducible` commands evaluate. */
export const layerArgument: Instruction = { kind: "arg", name: "COG_LAYER", value: LAYER };

export function reproducible(command: string): string {
  return `eval "$COG_LAYER"; ${command}`;
}

/** A line of a builder's log without the preamble, which builders print expanded. */
export function withoutPreamble(line: string): string {
  return line
    .replace(`eval "${LAYER}"; `, "")
    .replace('eval "$COG_LAYER"; ', "")
    .replace(/eval "touch -d @.*? EXIT"; /, "");
}
