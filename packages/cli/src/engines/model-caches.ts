/** What libraries call the folder for their downloads, and what it is called below `~/.cache`. */
export const CACHES = [
  { variable: "HF_HOME", folder: "huggingface" },
  { variable: "TORCH_HOME", folder: "torch" },
] as const;
