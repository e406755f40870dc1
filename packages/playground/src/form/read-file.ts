/** A file of the person's → the data URL that is sent. */
import { mediaTypeOf } from "@cog/core/media";

const LARGEST_BYTES = 16 * 1024 * 1024;

/** @throws Error when it is too large */
export async function dataUrlOf(file: File): Promise<string> {
  if (file.size > LARGEST_BYTES)
    throw new Error(`${file.name} is larger than 16 MiB: put it where the model can fetch it, and give its URL`);
  const type = file.type === "" ? mediaTypeOf(file.name) : file.type;
  return await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(String(reader.result)));
    reader.addEventListener("error", () => reject(new Error(`${file.name} cannot be read`)));
    reader.readAsDataURL(new File([file], file.name, { type }));
  });
}
