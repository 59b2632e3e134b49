/** Which operations this instance refuses, whatever the load: for one that does harm, until it is mended. */
export class KillSwitches {
  private readonly off = new Set<string>()

  isOff(operation: string): boolean {
    return this.off.size > 0 && this.off.has(operation)
  }

  /** By name, sorted. */
  get disabled(): string[] {
    return [...this.off].toSorted()
  }

  set(operation: string, enabled: boolean): void {
    if (enabled) this.off.delete(operation)
    else this.off.add(operation)
  }
}
