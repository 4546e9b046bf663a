import type { ChangeView, PageEvents, PageModel, PointView } from "../model.ts";

export interface PageState {
  readonly model: PageModel | undefined;
  /** Oldest first. */
  readonly changes: readonly ChangeView[];
  readonly points: readonly PointView[];
  readonly server: PageEvents["state"];
  /** Whether events arrive. */
  readonly connected: boolean;
  /** The connection is new: what comes first is all that is known. */
  readonly fresh: { readonly changes: boolean; readonly points: boolean };
}

export type PageEvent =
  | { readonly name: "connected" }
  | { readonly name: "disconnected" }
  | {
      readonly [Name in keyof PageEvents]: { readonly name: Name; readonly data: PageEvents[Name] };
    }[keyof PageEvents];

export const atFirst: PageState = {
  model: undefined,
  changes: [],
  points: [],
  server: { state: "looking" },
  connected: false,
  fresh: { changes: true, points: true },
};

/** As many as the server keeps. */
const most = { changes: 200, points: 240 };

export function after(state: PageState, event: PageEvent): PageState {
  switch (event.name) {
    case "connected":
      return { ...state, connected: true, fresh: { changes: true, points: true } };
    case "disconnected":
      return { ...state, connected: false };
    case "state":
      return { ...state, server: event.data };
    case "model":
      return { ...state, model: event.data };
    case "changes":
      return {
        ...state,
        changes: [...(state.fresh.changes ? [] : state.changes), ...event.data].slice(
          -most.changes,
        ),
        fresh: { ...state.fresh, changes: false },
      };
    case "points":
      return {
        ...state,
        points: [...(state.fresh.points ? [] : state.points), ...event.data].slice(-most.points),
        fresh: { ...state.fresh, points: false },
      };
  }
}

/** What a person chose, as it stands in the address after `#`. */
export interface Chosen {
  readonly kind: "cluster" | "link" | "service" | "entry";
  readonly id: string;
}

export function hashOf({ kind, id }: Chosen): string {
  return `#${kind}=${encodeURIComponent(id)}`;
}

/** @returns undefined where nothing is chosen */
export function chosenIn(hash: string): Chosen | undefined {
  const match = /^#(cluster|link|service|entry)=(.+)$/.exec(hash);
  if (match === null) return undefined;
  const [, kind = "", id = ""] = match;
  try {
    return { kind: kind as Chosen["kind"], id: decodeURIComponent(id) };
  } catch {
    return undefined;
  }
}
