import { renderStatus } from "../../verification/render/status.ts";
import type { Screen } from "../../verification/render/style.ts";
import type { UpResult } from "../up.ts";
import { seconds } from "./seconds.ts";

/** The end of `up`: the table of what runs, and how long it took. */
export function renderUp(result: UpResult, options: Screen): string {
  const { timeline, proof } = result;
  const changed = Object.keys(result.changes).some((operation) => operation !== "same");
  const chain = changed ? `; its longest chain of own steps ${seconds(timeline.longest)}` : "";
  return [
    renderStatus(proof.status, { ...options, results: proof.results }),
    "",
    `up took ${seconds(timeline.total)}${chain}.`,
    "Show it again with `status`; remove it with `down`.",
  ].join("\n");
}
