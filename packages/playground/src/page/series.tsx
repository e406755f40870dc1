/** How several predictions went: a row for each, a column for each server. */
import { Value, WholeOutput } from "#output";
import { type Cell, type Model, type Series, type SeriesRow, summaryOf } from "#state";

interface SeriesProps {
  readonly series: Series;
  readonly model: Model;
}

export function SeriesView({ series, model }: SeriesProps) {
  const { targets, rows, cells, varied } = series;
  return (
    <>
      <p role="status">{toldOf(series)}</p>
      <div class="scroll">
        <table class="series" aria-label="Predictions">
          <thead>
            <tr>
              <th scope="col">{varied === "" ? "#" : varied}</th>
              {targets.map((target, at) => (
                <th key={at} scope="col">
                  {target}
                  <Times series={series} target={at} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <tr key={at}>
                <th scope="row">
                  <RowName row={row} varied={varied} />
                </th>
                {cells[at]?.map((cell, target) => (
                  <td key={target}>
                    <CellView cell={cell} model={model} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function toldOf(series: Series): string {
  const summaries = series.targets.map((_, at) => summaryOf(series, at));
  const [ended, succeeded] = [sumOf(summaries.map((one) => one.ended)), sumOf(summaries.map((one) => one.succeeded))];
  const all = series.rows.length * series.targets.length;
  if (series.isRunning) return `${ended} of ${all} predictions`;
  return `${ended === all ? "Done" : `Stopped after ${ended} of ${all}`}: ${succeeded} succeeded, ${ended - succeeded} did not`;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

function Times({ series, target }: { readonly series: Series; readonly target: number }) {
  const { times } = summaryOf(series, target);
  if (times === undefined) return null;
  const { fastest, median, slowest } = times;
  return (
    <p class="quiet">
      median {secondsText(median)} ({secondsText(fastest)}–{secondsText(slowest)})
    </p>
  );
}

function RowName({ row: { value, repeat }, varied }: { readonly row: SeriesRow; readonly varied: string }) {
  if (value === undefined) return <>{repeat}</>;
  return repeat === 1 ? <Value value={value} place={varied} /> : <span class="quiet">again ({repeat})</span>;
}

function CellView({ cell, model }: { readonly cell: Cell; readonly model: Model }) {
  if (cell.kind !== "ended") return <span class="quiet">{cell.kind === "left" ? "not run" : cell.kind}</span>;
  const { status, output, error, seconds } = cell.ending;
  return (
    <>
      <p class="row">
        <span class="badge" data-state={status}>
          {status}
        </span>
        <span class="quiet">{secondsText(seconds)}</span>
      </p>
      {error !== undefined && <p class="error">{error}</p>}
      {output !== undefined && output !== null && <WholeOutput value={output} type={model.endpoint.output} />}
    </>
  );
}

function secondsText(seconds: number): string {
  return `${seconds.toFixed(2)} s`;
}
