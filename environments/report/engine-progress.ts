import type {
  DiagnosticEvent,
  EngineEvent,
  StepEventMetadata,
} from "@pulumi/pulumi/automation/index.js";

/** One operation of the engine on one resource. Times are in milliseconds on the observer's clock. */
export interface Step {
  readonly urn: string;
  readonly type: string;
  /** For example `create`, `update`, `delete`, `same`. */
  readonly operation: string;
  readonly started: number;
  ended?: number;
  failed?: boolean;
  /** The provider's latest status message. */
  status?: string;
}

/** An error, and its resource. */
export interface EngineMessage {
  readonly urn: string | undefined;
  readonly text: string;
}

export type Changed =
  | { readonly type: "started" | "ended" | "failed" | "status"; readonly step: Step }
  | { readonly type: "warning"; readonly message: EngineMessage };

/** Follows an update through the engine's events. */
export class EngineProgress {
  readonly steps: Step[] = [];
  readonly errors: EngineMessage[] = [];
  readonly #open = new Map<string, Step>();
  readonly #clock: () => number;
  readonly #listener: (change: Changed) => void;

  /** @param clock the time in milliseconds; the engine's events have whole seconds only */
  constructor(
    listener: (change: Changed) => void = () => undefined,
    clock = (): number => performance.now(),
  ) {
    this.#listener = listener;
    this.#clock = clock;
  }

  /** Operations in progress, oldest first. */
  get running(): Step[] {
    return [...this.#open.values()];
  }

  /** Doesn't throw, because the caller of this callback could not report it. */
  handle(event: EngineEvent): void {
    try {
      this.#take(event);
    } catch (error) {
      const text = `an event of the engine can't be shown: ${(error as Error).message}`;
      this.errors.push({ urn: undefined, text });
    }
  }

  #take(event: EngineEvent): void {
    if (event.resourcePreEvent) this.#start(event.resourcePreEvent.metadata);
    if (event.resOutputsEvent) this.#end(event.resOutputsEvent.metadata, false);
    if (event.resOpFailedEvent) this.#end(event.resOpFailedEvent.metadata, true);
    if (event.diagnosticEvent) this.#diagnostic(event.diagnosticEvent);
  }

  #start(metadata: StepEventMetadata): void {
    const { urn, type, op } = metadata;
    const step: Step = { urn, type, operation: op, started: this.#clock() };
    this.steps.push(step);
    this.#open.set(urn, step);
    this.#listener({ type: "started", step });
  }

  #end({ urn }: StepEventMetadata, failed: boolean): void {
    const step = this.#open.get(urn);
    if (step === undefined) return;
    step.ended = this.#clock();
    if (failed) step.failed = true;
    this.#open.delete(urn);
    this.#listener({ type: failed ? "failed" : "ended", step });
  }

  #diagnostic(event: DiagnosticEvent): void {
    const urn = event.urn === undefined || event.urn === "" ? undefined : event.urn;
    const text = plainText(event.message);
    if (text === "") return;
    if (event.severity === "error") {
      this.errors.push({ urn, text });
    } else if (event.ephemeral === true && urn !== undefined) {
      // Whatever its severity: "pod is not Ready yet" is a warning of the Kubernetes provider.
      const step = this.#open.get(urn);
      if (step === undefined) return;
      step.status = text.split("\n").at(-1) ?? text;
      this.#listener({ type: "status", step });
    } else if (event.severity === "warning") {
      this.#listener({ type: "warning", message: { urn, text } });
    }
  }
}

/** Removes the engine's marks for colours, such as `<{%reset%}>`. */
export function plainText(message: string): string {
  return message.replaceAll(/<\{%[^%]*%\}>/g, "").trim();
}

export function doing(operation: string): string {
  return words[operation]?.[0] ?? operation;
}

export function done(operation: string): string {
  return words[operation]?.[1] ?? operation;
}

const words: Readonly<Record<string, readonly [string, string]>> = {
  create: ["creating", "created"],
  "create-replacement": ["recreating", "recreated"],
  update: ["updating", "updated"],
  delete: ["deleting", "deleted"],
  "delete-replaced": ["deleting the old one", "old one deleted"],
  replace: ["replacing", "replaced"],
  read: ["reading", "read"],
  refresh: ["reading", "read"],
  import: ["importing", "imported"],
  same: ["checking", "unchanged"],
};
