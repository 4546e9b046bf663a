import { useEffect, useRef } from "preact/hooks";
import UPlot from "uplot";
import type { PointView } from "../model.ts";
import { clockOf } from "./format.ts";
import { useMedia } from "./hooks.ts";

export interface Line {
  readonly label: string;
  /** A variable of the style sheet. */
  readonly color: string;
  readonly value: (point: PointView) => number | undefined;
}

/** Figures over time. What it shows stands in words beside it: a picture says nothing to a screen reader. */
export function Chart(props: {
  readonly label: string;
  readonly points: readonly PointView[];
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
}) {
  const { points, lines } = props;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>();
  const isDark = useMedia("(prefers-color-scheme: dark)");
  const data: UPlot.AlignedData = [
    points.map(({ at }) => at / 1000),
    ...lines.map(({ value }) => points.map((point) => value(point) ?? null)),
  ];
  const shape = `${String(isDark)} ${lines.map(({ label }) => label).join(" ")}`;
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const style = getComputedStyle(element);
    const color = (name: string): string => style.getPropertyValue(name).trim();
    const axis = { stroke: color("--dim"), grid: { stroke: color("--line"), width: 1 } };
    const made = new UPlot(
      {
        width: element.clientWidth,
        height: 170,
        cursor: { points: { size: 6 } },
        series: [
          {},
          ...lines.map((line) => ({
            label: line.label,
            stroke: color(line.color),
            width: 2,
            points: { show: points.length < 3 },
            value: (_: UPlot, value: number | null) => (value === null ? "–" : props.format(value)),
          })),
        ],
        axes: [
          {
            ...axis,
            space: 90,
            values: (_: UPlot, splits: number[]) =>
              splits.map((seconds) => clockOf(new Date(seconds * 1000).toISOString())),
          },
          {
            ...axis,
            size: 62,
            values: (_: UPlot, splits: number[]) => splits.map((value) => props.format(value)),
          },
        ],
        scales: { y: { range: (_, _min, max) => [0, max > 0 ? max * 1.1 : 1] } },
      },
      data,
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => {
      made.setSize({ width: element.clientWidth, height: 170 });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [shape]);
  useEffect(() => plot.current?.setData(data), [points]);
  return (
    <figure class="chart">
      <figcaption>{props.label}</figcaption>
      <div ref={place} role="img" aria-label={`${props.label}, as a chart`} />
    </figure>
  );
}
