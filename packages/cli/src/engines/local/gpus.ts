/** What `--gpus` means without containers: which of the machine's devices the model sees. */
export function gpuVariables(gpus: string | undefined): Readonly<Record<string, string>> {
  if (gpus === undefined || gpus === "all") return {};
  if (gpus === "none") return { CUDA_VISIBLE_DEVICES: "" };
  const devices = /^"?device=([^"]*)"?$/.exec(gpus)?.[1];
  if (devices !== undefined) return { CUDA_VISIBLE_DEVICES: devices };
  const count = Number(gpus);
  // `--gpus 0` is documented as "GPU number 0".
  return { CUDA_VISIBLE_DEVICES: count === 0 ? "0" : Array.from({ length: count }, (_, index) => index).join(",") };
}
