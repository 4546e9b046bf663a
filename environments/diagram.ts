import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { toDot } from "../diagram/dot.ts";
import { toMermaid } from "../diagram/mermaid.ts";
import { refreshPage } from "../diagram/page.ts";
import type { Plan } from "../planning/plan-types.ts";
import { projectDirectory } from "./paths.ts";
import { knownStacks, readTopology } from "./stacks.ts";

export const diagramFormats = ["mermaid", "dot", "svg"] as const;

export type DiagramFormat = (typeof diagramFormats)[number];

export async function drawDiagram(plan: Plan, format: DiagramFormat): Promise<string> {
  switch (format) {
    case "mermaid":
      return toMermaid(plan);
    case "dot":
      return toDot(plan);
    case "svg": {
      // Loading Graphviz takes a while.
      const { toSvg } = await import("../diagram/svg.ts");
      return toSvg(plan);
    }
  }
}

/** A page with diagrams, and its correct text. */
export interface DiagramPage {
  readonly file: string;
  readonly found: string;
  readonly wanted: string;
}

/** The README and every page in docs/stacks. */
export async function diagramPages(): Promise<DiagramPage[]> {
  const stacks = await knownStacks();
  const topologies = new Map(
    await Promise.all(
      stacks.map(async (stack) => [stack.name, await readTopology(stack)] as const),
    ),
  );
  const folder = path.join(projectDirectory, "docs/stacks");
  const pages = (await readdir(folder)).filter((name) => name.endsWith(".md")).sort();
  const files = [
    path.join(projectDirectory, "README.md"),
    ...pages.map((name) => path.join(folder, name)),
  ];
  return Promise.all(
    files.map(async (file) => {
      const found = await readFile(file, "utf8");
      return { file, found, wanted: refreshPage(found, topologies) };
    }),
  );
}

/** @returns the files that were out of date, relative to the project */
export async function writeDiagramPages(): Promise<string[]> {
  const stale = (await diagramPages()).filter(({ found, wanted }) => found !== wanted);
  await Promise.all(stale.map(({ file, wanted }) => writeFile(file, wanted)));
  return stale.map(({ file }) => path.relative(projectDirectory, file));
}
