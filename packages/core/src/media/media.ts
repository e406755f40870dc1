/** Media types by file extension, both ways: what an input file is sent as, and what an output file is called. */

/** The first extension of a type is the one that its files get. */
const TYPES: readonly (readonly [type: string, ...extensions: string[]])[] = [
  ["image/png", "png"],
  ["image/jpeg", "jpg", "jpeg", "jpe"],
  ["image/gif", "gif"],
  ["image/webp", "webp"],
  ["image/bmp", "bmp"],
  ["image/tiff", "tiff", "tif"],
  ["image/svg+xml", "svg"],
  ["image/x-icon", "ico"],
  ["image/avif", "avif"],
  ["image/heic", "heic"],
  ["audio/mpeg", "mp3"],
  ["audio/wav", "wav"],
  ["audio/ogg", "oga", "ogg"],
  ["audio/opus", "opus"],
  ["audio/aac", "aac"],
  ["audio/flac", "flac"],
  ["audio/mp4", "m4a"],
  ["video/mp4", "mp4", "m4v"],
  ["video/webm", "webm"],
  ["video/ogg", "ogv"],
  ["video/x-msvideo", "avi"],
  ["video/mpeg", "mpeg", "mpg"],
  ["video/quicktime", "mov"],
  ["video/x-matroska", "mkv"],
  ["text/plain", "txt", "text", "log"],
  ["text/csv", "csv"],
  ["text/tab-separated-values", "tsv"],
  ["text/html", "html", "htm"],
  ["text/css", "css"],
  ["text/javascript", "js", "mjs"],
  ["text/markdown", "md"],
  ["text/xml", "xml"],
  ["application/json", "json"],
  ["application/jsonl", "jsonl"],
  ["application/x-ndjson", "ndjson"],
  ["application/yaml", "yaml", "yml"],
  ["application/pdf", "pdf"],
  ["application/zip", "zip"],
  ["application/gzip", "gz"],
  ["application/x-tar", "tar"],
  ["application/x-7z-compressed", "7z"],
  ["application/epub+zip", "epub"],
  ["application/msword", "doc"],
  ["application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"],
  ["application/vnd.ms-excel", "xls"],
  ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"],
  ["application/vnd.ms-powerpoint", "ppt"],
  ["application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"],
  ["model/gltf-binary", "glb"],
  ["model/gltf+json", "gltf"],
  ["model/obj", "obj"],
  ["model/mtl", "mtl"],
  ["model/stl", "stl"],
  ["font/ttf", "ttf"],
  ["font/otf", "otf"],
  ["font/woff", "woff"],
  ["font/woff2", "woff2"],
  ["application/octet-stream", "bin"],
];

/** Other names of the same types. */
const ALIASES: Readonly<Record<string, string>> = {
  "image/jpg": "image/jpeg",
  "audio/x-wav": "audio/wav",
  "audio/wave": "audio/wav",
  "audio/mp3": "audio/mpeg",
  "audio/x-flac": "audio/flac",
  "application/javascript": "text/javascript",
  "application/xml": "text/xml",
  "application/x-gzip": "application/gzip",
};

const TYPE_OF = new Map(TYPES.flatMap(([type, ...extensions]) => extensions.map((extension) => [extension, type])));
const EXTENSION_OF = new Map(TYPES.map(([type, extension]) => [type, extension]));

/** `photo.JPG` → `image/jpeg`; what is not known is `application/octet-stream`. */
export function mediaTypeOf(fileName: string): string {
  const extension = /\.([^./\\]+)$/.exec(fileName)?.[1]?.toLowerCase() ?? "";
  return TYPE_OF.get(extension) ?? "application/octet-stream";
}

/** `image/png` → `.png`; parameters are ignored, "" when the type is not known. */
export function extensionOf(mediaType: string): string {
  const type = mediaType.split(";")[0]?.trim().toLowerCase() ?? "";
  const extension = EXTENSION_OF.get(ALIASES[type] ?? type);
  return extension === undefined ? "" : `.${extension}`;
}
