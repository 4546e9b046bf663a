/**
 * Permission for something that nobody wants by accident: given or refused beforehand, or a question to the
 * person.
 */
export type Consent = boolean | ((question: string) => Promise<boolean>);

/** @param question ends with what would be done, and a question mark */
export async function isGiven(consent: Consent, question: string): Promise<boolean> {
  return typeof consent === "boolean" ? consent : consent(question);
}
