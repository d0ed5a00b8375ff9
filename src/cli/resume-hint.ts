/** How to go on with a run that was stopped. */
export function resumeHint(runId: string, config: string | undefined): string {
  const where = config === undefined ? '' : ` --config ${JSON.stringify(config)}`;
  return `What is complete is stored. Go on with: poq run --resume ${runId}${where}`;
}
