import { toMermaid } from "../../diagram/mermaid.ts";
import type { Plan } from "../../planning/plan-types.ts";
import { failuresOf } from "../prove.ts";
import type { Verification } from "../verify.ts";
import { countsOf, inWords, noticesIn } from "./counts.ts";
import { grouped } from "./grouped.ts";
import { printable } from "../../system/printable.ts";

/**
 * A verification as the summary of a CI job: the verdict, each failure with how to fix it, notices, the
 * diagram of the topology, and a collapsed table of all checks.
 */
export function markdownSummary(verification: Verification, plan: Plan): string {
  const { results, proved, milliseconds, status } = verification;
  const counts = inWords(countsOf(results));
  const failures = failuresOf(results);
  const notices = noticesIn(results);
  return [
    `## ${proved ? "✅" : "❌"} ${plain(status.topology)}: ${proved ? "" : "not "}${status.found === true ? "in order" : "as planned"}`,
    "",
    `${counts} (${(milliseconds / 1000).toFixed(1)} s)`,
    "",
    ...(failures.length === 0
      ? []
      : ["| Where | Check | What is wrong | How to fix it |", "| --- | --- | --- | --- |"]),
    ...failures.map(({ subject, title, problem, mend }) => row([subject, title, problem, mend])),
    ...(failures.length === 0 ? [] : [""]),
    ...notices.map(
      ({ notice, title, subjects }) =>
        `- ⚠️ ${plain(`${subjects.join(", ")}: ${title}`)}: ${plain(notice)}`,
    ),
    ...(notices.length === 0 ? [] : [""]),
    "```mermaid",
    toMermaid(plan).trimEnd(),
    "```",
    "",
    `<details><summary>${counts}</summary>`,
    "",
    "| | Check | Where | |",
    "| --- | --- | --- | --- |",
    ...grouped(results).flatMap(({ group, checks }) =>
      checks.flatMap(({ title, results }) =>
        results.map(({ state, noticed, text, subjects }) =>
          row([
            state === "passed" ? (noticed ? "⚠️" : "✅") : state === "failed" ? "❌" : "➖",
            `${group}: ${title}`,
            subjects.join(", "),
            text,
          ]),
        ),
      ),
    ),
    "",
    "</details>",
    "",
  ].join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.map(plain).join(" | ")} |`;
}

/** Texts from clusters and logs must not act as Markdown or HTML. */
function plain(text: string): string {
  return printable(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/[\\`*_{}[\]|~]/g, "\\$&")
    .replaceAll(/\s*\n\s*/g, "<br>");
}
