/** A file: shown where a browser can, and always to be had. */
import { mediaOf } from "./media-kind.ts";

interface MediaProps {
  readonly url: string;
  readonly caption: string;
}

/** Nothing for what is no file. */
export function Media({ url, caption }: MediaProps) {
  const facts = mediaOf(url);
  if (facts === undefined) return null;
  return (
    <figure class="media">
      <Shown url={url} caption={caption} />
      <figcaption>
        {url.startsWith("data:") ? (
          <a href={url} download={facts.name}>
            Download {facts.name}
          </a>
        ) : (
          <a href={url} target="_blank" rel="noreferrer">
            {url}
          </a>
        )}
      </figcaption>
    </figure>
  );
}

function Shown({ url, caption }: MediaProps) {
  switch (mediaOf(url)?.kind) {
    case "image":
      return <img src={url} alt={caption} />;
    case "audio":
      // biome-ignore lint/a11y/useMediaCaption: a model's sound comes without captions
      return <audio src={url} controls aria-label={caption} />;
    case "video":
      // biome-ignore lint/a11y/useMediaCaption: a model's video comes without captions
      return <video src={url} controls aria-label={caption} />;
    default:
      return null;
  }
}
