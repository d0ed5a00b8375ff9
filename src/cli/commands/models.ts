export async function modelsCommand(): Promise<number> {
  return 0;
}
