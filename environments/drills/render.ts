import { printable } from "../../system/printable.ts";
import { type Screen, styleOf } from "../../verification/render/style.ts";
import { table } from "../../verification/render/table.ts";
import { seconds } from "../report/seconds.ts";
import { phases, type PhaseSummary } from "./answers.ts";
import type { Asked, DrillResult } from "./drill.ts";

export function renderDrill(result: DrillResult, screen: Screen = {}): string {
  const style = styleOf(screen);
  const blocks = [
    result.asked.length === 0
      ? `Nothing was asked: ${result.notAsked ?? "there is no Link that carries exports"}.`
      : table(head, result.asked.flatMap(rowsOf), style),
    ...linesOf(result),
    (result.passed ? style.good : style.bad)(verdictOf(result)),
  ];
  return printable(blocks.join("\n"));
}

const head = ["Asked", "When", "Requests", "Failed", "Answered by"];

function rowsOf({ question, summary }: Asked): string[][] {
  return phases.map((phase, index) => [
    index === 0 ? `${question.url} from ${question.cluster}` : "",
    phase,
    String(summary[phase].requests),
    String(summary[phase].failed),
    answeredBy(summary[phase]),
  ]);
}

/** For example `west 12, east 3`. */
export function answeredBy({ clusters }: PhaseSummary): string {
  const list = Object.entries(clusters).map(([name, count]) => `${name} ${count}`);
  return list.join(", ") || "nobody";
}

/** The result in sentences, a line each. */
export function linesOf(result: DrillResult): string[] {
  const { asked, noticed, healed, cured, stillWrong } = result;
  const many = asked.length > 1;
  return [
    ...asked.flatMap(({ question, summary, interrupted }) => {
      const about = many ? `${question.url} from ${question.cluster}: ` : "";
      const { answeredAgain: again, back } = summary;
      return [
        `${about}${summary.failed} of ${summary.requests} requests failed; the longest time without an answer was ` +
          seconds(summary.longestGap),
        ...(again === undefined
          ? [`${about}requests failed until all was put back`]
          : again > 0
            ? [`${about}no request failed later than ${seconds(again)} after the taking`]
            : []),
        back === undefined
          ? `${about}the clusters that answered before did not do so again`
          : `${about}answered as before ${seconds(back)} after the putting back`,
        ...(interrupted === undefined ? [] : [`${about}${interrupted}`]),
        ...Object.entries(summary.failures).map(
          ([reason, count]) => `${about}${count} times: ${reason}`,
        ),
      ];
    }),
    noticed === undefined
      ? "status: noticed nothing"
      : `status: noticed it after ${seconds(noticed.after)}: ${noticed.what.join("; ")}`,
    healed === undefined
      ? `status: not as planned at the end: ${stillWrong.join("; ") || "it was not looked twice"}`
      : `status: as planned ${seconds(healed)} after the putting back`,
    ...cured.map((line) => `restarted, as \`up\` does: ${line}`),
  ];
}

/** The verdict in a sentence. */
export function verdictOf({ passed, asked, limits }: DrillResult): string {
  const exceeded = asked.flatMap(({ question, exceeded: all }) =>
    all.map((one) => `${question.url} from ${question.cluster}: ${one}`),
  );
  if (exceeded.length > 0) return `Beyond the limits: ${exceeded.join("; ")}`;
  if (passed) {
    const limited = limits.maxFailed !== undefined || limits.maxGap !== undefined;
    return limited ? "Everything is as before, and within the limits." : "Everything is as before.";
  }
  return asked.length === 0 && (limits.maxFailed ?? limits.maxGap) !== undefined
    ? "Nothing was asked: the limits can't be judged."
    : "It was put back, but not everything is as before.";
}

/** A drill for programs. New fields don't change `version`; any other change does. */
export function drillDocument(result: DrillResult): object {
  const { moments, ...rest } = result;
  const times = Object.entries<number>({ ...moments }).map(([name, time]) => [
    name,
    new Date(time).toISOString(),
  ]);
  return { version: 1, ...rest, moments: Object.fromEntries(times) as object };
}
