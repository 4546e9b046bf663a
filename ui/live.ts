import { messageOf } from "../system/message-of.ts";
import { Connections } from "../verification/connections.ts";
import { FiguresReader } from "../verification/figures.ts";
import type { Mesh } from "../verification/observe.ts";
import { watchVerification } from "../verification/watch.ts";
import { forms, layOut } from "./map.ts";
import type { ChangeView, PageEvents, PageModel, PointView } from "./model.ts";
import { Pace } from "./pace.ts";
import { type Observation, pageModel, pointOf } from "./page-model.ts";
import { changesBetween } from "./timeline.ts";

/** Looks at a mesh again and again until the signal, and tells what each look found. */
export type Looks = (options: {
  readonly signal: AbortSignal;
  readonly onObservation: (observation: Observation) => Promise<void>;
}) => Promise<void>;

/**
 * Looks as `verify --watch` does, without traffic and without asking after rights, which make things in clusters.
 *
 * @param findMesh asked whenever looking begins: a mesh may have changed since it ended
 * @param interval at least so long from the end of a look to the next, in milliseconds
 */
export function looksAt(
  findMesh: (signal: AbortSignal) => Promise<Mesh>,
  {
    interval,
    concurrency,
  }: { readonly interval: number; readonly concurrency?: number | undefined },
): Looks {
  return async ({ signal, onObservation }) => {
    const mesh = await findMesh(signal);
    const figures = new FiguresReader(mesh, new Connections({ signal }));
    const pace = new Pace({ least: interval });
    await watchVerification(mesh, {
      signal,
      concurrency,
      traffic: false,
      rights: false,
      thoroughEvery,
      interval: () => pace.pause(),
      onRound: async ({ verification }) => {
        const read = verification.status.dataPlane === "none" ? [] : await figures.read();
        await onObservation({ plan: mesh.plan, verification, figures: read });
      },
    });
  };
}

/** What only a verification asks takes most of a look, and rarely changes. */
const thoroughEvery = 6;

/** What a page is sent: an event's name with what it carries. */
export type Listener = <Name extends keyof PageEvents>(name: Name, data: PageEvents[Name]) => void;

/** So many changes and points are kept, for pages that are opened later. */
const kept = { changes: 200, points: 240 };

/** So long looking goes on after the last page was closed, in milliseconds: a page that is loaded again closes first. */
const lingers = 5_000;

/** After a failure it is tried again so much later, in milliseconds. */
const againAfter = 10_000;

/**
 * The mesh as all open pages see it. While no page is open nothing is looked at; what was seen before is kept.
 */
export class Live {
  readonly #looks: Looks;
  readonly #listeners = new Set<Listener>();
  #model: PageModel | undefined;
  #changes: readonly ChangeView[] = [];
  #points: readonly PointView[] = [];
  #state: PageEvents["state"] = { state: "looking" };
  #maps: { readonly of: string; readonly maps: PageModel["maps"] } | undefined;
  #looking: AbortController | undefined;
  #ending: NodeJS.Timeout | undefined;
  #done: Promise<void> = Promise.resolve();

  constructor(looks: Looks) {
    this.#looks = looks;
  }

  /** Tells all that is known, and from then on what is new. @returns ends it */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    listener("state", this.#state);
    listener("changes", this.#changes);
    listener("points", this.#points);
    if (this.#model !== undefined) listener("model", this.#model);
    clearTimeout(this.#ending);
    this.#begin();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#ending = setTimeout(() => this.#looking?.abort(), lingers);
    };
  }

  /** Ends looking, and waits until it has ended. */
  async stop(): Promise<void> {
    this.#listeners.clear();
    clearTimeout(this.#ending);
    this.#looking?.abort();
    await this.#done;
  }

  #begin(): void {
    if (this.#looking?.signal.aborted === false) return;
    const controller = new AbortController();
    this.#looking = controller;
    const before = this.#done;
    this.#done = before.then(() => this.#lookUntil(controller.signal));
  }

  async #lookUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#tell("state", { state: "looking" });
      try {
        await this.#looks({ signal, onObservation: (one) => this.#take(one, signal) });
      } catch (error) {
        if (isAborted(signal)) return;
        this.#tell("state", { state: "failed", message: messageOf(error) });
        await pauseFor(againAfter, signal);
      }
    }
  }

  async #take(observation: Observation, signal: AbortSignal): Promise<void> {
    const maps = await this.#mapsOf(observation);
    if (signal.aborted) return;
    const model = pageModel(observation, maps);
    const changes = changesBetween(this.#model, model);
    const point = pointOf(model);
    this.#model = model;
    this.#changes = [...this.#changes, ...changes].slice(-kept.changes);
    this.#points = [...this.#points, point].slice(-kept.points);
    if (changes.length > 0) this.#tell("changes", changes);
    this.#tell("points", [point]);
    this.#tell("model", model);
    this.#tell("state", { state: "waiting" });
  }

  /** Drawn again only where something else is to be drawn. */
  async #mapsOf({ plan }: Observation): Promise<PageModel["maps"]> {
    const of = JSON.stringify([
      plan.clusters.map(({ name, network }) => [name, network]),
      plan.links.map(({ source, target }) => [source, target]),
    ]);
    if (this.#maps?.of !== of) {
      const [wide, narrow] = [await layOut(plan, forms.wide), await layOut(plan, forms.narrow)];
      this.#maps = { of, maps: { wide, narrow } };
    }
    return this.#maps.maps;
  }

  #tell<Name extends keyof PageEvents>(name: Name, data: PageEvents[Name]): void {
    if (name === "state") this.#state = data as PageEvents["state"];
    for (const listener of this.#listeners) listener(name, data);
  }
}

/** It may be aborted while something else is awaited. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
  });
}
