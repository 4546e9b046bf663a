import type { Changed, Step } from "../../../environments/report/engine-progress.ts";
import type { Phase } from "../../../environments/report/phase.ts";
import { Reporter } from "../../../environments/report/reporter.ts";
import type { Renderer } from "../../../environments/report/renderer.ts";

/** URN of a resource of the stack `lab`. */
export function urnOf(type: string, name: string): string {
  return `urn:pulumi:lab::linkerd-topology::linkerd-topology:index:Topology$${type}::${name}`;
}

/** A clock that moves only when the test moves it. */
export class Clock {
  now = Date.parse("2026-11-21T15:00:00.000Z");
  readonly read = (): number => this.now;
  pass(milliseconds: number): void {
    this.now += milliseconds;
  }
}

/**
 * Tells a renderer of an `up` of two clusters: tools, then an update in which west is ahead of east, then
 * a proof that fails.
 */
export async function tellStory(renderer: Renderer, clock: Clock): Promise<Reporter> {
  const reporter = new Reporter(renderer, clock.read);
  reporter.start("up", "lab");
  await reporter.run(phases(clock), ["west", "east"]).catch(() => undefined);
  reporter.end({ outcome: "failure", exitCode: 4, error: "not as planned:\n  - 100% of it" });
  return reporter;
}

function phases(clock: Clock): Phase[] {
  return [
    {
      title: "tools, images and charts",
      run: (tell) => {
        tell.step("kind: 0.32.0 in 2 s");
        tell.notice("docker.io was installed");
        clock.pass(2_400);
        return Promise.resolve("docker 28.0");
      },
    },
    {
      title: "pulumi up of lab",
      run: (tell) => {
        const world = new World(clock, (change) => tell.engine?.(change));
        const network = world.start("create", "kind:index:Network", "lab");
        clock.pass(800);
        world.end(network);
        const west = world.start("create", "kind:index:Cluster", "lab-west-0123abcd");
        const east = world.start("create", "kind:index:Cluster", "lab-east-4567cdef");
        clock.pass(9_000);
        west.status = "starting control plane";
        world.tell({ type: "status", step: west });
        clock.pass(12_000);
        world.end(west);
        const chart = "kubernetes:helm.sh/v3:Release";
        world.end(world.start("same", chart, "lab-west-0123abcd-control-plane-crds"));
        const controlPlane = world.start("create", chart, "lab-west-0123abcd-control-plane");
        world.end(world.start("delete", chart, "lab-west-0123abcd-multicluster"));
        clock.pass(14_200);
        world.end(controlPlane);
        world.end(east, "failed");
        world.tell({ type: "warning", message: { urn: undefined, text: "a warning" } });
        return Promise.resolve("40 created");
      },
    },
    {
      title: "proof",
      run: () => {
        clock.pass(120_000);
        return Promise.reject(new Error("not as planned"));
      },
    },
    { title: "never reached", run: () => Promise.resolve("") },
  ];
}

/** Steps of the engine on the story's clock. */
class World {
  readonly tell: (change: Changed) => void;
  readonly #clock: Clock;

  constructor(clock: Clock, tell: (change: Changed) => void) {
    this.#clock = clock;
    this.tell = tell;
  }

  start(operation: string, type: string, name: string): Step {
    const step: Step = { urn: urnOf(type, name), type, operation, started: this.#clock.now };
    this.tell({ type: "started", step });
    return step;
  }

  end(step: Step, type: "ended" | "failed" = "ended"): void {
    step.ended = this.#clock.now;
    this.tell({ type, step });
  }
}
