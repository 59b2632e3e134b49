import type { OperationName } from '../http/operation-names.ts'

/** Which operations this instance refuses, whatever the load: for one that does harm, until it is mended. */
export class KillSwitches {
  private readonly off = new Set<OperationName>()

  isOff(operation: OperationName): boolean {
    return this.off.size > 0 && this.off.has(operation)
  }

  /** By name, sorted. */
  get disabled(): OperationName[] {
    return [...this.off].toSorted()
  }

  set(operation: OperationName, enabled: boolean): void {
    if (enabled) this.off.delete(operation)
    else this.off.add(operation)
  }
}
