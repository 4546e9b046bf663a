import type { Change, Round } from "../watch.ts";
import { countsOf, inWords } from "./counts.ts";
import { printableIn } from "../../system/printable.ts";
import { type Screen, type Style, styleOf } from "./style.ts";
import { renderVerification } from "./verification.ts";

/** A round of a watch: the first one in full, of the others what has changed, or that nothing has. */
export function renderRound(round: Round, options: Screen = {}): string {
  const style = styleOf(options);
  const { verification, number, sentTraffic } = round;
  const changes = printableIn(round.changes);
  if (number === 1) return renderVerification(verification, options);
  const at = verification.startedAt.slice(11, 19);
  const counts = inWords(countsOf(verification.results));
  const line = `${at}  ${counts}${sentTraffic ? ", with traffic" : ""}`;
  return [
    verification.proved ? line : style.bad(line),
    ...changes.map((change) => `${at}  ${describe(change, style)}`),
  ].join("\n");
}

function describe({ before, after }: Change, style: Style): string {
  const { subject, title } = after ?? before ?? { subject: "", title: "" };
  const what = `${subject}: ${title}`;
  if (after === undefined) return style.dim(`  ${what}: no longer asked`);
  const was = before === undefined ? "" : ` (was: ${before.state})`;
  switch (after.state) {
    case "passed":
      return after.notice === undefined
        ? `${style.good("✓")} ${what}${was}`
        : `${style.warn("!")} ${what}: ${after.notice}${was}`;
    case "failed":
      return `${style.bad("✗")} ${what}: ${after.problem}${was}`;
    case "not run":
      return `${style.warn("–")} ${what}: not run: ${after.reason}${was}`;
  }
}
