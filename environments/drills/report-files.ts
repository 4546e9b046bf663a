import { writeFile } from "node:fs/promises";
import path from "node:path";
import library from "junit-report-builder";
import type { Builder } from "junit-report-builder";
import { printable, printableIn } from "../../system/printable.ts";
import { badInput } from "../command-error.ts";
import { requireWritable } from "../output-files.ts";
import { phases } from "./answers.ts";
import type { Asked, DrillResult } from "./drill.ts";
import { drawAnswers, escape } from "./picture.ts";
import { answeredBy, linesOf, verdictOf } from "./render.ts";

// The package's types describe its CommonJS form, whose export is one level lower.
const builder = library as unknown as Builder;

export interface DrillFiles {
  readonly junit?: string | undefined;
  /** `.html`, or `.md` with its pictures beside it. */
  readonly report?: string | undefined;
}

/** @throws CommandError, exit code 2, if one of the files can't be written */
export async function requireDrillFiles({ junit, report }: DrillFiles): Promise<void> {
  if (report !== undefined && !/\.(html|md)$/.test(report)) {
    throw badInput(`--report ${report}: name a file that ends with .html or .md`);
  }
  await requireWritable({ "--junit": junit, "--report": report });
}

/** Writes a drill to the requested files. */
export async function writeDrillFiles(
  result: DrillResult,
  { junit, report }: DrillFiles,
): Promise<void> {
  if (junit !== undefined) await writeFile(junit, drillJunit(result));
  if (report === undefined) return;
  if (report.endsWith(".html")) {
    await writeFile(report, drillHtml(result));
    return;
  }
  const base = report.slice(0, -path.extname(report).length);
  const pictures = await Promise.all(
    result.asked.map(async (asked, index) => {
      const file = `${base}-${index + 1}.svg`;
      await writeFile(file, pictureOf(result, asked));
      return path.basename(file);
    }),
  );
  await writeFile(report, drillMarkdown(result, pictures));
}

/** A test case for each question, and one for whether everything is as before. */
export function drillJunit(all: DrillResult): string {
  const result = printableIn(all);
  const { moments, asked, stack, take } = result;
  const report = builder.newBuilder().name(`linkerd-topology drill ${stack}`);
  const time = (moments.ended - moments.began) / 1000;
  const suite = report
    .testSuite()
    .name(`drill ${take.join(", ")}`)
    .timestamp(new Date(moments.began))
    .time(time);
  const output = linesOf(result).join("\n");
  for (const { question, exceeded } of asked) {
    const name = `${question.url} from ${question.cluster}: within the limits`;
    const test = suite.testCase().className(`${stack}.drill`).name(name).time(time);
    test.standardOutput(output);
    if (exceeded.length > 0) test.failure(exceeded.join("; "), "limits");
  }
  const test = suite.testCase().className(`${stack}.drill`).name("everything is as before");
  test.standardOutput(output);
  const within = asked.every(({ exceeded }) => exceeded.length === 0);
  if (!result.passed && within) test.failure(verdictOf(result), "not as before");
  return report.build();
}

/** One page that contains its pictures. */
export function drillHtml(result: DrillResult): string {
  const plain = (text: string): string => escape(printable(text));
  const sections = result.asked.map((asked) =>
    [
      `<h2>${plain(titleOf(asked))}</h2>`,
      pictureOf(result, asked),
      "<table><tr><th>When<th>Requests<th>Failed<th>Answered by</tr>",
      ...phases.map((phase) => {
        const { requests, failed } = asked.summary[phase];
        const by = plain(answeredBy(asked.summary[phase]));
        return `<tr><td>${phase}<td>${requests}<td>${failed}<td>${by}</tr>`;
      }),
      "</table>",
    ].join("\n"),
  );
  return [
    "<!doctype html>",
    '<html lang="en"><meta charset="utf-8">',
    `<title>${plain(headingOf(result))}</title>`,
    "<style>body{font-family:sans-serif;max-width:60rem;margin:2rem auto}svg{max-width:100%;height:auto}td,th{text-align:left;padding:.2rem 1rem .2rem 0}</style>",
    `<h1>${plain(headingOf(result))}</h1>`,
    `<p><strong>${plain(verdictOf(result))}</strong></p>`,
    `<ul>${[...result.taken, ...linesOf(result)].map((line) => `<li>${plain(line)}</li>`).join("")}</ul>`,
    ...sections,
    "</html>",
    "",
  ].join("\n");
}

/** @param pictures file of each question's picture */
export function drillMarkdown(result: DrillResult, pictures: readonly string[]): string {
  // Texts from clusters must not act as Markdown or HTML.
  const plain = (text: string): string =>
    escape(printable(text))
      .replace(/[\\`*_[\]|~]/g, "\\$&")
      .replaceAll(/\s*\n\s*/g, " ");
  return [
    `# ${plain(headingOf(result))}`,
    "",
    `**${plain(verdictOf(result))}**`,
    "",
    ...[...result.taken, ...linesOf(result)].map((line) => `- ${plain(line)}`),
    ...result.asked.flatMap((asked, index) => [
      "",
      `## ${plain(titleOf(asked))}`,
      "",
      `![who answered over time](${encodeURI(pictures[index] ?? "")})`,
      "",
      "| When | Requests | Failed | Answered by |",
      "| --- | --- | --- | --- |",
      ...phases.map((phase) => {
        const { requests, failed } = asked.summary[phase];
        return `| ${phase} | ${requests} | ${failed} | ${plain(answeredBy(asked.summary[phase]))} |`;
      }),
    ]),
    "",
  ].join("\n");
}

function pictureOf({ clusters, moments }: DrillResult, asked: Asked): string {
  return drawAnswers({ title: titleOf(asked), answers: asked.answers, moments, clusters });
}

function headingOf({ stack, take }: DrillResult): string {
  return `Drill of ${stack}: without ${take.join(", ")}`;
}

function titleOf({ question }: Asked): string {
  return `${question.url} from ${question.cluster}`;
}
