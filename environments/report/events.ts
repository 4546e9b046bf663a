/**
 * What a command tells while it works, as `--json` writes it: one JSON object per line on standard
 * output. Fields may be added; a change of what is there changes `version` of the first event.
 */
export type ReportEvent = Told & {
  /** Such as `2026-11-21T15:04:05.123Z`. */
  readonly time: string;
};

/** An event without its time. */
export type Told =
  | {
      /** First of all. */
      readonly event: "command-started";
      readonly version: 1;
      /** Such as `up`. */
      readonly command: string;
      /** Name of the stack or of the run, as far as known. */
      readonly name?: string;
    }
  | { readonly event: "phase-started"; readonly phase: string }
  | {
      readonly event: "phase-ended";
      readonly phase: string;
      readonly outcome: Outcome;
      readonly milliseconds: number;
      /** In a few words, what came of it. */
      readonly result?: string;
    }
  | ({ readonly event: "step-started" } & StepEvent)
  | ({
      /** What goes on within the step. */
      readonly event: "step-status";
      readonly status: string;
    } & StepEvent)
  | ({
      readonly event: "step-ended";
      readonly outcome: Outcome;
      readonly milliseconds: number;
      /** Such as `control plane installed`. */
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

/** A step that takes long enough to be told of. */
interface StepEvent {
  readonly phase: string;
  /** Absent for what concerns the mesh as a whole. */
  readonly cluster?: string;
  /** Such as `installing control plane`. */
  readonly step: string;
  /** The engine's, such as `create`. */
  readonly operation: string;
  /** Pulumi's URN of the resource that it is about. */
  readonly resource: string;
}

/** How a command ended; the last event. */
export interface CommandResult {
  readonly outcome: "success" | "failure" | "interrupted";
  readonly exitCode: number;
  readonly milliseconds: number;
  /** What was wrong, in words for a person. */
  readonly error?: string;
  /** What the command found or made, such as the document of `status`. */
  readonly document?: unknown;
}
