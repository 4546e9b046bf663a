/** The result of asking whether the Docker daemon answers. */
export type DockerAnswer =
  | { readonly state: "running"; readonly version: string; readonly defaultRuntime: string }
  | { readonly state: "no client" }
  | { readonly state: "denied"; readonly said: string }
  | { readonly state: "not running"; readonly said: string };

export interface DockerCommandResult {
  readonly exitCode: number | undefined;
  /** The error code of the operating system if the program could not start, such as `ENOENT`. */
  readonly code: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** The `docker info` format that {@link classifyDockerAnswer} reads. */
export const dockerInfoFormat = "{{.ServerVersion}} {{.DefaultRuntime}}";

/** Interprets the result of `docker info --format`. */
export function classifyDockerAnswer(result: DockerCommandResult): DockerAnswer {
  if (result.code === "ENOENT" || result.code === "EACCES") return { state: "no client" };
  const [version, defaultRuntime] = result.stdout.trim().split(" ");
  const said = result.stderr.trim().split("\n").at(-1) ?? "";
  // A client without a daemon may print an empty version and still succeed.
  if (result.exitCode === 0 && version !== undefined && /^\d/.test(version)) {
    return { state: "running", version, defaultRuntime: defaultRuntime ?? "" };
  }
  if (/permission denied/i.test(result.stderr)) return { state: "denied", said };
  return { state: "not running", said };
}

/** Says how to fix a Docker that does not answer and that cannot be installed or started from here. */
export function dockerMessage(answer: Exclude<DockerAnswer, { state: "running" }>): string {
  switch (answer.state) {
    case "no client":
      return (
        "Docker is not installed. Install Docker Engine 20.10 or later (Debian, Ubuntu: " +
        "sudo apt-get install docker.io; macOS, Windows: Docker Desktop), then run this again."
      );
    case "denied":
      return (
        `Docker runs, but you may not use it: ${answer.said}\n` +
        "Add yourself to its group (sudo usermod -aG docker $USER) and log in again, or use sudo."
      );
    case "not running":
      return (
        `The Docker daemon does not answer: ${answer.said}\n` +
        "Start it (sudo systemctl start docker, or Docker Desktop); with DOCKER_HOST or a Docker context " +
        "set, check that it names a running daemon (docker context ls)."
      );
  }
}
