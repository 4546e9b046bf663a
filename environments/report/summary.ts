import { renderStatus } from "../../verification/render/status.ts";
import { howToCall } from "../how-to-call.ts";
import type { UpResult } from "../up.ts";
import { seconds } from "./seconds.ts";

/** What `up` ends with: the table of what runs, and how long it took. */
export function renderUp(result: UpResult, options: { color: boolean }): string {
  const { stack, timeline, proof } = result;
  const changed = Object.keys(result.changes).some((operation) => operation !== "same");
  const chain = changed ? `; its longest chain of own steps ${seconds(timeline.longest)}` : "";
  return [
    renderStatus(proof.status, { ...options, results: proof.results }),
    "",
    `up took ${seconds(timeline.total)}${chain}.`,
    `See it again with ${howToCall("status", stack)}; take it away with ${howToCall("down", stack)}.`,
  ].join("\n");
}
