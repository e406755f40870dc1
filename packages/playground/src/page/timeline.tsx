import type { Run } from "#state";

/** What happened when, since the request. */
export function Timeline({ run: { timeline, startedAt } }: { readonly run: Run }) {
  return (
    <ol class="timeline">
      {timeline.map(({ at, kind, text, times }, index) => (
        <li key={index} data-kind={kind}>
          <span class="time">+{((at - startedAt) / 1000).toFixed(3)} s</span>
          <span class="tag">{kind}</span>
          <span>{text}</span>
          {times > 1 && <span class="quiet">× {times}</span>}
        </li>
      ))}
    </ol>
  );
}
