/** Media types by extension, both ways. */

const TYPES: Readonly<Record<string, string>> = {
  txt: "text/plain",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  mp4: "video/mp4",
  mp3: "audio/mpeg",
  wav: "audio/wav",
  json: "application/json",
  zip: "application/zip",
  csv: "text/csv",
  glb: "model/gltf-binary",
};

/** Types that only inputs meet; as Python's mimetypes names their extensions. */
const INPUT_EXTENSIONS: Readonly<Record<string, string>> = {
  "image/jpeg": "jpg",
  "image/svg+xml": "svg",
  "image/bmp": "bmp",
  "image/tiff": "tiff",
  "image/heic": "heic",
  "image/avif": "avif",
  "audio/x-wav": "wav",
  "audio/ogg": "ogg",
  "audio/flac": "flac",
  "audio/x-flac": "flac",
  "audio/mp4": "m4a",
  "video/webm": "webm",
  "video/quicktime": "mov",
  "video/x-msvideo": "avi",
  "text/html": "html",
  "text/css": "css",
  "text/markdown": "md",
  "text/xml": "xml",
  "application/xml": "xml",
  "application/pdf": "pdf",
  "application/gzip": "gz",
  "application/x-tar": "tar",
  "application/javascript": "js",
  "application/octet-stream": "bin",
};

export function mediaTypeOf(fileName: string): string {
  const dot = fileName.lastIndexOf(".");
  const extension = dot < 0 ? "" : fileName.slice(dot + 1).toLowerCase();
  return (Object.hasOwn(TYPES, extension) ? TYPES[extension] : undefined) ?? "application/octet-stream";
}

/** With the dot; "" when nothing is known. */
export function extensionOf(mediaType: string): string {
  const known = Object.hasOwn(INPUT_EXTENSIONS, mediaType)
    ? INPUT_EXTENSIONS[mediaType]
    : Object.keys(TYPES).find((extension) => TYPES[extension] === mediaType);
  return known === undefined ? "" : `.${known}`;
}
