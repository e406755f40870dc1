/** What a queue says of itself, for the metrics `cog_queue_*`. Its consumer implements it; `null`: not known. */
export interface QueueStats {
  /** Name of the queue. */
  readonly queue: string;
  /** Jobs that nobody has taken yet. */
  readonly lag: number | null;
  /** Jobs that some consumer has taken and not finished. */
  readonly pending: number | null;
  /** Since the start: jobs taken over from consumers that went silent. */
  readonly claimed: number;
  /** Since the start: jobs that were put aside, since nobody can run them. */
  readonly dead: number;
  readonly up: boolean;
}

/** Asked at each scrape; may ask the queue, but answers soon, with what it knew last where it must. */
export type ReadQueues = () => Promise<readonly QueueStats[]> | readonly QueueStats[];
