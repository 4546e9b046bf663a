import type { Checkpoint, TestEngine } from "../test-engine.ts";
import type { World } from "../world.ts";
import type { CrashPoint } from "./crash-points.ts";

/** What happens to one operation. */
export interface Fault {
  readonly name: string;
  readonly title: string;
  arm(stage: Stage): void;
  /** What the fault leaves, where that is known without letting it happen. @default it has to happen */
  leaves?(point: CrashPoint): Checkpoint;
}

export interface Stage {
  readonly engine: TestEngine;
  readonly point: CrashPoint;
  /** To be called when it happens. */
  readonly struck: () => void;
  /** Stops the engine as Ctrl-C does. */
  readonly interrupt: () => void;
}

type Moment = "disturb" | "disturbMidway" | "disturbAfter";

/** At that moment of the operation, once. */
function at(moment: Moment, { engine, point, struck }: Stage, act: World["disturb"]): void {
  let done = false;
  engine.world[moment] = (call, signal) => {
    if (done || call.method !== point.method || call.type !== point.type) return undefined;
    if (call.name !== point.name) return undefined;
    done = true;
    struck();
    return act(call, signal);
  };
}

export const faults: readonly Fault[] = [
  {
    name: "failed",
    title: "the provider refuses it",
    arm: (stage) => {
      at("disturb", stage, () => {
        throw new Error("no space left on device");
      });
    },
  },
  {
    name: "timed-out",
    title: "it is not done in time",
    arm: (stage) => {
      at("disturbMidway", stage, () => "timed out");
    },
  },
  {
    name: "stopped",
    title: "it hangs until somebody interrupts the engine",
    arm: (stage) => {
      at("disturbMidway", stage, async (_, signal) => {
        stage.interrupt();
        await new Promise<void>((resolve) => {
          if (signal.aborted) resolve();
          signal.addEventListener("abort", () => {
            resolve();
          });
        });
        return "timed out";
      });
    },
  },
  {
    name: "lost",
    title: "the provider dies after it did it",
    arm: (stage) => {
      at("disturbAfter", stage, () => "lost");
    },
  },
  {
    name: "cut-short",
    title: "the engine is killed in the middle of it",
    arm: (stage) => {
      at("disturbMidway", stage, async () => {
        await stage.engine.kill();
        throw new Error("nobody is told any more");
      });
    },
    leaves: ({ midway }) => midway,
  },
  {
    name: "killed",
    title: "the engine is killed after it, before that was recorded",
    arm: (stage) => {
      at("disturbAfter", stage, () => stage.engine.kill());
    },
    leaves: ({ after }) => after,
  },
];
