/** What images of models say of themselves, and more than one room reads. */

/** All that an image is besides its code. Absent where the two cannot be told apart. */
export const ENVIRONMENT_LABEL = "run.cog.env_digest";

/** A name of one push, which sorts by time. */
export const PUSH_ID_LABEL = "run.cog.push_id";
