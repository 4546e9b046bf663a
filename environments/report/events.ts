/**
 * What a command reports while it works, as `--json` writes it: one JSON object per line on standard output.
 * New fields don't change `version` of the first event; any other change does.
 */
export type ReportEvent = Told & {
  /** For example `2026-11-21T15:04:05.123Z`. */
  readonly time: string;
};

/** An event without its time. */
export type Told =
  | {
      /** The first event. */
      readonly event: "command-started";
      readonly version: 1;
      /** For example `up`. */
      readonly command: string;
      /** Name of the stack or of the run, if known. */
      readonly name?: string;
    }
  | { readonly event: "phase-started"; readonly phase: string }
  | {
      readonly event: "phase-ended";
      readonly phase: string;
      readonly outcome: Outcome;
      readonly milliseconds: number;
      /** The result in a few words. */
      readonly result?: string;
    }
  | ({ readonly event: "step-started" } & StepEvent)
  | ({
      /** Progress within the step. */
      readonly event: "step-status";
      readonly status: string;
    } & StepEvent)
  | ({
      readonly event: "step-ended";
      readonly outcome: Outcome;
      readonly milliseconds: number;
      /** For example `control plane installed`. */
      readonly result: string;
    } & StepEvent)
  | { readonly event: "message"; readonly phase?: string; readonly text: string }
  | {
      /** Something that a person has to know. */
      readonly event: "notice";
      readonly phase?: string;
      readonly text: string;
    }
  | ({ readonly event: "result" } & CommandResult);

export type Outcome = "done" | "failed";

/** A step that takes long enough to be reported. */
interface StepEvent {
  readonly phase: string;
  /** Absent if it concerns the mesh as a whole. */
  readonly cluster?: string;
  /** For example `installing control plane`. */
  readonly step: string;
  /** The engine's operation, such as `create`. */
  readonly operation: string;
  /** Pulumi's URN of the resource. */
  readonly resource: string;
}

/** How a command ended. The last event. */
export interface CommandResult {
  readonly outcome: "success" | "failure" | "interrupted";
  readonly exitCode: number;
  readonly milliseconds: number;
  /** What was wrong, in words for a person. */
  readonly error?: string;
  /** What the command found or created, such as the document of `status`. */
  readonly document?: unknown;
}
