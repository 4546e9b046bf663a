import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import {
  LocalWorkspace,
  PulumiCommand,
  Stack,
  StackNotFoundError,
} from "@pulumi/pulumi/automation/index.js";
import { parse } from "yaml";
import { cacheDirectory } from "../system/cache-directory.ts";
import { type Backend, prepareBackend, workspaceDirectory } from "./backend.ts";
import { projectDirectory } from "./paths.ts";
import { readProject, relocated } from "./project.ts";
import { readConfiguration, type StackFile } from "./stacks.ts";
import { writeYaml } from "./yaml-file.ts";

export interface OpenOptions {
  readonly stack: StackFile;
  readonly backend: Backend;
  /** Environment of the engine: the toolchain's, and what the program reads. */
  readonly env: Readonly<Record<string, string>>;
}

/** The stack. It is created on first use. */
export async function openStack(options: OpenOptions): Promise<Stack> {
  await prepareBackend(options.backend);
  const workspace = await openWorkspace(options);
  return Stack.createOrSelect(options.stack.name, workspace);
}

/** The stack, if the backend has it. */
export async function openExistingStack(options: OpenOptions): Promise<Stack | undefined> {
  const workspace = await openWorkspace(options);
  try {
    return await Stack.select(options.stack.name, workspace);
  } catch (error) {
    if (error instanceof StackNotFoundError) return undefined;
    throw error;
  }
}

async function openWorkspace({ stack, backend, env }: OpenOptions): Promise<LocalWorkspace> {
  // With a person's own backend the project's own files are used, if the stack is among them.
  const isProjects = backend.directory === undefined && stack.topology === undefined;
  const relocatedTo = isProjects ? undefined : workspaceDirectory(backend, stack.name);
  if (relocatedTo !== undefined) await writeProject(relocatedTo, stack);
  return LocalWorkspace.create({
    workDir: relocatedTo ?? projectDirectory,
    pulumiCommand: await pulumiCommand(env["PATH"]),
    envVars: {
      // With a compile cache, program and plugins each start a third of a second sooner.
      NODE_COMPILE_CACHE: path.join(cacheDirectory(env), "node-compile"),
      // The engine writes its whole state before and after each resource, and its garbage is a sixth of its work.
      GOGC: "300",
      ...env,
      ...backend.env,
    },
  });
}

/**
 * The toolchain's CLI. The Automation API looks for it on this process's PATH, which may not contain it. The
 * process that looks starts before the call returns, so nothing else sees the changed PATH.
 */
function pulumiCommand(toolsPath: string | undefined): Promise<PulumiCommand> {
  const { PATH } = process.env;
  process.env["PATH"] = toolsPath ?? PATH;
  try {
    return PulumiCommand.get();
  } finally {
    if (PATH === undefined) delete process.env["PATH"];
    else process.env["PATH"] = PATH;
  }
}

/** Project and configuration elsewhere; see {@link relocated} for why. */
async function writeProject(directory: string, stack: StackFile): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const project = relocated(await readProject());
  await writeFile(path.join(directory, "Pulumi.yaml"), writeYaml(project), { mode: 0o600 });
  const file = path.join(directory, `Pulumi.${stack.name}.yaml`);
  const before = parse(await readFile(file, "utf8").catch(() => "")) as {
    encryptionsalt?: string;
  } | null;
  const salt = before?.encryptionsalt;
  const configuration = {
    ...(await readConfiguration(stack)),
    ...(salt !== undefined && { encryptionsalt: salt }),
  };
  await writeFile(file, writeYaml(configuration), { mode: 0o600 });
}
