import { largestMade, readPlainFile } from "../system/plain-file.ts";
import { NoKubeconfig } from "./errors.ts";

/**
 * The text of a kubeconfig file. A pipe or a directory is refused at once.
 *
 * @throws NoKubeconfig if the file doesn't exist; Error if it can't be read
 */
export function readKubeconfig(path: string): string {
  try {
    return readPlainFile(path, largestMade);
  } catch (error) {
    const { message, cause } = error as Error;
    if ((cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT") {
      throw new NoKubeconfig(`there is no kubeconfig file ${path}`, { cause: error });
    }
    throw new Error(`the kubeconfig file ${path} can't be read: ${message}`, { cause: error });
  }
}
