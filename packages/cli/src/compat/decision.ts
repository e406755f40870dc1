/** A choice that was made for the user, and what decided it: `cuda` is `12.1` because of `torch==2.3.1`. */
export interface Decision {
  readonly setting: "python" | "cuda" | "cudnn" | "torch_index" | "base_image" | "sdk";
  readonly value: string;
  readonly because: string;
}
