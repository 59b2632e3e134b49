/**
 * Does at most `size` a time until there is less than that to do, or until the run is to end: what is left over is the
 * next run's, or another worker's. `batch` resolves with the rows it handled.
 */
export async function inBatches(
  size: number,
  halt: AbortSignal,
  batch: (size: number) => Promise<number>,
): Promise<void> {
  while (!halt.aborted && (await batch(size)) === size);
}
