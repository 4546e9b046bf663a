import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const folder = path.resolve(import.meta.dirname, "../../../observability/dashboards");

/** A dashboard as Grafana has it, as far as tests look at it. */
export interface Board {
  readonly templating: {
    readonly list: readonly { readonly query: string | { readonly query: string } }[];
  };
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

/** All dashboards, by their files. */
export const boards = readdirSync(folder).map((file) => ({
  file,
  board: JSON.parse(readFileSync(path.join(folder, file), "utf8")) as Board,
}));

export interface PanelQuery {
  /** Such as `mesh.json: Clusters`. */
  readonly panel: string;
  readonly expr: string;
}

/**
 * What the panels of all dashboards ask.
 *
 * @param chosen values of the dashboards' variables
 * @throws Error if a panel has a variable without a value
 */
export function panelQueries(chosen: Readonly<Record<string, string>>): readonly PanelQuery[] {
  return boards.flatMap(({ file, board }) =>
    board.panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }): PanelQuery => {
        const panel = `${file}: ${title}`;
        const filled = expr.replace(/\$(\w+)/g, (_, name: string) => {
          const value = chosen[name];
          if (value === undefined) throw new Error(`${panel}: nothing is chosen for ${name}`);
          return value;
        });
        return { panel, expr: filled };
      }),
    ),
  );
}
