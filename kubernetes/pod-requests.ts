// What is asked of pods. These types are public: they name nothing of the client library, whose own types compile in few
// programs.

/** A command for a container of a pod. */
export interface ExecRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
  /** The command's input. It is neither logged nor part of any URL. @default nothing */
  readonly stdin?: string;
  /** Milliseconds. @default timeLimits.apiRequest */
  readonly limit?: number;
}

/** How a command ended. */
export interface ExecResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** A port of a pod. */
export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

export interface PodRequest extends PodPort {
  readonly path: string;
}
